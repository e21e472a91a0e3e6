/*
 * What can be asked of an installation in words: one table for the terminal's client and for the
 * console of the page. A verb says its words, arguments, options, help and examples, and has the
 * steps that carry it out (<verbs/run.h>). Pure.
 */
#ifndef VERBS_VERB_H
#define VERBS_VERB_H

#include <nt/arena.h>
#include <nt/problem.h>

#define VERB_ARGS_MAX    16
#define VERB_OPTIONS_MAX 8

struct run;

/* Exit statuses, the same for every verb. */
enum verb_exit {
    VERB_DONE = 0,
    VERB_REFUSED = 1,     /* the installation said no */
    VERB_USAGE = 2,       /* the words were not understood */
    VERB_INPUT = 3,       /* a file is wrong */
    VERB_SIGN_IN = 4,     /* not signed in, or not allowed */
    VERB_NOT_FOUND = 5,   /* there is no such thing */
    VERB_LATER = 6,       /* not now: the same words may succeed later */
    VERB_UNREACHABLE = 7, /* no installation answers there */
};

struct verb_option {
    const char *name;    /* "--size" */
    const char *value;   /* "SIZE"; NULL: a flag */
    const char *choices; /* for completion: "small medium large"; NULL: anything */
    const char *help[NT_LANGUAGE_COUNT];
};

struct verb {
    const char *words;   /* "users add" */
    const char *args;    /* "NAME HOST"; optional ones in brackets, "NAME..." takes all */
    const char *choices; /* of the last argument, for completion; NULL: anything */
    const char *about[NT_LANGUAGE_COUNT];
    const char *examples;              /* one a line, without "neaptide" */
    const struct verb_option *options; /* ends with a NULL name; NULL: none of its own */
    void (*step)(struct run *run);     /* see <verbs/run.h> */
    bool is_local; /* only in a terminal: needs its files, its keyboard or a stream */
};

extern const struct verb verbs[];
extern const size_t verbs_count;

/* What was asked. Everything is borrowed from argv or lives in the arena. */
struct command {
    const struct verb *verb;
    const char *args[VERB_ARGS_MAX];
    size_t args_count;
    const char *values[VERB_OPTIONS_MAX]; /* of verb->options; "" for a flag that is given */
    bool is_json;                         /* --json */
    bool is_yes;                          /* --yes: do not ask */
    bool is_quick;                        /* --no-wait */
};

/* The value of one of the command's options; NULL where it is not given. */
const char *command_option(const struct command *command, const char *name);

/*
 * Read words (without the program's own name). Returns 0; 1 where help is asked for or there is
 * nothing to do, and *ret_text has what to show; -EINVAL where they are not understood, and
 * *ret_text says why and what to do.
 */
int command_parse(struct nt_arena *arena, enum nt_language language, size_t count,
                  const char *const *words, struct command *ret_command, const char **ret_text);

/*
 * A line as a shell would split it: blanks separate, quotes and backslashes keep together; nothing
 * is expanded. Returns how many words, or -EINVAL (a quote is open) or -E2BIG (more than max).
 */
int command_split(struct nt_arena *arena, const char *line, const char **words, size_t max);

/* --- help.c ----------------------------------------------------------------------------------- */

const char *verb_help(struct nt_arena *arena, enum nt_language language, const struct verb *verb);
const char *verb_overview(struct nt_arena *arena, enum nt_language language);

/* What may come next behind these words, of which the last is being typed: one a line, its help
 * behind a tab. */
const char *verb_complete(struct nt_arena *arena, enum nt_language language, size_t count,
                          const char *const *words);

/* The script that a shell reads for completion; NULL for a shell that we do not know. */
const char *verb_completion_script(const char *shell);

#endif
