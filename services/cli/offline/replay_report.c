/* Figures per scored day: mean and standard deviation over the seeds. */
#include <offline/replay.h>

#include <math.h>

struct column {
    const char *key, *title;
    double (*of)(const struct replay_figures *figures);
    int decimals;
};

#define PER_DAY(name, field, factor)                                                               \
    static double name(const struct replay_figures *figures)                                       \
    {                                                                                              \
        return figures->field * (factor) / figures->days;                                          \
    }
PER_DAY(ohm90_of, ohm90, 1)
PER_DAY(ohm100_of, ohm100, 1)
PER_DAY(moves_of, moves, 1)
PER_DAY(gb_of, moved_mb, 1.0 / 1024)
PER_DAY(spare_of, spare_hours, 1)
PER_DAY(pause_of, pause_s, 1)

static double unserved_of(const struct replay_figures *figures)
{
    return figures->demand > 0 ? 100 * figures->unserved / figures->demand : 0;
}

static double ping_pong_of(const struct replay_figures *figures)
{
    return figures->moves > 0 ? 100 * figures->ping_pong / figures->moves : 0;
}

static double slatah_of(const struct replay_figures *figures)
{
    return 100 * figures->slatah;
}

static double pdm_of(const struct replay_figures *figures)
{
    return 100 * figures->pdm;
}

static double slav_of(const struct replay_figures *figures)
{
    return 1e6 * figures->slatah * figures->pdm;
}

static double median_of(const struct replay_figures *figures)
{
    return figures->restarts_median;
}

static double max_of(const struct replay_figures *figures)
{
    return figures->restarts_max;
}

static const struct column columns[] = {
    {"ohm90_min_per_day", "OHM90", ohm90_of, 1},
    {"ohm100_min_per_day", "OHM100", ohm100_of, 1},
    {"moves_per_day", "moves", moves_of, 1},
    {"unserved_pct", "unserv%", unserved_of, 4},
    {"gb_moved_per_day", "GB", gb_of, 0},
    {"ping_pong_pct", "pingp%", ping_pong_of, 1},
    {"spare_hours_per_day", "spare h", spare_of, 1},
    {"pause_s_per_day", "pause s", pause_of, 1},
    {"slatah_pct", "SLATAH%", slatah_of, 4},
    {"pdm_pct", "PDM%", pdm_of, 4},
    {"slav_e6", "SLAVe6", slav_of, 3},
    {"restarts_per_week_median", "rst med", median_of, 2},
    {"restarts_per_week_max", "rst max", max_of, 2},
};

struct spread {
    double mean, sd;
};

static struct spread spread_of(const struct replay_result *result, const struct column *column)
{
    struct spread spread = {0};
    for (int s = 0; s < result->count; s++)
        spread.mean += column->of(&result->figures[s]) / result->count;
    for (int s = 0; s < result->count && result->count > 1; s++)
        spread.sd += pow(column->of(&result->figures[s]) - spread.mean, 2) / (result->count - 1);
    spread.sd = sqrt(spread.sd);
    return spread;
}

static void print_text(const struct replay_result *results, int count, FILE *out)
{
    (void)fprintf(out, "%-24s", "per day, mean (sd)");
    for (size_t c = 0; c < NT_COUNT(columns); c++)
        (void)fprintf(out, c < 3 ? " %15s" : " %8s", columns[c].title);
    (void)fputc('\n', out);
    for (int i = 0; i < count; i++) {
        (void)fprintf(out, "%-24s", results[i].policy->name);
        for (size_t c = 0; c < NT_COUNT(columns); c++) {
            const struct spread spread = spread_of(&results[i], &columns[c]);
            const int decimals = columns[c].decimals;
            if (c < 3)
                (void)fprintf(out, " %8.*f (%4.1f)", decimals, spread.mean, spread.sd);
            else
                (void)fprintf(out, " %8.*f", decimals, spread.mean);
        }
        (void)fputc('\n', out);
    }
}

static void print_json(const struct replay_result *results, int count, FILE *out)
{
    (void)fputs("{\"policies\":[", out);
    for (int i = 0; i < count; i++) {
        (void)fprintf(out, "%s{\"policy\":\"%s\",\"seeds\":%d,\"scored_days\":%.3f",
                      i > 0 ? "," : "", results[i].policy->name, results[i].count,
                      results[i].figures[0].days);
        for (size_t c = 0; c < NT_COUNT(columns); c++) {
            const struct spread spread = spread_of(&results[i], &columns[c]);
            (void)fprintf(out, ",\"%s\":{\"mean\":%.6g,\"sd\":%.6g,\"seeds\":[", columns[c].key,
                          spread.mean, spread.sd);
            for (int s = 0; s < results[i].count; s++)
                (void)fprintf(out, "%s%.6g", s > 0 ? "," : "",
                              columns[c].of(&results[i].figures[s]));
            (void)fputs("]}", out);
        }
        (void)fputc('}', out);
    }
    (void)fputs("]}\n", out);
}

void replay_report(const struct replay_options *options, const struct replay_result *results,
                   int count, FILE *out)
{
    if (options->is_json)
        print_json(results, count, out);
    else
        print_text(results, count, out);
}
