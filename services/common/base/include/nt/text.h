/* Text: whole-string number parsing, UTF-8, hex, ids. Any thread. */
#ifndef NT_TEXT_H
#define NT_TEXT_H

#include <nt/error.h>
#include <stddef.h>
#include <stdint.h>

bool nt_text_is(const char *a, const char *b); /* equal; two NULLs are equal, one is not */
bool nt_text_is_empty(const char *text);       /* NULL or "" */
bool nt_text_starts(const char *text, const char *prefix);

/* The whole of text must be the number, in range; -EINVAL or -ERANGE otherwise. */
int nt_parse_i64(const char *text, int64_t min, int64_t max, int64_t *ret_value);
int nt_parse_f64(const char *text, double min, double max, double *ret_value); /* finite only */

/* 512, 512k, 512m, 4g, 1t (powers of 1024; b or ib may follow): bytes. -EINVAL or -ERANGE. */
int nt_parse_bytes(const char *text, int64_t *ret_bytes);

/* Well-formed UTF-8 (RFC 3629) without NUL. */
bool nt_utf8_is_valid(const char *text, size_t len);

/* ret_hex must have room for 2 x len + 1. Lower case. */
void nt_hex(const uint8_t *bytes, size_t len, char *ret_hex);
int nt_unhex(const char *hex, uint8_t *ret_bytes, size_t size); /* count, or -EINVAL */

#define NT_UUID_SIZE 37

/* UUIDv7 (RFC 9562 section 5.7): time-ordered in milliseconds, random tail, NUL-terminated. */
void nt_uuid7(int64_t wall_ms, char ret_uuid[NT_UUID_SIZE]);

/* Random bytes from the kernel. */
void nt_random(void *ret_bytes, size_t len);

#endif
