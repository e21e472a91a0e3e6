/*
 * A view of one compacted topic: the newest record of each key, in the order of the keys (UUIDv7
 * keys are in order of creation), so that a page can go on after any key. Each record was decoded
 * into an arena that the table owns from then on. One thread.
 */
#ifndef API_TABLE_H
#define API_TABLE_H

#include <nt/arena.h>

struct table_row {
    char *key;
    const void *value; /* the decoded record, in arena */
    struct nt_arena arena;
};

struct table {
    struct table_row **rows;
    size_t count;
    size_t capacity;
    size_t max; /* rows beyond it are refused */
};

void table_init(struct table *table, size_t max);
void table_deinit(struct table *table);

/*
 * The newest record of key. arena is taken (left empty) on success; value lives in it. Returns 0,
 * or -ENOSPC when the table is full, and then the arena stays the caller's.
 */
int table_put(struct table *table, const char *key, struct nt_arena *arena, const void *value);
void table_remove(struct table *table, const char *key);

const void *table_find(const struct table *table, const char *key); /* or NULL */

/* Index of the first row whose key is greater than after; 0 for NULL. */
size_t table_after(const struct table *table, const char *after);

/* Number of rows whose key is less than before; all of them for NULL. For reading backwards. */
size_t table_before(const struct table *table, const char *before);

static inline const void *table_at(const struct table *table, size_t index)
{
    return table->rows[index]->value;
}

#endif
