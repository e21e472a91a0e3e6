/* The command line of the forecasting tools. */
#include <nt_cmocka.h>
#include <offline/options.h>
#include <offline/verbs.h>

#include <math.h>
#include <string.h>

enum { WORDS_MAX = 12 };

static int parse(const char *const words[], struct options *options, struct nt_error *err)
{
    char *argv[WORDS_MAX + 2] = {(char *)"forecast"};
    int argc = 1;
    while (argc <= WORDS_MAX && words[argc - 1] != NULL) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    return options_parse(argc, argv, options, err);
}

static void test_good(void **state)
{
    (void)state;
    struct options options;
    struct nt_error err = NT_ERROR_INIT;
    const char *const words[WORDS_MAX] = {"--input",      "x.csv",     "--season", "24,168",
                                          "--horizon=12", "--json",    "--low",    "-5",
                                          "--quantiles",  "0.05,0.95", "--faults"};
    assert_int_equal(parse(words, &options, &err), 0);
    assert_string_equal(options.input, "x.csv");
    assert_int_equal(options.day, 24);
    assert_int_equal(options.week, 168);
    assert_int_equal(options.horizon, 12);
    assert_int_equal(options.levels_count, 2);
    assert_true(options.levels[1] == 0.95);
    assert_true(options.is_json);
    assert_true(options.has_faults);
    assert_true(options.low == -5 && isnan(options.high));
    const char *const help[WORDS_MAX] = {"--help"};
    assert_int_equal(parse(help, &options, &err), 1);
}

static void test_bad(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *says;
    } cases[] = {
        {{NULL}, "--input FILE is missing"},
        {{"--input"}, "--input needs a value"},
        {{"--wrong"}, "--wrong is not an option"},
        {{"--input", "x", "word"}, "\"word\" is one word too many"},
        {{"--input", "x", "--horizon", "0"}, "--horizon 0: a whole number from 1 to"},
        {{"--input", "x", "--step", "5m"}, "--step 5m: a whole number"},
        {{"--input", "x", "--season", "168,24"}, "--season 168,24: the shorter"},
        {{"--input", "x", "--season", "1,2,3"}, "--season 1,2,3: at most two"},
        {{"--input", "x", "--quantiles", "0.5,1"}, "--quantiles 0.5,1: numbers between"},
        {{"--input", "x", "--low", "2", "--high", "1"}, "--low is above --high"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct options options;
        struct nt_error err = NT_ERROR_INIT;
        if (parse(cases[i].words, &options, &err) != -EINVAL ||
            strncmp(err.message, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("case %zu: %s", i, err.message);
    }
}

/* What the options leave open is settled by the file. */
static void test_settled_by_the_file(void **state)
{
    (void)state;
    struct table_series series[2] = {{.name = (char *)"a", .step_s = 300},
                                     {.name = (char *)"b", .step_s = 300}};
    struct table table = {.series = series, .count = 2, .has_times = true};
    struct nt_error err = NT_ERROR_INIT;
    struct options options;
    const char *const words[WORDS_MAX] = {"--input", "x"};
    assert_int_equal(parse(words, &options, &err), 0);
    assert_int_equal(verbs_settle(&options, &table, &err), 0);
    assert_int_equal(options.day, 288);
    assert_int_equal(options.week, 2016);
    assert_int_equal(options.horizon, 576);
    assert_int_equal(options.every, 288);

    series[1].step_s = 60;
    assert_int_equal(parse(words, &options, &err), 0);
    assert_int_equal(verbs_settle(&options, &table, &err), -EINVAL);
    assert_non_null(strstr(err.message, "mixed steps: series b"));

    table.has_times = false;
    series[0].step_s = series[1].step_s = 0;
    assert_int_equal(parse(words, &options, &err), 0);
    assert_int_equal(verbs_settle(&options, &table, &err), 0);
    assert_int_equal(options.step_s, 3600);
    assert_int_equal(options.week, 168);
    assert_int_equal(options.horizon, 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_settled_by_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
