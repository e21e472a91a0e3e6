#include <forecaster/codec.h>

#include <nt/text.h>

static const char *const resource_names[RESOURCES] = {
    [RESOURCE_CPU] = "cpu",
    [RESOURCE_MEMORY] = "memory",
};

const char *codec_resource(enum resource resource)
{
    return resource_names[resource];
}

bool codec_parse_resource(const char *text, enum resource *ret_resource)
{
    for (size_t i = 0; i < RESOURCES; i++) {
        if (nt_text_is(text, resource_names[i])) {
            *ret_resource = (enum resource)i;
            return true;
        }
    }
    return false;
}

const char *codec_key(struct nt_arena *arena, const char *subject, enum resource resource)
{
    return nt_arena_printf(arena, "%s/%s", subject, resource_names[resource]);
}

/* --- samples --------------------------------------------------------------------------------- */

static struct use use_of(const struct nt_sample *sample)
{
    return (struct use){.cpu_milli = sample->cpu_milli,
                        .mem_bytes = (double)sample->mem_bytes,
                        .net_rx_bps = sample->net_rx_bps,
                        .net_tx_bps = sample->net_tx_bps};
}

struct sample codec_sample(struct nt_arena *arena, const struct nt_host_load *load)
{
    struct sample_server *servers = NT_ARRAY(arena, load->servers_count, struct sample_server);
    for (size_t i = 0; i < load->servers_count; i++)
        servers[i] = (struct sample_server){.server = load->servers[i].server,
                                            .use = use_of(&load->servers[i].sample)};
    return (struct sample){
        .host = load->host,
        .at_ms = load->at_ms,
        .interval_ms = load->interval_ms,
        .cpu_capacity_milli = (double)load->capacity.cpu_milli,
        .mem_capacity_bytes = (double)load->capacity.mem_bytes,
        .use = use_of(&load->sample),
        .servers = servers,
        .servers_count = load->servers_count,
    };
}

/* --- roll-ups -------------------------------------------------------------------------------- */

static struct nt_roll roll_of(const struct roll *roll)
{
    return (struct nt_roll){.cpu_milli_mean = (float)roll->mean.cpu_milli,
                            .cpu_milli_max = (float)roll->cpu_milli_max,
                            .mem_bytes_mean = roll->mean.mem_bytes,
                            .mem_bytes_max = roll->mem_bytes_max,
                            .net_rx_bps_mean = (float)roll->mean.net_rx_bps,
                            .net_tx_bps_mean = (float)roll->mean.net_tx_bps};
}

static struct roll roll_from(const struct nt_roll *roll, int32_t samples)
{
    return (struct roll){.mean = {.cpu_milli = roll->cpu_milli_mean,
                                  .mem_bytes = roll->mem_bytes_mean,
                                  .net_rx_bps = roll->net_rx_bps_mean,
                                  .net_tx_bps = roll->net_tx_bps_mean},
                         .cpu_milli_max = roll->cpu_milli_max,
                         .mem_bytes_max = roll->mem_bytes_max,
                         .samples = samples};
}

int codec_encode_roll(const char *host, const struct slot_roll *roll, struct nt_buf *out,
                      struct nt_error *err)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_rollup rollup = {
        .host = host,
        .from_ms = slot_begin_ms(roll->slot),
        .step_ms = SLOT_MS,
        .samples = roll->host.samples,
        .capacity = {.cpu_milli = (int64_t)roll->cpu_capacity_milli,
                     .mem_bytes = (int64_t)roll->mem_capacity_bytes},
        .roll = roll_of(&roll->host),
        .servers = NT_ARRAY(&arena, roll->servers_count, struct nt_server_roll),
        .servers_count = roll->servers_count,
    };
    for (size_t i = 0; i < roll->servers_count; i++)
        rollup.servers[i] = (struct nt_server_roll){.server = roll->servers[i].server,
                                                    .samples = roll->servers[i].roll.samples,
                                                    .roll = roll_of(&roll->servers[i].roll)};
    return nt_host_rollup_encode(&rollup, out, err);
}

int codec_decode_roll(struct nt_arena *arena, struct nt_span bytes, const char **ret_host,
                      struct slot_roll *ret_roll, struct nt_error *err)
{
    struct nt_host_rollup *rollup = NULL;
    int status = nt_host_rollup_decode(arena, bytes, &rollup, err);
    if (status < 0)
        return status;
    if (rollup->step_ms != SLOT_MS || rollup->from_ms % SLOT_MS != 0)
        return nt_fail(err, -EINVAL, "from_ms %lld with step_ms %d is not on the grid of %d ms",
                       (long long)rollup->from_ms, rollup->step_ms, SLOT_MS);
    *ret_roll = (struct slot_roll){
        .slot = slot_of(rollup->from_ms),
        .cpu_capacity_milli = (double)rollup->capacity.cpu_milli,
        .mem_capacity_bytes = (double)rollup->capacity.mem_bytes,
        .host = roll_from(&rollup->roll, rollup->samples),
        .servers = NT_ARRAY(arena, rollup->servers_count, struct server_roll),
        .servers_count = rollup->servers_count,
    };
    for (size_t i = 0; i < rollup->servers_count; i++) {
        const struct nt_server_roll *from = &rollup->servers[i];
        ret_roll->servers[i] = (struct server_roll){.server = nt_arena_text(arena, from->server),
                                                    .roll = roll_from(&from->roll, from->samples)};
    }
    *ret_host = rollup->host;
    return 0;
}

/* --- what is issued -------------------------------------------------------------------------- */

int codec_encode_forecast(const struct issued_forecast *issued, struct nt_buf *out,
                          struct nt_error *err)
{
    /* The contract's struct owns nothing; encoding only reads. */
    const struct nt_forecast_load forecast = {
        .subject = issued->subject,
        .kind = issued->kind,
        .resource = resource_names[issued->resource],
        .unit = issued->resource == RESOURCE_CPU ? "milli" : "bytes",
        .issued_ms = slot_begin_ms(issued->origin),
        .step_ms = SLOT_MS,
        .capacity = issued->capacity,
        .p10 = (float *)issued->p10,
        .p10_count = FORECAST_STEPS,
        .p50 = (float *)issued->p50,
        .p50_count = FORECAST_STEPS,
        .p90 = (float *)issued->p90,
        .p90_count = FORECAST_STEPS,
        .model = issued->model,
        .rung = issued->rung,
        .history_ms = issued->history_ms,
        .reliable = issued->is_reliable,
        .accuracy = {.scored = issued->accuracy.scored,
                     .mae = issued->accuracy.mae,
                     .mae_naive = issued->accuracy.mae_naive,
                     .coverage_80_pct = issued->accuracy.coverage_80_pct,
                     .window_told = issued->accuracy.told,
                     .window_over = issued->accuracy.over,
                     .window_foreseen = issued->accuracy.foreseen},
    };
    return nt_forecast_load_encode(&forecast, out, err);
}

int codec_encode_scenarios(const struct issued_scenarios *issued, struct nt_buf *out,
                           struct nt_error *err)
{
    int64_t origins_ms[SCENARIO_PATHS];
    for (size_t j = 0; j < SCENARIO_PATHS; j++)
        origins_ms[j] = slot_begin_ms(issued->origin - scenario_shifts[j]);
    const struct nt_scenarios scenarios = {
        .subject = issued->subject,
        .kind = issued->kind,
        .resource = resource_names[issued->resource],
        .issued_ms = slot_begin_ms(issued->origin),
        .step_ms = SLOT_MS,
        .steps = SCENARIO_STEPS,
        .p50_scale = issued->packed.p50_scale,
        .p50 = {.data = issued->packed.p50, .len = sizeof(issued->packed.p50)},
        .paths = SCENARIO_PATHS,
        .path_scale = issued->packed.path_scale,
        .residuals = {.data = (const uint8_t *)issued->packed.residuals,
                      .len = sizeof(issued->packed.residuals)},
        .origins_ms = origins_ms,
        .origins_ms_count = SCENARIO_PATHS,
        .borrowed = issued->borrowed,
    };
    return nt_scenarios_encode(&scenarios, out, err);
}

int codec_encode_windows(const struct issued_windows *issued, struct nt_buf *out,
                         struct nt_error *err)
{
    struct nt_window windows[WINDOWS_MAX];
    struct nt_contributor contributors[WINDOWS_MAX][CONTRIBUTORS_MAX];
    struct nt_recurring_window recurring[RECURRING_MAX];
    for (size_t i = 0; i < issued->windows_count; i++) {
        const struct issued_window *from = &issued->windows[i];
        for (size_t k = 0; k < from->contributors_count; k++)
            contributors[i][k] =
                (struct nt_contributor){.server = from->contributors[k].server,
                                        .share_pct = from->contributors[k].share_pct};
        windows[i] = (struct nt_window){
            .resource = resource_names[from->window.resource],
            .from_ms = slot_begin_ms(from->window.from_slot),
            .to_ms = slot_begin_ms(from->window.to_slot),
            .peak_pct = from->window.peak_pct,
            .probability = from->window.probability,
            .contributors = contributors[i],
            .contributors_count = from->contributors_count,
        };
    }
    for (size_t i = 0; i < issued->recurring_count; i++) {
        const struct recurring *from = &issued->recurring[i];
        recurring[i] = (struct nt_recurring_window){.resource = resource_names[from->resource],
                                                    .days = from->days,
                                                    .from_minute = from->from_minute,
                                                    .to_minute = from->to_minute,
                                                    .seen = from->seen,
                                                    .of = from->of};
    }
    const struct nt_forecast_windows record = {
        .host = issued->host,
        .issued_ms = slot_begin_ms(issued->origin),
        .threshold_pct = issued->threshold_pct,
        .windows = windows,
        .windows_count = issued->windows_count,
        .recurring = recurring,
        .recurring_count = issued->recurring_count,
    };
    return nt_forecast_windows_encode(&record, out, err);
}

/* --- habits ----------------------------------------------------------------------------------- */

static const char *const explained_names[] = {
    [EXPLAINED_CPU] = "cpu",
    [EXPLAINED_MEMORY] = "memory",
    [EXPLAINED_NET_IN] = "net-in",
    [EXPLAINED_NET_OUT] = "net-out",
};

static struct nt_pattern pattern_from(struct nt_arena *arena,
                                      const struct explained_pattern *pattern)
{
    struct nt_level_change *changes =
        NT_ARRAY(arena, pattern->changes_count, struct nt_level_change);
    for (size_t i = 0; i < pattern->changes_count; i++)
        changes[i] = (struct nt_level_change){.at_ms = slot_begin_ms(pattern->changes[i].slot),
                                              .before = pattern->changes[i].before,
                                              .after = pattern->changes[i].after};
    return (struct nt_pattern){.resource = explained_names[pattern->resource],
                               .day_pct = 100 * pattern->cycles.day_strength,
                               .week_pct = 100 * pattern->cycles.week_strength,
                               .other_ms = pattern->cycles.other_hours * INT64_C(3600000),
                               .changes = changes,
                               .changes_count = pattern->changes_count};
}

int codec_encode_explained(const char *kind, const char *id, const struct explained *explained,
                           struct nt_buf *out, struct nt_error *err)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_forecast_relations record = {
        .subject = id,
        .kind = kind,
        .issued_ms = slot_begin_ms(explained->origin),
        .patterns = NT_ARRAY(&arena, explained->patterns_count, struct nt_pattern),
        .patterns_count = explained->patterns_count,
        .relations = NT_ARRAY(&arena, explained->relations_count, struct nt_relation),
        .relations_count = explained->relations_count,
        .tests = (int32_t)explained->tests,
    };
    for (size_t i = 0; i < explained->patterns_count; i++)
        record.patterns[i] = pattern_from(&arena, &explained->patterns[i]);
    for (size_t i = 0; i < explained->relations_count; i++) {
        const struct relation *from = &explained->relations[i];
        record.relations[i] = (struct nt_relation){.first = explained_names[from->first],
                                                   .second = explained_names[from->second],
                                                   .leads = from->leads,
                                                   .lag_ms = from->lag_slots * (int64_t)SLOT_MS,
                                                   .correlation = from->correlation,
                                                   .f = from->f,
                                                   .q = from->q,
                                                   .gain_pct = 100 * from->gain};
    }
    return nt_forecast_relations_encode(&record, out, err);
}
