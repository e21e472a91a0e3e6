/*
 * The problems that Neaptide answers with, in every language: one table, made from
 * schemas/problems.json. The codes themselves are constants of <nt/problems.h>. Any thread.
 */
#ifndef NT_PROBLEM_H
#define NT_PROBLEM_H

#include <nt/arena.h>
#include <nt/contract_base.h>

enum nt_language {
    NT_LANGUAGE_EN,
    NT_LANGUAGE_KO,
};

#define NT_LANGUAGE_COUNT 2

/* From a language tag or an Accept-Language header: the first language that we have, else English.
 * NULL is English. */
enum nt_language nt_language_of(const char *tags);

/* Texts may hold {placeholders}, each the name of a parameter. */
struct nt_problem_texts {
    const char *title;
    const char *detail;
    const char *next; /* what to do now */
};

struct nt_problem {
    const char *code; /* kebab-case; stable, never reused */
    int status;       /* HTTP */
    const char *const *params;
    size_t params_count;
    struct nt_problem_texts texts[NT_LANGUAGE_COUNT];
};

extern const struct nt_problem nt_problems[]; /* sorted by code */
extern const size_t nt_problems_count;

const struct nt_problem *nt_problem_find(const char *code); /* or NULL */

/*
 * text with its {placeholders} filled. The name's ending says how a value is written for people:
 * _bytes 1610612736 is "1.5 GB" (powers of 1024), _milli 1500 is "1.5", _ms is "2026-11-24 16:00
 * UTC"; a value that is no number, and all others, are taken as they are. What is not among params
 * becomes "?".
 */
const char *nt_problem_render(struct nt_arena *arena, const char *text,
                              const struct nt_pair *params, size_t params_count);

#endif
