/* Bodies of look-ups: whatever comes is answered, and only a known schema gets an id. */
#include <registry/registry.h>

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct registry_reply ask(const char *pattern, struct nt_span body)
{
    struct registry_ask ask = {.subject = "neaptide.server.state.v1-value", .body = body};
    for (size_t i = 0; i < registry_endpoints_count; i++) {
        const struct registry_endpoint *endpoint = &registry_endpoints[i];
        if (strcmp(endpoint->method, "POST") == 0 && strcmp(endpoint->pattern, pattern) == 0)
            return endpoint->handler(&ask);
    }
    return (struct registry_reply){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_span body = {.data = data, .len = size};
    struct registry_reply found = ask("/registry/subjects/{subject}", body);
    struct registry_reply registered = ask("/registry/subjects/{subject}/versions", body);
    assert((found.status == 200) == (registered.status == 200));
    if (found.status == 200) {
        json_t *id = json_object_get(found.body, "id");
        assert(json_equal(id, json_object_get(registered.body, "id")));
        assert(nt_schema_find((int32_t)json_integer_value(id)) != NULL);
    } else {
        assert(found.status == 404 || found.status == 422);
        assert(registered.status == 422);
        assert(json_is_integer(json_object_get(found.body, "error_code")));
    }
    json_decref(found.body);
    json_decref(registered.body);
    return 0;
}
