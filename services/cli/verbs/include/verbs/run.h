/*
 * A command being carried out, without any I/O of its own: it says what it needs next, whoever has
 * a network, a clock and a person gives it. The terminal's client and the api's console drive it.
 *
 *     struct run *run = run_new(&command, &options);
 *     while ((need = run_next(run)) != RUN_DONE)
 *         ... one of the functions below for that need ...
 *
 * After each run_next() what is to be shown so far is in run_take_output(), progress in
 * run_take_progress(). Pure; one thread.
 */
#ifndef VERBS_RUN_H
#define VERBS_RUN_H

#include <jansson.h>
#include <nt/span.h>
#include <verbs/verb.h>

struct run;

struct run_options {
    enum nt_language language;
    int64_t now_ms;                   /* wall */
    int32_t (*zone_s)(int64_t at_ms); /* the reader's time zone, east of UTC; NULL: offset_s */
    int32_t offset_s;
    bool is_patient; /* wait for what was begun, and tell of its progress; else say how to look */
    const char *key; /* Idempotency-Key: random, another for each command */
    const char *url; /* of the console, without a slash at its end */
};

enum run_need {
    RUN_ASK,     /* an HTTP request: run_request(), then run_answer() */
    RUN_WAIT,    /* run_wait_ms(), then run_waited() */
    RUN_CONFIRM, /* a question for yes or no: run_question(), then run_confirm() */
    RUN_SECRET,  /* a password: run_question(), then run_secret() */
    RUN_LOCAL,   /* what only a terminal can do: run_local(), then run_end() */
    RUN_DONE,    /* run_exit() */
};

struct run_request {
    const char *method;
    const char *path;   /* with its query: /api/v1/... */
    const char *key;    /* Idempotency-Key; NULL for a GET */
    const json_t *body; /* NULL: none */
};

/* What a terminal does itself. The command's arguments and options say with what. */
enum run_local {
    RUN_LOCAL_SSH,        /* become ssh: run_answered() is the address's "ssh" */
    RUN_LOCAL_SIGNED_IN,  /* keep the session of the last answer's cookie */
    RUN_LOCAL_SIGNED_OUT, /* forget it */
    RUN_LOCAL_TAIL,       /* follow the events */
    RUN_LOCAL_LOGS,       /* show, perhaps follow, the log: run_answered() is the server */
    RUN_LOCAL_SCHEMAS,    /* write the schemas to a folder or a registry */
    RUN_LOCAL_COMPLETION, /* print the script for a shell */
};

/* command must outlive it. */
struct run *run_new(const struct command *command, const struct run_options *options);
void run_free(struct run *run);
NT_DEFINE_CLEANUP(struct run *, run_free);

enum run_need run_next(struct run *run);

const struct run_request *run_request(const struct run *run);
uint32_t run_wait_ms(const struct run *run);
const char *run_question(const struct run *run);
enum run_local run_local(const struct run *run);
const json_t *run_answered(const struct run *run); /* of the last request; may be NULL */

/* status 0: nobody answered, and json is NULL. json is taken; NULL where the body was none. */
void run_answer(struct run *run, int status, json_t *json);
void run_waited(struct run *run);
void run_confirm(struct run *run, bool is_yes);
void run_secret(struct run *run, const char *secret);
void run_end(struct run *run, enum verb_exit exit);

/* Lend what is new since the last call; empty where nothing is. */
const char *run_take_output(struct run *run);
const char *run_take_progress(struct run *run);

enum verb_exit run_exit(const struct run *run);

#endif
