#include <api/size.h>

#include "view_json.h"

const struct size sizes[SIZES] = {
    {"small", 500, INT64_C(512) << 20},
    {"medium", 1000, INT64_C(1) << 30},
    {"large", 2000, INT64_C(2) << 30},
};

const struct size *size_find(const char *name)
{
    for (size_t i = 0; i < SIZES; i++)
        if (strcmp(sizes[i].name, name) == 0)
            return &sizes[i];
    return NULL;
}

bool size_fits(const struct size *size, const struct nt_resources *minimum)
{
    return size->cpu_milli >= minimum->cpu_milli && size->mem_bytes >= minimum->mem_bytes;
}

json_t *size_to_json(const struct size *size)
{
    return json_pack("{s:s, s:I, s:I}", "size", size->name, "cpu_milli",
                     (json_int_t)size->cpu_milli, "mem_bytes", (json_int_t)size->mem_bytes);
}

json_t *size_template_to_json(const struct nt_template *template)
{
    const struct nt_spec *spec = &template->spec;
    json_t *services = json_array();
    json_t *volumes = json_array();
    json_t *names = json_array();
    for (size_t i = 0; i < spec->services_count; i++)
        (void)json_array_append_new(
            services, json_pack("{s:s, s:s, s:i}", "name", spec->services[i].name, "kind",
                                spec->services[i].protocol, "port", (int)spec->services[i].port));
    for (size_t i = 0; i < spec->volumes_count; i++)
        (void)json_array_append_new(volumes, json_pack("{s:s, s:s}", "name", spec->volumes[i].name,
                                                       "path", spec->volumes[i].path));
    for (size_t i = 0; i < SIZES; i++)
        if (size_fits(&sizes[i], &spec->minimum))
            (void)json_array_append_new(names, json_string(sizes[i].name));
    return json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s}, s:o, s:o, s:s, s:o, s:o}", "template",
                     template->template, "title", "en", template->title_en, "ko",
                     template->title_ko, "summary", "en", template->about_en, "ko",
                     template->about_ko, "services", services, "volumes", volumes, "restart",
                     spec->restart, "minimum", view_resources(&spec->minimum), "sizes", names);
}
