#include <api/catalogue.h>

#include <inttypes.h>
#include <jansson.h>
#include <nt/text.h>
#include <string.h>

static const char *text_of(struct nt_arena *arena, const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return nt_arena_text(arena, text == NULL ? "" : text);
}

static int read_services(struct nt_arena *arena, const json_t *json, struct nt_spec *spec,
                         struct nt_error *err)
{
    spec->services = NT_ARRAY(arena, json_array_size(json), struct nt_service);
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(json, index, each)
    {
        struct nt_service *service = &spec->services[spec->services_count++];
        service->name = text_of(arena, each, "name");
        service->protocol = text_of(arena, each, "protocol");
        service->port = (int32_t)json_integer_value(json_object_get(each, "port"));
        if (service->name[0] == '\0' || service->protocol[0] == '\0' || service->port <= 0)
            return nt_fail(err, -EINVAL, "service %zu needs name, protocol and port", index + 1);
    }
    return 0;
}

static void read_volumes(struct nt_arena *arena, const json_t *json, struct nt_spec *spec)
{
    spec->volumes = NT_ARRAY(arena, json_array_size(json), struct nt_volume);
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(json, index, each)
    {
        struct nt_volume *volume = &spec->volumes[spec->volumes_count++];
        volume->name = text_of(arena, each, "name");
        volume->path = text_of(arena, each, "path");
    }
}

static void read_env(struct nt_arena *arena, json_t *json, struct nt_spec *spec)
{
    spec->env = NT_ARRAY(arena, json_object_size(json), struct nt_pair);
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json, name, value)
    {
        struct nt_pair *pair = &spec->env[spec->env_count++];
        pair->key = nt_arena_text(arena, name);
        pair->value = nt_arena_text(arena, json_is_string(value) ? json_string_value(value) : "");
    }
}

static int read_template(struct nt_arena *arena, const json_t *json, int order,
                         struct nt_template *template, struct nt_error *err)
{
    struct nt_spec *spec = &template->spec;
    const json_t *minimum = json_object_get(json, "minimum");
    template->template = text_of(arena, json, "template");
    template->title_en = text_of(arena, json, "title_en");
    template->title_ko = text_of(arena, json, "title_ko");
    template->about_en = text_of(arena, json, "about_en");
    template->about_ko = text_of(arena, json, "about_ko");
    template->icon = text_of(arena, json, "icon");
    template->default_size = text_of(arena, json, "default_size");
    template->order = order;
    spec->template = template->template;
    spec->image = text_of(arena, json, "image");
    spec->image_digest = "";
    spec->size = "";
    spec->restart = text_of(arena, json, "restart");
    spec->minimum.cpu_milli = json_integer_value(json_object_get(minimum, "cpu_milli"));
    spec->minimum.mem_bytes = json_integer_value(json_object_get(minimum, "mem_bytes"));
    if (template->template[0] == '\0' || spec->image[0] == '\0' || spec->restart[0] == '\0')
        return nt_fail(err, -EINVAL, "template, image and restart are needed");
    read_volumes(arena, json_object_get(json, "volumes"), spec);
    read_env(arena, json_object_get(json, "env"), spec);
    return read_services(arena, json_object_get(json, "services"), spec, err);
}

static int read_all(struct nt_arena *arena, const json_t *json, struct nt_template **ret_templates,
                    struct nt_error *err)
{
    const json_t *list = json_object_get(json, "templates");
    struct nt_template *templates = NT_ARRAY(arena, json_array_size(list), struct nt_template);
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(list, index, each)
    {
        if (read_template(arena, each, (int)index + 1, &templates[index], err) < 0)
            return nt_wrap(err, "template %zu", index + 1);
    }
    *ret_templates = templates;
    return (int)index;
}

int catalogue_read(struct nt_arena *arena, const char *document, struct nt_template **ret_templates,
                   struct nt_error *err)
{
    json_error_t story;
    json_t *json = json_loads(document, JSON_REJECT_DUPLICATES, &story);
    if (json == NULL)
        return nt_fail(err, -EINVAL, "templates: line %d: %s", story.line, story.text);
    int code = read_all(arena, json, ret_templates, err);
    json_decref(json);
    return code;
}

bool catalogue_is_same(const struct nt_template *a, const struct nt_template *b)
{
    struct nt_template left = *a;
    struct nt_template right = *b;
    left.revision = right.revision = 0;
    left.at_ms = right.at_ms = 0;
    return nt_template_is_equal(&left, &right);
}
