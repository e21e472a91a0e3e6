#include <forecaster/zonefile.h>

#include <nt/text.h>

#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/usr/share/zoneinfo/"

enum { NAME_MAX_LEN = 64, HOUR_MS = 3600000, STEP_MS = 900000 };

static bool is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_LEN && strspn(name, allowed) == len && name[0] != '/';
}

static int32_t offset_at(int64_t at_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm local;
    return localtime_r(&at, &local) != NULL ? (int32_t)local.tm_gmtoff : 0;
}

/* The first quarter of an hour in (low, high] at which the new offset holds. */
static int64_t find_change(int64_t low_ms, int64_t high_ms)
{
    int32_t after = offset_at(high_ms);
    for (int64_t at_ms = low_ms + STEP_MS; at_ms < high_ms; at_ms += STEP_MS) {
        if (offset_at(at_ms) == after)
            return at_ms;
    }
    return high_ms;
}

int zonefile_load(const char *name, int64_t from_ms, int64_t to_ms, struct zone *ret_zone,
                  struct nt_error *err)
{
    *ret_zone = (struct zone){0};
    if (name[0] == '\0' || nt_text_is(name, "UTC"))
        return 0;
    char path[sizeof(FOLDER) + NAME_MAX_LEN];
    char value[NAME_MAX_LEN + 2];
    if (!is_name(name))
        return nt_fail(err, -EINVAL, "\"%.*s\" is no name of a time zone", NAME_MAX_LEN, name);
    (void)snprintf(path, sizeof(path), FOLDER "%s", name);
    if (access(path, R_OK) < 0)
        return nt_fail(err, -ENOENT, "this system does not know the time zone %s: install tzdata",
                       name);
    (void)snprintf(value, sizeof(value), ":%s", name);
    (void)setenv("TZ", value, 1);
    tzset();

    from_ms -= from_ms % HOUR_MS;
    struct zone zone = {.count = 1};
    zone.spans[0].from_ms = from_ms;
    zone.spans[0].offset_s = offset_at(from_ms);
    for (int64_t at_ms = from_ms; at_ms < to_ms && zone.count < ZONE_SPANS_MAX; at_ms += HOUR_MS) {
        int32_t offset_s = offset_at(at_ms + HOUR_MS);
        if (offset_s == zone.spans[zone.count - 1].offset_s)
            continue;
        zone.spans[zone.count].from_ms = find_change(at_ms, at_ms + HOUR_MS);
        zone.spans[zone.count].offset_s = offset_s;
        zone.count++;
    }
    *ret_zone = zone;
    return 0;
}
