#include <api/token.h>
#include <nt_cmocka.h>
#include <string.h>

static void test_tokens_are_stored_as_their_hash(void **state)
{
    (void)state;
    char hash[TOKEN_HASH];
    token_hash("abc", hash); /* FIPS 180-2, appendix B.1 */
    assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(token_is(hash, hash));
    assert_false(token_is(hash, "ba78"));
    char other[TOKEN_HASH];
    token_hash("abd", other);
    assert_false(token_is(hash, other));
    static const uint8_t random[32] = {0x0f, 0xff};
    char token[TOKEN_SIZE];
    token_from(random, token);
    assert_int_equal(strlen(token), 64);
    assert_int_equal(strncmp(token, "0fff00", 6), 0);
}

static void test_the_same_key_of_the_same_person_is_the_same_request(void **state)
{
    (void)state;
    char a[TOKEN_ID_SIZE];
    char b[TOKEN_ID_SIZE];
    token_request_id("ann", "key", a);
    token_request_id("ann", "key", b);
    assert_string_equal(a, b);
    token_request_id("annk", "ey", b);
    assert_string_not_equal(a, b);
    token_request_id("bob", "key", b);
    assert_string_not_equal(a, b);
}

static void test_an_id_names_one_thing(void **state)
{
    (void)state;
    char a[NT_UUID_SIZE];
    char b[NT_UUID_SIZE];
    token_uuid("one", a);
    token_uuid("one", b);
    assert_string_equal(a, b);
    assert_int_equal(a[14], '8');
    assert_non_null(strchr("89ab", a[19]));
    token_uuid("two", b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_are_stored_as_their_hash),
        cmocka_unit_test(test_the_same_key_of_the_same_person_is_the_same_request),
        cmocka_unit_test(test_an_id_names_one_thing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
