#include <registry/routes.h>

#include <assert.h>
#include <nt/arena.h>
#include <registry/registry.h>

static void on_request(void *arg, struct nt_request *request)
{
    const struct registry_endpoint *endpoint = arg;
    struct registry_ask ask = {.id = nt_request_param(request, "id"),
                               .subject = nt_request_param(request, "subject"),
                               .version = nt_request_param(request, "version"),
                               .prefix = nt_request_query(request, "subjectPrefix"),
                               .body = nt_request_info(request)->body};
    struct registry_reply reply = endpoint->handler(&ask);
    char *text = json_dumps(reply.body, JSON_COMPACT);
    json_decref(reply.body);
    nt_request_add_header(request, "Cache-Control", "no-cache");
    nt_request_add_header(request, "X-Content-Type-Options", "nosniff");
    nt_request_answer(request, reply.status, "application/vnd.schemaregistry.v1+json",
                      nt_span_of(text));
    free(text);
}

size_t registry_routes(struct nt_route table[REGISTRY_ROUTES_MAX])
{
    assert(registry_endpoints_count <= REGISTRY_ROUTES_MAX);
    for (size_t i = 0; i < registry_endpoints_count; i++) {
        const struct registry_endpoint *endpoint = &registry_endpoints[i];
        table[i] = (struct nt_route){.method = endpoint->method,
                                     .pattern = endpoint->pattern,
                                     .handler = on_request,
                                     .arg = (void *)endpoint};
    }
    return registry_endpoints_count;
}
