/* Figures become words by the ending of their names; as the page's format.svelte.ts has them. */
#include "figures.h"

#include <math.h>
#include <nt/text.h>
#include <string.h>
#include <time.h>

/* 1234.5 with at most so many decimals: "1,234.5". Beyond what a double counts exactly, as it is.
 */
const char *figure_number(const struct say *say, double value, int decimals)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*f", decimals, fabs(value) < 1e15 ? value : 1e15);
    char *dot = strchr(text, '.');
    for (char *end = text + strlen(text); dot != NULL && (end[-1] == '0' || end[-1] == '.');) {
        bool is_dot = *--end == '.';
        *end = '\0';
        if (is_dot)
            break;
    }
    const char *digits = text + (text[0] == '-');
    size_t whole = strcspn(digits, ".");
    struct nt_buf out = {0};
    if (text[0] == '-' && strcmp(digits, "0") != 0)
        (void)nt_buf_add(&out, "-", 1);
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            (void)nt_buf_add(&out, ",", 1);
        (void)nt_buf_add(&out, &digits[i], 1);
    }
    (void)nt_buf_add_text(&out, digits + whole);
    const char *kept = nt_arena_text(say->arena, nt_buf_text(&out));
    nt_buf_deinit(&out);
    return kept;
}

const char *say_cores(const struct say *say, double milli)
{
    return figure_number(say, milli / 1000, milli < 100 ? 2 : 1);
}

const char *say_percent(const struct say *say, double pct)
{
    return nt_arena_printf(say->arena, "%s%%", figure_number(say, pct, 0));
}

const char *say_bytes(const struct say *say, double bytes)
{
    static const char *const units[] = {"byte", "kB", "MB", "GB", "TB"};
    bool is_korean = say->language == NT_LANGUAGE_KO;
    size_t step = bytes == 0 ? 2 : 0; /* nothing is 0 MB: the unit of its neighbours */
    while (bytes >= 1000 && step + 1 < NT_COUNT(units)) {
        bytes /= 1024;
        step++;
    }
    const char *unit = step == 0 && is_korean ? "바이트" : units[step];
    return nt_arena_printf(say->arena, "%s%s%s",
                           figure_number(say, bytes, bytes < 10 && step >= 3 ? 1 : 0),
                           is_korean ? "" : " ", unit);
}

static const char *span(const struct say *say, double value, int decimals, const char *en,
                        const char *ko)
{
    bool is_korean = say->language == NT_LANGUAGE_KO;
    const char *number = figure_number(say, value, decimals);
    bool is_days = strcmp(en, "day") == 0 && strcmp(number, "1") != 0;
    return nt_arena_printf(say->arena, "%s%s%s%s", number, is_korean ? "" : " ",
                           is_korean ? ko : en, is_days && !is_korean ? "s" : "");
}

const char *say_span(const struct say *say, double ms)
{
    if (ms < 950)
        return span(say, ms / 1000, 2, "sec", "초");
    if (ms < 9950)
        return span(say, ms / 1000, 1, "sec", "초");
    if (ms < 90000)
        return span(say, ms / 1000, 0, "sec", "초");
    if (ms < 5400000)
        return span(say, ms / 60000, 0, "min", "분");
    if (ms < 129600000)
        return span(say, ms / 3600000, 1, "hr", "시간");
    return span(say, ms / 86400000, 0, "day", "일");
}

/* --- times ----------------------------------------------------------------------------------- */

int64_t figure_time(double ms)
{
    return ms > 0 ? (int64_t)fmin(ms, (double)FIGURE_TIME_MAX) : 0;
}

/* The clock on the wall there. Far outside of what calendars know, the nearest that they do. */
static struct tm wall(const struct say *say, int64_t at_ms)
{
    if (at_ms < 0)
        at_ms = 0;
    if (at_ms > FIGURE_TIME_MAX)
        at_ms = FIGURE_TIME_MAX;
    int32_t zone_s = say->zone_s == NULL ? say->offset_s : say->zone_s(at_ms);
    time_t seconds = (time_t)(at_ms / 1000 + zone_s);
    struct tm tm = {0};
    (void)gmtime_r(&seconds, &tm);
    return tm;
}

static bool is_same_day(const struct tm *a, const struct tm *b)
{
    return a->tm_year == b->tm_year && a->tm_yday == b->tm_yday;
}

static const char *clock_time(const struct say *say, const struct tm *tm)
{
    return nt_arena_printf(say->arena, "%02d:%02d", tm->tm_hour, tm->tm_min);
}

static const char *moment(const struct say *say, int64_t at_ms, int64_t today_ms)
{
    static const char *const days[][NT_LANGUAGE_COUNT] = {
        {"Sun", "일"}, {"Mon", "월"}, {"Tue", "화"}, {"Wed", "수"},
        {"Thu", "목"}, {"Fri", "금"}, {"Sat", "토"}};
    struct tm at = wall(say, at_ms);
    struct tm today = wall(say, today_ms);
    if (is_same_day(&at, &today))
        return clock_time(say, &at);
    return nt_arena_printf(say->arena, "%s %s", days[at.tm_wday][say->language],
                           clock_time(say, &at));
}

const char *say_moment(const struct say *say, int64_t at_ms)
{
    return moment(say, at_ms, say->now_ms);
}

const char *say_stamp(const struct say *say, int64_t at_ms)
{
    struct tm tm = wall(say, at_ms);
    return nt_arena_printf(say->arena, "%04d-%02d-%02d %s", tm.tm_year + 1900, tm.tm_mon + 1,
                           tm.tm_mday, clock_time(say, &tm));
}

/* --- a figure by its name -------------------------------------------------------------------- */

static bool ends(const char *name, const char *ending)
{
    size_t len = strlen(name);
    size_t size = strlen(ending);
    return len >= size && strcmp(name + len - size, ending) == 0;
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static const char *const spans[] = {"pause_ms",   "age_ms",      "wait_ms",    "took_ms",
                                    "elapsed_ms", "cooldown_ms", "longest_ms", "lasts_ms",
                                    "gain_ms",    "length_ms",   NULL};
static const char *const amounts[] = {"limit", "left", "used", "asked", "largest", NULL};

static bool has_unit(const char *name)
{
    static const char *const units[] = {"_ms", "_pct", "_milli", "_bytes", "_days"};
    static const char *const others[] = {"probability", "count", NULL};
    for (size_t i = 0; i < NT_COUNT(units); i++)
        if (ends(name, units[i]))
            return true;
    return is_among(name, others) || is_among(name, amounts);
}

/* Quotas name their resource beside the figure. */
static const char *amount(const struct say *say, double value, const json_t *params)
{
    const char *resource = json_string_value(json_object_get(params, "resource"));
    if (resource != NULL && strncmp(resource, "cpu", 3) == 0)
        return say_cores(say, value);
    if (resource != NULL && strncmp(resource, "mem", 3) == 0)
        return say_bytes(say, value);
    return figure_number(say, value, 0);
}

static bool number_in(const json_t *json, const char *name, double *ret_value)
{
    const json_t *value = json_object_get(json, name);
    if (json_is_number(value)) {
        *ret_value = json_number_value(value);
        return true;
    }
    return json_is_string(value) &&
           nt_parse_f64(json_string_value(value), -1e18, 1e18, ret_value) == 0;
}

/* "Tue 12:50 to 16:10": the end of a span repeats its day only where it is another one. */
static const char *end_moment(const struct say *say, int64_t at_ms, const json_t *params)
{
    double from_ms = 0;
    if (number_in(params, "from_ms", &from_ms)) {
        struct tm from = wall(say, figure_time(from_ms));
        struct tm at = wall(say, at_ms);
        if (is_same_day(&from, &at))
            return clock_time(say, &at);
    }
    return say_moment(say, at_ms);
}

static const char *number(const struct say *say, const char *name, double value,
                          const json_t *params)
{
    if (strcmp(name, "probability") == 0)
        return say_percent(say, value <= 1 ? value * 100 : value);
    if (ends(name, "_pct"))
        return say_percent(say, value);
    if (ends(name, "_milli"))
        return say_cores(say, value);
    if (ends(name, "_bytes"))
        return say_bytes(say, value);
    if (is_among(name, spans))
        return say_span(say, value);
    if (strcmp(name, "to_ms") == 0)
        return end_moment(say, figure_time(value), params);
    if (ends(name, "_ms"))
        return say_moment(say, figure_time(value));
    if (is_among(name, amounts))
        return amount(say, value, params);
    return figure_number(say, value, 1);
}

const char *figure(const struct say *say, const char *name, const json_t *params)
{
    static const char *const kinds[] = {"resource", "size",  "part",  "state",
                                        "mode",     "field", "phase", NULL};
    const json_t *value = json_object_get(params, name);
    double real = 0;
    if (value == NULL || json_is_null(value))
        return "–";
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (json_is_number(value) || (has_unit(name) && number_in(params, name, &real)))
        return number(say, name, json_is_number(value) ? json_number_value(value) : real, params);
    const char *text = json_string_value(value);
    if (text == NULL)
        return "–";
    const char *kind = strcmp(name, "largest_size") == 0 ? "size" : name;
    return is_among(kind, kinds) ? say_word(say, kind, text[0] == '/' ? text + 1 : text) : text;
}
