/*
 * Series from a CSV file, in one of three forms that are told apart by the first line:
 *   long   header series,t,value (in any order of columns); t in seconds, rows of one series in
 *          order of time
 *   wide   header t,NAME,NAME...; t in seconds; an empty cell is a missing value
 *   M4     one row per series: id, then its values; with or without a header row of V1,V2,...;
 *          shorter rows may be padded with empty cells
 * Cells may be quoted. A step is the difference of the first two times (or as given); a larger
 * difference that is a multiple of it leaves a gap, any other is an error ("mixed steps").
 */
#ifndef OFFLINE_TABLE_H
#define OFFLINE_TABLE_H

#include <nt/span.h>
#include <stdbool.h>

enum {
    TABLE_SERIES_MAX = 1 << 20,
    TABLE_POINTS_MAX = 1 << 20, /* of one series */
    TABLE_NAME_MAX = 200,
};

struct table_series {
    char *name;
    double *values; /* NaN: missing; neither the first nor the last */
    size_t count, capacity;
    int64_t begin_s; /* time of values[0]; 0 in M4 form */
    int64_t step_s;  /* 0 in M4 form and where there is one value only */
};

struct table {
    struct table_series *series;
    size_t count, capacity;
    bool has_times; /* long or wide form */
};

/*
 * text is taken apart in place. step_s: 0 means as in the file. name begins the messages, which
 * are like "file.csv:12: ...". On failure ret_table is left empty.
 * -EINVAL: not what a form allows; -ENODATA: nothing in it; -E2BIG: beyond a bound.
 */
int table_parse(char *text, size_t len, const char *name, int64_t step_s, struct table *ret_table,
                struct nt_error *err);

void table_deinit(struct table *table);

static inline void table_deinit_p(struct table *table)
{
    table_deinit(table);
}

#endif
