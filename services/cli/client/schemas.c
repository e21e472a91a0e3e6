/*
 * `schemas export`: every schema to a folder, or into a registry of the user's own under the ids
 * that records carry (its IMPORT mode; any other id would be of no use).
 */
#include "local.h"

#include <nt/contract.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>

#define TYPE "Content-Type: application/vnd.schemaregistry.v1+json"

static const char *subject(struct client *client, const struct nt_schema_info *schema)
{
    return nt_arena_printf(&client->arena, "%s-value", nt_topics[schema->topic].name);
}

/* --- a folder -------------------------------------------------------------------------------- */

static bool write_file(struct client *client, const char *folder,
                       const struct nt_schema_info *schema)
{
    const char *path = nt_arena_printf(&client->arena, "%s/%s.%d.avsc", folder,
                                       nt_topics[schema->topic].name, schema->id);
    json_t *json = json_loads(schema->text, 0, NULL);
    bool is_written = json_dump_file(json, path, JSON_INDENT(2)) == 0;
    json_decref(json);
    if (is_written)
        (void)printf("%s\n", path);
    else
        client_tell(client, nt_arena_printf(&client->arena, "%s: %s", path, strerror(errno)));
    return is_written;
}

static enum verb_exit to_folder(struct client *client, const char *folder)
{
    if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
        client_tell(client, nt_arena_printf(&client->arena, "%s: %s", folder, strerror(errno)));
        return VERB_INPUT;
    }
    for (size_t i = 0; i < nt_schemas_count; i++)
        if (!write_file(client, folder, &nt_schemas[i]))
            return VERB_INPUT;
    return VERB_DONE;
}

/* --- a registry ------------------------------------------------------------------------------ */

/* body is taken. False: refused, and said why. */
static bool tell_registry(struct client *client, const char *method, const char *url, json_t *body)
{
    static const char *const headers[] = {TYPE, NULL};
    struct ask_reply reply;
    ask_url(method, url, headers, body, &reply);
    bool is_good = reply.status >= 200 && reply.status < 300;
    const char *message = json_string_value(json_object_get(reply.json, "message"));
    if (!is_good)
        client_tell(client, nt_arena_printf(&client->arena, "%s %s: %d %s", method, url,
                                            reply.status, message == NULL ? "" : message));
    json_decref(reply.json);
    json_decref(body);
    return is_good;
}

static bool set_mode(struct client *client, const char *registry, const char *name,
                     const char *mode)
{
    return tell_registry(client, "PUT",
                         nt_arena_printf(&client->arena, "%s/mode/%s", registry, name),
                         json_pack("{s:s}", "mode", mode));
}

static bool put_schema(struct client *client, const char *registry,
                       const struct nt_schema_info *schema)
{
    const char *name = subject(client, schema);
    if (!set_mode(client, registry, name, "IMPORT"))
        return false;
    bool is_put = tell_registry(
        client, "POST", nt_arena_printf(&client->arena, "%s/subjects/%s/versions", registry, name),
        json_pack("{s:s, s:i, s:i}", "schema", schema->text, "id", (int)schema->id, "version",
                  schema->version));
    /* Whatever became of it, the subject is left as others find it useful. */
    bool is_open = set_mode(client, registry, name, "READWRITE");
    if (is_put)
        (void)printf("%d  %s\n", schema->id, name);
    return is_put && is_open;
}

enum verb_exit schemas_export(struct client *client)
{
    const char *where = client->command->args[0];
    if (!nt_text_starts(where, "http://") && !nt_text_starts(where, "https://"))
        return to_folder(client, where);
    size_t len = strlen(where);
    const char *registry =
        nt_arena_text_n(&client->arena, where, len - (where[len - 1] == '/' ? 1 : 0));
    for (size_t i = 0; i < nt_schemas_count; i++)
        if (!put_schema(client, registry, &nt_schemas[i]))
            return VERB_REFUSED;
    return VERB_DONE;
}
