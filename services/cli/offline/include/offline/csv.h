/* Lines and cells of CSV text (RFC 4180, without line breaks inside cells), in place. */
#ifndef OFFLINE_CSV_H
#define OFFLINE_CSV_H

#include <nt/error.h>
#include <stddef.h>

struct csv {
    char *rest, *end; /* the text not yet read */
    size_t line;      /* number of the line last read, from 1 */
    char **cells;     /* of that line, NUL-terminated, quotes taken off */
    size_t count, capacity;
};

/* text[len] must be writable: it becomes a NUL. */
void csv_init(struct csv *csv, char *text, size_t len);
void csv_deinit(struct csv *csv);

/* 1: a line was read; 0: none is left; -EINVAL: a quote that does not end, or a NUL. Empty lines
 * are passed over. */
int csv_next(struct csv *csv, struct nt_error *err);

static inline void csv_deinit_p(struct csv *csv)
{
    csv_deinit(csv);
}

#endif
