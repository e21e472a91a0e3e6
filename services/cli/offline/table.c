#include <offline/table.h>

#include <offline/csv.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

static const double VALUE_MAX = 1e100; /* fourth powers of sums of smaller ones are finite */
static const int64_t TIME_MAX_S = 1LL << 40;

struct known { /* long form: the series that a name belongs to */
    const char *name;
    size_t index;
    UT_hash_handle hh;
};

struct reader {
    struct csv csv;
    struct table *table;
    int64_t step_s;
    struct known *known;
    size_t series_column, time_column, value_column; /* long form */
    int64_t previous_s;                              /* wide form */
};

static bool is_empty(const char *cell)
{
    return cell[strspn(cell, " \t")] == '\0';
}

static int read_value(const char *cell, bool may_be_empty, double *ret_value, struct nt_error *err)
{
    if (may_be_empty &&
        (is_empty(cell) || strcasecmp(cell, "nan") == 0 || strcmp(cell, "NA") == 0)) {
        *ret_value = NAN;
        return 0;
    }
    char *end = NULL;
    double value = strtod(cell, &end);
    if (end == cell || !is_empty(end) || !isfinite(value) || fabs(value) > VALUE_MAX)
        return nt_fail(err, -EINVAL, "\"%.40s\" is not a number", cell);
    *ret_value = value;
    return 0;
}

static int read_time(const char *cell, int64_t *ret_time_s, struct nt_error *err)
{
    double value = 0;
    if (read_value(cell, false, &value, err) < 0)
        return -EINVAL;
    if (value != floor(value) || fabs(value) > (double)TIME_MAX_S)
        return nt_fail(err, -EINVAL, "\"%.40s\" is not a time in whole seconds", cell);
    *ret_time_s = (int64_t)value;
    return 0;
}

static int add_series(struct table *table, const char *name, struct nt_error *err)
{
    if (table->count == TABLE_SERIES_MAX)
        return nt_fail(err, -E2BIG, "more than %d series", TABLE_SERIES_MAX);
    size_t len = strlen(name);
    if (len == 0 || len > TABLE_NAME_MAX || !nt_utf8_is_valid(name, len))
        return nt_fail(err, -EINVAL, "the name of a series must be 1 to %d bytes of UTF-8",
                       TABLE_NAME_MAX);
    nt_vec_push(table->series, table->count, table->capacity) =
        (struct table_series){.name = nt_strdup(name)};
    return 0;
}

static int add_value(struct table_series *series, double value, struct nt_error *err)
{
    if (series->count == TABLE_POINTS_MAX)
        return nt_fail(err, -E2BIG, "more than %d values in series %s", TABLE_POINTS_MAX,
                       series->name);
    nt_vec_push(series->values, series->count, series->capacity) = value;
    return 0;
}

/* Append the value of time at_s, with gaps before it as needed. */
static int add_at(struct reader *reader, struct table_series *series, int64_t at_s, double value,
                  struct nt_error *err)
{
    if (series->count == 0) {
        series->begin_s = at_s;
        series->step_s = reader->step_s;
        return add_value(series, value, err);
    }
    int64_t last_s = series->begin_s + (int64_t)(series->count - 1) * series->step_s;
    int64_t ahead_s = at_s - last_s;
    if (ahead_s <= 0)
        return nt_fail(err, -EINVAL, "time goes back in series %s: %lld after %lld", series->name,
                       (long long)at_s, (long long)last_s);
    if (series->step_s == 0)
        series->step_s = ahead_s;
    if (ahead_s % series->step_s != 0)
        return nt_fail(err, -EINVAL, "mixed steps in series %s: %lld s after steps of %lld s",
                       series->name, (long long)ahead_s, (long long)series->step_s);
    if (ahead_s / series->step_s > TABLE_POINTS_MAX)
        return nt_fail(err, -E2BIG, "a gap of %lld steps in series %s",
                       (long long)(ahead_s / series->step_s), series->name);
    for (int64_t gap = series->step_s; gap < ahead_s; gap += series->step_s) {
        if (add_value(series, NAN, err) < 0)
            return -E2BIG;
    }
    return add_value(series, value, err);
}

static size_t find_column(const struct csv *csv, const char *name)
{
    size_t i = 0;
    while (i < csv->count && strcmp(csv->cells[i], name) != 0)
        i++;
    return i;
}

static int read_long_row(struct reader *reader, struct nt_error *err)
{
    struct csv *csv = &reader->csv;
    if (csv->count != 3)
        return nt_fail(err, -EINVAL, "%zu columns, 3 are needed (series,t,value)", csv->count);
    const char *name = csv->cells[reader->series_column];
    struct known *known = NULL;
    HASH_FIND_STR(reader->known, name, known);
    if (known == NULL) {
        if (add_series(reader->table, name, err) < 0)
            return err->code;
        known = nt_zalloc(sizeof(*known));
        known->index = reader->table->count - 1;
        known->name = reader->table->series[known->index].name;
        HASH_ADD_KEYPTR(hh, reader->known, known->name, strlen(known->name), known);
    }
    int64_t at_s = 0;
    double value = 0;
    if (read_time(csv->cells[reader->time_column], &at_s, err) < 0 ||
        read_value(csv->cells[reader->value_column], true, &value, err) < 0)
        return err->code;
    return add_at(reader, &reader->table->series[known->index], at_s, value, err);
}

static int read_wide_row(struct reader *reader, struct nt_error *err)
{
    struct csv *csv = &reader->csv;
    struct table *table = reader->table;
    if (csv->count != table->count + 1)
        return nt_fail(err, -EINVAL, "%zu columns, the header has %zu", csv->count,
                       table->count + 1);
    int64_t at_s = 0;
    if (read_time(csv->cells[0], &at_s, err) < 0)
        return err->code;
    for (size_t i = 0; i < table->count; i++) {
        double value = 0;
        if (read_value(csv->cells[i + 1], true, &value, err) < 0 ||
            add_at(reader, &table->series[i], at_s, value, err) < 0)
            return nt_wrap(err, "column %zu", i + 2);
    }
    return 0;
}

static int read_m4_row(struct reader *reader, struct nt_error *err)
{
    struct csv *csv = &reader->csv;
    if (csv->count < 2)
        return nt_fail(err, -EINVAL, "%zu column: a row needs an id and values", csv->count);
    if (add_series(reader->table, csv->cells[0], err) < 0)
        return err->code;
    struct table_series *series = &reader->table->series[reader->table->count - 1];
    for (size_t i = 1; i < csv->count; i++) {
        double value = 0;
        if (read_value(csv->cells[i], true, &value, err) < 0)
            return nt_wrap(err, "column %zu", i + 1);
        if (add_value(series, value, err) < 0)
            return err->code;
    }
    return 0;
}

/* The first line decides the form. */
static int read_header(struct reader *reader,
                       int (**ret_read_row)(struct reader *, struct nt_error *), bool *ret_is_row,
                       struct nt_error *err)
{
    struct csv *csv = &reader->csv;
    reader->series_column = find_column(csv, "series");
    reader->time_column = find_column(csv, "t");
    reader->value_column = find_column(csv, "value");
    *ret_is_row = false;
    reader->table->has_times = true;
    if (csv->count == 3 && reader->series_column < 3 && reader->time_column < 3 &&
        reader->value_column < 3) {
        *ret_read_row = read_long_row;
        return 0;
    }
    if (reader->time_column == 0 && csv->count > 1) {
        *ret_read_row = read_wide_row;
        for (size_t i = 1; i < csv->count; i++) {
            if (add_series(reader->table, csv->cells[i], err) < 0)
                return nt_wrap(err, "column %zu", i + 1);
        }
        return 0;
    }
    reader->table->has_times = false;
    *ret_read_row = read_m4_row;
    double ignored;
    *ret_is_row = csv->count > 1 && read_value(csv->cells[1], false, &ignored, NULL) == 0;
    if (!*ret_is_row && csv->count > 1 && strcmp(csv->cells[1], "V2") != 0 &&
        !is_empty(csv->cells[0]) && strcmp(csv->cells[0], "V1") != 0 &&
        strcasecmp(csv->cells[0], "id") != 0)
        return nt_fail(
            err, -EINVAL,
            "neither a header (series,t,value or t,NAME,... or V1,V2,...) nor an id with "
            "values: \"%.40s,%.40s\"",
            csv->cells[0], csv->cells[1]);
    return 0;
}

static int read_all(struct reader *reader, struct nt_error *err)
{
    int (*read_row)(struct reader *, struct nt_error *) = NULL;
    for (;;) {
        int got = csv_next(&reader->csv, err);
        if (got <= 0)
            return got;
        bool is_row = true;
        if (read_row == NULL && read_header(reader, &read_row, &is_row, err) < 0)
            return err->code;
        if (is_row && read_row(reader, err) < 0)
            return err->code;
    }
}

/* Missing values at both ends are no part of a series. */
static void trim(struct table_series *series)
{
    while (series->count > 0 && isnan(series->values[series->count - 1]))
        series->count--;
    size_t first = 0;
    while (first < series->count && isnan(series->values[first]))
        first++;
    series->count -= first;
    series->begin_s += (int64_t)first * series->step_s;
    if (first > 0)
        memmove(series->values, series->values + first, series->count * sizeof(double));
}

static void forget_names(struct reader *reader)
{
    struct known *known, *next;
    HASH_ITER(hh, reader->known, known, next)
    {
        HASH_DEL(reader->known, known); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
        free(known);
    }
}

int table_parse(char *text, size_t len, const char *name, int64_t step_s, struct table *ret_table,
                struct nt_error *err)
{
    NT_CLEANUP(table_deinit_p) struct table table = {0};
    struct nt_error own = NT_ERROR_INIT;
    struct reader reader = {.table = &table, .step_s = step_s};
    csv_init(&reader.csv, text, len);
    int status = read_all(&reader, &own);
    size_t line = reader.csv.line;
    csv_deinit(&reader.csv);
    forget_names(&reader);
    if (status < 0)
        return nt_fail(err, own.code, "%s:%zu: %s", name, line, own.message);
    size_t filled = 0;
    for (size_t i = 0; i < table.count; i++) {
        trim(&table.series[i]);
        filled += table.series[i].count > 0;
    }
    if (table.count == 0 || filled == 0)
        return nt_fail(err, -ENODATA, "%s:%zu: %s", name, line,
                       line == 0 ? "the file is empty" : "no values in the file");
    *ret_table = table;
    table = (struct table){0};
    return 0;
}

void table_deinit(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->series[i].name);
        free(table->series[i].values);
    }
    free(table->series);
    *table = (struct table){0};
}
