#include <models/view.h>

#include <math.h>

void view_make(const struct task *task, bool is_log, struct nt_arena *arena, struct view *ret_view)
{
    *ret_view = (struct view){0};
    size_t n = task->count;
    if (n == 0)
        return;
    double sum = 0;
    double low = INFINITY;
    for (size_t t = 0; t < n; t++) {
        sum += fabs(task->values[t]);
        low = fmin(low, task->values[t]);
    }
    double epsilon = is_log && !(low > 0) ? 0.01 * sum / (double)n : 0;
    if (is_log && (low < 0 || !(low + epsilon > 0)))
        return;
    double *z = NT_ARRAY(arena, n + VIEW_PAD, double);
    sum = 0;
    for (size_t t = 0; t < n; t++) {
        z[t] = is_log ? log(task->values[t] + epsilon) : task->values[t];
        sum += z[t];
    }
    double mean = sum / (double)n;
    double squares = 0;
    for (size_t t = 0; t < n; t++) {
        z[t] -= mean;
        squares += z[t] * z[t];
    }
    double sd = sqrt(squares / (double)n);
    if (!(sd > 1e-9 * fabs(mean)) || !isfinite(sd))
        return;
    double *lowest = NT_ARRAY(arena, n + 1, double);
    double *highest = NT_ARRAY(arena, n + 1, double);
    lowest[0] = INFINITY;
    highest[0] = -INFINITY;
    for (size_t t = 0; t < n; t++) {
        z[t] /= sd;
        lowest[t + 1] = z[t] < lowest[t] ? z[t] : lowest[t];
        highest[t + 1] = z[t] > highest[t] ? z[t] : highest[t];
    }
    *ret_view = (struct view){
        .z = z, .low = lowest, .high = highest, .mean = mean, .sd = sd, .epsilon = epsilon};
}
