/*
 * Argon2id on the pool (RFC 9106; libsodium). Each takes 64 MiB and about a tenth of a second, so
 * at most 2 run and 16 wait. Loop thread only.
 */
#ifndef API_PASSWORDS_H
#define API_PASSWORDS_H

#include <nt/loop.h>

struct passwords;

int passwords_new(struct nt_loop *loop, struct passwords **ret_passwords, struct nt_error *err);

/* What waits is answered with -ECANCELED; what is under way ends before the loop does. */
void passwords_free(struct passwords *passwords);

/*
 * done gets 0 and the string form of the hash (borrowed for the call), or -EBUSY, -ENOMEM or
 * -ECANCELED. The password is copied, and wiped afterwards.
 */
void passwords_hash(struct passwords *passwords, const char *password,
                    void (*done)(void *arg, int status, const char *hash), void *arg);

/* done gets 0: right, -EACCES: wrong, or as above. hash "" takes as long and is wrong: nobody
 * learns which names exist. */
void passwords_check(struct passwords *passwords, const char *password, const char *hash,
                     void (*done)(void *arg, int status, const char *hash), void *arg);

#endif
