#include <balancer/allotment.h>

#include <math.h>

static const double FULL_UNTIL = 0.75, LEAST_FROM = 0.90, LEAST = 0.25;

double allotment_factor(double g)
{
    if (g <= FULL_UNTIL)
        return 1;
    if (g >= LEAST_FROM)
        return LEAST;
    return 1 - (1 - LEAST) * (g - FULL_UNTIL) / (LEAST_FROM - FULL_UNTIL);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t formula(int64_t capacity, int64_t granted, int64_t requested, int64_t minimum)
{
    if (capacity <= 0)
        return minimum;
    double g = ((double)granted + (double)requested) / (double)capacity;
    int64_t share = (int64_t)floor(allotment_factor(g) * (double)requested + 1e-6);
    return least(requested, most(minimum, share));
}

static double given_pct(const struct allotment_host *host)
{
    double cpu = host->capacity.cpu_milli > 0
                     ? 100.0 * (double)host->granted.cpu_milli / (double)host->capacity.cpu_milli
                     : 100;
    double mem = host->capacity.mem_bytes > 0
                     ? 100.0 * (double)host->granted.mem_bytes / (double)host->capacity.mem_bytes
                     : 100;
    return cpu > mem ? cpu : mem;
}

/* What is given whole: is it there? Capacity 0 of disk and network means not limited. */
static bool whole_fits(const struct allotment_host *host, const struct nt_resources *requested)
{
    const struct nt_resources *capacity = &host->capacity;
    const struct nt_resources *granted = &host->granted;
    if (requested->gpu_count > capacity->gpu_count - granted->gpu_count)
        return false;
    if (capacity->disk_bytes > 0 &&
        requested->disk_bytes > capacity->disk_bytes - granted->disk_bytes)
        return false;
    if (capacity->net_up_bps > 0 &&
        requested->net_up_bps > capacity->net_up_bps - granted->net_up_bps)
        return false;
    return capacity->net_down_bps <= 0 ||
           requested->net_down_bps <= capacity->net_down_bps - granted->net_down_bps;
}

static bool within_share(int64_t amount, int64_t capacity, double share_max_pct)
{
    return (double)amount <= (double)capacity * share_max_pct / 100 + 1e-6;
}

static void judge(struct allotment *allotment, const struct allotment_host *host,
                  const struct nt_resources *requested, double share_max_pct)
{
    const struct nt_resources *granted = &allotment->granted;
    const struct nt_resources *capacity = &host->capacity;
    if (granted->cpu_milli > capacity->cpu_milli - host->granted.cpu_milli ||
        granted->mem_bytes > capacity->mem_bytes - host->granted.mem_bytes ||
        !within_share(granted->cpu_milli, capacity->cpu_milli, share_max_pct) ||
        !within_share(granted->mem_bytes, capacity->mem_bytes, share_max_pct) ||
        !whole_fits(host, requested))
        allotment->fit = ALLOTMENT_NONE;
    else if (granted->cpu_milli < requested->cpu_milli || granted->mem_bytes < requested->mem_bytes)
        allotment->fit = ALLOTMENT_REDUCED;
    else
        allotment->fit = ALLOTMENT_FULL;
}

struct allotment allotment_new(const struct allotment_host *host,
                               const struct nt_resources *requested,
                               const struct nt_resources *minimum, double host_share_max_pct)
{
    struct allotment allotment = {.granted = *requested, .given_pct = given_pct(host)};
    allotment.granted.cpu_milli = formula(host->capacity.cpu_milli, host->granted.cpu_milli,
                                          requested->cpu_milli, minimum->cpu_milli);
    allotment.granted.mem_bytes = formula(host->capacity.mem_bytes, host->granted.mem_bytes,
                                          requested->mem_bytes, minimum->mem_bytes);
    judge(&allotment, host, requested, host_share_max_pct);
    return allotment;
}

static int64_t left_of(int64_t capacity, int64_t granted, double share_max_pct)
{
    return least(capacity - granted, (int64_t)((double)capacity * share_max_pct / 100));
}

/* Never less than now while more is asked for; and no more than is left. */
static int64_t resized(int64_t capacity, int64_t granted, int64_t now, int64_t requested,
                       int64_t minimum, double share_max_pct)
{
    if (requested <= now)
        return requested;
    int64_t share = formula(capacity, granted, requested, minimum);
    return most(now, least(share, left_of(capacity, granted, share_max_pct)));
}

struct allotment allotment_resize(const struct allotment_host *host, const struct nt_resources *now,
                                  const struct nt_resources *requested,
                                  const struct nt_resources *minimum, double host_share_max_pct)
{
    struct allotment allotment = {.granted = *requested, .given_pct = given_pct(host)};
    struct nt_resources *granted = &allotment.granted;
    granted->cpu_milli = resized(host->capacity.cpu_milli, host->granted.cpu_milli, now->cpu_milli,
                                 requested->cpu_milli, minimum->cpu_milli, host_share_max_pct);
    granted->mem_bytes = resized(host->capacity.mem_bytes, host->granted.mem_bytes, now->mem_bytes,
                                 requested->mem_bytes, minimum->mem_bytes, host_share_max_pct);
    const struct nt_resources left = {
        .cpu_milli = left_of(host->capacity.cpu_milli, host->granted.cpu_milli, host_share_max_pct),
        .mem_bytes = left_of(host->capacity.mem_bytes, host->granted.mem_bytes, host_share_max_pct),
    };
    /* Where something is left, a wish for more is noted, though the formula may give no more now.
     */
    if ((requested->cpu_milli > now->cpu_milli && left.cpu_milli <= now->cpu_milli) ||
        (requested->mem_bytes > now->mem_bytes && left.mem_bytes <= now->mem_bytes) ||
        !whole_fits(host, requested))
        allotment.fit = ALLOTMENT_NONE;
    else if (granted->cpu_milli < requested->cpu_milli || granted->mem_bytes < requested->mem_bytes)
        allotment.fit = ALLOTMENT_REDUCED;
    else
        allotment.fit = ALLOTMENT_FULL;
    return allotment;
}

/* Asking for all that is left is never refused, as f is at most 1. */
static int64_t largest(int64_t capacity, int64_t granted, int64_t minimum, double share_max_pct)
{
    int64_t left = left_of(capacity, granted, share_max_pct);
    return left >= minimum && left > 0 ? left : 0;
}

struct nt_resources allotment_largest(const struct allotment_host *host,
                                      const struct nt_resources *minimum, double host_share_max_pct)
{
    struct nt_resources found = {
        .cpu_milli = largest(host->capacity.cpu_milli, host->granted.cpu_milli, minimum->cpu_milli,
                             host_share_max_pct),
        .mem_bytes = largest(host->capacity.mem_bytes, host->granted.mem_bytes, minimum->mem_bytes,
                             host_share_max_pct),
    };
    if (found.cpu_milli == 0 || found.mem_bytes == 0)
        return (struct nt_resources){0};
    return found;
}
