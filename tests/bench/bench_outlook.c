/*
 * What outlooks cost: a fit of 28 days at five minutes, the issue of 48 h with p10, p50, p90 for
 * one slot, and memory; then what 50,000 series would take of one core, each fitted once a day and
 * issued every slot. Thread CPU time, medians.
 */
#include <models/outlook.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DAY = 288, COUNT = 28 * DAY, STEPS = 576, FITS = 41, ISSUES = 2001, FLEET = 50000 };

static double now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    static double values[COUNT], fits[FITS], issues[ISSUES];
    static float recent[12], path[STEPS], low[STEPS], high[STEPS];
    static struct outlook outlook;
    struct nt_arena arena, scratch;
    nt_arena_init(&arena);
    nt_arena_init(&scratch);
    unsigned seed = 1;
    for (size_t f = 0; f < FITS; f++) {
        for (size_t t = 0; t < COUNT; t++) {
            seed = seed * 1103515245 + 12345;
            values[t] = 200 + 80 * sin(2 * M_PI * (double)t / DAY) + (double)(seed >> 16 & 63) +
                        (t / DAY % 7 > 4 ? 0 : 60);
        }
        struct forecast_ask ask = {.values = values,
                                   .count = COUNT,
                                   .day = DAY,
                                   .week = (size_t)7 * DAY,
                                   .horizon = STEPS,
                                   .low = 0,
                                   .high = 1000};
        double begin = now_us();
        outlook_fit(&ask, &arena, &scratch, &outlook, NULL);
        fits[f] = now_us() - begin;
        nt_arena_reset(&arena);
    }
    for (size_t k = 0; k < 12; k++)
        recent[k] = (float)values[k];
    double seen = 0;
    for (size_t i = 0; i < ISSUES; i++) {
        size_t age = 12 + i % DAY;
        double begin = now_us();
        outlook_issue(&outlook, age, outlook_deviation(&outlook, age, recent, 12), STEPS, path);
        outlook_band(&outlook, path, STEPS, 0.1, low);
        outlook_band(&outlook, path, STEPS, 0.9, high);
        issues[i] = now_us() - begin;
        seen += (double)(path[i % STEPS] + low[i % STEPS] + high[i % STEPS]);
    }
    qsort(fits, FITS, sizeof(double), by_value);
    qsort(issues, ISSUES, sizeof(double), by_value);
    double fit_us = fits[FITS / 2];
    double issue_us = issues[ISSUES / 2];
    printf("fit: median %.2f ms, p99 %.2f ms\n", fit_us * 1e-3, fits[FITS - 1] * 1e-3);
    printf("issue of 48 h, three quantiles: median %.1f us, p99 %.1f us\n", issue_us,
           issues[ISSUES * 99 / 100]);
    printf("memory a series: %zu bytes, of which history %zu\n",
           sizeof(struct outlook) + COUNT * sizeof(float), COUNT * sizeof(float));
    printf("%d series: %.0f s a day for fits, %.2f s of each slot of 300 s for issues: %.1f %% of "
           "one core\n",
           FLEET, FLEET * fit_us * 1e-6, FLEET * issue_us * 1e-6,
           100 * (FLEET * fit_us * 1e-6 / 86400 + FLEET * issue_us * 1e-6 / 300));
    nt_arena_deinit(&arena);
    nt_arena_deinit(&scratch);
    return seen > 0 ? 0 : 1;
}
