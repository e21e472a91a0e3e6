/* The command line of the two forecasting tools. */
#ifndef OFFLINE_OPTIONS_H
#define OFFLINE_OPTIONS_H

#include <models/forecast.h>
#include <nt/error.h>
#include <stdint.h>

struct options {
    const char *input, *output; /* output NULL: standard output */
    int64_t step_s;             /* 0: as in the file */
    size_t day, week;           /* steps; 0: from the step (--season) */
    bool has_season;
    size_t horizon; /* 0: 48 steps in M4 form, two days otherwise */
    double levels[FORECAST_LEVELS_MAX];
    size_t levels_count;
    double low, high; /* NaN: 0 where no value is below, and no bound above */
    size_t threads;
    bool is_json;
    bool has_faults;       /* backtest: histories harmed on purpose */
    size_t origins, every; /* backtest; every 0: a day */
    size_t sample;         /* of the series, each sample-th */
};

extern const char options_usage[];

/* argv begins after the verb. 1: help was asked for; -EINVAL with what to write instead. */
int options_parse(int argc, char **argv, struct options *ret_options, struct nt_error *err);

#endif
