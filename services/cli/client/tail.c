/* `events tail` and `logs`: what the api says as it happens, a line each; goes on after a broken
 * connection.
 */
#include "local.h"

#include <nt/clock.h>
#include <nt/text.h>
#include <string.h>
#include <time.h>
#include <verbs/grid.h>

#define PATH      "/api/v1/events"
#define AGAIN_MS  1000
#define SILENCE_S 60L /* the stream says something each 15 s */

struct tail {
    struct client *client;
    int64_t left; /* to be shown; < 0: no end */
    char id[128];
    bool is_begun; /* something came over this connection */
};

static void show(struct tail *tail, const json_t *event)
{
    struct client *client = tail->client;
    const struct say *say = &client->say;
    const json_t *inner = json_object_get(event, "event");
    const json_t *server = json_object_get(event, "server");
    const json_t *host = json_object_get(event, "host");
    int64_t at_ms = json_integer_value(json_object_get(event, "at_ms"));
    const char *text = "";
    if (json_is_object(inner)) {
        text = say_message(say, json_object_get(inner, "message"));
        at_ms = json_integer_value(json_object_get(inner, "at_ms"));
    } else if (json_is_object(server)) {
        text = nt_arena_printf(
            &client->arena, "%s: %s", json_string_value(json_object_get(server, "name")),
            say_word(say, "state", json_string_value(json_object_get(server, "state"))));
    } else if (json_is_object(host)) {
        text = json_string_value(json_object_get(host, "host"));
    }
    (void)printf("%s  %-14s  %s\n", say_stamp(say, at_ms != 0 ? at_ms : nt_wall_ms()),
                 json_string_value(json_object_get(event, "type")),
                 grid_clean(&client->arena, text == NULL ? "" : text));
}

/* Loads come every few seconds, and are what charts are for. */
static bool is_told(const struct tail *tail, const json_t *event)
{
    const char *type = json_string_value(json_object_get(event, "type"));
    return type != NULL && (tail->client->command->is_json ||
                            (!nt_text_starts(type, "load") && !nt_text_is(type, "hello")));
}

static int on_line(void *arg, const char *line)
{
    struct tail *tail = arg;
    tail->is_begun = true;
    if (nt_text_starts(line, "id:")) {
        const char *id = line + 3 + strspn(line + 3, " ");
        (void)snprintf(tail->id, sizeof(tail->id), "%s", strpbrk(id, "\r\n") == NULL ? id : "");
    }
    if (!nt_text_starts(line, "data:"))
        return 0;
    json_t *event = json_loads(line + 5, 0, NULL);
    if (is_told(tail, event)) {
        if (tail->client->command->is_json)
            (void)printf("%s\n", line + 5 + strspn(line + 5, " "));
        else
            show(tail, event);
        (void)fflush(stdout);
        tail->left -= tail->left > 0;
    }
    json_decref(event);
    nt_arena_reset(&tail->client->arena);
    return tail->left == 0 ? 1 : 0;
}

enum verb_exit tail_events(struct client *client)
{
    const char *brokers = command_option(client->command, "--kafka");
    const char *count = command_option(client->command, "--count");
    struct tail tail = {.client = client, .left = -1};
    if (brokers != NULL)
        return tail_kafka(client, brokers);
    if (count != NULL && nt_parse_i64(count, 1, INT64_MAX, &tail.left) < 0) {
        client_tell(client, say_with(&client->say, "usage.figure", "word", count));
        return VERB_USAGE;
    }
    /* Lines of an arena that is reset after each event: what must stay is copied before. */
    struct keep keep = {.url = strdup(client->keep.url),
                        .token = client->keep.token == NULL ? NULL : strdup(client->keep.token)};
    enum verb_exit exit = VERB_DONE;
    for (;;) {
        tail.is_begun = false;
        int code = ask_lines(&keep, client->say.language, PATH, tail.id, SILENCE_S, on_line, &tail);
        if (code == 1)
            break;
        if (code == 401 || code == 403) {
            client_tell(client, say(&client->say, "sign-in.needed", NULL));
            exit = VERB_SIGN_IN;
            break;
        }
        if (!tail.is_begun && tail.id[0] == '\0') {
            client_tell(client, say_with(&client->say, "problem.unreachable", "url", keep.url));
            exit = VERB_UNREACHABLE;
            break;
        }
        struct timespec pause = {.tv_sec = AGAIN_MS / 1000};
        (void)nanosleep(&pause, NULL);
    }
    free((char *)keep.url);
    free((char *)keep.token);
    return exit;
}

/* --- the log of a server -----------------------------------------------------------------------
 */

/* "TIME o TEXT": its output goes to ours, its errors to our errors. */
static int on_log_line(void *arg, const char *line)
{
    struct client *client = arg;
    const char *space = strchr(line, ' ');
    bool is_error = space != NULL && nt_text_starts(space, " e ");
    (void)fprintf(is_error ? stderr : stdout, "%s\n", grid_clean(&client->arena, line));
    (void)fflush(stdout);
    nt_arena_reset(&client->arena);
    return 0;
}

enum verb_exit logs_show(struct client *client, const json_t *server)
{
    const char *tail = command_option(client->command, "--tail");
    const char *id = json_string_value(json_object_get(server, "server"));
    bool is_followed = command_option(client->command, "--follow") != NULL;
    int64_t lines = 200;
    if (tail != NULL && nt_parse_i64(tail, 0, 10000, &lines) < 0) {
        client_tell(client, say_with(&client->say, "usage.figure", "word", tail));
        return VERB_USAGE;
    }
    char path[256];
    (void)snprintf(path, sizeof(path), "/api/v1/servers/%s/logs?tail=%lld&follow=%d", id,
                   (long long)lines, is_followed ? 1 : 0);
    struct keep keep = {.url = strdup(client->keep.url),
                        .token = client->keep.token == NULL ? NULL : strdup(client->keep.token)};
    int code = ask_lines(&keep, client->say.language, path, NULL, 0, on_log_line, client);
    free((char *)keep.url);
    free((char *)keep.token);
    if (code <= 0)
        return VERB_DONE; /* it ended */
    client_tell(client, say_with(&client->say, "logs.none", "name",
                                 json_string_value(json_object_get(server, "name"))));
    return code == 401 || code == 403 ? VERB_SIGN_IN : VERB_LATER;
}
