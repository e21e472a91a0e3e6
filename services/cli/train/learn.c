#include "learn.h"

#include <nt/memory.h>

#include <math.h>
#include <string.h>

enum { BATCH = 32 };

struct net {
    float hidden[GATE_HIDDEN][GATE_INPUTS + 1]; /* the last of a row is its bias */
    float output[GATE_OUTPUTS][GATE_HIDDEN + 1];
};

enum { PARAMETERS = sizeof(struct net) / sizeof(float) };

struct optimiser {
    struct net net, slope, first, second; /* parameters, gradient, its moments */
    uint64_t random;
    size_t steps, steps_all;
};

/* xorshift64*: the same seed gives the same gate everywhere. */
static double next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717ull) >> 11) / 9007199254740992.0;
}

static void forward(const struct net *net, const struct sample *sample, float *ret_hidden,
                    float ret_shares[ENSEMBLE_BLOCKS][MEMBERS_COUNT])
{
    for (size_t i = 0; i < GATE_HIDDEN; i++) {
        float sum = net->hidden[i][GATE_INPUTS];
        for (size_t j = 0; j < GATE_INPUTS; j++)
            sum += net->hidden[i][j] * sample->inputs[j];
        ret_hidden[i] = sum > 0 ? sum : 0;
    }
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        float top = -INFINITY;
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            const float *row = net->output[b * MEMBERS_COUNT + m];
            float sum = row[GATE_HIDDEN];
            for (size_t i = 0; i < GATE_HIDDEN; i++)
                sum += row[i] * ret_hidden[i];
            ret_shares[b][m] = sum;
            if (sample->is_usable[m] && sum > top)
                top = sum;
        }
        float total = 0;
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            ret_shares[b][m] = sample->is_usable[m] ? expf(ret_shares[b][m] - top) : 0;
            total += ret_shares[b][m];
        }
        for (size_t m = 0; m < MEMBERS_COUNT; m++)
            ret_shares[b][m] /= total;
    }
}

/* Add the gradient of one example's loss, which is returned. */
static double backward(struct optimiser *o, const struct sample *sample)
{
    float hidden[GATE_HIDDEN];
    float shares[ENSEMBLE_BLOCKS][MEMBERS_COUNT];
    forward(&o->net, sample, hidden, shares);
    float pull[ENSEMBLE_BLOCKS][MEMBERS_COUNT] = {{0}};
    double loss = 0;
    for (size_t k = 0; k < SAMPLE_STEPS; k++) {
        size_t b = sample->block[k];
        float mixed = 0;
        for (size_t m = 0; m < MEMBERS_COUNT; m++)
            mixed += shares[b][m] * sample->paths[m][k];
        float off = mixed - sample->actual[k];
        float slope = off > 0 ? sample->weight[k] : -sample->weight[k];
        loss += (double)(fabsf(off) * sample->weight[k]);
        for (size_t m = 0; m < MEMBERS_COUNT; m++)
            pull[b][m] += slope * (sample->paths[m][k] - mixed);
    }
    float hidden_pull[GATE_HIDDEN] = {0};
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            if (!sample->is_usable[m])
                continue;
            float change = shares[b][m] * pull[b][m];
            float *slope = o->slope.output[b * MEMBERS_COUNT + m];
            const float *row = o->net.output[b * MEMBERS_COUNT + m];
            for (size_t i = 0; i < GATE_HIDDEN; i++) {
                slope[i] += change * hidden[i];
                hidden_pull[i] += change * row[i];
            }
            slope[GATE_HIDDEN] += change;
        }
    }
    for (size_t i = 0; i < GATE_HIDDEN; i++) {
        if (!(hidden[i] > 0))
            continue;
        for (size_t j = 0; j < GATE_INPUTS; j++)
            o->slope.hidden[i][j] += hidden_pull[i] * sample->inputs[j];
        o->slope.hidden[i][GATE_INPUTS] += hidden_pull[i];
    }
    return loss;
}

static void step(struct optimiser *o, const struct learn *learn, size_t batch)
{
    float *net = (float *)&o->net;
    const float *slopes = (const float *)&o->slope;
    float *first = (float *)&o->first;
    float *second = (float *)&o->second;
    o->steps++;
    double rate = learn->rate * (1 - (double)o->steps / (double)(o->steps_all + 1));
    double first_bias = 1 - pow(0.9, (double)o->steps);
    double second_bias = 1 - pow(0.999, (double)o->steps);
    for (size_t i = 0; i < PARAMETERS; i++) {
        float slope = slopes[i] / (float)batch;
        first[i] = 0.9f * first[i] + 0.1f * slope;
        second[i] = 0.999f * second[i] + 0.001f * slope * slope;
        double move =
            (double)first[i] / first_bias / (sqrt((double)second[i] / second_bias) + 1e-8);
        net[i] -= (float)(rate * (move + learn->decay * (double)net[i]));
    }
    memset(&o->slope, 0, sizeof(o->slope));
}

static void begin(struct optimiser *o, const struct learn *learn, size_t count)
{
    o->random = learn->seed * 0x9e3779b97f4a7c15ull + 1;
    o->steps_all = learn->epochs * ((count + BATCH - 1) / BATCH);
    for (size_t i = 0; i < GATE_HIDDEN; i++) {
        for (size_t j = 0; j < GATE_INPUTS; j++)
            o->net.hidden[i][j] =
                (float)((2 * next_random(&o->random) - 1) * sqrt(3.0 / GATE_INPUTS));
    }
}

static float round_row(const float *row, size_t count, int8_t *ret_row)
{
    float largest = 1e-12f;
    for (size_t j = 0; j < count; j++)
        largest = fmaxf(largest, fabsf(row[j]));
    for (size_t j = 0; j < count; j++)
        ret_row[j] = (int8_t)lrintf(127 * row[j] / largest);
    return largest / 127;
}

static void round_net(const struct net *net, struct gate *gate)
{
    for (size_t i = 0; i < GATE_HIDDEN; i++) {
        gate->hidden_unit[i] = round_row(net->hidden[i], GATE_INPUTS, gate->hidden[i]);
        gate->hidden_bias[i] = net->hidden[i][GATE_INPUTS];
    }
    for (size_t k = 0; k < GATE_OUTPUTS; k++) {
        gate->output_unit[k] = round_row(net->output[k], GATE_HIDDEN, gate->output[k]);
        gate->output_bias[k] = net->output[k][GATE_HIDDEN];
    }
}

double learn_gate(const struct learn *learn, const struct sample *samples, size_t count,
                  struct gate *ret_gate)
{
    NT_CLEANUP(nt_free_p) struct optimiser *o = nt_zalloc(sizeof(*o));
    NT_CLEANUP(nt_free_p) size_t *order = nt_zalloc((count + 1) * sizeof(*order));
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    begin(o, learn, count);
    double loss = 0;
    for (size_t epoch = 0; epoch < learn->epochs; epoch++) {
        loss = 0;
        for (size_t i = count; i-- > 1;) {
            size_t j = (size_t)(next_random(&o->random) * (double)(i + 1));
            size_t held = order[i];
            order[i] = order[j];
            order[j] = held;
        }
        for (size_t from = 0; from < count; from += BATCH) {
            size_t to = from + BATCH < count ? from + BATCH : count;
            for (size_t i = from; i < to; i++)
                loss += backward(o, &samples[order[i]]) / (double)count;
            step(o, learn, to - from);
        }
    }
    round_net(&o->net, ret_gate);
    return loss;
}
