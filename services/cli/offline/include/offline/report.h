/* What a backtest adds up, and how it is printed. */
#ifndef OFFLINE_REPORT_H
#define OFFLINE_REPORT_H

#include <offline/options.h>

#include <stdio.h>

enum report_method { REPORT_OURS, REPORT_SEASONAL_NAIVE, REPORT_NAIVE2, REPORT_METHODS };

/* Hours 1-6, 7-24 and the rest. */
enum { REPORT_BLOCKS = 3, REPORT_TENTHS = 9 };

/* One method at one origin of one series. */
struct report_score {
    double smape, mae, scale;      /* MASE is mae / scale; NaN: could not be scored */
    double interval;               /* mean interval score of the 95 % band */
    double width80, width95;       /* means */
    double pinball[REPORT_TENTHS]; /* sums, at 0.1 to 0.9 */
    double sum_actual;             /* sum of |z| */
    double steps, inside80, inside95;
    double over, over_said, over_both; /* hours above a usual top: were, were said to be, both */
    double block_steps[REPORT_BLOCKS], block80[REPORT_BLOCKS], block95[REPORT_BLOCKS];
};

struct report_item {
    size_t series, origin; /* origin: 0 is the last */
    bool is_scored;
    struct report_score scores[REPORT_METHODS];
};

struct report {
    const struct report_item *items;
    size_t count, series_count, origins;
    double cpu_s; /* of our own forecasts */
};

void report_print(const struct report *report, const struct options *options, FILE *out);

#endif
