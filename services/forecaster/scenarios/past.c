#include <scenarios/past.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

void past_init(struct past *past, int slots_max)
{
    const size_t room = (size_t)slots_max + 1;
    *past = (struct past){.value = nt_zalloc(room * sizeof(float)),
                          .sum = nt_zalloc(room * sizeof(double)),
                          .seen = nt_zalloc(room * sizeof(int32_t))};
}

void past_deinit(struct past *past)
{
    free(past->value);
    free(past->sum);
    free(past->seen);
    *past = (struct past){0};
}

void past_append(struct past *past, float value)
{
    const int t = past->count++;
    past->value[t] = value;
    past->sum[t + 1] = past->sum[t] + (isnan(value) ? 0 : (double)value);
    past->seen[t + 1] = past->seen[t] + !isnan(value);
}

void past_forget(struct past *past, int slots)
{
    if (slots <= 0 || slots > past->count)
        return;
    const double sum = past->sum[slots];
    const int32_t seen = past->seen[slots];
    past->count -= slots;
    memmove(past->value, past->value + slots, (size_t)past->count * sizeof(float));
    for (int t = 0; t <= past->count; t++) {
        past->sum[t] = past->sum[t + slots] - sum;
        past->seen[t] = past->seen[t + slots] - seen;
    }
}

float past_get(const struct past *past, int slot)
{
    return slot >= 0 && slot < past->count ? past->value[slot] : NAN;
}

float past_mean(const struct past *past, int from, int end)
{
    if (from < 0)
        from = 0;
    if (end > past->count)
        end = past->count;
    if (from >= end || past->seen[end] == past->seen[from])
        return NAN;
    return (float)((past->sum[end] - past->sum[from]) / (past->seen[end] - past->seen[from]));
}
