#include <api/token.h>
#include <sodium.h>
#include <string.h>

void token_from(const uint8_t random[32], char ret_token[TOKEN_SIZE])
{
    nt_hex(random, 32, ret_token);
}

void token_hash_bytes(const void *bytes, size_t len, char ret_hash[TOKEN_HASH])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, bytes, len);
    nt_hex(hash, sizeof(hash), ret_hash);
}

void token_hash(const char *token, char ret_hash[TOKEN_HASH])
{
    token_hash_bytes(token, strlen(token), ret_hash);
}

bool token_is(const char *hash_a, const char *hash_b)
{
    size_t len = strlen(hash_a);
    return len == strlen(hash_b) && sodium_memcmp(hash_a, hash_b, len) == 0;
}

void token_password(const char *key, const char *server, char ret_password[TOKEN_PASSWORD_SIZE])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32 of them */
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, (const uint8_t *)key, strlen(key));
    (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)"first password\n", 15);
    (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)server, strlen(server));
    (void)crypto_auth_hmacsha256_final(&state, mac);
    for (size_t i = 0; i < TOKEN_PASSWORD_SIZE - 1; i++)
        ret_password[i] = letters[mac[i] & 31];
    ret_password[TOKEN_PASSWORD_SIZE - 1] = '\0';
}

static void hash_two(const char *first, const char *second,
                     uint8_t ret_hash[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    /* With the NUL between them, no two pairs look alike. */
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)first, strlen(first) + 1);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)second, strlen(second));
    (void)crypto_hash_sha256_final(&state, ret_hash);
}

void token_request_id(const char *actor, const char *key, char ret_id[TOKEN_ID_SIZE])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    hash_two(actor, key, hash);
    nt_hex(hash, (TOKEN_ID_SIZE - 1) / 2, ret_id);
}

void token_uuid(const char *id, char ret_uuid[NT_UUID_SIZE])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    hash_two("uuid", id, hash);
    hash[6] = (uint8_t)(0x80 | (hash[6] & 0x0F));
    hash[8] = (uint8_t)(0x80 | (hash[8] & 0x3F));
    char hex[2 * 16 + 1];
    nt_hex(hash, 16, hex);
    (void)snprintf(ret_uuid, NT_UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                   hex + 16, hex + 20);
}
