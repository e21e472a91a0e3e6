#include <balancer/preview_json.h>

#include "json_read.h"

#include <stdlib.h>

static int read_sizes(struct nt_arena *arena, const json_t *from, const struct preview_ask *common,
                      struct preview_sizes *ret_sizes, struct nt_error *err)
{
    if (!json_is_array(from) || json_array_size(from) > PREVIEW_SIZES_MAX)
        return nt_fail(err, -EINVAL, "sizes is no list of at most %d", (int)PREVIEW_SIZES_MAX);
    ret_sizes->count = json_array_size(from);
    for (size_t i = 0; i < ret_sizes->count; i++) {
        const json_t *size = json_array_get(from, i);
        const char *name = json_string_value(json_object_get(size, "size"));
        if (name == NULL)
            return nt_fail(err, -EINVAL, "a size has no name");
        ret_sizes->names[i] = nt_arena_text(arena, name);
        ret_sizes->asks[i] = *common;
        int status = json_read_resources(size, name, &ret_sizes->asks[i].requested, err);
        if (status < 0)
            return status;
    }
    return 0;
}

int preview_json_read(struct nt_arena *arena, struct nt_span body, struct preview_sizes *ret_sizes,
                      struct nt_error *err)
{
    json_error_t problem;
    NT_CLEANUP(json_read_decref_p)
    json_t *root = json_read_body(body, err);
    if (root == NULL)
        return -EINVAL;
    const char *template = NULL;
    json_t *server = NULL, *minimum = NULL, *sizes = NULL;
    if (json_unpack_ex(root, &problem, 0, "{s:s s:o s:o s?o}", "template", &template, "minimum",
                       &minimum, "sizes", &sizes, "server", &server) < 0)
        return nt_fail(err, -EINVAL, "%s", problem.text);
    struct preview_ask common = {
        .server = nt_arena_text(arena, json_string_value(server)),
        .template = nt_arena_text(arena, template),
    };
    struct preview_sizes read = {0};
    int status = json_read_resources(minimum, "minimum", &common.minimum, err);
    if (status == 0)
        status = read_sizes(arena, sizes, &common, &read, err);
    if (status == 0)
        *ret_sizes = read;
    return status;
}

static json_t *resources(bool is_there, const struct nt_resources *from)
{
    return is_there ? nt_resources_to_json(from) : json_null();
}

static json_t *item(const char *size, const struct preview *preview)
{
    json_t *params = json_object();
    for (size_t i = 0; i < preview->reason.params_count; i++)
        (void)json_object_set_new(params, preview->reason.params[i].key,
                                  json_string(preview->reason.params[i].value));
    return json_pack("{s:s s:s s:{s:s s:o} s:o s:o s:s? s:n}", "size", size, "fits", preview->fits,
                     "message", "key", preview->reason.key, "params", params, "granted",
                     resources(preview->has_granted, &preview->granted), "largest",
                     resources(preview->has_largest, &preview->largest), "host", preview->host,
                     "full_after_ms");
}

void preview_json_write(const struct preview_sizes *sizes, const struct preview *previews,
                        struct nt_buf *out)
{
    json_t *items = json_array();
    for (size_t i = 0; i < sizes->count; i++)
        (void)json_array_append_new(items, item(sizes->names[i], &previews[i]));
    NT_CLEANUP(json_read_decref_p) json_t *root = json_pack("{s:o}", "items", items);
    char *text = json_dumps(root, JSON_COMPACT);
    if (text != NULL)
        (void)nt_buf_add_text(out, text);
    free(text);
}
