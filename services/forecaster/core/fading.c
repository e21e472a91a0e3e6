#include <forecaster/fading.h>

#include <math.h>

const int fading_lags[FADING_LAGS] = {1, 3, 6, 12, 24, 36, 72, 144, 288, 576};

void fading_add(struct fading_sums *sums, int lag, double near, double far, double later,
                double weight)
{
    sums->nn[lag] += weight * near * near;
    sums->nf[lag] += weight * near * far;
    sums->ff[lag] += weight * far * far;
    sums->ny[lag] += weight * near * later;
    sums->fy[lag] += weight * far * later;
}

static double unit(double value)
{
    return isfinite(value) ? fmax(0, fmin(1, value)) : 0;
}

void fading_solve(const struct fading_sums *sums, struct fading *ret_fading)
{
    *ret_fading = (struct fading){0};
    for (int lag = 0; lag < FADING_LAGS; lag++) {
        double ridge = 0.02 * (sums->nn[lag] + sums->ff[lag]);
        double a = sums->nn[lag] + ridge;
        double b = sums->nf[lag];
        double d = sums->ff[lag] + ridge;
        double det = a * d - b * b;
        if (det > 0) {
            ret_fading->near[lag] = (float)unit((sums->ny[lag] * d - sums->fy[lag] * b) / det);
            ret_fading->far[lag] = (float)unit((sums->fy[lag] * a - sums->ny[lag] * b) / det);
        }
    }
}

void fading_apply(const struct fading *fading, struct fading_present present, size_t steps,
                  float *path)
{
    int lag = 0;
    for (size_t i = 0; i < steps; i++) {
        int horizon = (int)i + 1;
        while (lag + 1 < FADING_LAGS && fading_lags[lag + 1] <= horizon)
            lag++;
        double near = fading->near[lag];
        double far = fading->far[lag];
        if (lag + 1 < FADING_LAGS) {
            double part =
                (double)(horizon - fading_lags[lag]) / (fading_lags[lag + 1] - fading_lags[lag]);
            near += (fading->near[lag + 1] - near) * part;
            far += (fading->far[lag + 1] - far) * part;
        }
        double value = path[i] + near * present.near + far * present.far;
        path[i] = value > 0 ? (float)value : 0;
    }
}

/* Hoare's selection: the middle of a day costs 1 us, sorting it 8. */
double fading_median(double *values, int count)
{
    int low = 0;
    int high = count - 1;
    int middle = count / 2;
    while (low < high) {
        double pivot = values[middle];
        int left = low;
        int right = high;
        while (left <= right) {
            /* The pivot lies between left and right: neither leaves the array. */
            while (values[left] < pivot) /* NOLINT(clang-analyzer-core.*) */
                left++;
            while (values[right] > pivot) /* NOLINT(clang-analyzer-core.*) */
                right--;
            if (left <= right) {
                double swap = values[left];
                values[left++] = values[right];
                values[right--] = swap;
            }
        }
        if (right < middle)
            low = left;
        if (left > middle)
            high = right;
    }
    return values[middle];
}
