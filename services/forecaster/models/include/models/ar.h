/*
 * Seasonal-lag autoregression: least squares on chosen lags (the last steps, the neighbours of a
 * day and of a week back), optionally with a Fourier basis, on the values, their logarithm, their
 * differences of a day or a week, or what a slowly learned profile leaves of them. Iterated
 * forward.
 */
#ifndef MODELS_AR_H
#define MODELS_AR_H

#include <models/task.h>

enum ar_unit { AR_STEP, AR_DAY, AR_WEEK };

/* The lags times x unit + from ... times x unit + to. */
struct ar_span {
    enum ar_unit unit;
    int times, from, to;
};

enum ar_part { AR_VALUES, AR_DAY_CHANGES, AR_WEEK_CHANGES, AR_OFF_PROFILE };

enum { AR_SPANS_MAX = 6 };

struct ar_spec {
    struct ar_span spans[AR_SPANS_MAX];
    size_t spans_count;
    enum ar_part part;
    bool is_log;
    bool is_robust;    /* three passes of re-weighting by the size of residuals */
    double decay_days; /* weight exp(-age / decay); 0: all alike */
    double ridge;
    int day_waves, week_waves; /* harmonics of the Fourier basis */
};

/* The run() of struct member whose spec is a struct ar_spec. */
void ar_run(const struct member *member, const struct task *task, struct nt_arena *scratch,
            double *ret_paths);

#endif
