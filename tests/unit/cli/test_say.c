#include <nt_cmocka.h>
#include <string.h>
#include <verbs/say.h>

#define NOON INT64_C(1793620800000) /* 2026-11-02T12:00Z, a Monday */

static struct nt_arena arena;

static struct say in(enum nt_language language)
{
    return (struct say){.arena = &arena, .language = language, .now_ms = NOON};
}

static void test_figures(void **state)
{
    (void)state;
    struct say en = in(NT_LANGUAGE_EN);
    struct say ko = in(NT_LANGUAGE_KO);
    assert_string_equal(say_cores(&en, 700), "0.7");
    assert_string_equal(say_cores(&en, 2000), "2");
    assert_string_equal(say_cores(&en, 50), "0.05");
    assert_string_equal(say_cores(&en, 0), "0");
    assert_string_equal(say_cores(&en, 1234567), "1,234.6");
    assert_string_equal(say_bytes(&en, 0), "0 MB");
    assert_string_equal(say_bytes(&en, 512.0 * 1024 * 1024), "512 MB");
    assert_string_equal(say_bytes(&en, 1.5 * 1024 * 1024 * 1024), "1.5 GB");
    assert_string_equal(say_bytes(&ko, 1024.0 * 1024 * 1024), "1GB");
    assert_string_equal(say_percent(&en, 91.4), "91%");
    assert_string_equal(say_percent(&en, -0.2), "0%");
    assert_string_equal(say_span(&en, 430), "0.43 sec");
    assert_string_equal(say_span(&ko, 1000), "1초");
    assert_string_equal(say_span(&en, 300000), "5 min");
    assert_string_equal(say_span(&en, 86400000.0 * 3), "3 days");
    assert_string_equal(say_percent(&en, 1e300), "1,000,000,000,000,000%");
}

static int32_t seoul(int64_t at_ms)
{
    (void)at_ms;
    return 9 * 3600;
}

static void test_moments(void **state)
{
    (void)state;
    struct say en = in(NT_LANGUAGE_EN);
    struct say ko = in(NT_LANGUAGE_KO);
    assert_string_equal(say_moment(&en, NOON + 40 * 60000), "12:40");
    assert_string_equal(say_moment(&en, NOON + INT64_C(86400000)), "Tue 12:00");
    assert_string_equal(say_moment(&ko, NOON + INT64_C(86400000)), "화 12:00");
    assert_string_equal(say_stamp(&en, NOON), "2026-11-02 12:00");
    ko.zone_s = seoul;
    assert_string_equal(say_moment(&ko, NOON), "21:00");
    assert_string_equal(say_moment(&ko, NOON + 3 * 3600000), "화 00:00");
    en.offset_s = -3600;
    assert_string_equal(say_moment(&en, NOON), "11:00");
    assert_string_equal(say_stamp(&en, INT64_MIN), "1969-12-31 23:00");
    assert_non_null(say_stamp(&en, INT64_MAX));
}

static void test_particles(void **state)
{
    (void)state;
    static const struct {
        const char *word, *pair, *particle;
    } cases[] = {
        {"노트", "은/는", "는"},      {"웹", "은/는", "은"},
        {"host-1", "은/는", "은"},    {"host-2", "은/는", "는"},
        {"web", "이/가", "이"},       {"lab", "을/를", "을"},
        {"서울", "으로/로", "로"},    {"집", "으로/로", "으로"},
        {"host-1", "으로/로", "로"},  {"spare-3", "으로/로", "으로"},
        {"91%", "이/가", "가"},       {"“웹”", "은/는", "은"},
        {"", "은/는", "는"},          {"R", "이/가", "이"},
        {"admin", "으로/로", "으로"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].word);
        assert_string_equal(say_particle(&arena, cases[i].word, cases[i].pair), cases[i].particle);
    }
}

static const char *message(enum nt_language language, const char *json)
{
    struct say say = in(language);
    json_t *of = json_loads(json, 0, NULL);
    assert_non_null(of);
    const char *text = say_message(&say, of);
    json_decref(of);
    return text;
}

static void test_sentences_are_the_page_s(void **state)
{
    (void)state;
    static const char window[] =
        "{\"key\": \"plan.window\", \"params\": {\"host\": \"host-1\", \"resource\": \"cpu\","
        "\"from_ms\": \"1793624400000\", \"to_ms\": \"1793635200000\", \"peak_pct\": \"96\","
        "\"probability\": \"0.8\", \"count\": \"1\"}}";
    assert_string_equal(message(NT_LANGUAGE_EN, window),
                        "host-1 will be above the line from 13:00 to 16:00 (CPU, peak 96%, "
                        "probability 80%).");
    assert_non_null(strstr(message(NT_LANGUAGE_KO, window), "host-1이 13:00부터 16:00까지"));
    assert_string_equal(
        message(NT_LANGUAGE_EN, "{\"key\": \"tide.fine\", \"params\": {\"count\": 1}}"),
        "The host is fine.");
    assert_string_equal(
        message(NT_LANGUAGE_EN, "{\"key\": \"tide.fine\", \"params\": {\"count\": 2}}"),
        "2 hosts are fine.");
    assert_string_equal(
        message(NT_LANGUAGE_EN, "{\"key\": \"new.thing\", \"params\": {\"cpu_milli\": 500}}"),
        "new.thing cpu_milli=0.5");
    assert_string_equal(message(NT_LANGUAGE_EN, "{}"), "");
    struct say ko = in(NT_LANGUAGE_KO);
    assert_string_equal(say_word(&ko, "state", "running"), "실행 중");
    assert_string_equal(say_word(&ko, "state", "unheard-of"), "unheard-of");
    assert_string_equal(say_word(&ko, "state", NULL), "–");
}

/* Whatever the installation may say has a text in both languages. */
static void expect_known(const char *key)
{
    static const enum nt_language languages[] = {NT_LANGUAGE_EN, NT_LANGUAGE_KO};
    for (size_t i = 0; i < NT_COUNT(languages); i++) {
        struct say to = in(languages[i]);
        const char *full = nt_arena_printf(&arena, "say.%s", key);
        print_message("%s\n", full);
        assert_string_not_equal(say(&to, full, NULL), full);
    }
}

static void test_every_message_has_a_text(void **state)
{
    (void)state;
    json_t *openapi = json_load_file(OPENAPI, 0, NULL);
    json_t *schemas = json_object_get(json_object_get(openapi, "components"), "schemas");
    json_t *keys = json_object_get(json_object_get(schemas, "MessageKey"), "enum");
    assert_true(json_array_size(keys) > 0);
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const char *key = json_string_value(json_array_get(keys, i));
        if (strncmp(key, "setup.", 6) != 0) /* of the first start's page only */
            expect_known(key);
    }
    json_decref(openapi);
    json_t *reasons = json_load_file(REASONS, 0, NULL);
    const char *key = NULL;
    json_t *params = NULL;
    json_object_foreach(json_object_get(reasons, "reasons"), key, params)
    {
        expect_known(key);
    }
    json_decref(reasons);
}

static int begin(void **state)
{
    (void)state;
    nt_arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    nt_arena_deinit(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_figures, begin, end),
        cmocka_unit_test_setup_teardown(test_moments, begin, end),
        cmocka_unit_test_setup_teardown(test_particles, begin, end),
        cmocka_unit_test_setup_teardown(test_sentences_are_the_page_s, begin, end),
        cmocka_unit_test_setup_teardown(test_every_message_has_a_text, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
