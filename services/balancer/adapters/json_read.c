#include "json_read.h"

#include <limits.h>

json_t *json_read_body(struct nt_span body, struct nt_error *err)
{
    json_error_t problem;
    json_t *root = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL)
        (void)nt_fail(err, -EINVAL, "the body is not JSON: %s", problem.text);
    return root;
}

int json_read_resources(const json_t *from, const char *what, struct nt_resources *ret_resources,
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
    *ret_resources = (struct nt_resources){.cpu_milli = cpu,
                                           .mem_bytes = mem,
                                           .disk_bytes = disk,
                                           .gpu_count = (int32_t)gpu,
                                           .net_up_bps = up,
                                           .net_down_bps = down};
    return 0;
}
