/* Tokens: for one host, server, operation and time, and nothing else. */
#include <nt/token.h>
#include <nt_cmocka.h>

static void test_tokens(void **state)
{
    (void)state;
    uint8_t key[NT_TOKEN_KEY_SIZE];
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_token_parse_key("00", key, &err), -EINVAL);
    assert_int_equal(
        nt_token_parse_key("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", key,
                           &err),
        0);
    const struct nt_token_claim claim = {
        .host = "host-1", .server = "s1", .operation = "move m1", .expiry_ms = 1000};
    char token[NT_TOKEN_SIZE];
    nt_token_make(key, &claim, token);
    assert_int_equal(nt_token_check(key, &claim, token, 1000), 0);
    assert_int_equal(nt_token_check(key, &claim, token, 1001), -ESTALE);
    struct nt_token_claim other = claim;
    other.host = "host-2";
    assert_int_equal(nt_token_check(key, &other, token, 0), -EACCES);
    other = claim;
    other.server = "s1m"; /* parts do not run together */
    other.operation = "ove m1";
    assert_int_equal(nt_token_check(key, &other, token, 0), -EACCES);
    uint8_t wrong[NT_TOKEN_KEY_SIZE] = {1};
    assert_int_equal(nt_token_check(wrong, &claim, token, 0), -EACCES);
    token[0] = '9'; /* a later expiry is not signed */
    assert_int_equal(nt_token_check(key, &claim, token, 0), -EACCES);
    static const char *const bad[] = {"", ".", "1000", "1000.", "1000.zz", "x.00"};
    for (size_t i = 0; i < NT_COUNT(bad); i++)
        assert_int_equal(nt_token_check(key, &claim, bad[i], 0), -EACCES);
    assert_int_equal(nt_token_check(key, &claim, NULL, 0), -EACCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
