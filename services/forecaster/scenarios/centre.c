#include <scenarios/centre.h>

#include "solve.h"

#include <math.h>
#include <string.h>

enum { D = CENTRE_DAY, W = CENTRE_WEEK, SMOOTH = 2 };

const struct centre_weights centre_prior = {{.2F, .1F, .05F, .2F, .1F, .2F, .05F, .05F, .05F}};
const struct centre_weights centre_time_blind = {{0, 0, 0, 0, 0, 0, 0, 1, 0}};

static float or_else(float value, float other)
{
    return isnan(value) ? other : value;
}

/* A gap is bridged by the weeks before it. */
static float lagged(const struct past *past, int slot, int lag, float other)
{
    for (int weeks = 0; weeks < 3; weeks++) {
        float value = past_get(past, slot - lag - weeks * W);
        if (!isnan(value))
            return value;
    }
    return other;
}

static float around(const struct past *past, int slot)
{
    return past_mean(past, slot - SMOOTH, slot + SMOOTH + 1);
}

static void order(float *a, float *b)
{
    if (*a > *b) {
        float t = *a;
        *a = *b;
        *b = t;
    }
}

static float median5(float a, float b, float c, float d, float e)
{
    order(&a, &b);
    order(&d, &e);
    order(&a, &d); /* the least of four is in a */
    order(&b, &e); /* the greatest of four is in e */
    order(&b, &c);
    order(&c, &d);
    order(&b, &c);
    return c;
}

void centre_parts(const struct past *past, int slot, float ret_parts[CENTRE_PARTS])
{
    const float week = or_else(past_mean(past, slot - D + SMOOTH + 1 - W, slot - D + SMOOTH + 1),
                               or_else(past_mean(past, 0, slot - D + SMOOTH + 1), 0));
    const float day =
        or_else(past_mean(past, slot - D + SMOOTH + 1 - D, slot - D + SMOOTH + 1), week);
    float profile = 0;
    int days = 0;
    for (int k = 1; k <= 7; k++) {
        float value = around(past, slot - k * D);
        if (!isnan(value)) {
            profile += value;
            days++;
        }
    }
    profile = days > 0 ? profile / (float)days : day;
    const float two = around(past, slot - 2 * W);
    const float three = around(past, slot - 3 * W);
    const float lag1 = lagged(past, slot, D, profile);
    const float lag2 = lagged(past, slot, 2 * D, profile);
    const float lag3 = lagged(past, slot, 3 * D, profile);
    const float lag7 = lagged(past, slot, W, profile);
    const float lag14 = lagged(past, slot, 2 * W, profile);
    ret_parts[0] = lag1;
    ret_parts[1] = lag2;
    ret_parts[2] = lag3;
    ret_parts[3] = lag7;
    ret_parts[4] =
        (or_else(two, or_else(three, profile)) + or_else(three, or_else(two, profile))) / 2;
    ret_parts[5] = profile;
    ret_parts[6] = day;
    ret_parts[7] = week;
    ret_parts[8] = median5(lag1, lag2, lag3, lag7, lag14);
}

float centre_value(const struct past *past, int slot, const struct centre_weights *weights)
{
    float parts[CENTRE_PARTS];
    centre_parts(past, slot, parts);
    float value = 0;
    for (int i = 0; i < CENTRE_PARTS; i++)
        value += weights->of[i] * parts[i];
    return value;
}

void centre_sum(const struct past *past, int from, int end, struct centre_sums *ret_sums)
{
    memset(ret_sums, 0, sizeof(*ret_sums));
    for (int slot = from; slot < end; slot++) {
        const float value = past_get(past, slot);
        if (isnan(value))
            continue;
        float parts[CENTRE_PARTS];
        centre_parts(past, slot, parts);
        double *gram = ret_sums->gram;
        for (int i = 0; i < CENTRE_PARTS; i++) {
            for (int j = 0; j <= i; j++)
                *gram++ += (double)(parts[i] * parts[j]);
            ret_sums->with[i] += (double)(parts[i] * value);
        }
        ret_sums->count++;
    }
}

void centre_add(struct centre_sums *sums, const struct centre_sums *more, double weight)
{
    for (int i = 0; i < CENTRE_PAIRS; i++)
        sums->gram[i] += weight * more->gram[i];
    for (int i = 0; i < CENTRE_PARTS; i++)
        sums->with[i] += weight * more->with[i];
    sums->count += weight * more->count;
}

static double trace_of(const struct centre_sums *sums)
{
    double trace = 0;
    for (int i = 0; i < CENTRE_PARTS; i++)
        trace += sums->gram[i * (i + 1) / 2 + i];
    return trace;
}

bool centre_normalise(struct centre_sums *sums)
{
    const double trace = trace_of(sums);
    if (!(trace > 0))
        return false;
    for (int i = 0; i < CENTRE_PAIRS; i++)
        sums->gram[i] /= trace;
    for (int i = 0; i < CENTRE_PARTS; i++)
        sums->with[i] /= trace;
    return true;
}

struct centre_weights centre_solve(const struct centre_sums *sums, double pull,
                                   const struct centre_weights *towards)
{
    enum { N = CENTRE_PARTS };
    const double ridge = pull * trace_of(sums) / N;
    double a[N * N], b[N];
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++)
            a[i * N + j] = sums->gram[i * (i + 1) / 2 + j];
        a[i * N + i] += ridge;
        b[i] = sums->with[i] + ridge * (double)towards->of[i];
    }
    if (!(ridge > 0) || solve_spd(a, b, N) < 0)
        return *towards;
    struct centre_weights weights;
    for (int i = 0; i < N; i++)
        weights.of[i] = (float)b[i];
    return weights;
}
