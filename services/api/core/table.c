#include <api/table.h>
#include <nt/memory.h>
#include <string.h>

void table_init(struct table *table, size_t max)
{
    *table = (struct table){.max = max};
}

static void row_free(struct table_row *row)
{
    nt_arena_deinit(&row->arena);
    free(row->key);
    free(row);
}

void table_deinit(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        row_free(table->rows[i]);
    free(table->rows);
    *table = (struct table){.max = table->max};
}

/* Index of the first row whose key is not less than key. */
static size_t lower_bound(const struct table *table, const char *key)
{
    size_t low = 0;
    size_t high = table->count;
    /* New keys are mostly UUIDv7 of now: look at the end first. */
    if (high > 0 && strcmp(table->rows[high - 1]->key, key) < 0)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(table->rows[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct table *table, size_t index, const char *key)
{
    return index < table->count && strcmp(table->rows[index]->key, key) == 0;
}

int table_put(struct table *table, const char *key, struct nt_arena *arena, const void *value)
{
    size_t index = lower_bound(table, key);
    if (is_at(table, index, key)) {
        struct table_row *row = table->rows[index];
        nt_arena_deinit(&row->arena);
        row->arena = *arena;
        row->value = value;
        nt_arena_init(arena);
        return 0;
    }
    if (table->count >= table->max)
        return -ENOSPC;
    struct table_row *row = nt_zalloc(sizeof(*row));
    row->key = nt_strdup(key);
    row->arena = *arena;
    row->value = value;
    nt_arena_init(arena);
    (void)nt_vec_push(table->rows, table->count, table->capacity);
    memmove(&table->rows[index + 1], &table->rows[index],
            (table->count - 1 - index) * sizeof(table->rows[0]));
    table->rows[index] = row;
    return 0;
}

void table_remove(struct table *table, const char *key)
{
    size_t index = lower_bound(table, key);
    if (!is_at(table, index, key))
        return;
    row_free(table->rows[index]);
    table->count--;
    memmove(&table->rows[index], &table->rows[index + 1],
            (table->count - index) * sizeof(table->rows[0]));
}

const void *table_find(const struct table *table, const char *key)
{
    size_t index = key == NULL ? table->count : lower_bound(table, key);
    return key != NULL && is_at(table, index, key) ? table->rows[index]->value : NULL;
}

size_t table_after(const struct table *table, const char *after)
{
    if (after == NULL)
        return 0;
    size_t index = lower_bound(table, after);
    return is_at(table, index, after) ? index + 1 : index;
}

size_t table_before(const struct table *table, const char *before)
{
    return before == NULL ? table->count : lower_bound(table, before);
}
