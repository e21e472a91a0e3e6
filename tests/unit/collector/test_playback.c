#include <collector/playback.h>
#include <nt_cmocka.h>

#include <string.h>

static const int64_t DAY_MS = INT64_C(86400000);
static const int64_t MONDAY_MS = INT64_C(4) * 86400000; /* 1970-01-05 */

static struct playback *parse(const char *text)
{
    struct playback *playback = NULL;
    struct nt_error err = NT_ERROR_INIT;
    if (playback_parse(nt_span_of(text), &playback, &err) < 0)
        fail_msg("%s", err.message);
    return playback;
}

/* The mean of an interval of a line is its middle. */
static double cpu_at(const struct playback *playback, const char *server, int64_t at_ms)
{
    double value = -1;
    assert_true(playback_mean(playback, PLAYBACK_SERVER_CPU, server, at_ms + 500, 1000, &value));
    return value;
}

static void test_values_are_interpolated_and_repeat(void **state)
{
    (void)state;
    NT_CLEANUP(playback_free_p)
    struct playback *playback = parse("# tide\nt_s,server:a\n0,100\n43200,500\n");
    assert_int_equal(playback_cycle_ms(playback), DAY_MS);
    static const struct {
        double hour, value;
    } cases[] = {{0, 100}, {6, 300}, {12, 500}, {18, 300}, {23.4, 120}, {24, 100}, {30, 300}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        int64_t at_ms = INT64_C(20000) * DAY_MS + (int64_t)(cases[i].hour * 3600000);
        assert_float_equal(cpu_at(playback, "a", at_ms), cases[i].value, 0.01);
    }
}

static void test_a_week_begins_on_monday(void **state)
{
    (void)state;
    NT_CLEANUP(playback_free_p)
    struct playback *playback =
        parse("t_s,server:a\n0,10\n86399,10\n86400,0\n518400,0\n604799,0\n");
    assert_int_equal(playback_cycle_ms(playback), 7 * DAY_MS);
    int64_t noon_ms = DAY_MS / 2;
    assert_float_equal(cpu_at(playback, "a", MONDAY_MS + noon_ms), 10, 0.01);
    assert_float_equal(cpu_at(playback, "a", MONDAY_MS + DAY_MS + noon_ms), 0, 0.01);
    assert_float_equal(cpu_at(playback, "a", MONDAY_MS + 700 * DAY_MS + noon_ms), 10, 0.01);
    assert_float_equal(cpu_at(playback, "a", noon_ms), 0, 0.01); /* a Thursday, before the anchor */
}

static void test_empty_cells_are_bridged(void **state)
{
    (void)state;
    NT_CLEANUP(playback_free_p)
    struct playback *playback = parse("t_s,server:a,server:b\n"
                                      "0,,7\n21600,100,\n43200,,\n64800,300,\n");
    assert_float_equal(cpu_at(playback, "a", 12 * 3600000), 200, 0.01);
    assert_float_equal(cpu_at(playback, "a", 0), 200, 0.01); /* between 18:00 and 06:00 */
    assert_float_equal(cpu_at(playback, "b", 5 * 3600000), 7, 0.01);
}

static void test_columns_are_told_apart(void **state)
{
    (void)state;
    NT_CLEANUP(playback_free_p)
    struct playback *playback =
        parse("t_s,host:a,server:a,mem:host:a,mem:server:a\r\n0,1,2,3,4\r\n");
    static const struct {
        enum playback_kind kind;
        double value;
    } cases[] = {
        {PLAYBACK_HOST_CPU, 1},
        {PLAYBACK_SERVER_CPU, 2},
        {PLAYBACK_HOST_MEM, 3 * 1048576.0},
        {PLAYBACK_SERVER_MEM, 4 * 1048576.0},
    };
    double value = 0;
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        assert_true(playback_mean(playback, cases[i].kind, "a", DAY_MS, 60000, &value));
        assert_float_equal(value, cases[i].value, 0.01);
    }
    assert_false(playback_mean(playback, PLAYBACK_SERVER_CPU, "b", DAY_MS, 60000, &value));
}

static void test_bad_files_are_refused_with_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *story;
    } cases[] = {
        {"empty", "", "no row"},
        {"only a header", "t_s,server:a\n", "no row"},
        {"no t_s", "time,server:a\n0,1\n", "line 1: the first column must be t_s"},
        {"no column", "t_s\n0\n", "no column beside"},
        {"unknown column", "t_s,gpu:a\n0,1\n", "line 1: column \"gpu:a\""},
        {"a column without a name", "t_s,server:\n0,1\n", "line 1: column \"server:\""},
        {"not from zero", "t_s,server:a\n60,1\n", "line 2: t_s must begin at 0"},
        {"falling", "t_s,server:a\n0,1\n60,1\n60,2\n", "line 4: t_s must begin at 0 and rise"},
        {"not a number", "t_s,server:a\n0,x\n", "line 2: \"x\" is not a number"},
        {"negative", "t_s,server:a\n0,-1\n", "line 2: \"-1\" is not a number"},
        {"not finite", "t_s,server:a\n0,nan\n", "line 2: \"nan\" is not a number"},
        {"too few cells", "t_s,server:a,server:b\n0,1\n", "line 2: the row has fewer"},
        {"too many cells", "t_s,server:a\n0,1,2\n", "line 2: the row has more"},
        {"a column without a value", "t_s,server:a,server:b\n0,1,\n", "column b has no value"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct playback *playback = NULL;
        struct nt_error err = NT_ERROR_INIT;
        int status = playback_parse(nt_span_of(cases[i].text), &playback, &err);
        if (status >= 0 || strstr(err.message, cases[i].story) == NULL)
            fail_msg("%s: %d \"%s\"", cases[i].name, status, err.message);
        assert_null(playback);
    }
}

static void test_the_interval_keeps_to_ten_records_a_second(void **state)
{
    (void)state;
    static const struct {
        double rate;
        int64_t interval_ms;
    } cases[] = {
        {1, 60000},     {360, 60000},   {600, 60000},     {601, 75000},
        {720, 75000},   {1000, 100000}, {1440, 150000},   {3000, 300000},
        {3001, 600000}, {6000, 600000}, {10000, 1200000},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++)
        assert_int_equal(playback_interval_ms(cases[i].rate), cases[i].interval_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_interpolated_and_repeat),
        cmocka_unit_test(test_a_week_begins_on_monday),
        cmocka_unit_test(test_empty_cells_are_bridged),
        cmocka_unit_test(test_columns_are_told_apart),
        cmocka_unit_test(test_bad_files_are_refused_with_the_line),
        cmocka_unit_test(test_the_interval_keeps_to_ten_records_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
