/*
 * When the level of a load changed for good: the moments that part its history into stretches of
 * different level. Pure.
 */
#ifndef FORECASTER_CHANGES_H
#define FORECASTER_CHANGES_H

#include <forecaster/series.h>

enum { CHANGES_MAX = 6 };

struct change {
    int64_t slot;         /* the first of the new level, to the hour */
    double before, after; /* medians of the stretches on both sides, daily pattern included */
};

/*
 * Oldest first. Hourly medians without their daily pattern (working days and weekends apart) are
 * parted where the sum of deviations from the mean is largest (CUSUM), again and again, while it is
 * more than chance would do given how much the level wanders from day to day, and the step is at
 * least a tenth of the level and half again as large as the usual deviation. Ten days of history
 * at least, a stretch lasts six hours at least.
 */
size_t changes_find(const struct history *history, int64_t origin,
                    struct change ret_changes[CHANGES_MAX]);

#endif
