/*
 * Tokens for bulk HTTP (DESIGN.md section 9): "<expiry in ms>.<HMAC-SHA256 in hex>" with the
 * installation's key over host, server, operation and expiry. Pure. Any thread.
 */
#ifndef NT_TOKEN_H
#define NT_TOKEN_H

#include <nt/error.h>
#include <stdint.h>

enum { NT_TOKEN_KEY_SIZE = 32, NT_TOKEN_SIZE = 96 };

struct nt_token_claim {
    const char *host;   /* where it may be used */
    const char *server; /* what for */
    const char *operation;
    int64_t expiry_ms; /* wall */
};

/* 64 hex digits. -EINVAL otherwise. */
int nt_token_parse_key(const char *hex, uint8_t ret_key[NT_TOKEN_KEY_SIZE], struct nt_error *err);

void nt_token_make(const uint8_t key[NT_TOKEN_KEY_SIZE], const struct nt_token_claim *claim,
                   char ret_token[NT_TOKEN_SIZE]);

/* 0, -EACCES (not ours, or for something else) or -ESTALE (expired); claim->expiry_ms is ignored.
 */
int nt_token_check(const uint8_t key[NT_TOKEN_KEY_SIZE], const struct nt_token_claim *claim,
                   const char *token, int64_t now_ms);

#endif
