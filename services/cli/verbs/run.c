#include "step.h"

#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

#define API        "/api/v1"
#define TASK_MS    300
#define SETTLE_MS  500
#define PATIENT_MS 180000 /* what takes longer is left to be looked at */

struct run *run_new(const struct command *command, const struct run_options *options)
{
    struct run *run = nt_zalloc(sizeof(*run));
    run->command = command;
    run->options = *options;
    nt_arena_init(&run->arena);
    run->say = (struct say){.arena = &run->arena,
                            .language = options->language,
                            .now_ms = options->now_ms,
                            .zone_s = options->zone_s,
                            .offset_s = options->offset_s};
    run->is_met = true; /* nothing is needed to begin */
    return run;
}

void run_free(struct run *run)
{
    if (run == NULL)
        return;
    json_decref(run->body);
    json_decref(run->answer);
    json_decref(run->items);
    json_decref(run->server);
    nt_buf_deinit(&run->output);
    nt_buf_deinit(&run->progress);
    nt_arena_deinit(&run->arena);
    free(run);
}

/* --- which server is meant ------------------------------------------------------------------- */

/* The first argument of most verbs is a server: found before their first step. */
static bool needs_server(const struct run *run)
{
    return run->command->args_count > 0 && (nt_text_starts(run->command->verb->args, "SERVER") ||
                                            nt_text_starts(run->command->verb->args, "[SERVER]"));
}

static const json_t *find_server(const struct run *run)
{
    size_t index = 0;
    json_t *server = NULL;
    json_array_foreach(run->items, index, server)
    {
        if (nt_text_is(text_at(server, "name"), run->command->args[0]) ||
            nt_text_is(text_at(server, "server"), run->command->args[0]))
            return server;
    }
    return NULL;
}

/* First among my own servers, then, for an administrator, among everybody's. */
static void find_step(struct run *run)
{
    int step = run->find++;
    bool is_first = step == 0;
    const json_t *server = is_first || run->status >= 400 ? NULL : find_server(run);
    if (server != NULL) {
        run->server = json_incref((json_t *)server);
        run->command->verb->step(run);
        return;
    }
    if (step == 2) {
        step_fail(run, VERB_NOT_FOUND,
                  say_with(&run->say, "server.none", "name", run->command->args[0]));
        return;
    }
    step_list(run, is_first ? API "/servers" : API "/servers?owner=all");
    run->is_tried = !is_first; /* who is no administrator has none but their own */
}

enum run_need run_next(struct run *run)
{
    while (run->is_met && run->need != RUN_DONE) {
        run->is_met = false;
        if (needs_server(run) && run->server == NULL)
            find_step(run);
        else
            run->command->verb->step(run);
    }
    return run->need;
}

/* --- answers --------------------------------------------------------------------------------- */

static void ask(struct run *run, enum ask_kind kind, const char *method, const char *path)
{
    run->kind = kind;
    run->need = RUN_ASK;
    run->is_tried = false;
    run->request = (struct run_request){.method = method, .path = path};
}

static void ask_page(struct run *run, const char *after)
{
    const char *path = run->list_path;
    const char *mark = strchr(path, '?') == NULL ? "?" : "&";
    path = nt_arena_printf(&run->arena, "%s%slimit=100", path, mark);
    if (after != NULL)
        path = nt_arena_printf(&run->arena, "%s&after=%s", path, step_segment(run, after));
    bool is_tried = run->is_tried;
    ask(run, ASK_LIST, "GET", path);
    run->is_tried = is_tried;
}

static void on_page(struct run *run)
{
    (void)json_array_extend(run->items, json_object_get(run->answer, "items"));
    const char *next = text_at(run->answer, "next");
    if (next != NULL && json_array_size(run->items) < STEP_ITEMS_MAX)
        ask_page(run, next);
    else
        run->is_met = true;
}

static void wait_then(struct run *run, enum ask_kind kind, uint32_t wait_ms)
{
    run->kind = kind;
    run->need = RUN_WAIT;
    run->wait_ms = wait_ms;
}

static void tell_stage(struct run *run, const json_t *task)
{
    const char *stage = say_message(&run->say, json_object_get(task, "stage"));
    double total = number_at(task, "bytes_total");
    if (total > 0)
        stage = nt_arena_printf(&run->arena, "%s: %s / %s", stage,
                                say_bytes(&run->say, number_at(task, "bytes_done")),
                                say_bytes(&run->say, total));
    if (stage[0] != '\0')
        step_progress(run, stage);
}

/* The answer is a task: wait for its end, or leave it to be looked at. */
static void on_task(struct run *run)
{
    const char *state = text_at(run->answer, "state");
    const char *id = text_at(run->answer, "task");
    if (id == NULL || nt_text_is(state, "done")) {
        run->is_met = true;
    } else if (nt_text_is(state, "failed")) {
        json_t *problem = json_incref(json_object_get(run->answer, "problem"));
        json_decref(run->answer);
        run->answer = problem;
        run->status = (int)json_integer_value(json_object_get(problem, "status")) % 1000;
        step_problem(run);
    } else if (!run->options.is_patient || run->command->is_quick || run->waited_ms > PATIENT_MS) {
        step_say(run, "task.later", NULL);
        step_done(run);
    } else {
        tell_stage(run, run->answer);
        run->list_path = nt_arena_printf(&run->arena, API "/tasks/%s", step_segment(run, id));
        wait_then(run, ASK_TASK, TASK_MS);
    }
}

/* A server that is to stop is called running while it still does. */
static bool rests(const struct run *run, const char *state)
{
    if (run->wanted != NULL && nt_text_is(state, "running"))
        return nt_text_is(run->wanted, state);
    return !nt_text_is(state, "preparing") && !nt_text_is(state, "moving") &&
           !nt_text_is(state, "deleting");
}

static void on_settle(struct run *run)
{
    json_decref(run->server);
    run->server = json_incref(run->answer);
    const char *state = text_at(run->server, "state");
    if (rests(run, state) || run->waited_ms > PATIENT_MS) {
        run->is_met = true;
        return;
    }
    const json_t *move = json_object_get(run->server, "move");
    step_progress(run, json_is_object(move) ? say_word(&run->say, "phase", text_at(move, "phase"))
                                            : say_word(&run->say, "state", state));
    wait_then(run, ASK_SETTLE, SETTLE_MS);
}

static void follow_up(struct run *run)
{
    switch (run->kind) {
    case ASK_PLAIN:
        run->is_met = true;
        break;
    case ASK_LIST:
        on_page(run);
        break;
    case ASK_CHANGE:
        if (run->status == 202)
            on_task(run);
        else
            run->is_met = true;
        break;
    case ASK_TASK:
        on_task(run);
        break;
    case ASK_SETTLE:
        on_settle(run);
        break;
    }
}

void run_answer(struct run *run, int status, json_t *json)
{
    json_decref(run->answer);
    run->answer = json;
    run->status = status;
    json_decref(run->body);
    run->body = NULL;
    if (status >= 200 && status < 300)
        follow_up(run);
    else if (run->is_tried && status >= 400 && status < 500)
        run->is_met = true;
    else
        step_problem(run);
}

void run_waited(struct run *run)
{
    run->waited_ms += run->wait_ms;
    const char *path = run->kind == ASK_SETTLE ? step_server_path(run, "") : run->list_path;
    ask(run, run->kind, "GET", path);
}

void run_confirm(struct run *run, bool is_yes)
{
    run->is_yes = is_yes;
    run->is_met = true;
}

void run_secret(struct run *run, const char *secret)
{
    run->secret = nt_arena_text(&run->arena, secret);
    run->is_met = true;
}

void run_end(struct run *run, enum verb_exit exit)
{
    run->exit = exit;
    run->need = RUN_DONE;
}

/* --- what steps ask for ---------------------------------------------------------------------- */

void step_get(struct run *run, const char *path)
{
    ask(run, ASK_PLAIN, "GET", path);
}

void step_try(struct run *run, const char *path)
{
    ask(run, ASK_PLAIN, "GET", path);
    run->is_tried = true;
}

void step_list(struct run *run, const char *path)
{
    json_decref(run->items);
    run->items = json_array();
    run->list_path = path;
    run->is_tried = false;
    ask_page(run, NULL);
}

void step_change(struct run *run, const char *method, const char *path, json_t *body)
{
    ask(run, ASK_CHANGE, method, path);
    run->body = body;
    run->request.body = body;
    run->request.key = run->options.key;
}

void step_settle(struct run *run)
{
    if (!run->options.is_patient || run->command->is_quick) {
        run->is_met = true; /* it is as it is */
        return;
    }
    ask(run, ASK_SETTLE, "GET", step_server_path(run, ""));
}

void step_confirm(struct run *run, const char *question)
{
    run->need = RUN_CONFIRM;
    run->question = step_clean(run, question);
    if (run->command->is_yes)
        run_confirm(run, true);
}

void step_secret(struct run *run, const char *question)
{
    run->need = RUN_SECRET;
    run->question = step_clean(run, question);
}

void step_local(struct run *run, enum run_local local)
{
    run->need = RUN_LOCAL;
    run->local = local;
}

/* --- what a driver reads --------------------------------------------------------------------- */

const struct run_request *run_request(const struct run *run)
{
    return &run->request;
}

uint32_t run_wait_ms(const struct run *run)
{
    return run->wait_ms;
}

const char *run_question(const struct run *run)
{
    return run->question;
}

enum run_local run_local(const struct run *run)
{
    return run->local;
}

const json_t *run_answered(const struct run *run)
{
    return run->answer;
}

enum verb_exit run_exit(const struct run *run)
{
    return run->exit;
}

static const char *take(struct nt_buf *buf, size_t *taken)
{
    const char *text = nt_buf_text(buf) + *taken;
    *taken = buf->len;
    return text;
}

const char *run_take_output(struct run *run)
{
    return take(&run->output, &run->output_taken);
}

const char *run_take_progress(struct run *run)
{
    return take(&run->progress, &run->progress_taken);
}
