#include <client/client.h>

#include "local.h"

#include <curl/curl.h>
#include <locale.h>
#include <nt/clock.h>
#include <nt/text.h>
#include <string.h>
#include <termios.h>
#include <time.h>

/* --- the person before the terminal ---------------------------------------------------------- */

static enum nt_language language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < NT_COUNT(names); i++) {
        const char *value = getenv(names[i]);
        if (!nt_text_is_empty(value))
            return nt_text_starts(value, "ko") ? NT_LANGUAGE_KO : NT_LANGUAGE_EN;
    }
    return NT_LANGUAGE_EN;
}

static int32_t zone_s(int64_t at_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm = {0};
    return localtime_r(&at, &tm) == NULL ? 0 : (int32_t)tm.tm_gmtoff;
}

void client_tell(const struct client *client, const char *text)
{
    (void)client;
    (void)fprintf(stderr, "%s\n", text);
}

/* One line from the terminal, or from what stands in for it; NULL at its end. */
static const char *read_line(struct client *client)
{
    char line[1024];
    if (fgets(line, sizeof(line), stdin) == NULL)
        return NULL;
    return nt_arena_text_n(&client->arena, line, strcspn(line, "\n"));
}

static const char *read_secret(struct client *client, const char *question)
{
    struct termios old = {0};
    bool is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &old) == 0;
    if (is_terminal) {
        struct termios quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)fputs(question, stderr);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    const char *secret = read_line(client);
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        (void)fputs("\n", stderr);
    }
    return secret == NULL ? "" : secret;
}

/* Not at a terminal nobody can be asked: no. */
static bool read_yes(struct client *client, const char *question)
{
    (void)fputs(question, stderr);
    const char *line = isatty(STDIN_FILENO) ? read_line(client) : NULL;
    if (line == NULL)
        (void)fputs("\n", stderr);
    return line != NULL && (line[0] == 'y' || line[0] == 'Y' || nt_text_is(line, "네"));
}

/* --- carrying a command out ------------------------------------------------------------------ */

static enum verb_exit sign_in(struct client *client, const char *token)
{
    struct nt_error err = NT_ERROR_INIT;
    struct keep keep = {.url = client->keep.url, .token = token};
    if (token[0] == '\0' || keep_save(&client->arena, &keep, &err) < 0) {
        client_tell(client, err.message);
        return VERB_REFUSED;
    }
    (void)printf("%s\n", say_with(&client->say, "login.done", "name", client->command->args[0]));
    return VERB_DONE;
}

static enum verb_exit sign_out(struct client *client)
{
    struct nt_error err = NT_ERROR_INIT;
    if (keep_forget(&client->arena, &err) < 0) {
        client_tell(client, err.message);
        return VERB_REFUSED;
    }
    (void)printf("%s\n", say(&client->say, "login.gone", NULL));
    return VERB_DONE;
}

static enum verb_exit completion(struct client *client)
{
    const char *shell = client->command->args[0];
    const char *script = verb_completion_script(shell);
    if (script == NULL) {
        client_tell(client, say_with(&client->say, "usage.choice", "word", "SHELL"));
        client_tell(client, client->command->verb->choices);
        return VERB_USAGE;
    }
    (void)fputs(script, stdout);
    return VERB_DONE;
}

static enum verb_exit local(struct client *client, const struct run *run, const char *token)
{
    switch (run_local(run)) {
    case RUN_LOCAL_SSH:
        return shell_become(client, run_answered(run));
    case RUN_LOCAL_SIGNED_IN:
        return sign_in(client, token);
    case RUN_LOCAL_SIGNED_OUT:
        return sign_out(client);
    case RUN_LOCAL_TAIL:
        return tail_events(client);
    case RUN_LOCAL_LOGS:
        return logs_show(client, run_answered(run));
    case RUN_LOCAL_SCHEMAS:
        return schemas_export(client);
    case RUN_LOCAL_COMPLETION:
        return completion(client);
    }
    return VERB_USAGE;
}

static void sleep_ms(uint32_t ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&pause, NULL);
}

static void flush(struct run *run)
{
    (void)fputs(run_take_output(run), stdout);
    (void)fflush(stdout);
    (void)fputs(run_take_progress(run), stderr);
}

static int drive(struct client *client, struct run *run)
{
    struct ask_reply reply = {0};
    for (;;) {
        enum run_need need = run_next(run);
        flush(run);
        switch (need) {
        case RUN_ASK:
            ask_send(&client->keep, client->say.language, run_request(run), &reply);
            run_answer(run, reply.status, reply.json);
            break;
        case RUN_WAIT:
            sleep_ms(run_wait_ms(run));
            run_waited(run);
            break;
        case RUN_CONFIRM:
            run_confirm(run, read_yes(client, run_question(run)));
            break;
        case RUN_SECRET:
            run_secret(run, read_secret(client, run_question(run)));
            break;
        case RUN_LOCAL:
            run_end(run, local(client, run, reply.token));
            break;
        case RUN_DONE:
            return (int)run_exit(run);
        }
    }
}

static int complete(struct nt_arena *arena, int argc, char **argv)
{
    int first = argc > 1 && nt_text_is(argv[1], "--") ? 2 : 1;
    (void)fputs(
        verb_complete(arena, language(), (size_t)(argc - first), (const char *const *)argv + first),
        stdout);
    return VERB_DONE;
}

static int run_command(struct client *client, const struct command *command)
{
    struct nt_error err = NT_ERROR_INIT;
    client->command = command;
    if (keep_load(&client->arena, &client->keep, &err) < 0) {
        client_tell(client, err.message);
        return VERB_USAGE;
    }
    char key[NT_UUID_SIZE];
    nt_uuid7(nt_wall_ms(), key);
    struct run_options options = {.language = client->say.language,
                                  .now_ms = client->say.now_ms,
                                  .zone_s = zone_s,
                                  .is_patient = true,
                                  .key = key,
                                  .url = client->keep.url};
    NT_CLEANUP(run_free_p) struct run *run = run_new(command, &options);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    int status = drive(client, run);
    curl_global_cleanup();
    return status;
}

int client_main(int argc, char **argv)
{
    struct client client = {0};
    nt_arena_init(&client.arena);
    client.say = (struct say){
        .arena = &client.arena, .language = language(), .now_ms = nt_wall_ms(), .zone_s = zone_s};
    struct command command = {0};
    const char *text = NULL;
    int status = VERB_DONE;
    if (argc > 0 && nt_text_is(argv[0], "complete")) {
        status = complete(&client.arena, argc, argv);
    } else {
        int code = command_parse(&client.arena, client.say.language, (size_t)argc,
                                 (const char *const *)argv, &command, &text);
        if (code != 0)
            (void)fputs(text, code < 0 ? stderr : stdout);
        status = code < 0 ? VERB_USAGE : code > 0 ? VERB_DONE : run_command(&client, &command);
    }
    nt_arena_deinit(&client.arena);
    return status;
}
