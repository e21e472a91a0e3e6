#include <forecaster/rollup.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <assert.h>
#include <math.h>
#include <string.h>

struct sum {
    double weight_ms; /* time covered */
    struct use use;   /* integrated over it */
    double cpu_milli_max, mem_bytes_max;
    int32_t samples;
};

struct open_server {
    char *server;
    struct sum sum;
};

struct open_slot {
    bool is_used;
    int64_t slot;
    int64_t touched_wall_ms;
    double cpu_capacity_milli, mem_capacity_bytes;
    struct sum host;
    struct open_server *servers;
    size_t servers_count, servers_capacity;
};

struct rollup {
    struct open_slot open[ROLLUP_OPEN_MAX];
    int64_t newest_ms;
};

void slot_roll_free(struct slot_roll *roll)
{
    if (roll == NULL)
        return;
    for (size_t i = 0; i < roll->servers_count; i++)
        free(roll->servers[i].server);
    free(roll->servers);
    free(roll);
}

static void clear(struct open_slot *open)
{
    for (size_t i = 0; i < open->servers_count; i++)
        free(open->servers[i].server);
    free(open->servers);
    *open = (struct open_slot){0};
}

struct rollup *rollup_new(void)
{
    struct rollup *rollup = nt_zalloc(sizeof(*rollup));
    rollup->newest_ms = INT64_MIN;
    return rollup;
}

void rollup_free(struct rollup *rollup)
{
    if (rollup == NULL)
        return;
    for (size_t i = 0; i < ROLLUP_OPEN_MAX; i++)
        clear(&rollup->open[i]);
    free(rollup);
}

int64_t rollup_newest_ms(const struct rollup *rollup)
{
    return rollup->newest_ms;
}

/* --- adding ---------------------------------------------------------------------------------- */

static bool is_sane(const struct use *use)
{
    const double values[] = {use->cpu_milli, use->mem_bytes, use->net_rx_bps, use->net_tx_bps};
    for (size_t i = 0; i < NT_COUNT(values); i++) {
        if (!isfinite(values[i]) || values[i] < 0)
            return false;
    }
    return true;
}

static struct open_slot *find_open(struct rollup *rollup, int64_t slot)
{
    struct open_slot *unused = NULL;
    for (size_t i = 0; i < ROLLUP_OPEN_MAX; i++) {
        struct open_slot *open = &rollup->open[i];
        if (open->is_used && open->slot == slot)
            return open;
        if (!open->is_used)
            unused = open;
    }
    assert(unused != NULL); /* rollup_take() after every sample leaves room */
    unused->is_used = true;
    unused->slot = slot;
    return unused;
}

static void add(struct sum *sum, const struct use *use, double weight_ms)
{
    sum->weight_ms += weight_ms;
    sum->use.cpu_milli += use->cpu_milli * weight_ms;
    sum->use.mem_bytes += use->mem_bytes * weight_ms;
    sum->use.net_rx_bps += use->net_rx_bps * weight_ms;
    sum->use.net_tx_bps += use->net_tx_bps * weight_ms;
    sum->cpu_milli_max = fmax(sum->cpu_milli_max, use->cpu_milli);
    sum->mem_bytes_max = fmax(sum->mem_bytes_max, use->mem_bytes);
    sum->samples++;
}

/* Records list servers in a stable order, so the place of last time is tried first. */
static struct open_server *find_server(struct open_slot *open, const char *server, size_t hint)
{
    if (hint < open->servers_count && strcmp(open->servers[hint].server, server) == 0)
        return &open->servers[hint];
    for (size_t i = 0; i < open->servers_count; i++) {
        if (strcmp(open->servers[i].server, server) == 0)
            return &open->servers[i];
    }
    if (open->servers_count == ROLLUP_SERVERS_MAX)
        return NULL;
    struct open_server *added =
        &nt_vec_push(open->servers, open->servers_count, open->servers_capacity);
    *added = (struct open_server){.server = nt_strdup(server)};
    return added;
}

int rollup_add(struct rollup *rollup, const struct sample *sample, int64_t wall_ms)
{
    if (sample->interval_ms <= 0 || sample->interval_ms > ROLLUP_INTERVAL_MAX_MS ||
        sample->at_ms <= 0 || !is_sane(&sample->use))
        return -EINVAL;
    for (size_t i = 0; i < sample->servers_count; i++) {
        if (!is_sane(&sample->servers[i].use) || nt_text_is_empty(sample->servers[i].server))
            return -EINVAL;
    }
    /* An interval belongs to the slot where it ends; a long one fills the slots it spans. */
    int64_t last = slot_of(sample->at_ms - 1);
    int64_t spans = sample->interval_ms > SLOT_MS ? sample->interval_ms / SLOT_MS : 1;
    double weight_ms = (double)sample->interval_ms / (double)spans;
    for (int64_t slot = last - spans + 1; slot <= last; slot++) {
        struct open_slot *open = find_open(rollup, slot);
        open->touched_wall_ms = wall_ms;
        open->cpu_capacity_milli = sample->cpu_capacity_milli;
        open->mem_capacity_bytes = sample->mem_capacity_bytes;
        add(&open->host, &sample->use, weight_ms);
        for (size_t i = 0; i < sample->servers_count; i++) {
            struct open_server *server = find_server(open, sample->servers[i].server, i);
            if (server != NULL)
                add(&server->sum, &sample->servers[i].use, weight_ms);
        }
    }
    if (sample->at_ms > rollup->newest_ms)
        rollup->newest_ms = sample->at_ms;
    return 0;
}

/* --- taking ---------------------------------------------------------------------------------- */

static struct roll finish(const struct sum *sum)
{
    return (struct roll){
        .mean = {.cpu_milli = sum->use.cpu_milli / sum->weight_ms,
                 .mem_bytes = sum->use.mem_bytes / sum->weight_ms,
                 .net_rx_bps = sum->use.net_rx_bps / sum->weight_ms,
                 .net_tx_bps = sum->use.net_tx_bps / sum->weight_ms},
        .cpu_milli_max = sum->cpu_milli_max,
        .mem_bytes_max = sum->mem_bytes_max,
        .samples = sum->samples,
    };
}

static bool is_complete(const struct rollup *rollup, const struct open_slot *open, int64_t load_ms,
                        int64_t wall_ms)
{
    int64_t end_ms = slot_begin_ms(open->slot + 1);
    int64_t late_ms = end_ms + ROLLUP_LATENESS_MS;
    if (open->host.weight_ms >= SLOT_MS)
        return true;
    /* Samples of the next slot come in: what belongs here has come. */
    if (rollup->newest_ms >= late_ms && rollup->newest_ms < late_ms + SLOT_MS)
        return true;
    /* Far behind: history that is being written, or a gap. More may come while it does. */
    if (rollup->newest_ms >= late_ms || load_ms >= late_ms + SLOT_MS)
        return wall_ms - open->touched_wall_ms >= ROLLUP_IDLE_MS;
    return load_ms >= late_ms;
}

struct slot_roll *rollup_take(struct rollup *rollup, int64_t load_ms, int64_t wall_ms)
{
    struct open_slot *first = NULL;
    struct open_slot *untouched = NULL;
    size_t used = 0;
    for (size_t i = 0; i < ROLLUP_OPEN_MAX; i++) {
        struct open_slot *open = &rollup->open[i];
        if (!open->is_used)
            continue;
        used++;
        if (untouched == NULL || open->touched_wall_ms < untouched->touched_wall_ms)
            untouched = open;
        if (is_complete(rollup, open, load_ms, wall_ms) &&
            (first == NULL || open->slot < first->slot))
            first = open;
    }
    if (first == NULL && used + ROLLUP_SPANS_MAX > ROLLUP_OPEN_MAX)
        first = untouched; /* room for the next sample, which may span several slots */
    if (first == NULL)
        return NULL;
    struct slot_roll *roll = nt_zalloc(sizeof(*roll));
    roll->slot = first->slot;
    roll->cpu_capacity_milli = first->cpu_capacity_milli;
    roll->mem_capacity_bytes = first->mem_capacity_bytes;
    roll->host = finish(&first->host);
    roll->servers = nt_zalloc((first->servers_count + 1) * sizeof(*roll->servers));
    roll->servers_count = first->servers_count;
    for (size_t i = 0; i < first->servers_count; i++) {
        roll->servers[i].server = nt_take(first->servers[i].server);
        roll->servers[i].roll = finish(&first->servers[i].sum);
    }
    clear(first);
    return roll;
}

void rollup_drop(struct rollup *rollup, int64_t slot)
{
    for (size_t i = 0; i < ROLLUP_OPEN_MAX; i++) {
        if (rollup->open[i].is_used && rollup->open[i].slot == slot)
            clear(&rollup->open[i]);
    }
}
