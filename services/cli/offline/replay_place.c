/* Where containers begin. */
#include <offline/replay.h>

#include <offline/csv.h>
#include <offline/file.h>

#include <nt/arena.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

void replay_hosts_deinit(struct replay_hosts *hosts)
{
    for (int h = 0; h < hosts->count; h++)
        free(hosts->names[h]);
    free(hosts->names);
    *hosts = (struct replay_hosts){0};
}

/* Hosts with names of their own where the file names none. */
static void name_rest(struct replay_hosts *hosts, int named)
{
    for (int h = named; h < hosts->count; h++) {
        char name[32];
        for (int n = h;; n++) {
            bool is_taken = false;
            (void)snprintf(name, sizeof(name), "h%d", n);
            for (int other = 0; other < h; other++)
                is_taken |= nt_text_is(hosts->names[other], name);
            if (!is_taken)
                break;
        }
        hosts->names[h] = nt_strdup(name);
    }
}

static void begin_hosts(const struct replay_options *options, struct replay_hosts *hosts)
{
    hosts->count = options->active + options->spare;
    hosts->names = nt_zalloc((size_t)hosts->count * sizeof(char *));
}

static int host_index(struct replay_hosts *hosts, int *named, int active, const char *name)
{
    for (int h = 0; h < *named; h++)
        if (nt_text_is(hosts->names[h], name))
            return h;
    if (*named == active)
        return -1;
    hosts->names[*named] = nt_strdup(name);
    return (*named)++;
}

/* h0, h1, ... in order of their number where all are named so: spares follow on. */
static int compare_names(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    return strverscmp(x, y);
}

static int container_index(const struct replay_fleet *fleet, const char *name, int guess)
{
    for (int i = 0; i < fleet->count; i++) {
        const int v = (guess + i) % fleet->count;
        if (nt_text_is(fleet->names[v], name))
            return v;
    }
    return -1;
}

static int read_lines(const struct replay_fleet *fleet, const char *path, struct csv *csv,
                      struct nt_arena *arena, const char **host_names, struct nt_error *err)
{
    int read = 0;
    for (;;) {
        int status = csv_next(csv, err);
        if (status < 0)
            return nt_wrap(err, "%s:%zu", path, csv->line);
        if (status == 0)
            break;
        if (csv->line == 1 && csv->count == 2 && nt_text_is(csv->cells[0], "container"))
            continue;
        if (csv->count != 2 || csv->cells[1][0] == '\0')
            return nt_fail(err, -EINVAL, "%s:%zu: must be container,host", path, csv->line);
        const int v = container_index(fleet, csv->cells[0], read);
        if (v < 0)
            return nt_fail(err, -EINVAL, "%s:%zu: container %s is not in the fleet", path,
                           csv->line, csv->cells[0]);
        if (host_names[v] != NULL)
            return nt_fail(err, -EINVAL, "%s:%zu: container %s is placed twice", path, csv->line,
                           csv->cells[0]);
        host_names[v] = nt_arena_text(arena, csv->cells[1]);
        read++;
    }
    for (int v = 0; v < fleet->count; v++)
        if (host_names[v] == NULL)
            return nt_fail(err, -EINVAL, "%s: container %s is not placed", path, fleet->names[v]);
    return 0;
}

int replay_place_read(const struct replay_options *options, const struct replay_fleet *fleet,
                      const char *path, struct replay_hosts *hosts, int *host_of,
                      struct nt_error *err)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf text = {0};
    if (file_read(path, &text, err) < 0)
        return err->code;
    NT_CLEANUP(csv_deinit_p) struct csv csv;
    csv_init(&csv, (char *)text.data, text.len);
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    const char **names = NT_ARRAY(&arena, (size_t)fleet->count, const char *);
    if (read_lines(fleet, path, &csv, &arena, names, err) < 0)
        return err->code;
    begin_hosts(options, hosts);
    int named = 0;
    for (int v = 0; v < fleet->count; v++)
        if (host_index(hosts, &named, options->active, names[v]) < 0) {
            name_rest(hosts, named);
            return nt_fail(err, -EINVAL, "%s: more than %d hosts (--active)", path,
                           options->active);
        }
    qsort((void *)hosts->names, (size_t)named, sizeof(hosts->names[0]), compare_names);
    for (int v = 0; v < fleet->count; v++)
        host_of[v] = host_index(hosts, &named, options->active, names[v]);
    name_rest(hosts, named);
    return 0;
}

struct weight {
    int container;
    double mhz;
};

static int heavier(const void *a, const void *b)
{
    const struct weight *x = a, *y = b;
    return x->mhz != y->mhz ? (x->mhz < y->mhz) - (x->mhz > y->mhz) : x->container - y->container;
}

/* Worst fit on the mean of the warm-up, the largest first; the seed shakes the order. */
int replay_place_make(const struct replay_options *options, const struct replay_fleet *fleet,
                      int64_t seed, struct replay_hosts *hosts, int *host_of, struct nt_error *err)
{
    enum { SHAKE_PCT = 20 };
    begin_hosts(options, hosts);
    name_rest(hosts, 0);
    const int warm = (int)lround(options->warm_up_days * REPLAY_DAY);
    uint64_t state = (uint64_t)seed;
    NT_CLEANUP(nt_free_p)
    struct weight *weights = nt_zalloc((size_t)fleet->count * sizeof(*weights));
    NT_CLEANUP(nt_free_p) double *means = nt_zalloc((size_t)fleet->count * sizeof(double));
    for (int v = 0; v < fleet->count; v++) {
        for (int t = 0; t < warm && t < fleet->slots; t++)
            means[v] += (double)fleet->demand[(size_t)t * (size_t)fleet->count + (size_t)v];
        means[v] /= warm > 0 ? warm : 1;
        const double shake = (double)(replay_random(&state) % 10000) / 10000 - 0.5;
        weights[v] = (struct weight){v, means[v] * (1 + 2 * shake * SHAKE_PCT / 100)};
    }
    qsort(weights, (size_t)fleet->count, sizeof(weights[0]), heavier);
    NT_CLEANUP(nt_free_p) double *load = nt_zalloc((size_t)hosts->count * sizeof(double));
    NT_CLEANUP(nt_free_p) double *mem = nt_zalloc((size_t)hosts->count * sizeof(double));
    for (int i = 0; i < fleet->count; i++) {
        const int v = weights[i].container;
        int best = -1;
        for (int h = 0; h < options->active; h++)
            if (mem[h] + fleet->mem_mb[v] <= options->host_mem_mb &&
                (best < 0 || load[h] < load[best]))
                best = h;
        if (best < 0)
            return nt_fail(err, -EINVAL,
                           "container %s (%.0f MB) fits on no host: give more --host-mem-mb or "
                           "--active",
                           fleet->names[v], fleet->mem_mb[v]);
        host_of[v] = best;
        load[best] += means[v];
        mem[best] += fleet->mem_mb[v];
    }
    return 0;
}
