#include "help.h"

#include <verbs/grid.h>
#include <verbs/say.h>

#include <nt/text.h>
#include <string.h>

static const struct verb_option everywhere[] = {
    {"--json", NULL, NULL, {"the answer as JSON, for programs", "프로그램을 위해 JSON으로"}},
    {"--help", NULL, NULL, {"this text", "이 도움말"}},
};

static const char *keep(struct nt_arena *arena, struct nt_buf *buf)
{
    const char *text = nt_arena_text(arena, nt_buf_text(buf));
    nt_buf_deinit(buf);
    return text;
}

static const char *option_form(struct nt_arena *arena, const struct verb_option *option)
{
    if (option->value == NULL)
        return option->name;
    return nt_arena_printf(arena, "%s %s", option->name, option->value);
}

const char *help_usage(struct nt_arena *arena, const struct verb *verb)
{
    struct nt_buf out = {0};
    (void)nt_buf_printf(&out, "neaptide %s", verb->words);
    if (verb->args[0] != '\0')
        (void)nt_buf_printf(&out, " %s", verb->args);
    for (const struct verb_option *option = verb->options; option != NULL && option->name != NULL;
         option++)
        (void)nt_buf_printf(&out, " [%s]", option_form(arena, option));
    return keep(arena, &out);
}

static void add_option(struct grid *grid, struct nt_arena *arena, enum nt_language language,
                       const struct verb_option *option)
{
    const char *help = option->help[language];
    if (option->choices != NULL)
        help = nt_arena_printf(arena, "%s (%s)", help, option->choices);
    grid_add(grid, nt_arena_printf(arena, "  %s", option_form(arena, option)));
    grid_add(grid, help);
}

const char *verb_help(struct nt_arena *arena, enum nt_language language, const struct verb *verb)
{
    struct say say_it = {.arena = arena, .language = language};
    struct nt_buf out = {0};
    (void)nt_buf_printf(&out, "%s\n\n%s\n\n", help_usage(arena, verb), verb->about[language]);
    struct grid grid;
    grid_init(&grid, arena, "ll");
    for (const struct verb_option *option = verb->options; option != NULL && option->name != NULL;
         option++)
        add_option(&grid, arena, language, option);
    for (size_t i = 0; i < NT_COUNT(everywhere); i++)
        add_option(&grid, arena, language, &everywhere[i]);
    grid_write(&grid, &out);
    grid_deinit(&grid);
    (void)nt_buf_printf(&out, "\n%s\n", say(&say_it, "help.examples", NULL));
    for (const char *at = verb->examples; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        (void)nt_buf_printf(&out, "  neaptide %.*s\n", (int)len, at);
        at += len + (at[len] == '\n');
    }
    return keep(arena, &out);
}

const char *verb_overview(struct nt_arena *arena, enum nt_language language)
{
    struct say say_it = {.arena = arena, .language = language};
    struct nt_buf out = {0};
    (void)nt_buf_printf(&out, "%s\n\n", say(&say_it, "help.usage", NULL));
    struct grid grid;
    grid_init(&grid, arena, "ll");
    for (size_t i = 0; i < verbs_count; i++) {
        const struct verb *verb = &verbs[i];
        grid_add(&grid, nt_arena_printf(arena, "  %s%s%s", verb->words,
                                        verb->args[0] == '\0' ? "" : " ", verb->args));
        grid_add(&grid, verb->about[language]);
    }
    grid_write(&grid, &out);
    grid_deinit(&grid);
    (void)nt_buf_printf(&out, "\n%s\n", say(&say_it, "help.more", NULL));
    return keep(arena, &out);
}

/* --- completion ------------------------------------------------------------------------------ */

static void candidate(struct nt_buf *out, const char *word, size_t len, const char *typed,
                      const char *help)
{
    char line[64];
    if (strncmp(word, typed, strlen(typed)) != 0 || strlen(typed) > len || len >= sizeof(line))
        return;
    (void)snprintf(line, sizeof(line), "%.*s\t", (int)len, word);
    const char *text = nt_buf_text(out);
    const char *before = strstr(text, line);
    if (before == NULL || (before != text && before[-1] != '\n')) /* "users" comes once */
        (void)nt_buf_printf(out, "%s%s\n", line, help);
}

static void choices(struct nt_buf *out, const char *words, const char *typed)
{
    while (words != NULL && *words != '\0') {
        size_t len = strcspn(words, " ");
        candidate(out, words, len, typed, "");
        words += len;
        words += strspn(words, " ");
    }
}

/* The words of verb that are behind those typed: "add" behind "users". NULL: another verb. */
static const char *behind(const struct verb *verb, size_t count, const char *const *words)
{
    const char *at = verb->words;
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(at, " ");
        if (strlen(words[i]) != len || strncmp(words[i], at, len) != 0)
            return NULL;
        at += len;
        at += strspn(at, " ");
        if (*at == '\0' && i + 1 < count)
            return NULL;
    }
    return at;
}

/* Options, the value of the option before, and the choices of the last argument. */
static void complete_verb(struct nt_buf *out, enum nt_language language, const struct verb *verb,
                          const char *before, const char *typed)
{
    const struct verb_option *option = verb->options;
    for (; option != NULL && option->name != NULL; option++) {
        if (option->value != NULL && nt_text_is(option->name, before)) {
            choices(out, option->choices, typed);
            return;
        }
    }
    choices(out, verb->choices, typed);
    if (typed[0] != '-')
        return;
    for (option = verb->options; option != NULL && option->name != NULL; option++)
        candidate(out, option->name, strlen(option->name), typed, option->help[language]);
    for (size_t i = 0; i < NT_COUNT(everywhere); i++)
        candidate(out, everywhere[i].name, strlen(everywhere[i].name), typed,
                  everywhere[i].help[language]);
}

const char *verb_complete(struct nt_arena *arena, enum nt_language language, size_t count,
                          const char *const *words)
{
    struct nt_buf out = {0};
    const char *typed = count > 0 ? words[count - 1] : "";
    size_t done = count > 0 ? count - 1 : 0;
    const struct verb *verb = NULL;
    for (size_t i = 0; i < verbs_count; i++) {
        const char *next = behind(&verbs[i], done, words);
        if (next != NULL && *next != '\0')
            candidate(&out, next, strcspn(next, " "), typed, verbs[i].about[language]);
        /* The longest verb whose words are all there. */
        for (size_t own = 1; own <= done; own++) {
            const char *rest = behind(&verbs[i], own, words);
            if (rest != NULL && *rest == '\0' &&
                (verb == NULL || strlen(verbs[i].words) > strlen(verb->words)))
                verb = &verbs[i];
        }
    }
    if (verb != NULL)
        complete_verb(&out, language, verb, words[done - 1], typed);
    return keep(arena, &out);
}

const char *verb_completion_script(const char *shell)
{
    static const char bash[] =
        "_neaptide() {\n"
        "    local word\n"
        "    COMPREPLY=()\n"
        "    while IFS=$'\\t' read -r word _; do COMPREPLY+=(\"$word\"); done < <(\n"
        "        \"${COMP_WORDS[0]}\" complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
        "}\n"
        "complete -o default -F _neaptide neaptide neaptide-cli\n";
    static const char zsh[] =
        "#compdef neaptide neaptide-cli\n"
        "_neaptide() {\n"
        "    local -a found\n"
        "    local word help\n"
        "    while IFS=$'\\t' read -r word help; do found+=(\"${word//:/\\\\:}:$help\"); done < "
        "<(\n"
        "        \"${words[1]}\" complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
        "    if (( $#found )); then _describe neaptide found; else _files; fi\n"
        "}\n"
        "compdef _neaptide neaptide neaptide-cli\n";
    if (nt_text_is(shell, "bash"))
        return bash;
    return nt_text_is(shell, "zsh") ? zsh : NULL;
}
