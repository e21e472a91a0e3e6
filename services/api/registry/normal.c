#include "normal.h"

#include <string.h>

/* A default is a value, not a schema: whatever it looks like, it stays. */
static json_t *normal_member(const char *key, json_t *value)
{
    return strcmp(key, "default") == 0 ? json_incref(value) : normal_schema(value);
}

static json_t *normal_object(const json_t *schema)
{
    json_t *plain = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)schema, key, value)
    {
        if (strcmp(key, "doc") != 0)
            (void)json_object_set_new(plain, key, normal_member(key, value));
    }
    json_t *type = json_object_get(plain, "type");
    if (type == NULL || json_object_size(plain) > 1)
        return plain;
    json_incref(type);
    json_decref(plain);
    return type;
}

json_t *normal_schema(const json_t *schema)
{
    if (json_is_object(schema))
        return normal_object(schema);
    if (!json_is_array(schema))
        return json_incref((json_t *)schema);
    json_t *plain = json_array();
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach(schema, index, item)
    {
        (void)json_array_append_new(plain, normal_schema(item));
    }
    return plain;
}
