/*
 * Tokens for bulk HTTP (DESIGN.md section 9): "<expiry in ms>.<HMAC-SHA256 in hex>" with the
 * installation's key over host, server, operation and expiry. Pure. Any thread.
 */
#ifndef PROVISIONER_TOKEN_H
#define PROVISIONER_TOKEN_H

#include <nt/error.h>
#include <stdint.h>

enum { TOKEN_KEY_SIZE = 32, TOKEN_SIZE = 96 };

struct token_claim {
    const char *host;   /* where it may be used */
    const char *server; /* what for */
    const char *operation;
    int64_t expiry_ms; /* wall */
};

/* 64 hex digits. -EINVAL otherwise. */
int token_parse_key(const char *hex, uint8_t ret_key[TOKEN_KEY_SIZE], struct nt_error *err);

void token_make(const uint8_t key[TOKEN_KEY_SIZE], const struct token_claim *claim,
                char ret_token[TOKEN_SIZE]);

/* 0, -EACCES (not ours, or for something else) or -ESTALE (expired); claim->expiry_ms is ignored.
 */
int token_check(const uint8_t key[TOKEN_KEY_SIZE], const struct token_claim *claim,
                const char *token, int64_t now_ms);

#endif
