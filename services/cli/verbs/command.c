#include <verbs/say.h>
#include <verbs/verb.h>

#include "help.h"

#include <nt/text.h>
#include <string.h>

/* --- splitting a line ------------------------------------------------------------------------ */

/* One word at *at, to out; false: a quote is open. */
static bool split_one(const char **at, char *out)
{
    char quote = '\0';
    for (; **at != '\0'; (*at)++) {
        char c = **at;
        if (quote == '\0' && strchr(" \t\r\n", c) != NULL)
            break;
        if (c == quote && quote != '\0') {
            quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else {
            if (c == '\\' && quote != '\'' && (*at)[1] != '\0')
                c = *++*at;
            *out++ = c;
        }
    }
    *out = '\0';
    return quote == '\0';
}

int command_split(struct nt_arena *arena, const char *line, const char **words, size_t max)
{
    size_t count = 0;
    for (;;) {
        line += strspn(line, " \t\r\n");
        if (*line == '\0')
            return (int)count;
        if (count == max)
            return -E2BIG;
        char *word = nt_arena_alloc(arena, strlen(line) + 1);
        if (!split_one(&line, word))
            return -EINVAL;
        words[count++] = word;
    }
}

/* --- which verb ------------------------------------------------------------------------------ */

/* How many of the words are the verb's own; 0: it is not this one. */
static size_t match(const struct verb *verb, size_t count, const char *const *words)
{
    const char *at = verb->words;
    for (size_t i = 0;; i++) {
        size_t len = strcspn(at, " ");
        if (i == count || strlen(words[i]) != len || memcmp(words[i], at, len) != 0)
            return 0;
        if (at[len] == '\0')
            return i + 1;
        at += len + 1;
    }
}

static const struct verb *find(size_t count, const char *const *words, size_t *ret_used)
{
    const struct verb *found = NULL;
    *ret_used = 0;
    for (size_t i = 0; i < verbs_count; i++) {
        size_t used = match(&verbs[i], count, words);
        if (used > *ret_used) {
            *ret_used = used;
            found = &verbs[i];
        }
    }
    return found;
}

/* How many letters must change, come or go (Levenshtein), both of at most 31 letters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[32];
    size_t len = strlen(b);
    for (size_t i = 0; i <= len; i++)
        row[i] = i;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t before = row[0];
        row[0] = i;
        for (size_t k = 1; k <= len; k++) {
            size_t change = before + (a[i - 1] != b[k - 1]);
            before = row[k];
            size_t least = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;
            row[k] = change < least ? change : least;
        }
    }
    return row[len];
}

static const char *unknown(struct nt_arena *arena, const struct say *say, const char *word)
{
    const char *near = NULL;
    size_t least = 3;
    for (size_t i = 0; i < verbs_count && strlen(word) < 31; i++) {
        const char *first = nt_arena_text_n(arena, verbs[i].words, strcspn(verbs[i].words, " "));
        size_t steps = distance(word, first);
        if (steps < least) {
            least = steps;
            near = first;
        }
    }
    const char *text = say_with(say, "usage.unknown", "word", word);
    if (near != NULL)
        text = nt_arena_printf(arena, "%s %s", text, say_with(say, "usage.near", "word", near));
    return nt_arena_printf(arena, "%s\n%s\n", text, say_with(say, "usage.help", "word", "help"));
}

/* --- arguments and options ------------------------------------------------------------------- */

struct reading {
    struct nt_arena *arena;
    const struct say *say;
    struct command *command;
    size_t count;
    const char *const *words;
    size_t at;
    const char *trouble; /* why not; NULL while fine */
};

static void trouble(struct reading *reading, const char *key, const char *word)
{
    reading->trouble = say_with(reading->say, key, "word", word);
}

/* The index of a verb's option, or -1. */
static int option_of(const struct verb *verb, const char *name, size_t len)
{
    for (int i = 0; verb->options != NULL && verb->options[i].name != NULL; i++)
        if (strlen(verb->options[i].name) == len && strncmp(verb->options[i].name, name, len) == 0)
            return i;
    return -1;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (const char *at = choices; at != NULL && *at != '\0'; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strcspn(at, " ") == len && strncmp(at, value, len) == 0)
            return true;
    }
    return choices == NULL;
}

static void read_option(struct reading *reading, const char *word)
{
    size_t len = strcspn(word, "=");
    int index = option_of(reading->command->verb, word, len);
    if (index < 0) {
        trouble(reading, "usage.option", word);
        return;
    }
    const struct verb_option *option = &reading->command->verb->options[index];
    const char *value = word[len] == '=' ? word + len + 1 : NULL;
    if (option->value == NULL) {
        if (value != NULL)
            trouble(reading, "usage.flag", option->name);
        value = "";
    } else if (value == NULL && reading->at < reading->count) {
        value = reading->words[reading->at++];
    }
    if (value == NULL)
        trouble(reading, "usage.value", option->name);
    else if (option->value != NULL && !is_choice(option->choices, value))
        reading->trouble = nt_arena_printf(
            reading->arena, "%s %s", say_with(reading->say, "usage.choice", "word", option->name),
            option->choices);
    reading->command->values[index] = value;
}

static void read_word(struct reading *reading, const char *word, bool is_plain)
{
    struct command *command = reading->command;
    if (is_plain || word[0] != '-' || word[1] == '\0') {
        if (command->args_count == VERB_ARGS_MAX)
            trouble(reading, "usage.many", word);
        else
            command->args[command->args_count++] = word;
    } else if (nt_text_is(word, "--json")) {
        command->is_json = true;
    } else if (nt_text_is(word, "-y")) {
        read_option(reading, "--yes");
    } else if (nt_text_is(word, "-f")) {
        read_option(reading, "--follow");
    } else {
        read_option(reading, word);
    }
}

static void check_count(struct reading *reading)
{
    const char *at = reading->command->verb->args;
    size_t index = 0;
    while (*at != '\0') {
        size_t len = strcspn(at, " ");
        bool is_many = len > 3 && strncmp(at + len - 3, "...", 3) == 0;
        if (index >= reading->command->args_count && at[0] != '[') {
            trouble(reading, "usage.missing", nt_arena_text_n(reading->arena, at, len));
            return;
        }
        if (is_many)
            return;
        index++;
        at += len;
        at += strspn(at, " ");
    }
    if (reading->command->args_count > index)
        trouble(reading, "usage.many", reading->command->args[index]);
}

static bool wants_help(size_t count, const char *const *words)
{
    for (size_t i = 0; i < count && !nt_text_is(words[i], "--"); i++)
        if (nt_text_is(words[i], "--help") || nt_text_is(words[i], "-h"))
            return true;
    return false;
}

int command_parse(struct nt_arena *arena, enum nt_language language, size_t count,
                  const char *const *words, struct command *ret_command, const char **ret_text)
{
    struct say say = {.arena = arena, .language = language};
    bool is_help = count > 0 && (nt_text_is(words[0], "help") || nt_text_is(words[0], "verbs"));
    if (is_help) {
        words++;
        count--;
    }
    size_t used = 0;
    const struct verb *verb = find(count, words, &used);
    if (count == 0 || (verb == NULL && words[0][0] == '-')) {
        *ret_text = verb_overview(arena, language);
        return count == 0 || wants_help(count, words) ? 1 : -EINVAL;
    }
    if (verb == NULL) {
        *ret_text = unknown(arena, &say, words[0]);
        return -EINVAL;
    }
    if (is_help || wants_help(count, words)) {
        *ret_text = verb_help(arena, language, verb);
        return 1;
    }
    struct command command = {.verb = verb};
    struct reading reading = {.arena = arena,
                              .say = &say,
                              .command = &command,
                              .count = count,
                              .words = words,
                              .at = used};
    bool is_plain = false; /* behind "--" */
    while (reading.at < count && reading.trouble == NULL) {
        const char *word = words[reading.at++];
        if (!is_plain && nt_text_is(word, "--"))
            is_plain = true;
        else
            read_word(&reading, word, is_plain);
    }
    if (reading.trouble == NULL)
        check_count(&reading);
    if (reading.trouble != NULL) {
        *ret_text = nt_arena_printf(arena, "%s\n%s\n", reading.trouble, help_usage(arena, verb));
        return -EINVAL;
    }
    command.is_yes = command_option(&command, "--yes") != NULL;
    command.is_quick = command_option(&command, "--no-wait") != NULL;
    *ret_command = command;
    return 0;
}

const char *command_option(const struct command *command, const char *name)
{
    int index = option_of(command->verb, name, strlen(name));
    return index < 0 ? NULL : command->values[index];
}
