/* What happened, over all servers, by time. Pure. */
#ifndef API_TIMELINE_H
#define API_TIMELINE_H

#include <api/fleet.h>

#define TIMELINE_KEY 128 /* longest mark */

struct timeline_ask {
    const char *owner; /* only of this person's servers; NULL: of all */
    const char *kind;  /* only these; NULL: all */
    const char *mark;  /* only what is older than this mark; NULL: from the newest */
    int64_t since_ms;  /* only what is not older; 0: all */
};

/*
 * The newest rows of fleet->events that fit, newest first, at most max (at least 1). Looks at every
 * event once, so it costs about 20 ns for each that is kept. Returns how many; rows are the
 * fleet's.
 */
size_t timeline_newest(const struct fleet *fleet, const struct timeline_ask *ask,
                       const struct table_row **ret_rows, size_t max);

/* The mark of a row: its place in the order of time. */
void timeline_mark(const struct table_row *row, char ret_mark[TIMELINE_KEY]);

/*
 * The newest time up to which events may be missing that are not older than since_ms: some server
 * had more events than are kept of one, or they are older than kept_ms. since_ms where none are.
 */
int64_t timeline_gap_ms(const struct fleet *fleet, const char *owner, int64_t since_ms,
                        int64_t kept_ms);

#endif
