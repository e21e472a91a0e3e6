#include <api/current.h>

#include <jansson.h>
#include <nt/text.h>

static void read_sample(const json_t *json, struct nt_sample *sample)
{
    sample->cpu_milli = json_number_value(json_object_get(json, "cpu_milli"));
    sample->mem_bytes = json_integer_value(json_object_get(json, "mem_bytes"));
}

static int read_load(struct nt_arena *arena, const json_t *json, struct nt_host_load **ret_load)
{
    const char *host = json_string_value(json_object_get(json, "host"));
    const json_t *at = json_object_get(json, "at_ms");
    const json_t *servers = json_object_get(json, "servers");
    const json_t *sample = json_object_get(json, "sample");
    if (host == NULL || !json_is_integer(at) || !json_is_object(sample))
        return -EBADMSG;
    struct nt_host_load *load = NT_NEW(arena, struct nt_host_load);
    load->host = nt_arena_text(arena, host);
    load->at_ms = json_integer_value(at);
    load->interval_ms = (int32_t)json_integer_value(json_object_get(json, "interval_ms"));
    read_sample(sample, &load->sample);
    load->servers = NT_ARRAY(arena, json_array_size(servers), struct nt_server_sample);
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(servers, index, each)
    {
        const char *server = json_string_value(json_object_get(each, "server"));
        if (server == NULL)
            return -EBADMSG;
        struct nt_server_sample *to = &load->servers[load->servers_count++];
        to->server = nt_arena_text(arena, server);
        to->container = "";
        read_sample(json_object_get(each, "sample"), &to->sample);
    }
    *ret_load = load;
    return 0;
}

int current_parse(struct nt_arena *arena, struct nt_span text, struct nt_host_load **ret_load)
{
    if (text.len > CURRENT_MAX)
        return -EBADMSG;
    json_t *json = json_loadb((const char *)text.data, text.len, 0, NULL);
    int code = read_load(arena, json, ret_load);
    json_decref(json);
    return code;
}
