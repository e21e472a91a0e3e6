/* Faults are what their names say, and a daily shape survives them. */
#include <nt_cmocka.h>
#include <offline/faults.h>

#include <math.h>
#include <string.h>

enum { DAY = 24, DAYS = 21, COUNT = DAY * DAYS, HORIZON = 24 };

struct harmed {
    double values[COUNT + 1], actual[HORIZON];
    struct faults_series series;
};

static double value_at(size_t t)
{
    uint64_t noise = (t + 1) * UINT64_C(0x9e3779b97f4a7c15);
    noise = (noise ^ noise >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return 100 + 50 * sin(2 * M_PI * (double)t / DAY) + (double)(noise >> 40 & 1023) / 51;
}

static void inject(const char *name, struct harmed *ret)
{
    for (size_t t = 0; t < COUNT; t++)
        ret->values[t] = value_at(t);
    for (size_t h = 0; h < HORIZON; h++)
        ret->actual[h] = value_at(COUNT + h);
    ret->series = (struct faults_series){.values = ret->values,
                                         .count = COUNT,
                                         .hour = 1,
                                         .day = DAY,
                                         .actual = ret->actual,
                                         .horizon = HORIZON,
                                         .high = INFINITY};
    size_t fault = 0;
    while (fault < FAULTS && strcmp(faults_name(fault), name) != 0)
        fault++;
    assert_true(fault < FAULTS);
    faults_inject(fault, 3, &ret->series);
}

/* How many of the values are as they were, and how many are missing. */
static void count(const struct harmed *harmed, size_t *ret_same, size_t *ret_missing)
{
    *ret_same = *ret_missing = 0;
    for (size_t t = 0; t < harmed->series.count; t++) {
        *ret_same += harmed->values[t] == value_at(t);
        *ret_missing += isnan(harmed->values[t]);
    }
}

static void test_each(void **state)
{
    (void)state;
    static struct harmed harmed;
    static const struct {
        const char *name;
        size_t changed_min, changed_max, missing_min, missing_max;
    } cases[] = {
        {"none", 0, 0, 0, 0},
        {"5 % missing", 15, 35, 15, 35},
        {"20 % missing", 80, 120, 80, 120},
        {"gap of 6 h", 6, 6, 6, 6},
        {"gap of 24 h", 24, 24, 24, 24},
        {"2 h of zeros", 2, 2, 0, 0},
        {"+50 % for 3 days", 72, 72, 0, 0},
        {"1 % spikes x10", 1, 15, 0, 0},
        {"counter resets", 1, 8, 0, 0},
        {"values at the cap", 45, 55, 0, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        inject(cases[i].name, &harmed);
        size_t same, missing;
        count(&harmed, &same, &missing);
        assert_int_equal(harmed.series.count, COUNT);
        size_t changed = COUNT - same;
        if (changed < cases[i].changed_min || changed > cases[i].changed_max ||
            missing < cases[i].missing_min || missing > cases[i].missing_max)
            fail_msg("%s: %zu changed, %zu missing", cases[i].name, changed, missing);
    }
    inject("+50 % for 3 days", &harmed);
    assert_float_equal(harmed.actual[3], 1.5 * value_at(COUNT + 3), 1e-9);
    assert_float_equal(harmed.values[COUNT - 1], 1.5 * value_at(COUNT - 1), 1e-9);
    inject("values at the cap", &harmed);
    for (size_t t = 0; t < COUNT; t++)
        assert_true(harmed.values[t] <= harmed.series.high);
    for (size_t h = 0; h < HORIZON; h++)
        assert_true(harmed.actual[h] <= harmed.series.high);
}

/* What is newer than five days keeps its place; what is older is an hour late or early. */
static void test_days_of_23_and_25_hours(void **state)
{
    (void)state;
    static struct harmed harmed;
    inject("a day of 23 h", &harmed);
    assert_int_equal(harmed.series.count, COUNT - 1);
    assert_true(harmed.values[COUNT - 2] == value_at(COUNT - 1));
    assert_true(harmed.values[COUNT - 1 - 5 * DAY] == value_at(COUNT - 5 * DAY));
    assert_true(harmed.values[10] == value_at(10));
    inject("a day of 25 h", &harmed);
    assert_int_equal(harmed.series.count, COUNT + 1);
    assert_true(harmed.values[COUNT] == value_at(COUNT - 1));
    assert_true(harmed.values[COUNT - 5 * DAY] == value_at(COUNT - 5 * DAY));
    assert_true(harmed.values[COUNT - 5 * DAY + 1] == value_at(COUNT - 5 * DAY));
}

static void test_run(void **state)
{
    (void)state;
    static double values[COUNT + HORIZON];
    for (size_t t = 0; t < COUNT + HORIZON; t++)
        values[t] = value_at(t);
    struct table_series series = {
        .name = (char *)"a", .values = values, .count = COUNT + HORIZON, .step_s = 3600};
    const struct table table = {.series = &series, .count = 1};
    const struct options options = {.input = "here",
                                    .day = DAY,
                                    .week = (size_t)7 * DAY,
                                    .horizon = HORIZON,
                                    .threads = 1,
                                    .origins = 1,
                                    .every = DAY,
                                    .sample = 1,
                                    .low = NAN,
                                    .high = NAN};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(faults_run(&options, &table, out, &err), 0);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "1 forecasts of 24 steps"));
    size_t rows = 0;
    for (size_t f = 0; f < FAULTS; f++) {
        const char *row = strstr(text, faults_name(f));
        assert_non_null(row);
        double ratio = strtod(row + strcspn(row, "\n") - 8, NULL);
        /* noise of 20 beside a wave of 100: nothing here may cost more than what the noise does */
        if (!(ratio > 0 && ratio < 1.6))
            fail_msg("%s: ratio %f", faults_name(f), ratio);
        rows++;
    }
    assert_int_equal(rows, FAULTS);
    free(text);

    series.count = 9 * DAY - 1; /* eight days before the horizon are needed */
    assert_int_equal(faults_run(&options, &table, stdout, &err), -ENODATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_days_of_23_and_25_hours),
        cmocka_unit_test(test_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
