#include <models/gate.h>

#include <math.h>

static const double LIMIT = 4; /* inputs are kept within +- this */

static float limit(double value)
{
    return isfinite(value) ? (float)fmin(fmax(value, -LIMIT), LIMIT) : 0;
}

void gate_look(const struct ensemble *ensemble, float ret_inputs[GATE_INPUTS])
{
    const struct task *task = ensemble->task;
    size_t last = (task->origins_count - 1) * task->horizon;
    double tiny = 1e-6 * ensemble->scale;
    float *input = ret_inputs;
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        double usual = ensemble->errors[MEMBERS_COUNT][b] + tiny;
        double newest = ensemble->newest_errors[MEMBERS_COUNT][b] + tiny;
        size_t from = b > 0 ? ensemble->block_ends[b - 1] : 0;
        size_t to = ensemble->block_ends[b];
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            double apart = 0;
            double above = 0;
            for (size_t h = from; h < to && ensemble->is_usable[m]; h++) {
                double off = ensemble->paths[m][last + h] - ensemble->median[last + h];
                apart += fabs(off) / (double)(to - from);
                above += off / (double)(to - from);
            }
            *input++ = limit(log((ensemble->errors[m][b] + tiny) / usual));
            *input++ = limit(log((ensemble->newest_errors[m][b] + tiny) / newest));
            *input++ = limit(log1p(apart / usual));
            *input++ = limit(above / usual);
        }
        *input++ = limit(log(usual / ensemble->scale));
        *input++ = limit(log(newest / usual));
    }
}

static void forward(const struct gate *gate, const float inputs[GATE_INPUTS], float *ret_outputs)
{
    float hidden[GATE_HIDDEN];
    for (size_t i = 0; i < GATE_HIDDEN; i++) {
        /* Eight sums at once, for the order in which floats are added is the program's. */
        float sums[8] = {0};
        size_t j = 0;
        for (; j + 8 <= GATE_INPUTS; j += 8) {
            for (size_t k = 0; k < 8; k++)
                sums[k] += (float)gate->hidden[i][j + k] * inputs[j + k];
        }
        for (; j < GATE_INPUTS; j++)
            sums[0] += (float)gate->hidden[i][j] * inputs[j];
        float sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                    ((sums[4] + sums[5]) + (sums[6] + sums[7]));
        sum = gate->hidden_bias[i] + gate->hidden_unit[i] * sum;
        hidden[i] = sum > 0 ? sum : 0;
    }
    for (size_t k = 0; k < GATE_OUTPUTS; k++) {
        float sum = 0;
        for (size_t i = 0; i < GATE_HIDDEN; i++)
            sum += (float)gate->output[k][i] * hidden[i];
        ret_outputs[k] = gate->output_bias[k] + gate->output_unit[k] * sum;
    }
}

void gate_weigh(const struct gate *gate, const struct ensemble *ensemble,
                const float inputs[GATE_INPUTS], double ret_shares[ENSEMBLE_BLOCKS][MEMBERS_COUNT])
{
    float outputs[GATE_OUTPUTS];
    forward(gate, inputs, outputs);
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        const float *logits = outputs + b * MEMBERS_COUNT;
        double top = -INFINITY;
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            if (ensemble->is_usable[m] && logits[m] > top)
                top = logits[m];
        }
        double sum = 0;
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            ret_shares[b][m] = ensemble->is_usable[m] ? exp(logits[m] - top) : 0;
            sum += ret_shares[b][m];
        }
        for (size_t m = 0; m < MEMBERS_COUNT && sum > 0; m++)
            ret_shares[b][m] /= sum;
    }
}
