#include <forecaster/accuracy.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const int horizons[ACCURACY_HORIZONS] = {12, 72, 288};
enum { RING = DAY_SLOTS + 1 }; /* a slot is scored before its place is taken again */

/* Of one horizon and slot: apart from the figures, so that nothing is lost to alignment. */
struct accuracy_pending {
    struct {
        float p10, p50, p90;
    } figures[ACCURACY_HORIZONS][RING];
    int16_t rounds[ACCURACY_HORIZONS][RING]; /* which slot: slot / RING, its low bits; -1: none */
    bool is_in[ACCURACY_HORIZONS][RING];     /* a window */
};

static size_t place_of(int64_t slot)
{
    int64_t at = slot % RING;
    return (size_t)(at < 0 ? at + RING : at);
}

/* Two slots with the same place and round lie 26,000 years apart. */
static int16_t round_of(int64_t slot)
{
    int64_t round = (slot - (int64_t)place_of(slot)) / RING;
    return (int16_t)(round & 0x7fff);
}

void accuracy_deinit(struct accuracy *accuracy)
{
    free(accuracy->pending);
    *accuracy = (struct accuracy){0};
}

void accuracy_note(struct accuracy *accuracy, int64_t origin, const float *p10, const float *p50,
                   const float *p90)
{
    if (accuracy->pending == NULL) {
        accuracy->pending = nt_zalloc(sizeof(*accuracy->pending));
        memset(accuracy->pending->rounds, -1, sizeof(accuracy->pending->rounds));
    }
    struct accuracy_pending *pending = accuracy->pending;
    for (size_t i = 0; i < ACCURACY_HORIZONS; i++) {
        int step = horizons[i] - 1; /* step 0 is the next slot: one slot ahead */
        size_t at = place_of(origin + step);
        pending->figures[i][at].p10 = p10[step];
        pending->figures[i][at].p50 = p50[step];
        pending->figures[i][at].p90 = p90[step];
        pending->rounds[i][at] = round_of(origin + step);
        pending->is_in[i][at] = false;
    }
}

void accuracy_note_windows(struct accuracy *accuracy, int64_t origin, const bool *is_in)
{
    for (size_t i = 0; i < ACCURACY_HORIZONS && accuracy->pending != NULL; i++) {
        int step = horizons[i] - 1;
        size_t at = place_of(origin + step);
        if (accuracy->pending->rounds[i][at] == round_of(origin + step))
            accuracy->pending->is_in[i][at] = is_in[step];
    }
}

static int64_t day_of(int64_t slot)
{
    return slot >= 0 ? slot / DAY_SLOTS : (slot - DAY_SLOTS + 1) / DAY_SLOTS;
}

static struct accuracy_day *day_at(struct accuracy *accuracy, int64_t slot)
{
    int64_t day = day_of(slot);
    int64_t at = day % ACCURACY_DAYS;
    struct accuracy_day *found = &accuracy->days[at < 0 ? at + ACCURACY_DAYS : at];
    if (found->day != day)
        *found = (struct accuracy_day){.day = day};
    return found;
}

void accuracy_score(struct accuracy *accuracy, int64_t slot, double value, double day_before,
                    double limit)
{
    struct accuracy_pending *pending = accuracy->pending;
    size_t at = place_of(slot);
    for (size_t i = 0; i < ACCURACY_HORIZONS && pending != NULL; i++) {
        if (pending->rounds[i][at] != round_of(slot))
            continue;
        pending->rounds[i][at] = -1; /* scored once */
        struct accuracy_day *day = day_at(accuracy, slot);
        day->scored++;
        day->error += fabs(value - pending->figures[i][at].p50);
        day->inside += value >= pending->figures[i][at].p10 && value <= pending->figures[i][at].p90;
        if (!isnan(day_before)) {
            day->naive_scored++;
            day->naive_error += fabs(value - day_before);
        }
        bool is_over = limit > 0 && value > limit;
        day->told += pending->is_in[i][at];
        day->over += is_over;
        day->foreseen += is_over && pending->is_in[i][at];
    }
}

bool accuracy_is_poor(const struct accuracy_sum *sum)
{
    enum { LEAST = 3 * DAY_SLOTS }; /* about a day's worth of all horizons */
    if (sum->scored < LEAST)
        return false;
    bool is_worse = sum->mae_naive > 0 && sum->mae > 1.1 * sum->mae_naive;
    return is_worse || sum->coverage_80_pct < 60;
}

struct accuracy_sum accuracy_sum(const struct accuracy *accuracy, int64_t slot)
{
    struct accuracy_day all = {0};
    int64_t today = day_of(slot);
    for (size_t i = 0; i < ACCURACY_DAYS; i++) {
        const struct accuracy_day *day = &accuracy->days[i];
        if (day->day <= today - ACCURACY_DAYS || day->day > today)
            continue;
        all.scored += day->scored;
        all.error += day->error;
        all.naive_scored += day->naive_scored;
        all.naive_error += day->naive_error;
        all.inside += day->inside;
        all.told += day->told;
        all.over += day->over;
        all.foreseen += day->foreseen;
    }
    struct accuracy_sum sum = {.scored = (int32_t)fmin(all.scored, INT32_MAX),
                               .told = (int32_t)all.told,
                               .over = (int32_t)all.over,
                               .foreseen = (int32_t)all.foreseen};
    if (all.scored > 0) {
        sum.mae = all.error / all.scored;
        sum.coverage_80_pct = 100 * all.inside / all.scored;
    }
    if (all.naive_scored > 0)
        sum.mae_naive = all.naive_error / all.naive_scored;
    return sum;
}

void accuracy_seed(struct accuracy *accuracy, int64_t slot, const struct accuracy_sum *sum)
{
    if (sum->scored <= 0)
        return;
    struct accuracy_day *day = day_at(accuracy, slot);
    if (day->scored > 0)
        return; /* we have figures of our own */
    day->scored = sum->scored;
    day->error = sum->mae * sum->scored;
    day->inside = sum->coverage_80_pct / 100 * sum->scored;
    day->naive_scored = sum->mae_naive > 0 ? sum->scored : 0;
    day->naive_error = sum->mae_naive * day->naive_scored;
    day->told = sum->told;
    day->over = sum->over;
    day->foreseen = sum->foreseen;
}
