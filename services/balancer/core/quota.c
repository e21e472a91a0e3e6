#include <balancer/quota.h>

struct check {
    const char *code;
    const char *unit; /* ending of the figures' names */
    int64_t limit, used, asked;
    bool zero_is_free; /* a limit of 0 means not limited */
};

static void figure(struct answer *answer, const char *name, const char *unit, int64_t value)
{
    answer_number(answer, nt_arena_printf(answer->arena, "%s%s", name, unit), value);
}

static bool exceeds(const struct check *check, struct answer *answer)
{
    if (check->asked <= 0 || (check->zero_is_free && check->limit == 0) ||
        (check->used <= check->limit && check->asked <= check->limit - check->used))
        return false;
    answer_refuse(answer, check->code);
    figure(answer, "limit", check->unit, check->limit);
    figure(answer, "used", check->unit, check->used);
    figure(answer, "left", check->unit,
           check->used < check->limit ? check->limit - check->used : 0);
    figure(answer, "asked", check->unit, check->asked);
    return true;
}

bool quota_allows(const struct quota *quota, const struct nt_resources *used, int servers_used,
                  const struct nt_resources *asked, int servers_asked, struct answer *answer)
{
    const struct check servers = {"quota-servers", "",   quota->servers_limit, servers_used,
                                  servers_asked,   false};
    if (quota->servers_limit >= 0 && exceeds(&servers, answer))
        return false;
    const struct nt_resources *limit = quota->limit;
    if (limit == NULL)
        return true;
    const struct check checks[] = {
        {"quota-cpu", "_milli", limit->cpu_milli, used->cpu_milli, asked->cpu_milli, false},
        {"quota-memory", "_bytes", limit->mem_bytes, used->mem_bytes, asked->mem_bytes, false},
        {"quota-gpu", "", limit->gpu_count, used->gpu_count, asked->gpu_count, false},
        {"quota-disk", "_bytes", limit->disk_bytes, used->disk_bytes, asked->disk_bytes, true},
        {"quota-network", "_bps", limit->net_up_bps, used->net_up_bps, asked->net_up_bps, true},
        {"quota-network", "_bps", limit->net_down_bps, used->net_down_bps, asked->net_down_bps,
         true},
    };
    for (size_t i = 0; i < NT_COUNT(checks); i++)
        if (exceeds(&checks[i], answer))
            return false;
    return true;
}
