/*
 * The history view: five-minute roll-ups of hosts and servers in SQLite, for charts of up to 60
 * days. A view: delete the file and it is rebuilt from host.rollup. All of SQLite runs on the pool,
 * one job at a time. Loop thread only.
 */
#ifndef API_HISTORY_H
#define API_HISTORY_H

#include <nt/contract.h>
#include <nt/loop.h>

struct history;

/*
 * Opens or makes the database (WAL, STRICT tables; one of another version is made anew).
 * ret_newest_append_ms is up to where it had read (LogAppendTime), 0 for a new one. Blocks: at
 * start only.
 */
int history_open(struct nt_loop *loop, const char *path, struct history **ret_history,
                 int64_t *ret_newest_append_ms, struct nt_error *err);

/* Reads that wait are answered with -ECANCELED; what waits is written, at once or when the job
 * under way is done, so the loop must run dry afterwards. NULL does nothing. */
void history_close(struct history *history);

/* Written within half a second. At most a million rows wait; what comes beyond is dropped and read
 * again after the next start. */
void history_add(struct history *history, const struct nt_host_rollup *rollup, int64_t append_ms);

struct history_row {
    const char *subject; /* host, or server */
    int64_t from_ms;
    int64_t step_ms;
    double cpu_mean;
    double cpu_max;
    double mem_mean;
    double mem_max;
};

/*
 * Rows of the subjects that touch [from_ms, to_ms), in order of subject and time; at most 40,000.
 * Subjects are copied. done is called once, later: 0, or -EIO, -EBUSY (over 100 reads wait) or
 * -ECANCELED. Rows are borrowed for the call.
 */
void history_read(struct history *history, const char *const *subjects, size_t subjects_count,
                  int64_t from_ms, int64_t to_ms,
                  void (*done)(void *arg, int status, const struct history_row *rows, size_t count),
                  void *arg);

#endif
