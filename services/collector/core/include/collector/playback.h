/*
 * Recorded curves, for demonstrations and tests. The file is CSV:
 *
 *     # a comment
 *     t_s,host:host-1,server:alpha,mem:server:alpha
 *     0,120,300,256
 *     300,130,,260
 *
 * t_s: seconds within the cycle, ascending from 0. host:<host> is the background of that host and
 * server:<name> the use of that server, in thousandths of a core; mem:host:<host> and
 * mem:server:<name> are memory in MiB. Between rows, over empty cells and from the last row to the
 * first of the next cycle, values are interpolated in a line. A cycle is as many whole days as hold
 * the last row, and begins on a UTC midnight that is a Monday where it is a week or weeks.
 *
 * A pure function of (name, load time): a server that moves takes its curve along. Any thread may
 * read.
 */
#ifndef COLLECTOR_PLAYBACK_H
#define COLLECTOR_PLAYBACK_H

#include <nt/span.h>

struct playback;

enum {
    PLAYBACK_COLUMNS_MAX = 4096,
    PLAYBACK_ROWS_MAX = 1 << 20,
    PLAYBACK_CELLS_MAX = 1 << 23, /* 32 MiB of values */
};

enum playback_kind {
    PLAYBACK_HOST_CPU,
    PLAYBACK_SERVER_CPU,
    PLAYBACK_HOST_MEM,
    PLAYBACK_SERVER_MEM
};

/* -EINVAL with the line and what is wrong with it, or -E2BIG beyond a bound. */
int playback_parse(struct nt_span text, struct playback **ret_playback, struct nt_error *err);
void playback_free(struct playback *playback);
NT_DEFINE_CLEANUP(struct playback *, playback_free);

int64_t playback_cycle_ms(const struct playback *playback);

/*
 * Mean of a curve over (at_ms - interval_ms, at_ms] of load time: thousandths of a core, or bytes.
 * False when the file has no such column.
 */
bool playback_mean(const struct playback *playback, enum playback_kind kind, const char *name,
                   int64_t at_ms, int64_t interval_ms, double *ret_value);

/*
 * The interval of samples, in load time, at a rate of load time to wall time: a minute, or the next
 * coarser part of five minutes that keeps to 10 records a wall second; beyond that whole multiples
 * of five minutes.
 */
int64_t playback_interval_ms(double rate);

#endif
