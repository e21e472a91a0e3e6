#include <models/order.h>

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

void order_sort(double *values, size_t count)
{
    if (count > 64) {
        qsort(values, count, sizeof(values[0]), compare);
        return;
    }
    for (size_t i = 1; i < count; i++) { /* short arrays are the common case, and nearly free so */
        double value = values[i];
        size_t j = i;
        for (; j > 0 && values[j - 1] > value; j--)
            values[j] = values[j - 1];
        values[j] = value;
    }
}

double order_median(double *values, size_t count)
{
    if (count == 0)
        return NAN;
    order_sort(values, count);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

double order_quantile(const double *sorted, size_t count, double share)
{
    if (count == 0)
        return NAN;
    double at = share * (double)(count - 1);
    if (!(at > 0))
        return sorted[0];
    size_t below = (size_t)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double order_weighted_median(double *values, double *weights, size_t count)
{
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        double weight = weights[i];
        size_t j = i;
        for (; j > 0 && values[j - 1] > value; j--) {
            values[j] = values[j - 1];
            weights[j] = weights[j - 1];
        }
        values[j] = value;
        weights[j] = weight;
        total += weight;
    }
    if (!(total > 0))
        return NAN;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += weights[i];
        if (sum > total / 2)
            return values[i];
        if (sum >= total / 2) { /* exactly half: between this one and the next that counts */
            for (size_t j = i + 1; j < count; j++) {
                if (weights[j] > 0)
                    return (values[i] + values[j]) / 2;
            }
            return values[i];
        }
    }
    return values[count - 1];
}
