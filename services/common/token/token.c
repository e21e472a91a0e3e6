#include <nt/token.h>

#include <nt/text.h>
#include <sodium.h>
#include <string.h>

static void sign(const uint8_t key[NT_TOKEN_KEY_SIZE], const struct nt_token_claim *claim,
                 int64_t expiry_ms, uint8_t ret_mac[crypto_auth_hmacsha256_BYTES])
{
    char number[32];
    (void)snprintf(number, sizeof(number), "%lld", (long long)expiry_ms);
    const char *const parts[] = {"neaptide-token-1", claim->host, claim->server, claim->operation,
                                 number};
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, key, NT_TOKEN_KEY_SIZE);
    for (size_t i = 0; i < NT_COUNT(parts); i++) /* with its NUL: parts cannot run together */
        (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)parts[i],
                                            strlen(parts[i]) + 1);
    (void)crypto_auth_hmacsha256_final(&state, ret_mac);
}

int nt_token_parse_key(const char *hex, uint8_t ret_key[NT_TOKEN_KEY_SIZE], struct nt_error *err)
{
    if (strlen(hex) != (size_t)NT_TOKEN_KEY_SIZE * 2 ||
        nt_unhex(hex, ret_key, NT_TOKEN_KEY_SIZE) != NT_TOKEN_KEY_SIZE)
        return nt_fail(err, -EINVAL, "the installation's key is not %d hex digits",
                       NT_TOKEN_KEY_SIZE * 2);
    return 0;
}

void nt_token_make(const uint8_t key[NT_TOKEN_KEY_SIZE], const struct nt_token_claim *claim,
                   char ret_token[NT_TOKEN_SIZE])
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    sign(key, claim, claim->expiry_ms, mac);
    char hex[sizeof(mac) * 2 + 1];
    nt_hex(mac, sizeof(mac), hex);
    (void)snprintf(ret_token, NT_TOKEN_SIZE, "%lld.%s", (long long)claim->expiry_ms, hex);
}

int nt_token_check(const uint8_t key[NT_TOKEN_KEY_SIZE], const struct nt_token_claim *claim,
                   const char *token, int64_t now_ms)
{
    const char *dot = token == NULL ? NULL : strchr(token, '.');
    if (dot == NULL || dot - token > 20)
        return -EACCES;
    char number[24];
    (void)snprintf(number, sizeof(number), "%.*s", (int)(dot - token), token);
    int64_t expiry_ms = 0;
    uint8_t given[crypto_auth_hmacsha256_BYTES];
    if (nt_parse_i64(number, 0, INT64_MAX, &expiry_ms) < 0 ||
        strlen(dot + 1) != sizeof(given) * 2 ||
        nt_unhex(dot + 1, given, sizeof(given)) != (int)sizeof(given))
        return -EACCES;
    uint8_t right[crypto_auth_hmacsha256_BYTES];
    sign(key, claim, expiry_ms, right);
    if (sodium_memcmp(given, right, sizeof(right)) != 0)
        return -EACCES;
    return expiry_ms < now_ms ? -ESTALE : 0;
}
