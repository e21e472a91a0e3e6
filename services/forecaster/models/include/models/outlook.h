/*
 * What one fit of a series leaves behind: about 3 kB from which a forecast can be issued every slot
 * for days, without its history and without fitting. For the running service; forecast.h makes one
 * forecast from one history.
 *
 *   once a day, in the pool     outlook_fit()        about 10 ms: the ensemble, its mixture, bands
 *   every slot, on the loop     outlook_deviation()  how far the last hour is off the path
 *                               outlook_issue()      the path from now on, less and less of that
 *                               outlook_band(), outlook_share_above()
 *
 * Bands and the fading of the deviation come from the same procedure at past origins, at every hour
 * of the day after them: out of sample, and as stale as an outlook gets before the next fit.
 * Immutable once made: any thread may read it.
 */
#ifndef MODELS_OUTLOOK_H
#define MODELS_OUTLOOK_H

#include <models/forecast.h>
#include <models/spread.h>
#include <stdint.h>

enum { OUTLOOK_STEPS = 576, OUTLOOK_LEADS = 12 };

struct outlook {
    float path[OUTLOOK_STEPS]; /* expected from the origin of the fit on */
    float kept[OUTLOOK_LEADS]; /* how much of the present deviation is left at that lead; 0 to 1 */
    float half_widths[OUTLOOK_LEADS][SPREAD_SHARES];
    float low, high;
    uint16_t day; /* steps; 0: no season */
    uint16_t steps;
    uint8_t rung; /* enum forecast_rung */
    char model[15];
};

/* Residuals of the mixture at past origins whole days before the fit's, for joint scenarios. */
struct outlook_past {
    size_t origins;         /* rows; row 0 is the oldest */
    const size_t *days_ago; /* of each row's origin before the fit's; one step each without a day */
    const double
        *residuals; /* origins x the horizon asked for: actual - forecast; NaN: not known */
};

/*
 * ask->horizon is at most OUTLOOK_STEPS; levels are ignored. Origins of all series are best the
 * same (the last midnight, say): then rows of ret_past are of the same days for all. ret_past lives
 * in the arena and may be NULL.
 */
void outlook_fit(const struct forecast_ask *ask, struct nt_arena *arena, struct nt_arena *scratch,
                 struct outlook *ret_outlook, struct outlook_past *ret_past);

/* The median by which the newest values were off the path: recent[count - 1] is of slot age - 1
 * (slots since the fit's origin), older ones before it; NaN: missing. 0 without any. A day's
 * 24th is best: with that the fading was learned. */
double outlook_deviation(const struct outlook *outlook, size_t age, const float *recent,
                         size_t count);

/* The expected values of steps from age on, within low and high. Beyond the path its last day
 * repeats. */
void outlook_issue(const struct outlook *outlook, size_t age, double deviation, size_t steps,
                   float *ret_path);

/* The quantile at level (0 to 1, exclusive) of the value lead steps ahead (1: the next), given what
 * outlook_issue() expects there. */
double outlook_quantile(const struct outlook *outlook, double expected, size_t lead, double level);

/* That quantile for each of steps, given the path that was issued. */
void outlook_band(const struct outlook *outlook, const float *path, size_t steps, double level,
                  float *ret_band);

/* The probability that the value lead steps ahead is above threshold. */
double outlook_share_above(const struct outlook *outlook, double expected, size_t lead,
                           double threshold);

#endif
