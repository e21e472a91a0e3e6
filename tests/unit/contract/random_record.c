#include "random_record.h"

#include <string.h>

static uint64_t next(struct random *random)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return random->state;
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    return next(random) % bound;
}

/* Numbers of every length on the wire. */
static int64_t random_long(struct random *random)
{
    static const int64_t edges[] = {0,   -1,        1,         63,        64,       -64,
                                    -65, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};

    if (random_below(random, 4) == 0)
        return edges[random_below(random, NT_COUNT(edges))];
    return (int64_t)next(random) >> random_below(random, 64);
}

static const char *random_text(struct random *random, struct nt_arena *arena)
{
    static const char *const pieces[] = {
        "a", "server-", "물때", "0123456789abcdef", "\n", "é", "\xf0\x9f\x8c\x8a", "\x7f", " "};
    const char *text = "";

    for (uint64_t left = random_below(random, 9); left > 0; left--)
        text = nt_arena_printf(arena, "%s%s", text, pieces[random_below(random, NT_COUNT(pieces))]);
    if (random_below(random, 50) == 0) { /* one with a longer length before it */
        char *longer = nt_arena_alloc(arena, 9001);
        memset(longer, 'x', 9000);
        text = longer;
    }
    return text;
}

static struct nt_span random_bytes(struct random *random, struct nt_arena *arena)
{
    size_t len = random_below(random, 300);
    uint8_t *data = nt_arena_alloc(arena, len);

    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)next(random);
    return (struct nt_span){.data = data, .len = len};
}

static void fill(struct random *random, struct nt_arena *arena, const struct nt_record_info *info,
                 void *record);

static size_t item_size(const struct nt_field_info *field)
{
    static const size_t sizes[] = {
        [NT_KIND_STRING] = sizeof(char *),       [NT_KIND_I64] = sizeof(int64_t),
        [NT_KIND_I32] = sizeof(int32_t),         [NT_KIND_BOOL] = sizeof(bool),
        [NT_KIND_F64] = sizeof(double),          [NT_KIND_F32] = sizeof(float),
        [NT_KIND_BYTES] = sizeof(struct nt_span)};

    return field->kind == NT_KIND_RECORD ? field->record->size : sizes[field->kind];
}

static void fill_item(struct random *random, struct nt_arena *arena,
                      const struct nt_field_info *field, void *slot)
{
    switch (field->kind) {
    case NT_KIND_STRING:
        *(const char **)slot = random_text(random, arena);
        break;
    case NT_KIND_I64:
        *(int64_t *)slot = random_long(random);
        break;
    case NT_KIND_I32:
        *(int32_t *)slot = (int32_t)random_long(random);
        break;
    case NT_KIND_BOOL:
        *(bool *)slot = random_below(random, 2) == 1;
        break;
    case NT_KIND_F64:
        *(double *)slot = (double)random_long(random) / 1000;
        break;
    case NT_KIND_F32:
        *(float *)slot = (float)random_long(random) / 1000;
        break;
    case NT_KIND_BYTES:
        *(struct nt_span *)slot = random_bytes(random, arena);
        break;
    case NT_KIND_RECORD:
        fill(random, arena, field->record, slot);
        break;
    }
}

static void fill_optional(struct random *random, struct nt_arena *arena,
                          const struct nt_field_info *field, void *slot)
{
    if (random_below(random, 2) == 0)
        return;
    switch (field->kind) {
    case NT_KIND_STRING:
        *(const char **)slot = random_text(random, arena);
        break;
    case NT_KIND_RECORD:
        *(void **)slot = random_record(random, arena, field->record);
        break;
    case NT_KIND_I64:
        *(struct nt_opt_i64 *)slot = (struct nt_opt_i64){true, random_long(random)};
        break;
    case NT_KIND_I32:
        *(struct nt_opt_i32 *)slot = (struct nt_opt_i32){true, (int32_t)random_long(random)};
        break;
    case NT_KIND_BOOL:
        *(struct nt_opt_bool *)slot = (struct nt_opt_bool){true, random_below(random, 2) == 1};
        break;
    case NT_KIND_F64:
        *(struct nt_opt_f64 *)slot = (struct nt_opt_f64){true, (double)random_long(random)};
        break;
    case NT_KIND_F32:
    case NT_KIND_BYTES:
        break; /* the generator refuses such */
    }
}

static void fill_many(struct random *random, struct nt_arena *arena,
                      const struct nt_field_info *field, char *record)
{
    size_t count = random_below(random, 5);
    void **slot = (void **)(void *)(record + field->offset);

    *(size_t *)(void *)(record + field->count_offset) = count;
    if (count == 0)
        return;
    if (field->shape == NT_SHAPE_MAP) {
        struct nt_pair *pairs = NT_ARRAY(arena, count, struct nt_pair);
        for (size_t i = 0; i < count; i++) {
            pairs[i].key = nt_arena_printf(arena, "%zu%s", i, random_text(random, arena));
            pairs[i].value = random_text(random, arena);
        }
        *slot = pairs;
        return;
    }
    char *items = nt_arena_array(arena, count, item_size(field));
    for (size_t i = 0; i < count; i++)
        fill_item(random, arena, field, items + i * item_size(field));
    *slot = items;
}

static void fill(struct random *random, struct nt_arena *arena, const struct nt_record_info *info,
                 void *record)
{
    for (size_t i = 0; i < info->fields_count; i++) {
        const struct nt_field_info *field = &info->fields[i];
        char *slot = (char *)record + field->offset;
        if (field->shape == NT_SHAPE_ONE)
            fill_item(random, arena, field, slot);
        else if (field->shape == NT_SHAPE_OPTIONAL)
            fill_optional(random, arena, field, slot);
        else
            fill_many(random, arena, field, record);
    }
}

void *random_record(struct random *random, struct nt_arena *arena,
                    const struct nt_record_info *info)
{
    void *record = nt_arena_alloc(arena, info->size);

    fill(random, arena, info, record);
    return record;
}
