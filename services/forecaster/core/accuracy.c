#include <forecaster/accuracy.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>

static const int horizons[ACCURACY_HORIZONS] = {12, 72, 288};
enum { RING = DAY_SLOTS + 1 }; /* a slot is scored before its place is taken again */

static struct accuracy_pending *pending_at(const struct accuracy *accuracy, size_t horizon,
                                           int64_t slot)
{
    int64_t at = slot % RING;
    return &accuracy->pending[horizon * RING + (size_t)(at < 0 ? at + RING : at)];
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
        size_t count = (size_t)ACCURACY_HORIZONS * RING;
        accuracy->pending = nt_zalloc(count * sizeof(*accuracy->pending));
        for (size_t i = 0; i < count; i++)
            accuracy->pending[i].slot = INT64_MIN;
    }
    for (size_t i = 0; i < ACCURACY_HORIZONS; i++) {
        int step = horizons[i] - 1; /* step 0 is the next slot: one slot ahead */
        int64_t slot = origin + step;
        *pending_at(accuracy, i, slot) = (struct accuracy_pending){
            .slot = slot, .p10 = p10[step], .p50 = p50[step], .p90 = p90[step]};
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

void accuracy_score(struct accuracy *accuracy, int64_t slot, double value, double day_before)
{
    if (accuracy->pending == NULL)
        return;
    for (size_t i = 0; i < ACCURACY_HORIZONS; i++) {
        struct accuracy_pending *pending = pending_at(accuracy, i, slot);
        if (pending->slot != slot)
            continue;
        pending->slot = INT64_MIN; /* scored once */
        struct accuracy_day *day = day_at(accuracy, slot);
        day->scored++;
        day->error += fabs(value - pending->p50);
        day->inside += value >= pending->p10 && value <= pending->p90;
        if (!isnan(day_before)) {
            day->naive_scored++;
            day->naive_error += fabs(value - day_before);
        }
    }
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
    }
    struct accuracy_sum sum = {.scored = (int32_t)fmin(all.scored, INT32_MAX)};
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
}
