/* Any record as JSON, by its description. */
#include <jansson.h>
#include <math.h>
#include <nt/contract_base.h>
#include <nt/memory.h>
#include <string.h>

static json_t *must(json_t *json)
{
    if (json == NULL)
        nt_out_of_memory(sizeof(void *)); /* texts are checked before: nothing else fails */
    return json;
}

/* A struct that was filled by hand may hold anything: what is not UTF-8 shows as such. */
static json_t *from_text(const char *text)
{
    json_t *json = json_string(text != NULL ? text : "");

    return json != NULL ? json : must(json_string("\xef\xbf\xbd"));
}

static json_t *from_number(double value)
{
    return must(isfinite(value) ? json_real(value) : json_null());
}

static json_t *from_bytes(struct nt_span bytes)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    const unsigned padding = 64;
    size_t size = (bytes.len + 2) / 3 * 4;
    NT_CLEANUP(nt_free_p) char *text = nt_zalloc(size + 1);
    char *to = text;

    for (size_t at = 0; at < bytes.len; at += 3) {
        size_t have = bytes.len - at;
        uint32_t bits = (uint32_t)bytes.data[at] << 16;
        bits |= have > 1 ? (uint32_t)bytes.data[at + 1] << 8 : 0;
        bits |= have > 2 ? bytes.data[at + 2] : 0;
        for (unsigned i = 0; i < 4; i++)
            *to++ = digits[i > have ? padding : bits >> (18 - 6 * i) & 63];
    }
    return must(json_stringn(text, size));
}

static json_t *from_item(const struct nt_field_info *field, const void *slot)
{
    switch (field->kind) {
    case NT_KIND_STRING:
        return from_text(*(const char *const *)slot);
    case NT_KIND_I64:
        return must(json_integer(*(const int64_t *)slot));
    case NT_KIND_I32:
        return must(json_integer(*(const int32_t *)slot));
    case NT_KIND_BOOL:
        return must(json_boolean(*(const bool *)slot));
    case NT_KIND_F64:
        return from_number(*(const double *)slot);
    case NT_KIND_F32:
        return from_number((double)*(const float *)slot);
    case NT_KIND_BYTES:
        return from_bytes(*(const struct nt_span *)slot);
    case NT_KIND_RECORD:
        return nt_record_to_json(field->record, slot);
    }
    return must(json_null());
}

static json_t *from_optional(const struct nt_field_info *field, const void *slot)
{
    const void *pointer;

    switch (field->kind) {
    case NT_KIND_I64: {
        const struct nt_opt_i64 *opt = slot;
        return opt->is_set ? from_item(field, &opt->value) : json_null();
    }
    case NT_KIND_I32: {
        const struct nt_opt_i32 *opt = slot;
        return opt->is_set ? from_item(field, &opt->value) : json_null();
    }
    case NT_KIND_BOOL: {
        const struct nt_opt_bool *opt = slot;
        return opt->is_set ? from_item(field, &opt->value) : json_null();
    }
    case NT_KIND_F64: {
        const struct nt_opt_f64 *opt = slot;
        return opt->is_set ? from_item(field, &opt->value) : json_null();
    }
    case NT_KIND_STRING:
    case NT_KIND_F32:
    case NT_KIND_BYTES:
    case NT_KIND_RECORD:
        break;
    }
    pointer = *(const void *const *)slot; /* a string or a record */
    if (pointer == NULL)
        return json_null();
    return field->kind == NT_KIND_RECORD ? nt_record_to_json(field->record, pointer)
                                         : from_text(pointer);
}

static size_t item_size(const struct nt_field_info *field)
{
    static const size_t sizes[] = {
        [NT_KIND_STRING] = sizeof(const char *),  [NT_KIND_I64] = sizeof(int64_t),
        [NT_KIND_I32] = sizeof(int32_t),          [NT_KIND_BOOL] = sizeof(bool),
        [NT_KIND_F64] = sizeof(double),           [NT_KIND_F32] = sizeof(float),
        [NT_KIND_BYTES] = sizeof(struct nt_span),
    };

    return field->kind == NT_KIND_RECORD ? field->record->size : sizes[field->kind];
}

static json_t *from_array(const struct nt_field_info *field, const char *items, size_t count)
{
    json_t *array = must(json_array());

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(array, from_item(field, items + i * item_size(field)));
    return array;
}

static json_t *from_map(const struct nt_pair *pairs, size_t count)
{
    json_t *object = must(json_object());

    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(object, pairs[i].key != NULL ? pairs[i].key : "",
                                  from_text(pairs[i].value));
    return object;
}

static json_t *from_field(const struct nt_field_info *field, const char *record)
{
    const void *slot = record + field->offset;
    size_t count = 0;

    switch (field->shape) {
    case NT_SHAPE_ONE:
        return from_item(field, slot);
    case NT_SHAPE_OPTIONAL:
        return from_optional(field, slot);
    case NT_SHAPE_ARRAY:
        count = *(const size_t *)(const void *)(record + field->count_offset);
        return from_array(field, *(const char *const *)slot, count);
    case NT_SHAPE_MAP:
        count = *(const size_t *)(const void *)(record + field->count_offset);
        return from_map(*(const struct nt_pair *const *)slot, count);
    }
    return json_null();
}

struct json_t *nt_record_to_json(const struct nt_record_info *info, const void *record)
{
    json_t *object = must(json_object());

    for (size_t i = 0; i < info->fields_count; i++)
        (void)json_object_set_new(object, info->fields[i].name,
                                  from_field(&info->fields[i], record));
    return object;
}
