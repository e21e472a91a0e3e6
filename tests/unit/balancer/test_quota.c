#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <balancer/quota.h>
#include <nt/text.h>

static const int64_t GB = (int64_t)1 << 30;

static void test_quota(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct nt_resources limit, used, asked;
        int servers_limit, servers_used, servers_asked;
        const char *code; /* NULL: allowed */
        const char *figure;
        const char *value;
    } cases[] = {
        {"within",
         {.cpu_milli = 2000, .mem_bytes = 4 * GB},
         {.cpu_milli = 500},
         {.cpu_milli = 1500, .mem_bytes = 4 * GB},
         3,
         2,
         1,
         NULL,
         NULL,
         NULL},
        {"one milli too many",
         {.cpu_milli = 2000, .mem_bytes = 4 * GB},
         {.cpu_milli = 500},
         {.cpu_milli = 1501, .mem_bytes = 1},
         3,
         2,
         1,
         "quota-cpu",
         "left_milli",
         "1500"},
        {"memory",
         {.cpu_milli = 2000, .mem_bytes = 1000},
         {.mem_bytes = 1000},
         {.cpu_milli = 1, .mem_bytes = 1},
         3,
         0,
         1,
         "quota-memory",
         "used_bytes",
         "1000"},
        {"servers",
         {.cpu_milli = 2000, .mem_bytes = GB},
         {0},
         {.cpu_milli = 1, .mem_bytes = 1},
         3,
         3,
         1,
         "quota-servers",
         "limit",
         "3"},
        {"no server more: a resize",
         {.cpu_milli = 2000, .mem_bytes = GB},
         {0},
         {.cpu_milli = 1, .mem_bytes = 1},
         3,
         3,
         0,
         NULL,
         NULL,
         NULL},
        {"no limit on servers",
         {.cpu_milli = 2000, .mem_bytes = GB},
         {0},
         {.cpu_milli = 1, .mem_bytes = 1},
         -1,
         999,
         1,
         NULL,
         NULL,
         NULL},
        {"no GPU",
         {.cpu_milli = 2000, .mem_bytes = GB},
         {0},
         {.cpu_milli = 1, .mem_bytes = 1, .gpu_count = 1},
         -1,
         0,
         1,
         "quota-gpu",
         "limit",
         "0"},
        {"disk is not limited by 0",
         {.cpu_milli = 2000, .mem_bytes = GB},
         {0},
         {.cpu_milli = 1, .mem_bytes = 1, .disk_bytes = GB},
         -1,
         0,
         1,
         NULL,
         NULL,
         NULL},
        {"disk",
         {.cpu_milli = 2000, .mem_bytes = GB, .disk_bytes = 5},
         {.disk_bytes = 4},
         {.cpu_milli = 1, .mem_bytes = 1, .disk_bytes = 2},
         -1,
         0,
         1,
         "quota-disk",
         "left_bytes",
         "1"},
        {"already over: left is nothing",
         {.cpu_milli = 100, .mem_bytes = GB},
         {.cpu_milli = 200},
         {.cpu_milli = 1, .mem_bytes = 1},
         -1,
         0,
         1,
         "quota-cpu",
         "left_milli",
         "0"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_arena arena;
        nt_arena_init(&arena);
        struct answer answer = {.arena = &arena};
        const struct quota quota = {.limit = &cases[i].limit,
                                    .servers_limit = cases[i].servers_limit};
        bool allowed = quota_allows(&quota, &cases[i].used, cases[i].servers_used, &cases[i].asked,
                                    cases[i].servers_asked, &answer);
        if (allowed != (cases[i].code == NULL))
            fail_msg("%s: allowed is %d", cases[i].name, allowed);
        if (cases[i].code != NULL) {
            assert_string_equal(answer.code, cases[i].code);
            const char *value = nt_pairs_find(answer.params, answer.params_count, cases[i].figure);
            if (!nt_text_is(value, cases[i].value))
                fail_msg("%s: %s is %s", cases[i].name, cases[i].figure, value);
        }
        nt_arena_deinit(&arena);
    }
}

static void test_no_quota(void **state)
{
    (void)state;
    struct answer answer = {0};
    const struct quota quota = {.limit = NULL, .servers_limit = -1};
    const struct nt_resources used = {.cpu_milli = 1}, asked = {.cpu_milli = INT64_MAX};
    assert_true(quota_allows(&quota, &used, 5, &asked, 1, &answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_quota),
                                       cmocka_unit_test(test_no_quota)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
