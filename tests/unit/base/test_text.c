#include <nt/text.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        int64_t value;
    } cases[] = {
        {"0", 0, 0},
        {"-5", 0, -5},
        {"100", 0, 100},
        {"101", -ERANGE, 0},
        {"-6", -ERANGE, 0},
        {"", -EINVAL, 0},
        {NULL, -EINVAL, 0},
        {" 1", -EINVAL, 0},
        {"1 ", -EINVAL, 0},
        {"1x", -EINVAL, 0},
        {"0x10", -EINVAL, 0},
        {"1.5", -EINVAL, 0},
        {"99999999999999999999", -ERANGE, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        int64_t value = 77;
        assert_int_equal(nt_parse_i64(cases[i].text, -5, 100, &value), cases[i].status);
        assert_int_equal(value, cases[i].status == 0 ? cases[i].value : 77);
    }
}

static void test_real_numbers_are_finite(void **state)
{
    (void)state;
    double value = 0;
    assert_int_equal(nt_parse_f64("0.25", 0, 1, &value), 0);
    assert_true(value == 0.25);
    assert_int_equal(nt_parse_f64("nan", 0, 1, &value), -EINVAL);
    assert_int_equal(nt_parse_f64("inf", 0, 1, &value), -EINVAL);
    assert_int_equal(nt_parse_f64("2", 0, 1, &value), -ERANGE);
    assert_int_equal(nt_parse_f64("0,5", 0, 1, &value), -EINVAL);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        int64_t bytes;
    } cases[] = {
        {"512", 0, 512},
        {"1k", 0, 1024},
        {"4g", 0, INT64_C(4) << 30},
        {"1.5G", 0, 1610612736},
        {"2GiB", 0, INT64_C(2) << 30},
        {"10mb", 0, 10 << 20},
        {"4x", -EINVAL, 0},
        {"-1", -EINVAL, 0},
        {"", -EINVAL, 0},
        {"1e30", -ERANGE, 0},
        {"12i", -EINVAL, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        int64_t bytes = 0;
        assert_int_equal(nt_parse_bytes(cases[i].text, &bytes), cases[i].status);
        assert_int_equal(bytes, cases[i].bytes);
    }
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"plain", true},         {"한국어 서버", true},   {"\xf0\x9f\x8c\x8a", true},
        {"\xc0\xaf", false},     {"\xed\xa0\x80", false}, {"\xf4\x90\x80\x80", false},
        {"\xe0\x80\x80", false}, {"cut \xed\x95", false}, {"\x80", false},
        {"\xff", false},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++)
        assert_int_equal(nt_utf8_is_valid(cases[i].text, strlen(cases[i].text)), cases[i].valid);
    assert_false(nt_utf8_is_valid("a\0b", 3));
    assert_true(nt_utf8_is_valid("", 0));
}

static void test_hex_there_and_back(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0x00, 0x9f, 0xff};
    char hex[7];
    nt_hex(bytes, sizeof(bytes), hex);
    assert_string_equal(hex, "009fff");
    uint8_t back[3];
    assert_int_equal(nt_unhex("009FfF", back, sizeof(back)), 3);
    assert_memory_equal(back, bytes, sizeof(bytes));
    assert_int_equal(nt_unhex("0", back, sizeof(back)), -EINVAL);
    assert_int_equal(nt_unhex("zz", back, sizeof(back)), -EINVAL);
    assert_int_equal(nt_unhex("00112233", back, sizeof(back)), -EINVAL);
}

static void test_uuid7_is_ordered_by_time_and_unique(void **state)
{
    (void)state;
    char early[NT_UUID_SIZE];
    char late[NT_UUID_SIZE];
    char twin[NT_UUID_SIZE];
    nt_uuid7(1700000000000, early);
    nt_uuid7(1700000000001, late);
    nt_uuid7(1700000000001, twin);
    assert_int_equal(strlen(early), 36);
    assert_true(strcmp(early, late) < 0);
    assert_string_not_equal(late, twin);
    assert_int_equal(early[14], '7');
    assert_non_null(strchr("89ab", early[19]));
    assert_memory_equal(early, "018bcfe5-6800", 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_real_numbers_are_finite),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_hex_there_and_back),
        cmocka_unit_test(test_uuid7_is_ordered_by_time_and_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
