/*
 * Private to the handlers: signing in, the brakes on guessing, and accounts being written one at a
 * time.
 */
#ifndef API_SIGN_H
#define API_SIGN_H

#include "ask.h"

#include <api/token.h>

struct sign_in {
    struct nt_account account;
    bool writes_account;            /* it is new or changed */
    const struct nt_session *spent; /* a one-time link that ends with it, or NULL */
    struct nt_session session;
    char token[TOKEN_SIZE];
    char hash[TOKEN_HASH];
};

/* Makes a session, writes it with what belongs to it, sets the cookie, answers 201. sign_in is in
 * the ask's arena. The ask is deferred. */
void sign_in(struct ask *ask, struct sign_in *sign_in);
void sign_set_cookie(struct ask *ask, const char *token, int64_t age_s);

/* Must this client, or whoever tries this name, wait? True: answered. */
bool sign_is_braked(struct ask *ask, const char *name);
void sign_failed(struct ask *ask, const char *name);
void sign_passed(struct ask *ask, const char *name);

/* Does an API token ask? Then answered with session-only: it may not make other secrets. */
bool sign_is_token(struct ask *ask);

/* This one is over: here at once, for everybody when done says 0. */
void sign_end(struct ask *ask, const struct nt_session *session,
              void (*done)(void *arg, int status));

/* Accounts are written one at a time, so that no change is lost and a name is given once. False:
 * answered "busy". Whoever began sets desk->is_account_writing to false when it is written. */
bool sign_begin_account(struct ask *ask);

/* The change that begins now: revision and time. */
void sign_stamp(struct nt_account *account);

/* If-Match against an account; false: answered. */
bool sign_is_match(struct ask *ask, const struct nt_account *account);

#endif
