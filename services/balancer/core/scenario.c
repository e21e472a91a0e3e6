#include <balancer/scenario.h>

#include <string.h>

void scenario_clear(struct scenario_sum *sum, int64_t load_ms)
{
    memset(sum, 0, sizeof(*sum));
    sum->from_ms = load_ms / SCENARIO_SLOT_MS * SCENARIO_SLOT_MS;
}

bool scenario_is_valid(const struct nt_scenarios *scenarios)
{
    const int32_t steps = scenarios->steps, paths = scenarios->paths;
    return scenarios->step_ms == SCENARIO_SLOT_MS && steps > 0 && steps <= 4096 && paths >= 0 &&
           paths <= 256 && scenarios->p50.len == (size_t)steps * 2 &&
           scenarios->residuals.len == (size_t)steps * (size_t)paths;
}

bool scenario_is_fresh(const struct nt_scenarios *scenarios, int64_t load_ms)
{
    return scenarios != NULL && scenario_is_valid(scenarios) &&
           load_ms - scenarios->issued_ms < SCENARIO_STALE_MS &&
           scenarios->issued_ms - load_ms < SCENARIO_STALE_MS;
}

static int16_t p50_at(const struct nt_scenarios *scenarios, int step)
{
    const uint8_t *at = scenarios->p50.data + (size_t)step * 2;
    return (int16_t)(uint16_t)(at[0] | at[1] << 8);
}

/* The subject's step at a slot, held at both ends. */
static int step_of(const struct nt_scenarios *scenarios, int64_t from_ms, int slot)
{
    int64_t step = (from_ms - scenarios->issued_ms) / SCENARIO_SLOT_MS + slot;
    if (step < 0)
        return 0;
    return step < scenarios->steps ? (int)step : scenarios->steps - 1;
}

void scenario_add(struct scenario_sum *sum, const struct nt_scenarios *scenarios, float weight,
                  int first)
{
    for (int j = 0; j < SCENARIO_PATHS; j++) {
        const int8_t *residuals = NULL;
        if (scenarios->paths > 0)
            residuals = (const int8_t *)scenarios->residuals.data +
                        (size_t)(j % scenarios->paths) * (size_t)scenarios->steps;
        for (int t = first; t < SCENARIO_SLOTS; t++) {
            int step = step_of(scenarios, sum->from_ms, t);
            double value = p50_at(scenarios, step) * scenarios->p50_scale;
            if (residuals != NULL)
                value += residuals[step] * scenarios->path_scale;
            if (value > 0)
                sum->path[j][t] += weight * (float)value;
        }
    }
}

void scenario_add_flat(struct scenario_sum *sum, double value, float weight, int first)
{
    for (int j = 0; j < SCENARIO_PATHS; j++)
        for (int t = first; t < SCENARIO_SLOTS; t++)
            sum->path[j][t] += weight * (float)value;
}

double scenario_probability(const struct scenario_sum *sum, int slot, double limit)
{
    int above = 0;
    for (int j = 0; j < SCENARIO_PATHS; j++)
        above += sum->path[j][slot] > (float)limit;
    return (double)above / SCENARIO_PATHS;
}

double scenario_mean(const struct scenario_sum *sum, int slot)
{
    double total = 0;
    for (int j = 0; j < SCENARIO_PATHS; j++)
        total += (double)sum->path[j][slot];
    return total / SCENARIO_PATHS;
}

double scenario_peak(const struct scenario_sum *sum)
{
    double peak = 0;
    for (int t = 0; t < SCENARIO_SLOTS; t++) {
        double mean = scenario_mean(sum, t);
        if (mean > peak)
            peak = mean;
    }
    return peak;
}

double scenario_p50(const struct nt_scenarios *scenarios, int64_t from_ms, int slot)
{
    return p50_at(scenarios, step_of(scenarios, from_ms, slot)) * scenarios->p50_scale;
}

bool scenario_window(const struct scenario_sum *sum, double limit, double act,
                     struct scenario_window *ret_window)
{
    enum { GAP_SLOTS = 12 };
    struct scenario_window window = {.first = -1};
    for (int t = 0; t < SCENARIO_SLOTS; t++) {
        double probability = scenario_probability(sum, t, limit);
        if (probability < act) {
            if (window.first >= 0 && t - window.end >= GAP_SLOTS)
                break;
            continue;
        }
        if (window.first < 0)
            window.first = t;
        window.end = t + 1;
        if (probability > window.probability)
            window.probability = probability;
        double mean = scenario_mean(sum, t);
        if (mean > window.peak)
            window.peak = mean;
    }
    if (window.first < 0)
        return false;
    *ret_window = window;
    return true;
}

double scenario_time_above_ms(const struct scenario_sum *sum, double limit)
{
    double total = 0;
    for (int t = 0; t < SCENARIO_SLOTS; t++)
        total += scenario_probability(sum, t, limit) * SCENARIO_SLOT_MS;
    return total;
}
