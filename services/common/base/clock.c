#include <nt/clock.h>

#include <math.h>
#include <stdio.h>
#include <time.h>

static int64_t now_ms(clockid_t which)
{
    struct timespec now;
    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t nt_wall_ms(void)
{
    return now_ms(CLOCK_REALTIME);
}

int64_t nt_mono_ms(void)
{
    return now_ms(CLOCK_MONOTONIC);
}

int64_t nt_load_ms(const struct nt_load_clock *clock, int64_t wall_ms)
{
    if (clock->rate <= 0)
        return wall_ms;
    return clock->load0_ms + (int64_t)floor((double)(wall_ms - clock->wall0_ms) * clock->rate);
}

int64_t nt_load_to_wall_ms(const struct nt_load_clock *clock, int64_t load_ms)
{
    if (clock->rate <= 0)
        return load_ms;
    return clock->wall0_ms + (int64_t)ceil((double)(load_ms - clock->load0_ms) / clock->rate);
}

void nt_time_text(int64_t wall_ms, char ret_text[NT_TIME_SIZE])
{
    int64_t seconds = wall_ms / 1000;
    int64_t ms = wall_ms % 1000;
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    time_t at = (time_t)seconds;
    struct tm utc;
    if (gmtime_r(&at, &utc) == NULL) {
        (void)snprintf(ret_text, NT_TIME_SIZE, "1970-01-01T00:00:00.000Z");
        return;
    }
    char date[24];
    (void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(ret_text, NT_TIME_SIZE, "%s.%03dZ", date, (int)ms);
}
