#include <offline/options.h>

#include <models/task.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <getopt.h>
#include <math.h>
#include <string.h>

const char options_usage[] =
    "usage: neaptide offline forecast --input series.csv[.gz] [OPTION...]\n"
    "       neaptide offline backtest --input series.csv[.gz] [OPTION...]\n"
    "\n"
    "  --input FILE        series,t,value or t,NAME,NAME,... or one row per series (M4); gzip or "
    "plain\n"
    "  --output FILE       where to write; standard output by default\n"
    "  --step SECONDS      length of a step; by default as in the file, 3600 for rows of series\n"
    "  --season DAY[,WEEK] seasons in steps; by default a day and a week of the step\n"
    "  --horizon STEPS     how far ahead; 48 by default for rows of series, two days otherwise\n"
    "  --quantiles LIST    like 0.1,0.5,0.9 (the default)\n"
    "  --low X, --high X   what values can be; by default 0 where none is below, and anything "
    "above\n"
    "  --threads N         1 by default\n"
    "  --sample N          every Nth series only\n"
    "  --json              JSON instead of text\n"
    "backtest only:\n"
    "  --origins N         rolling origins, 14 by default; the last has its horizon before the "
    "end\n"
    "  --every STEPS       between them; a day by default\n"
    "  --faults            what missing values, outages, spikes and the like cost: MASE of each\n"
    "\n"
    "exit status: 0 done, 1 failed, 2 wrong usage, 3 wrong input\n";

enum option_key {
    KEY_INPUT = 1,
    KEY_OUTPUT,
    KEY_STEP,
    KEY_SEASON,
    KEY_HORIZON,
    KEY_QUANTILES,
    KEY_LOW,
    KEY_HIGH,
    KEY_THREADS,
    KEY_SAMPLE,
    KEY_JSON,
    KEY_ORIGINS,
    KEY_EVERY,
    KEY_FAULTS,
    KEY_HELP,
};

static const struct option long_options[] = {
    {"input", required_argument, NULL, KEY_INPUT},
    {"output", required_argument, NULL, KEY_OUTPUT},
    {"step", required_argument, NULL, KEY_STEP},
    {"season", required_argument, NULL, KEY_SEASON},
    {"horizon", required_argument, NULL, KEY_HORIZON},
    {"quantiles", required_argument, NULL, KEY_QUANTILES},
    {"low", required_argument, NULL, KEY_LOW},
    {"high", required_argument, NULL, KEY_HIGH},
    {"threads", required_argument, NULL, KEY_THREADS},
    {"sample", required_argument, NULL, KEY_SAMPLE},
    {"json", no_argument, NULL, KEY_JSON},
    {"origins", required_argument, NULL, KEY_ORIGINS},
    {"every", required_argument, NULL, KEY_EVERY},
    {"faults", no_argument, NULL, KEY_FAULTS},
    {"help", no_argument, NULL, KEY_HELP},
    {NULL, 0, NULL, 0},
};

static int read_size(const char *name, const char *text, int64_t max, size_t *ret_value,
                     struct nt_error *err)
{
    int64_t value;
    if (nt_parse_i64(text, 1, max, &value) < 0)
        return nt_fail(err, -EINVAL, "--%s %s: a whole number from 1 to %lld is needed", name, text,
                       (long long)max);
    *ret_value = (size_t)value;
    return 0;
}

static int read_number(const char *name, const char *text, double *ret_value, struct nt_error *err)
{
    if (nt_parse_f64(text, -1e300, 1e300, ret_value) < 0)
        return nt_fail(err, -EINVAL, "--%s %s: a number is needed", name, text);
    return 0;
}

static int read_seasons(const char *text, struct options *options, struct nt_error *err)
{
    NT_CLEANUP(nt_free_p) char *copy = nt_strdup(text);
    char *rest = copy;
    size_t *seasons[] = {&options->day, &options->week};
    options->has_season = true;
    options->week = 0;
    for (size_t i = 0; rest != NULL; i++) {
        if (i == NT_COUNT(seasons))
            return nt_fail(err, -EINVAL, "--season %s: at most two", text);
        if (read_size("season", strsep(&rest, ","), TASK_COUNT_MAX / 4, seasons[i], err) < 0)
            return err->code;
    }
    if (options->week > 0 && options->week <= options->day)
        return nt_fail(err, -EINVAL, "--season %s: the shorter season comes first", text);
    if (options->day == 1) /* what repeats every step has no season */
        options->day = 0;
    return 0;
}

static int read_levels(const char *text, struct options *options, struct nt_error *err)
{
    NT_CLEANUP(nt_free_p) char *copy = nt_strdup(text);
    char *rest = copy;
    options->levels_count = 0;
    while (rest != NULL) {
        if (options->levels_count == FORECAST_LEVELS_MAX)
            return nt_fail(err, -EINVAL, "--quantiles: at most %d", FORECAST_LEVELS_MAX);
        const char *part = strsep(&rest, ",");
        double *level = &options->levels[options->levels_count++];
        if (nt_parse_f64(part, 0.0001, 0.9999, level) < 0)
            return nt_fail(err, -EINVAL,
                           "--quantiles %s: numbers between 0 and 1, like 0.1,0.5,0.9", text);
    }
    return 0;
}

static int apply(int key, const char *value, struct options *options, struct nt_error *err)
{
    switch ((enum option_key)key) {
    case KEY_INPUT:
        options->input = value;
        return 0;
    case KEY_OUTPUT:
        options->output = value;
        return 0;
    case KEY_STEP: {
        size_t step = 0;
        int status = read_size("step", value, INT64_C(86400) * 366, &step, err);
        if (status == 0)
            options->step_s = (int64_t)step;
        return status;
    }
    case KEY_SEASON:
        return read_seasons(value, options, err);
    case KEY_HORIZON:
        return read_size("horizon", value, TASK_HORIZON_MAX, &options->horizon, err);
    case KEY_QUANTILES:
        return read_levels(value, options, err);
    case KEY_LOW:
        return read_number("low", value, &options->low, err);
    case KEY_HIGH:
        return read_number("high", value, &options->high, err);
    case KEY_THREADS:
        return read_size("threads", value, 256, &options->threads, err);
    case KEY_SAMPLE:
        return read_size("sample", value, 1 << 20, &options->sample, err);
    case KEY_JSON:
        options->is_json = true;
        return 0;
    case KEY_ORIGINS:
        return read_size("origins", value, 1000, &options->origins, err);
    case KEY_EVERY:
        return read_size("every", value, TASK_COUNT_MAX, &options->every, err);
    case KEY_FAULTS:
        options->has_faults = true;
        return 0;
    case KEY_HELP:
        return 1;
    }
    return 0;
}

int options_parse(int argc, char **argv, struct options *ret_options, struct nt_error *err)
{
    *ret_options = (struct options){.levels = {0.1, 0.5, 0.9},
                                    .levels_count = 3,
                                    .low = NAN,
                                    .high = NAN,
                                    .threads = 1,
                                    .origins = 14,
                                    .sample = 1};
    optind = 0; /* GNU: begin anew */
    opterr = 0;
    for (;;) {
        int at = optind > 0 ? optind : 1;
        int key = getopt_long(argc, argv, ":", long_options, NULL);
        if (key == -1)
            break;
        if (key == '?' || key == ':')
            return nt_fail(err, -EINVAL, key == ':' ? "%s needs a value" : "%s is not an option",
                           at < argc ? argv[at] : "it");
        int status = apply(key, optarg, ret_options, err);
        if (status != 0)
            return status;
    }
    if (optind < argc)
        return nt_fail(err, -EINVAL, "\"%s\" is one word too many", argv[optind]);
    if (ret_options->input == NULL)
        return nt_fail(err, -EINVAL, "--input FILE is missing");
    if (ret_options->low > ret_options->high)
        return nt_fail(err, -EINVAL, "--low is above --high");
    return 0;
}
