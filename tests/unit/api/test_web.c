#include <api/cookie.h>
#include <api/origin.h>
#include <nt_cmocka.h>

static void test_only_the_console_itself_is_ours(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *origin;
        const char *fetch_site;
        bool is_ours;
    } cases[] = {
        {"the console", "http://console.localhost:8088", NULL, true},
        {"the console, in capitals", "HTTP://Console.Localhost:8088", "same-origin", true},
        {"a person's server", "http://evil.s.localhost:8088", "same-site", false},
        {"another port", "http://console.localhost:9999", NULL, false},
        {"another scheme", "https://console.localhost:8088", NULL, false},
        {"longer", "http://console.localhost:8088.evil.org", NULL, false},
        {"an opaque origin", "null", NULL, false},
        {"a GET of the console's page", NULL, "same-origin", true},
        {"a GET of a neighbour's page", NULL, "same-site", false},
        {"a GET of a stranger's page", NULL, "cross-site", false},
        {"typed into the address bar", NULL, "none", false},
        {"no browser", NULL, NULL, true},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        assert_int_equal(
            origin_is_ours("http://console.localhost:8088", cases[i].origin, cases[i].fetch_site),
            cases[i].is_ours);
    }
}

static void test_the_cookie_is_bound_to_the_host_under_tls(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    assert_string_equal(
        cookie_set(&arena, "https://console.lab.org", "abc", 60),
        "__Host-neaptide=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
    assert_string_equal(cookie_set(&arena, "http://console.localhost:8088", "", 0),
                        "neaptide-dev=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    nt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_console_itself_is_ours),
        cmocka_unit_test(test_the_cookie_is_bound_to_the_host_under_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
