/*
 * Sentences and figures as the page says them, in English and Korean: one table of texts, made from
 * the page's, and the client's own. Everything returned lives in the arena, or is static. Pure.
 */
#ifndef VERBS_SAY_H
#define VERBS_SAY_H

#include <jansson.h>
#include <nt/arena.h>
#include <nt/problem.h>

struct say {
    struct nt_arena *arena;
    enum nt_language language;
    int64_t now_ms;                   /* load time, for "today" */
    int32_t (*zone_s)(int64_t at_ms); /* east of UTC; NULL: offset_s */
    int32_t offset_s;
};

/* The text of key with its {figures} from params, an object or NULL; key itself where there is no
 * such text. {name|은/는} takes the Korean particle that fits. */
const char *say(const struct say *say, const char *key, const json_t *params);

/* say() with one figure, a text. */
const char *say_with(const struct say *to, const char *key, const char *name, const char *value);

/* A message of the api: {"key", "params"}; "" for null. */
const char *say_message(const struct say *to, const json_t *message);

/* word.<kind>.<value>, else value itself. */
const char *say_word(const struct say *to, const char *kind, const char *value);

/* Figures. */
const char *say_cores(const struct say *say, double milli);   /* 0.7 */
const char *say_bytes(const struct say *say, double bytes);   /* 1.5 GB */
const char *say_percent(const struct say *say, double pct);   /* 91% */
const char *say_span(const struct say *say, double ms);       /* 5 min */
const char *say_moment(const struct say *say, int64_t at_ms); /* 12:40, or Tue 12:40 */
const char *say_stamp(const struct say *say, int64_t at_ms);  /* 2026-11-24 12:40 */

/* The particle of pair ("은/는") that follows word. */
const char *say_particle(struct nt_arena *arena, const char *word, const char *pair);

#endif
