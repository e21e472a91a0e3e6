#include <balancer/outcomes.h>

#include <nt/memory.h>
#include <uthash.h>

#include <stdlib.h>
#include <string.h>

struct outcome_row {
    char *request;
    uint8_t *data;
    size_t len;
    int64_t at_ms;
    UT_hash_handle hh;
};

static void drop(struct outcomes *outcomes, struct outcome_row *row)
{
    HASH_DEL(outcomes->rows, row);
    free(row->request);
    free(row->data);
    free(row);
}

void outcomes_deinit(struct outcomes *outcomes)
{
    while (outcomes->rows != NULL)
        drop(outcomes, outcomes->rows);
}

static struct outcome_row *find(const struct outcomes *outcomes, const char *request)
{
    struct outcome_row *row = NULL;
    HASH_FIND_STR(outcomes->rows, request, row);
    return row;
}

void outcomes_put(struct outcomes *outcomes, const char *request, struct nt_span bytes,
                  int64_t wall_ms)
{
    if (bytes.len == 0)
        return;
    struct outcome_row *row = find(outcomes, request);
    if (row != NULL) {
        if (wall_ms - row->at_ms < OUTCOMES_KEPT_MS)
            return;
        drop(outcomes, row);
    }
    if (HASH_COUNT(outcomes->rows) >= OUTCOMES_MAX)
        drop(outcomes, outcomes->rows);
    row = nt_zalloc(sizeof(*row));
    row->request = nt_strdup(request);
    row->data = nt_zalloc(bytes.len);
    memcpy(row->data, bytes.data, bytes.len);
    row->len = bytes.len;
    row->at_ms = wall_ms;
    HASH_ADD_KEYPTR(hh, outcomes->rows, row->request, strlen(row->request), row);
}

struct nt_span outcomes_find(const struct outcomes *outcomes, const char *request, int64_t wall_ms)
{
    const struct outcome_row *row = find(outcomes, request);
    if (row == NULL || wall_ms - row->at_ms >= OUTCOMES_KEPT_MS)
        return (struct nt_span){0};
    return (struct nt_span){.data = row->data, .len = row->len};
}

void outcomes_forget_old(struct outcomes *outcomes, int64_t wall_ms)
{
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): uthash relinks */
    while (outcomes->rows != NULL && wall_ms - outcomes->rows->at_ms >= OUTCOMES_KEPT_MS)
        drop(outcomes, outcomes->rows);
}
