/* Secrets that people carry, and ids made from them: only hashes are stored. Pure. */
#ifndef API_TOKEN_H
#define API_TOKEN_H

#include <nt/text.h>

#define TOKEN_SIZE    65 /* 32 random bytes in hex */
#define TOKEN_HASH    65 /* SHA-256 in hex */
#define TOKEN_ID_SIZE 33 /* the first half of one */

/* random is 32 bytes. */
void token_from(const uint8_t random[32], char ret_token[TOKEN_SIZE]);

/* The key under which a session is stored. Any text. */
void token_hash(const char *token, char ret_hash[TOKEN_HASH]);

/* SHA-256 of any bytes, in hex. */
void token_hash_bytes(const void *bytes, size_t len, char ret_hash[TOKEN_HASH]);

/* Equal, in a time that does not depend on where they differ? Hashes of the same length. */
bool token_is(const char *hash_a, const char *hash_b);

/* The first password of a server: from the installation's key, so that it is never stored and
 * always the same. 16 letters and digits that are not mistaken for each other. */
#define TOKEN_PASSWORD_SIZE 17
void token_password(const char *key, const char *server, char ret_password[TOKEN_PASSWORD_SIZE]);

/* Id of a request: the same for the same actor and Idempotency-Key. */
void token_request_id(const char *actor, const char *key, char ret_id[TOKEN_ID_SIZE]);

/* A UUID (version 8, RFC 9562) made from an id, so that a repeated creation names the same thing.
 */
void token_uuid(const char *id, char ret_uuid[NT_UUID_SIZE]);

#endif
