#include "step.h"
#include "figures.h"

#include <math.h>
#include <nt/text.h>
#include <string.h>

/* --- paths ----------------------------------------------------------------------------------- */

const char *step_segment(const struct run *run, const char *text)
{
    return nt_arena_encoded((struct nt_arena *)&run->arena, text);
}

const char *step_server_path(const struct run *run, const char *more)
{
    const char *id = text_at(run->server, "server");
    return nt_arena_printf((struct nt_arena *)&run->arena, "/api/v1/servers/%s%s",
                           step_segment(run, id == NULL ? "" : id), more);
}

/* --- ending ---------------------------------------------------------------------------------- */

void step_done(struct run *run)
{
    run_end(run, VERB_DONE);
}

void step_fail(struct run *run, enum verb_exit exit, const char *text)
{
    (void)nt_buf_printf(&run->progress, "%s\n", grid_clean(&run->arena, text));
    run_end(run, exit);
}

static enum verb_exit exit_of(int status)
{
    static const struct {
        int status;
        enum verb_exit exit;
    } table[] = {
        {0, VERB_UNREACHABLE}, {401, VERB_SIGN_IN},     {403, VERB_SIGN_IN}, {404, VERB_NOT_FOUND},
        {429, VERB_LATER},     {502, VERB_UNREACHABLE}, {503, VERB_LATER},   {504, VERB_LATER},
    };
    for (size_t i = 0; i < NT_COUNT(table); i++)
        if (table[i].status == status)
            return table[i].exit;
    return VERB_REFUSED;
}

static void add_line(struct run *run, const char *text)
{
    if (text != NULL && text[0] != '\0')
        (void)nt_buf_printf(&run->progress, "%s\n", grid_clean(&run->arena, text));
}

void step_problem(struct run *run)
{
    const json_t *problem = run->answer;
    enum verb_exit exit = exit_of(run->status);
    if (nt_text_is(text_at(problem, "code"), "moving"))
        exit = VERB_LATER;
    if (problem == NULL || text_at(problem, "title") == NULL) {
        const char *key = run->status == 0 ? "problem.unreachable" : "problem.strange";
        step_fail(run, exit, say_with(&run->say, key, "url", run->options.url));
        return;
    }
    if (run->command->is_json && step_is_json(run, problem)) {
        run->exit = exit;
        return;
    }
    add_line(run, text_at(problem, "title"));
    add_line(run, text_at(problem, "detail"));
    size_t index = 0;
    json_t *wrong = NULL;
    json_array_foreach(json_object_get(problem, "errors"), index, wrong)
    {
        const char *field = text_at(wrong, "field");
        add_line(run, nt_arena_printf(&run->arena, "  %s: %s",
                                      say_word(&run->say, "field",
                                               field == NULL ? "" : field + (field[0] == '/')),
                                      say_message(&run->say, json_object_get(wrong, "message"))));
    }
    add_line(run, text_at(problem, "next"));
    run_end(run, exit);
}

bool step_is_json(struct run *run, const json_t *json)
{
    if (!run->command->is_json)
        return false;
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY);
    step_print(run, text == NULL ? "null" : text);
    free(text);
    step_done(run);
    return true;
}

bool step_got(struct run *run, const char *path)
{
    if (run->step++ == 0) {
        step_get(run, path);
        return false;
    }
    return !step_is_json(run, run->answer);
}

bool step_listed(struct run *run, const char *path)
{
    if (run->step++ == 0) {
        step_list(run, path);
        return false;
    }
    return !step_is_json(run, run->items);
}

/* --- showing --------------------------------------------------------------------------------- */

/* Names and titles are other people's: they must not steer the terminal of who reads them. */
const char *step_clean(struct run *run, const char *text)
{
    char *clean = nt_arena_text(&run->arena, grid_clean(&run->arena, text));
    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] == '\n')
            clean[i] = '\n';
    return clean;
}

void step_print(struct run *run, const char *line)
{
    (void)nt_buf_printf(&run->output, "%s\n", step_clean(run, line));
}

void step_say(struct run *run, const char *key, const json_t *params)
{
    step_print(run, say(&run->say, key, params));
}

void step_progress(struct run *run, const char *text)
{
    if (nt_text_is(run->told, text))
        return;
    run->told = nt_arena_text(&run->arena, text);
    (void)nt_buf_printf(&run->progress, "%s…\n", grid_clean(&run->arena, text));
}

void step_grid(struct run *run, struct grid *grid)
{
    grid_write(grid, &run->output);
    grid_deinit(grid);
}

const char *step_head(const struct run *run, const char *key)
{
    return say(&run->say, nt_arena_printf(run->say.arena, "head.%s", key), NULL);
}

const char *text_at(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

double number_at(const json_t *json, const char *name)
{
    return json_number_value(json_object_get(json, name));
}

int64_t time_at(const json_t *json, const char *name)
{
    return figure_time(number_at(json, name));
}

const char *step_resources(const struct run *run, const json_t *resources)
{
    if (!json_is_object(resources))
        return "–";
    return nt_arena_printf(run->say.arena, "%s CPU, %s",
                           say_cores(&run->say, number_at(resources, "cpu_milli")),
                           say_bytes(&run->say, number_at(resources, "mem_bytes")));
}

/* --- moments --------------------------------------------------------------------------------- */

#define DAY_MS INT64_C(86400000)

static int relative(const char *text, int64_t now_ms, int64_t *ret_at_ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'m', 60000}, {'h', 3600000}, {'d', DAY_MS}};
    int64_t count = 0;
    size_t len = strlen(text);
    char digits[16] = "";
    if (len < 2 || len > sizeof(digits))
        return -EINVAL;
    memcpy(digits, text, len - 1);
    for (size_t i = 0; i < NT_COUNT(units); i++) {
        if (text[len - 1] != units[i].unit || nt_parse_i64(digits, 0, 100000, &count) < 0)
            continue;
        *ret_at_ms = now_ms + count * units[i].ms;
        return 0;
    }
    return -EINVAL;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar (H. Hinnant, days_from_civil). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t zone_ms(const struct run *run, int64_t at_ms)
{
    return INT64_C(1000) * (run->say.zone_s == NULL ? run->say.offset_s : run->say.zone_s(at_ms));
}

/* So many digits, then this character; *at goes behind it. */
static bool figures(const char **at, size_t count, char end, int64_t *ret_value)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return false;
        value = value * 10 + ((*at)[i] - '0');
    }
    if ((*at)[count] != end)
        return false;
    *at += count + (end != '\0');
    *ret_value = value;
    return true;
}

int step_moment(const struct run *run, const char *text, int64_t *ret_at_ms)
{
    int64_t now_ms = run->say.now_ms;
    int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0;
    if (text[0] == '+')
        return relative(text + 1, now_ms, ret_at_ms);
    const char *at = text;
    bool is_clock = figures(&at, 2, ':', &hour) && figures(&at, 2, '\0', &minute);
    at = text;
    bool is_date = !is_clock && figures(&at, 4, '-', &year) && figures(&at, 2, '-', &month) &&
                   (figures(&at, 2, 'T', &day) || figures(&at, 2, ' ', &day)) &&
                   figures(&at, 2, ':', &hour) && figures(&at, 2, '\0', &minute);
    if ((!is_clock && !is_date) || hour > 23 || minute > 59)
        return -EINVAL;
    if (is_date && (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31))
        return -EINVAL;
    int64_t local_ms = now_ms + zone_ms(run, now_ms);
    int64_t days = is_clock ? local_ms / DAY_MS : days_of(year, month, day);
    int64_t at_ms = days * DAY_MS + (hour * 60 + minute) * 60000;
    if (is_clock && at_ms < local_ms)
        at_ms += DAY_MS; /* the next time that clocks show it */
    *ret_at_ms = at_ms - zone_ms(run, at_ms - zone_ms(run, at_ms));
    return 0;
}
