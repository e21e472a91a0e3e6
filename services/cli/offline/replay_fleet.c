/* The recording: demand of each container by slot, and memory. */
#include <offline/replay.h>

#include <offline/csv.h>
#include <offline/file.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int check(const struct table *table, const char *path, struct nt_error *err)
{
    if (!table->has_times)
        return nt_fail(err, -EINVAL, "%s:1: the first column must be t, then one a container",
                       path);
    if (table->count > REPLAY_CONTAINERS_MAX)
        return nt_fail(err, -E2BIG, "%s: more than %d containers", path, REPLAY_CONTAINERS_MAX);
    for (size_t i = 0; i < table->count; i++) {
        const struct table_series *series = &table->series[i];
        if (series->step_s != 0 && series->step_s != REPLAY_SLOT_S)
            return nt_fail(err, -EINVAL, "%s: steps of %lld s, but must be %d", path,
                           (long long)series->step_s, REPLAY_SLOT_S);
        if (series->begin_s % REPLAY_SLOT_S != 0)
            return nt_fail(err, -EINVAL, "%s: t must be a multiple of %d", path, REPLAY_SLOT_S);
        for (size_t t = 0; t < series->count; t++)
            if (series->values[t] < 0)
                return nt_fail(err, -EINVAL, "%s: container %s uses less than nothing at t = %lld",
                               path, series->name,
                               (long long)series->begin_s + (long long)t * REPLAY_SLOT_S);
    }
    return 0;
}

static void fill(const struct table *table, int64_t begin_s, double most,
                 struct replay_fleet *fleet)
{
    const size_t count = (size_t)fleet->count;
    for (size_t v = 0; v < count; v++) {
        const struct table_series *series = &table->series[v];
        const int64_t offset = (series->begin_s - begin_s) / REPLAY_SLOT_S;
        float last = 0;
        for (int64_t t = 0; t < fleet->slots; t++) {
            const int64_t at = t - offset;
            const double value = at >= 0 && at < (int64_t)series->count ? series->values[at] : NAN;
            if (!isnan(value))
                last = (float)fmin(value, most);
            fleet->sample[(size_t)t * count + v] = isnan(value) ? NAN : last;
            fleet->demand[(size_t)t * count + v] = last;
        }
    }
    for (int t = 0; t < fleet->slots; t++) {
        int missing = 0;
        for (size_t v = 0; v < count; v++)
            missing += isnan(fleet->sample[(size_t)t * count + v]);
        fleet->is_blind[t] = 2 * missing > fleet->count;
    }
}

static void make_room(struct replay_fleet *fleet)
{
    const size_t cells = (size_t)fleet->count * (size_t)fleet->slots;
    fleet->names = nt_zalloc((size_t)fleet->count * sizeof(char *));
    fleet->mem_mb = nt_zalloc((size_t)fleet->count * sizeof(double));
    fleet->demand = nt_zalloc(cells * sizeof(float));
    fleet->sample = nt_zalloc(cells * sizeof(float));
    fleet->is_blind = nt_zalloc((size_t)fleet->slots * sizeof(bool));
}

static int find(const struct replay_fleet *fleet, const char *name)
{
    for (int v = 0; v < fleet->count; v++)
        if (nt_text_is(fleet->names[v], name))
            return v;
    return -1;
}

static int read_memory(const char *path, struct replay_fleet *fleet, struct nt_error *err)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf text = {0};
    if (file_read(path, &text, err) < 0)
        return err->code;
    for (int v = 0; v < fleet->count; v++)
        fleet->mem_mb[v] = -1;
    NT_CLEANUP(csv_deinit_p) struct csv csv;
    csv_init(&csv, (char *)text.data, text.len);
    for (;;) {
        int status = csv_next(&csv, err);
        if (status < 0)
            return nt_wrap(err, "%s:%zu", path, csv.line);
        if (status == 0)
            break;
        if (csv.line == 1 && csv.count == 2 && nt_text_is(csv.cells[0], "container"))
            continue;
        double mem_mb;
        if (csv.count != 2 || nt_parse_f64(csv.cells[1], 0, 1e12, &mem_mb) < 0)
            return nt_fail(err, -EINVAL, "%s:%zu: must be container,mem_mb", path, csv.line);
        const int v = find(fleet, csv.cells[0]);
        if (v >= 0)
            fleet->mem_mb[v] = mem_mb;
    }
    for (int v = 0; v < fleet->count; v++)
        if (fleet->mem_mb[v] < 0)
            return nt_fail(err, -EINVAL, "%s: no line for container %s", path, fleet->names[v]);
    return 0;
}

int replay_fleet_read(const struct replay_options *options, struct replay_fleet *ret_fleet,
                      struct nt_error *err)
{
    NT_CLEANUP(table_deinit_p) struct table table = {0};
    if (file_read_table(options->fleet, REPLAY_SLOT_S, &table, err) < 0 ||
        check(&table, options->fleet, err) < 0)
        return err->code;
    int64_t begin_s = table.series[0].begin_s, end_s = begin_s;
    for (size_t i = 0; i < table.count; i++) {
        const struct table_series *series = &table.series[i];
        const int64_t end = series->begin_s + (int64_t)series->count * REPLAY_SLOT_S;
        begin_s = series->begin_s < begin_s ? series->begin_s : begin_s;
        end_s = end > end_s ? end : end_s;
    }
    /* Days begin at midnight: forecasts are learned by the day. */
    begin_s -= (begin_s % 86400 + 86400) % 86400;
    struct replay_fleet fleet = {.count = (int)table.count,
                                 .slots = (int)((end_s - begin_s) / REPLAY_SLOT_S)};
    make_room(&fleet);
    for (size_t v = 0; v < table.count; v++)
        fleet.names[v] = nt_strdup(table.series[v].name);
    fill(&table, begin_s, options->host_mhz / 2, &fleet);
    if (options->memory != NULL && read_memory(options->memory, &fleet, err) < 0) {
        replay_fleet_deinit(&fleet);
        return err->code;
    }
    *ret_fleet = fleet;
    return 0;
}

void replay_fleet_deinit(struct replay_fleet *fleet)
{
    for (int v = 0; v < fleet->count && fleet->names != NULL; v++)
        free(fleet->names[v]);
    free(fleet->names);
    free(fleet->mem_mb);
    free(fleet->demand);
    free(fleet->sample);
    free(fleet->is_blind);
    *fleet = (struct replay_fleet){0};
}

uint64_t replay_random(uint64_t *state)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t z = *state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

void replay_fleet_shuffle(const struct replay_fleet *fleet, int stretch, uint64_t seed,
                          struct replay_fleet *ret_fleet)
{
    struct replay_fleet other = {.count = fleet->count, .slots = fleet->slots};
    make_room(&other);
    const size_t count = (size_t)fleet->count;
    for (size_t v = 0; v < count; v++) {
        other.names[v] = nt_strdup(fleet->names[v]);
        other.mem_mb[v] = fleet->mem_mb[v];
    }
    const int whole = fleet->slots / stretch;
    int *order = nt_zalloc((size_t)(whole + 1) * sizeof(int));
    for (int i = 0; i < whole; i++)
        order[i] = i;
    for (int i = whole - 1; i > 0; i--) {
        const int j = (int)(replay_random(&seed) % (uint64_t)(i + 1));
        const int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (int t = 0; t < fleet->slots; t++) {
        const int from = t < whole * stretch ? order[t / stretch] * stretch + t % stretch : t;
        const size_t row = (size_t)t * count, from_row = (size_t)from * count;
        memcpy(other.demand + row, fleet->demand + from_row, count * sizeof(float));
        memcpy(other.sample + row, fleet->sample + from_row, count * sizeof(float));
        other.is_blind[t] = fleet->is_blind[from];
    }
    free(order);
    *ret_fleet = other;
}
