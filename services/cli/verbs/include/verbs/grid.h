/*
 * Text in columns for terminals. Hangul and other wide characters take two columns, combining ones
 * none, so that rows stay in line. Pure.
 */
#ifndef VERBS_GRID_H
#define VERBS_GRID_H

#include <nt/arena.h>

#define GRID_COLUMNS_MAX 10

struct grid {
    struct nt_arena *arena;
    size_t columns;
    const char *aligns; /* 'l' or 'r' for each column */
    const char **cells;
    size_t cells_count, cells_capacity;
};

/* How many columns of a terminal the text takes. Control characters take none. */
size_t grid_width(const char *text);

/* aligns: "llr" makes three columns. It is borrowed. */
void grid_init(struct grid *grid, struct nt_arena *arena, const char *aligns);
void grid_deinit(struct grid *grid);

/* One cell after another, row by row; NULL is "–". Control characters in it become spaces: what
 * people wrote must not steer a terminal. */
void grid_add(struct grid *grid, const char *cell);

/* Appends all rows, two spaces between columns, none at a line's end. */
void grid_write(const struct grid *grid, struct nt_buf *out);

/* text with its control characters as spaces, in arena. */
const char *grid_clean(struct nt_arena *arena, const char *text);

#endif
