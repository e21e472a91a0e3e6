/* Private to the verbs: what their steps are made of. A step ends with exactly one of these calls
 * that ask for something or end the run; the next step gets the answer. */
#ifndef STEP_H
#define STEP_H

#include <verbs/grid.h>
#include <verbs/run.h>
#include <verbs/say.h>

#define STEP_ITEMS_MAX 10000 /* of a list: what more there is is not shown */

/* How an answer is followed up before the next step sees it. */
enum ask_kind {
    ASK_PLAIN,
    ASK_LIST,   /* page after page */
    ASK_CHANGE, /* a task is followed until it is decided */
    ASK_TASK,
    ASK_SETTLE, /* a server is looked at until it rests */
};

struct run {
    const struct command *command;
    struct run_options options;
    struct nt_arena arena;
    struct say say;
    int step; /* how often the verb's steps were called before */
    int find; /* the same, for finding the server that is meant */

    enum run_need need;
    bool is_met; /* what was needed is there */
    enum ask_kind kind;
    bool is_tried; /* a problem is the step's affair too */
    struct run_request request;
    json_t *body;
    const char *list_path;
    const char *question;
    enum run_local local;
    int64_t waited_ms;
    uint32_t wait_ms;
    const char *told;   /* the progress that was told last */
    const char *wanted; /* the state that settles; NULL: any that rests */

    int status;
    json_t *answer; /* of the last request */
    json_t *items;  /* of the last list */
    json_t *server; /* the one that the first argument names, once found */
    bool is_yes;
    const char *secret;

    struct nt_buf output, progress;
    size_t output_taken, progress_taken;
    enum verb_exit exit;
};

/* --- asking ----------------------------------------------------------------------------------- */

void step_get(struct run *run, const char *path);
void step_try(struct run *run, const char *path);  /* run->status says whether it worked */
void step_list(struct run *run, const char *path); /* path without a query, or with one */
void step_change(struct run *run, const char *method, const char *path, json_t *body); /* taken */
void step_settle(struct run *run); /* look at run->server until it rests; at once if impatient */
void step_confirm(struct run *run, const char *question);
void step_secret(struct run *run, const char *question);
void step_local(struct run *run, enum run_local local);

/* "/api/v1/servers/<id>" and what is added, for run->server. */
const char *step_server_path(const struct run *run, const char *more);

/* A segment of a path, percent-encoded. */
const char *step_segment(const struct run *run, const char *text);

/* --- ending ----------------------------------------------------------------------------------- */

void step_done(struct run *run);
void step_fail(struct run *run, enum verb_exit exit, const char *text);
void step_problem(struct run *run); /* the last answer is one */

/* With --json: print it and end, true. json is borrowed. */
bool step_is_json(struct run *run, const json_t *json);

/* The two steps of a verb that shows what is at path: the first asks, the second has it. True: in
 * run->answer (run->items), to be shown as text; false: asked, or printed as JSON and ended. */
bool step_got(struct run *run, const char *path);
bool step_listed(struct run *run, const char *path);

/* --- showing ---------------------------------------------------------------------------------- */

const char *step_clean(struct run *run, const char *text); /* line feeds alone are kept */
void step_print(struct run *run, const char *line);        /* a line feed is added */
void step_say(struct run *run, const char *key, const json_t *params);
void step_progress(struct run *run, const char *text); /* once for each new text */
void step_grid(struct run *run, struct grid *grid);    /* shows and releases it */

/* "CPU", "address": the heading of a column. */
const char *step_head(const struct run *run, const char *key);

const char *text_at(const json_t *json, const char *name); /* NULL where it is none */
double number_at(const json_t *json, const char *name);    /* 0 where it is none */
int64_t time_at(const json_t *json, const char *name);     /* the same, in what calendars know */

/* "0.7 CPU, 512 MB" of {"cpu_milli", "mem_bytes"}; "–" for null. */
const char *step_resources(const struct run *run, const json_t *resources);

/* A moment as people type it: 12:40 (the next), 2026-11-24T12:40, +30m, +2h. -EINVAL */
int step_moment(const struct run *run, const char *text, int64_t *ret_at_ms);

/* --- the steps, by file ----------------------------------------------------------------------- */

void steps_login(struct run *run);
void steps_logout(struct run *run);
void steps_me(struct run *run);
void steps_users(struct run *run);
void steps_users_add(struct run *run);
void steps_users_link(struct run *run);
void steps_tokens(struct run *run);
void steps_tokens_add(struct run *run);
void steps_tokens_rm(struct run *run);
void steps_logs(struct run *run);
void steps_templates(struct run *run);
void steps_servers(struct run *run);
void steps_stats(struct run *run);
void steps_access(struct run *run);
void steps_new(struct run *run);
void steps_start(struct run *run);
void steps_stop(struct run *run);
void steps_restart(struct run *run);
void steps_rm(struct run *run);
void steps_resize(struct run *run);
void steps_rename(struct run *run);
void steps_shell(struct run *run);
void steps_events(struct run *run);
void steps_events_tail(struct run *run);
void steps_pin(struct run *run);
void steps_unpin(struct run *run);
void steps_stay(struct run *run);
void steps_defer(struct run *run);
void steps_consent(struct run *run);
void steps_move(struct run *run);
void steps_hosts(struct run *run);
void steps_cordon(struct run *run);
void steps_uncordon(struct run *run);
void steps_role(struct run *run);
void steps_forecast(struct run *run);
void steps_tide(struct run *run);
void steps_plans(struct run *run);
void steps_why(struct run *run);
void steps_mode(struct run *run);
void steps_tasks(struct run *run);
void steps_schemas_export(struct run *run);
void steps_completion(struct run *run);

#endif
