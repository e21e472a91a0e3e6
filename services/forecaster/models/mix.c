#include <models/mix.h>

#include <models/order.h>
#include <models/rows.h>
#include <models/score.h>

#include <math.h>
#include <string.h>

/* The weighted median is of that many members. */
enum { BEST = 12 };

/* How much less an origin one day older tells. */
static const double AGEING = 0.85;

/* With no more past origins than that the gate is not weighed against the median. */
enum { ORIGINS_LEAST = 9 };

/* A weight is the error to the power of -2. */
static double weight_of(double error, double scale)
{
    if (isnan(error))
        return 0;
    error = error / scale + 1e-6;
    return 1 / (error * error);
}

/* The weight of the last of the best few. */
static double best_few(const double weights[MEMBERS_COUNT])
{
    double sorted[MEMBERS_COUNT];
    memcpy(sorted, weights, sizeof(sorted));
    order_sort(sorted, MEMBERS_COUNT);
    return sorted[MEMBERS_COUNT - BEST];
}

static void weigh(const struct ensemble *ensemble, struct mix *mix)
{
    double weights[MEMBERS_COUNT];
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
        weights[m] =
            ensemble->is_usable[m] && steps > 0 ? weight_of(sum / steps, ensemble->scale) : 0;
    }
    double least = best_few(weights);
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        for (size_t m = 0; m < MEMBERS_COUNT; m++)
            mix->weights[b][m] = weights[m] >= least ? weights[m] : 0;
    }
}

/* The mean error at the past origins, newer ones weighing more; NaN where nothing is known. */
static double past_error(const struct mix *mix, const struct ensemble *ensemble)
{
    const struct task *task = ensemble->task;
    const size_t told = ensemble->block_ends[ENSEMBLE_BLOCKS - 1]; /* as far as paths are mixed */
    double path[TASK_HORIZON_MAX];
    double sum = 0;
    double weights = 0;
    double weight = 1;
    for (size_t o = task->origins_count - 1; o-- > 0;) {
        size_t known = task->count - task->origins[o];
        mix_path(mix, ensemble, o, path);
        double error =
            score_mae(task->actual + task->origins[o], path, known < told ? known : told);
        if (isnan(error))
            continue;
        sum += weight * error;
        weights += weight;
        weight *= AGEING;
    }
    return weights > 0 ? sum / weights : NAN;
}

/* On loads unlike those it learned from the gate can be worse than what past errors say: it and the
 * median take part by how they did, once there are enough past days to tell. */
static double share_of_gate(const struct ensemble *ensemble, const struct mix *mix,
                            const struct gates *gates)
{
    double usual = gates->part;
    if (!(gates->sharpness > 0))
        return usual;
    if (ensemble->task->origins_count <= ORIGINS_LEAST)
        return 1;
    struct mix alone = *mix;
    alone.gate_part = 1;
    double gate = past_error(&alone, ensemble);
    alone.gate_part = 0;
    double odds = usual / (1 - usual) * pow(past_error(&alone, ensemble) / gate, gates->sharpness);
    return isfinite(odds) ? odds / (1 + odds) : usual;
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
    ret_mix->gate_part = share_of_gate(ensemble, ret_mix, gates);
}

/* Of the paths from one origin: the weighted mean of steps from <= h < to. false without any. */
static bool take_mean(const double *shares, const struct ensemble *ensemble, size_t first,
                      size_t from, size_t to, double *ret_path)
{
    double sum = 0;
    memset(ret_path + from, 0, (to - from) * sizeof(double));
    for (size_t m = 0; m < MEMBERS_COUNT; m++) {
        const double *path = ensemble->paths[m] + first;
        if (!(shares[m] > 0) || isnan(path[0]))
            continue;
        sum += shares[m];
        for (size_t h = from; h < to; h++)
            ret_path[h] += shares[m] * path[h];
    }
    for (size_t h = from; h < to && sum > 0; h++)
        ret_path[h] /= sum;
    return sum > 0;
}

static void take_middle(const double *weights, const struct ensemble *ensemble, size_t first,
                        size_t from, size_t to, double *ret_path)
{
    const double *rows[MEMBERS_COUNT];
    double row_weights[MEMBERS_COUNT];
    size_t count = 0;
    for (size_t m = 0; m < MEMBERS_COUNT; m++) {
        const double *path = ensemble->paths[m] + first;
        if (!(weights[m] > 0) || isnan(path[0]))
            continue;
        rows[count] = path + from;
        row_weights[count++] = weights[m];
    }
    if (count > 0)
        rows_weighted_median(rows, row_weights, count, to - from, ret_path + from);
    else
        memcpy(ret_path + from, ensemble->median + first + from, (to - from) * sizeof(double));
}

void mix_path(const struct mix *mix, const struct ensemble *ensemble, size_t origin,
              double *ret_path)
{
    size_t horizon = ensemble->task->horizon;
    size_t from = 0;
    for (size_t b = 0; b < ENSEMBLE_BLOCKS && from < horizon; b++) {
        size_t to = ensemble->block_ends[b];
        if (to <= from)
            continue;
        double mean[TASK_HORIZON_MAX] = {0};
        double part = mix->gate_part;
        if (part > 0 && !take_mean(mix->shares[b], ensemble, origin * horizon, from, to, mean))
            part = 0;
        if (part < 1)
            take_middle(mix->weights[b], ensemble, origin * horizon, from, to, ret_path);
        for (size_t h = from; h < to && part > 0; h++)
            ret_path[h] = part < 1 ? part * mean[h] + (1 - part) * ret_path[h] : mean[h];
        from = to;
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
