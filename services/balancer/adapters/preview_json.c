#include <balancer/preview_json.h>

#include <jansson.h>

#include <limits.h>
#include <stdlib.h>

static void json_decref_p(json_t **slot)
{
    json_decref(*slot);
}

static int read_resources(const json_t *from, const char *what, struct nt_resources *ret,
                          struct nt_error *err)
{
    json_int_t cpu = 0, mem = 0, disk = 0, gpu = 0, up = 0, down = 0;
    json_error_t problem;
    if (json_unpack_ex((json_t *)from, &problem, 0, "{s?I s?I s?I s?I s?I s?I}", "cpu_milli", &cpu,
                       "mem_bytes", &mem, "disk_bytes", &disk, "gpu_count", &gpu, "net_up_bps", &up,
                       "net_down_bps", &down) < 0)
        return nt_fail(err, -EINVAL, "%s: %s", what, problem.text);
    if (cpu < 0 || mem < 0 || disk < 0 || gpu < 0 || gpu > INT_MAX || up < 0 || down < 0)
        return nt_fail(err, -EINVAL, "%s: a resource is out of range", what);
    *ret = (struct nt_resources){.cpu_milli = cpu,
                                 .mem_bytes = mem,
                                 .disk_bytes = disk,
                                 .gpu_count = (int32_t)gpu,
                                 .net_up_bps = up,
                                 .net_down_bps = down};
    return 0;
}

int preview_json_read(struct nt_arena *arena, struct nt_span body, struct preview_ask *ret_ask,
                      struct nt_error *err)
{
    json_error_t problem;
    NT_CLEANUP(json_decref_p)
    json_t *root = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL)
        return nt_fail(err, -EINVAL, "the body is not JSON: %s", problem.text);
    const char *owner = NULL, *template = NULL;
    json_t *quota = NULL, *quota_servers = NULL, *requested = NULL, *minimum = NULL;
    if (json_unpack_ex(root, &problem, 0, "{s:s s:s s:o s?o s?o s?o}", "owner", &owner, "template",
                       &template, "requested", &requested, "minimum", &minimum, "quota", &quota,
                       "quota_servers", &quota_servers) < 0)
        return nt_fail(err, -EINVAL, "%s", problem.text);
    struct preview_ask ask = {.owner = nt_arena_text(arena, owner),
                              .template = nt_arena_text(arena, template),
                              .quota_servers = -1};
    int status = read_resources(requested, "requested", &ask.requested, err);
    if (status == 0 && minimum != NULL)
        status = read_resources(minimum, "minimum", &ask.minimum, err);
    if (status == 0 && quota != NULL && !json_is_null(quota)) {
        struct nt_resources *limit = NT_NEW(arena, struct nt_resources);
        status = read_resources(quota, "quota", limit, err);
        ask.quota = limit;
    }
    if (status < 0)
        return status;
    if (json_is_integer(quota_servers) && json_integer_value(quota_servers) >= 0 &&
        json_integer_value(quota_servers) <= INT_MAX)
        ask.quota_servers = (int)json_integer_value(quota_servers);
    *ret_ask = ask;
    return 0;
}

static json_t *resources(bool is_there, const struct nt_resources *from)
{
    return is_there ? nt_resources_to_json(from) : json_null();
}

void preview_json_write(const struct preview *preview, struct nt_buf *out)
{
    NT_CLEANUP(json_decref_p) json_t *params = json_object();
    const struct answer *answer = &preview->answer;
    for (size_t i = 0; i < answer->params_count; i++)
        (void)json_object_set_new(params, answer->params[i].key,
                                  json_string(answer->params[i].value));
    NT_CLEANUP(json_decref_p)
    json_t *root =
        json_pack("{s:s s:s s:O s:o s:o s:o}", "fits", preview->fits, "code", answer->code,
                  "params", params, "granted", resources(preview->has_granted, &preview->granted),
                  "largest", resources(preview->has_largest, &preview->largest), "host",
                  preview->host != NULL ? json_string(preview->host) : json_null());
    char *text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;
    if (text != NULL)
        (void)nt_buf_add_text(out, text);
    free(text);
}
