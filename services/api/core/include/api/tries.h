/*
 * Brakes on guessing passwords: after 5 failures in a row for one key (an account's name, or a
 * client's address with a larger allowance) each further try must wait, 1 s at first, doubling up
 * to 5 minutes. Forgotten an hour after the last failure. Pure; time is passed in.
 */
#ifndef API_TRIES_H
#define API_TRIES_H

#include <stdint.h>

#define TRIES_MAX 4096 /* keys remembered; beyond, the one that failed longest ago goes */

struct tries;

struct tries *tries_new(void);
void tries_free(struct tries *tries);

/* Seconds that this key must still wait; 0: go on. free_count failures cost nothing. */
int64_t tries_wait_s(const struct tries *tries, const char *key, int free_count, int64_t mono_ms);

void tries_failed(struct tries *tries, const char *key, int64_t mono_ms);
void tries_succeeded(struct tries *tries, const char *key);

#endif
