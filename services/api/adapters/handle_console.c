/*
 * The console: a line in the words of the terminal's client (services/cli/verbs). What the line
 * asks for is asked of this very api over HTTP as the person who typed it, so that nothing is
 * possible here which is not possible elsewhere, and every check is made once, in front.c.
 */
#include "handle.h"

#include <api/cookie.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <verbs/run.h>
#include <verbs/say.h>

#define WORDS_MAX  64
#define ASKS_MAX   200 /* of one line: a list of 10,000 is 100 pages */
#define TIMEOUT_MS 5000
#define REPLY_MAX  ((size_t)8 << 20)

struct console {
    struct command command;
    struct run *run;
    unsigned asks;
    const char *const *headers; /* of every request: who it is */
    char key[NT_UUID_SIZE];
};

static struct say say_to(struct ask *ask)
{
    return (struct say){.arena = &ask->arena, .language = ask->language, .now_ms = nt_wall_ms()};
}

static void answer(struct ask *ask, const char *output, const char *notes, int status,
                   const char *question)
{
    ask_json(ask, 200,
             json_pack("{s:s, s:s, s:i, s:s?}", "output", output, "notes", notes, "exit", status,
                       "confirm", question));
}

static void finish(struct ask *ask, const char *notes, enum verb_exit status, const char *question)
{
    struct console *console = ask->state;
    struct run *run = console->run;
    const char *output = nt_arena_text(&ask->arena, run_take_output(run));
    notes = nt_arena_printf(&ask->arena, "%s%s", run_take_progress(run), notes);
    question = nt_arena_text(&ask->arena, question);
    run_free(run);
    answer(ask, output, notes, (int)status, question);
}

/* --- asking ourselves ------------------------------------------------------------------------ */

static void go_on(struct ask *ask);

static void on_reply(void *arg, const struct nt_http_reply *reply)
{
    struct ask *ask = arg;
    struct console *console = ask->state;
    if (reply->error == -ECANCELED || ask->request == NULL) { /* we stop, or nobody waits */
        run_free(console->run);
        ask_end(ask);
        return;
    }
    run_answer(console->run, reply->status,
               json_loadb((const char *)reply->body.data, reply->body.len, JSON_DECODE_ANY, NULL));
    go_on(ask);
}

static void send_on(struct ask *ask, const struct run_request *wanted)
{
    const struct console *console = ask->state;
    char *body = wanted->body == NULL ? NULL : json_dumps(wanted->body, JSON_COMPACT);
    struct nt_http_request request = {
        .method = wanted->method,
        .url = nt_arena_printf(&ask->arena, "%s%s", ask->desk->self, wanted->path),
        .headers = console->headers,
        .body = nt_span_of(body),
        .reply_max = REPLY_MAX,
        .timeout_ms = TIMEOUT_MS,
        .done = on_reply,
        .arg = ask,
    };
    ask_defer(ask);
    (void)nt_http_start(ask->desk->http, &request);
    free(body);
}

static void go_on(struct ask *ask)
{
    struct console *console = ask->state;
    struct say say_it = say_to(ask);
    switch (run_next(console->run)) {
    case RUN_ASK:
        if (console->asks++ < ASKS_MAX)
            send_on(ask, run_request(console->run));
        else
            finish(ask, "", VERB_LATER, NULL);
        return;
    case RUN_CONFIRM: {
        bool is_confirmed = json_is_true(json_object_get(ask->body, "confirmed"));
        if (!is_confirmed) {
            finish(ask, "", VERB_REFUSED, run_question(console->run));
            return;
        }
        run_confirm(console->run, true);
        go_on(ask);
        return;
    }
    case RUN_SECRET:
    case RUN_LOCAL:
        finish(ask, say_with(&say_it, "local.only", "word", console->command.verb->words),
               VERB_USAGE, NULL);
        return;
    case RUN_WAIT: /* only who is patient waits */
    case RUN_DONE:
        finish(ask, "", run_exit(console->run), NULL);
    }
}

/* --- a line ---------------------------------------------------------------------------------- */

/* As whom: what the person's own request brought. */
static const char *const *headers_of(struct ask *ask, const char *key)
{
    struct nt_arena *arena = &ask->arena;
    const char **lines = NT_ARRAY(arena, 8, const char *);
    size_t count = 0;
    const char *bearer = nt_request_header(ask->request, "authorization");
    const char *name = cookie_name(ask->desk->site.console);
    const char *cookie = nt_request_cookie(ask->request, name);
    if (bearer != NULL)
        lines[count++] = nt_arena_printf(arena, "Authorization: %s", bearer);
    else if (cookie != NULL)
        lines[count++] = nt_arena_printf(arena, "Cookie: %s=%s", name, cookie);
    lines[count++] = nt_arena_printf(arena, "X-Forwarded-For: %s", ask->peer);
    lines[count++] = nt_arena_printf(arena, "traceparent: %s", ask->trace);
    lines[count++] = nt_arena_printf(arena, "Idempotency-Key: %s", key);
    lines[count++] = "Content-Type: application/json";
    return lines;
}

void handle_run_console(struct ask *ask)
{
    const char *words[WORDS_MAX];
    struct console *console = NT_NEW(&ask->arena, struct console);
    struct say say_it = say_to(ask);
    int count = command_split(&ask->arena, ask_text(ask, "line"), words, WORDS_MAX);
    if (count < 0) {
        answer(ask, "",
               count == -EINVAL ? say(&say_it, "usage.line", NULL)
                                : say_with(&say_it, "usage.many", "word", words[WORDS_MAX - 1]),
               VERB_USAGE, NULL);
        return;
    }
    size_t first = count > 0 && nt_text_is(words[0], "neaptide") ? 1 : 0;
    const char *text = NULL;
    int code = command_parse(&ask->arena, ask->language, (size_t)count - first, words + first,
                             &console->command, &text);
    if (code != 0) {
        answer(ask, code > 0 ? text : "", code > 0 ? "" : text, code > 0 ? VERB_DONE : VERB_USAGE,
               NULL);
        return;
    }
    nt_uuid7(nt_wall_ms(), console->key);
    struct run_options options = {
        .language = ask->language,
        .now_ms = nt_wall_ms(),
        .offset_s = (int32_t)json_integer_value(json_object_get(ask->body, "zone_minutes")) * 60,
        .is_patient = false,
        .key = console->key,
        .url = ask->desk->site.console};
    console->headers = headers_of(ask, console->key);
    console->run = run_new(&console->command, &options);
    ask->state = console;
    go_on(ask);
}

/* --- completion ------------------------------------------------------------------------------ */

static json_t *candidates(const char *lines)
{
    json_t *items = json_array();
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        size_t word = strcspn(lines, "\t");
        const char *help = lines + word + 1;
        (void)json_array_append_new(
            items, json_pack("{s:s%, s:s%}", "word", lines, word, "help", help, len - word - 1));
        lines += len + 1;
    }
    return items;
}

void handle_complete_console(struct ask *ask)
{
    const char *line = nt_request_query(ask->request, "line");
    const char *words[WORDS_MAX + 1];
    line = line == NULL ? "" : line;
    int count = command_split(&ask->arena, line, words, WORDS_MAX);
    size_t len = strlen(line);
    if (count >= 0 && (len == 0 || line[len - 1] == ' '))
        words[count++] = ""; /* the next word is begun */
    json_t *items =
        count < 0 ? json_array()
                  : candidates(verb_complete(&ask->arena, ask->language, (size_t)count, words));
    ask_json(ask, 200, json_pack("{s:o}", "items", items));
}
