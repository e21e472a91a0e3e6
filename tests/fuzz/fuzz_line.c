/*
 * The console: the first line is a command, each one behind it an answer of the api. Whatever they
 * are, the command ends, and what is shown is text that steers no terminal.
 */
#include <verbs/run.h>

#include <assert.h>
#include <nt/text.h>
#include <string.h>

#define WORDS_MAX 32
#define STEPS_MAX 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *next_line(const char **at)
{
    char *line = (char *)*at;
    size_t len = strcspn(line, "\n");
    *at += len + (line[len] == '\n');
    line[len] = '\0';
    return line;
}

static void check(const char *text)
{
    assert(nt_utf8_is_valid(text, strlen(text)));
    for (; *text != '\0'; text++)
        assert((uint8_t)*text >= 0x20 || *text == '\n');
}

static void carry_out(const struct command *command, const char *answers)
{
    struct run_options options = {.now_ms = INT64_C(1793620800000),
                                  .is_patient = command->args_count % 2 == 0,
                                  .language = command->is_json ? NT_LANGUAGE_KO : NT_LANGUAGE_EN,
                                  .key = "key",
                                  .url = "http://here"};
    struct run *run = run_new(command, &options);
    for (int i = 0; i < STEPS_MAX; i++) {
        enum run_need need = run_next(run);
        check(run_take_output(run));
        check(run_take_progress(run));
        if (need == RUN_ASK && *answers != '\0') {
            int status = *answers == '!' ? 409 : *answers == '2' ? 202 : 200;
            const char *line = next_line(&answers);
            run_answer(run, status, json_loads(line + 1, JSON_DECODE_ANY, NULL));
        } else if (need == RUN_ASK) {
            run_answer(run, 0, NULL);
        } else if (need == RUN_WAIT) {
            run_waited(run);
        } else if (need == RUN_CONFIRM) {
            check(run_question(run));
            run_confirm(run, true);
        } else if (need == RUN_SECRET) {
            run_secret(run, "secret");
        } else {
            break;
        }
    }
    run_free(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    const char *at = nt_arena_text_n(&arena, (const char *)data, size);
    if (nt_utf8_is_valid(at, size)) {
        const char *line = next_line(&at);
        const char *words[WORDS_MAX];
        struct command command;
        const char *text = NULL;
        int count = command_split(&arena, line, words, WORDS_MAX);
        if (count >= 0)
            (void)verb_complete(&arena, NT_LANGUAGE_KO, (size_t)count, words);
        if (count >= 0 &&
            command_parse(&arena, NT_LANGUAGE_EN, (size_t)count, words, &command, &text) == 0)
            carry_out(&command, at);
        else
            assert(count < 0 || text != NULL);
    }
    nt_arena_deinit(&arena);
    return 0;
}
