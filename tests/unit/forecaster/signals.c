#include "signals.h"

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>

struct signals *signals_new(uint64_t seed)
{
    struct signals *signals = nt_zalloc(sizeof(*signals));
    const struct zone zone = {0};
    int64_t first = SIGNALS_ORIGIN - HISTORY_SLOTS;
    calendar_init(&signals->calendar, &zone, first, HISTORY_SLOTS + FORECAST_STEPS);
    signals->history = (struct history){.values = signals->values,
                                        .first = first,
                                        .count = HISTORY_SLOTS,
                                        .calendar = &signals->calendar,
                                        .capacity = 0};
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        signals->values[i] = NAN;
    signals->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    return signals;
}

void signals_free(struct signals *signals)
{
    calendar_deinit(&signals->calendar);
    free(signals);
}

double signals_uniform(struct signals *signals)
{
    signals->random ^= signals->random >> 12;
    signals->random ^= signals->random << 25;
    signals->random ^= signals->random >> 27;
    return ((double)(signals->random * UINT64_C(0x2545F4914F6CDD1D) >> 11) + 0.5) /
           9007199254740992.0;
}

double signals_normal(struct signals *signals)
{
    double radius = sqrt(-2 * log(signals_uniform(signals)));
    return radius * cos(2 * M_PI * signals_uniform(signals));
}

void signals_fill(struct signals *signals, double level, double tide, double phi, double deviation)
{
    double state = signals_normal(signals);
    for (size_t i = 0; i < HISTORY_SLOTS; i++) {
        double phase = 2 * M_PI * (double)(i % DAY_SLOTS) / DAY_SLOTS;
        double value = level + tide * sin(phase) + deviation * state;
        signals->values[i] = (float)fmax(0, value);
        state = phi * state + sqrt(1 - phi * phi) * signals_normal(signals);
    }
}
