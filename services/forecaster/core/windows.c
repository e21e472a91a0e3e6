#include <forecaster/windows.h>

#include <math.h>

enum { BRIDGE_SLOTS = 3, LEAST_SLOTS = 2 };
static const double STAY_FACTOR = 0.6;

/* Share of paths over the limit, pooled with the slots beside: 48 values instead of 16. */
static double probability_at(const struct window_question *question, size_t step)
{
    double limit = question->capacity * question->threshold_pct / 100;
    size_t from = step > 0 ? step - 1 : 0;
    size_t to = step + 1 < SCENARIO_STEPS ? step + 1 : step;
    int over = 0;
    int count = 0;
    for (size_t at = from; at <= to; at++) {
        for (size_t j = 0; j < SCENARIO_PATHS; j++) {
            over += question->sums[j][at] > limit;
            count++;
        }
    }
    return (double)over / count;
}

static double mean_pct_at(const struct window_question *question, size_t step)
{
    double sum = 0;
    for (size_t j = 0; j < SCENARIO_PATHS; j++)
        sum += fmin(fmax(question->sums[j][step], 0), question->capacity);
    return 100 * sum / SCENARIO_PATHS / question->capacity;
}

static bool stood_before(const struct window_question *question, int64_t slot)
{
    for (size_t i = 0; i < question->before_count; i++) {
        const struct window *window = &question->before[i];
        if (window->resource == question->resource && slot >= window->from_slot &&
            slot < window->to_slot)
            return true;
    }
    return false;
}

size_t windows_find(const struct window_question *question, struct window *ret_windows,
                    size_t count)
{
    double stay = question->probability * STAY_FACTOR;
    struct window window = {0};
    bool is_in = false;
    size_t quiet = 0;
    for (size_t step = 0; step <= SCENARIO_STEPS; step++) {
        bool is_end = step == SCENARIO_STEPS;
        int64_t slot = question->origin + (int64_t)step;
        double p = is_end ? 0 : probability_at(question, step);
        double enter = stood_before(question, slot) ? stay : question->probability;
        if (!is_in && !is_end && p >= enter) {
            is_in = true;
            quiet = 0;
            window = (struct window){.resource = question->resource, .from_slot = slot};
        }
        if (!is_in)
            continue;
        if (!is_end && p >= stay) {
            quiet = 0;
            window.to_slot = slot + 1;
            window.probability = fmax(window.probability, p);
            window.peak_pct = fmax(window.peak_pct, mean_pct_at(question, step));
        } else if (++quiet > BRIDGE_SLOTS || is_end) {
            is_in = false;
            bool is_long = window.to_slot - window.from_slot >= LEAST_SLOTS ||
                           window.from_slot == question->origin;
            if (is_long && count < WINDOWS_MAX)
                ret_windows[count++] = window;
        }
    }
    return count;
}
