#include <forecaster/model.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>

enum { HOUR = 12 };

/* The last value fades into the median of its hour within a few slots. */
static const double FADE_SLOTS = 3;

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The newest hour that has values, at most a day back. */
static bool find_level(const struct history *history, int64_t origin, double *ret_median,
                       double *ret_last)
{
    float values[HOUR];
    size_t count = 0;
    int64_t newest = 0;
    for (int64_t slot = origin - 1; slot >= origin - DAY_SLOTS && count < HOUR; slot--) {
        float value = history_get(history, slot);
        if (isnan(value))
            continue;
        if (count == 0)
            newest = slot;
        if (slot <= newest - HOUR)
            break;
        values[count++] = value;
    }
    if (count == 0)
        return false;
    *ret_last = values[0];
    qsort(values, count, sizeof(values[0]), compare);
    *ret_median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    return true;
}

static double mean_of_all(const struct history *history, int64_t origin)
{
    double sum = 0;
    size_t count = 0;
    for (int64_t slot = history->first; slot < origin; slot++) {
        float value = history_get(history, slot);
        if (!isnan(value)) {
            sum += value;
            count++;
        }
    }
    return count > 0 ? sum / (double)count : 0;
}

static struct model *fit(const struct history *history, int64_t origin)
{
    (void)history;
    (void)origin;
    struct model *model = nt_zalloc(sizeof(*model)); /* nothing to learn */
    model->kind = &model_level;
    return model;
}

static void predict(const struct model *model, const struct history *history, int64_t origin,
                    size_t steps, float *ret_path)
{
    (void)model;
    double median = 0;
    double last = 0;
    if (!find_level(history, origin, &median, &last))
        last = median = mean_of_all(history, origin);
    for (size_t i = 0; i < steps; i++) {
        double fade = i < 64 ? exp(-(double)(i + 1) / FADE_SLOTS) : 0;
        ret_path[i] = (float)(median + (last - median) * fade);
    }
}

static const char *name(const struct model *model, const struct history *history, int64_t origin)
{
    (void)model;
    return history_filled(history, origin) > 0 ? "level" : "none";
}

static void free_level(struct model *model)
{
    free(model);
}

const struct model_kind model_level = {
    .filled_min = 0,
    .fit = fit,
    .predict = predict,
    .name = name,
    .free = free_level,
};

void model_free(struct model *model)
{
    if (model != NULL)
        model->kind->free(model);
}
