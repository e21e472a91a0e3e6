#include <scenarios/drift.h>

#include "solve.h"

#include <math.h>
#include <string.h>

enum { DAY = 288, P = DRIFT_PARTS };

const int drift_knots[DRIFT_KNOTS] = {1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 72, 96, 144, 216, 288};

static const double DAILY = 0.95;

void drift_parts(const float *rest, const double *sum, int slot, float ret_parts[DRIFT_PARTS])
{
    ret_parts[0] = rest[slot];
    ret_parts[1] = (float)((sum[slot + 1] - sum[slot + 1 - DRIFT_SHORT]) / DRIFT_SHORT);
    ret_parts[2] = (float)((sum[slot + 1] - sum[slot + 1 - DRIFT_LONG]) / DRIFT_LONG);
}

void drift_sum(const float *rest, const double *sum, int from, int known, int every,
               struct drift_sums *ret_sums)
{
    memset(ret_sums, 0, sizeof(*ret_sums));
    const int end = known - drift_knots[DRIFT_KNOTS - 1];
    if (from < DRIFT_LONG)
        from = DRIFT_LONG;
    for (int slot = from; slot < end; slot += every) {
        float parts[P];
        drift_parts(rest, sum, slot, parts);
        const float weight = (float)pow(DAILY, floor((double)(end - slot) / DAY));
        double *gram = ret_sums->gram;
        for (int i = 0; i < P; i++)
            for (int j = 0; j <= i; j++)
                *gram++ += (double)(weight * parts[i] * parts[j]);
        for (int k = 0; k < DRIFT_KNOTS; k++) {
            const float then = weight * rest[slot + drift_knots[k]];
            for (int i = 0; i < P; i++)
                ret_sums->with[k][i] += (double)(parts[i] * then);
        }
        ret_sums->count += (double)weight;
    }
}

static double trace_of(const struct drift_sums *sums)
{
    return sums->gram[0] + sums->gram[2] + sums->gram[5];
}

void drift_add(struct drift_sums *sums, const struct drift_sums *more)
{
    const double trace = trace_of(more);
    if (!(trace > 0))
        return;
    for (int i = 0; i < P * (P + 1) / 2; i++)
        sums->gram[i] += more->gram[i] / trace;
    for (int k = 0; k < DRIFT_KNOTS; k++)
        for (int i = 0; i < P; i++)
            sums->with[k][i] += more->with[k][i] / trace;
    sums->count += more->count;
}

void drift_solve(const struct drift_sums *sums, double pull, const struct drift *towards,
                 struct drift *ret_drift)
{
    const double ridge = pull * trace_of(sums) / P;
    *ret_drift = *towards;
    if (!(ridge > 0))
        return;
    for (int k = 0; k < DRIFT_KNOTS; k++) {
        double a[P * P], b[P];
        for (int i = 0; i < P; i++) {
            for (int j = 0; j <= i; j++)
                a[i * P + j] = sums->gram[i * (i + 1) / 2 + j];
            a[i * P + i] += ridge;
            b[i] = sums->with[k][i] + ridge * (double)towards->of[k][i];
        }
        if (solve_spd(a, b, P) < 0)
            continue;
        for (int i = 0; i < P; i++)
            ret_drift->of[k][i] = (float)b[i];
    }
}

void drift_at(const struct drift *drift, float ahead, float ret_parts[DRIFT_PARTS])
{
    int k = 0;
    while (k < DRIFT_KNOTS - 1 && ahead > (float)drift_knots[k + 1])
        k++;
    if (k == DRIFT_KNOTS - 1 || ahead <= (float)drift_knots[0]) {
        memcpy(ret_parts, drift->of[k], sizeof(drift->of[k]));
        return;
    }
    const float part =
        (ahead - (float)drift_knots[k]) / (float)(drift_knots[k + 1] - drift_knots[k]);
    for (int i = 0; i < P; i++)
        ret_parts[i] = drift->of[k][i] + part * (drift->of[k + 1][i] - drift->of[k][i]);
}
