#include <models/mix.h>

#include <models/order.h>

#include <math.h>

/* A weight is the error to the power of -2. */
static double weight_of(double error, double scale)
{
    if (isnan(error))
        return 0;
    error = error / scale + 1e-6;
    return 1 / (error * error);
}

static void weigh(const struct ensemble *ensemble, struct mix *mix)
{
    for (size_t m = 0; m < MEMBERS_COUNT; m++) {
        double sum = 0;
        double steps = 0;
        size_t from = 0;
        for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
            double size = (double)(ensemble->block_ends[b] - from);
            from = ensemble->block_ends[b];
            if (size == 0 || isnan(ensemble->errors[m][b]))
                continue;
            sum += size * ensemble->errors[m][b];
            steps += size;
        }
        for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++)
            mix->weights[b][m] =
                ensemble->is_usable[m] && steps > 0 ? weight_of(sum / steps, ensemble->scale) : 0;
    }
}

void mix_decide(const struct ensemble *ensemble, const struct gates *gates, struct mix *ret_mix)
{
    *ret_mix = (struct mix){.gate_part = 0};
    weigh(ensemble, ret_mix);
    bool is_judged = !isnan(ensemble->errors[MEMBERS_COUNT][0]);
    if (gates->count == 0 || !is_judged || ensemble->task->count < 10 * ensemble->task->day)
        return;
    float inputs[GATE_INPUTS];
    gate_look(ensemble, inputs);
    for (size_t g = 0; g < gates->count; g++) {
        double shares[ENSEMBLE_BLOCKS][MEMBERS_COUNT];
        gate_weigh(gates->nets[g], ensemble, inputs, shares);
        for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
            for (size_t m = 0; m < MEMBERS_COUNT; m++)
                ret_mix->shares[b][m] += shares[b][m] / (double)gates->count;
        }
    }
    ret_mix->gate_part = gates->part;
}

void mix_path(const struct mix *mix, const struct ensemble *ensemble, size_t origin,
              double *ret_path)
{
    size_t horizon = ensemble->task->horizon;
    for (size_t h = 0; h < horizon; h++) {
        size_t at = origin * horizon + h;
        size_t block = ensemble_block(ensemble, h);
        double values[MEMBERS_COUNT];
        double weights[MEMBERS_COUNT];
        size_t count = 0;
        double mean = 0;
        double shares = 0;
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            double value = ensemble->paths[m][at];
            if (isnan(value))
                continue;
            mean += mix->shares[block][m] * value;
            shares += mix->shares[block][m];
            if (mix->weights[block][m] > 0) {
                values[count] = value;
                weights[count++] = mix->weights[block][m];
            }
        }
        double median = order_weighted_median(values, weights, count);
        if (isnan(median))
            median = ensemble->median[at];
        double part = shares > 0 ? mix->gate_part : 0;
        ret_path[h] = part > 0 ? part * mean / shares + (1 - part) * median : median;
    }
}

void mix_residuals(const struct mix *mix, const struct ensemble *ensemble, double *ret_residuals)
{
    const struct task *task = ensemble->task;
    for (size_t o = 0; o + 1 < task->origins_count; o++) {
        double *row = ret_residuals + o * task->horizon;
        mix_path(mix, ensemble, o, row);
        for (size_t h = 0; h < task->horizon; h++) {
            size_t t = task->origins[o] + h;
            row[h] = t < task->count ? task->actual[t] - row[h] : NAN;
        }
    }
}
