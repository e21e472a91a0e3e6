/* Time of Granger's test on a pair of series of 28 days at five minutes, both directions, and of
 * everything that relations of four resources take. */
#include <forecaster/granger.h>
#include <forecaster/relations.h>
#include <nt/memory.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 200, SERIES = 4 };

static double cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *what, double *us, size_t count)
{
    qsort(us, count, sizeof(*us), compare);
    (void)printf("%s: median %.1f us, p99 %.1f us\n", what, us[count / 2], us[count * 99 / 100]);
}

int main(void)
{
    static float values[SERIES][HISTORY_SLOTS];
    static double x[HISTORY_SLOTS], y[HISTORY_SLOTS];
    static double us[ROUNDS];
    uint32_t random = 1;
    for (size_t i = 0; i < HISTORY_SLOTS; i++) {
        for (size_t k = 0; k < SERIES; k++) {
            random = random * 1664525U + 1013904223U;
            values[k][i] =
                (float)(300 + 200 * sin(2 * M_PI * (double)i / DAY_SLOTS) + (double)(random >> 24));
        }
        x[i] = values[0][i];
        y[i] = values[1][i];
    }
    struct granger of_x, of_y;
    for (size_t order = 3; order <= GRANGER_ORDER_MAX; order *= 2) {
        char what[64];
        for (size_t round = 0; round < ROUNDS; round++) {
            double begin = cpu_us();
            if (!granger_test(x, y, HISTORY_SLOTS, order, &of_x, &of_y))
                return EXIT_FAILURE;
            us[round] = cpu_us() - begin;
        }
        (void)snprintf(what, sizeof(what), "a pair, both ways, %d values, order %zu", HISTORY_SLOTS,
                       order);
        print(what, us, ROUNDS);
    }

    const struct zone zone = {0};
    struct calendar calendar;
    calendar_init(&calendar, &zone, 0, HISTORY_SLOTS + FORECAST_STEPS);
    struct history histories[SERIES];
    const struct history *pointers[SERIES];
    for (size_t k = 0; k < SERIES; k++) {
        histories[k] =
            (struct history){.values = values[k], .count = HISTORY_SLOTS, .calendar = &calendar};
        pointers[k] = &histories[k];
    }
    struct relation relations[RELATIONS_MAX];
    size_t tests = 0;
    for (size_t round = 0; round < ROUNDS / 4; round++) {
        double begin = cpu_us();
        (void)relations_find(pointers, SERIES, HISTORY_SLOTS, relations, &tests);
        us[round] = cpu_us() - begin;
    }
    print("relations of four resources, patterns taken away", us, ROUNDS / 4);
    calendar_deinit(&calendar);
    return EXIT_SUCCESS;
}
