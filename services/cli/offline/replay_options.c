/* The command line of `neaptide offline replay`. */
#include <offline/replay.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <getopt.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

const char replay_usage[] =
    "usage: neaptide offline replay --fleet cpu.csv[.gz] --host-mhz MHZ --active N [OPTION...]\n"
    "\n"
    "  --fleet FILE        t,CONTAINER,CONTAINER...: t in seconds, steps of 300; MHz; empty: not "
    "known\n"
    "  --memory FILE       container,mem_mb; without it memory is not looked at\n"
    "  --host-mhz MHZ      of every host\n"
    "  --host-mem-mb MB    of every host; no limit by default\n"
    "  --active N          hosts that containers begin on\n"
    "  --spare N           further hosts that moves may use; 0 by default\n"
    "  --move-slots N      slots of 300 s from the decision until the load moves; 3 by default\n"
    "  --warm-up-days D    to learn from; 8 by default\n"
    "  --score-to-day D    where to end; the whole recording by default\n"
    "  --placement FILES   container,host: one file for each seed, separated by commas; by "
    "default\n"
    "                      placed by the tool: worst fit on the mean of the warm-up\n"
    "  --seed N[,N...]     1 by default, or one for each placement\n"
    "  --policy POLICY     may be given several times; `all` is the whole comparison\n"
    "  --shuffle HOURS     stretches of the recording in another order (by seed): a null trace\n"
    "  --moves FILE        t,container,from,to,why of the first policy and seed\n"
    "  --json              JSON instead of text\n"
    "\n"
    "POLICY is a name, then where wanted :KEY=VALUE,KEY=VALUE...\n"
    "  none\n"
    "  spread              every (hours), gap (per cent of a host)\n"
    "  reactive            high, low (per cent), readings (in a row), release (0 or 1)\n"
    "  timeblind, forecast, oracle\n"
    "                      price, again, back, trust, trigger, soon, fade, low, high, slope, "
    "targets\n"
    "\n"
    "exit status: 0 done, 1 failed, 2 wrong usage, 3 wrong input\n";

const char *const replay_kind_names[REPLAY_KINDS] = {"none",      "spread",   "reactive",
                                                     "timeblind", "forecast", "oracle"};

/* --- policies --------------------------------------------------------------------------------- */

enum field_type { FIELD_REAL, FIELD_INT, FIELD_BOOL };

static const struct field {
    const char *key;
    enum replay_kind first, last; /* that know it */
    enum field_type type;
    size_t offset;
    double min, max;
} fields[] = {
#define AT(member) offsetof(struct replay_policy, member)
    {"every", REPLAY_SPREAD, REPLAY_SPREAD, FIELD_REAL, AT(every_h), 0.1, 1000},
    {"gap", REPLAY_SPREAD, REPLAY_SPREAD, FIELD_REAL, AT(gap_pct), 0, 100},
    {"high", REPLAY_REACTIVE, REPLAY_REACTIVE, FIELD_REAL, AT(high_pct), 1, 1000},
    {"low", REPLAY_REACTIVE, REPLAY_REACTIVE, FIELD_REAL, AT(low_pct), 1, 1000},
    {"readings", REPLAY_REACTIVE, REPLAY_REACTIVE, FIELD_INT, AT(readings), 1, 1000},
    {"release", REPLAY_REACTIVE, REPLAY_REACTIVE, FIELD_BOOL, AT(releases), 0, 1},
    {"price", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(prices.move), 0, 1e6},
    {"again", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(prices.again), 0, 1e6},
    {"back", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(prices.back), 1, 1e6},
    {"trust", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(prices.trust), 0, 1e6},
    {"trigger", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(packing.trigger), 0, 1e6},
    {"soon", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_INT, AT(packing.soon), 1, HORIZON_SINGLE},
    {"fade", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(packing.fade), 1, 1e6},
    {"low", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(packing.low), 0, 10},
    {"high", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(packing.high), 0, 10},
    {"slope", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_REAL, AT(packing.slope), 0, 1e6},
    {"targets", REPLAY_TIMEBLIND, REPLAY_ORACLE, FIELD_INT, AT(packing.targets_max), 0, 1e6},
#undef AT
};

static const struct replay_policy policy_defaults = {
    .high_pct = 85,
    .low_pct = 75,
    .readings = 1,
    .every_h = 12,
    .gap_pct = 10,
    .prices = {.move = 1, .again = 2, .back = 2},
};

static int set_field(const char *text, struct replay_policy *policy, struct nt_error *err)
{
    const char *equals = strchr(text, '=');
    const size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
    for (size_t i = 0; i < NT_COUNT(fields); i++) {
        const struct field *field = &fields[i];
        if (strlen(field->key) != len || strncmp(field->key, text, len) != 0 ||
            policy->kind < field->first || policy->kind > field->last)
            continue;
        double value;
        if (equals == NULL || nt_parse_f64(equals + 1, field->min, field->max, &value) < 0 ||
            (field->type != FIELD_REAL && value != floor(value)))
            return nt_fail(err, -EINVAL, "--policy: %s must be a number from %g to %g", field->key,
                           field->min, field->max);
        char *at = (char *)policy + field->offset;
        if (field->type == FIELD_REAL)
            *(double *)at = value;
        else if (field->type == FIELD_INT)
            *(int *)at = (int)value;
        else
            *(bool *)at = value != 0;
        return 0;
    }
    return nt_fail(err, -EINVAL, "--policy: %s has no \"%.*s\"", replay_kind_names[policy->kind],
                   (int)len, text);
}

static int add_policy(const char *text, struct replay_options *options, struct nt_error *err)
{
    if (options->policies_count == REPLAY_POLICIES_MAX)
        return nt_fail(err, -EINVAL, "--policy: at most %d", REPLAY_POLICIES_MAX);
    struct replay_policy policy = policy_defaults;
    policy.packing = packing_default;
    NT_CLEANUP(nt_free_p) char *copy = nt_strdup(text);
    char *rest = copy;
    const char *name = strsep(&rest, ":");
    policy.kind = REPLAY_KINDS;
    for (enum replay_kind kind = 0; kind < REPLAY_KINDS; kind++)
        if (nt_text_is(name, replay_kind_names[kind]))
            policy.kind = kind;
    if (policy.kind == REPLAY_KINDS)
        return nt_fail(err, -EINVAL,
                       "--policy %s: none, spread, reactive, timeblind, forecast, oracle, or all",
                       name);
    while (rest != NULL) {
        int status = set_field(strsep(&rest, ","), &policy, err);
        if (status < 0)
            return status;
    }
    if (policy.packing.low >= policy.packing.high)
        return nt_fail(err, -EINVAL, "--policy %s: low must be below high", text);
    (void)snprintf(policy.name, sizeof(policy.name), "%s", text);
    options->policies[options->policies_count++] = policy;
    return 0;
}

static int add_all(struct replay_options *options, struct nt_error *err)
{
    static const char *const all[] = {
        "none",
        "spread:every=12",
        "spread:every=1",
        "reactive:high=90,low=80",
        "reactive:high=90,low=80,release=1",
        "reactive:high=90,low=80,readings=5",
        "reactive:high=85,low=75",
        "reactive:high=85,low=75,release=1",
        "reactive:high=85,low=75,readings=5",
        "reactive:high=80,low=70",
        "reactive:high=80,low=70,release=1",
        "reactive:high=80,low=70,readings=5",
        "timeblind",
        "forecast",
        "oracle",
    };
    int status = 0;
    for (size_t i = 0; i < NT_COUNT(all) && status == 0; i++)
        status = add_policy(all[i], options, err);
    return status;
}

/* --- options ---------------------------------------------------------------------------------- */

enum option_key {
    KEY_FLEET = 1,
    KEY_MEMORY,
    KEY_HOST_MHZ,
    KEY_HOST_MEM_MB,
    KEY_ACTIVE,
    KEY_SPARE,
    KEY_MOVE_SLOTS,
    KEY_WARM_UP_DAYS,
    KEY_SCORE_TO_DAY,
    KEY_PLACEMENT,
    KEY_SEED,
    KEY_POLICY,
    KEY_SHUFFLE,
    KEY_MOVES,
    KEY_JSON,
    KEY_HELP,
};

static const struct option long_options[] = {
    {"fleet", required_argument, NULL, KEY_FLEET},
    {"memory", required_argument, NULL, KEY_MEMORY},
    {"host-mhz", required_argument, NULL, KEY_HOST_MHZ},
    {"host-mem-mb", required_argument, NULL, KEY_HOST_MEM_MB},
    {"active", required_argument, NULL, KEY_ACTIVE},
    {"spare", required_argument, NULL, KEY_SPARE},
    {"move-slots", required_argument, NULL, KEY_MOVE_SLOTS},
    {"warm-up-days", required_argument, NULL, KEY_WARM_UP_DAYS},
    {"score-to-day", required_argument, NULL, KEY_SCORE_TO_DAY},
    {"placement", required_argument, NULL, KEY_PLACEMENT},
    {"seed", required_argument, NULL, KEY_SEED},
    {"policy", required_argument, NULL, KEY_POLICY},
    {"shuffle", required_argument, NULL, KEY_SHUFFLE},
    {"moves", required_argument, NULL, KEY_MOVES},
    {"json", no_argument, NULL, KEY_JSON},
    {"help", no_argument, NULL, KEY_HELP},
    {NULL, 0, NULL, 0},
};

static int read_real(const char *name, const char *text, double min, double max, double *ret,
                     struct nt_error *err)
{
    if (nt_parse_f64(text, min, max, ret) < 0)
        return nt_fail(err, -EINVAL, "--%s %s: a number from %g to %g", name, text, min, max);
    return 0;
}

static int read_int(const char *name, const char *text, int min, int max, int *ret,
                    struct nt_error *err)
{
    int64_t value;
    if (nt_parse_i64(text, min, max, &value) < 0)
        return nt_fail(err, -EINVAL, "--%s %s: a whole number from %d to %d", name, text, min, max);
    *ret = (int)value;
    return 0;
}

static int read_seeds(const char *text, struct replay_options *options, struct nt_error *err)
{
    NT_CLEANUP(nt_free_p) char *copy = nt_strdup(text);
    char *rest = copy;
    options->seeds_count = 0;
    while (rest != NULL) {
        if (options->seeds_count == REPLAY_SEEDS_MAX)
            return nt_fail(err, -EINVAL, "--seed: at most %d", REPLAY_SEEDS_MAX);
        const char *part = strsep(&rest, ",");
        if (nt_parse_i64(part, 0, INT64_MAX, &options->seeds[options->seeds_count++]) < 0)
            return nt_fail(err, -EINVAL, "--seed %s: whole numbers, like 1,2,3", text);
    }
    return 0;
}

/* The list is taken apart in place: argv outlives the options. */
static int read_placements(char *text, struct replay_options *options, struct nt_error *err)
{
    while (text != NULL) {
        if (options->placements_count == REPLAY_SEEDS_MAX)
            return nt_fail(err, -EINVAL, "--placement: at most %d", REPLAY_SEEDS_MAX);
        options->placements[options->placements_count++] = strsep(&text, ",");
    }
    return 0;
}

static int apply(enum option_key key, char *value, struct replay_options *options,
                 struct nt_error *err)
{
    switch (key) {
    case KEY_FLEET:
        options->fleet = value;
        return 0;
    case KEY_MEMORY:
        options->memory = value;
        return 0;
    case KEY_HOST_MHZ:
        return read_real("host-mhz", value, 1, 1e9, &options->host_mhz, err);
    case KEY_HOST_MEM_MB:
        return read_real("host-mem-mb", value, 1, 1e12, &options->host_mem_mb, err);
    case KEY_ACTIVE:
        return read_int("active", value, 1, REPLAY_HOSTS_MAX / 2, &options->active, err);
    case KEY_SPARE:
        return read_int("spare", value, 0, REPLAY_HOSTS_MAX / 2, &options->spare, err);
    case KEY_MOVE_SLOTS:
        return read_int("move-slots", value, 0, REPLAY_MOVE_SLOTS_MAX, &options->move_slots, err);
    case KEY_WARM_UP_DAYS:
        return read_real("warm-up-days", value, 1, 3660, &options->warm_up_days, err);
    case KEY_SCORE_TO_DAY:
        return read_real("score-to-day", value, 1, 3660, &options->score_to_day, err);
    case KEY_PLACEMENT:
        return read_placements(value, options, err);
    case KEY_SEED:
        return read_seeds(value, options, err);
    case KEY_POLICY:
        return nt_text_is(value, "all") ? add_all(options, err) : add_policy(value, options, err);
    case KEY_SHUFFLE:
        return read_real("shuffle", value, 1.0 / 12, 1000, &options->shuffle_h, err);
    case KEY_MOVES:
        options->moves = value;
        return 0;
    case KEY_JSON:
        options->is_json = true;
        return 0;
    case KEY_HELP:
        return 1;
    }
    return 0;
}

static int check(struct replay_options *options, struct nt_error *err)
{
    if (options->fleet == NULL)
        return nt_fail(err, -EINVAL, "--fleet FILE is missing");
    if (!(options->host_mhz > 0))
        return nt_fail(err, -EINVAL, "--host-mhz MHZ is missing");
    if (options->active == 0)
        return nt_fail(err, -EINVAL, "--active N is missing");
    if (options->score_to_day > 0 && options->score_to_day <= options->warm_up_days)
        return nt_fail(err, -EINVAL, "--score-to-day must be after --warm-up-days");
    if (options->placements_count > 0 && options->seeds_count > 0 &&
        options->placements_count != options->seeds_count)
        return nt_fail(err, -EINVAL, "%d placements, but %d seeds: one for each",
                       options->placements_count, options->seeds_count);
    if (options->seeds_count == 0) {
        options->seeds_count = options->placements_count > 0 ? options->placements_count : 1;
        for (int i = 0; i < options->seeds_count; i++)
            options->seeds[i] = i + 1;
    }
    if (options->policies_count == 0)
        return add_policy("forecast", options, err);
    return 0;
}

int replay_options_parse(int argc, char **argv, struct replay_options *ret_options,
                         struct nt_error *err)
{
    *ret_options = (struct replay_options){.move_slots = 3, .warm_up_days = 8, .host_mem_mb = 1e12};
    optind = 0; /* GNU: begin anew */
    opterr = 0;
    for (;;) {
        const int at = optind > 0 ? optind : 1;
        const int key = getopt_long(argc, argv, ":", long_options, NULL);
        if (key == -1)
            break;
        if (key == '?' || key == ':')
            return nt_fail(err, -EINVAL, key == ':' ? "%s needs a value" : "%s is not an option",
                           at < argc ? argv[at] : "it");
        const int status = apply((enum option_key)key, optarg, ret_options, err);
        if (status != 0)
            return status;
    }
    if (optind < argc)
        return nt_fail(err, -EINVAL, "\"%s\" is one word too many", argv[optind]);
    return check(ret_options, err);
}
