/* The two times of DESIGN section 2. Any thread. */
#ifndef NT_CLOCK_H
#define NT_CLOCK_H

#include <stdint.h>

int64_t nt_wall_ms(void); /* Unix time */
int64_t nt_mono_ms(void); /* CLOCK_MONOTONIC: for time-outs and rates */

/* load time = load0 + rate x (wall - wall0); zero-initialised (rate 0) it is wall time itself. */
struct nt_load_clock {
    int64_t load0_ms;
    int64_t wall0_ms;
    double rate;
};

int64_t nt_load_ms(const struct nt_load_clock *clock, int64_t wall_ms);

/* The wall time at which load_ms will be reached. */
int64_t nt_load_to_wall_ms(const struct nt_load_clock *clock, int64_t load_ms);

/* RFC 3339 in UTC with milliseconds: 2026-11-24T08:00:00.000Z */
#define NT_TIME_SIZE 32
void nt_time_text(int64_t wall_ms, char ret_text[NT_TIME_SIZE]);

#endif
