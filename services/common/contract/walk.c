/* Copying and comparing any record by its description. Not the hot path: that is made code. */
#include <nt/contract_base.h>
#include <string.h>

static size_t item_size(const struct nt_field_info *field)
{
    if (field->shape == NT_SHAPE_MAP)
        return sizeof(struct nt_pair);
    switch (field->kind) {
    case NT_KIND_STRING:
        return sizeof(const char *);
    case NT_KIND_I64:
        return sizeof(int64_t);
    case NT_KIND_I32:
        return sizeof(int32_t);
    case NT_KIND_BOOL:
        return sizeof(bool);
    case NT_KIND_F64:
        return sizeof(double);
    case NT_KIND_F32:
        return sizeof(float);
    case NT_KIND_BYTES:
        return sizeof(struct nt_span);
    case NT_KIND_RECORD:
        return field->record->size;
    }
    return 0;
}

static const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

/* --- copy ------------------------------------------------------------------------------------- */

static void copy_span(struct nt_arena *arena, struct nt_span *span)
{
    uint8_t *data = nt_arena_alloc(arena, span->len);

    if (span->len > 0)
        memcpy(data, span->data, span->len);
    span->data = data;
}

/* slot was copied flat: what it points to is still the original's. */
static void deepen(const struct nt_field_info *field, struct nt_arena *arena, void *slot);

static void deepen_record(const struct nt_record_info *info, struct nt_arena *arena, void *record)
{
    for (size_t i = 0; i < info->fields_count; i++)
        deepen(&info->fields[i], arena, (char *)record + info->fields[i].offset);
}

static void deepen_item(const struct nt_field_info *field, struct nt_arena *arena, void *slot)
{
    if (field->kind == NT_KIND_STRING)
        *(const char **)slot = nt_arena_text(arena, text_of(*(const char **)slot));
    else if (field->kind == NT_KIND_BYTES)
        copy_span(arena, slot);
    else if (field->kind == NT_KIND_RECORD)
        deepen_record(field->record, arena, slot);
}

static void deepen_optional(const struct nt_field_info *field, struct nt_arena *arena, void *slot)
{
    void **pointer = slot; /* only strings and records: the others are whole already */

    if (field->kind == NT_KIND_STRING) {
        *(const char **)slot = nt_arena_text(arena, *(const char **)slot);
    } else if (field->kind == NT_KIND_RECORD && *pointer != NULL) {
        void *copy = nt_arena_alloc(arena, field->record->size);
        nt_record_copy(field->record, arena, copy, *pointer);
        *pointer = copy;
    }
}

static void deepen_items(const struct nt_field_info *field, struct nt_arena *arena, void *slot,
                         size_t count)
{
    size_t size = item_size(field);
    char *copy = count > 0 ? nt_arena_array(arena, count, size) : NULL;

    if (count > 0)
        memcpy(copy, *(void **)slot, count * size);
    for (size_t i = 0; i < count; i++) {
        if (field->shape == NT_SHAPE_MAP) {
            struct nt_pair *pair = (struct nt_pair *)(void *)copy + i;
            pair->key = nt_arena_text(arena, text_of(pair->key));
            pair->value = nt_arena_text(arena, text_of(pair->value));
        } else {
            deepen_item(field, arena, copy + i * size);
        }
    }
    *(void **)slot = copy;
}

static void deepen(const struct nt_field_info *field, struct nt_arena *arena, void *slot)
{
    const char *record = (const char *)slot - field->offset;

    switch (field->shape) {
    case NT_SHAPE_ONE:
        deepen_item(field, arena, slot);
        break;
    case NT_SHAPE_OPTIONAL:
        deepen_optional(field, arena, slot);
        break;
    case NT_SHAPE_ARRAY:
    case NT_SHAPE_MAP:
        deepen_items(field, arena, slot,
                     *(const size_t *)(const void *)(record + field->count_offset));
        break;
    }
}

void nt_record_copy(const struct nt_record_info *info, struct nt_arena *arena, void *to,
                    const void *from)
{
    memmove(to, from, info->size);
    deepen_record(info, arena, to);
}

/* --- compare ---------------------------------------------------------------------------------- */

static bool is_same_item(const struct nt_field_info *field, const void *a, const void *b)
{
    switch (field->kind) {
    case NT_KIND_STRING:
        return strcmp(text_of(*(const char *const *)a), text_of(*(const char *const *)b)) == 0;
    case NT_KIND_BYTES: {
        const struct nt_span *x = a;
        const struct nt_span *y = b;
        return x->len == y->len && (x->len == 0 || memcmp(x->data, y->data, x->len) == 0);
    }
    case NT_KIND_RECORD:
        return nt_record_is_equal(field->record, a, b);
    case NT_KIND_I64:
    case NT_KIND_I32:
    case NT_KIND_BOOL:
    case NT_KIND_F64:
    case NT_KIND_F32:
        break;
    }
    return memcmp(a, b, item_size(field)) == 0;
}

/* struct nt_opt_...: a flag, then the value at the value's own alignment. */
static bool is_same_number(const struct nt_field_info *field, const void *a, const void *b)
{
    static const size_t value_offset[] = {
        [NT_KIND_I64] = offsetof(struct nt_opt_i64, value),
        [NT_KIND_I32] = offsetof(struct nt_opt_i32, value),
        [NT_KIND_BOOL] = offsetof(struct nt_opt_bool, value),
        [NT_KIND_F64] = offsetof(struct nt_opt_f64, value),
    };
    bool is_set = *(const bool *)a;

    if (is_set != *(const bool *)b)
        return false;
    size_t offset = value_offset[field->kind];
    return !is_set ||
           memcmp((const char *)a + offset, (const char *)b + offset, item_size(field)) == 0;
}

static bool is_same_optional(const struct nt_field_info *field, const void *a, const void *b)
{
    if (field->kind != NT_KIND_STRING && field->kind != NT_KIND_RECORD)
        return is_same_number(field, a, b);
    const void *x = *(const void *const *)a;
    const void *y = *(const void *const *)b;
    if (x == NULL || y == NULL)
        return x == y;
    if (field->kind == NT_KIND_STRING)
        return strcmp(x, y) == 0;
    return nt_record_is_equal(field->record, x, y);
}

static bool is_same_pair(const struct nt_pair *a, const struct nt_pair *b)
{
    return strcmp(text_of(a->key), text_of(b->key)) == 0 &&
           strcmp(text_of(a->value), text_of(b->value)) == 0;
}

static bool is_same_field(const struct nt_field_info *field, const char *a, const char *b)
{
    const void *x = a + field->offset;
    const void *y = b + field->offset;

    if (field->shape == NT_SHAPE_ONE)
        return is_same_item(field, x, y);
    if (field->shape == NT_SHAPE_OPTIONAL)
        return is_same_optional(field, x, y);
    size_t count = *(const size_t *)(const void *)(a + field->count_offset);
    if (count != *(const size_t *)(const void *)(b + field->count_offset))
        return false;
    const char *items_x = *(const char *const *)x;
    const char *items_y = *(const char *const *)y;
    size_t size = item_size(field);
    for (size_t i = 0; i < count; i++) {
        const void *item_x = items_x + i * size;
        const void *item_y = items_y + i * size;
        if (field->shape == NT_SHAPE_MAP ? !is_same_pair(item_x, item_y)
                                         : !is_same_item(field, item_x, item_y))
            return false;
    }
    return true;
}

bool nt_record_is_equal(const struct nt_record_info *info, const void *a, const void *b)
{
    for (size_t i = 0; i < info->fields_count; i++) {
        if (!is_same_field(&info->fields[i], a, b))
            return false;
    }
    return true;
}
