#include <collector/playback.h>
#include <collector/scan.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <string.h>

enum { DAY_S = 86400, NAME_SIZE = 128 };

/* 1970-01-05, the first Monday of Unix time. */
static const int64_t FIRST_MONDAY_MS = INT64_C(4) * DAY_S * 1000;

struct column {
    enum playback_kind kind;
    char name[NAME_SIZE];
};

struct playback {
    struct column *columns;
    size_t columns_count;
    int64_t *times_ms; /* ascending; the first is 0 */
    float *values;     /* row by row */
    size_t rows;
    int64_t cycle_ms;
};

void playback_free(struct playback *playback)
{
    if (playback == NULL)
        return;
    free(playback->columns);
    free(playback->times_ms);
    free(playback->values);
    free(playback);
}

/* --- reading --------------------------------------------------------------------------------- */

static struct nt_span trimmed(struct nt_span text)
{
    while (text.len > 0 && strchr(" \t\r", text.data[text.len - 1]) != NULL)
        text.len--;
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (struct nt_span){.data = text.data + 1, .len = text.len - 1};
    return text;
}

/* Take the next cell; false when the line is used up. */
static bool take_cell(struct nt_span *line, bool *is_over, struct nt_span *ret_cell)
{
    if (*is_over)
        return false;
    if (!scan_until(line, ',', ret_cell)) {
        *ret_cell = *line;
        *is_over = true;
    }
    *ret_cell = trimmed(*ret_cell);
    return true;
}

static int take_column(struct playback *playback, struct nt_span cell, struct nt_error *err)
{
    static const struct {
        const char *prefix;
        enum playback_kind kind;
    } kinds[] = {
        {"host:", PLAYBACK_HOST_CPU},
        {"server:", PLAYBACK_SERVER_CPU},
        {"mem:host:", PLAYBACK_HOST_MEM},
        {"mem:server:", PLAYBACK_SERVER_MEM},
    };
    for (size_t i = 0; i < NT_COUNT(kinds); i++) {
        size_t len = strlen(kinds[i].prefix);
        if (!scan_starts(cell, kinds[i].prefix) || cell.len == len)
            continue;
        struct column *column = &playback->columns[playback->columns_count];
        column->kind = kinds[i].kind;
        struct nt_span name = {.data = cell.data + len, .len = cell.len - len};
        if (!scan_copy(name, column->name, sizeof(column->name)))
            return nt_fail(err, -EINVAL, "a column's name is longer than %d bytes", NAME_SIZE - 1);
        playback->columns_count++;
        return 0;
    }
    return nt_fail(err, -EINVAL,
                   "column \"%.*s\" must be host:NAME, server:NAME, mem:host:NAME or "
                   "mem:server:NAME",
                   (int)(cell.len > 64 ? 64 : cell.len), (const char *)cell.data);
}

static int take_header(struct playback *playback, struct nt_span line, struct nt_error *err)
{
    bool is_over = false;
    struct nt_span cell;
    if (!take_cell(&line, &is_over, &cell) || !scan_is(cell, "t_s"))
        return nt_fail(err, -EINVAL, "the first column must be t_s");
    playback->columns = nt_zalloc(PLAYBACK_COLUMNS_MAX * sizeof(*playback->columns));
    while (take_cell(&line, &is_over, &cell)) {
        if (playback->columns_count == PLAYBACK_COLUMNS_MAX)
            return nt_fail(err, -E2BIG, "more than %d columns", PLAYBACK_COLUMNS_MAX);
        int status = take_column(playback, cell, err);
        if (status < 0)
            return status;
    }
    if (playback->columns_count == 0)
        return nt_fail(err, -EINVAL, "there is no column beside t_s");
    return 0;
}

static int take_number(struct nt_span cell, double max, double *ret_value, struct nt_error *err)
{
    char number[64];
    if (!scan_copy(cell, number, sizeof(number)) || nt_parse_f64(number, 0, max, ret_value) < 0)
        return nt_fail(err, -EINVAL, "\"%.*s\" is not a number from 0 to %g",
                       (int)(cell.len > 40 ? 40 : cell.len), (const char *)cell.data, max);
    return 0;
}

static int take_row(struct playback *playback, struct nt_span line, size_t *capacity,
                    struct nt_error *err)
{
    const double value_max = 1e9;
    const double time_max = 366.0 * DAY_S;
    size_t columns = playback->columns_count;
    if (playback->rows >= PLAYBACK_ROWS_MAX || (playback->rows + 1) * columns > PLAYBACK_CELLS_MAX)
        return nt_fail(err, -E2BIG, "more than %d rows or %d cells", PLAYBACK_ROWS_MAX,
                       PLAYBACK_CELLS_MAX);
    if (playback->rows == *capacity) {
        *capacity = *capacity == 0 ? 512 : *capacity * 2;
        playback->times_ms = nt_realloc(playback->times_ms, *capacity * sizeof(int64_t));
        playback->values = nt_realloc(playback->values, *capacity * columns * sizeof(float));
    }

    bool is_over = false;
    struct nt_span cell = {0};
    double time_s = 0;
    (void)take_cell(&line, &is_over, &cell);
    int status = take_number(cell, time_max, &time_s, err);
    if (status < 0)
        return status;
    int64_t time_ms = (int64_t)llround(time_s * 1000);
    if (playback->rows == 0 ? time_ms != 0 : time_ms <= playback->times_ms[playback->rows - 1])
        return nt_fail(err, -EINVAL, "t_s must begin at 0 and rise from row to row");
    playback->times_ms[playback->rows] = time_ms;

    float *values = playback->values + playback->rows * columns;
    for (size_t i = 0; i < columns; i++) {
        double value = NAN;
        if (!take_cell(&line, &is_over, &cell))
            return nt_fail(err, -EINVAL, "the row has fewer cells than the header");
        if (cell.len > 0 && (status = take_number(cell, value_max, &value, err)) < 0)
            return status;
        values[i] = (float)value;
    }
    if (!is_over)
        return nt_fail(err, -EINVAL, "the row has more cells than the header");
    playback->rows++;
    return 0;
}

/* Draw lines over the empty cells of a column, around the end of the cycle too. */
static int fill_column(struct playback *playback, size_t column, struct nt_error *err)
{
    size_t rows = playback->rows;
    size_t columns = playback->columns_count;
    const float *values = playback->values + column;
    size_t first = 0;
    while (first < rows && isnan(values[first * columns]))
        first++;
    if (first == rows)
        return nt_fail(err, -EINVAL, "column %s has no value", playback->columns[column].name);

    size_t from = first; /* the last row with a value */
    for (size_t step = 1; step <= rows; step++) {
        size_t to = (first + step) % rows;
        if (isnan(values[to * columns]))
            continue;
        int64_t begin_ms = playback->times_ms[from];
        int64_t span_ms = playback->times_ms[to] - begin_ms;
        if (span_ms <= 0)
            span_ms += playback->cycle_ms;
        double begin = values[from * columns];
        double end = values[to * columns];
        for (size_t row = (from + 1) % rows; row != to; row = (row + 1) % rows) {
            int64_t passed_ms = playback->times_ms[row] - begin_ms;
            if (passed_ms < 0)
                passed_ms += playback->cycle_ms;
            playback->values[row * columns + column] =
                (float)(begin + (end - begin) * (double)passed_ms / (double)span_ms);
        }
        from = to;
    }
    return 0;
}

static int read_lines(struct playback *playback, struct nt_span text, struct nt_error *err)
{
    size_t capacity = 0;
    int number = 0;
    struct nt_span line;
    while (scan_line(&text, &line)) {
        number++;
        line = trimmed(line);
        if (line.len == 0 || line.data[0] == '#')
            continue;
        int status = playback->columns == NULL ? take_header(playback, line, err)
                                               : take_row(playback, line, &capacity, err);
        if (status < 0)
            return nt_wrap(err, "line %d", number);
    }
    return playback->rows > 0 ? 0 : nt_fail(err, -EINVAL, "there is no row of values");
}

int playback_parse(struct nt_span text, struct playback **ret_playback, struct nt_error *err)
{
    NT_CLEANUP(playback_free_p) struct playback *playback = nt_zalloc(sizeof(*playback));
    int status = read_lines(playback, text, err);
    if (status < 0)
        return status;
    const int64_t day_ms = INT64_C(1000) * DAY_S;
    playback->cycle_ms = (playback->times_ms[playback->rows - 1] / day_ms + 1) * day_ms;
    for (size_t i = 0; i < playback->columns_count; i++) {
        if ((status = fill_column(playback, i, err)) < 0)
            return status;
    }
    *ret_playback = nt_take(playback);
    return 0;
}

/* --- asking ---------------------------------------------------------------------------------- */

int64_t playback_cycle_ms(const struct playback *playback)
{
    return playback->cycle_ms;
}

static double value_at(const struct playback *playback, size_t column, int64_t at_ms)
{
    int64_t within_ms = (at_ms - FIRST_MONDAY_MS) % playback->cycle_ms;
    if (within_ms < 0)
        within_ms += playback->cycle_ms;
    size_t low = 0; /* the last row that is not after it: times_ms[0] is 0 */
    size_t high = playback->rows;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (playback->times_ms[middle] <= within_ms)
            low = middle;
        else
            high = middle;
    }
    size_t next = (low + 1) % playback->rows;
    int64_t begin_ms = playback->times_ms[low];
    int64_t end_ms = next == 0 ? playback->cycle_ms : playback->times_ms[next];
    double begin = playback->values[low * playback->columns_count + column];
    double end = playback->values[next * playback->columns_count + column];
    return begin + (end - begin) * (double)(within_ms - begin_ms) / (double)(end_ms - begin_ms);
}

bool playback_mean(const struct playback *playback, enum playback_kind kind, const char *name,
                   int64_t at_ms, int64_t interval_ms, double *ret_value)
{
    enum { POINTS = 5 }; /* in the middle of each fifth */
    const double mib = 1024.0 * 1024.0;
    for (size_t i = 0; i < playback->columns_count; i++) {
        const struct column *column = &playback->columns[i];
        if (column->kind != kind || strcmp(column->name, name) != 0)
            continue;
        double sum = 0;
        for (int point = 0; point < POINTS; point++)
            sum +=
                value_at(playback, i, at_ms - interval_ms * (INT64_C(2) * point + 1) / INT64_C(10));
        bool is_memory = kind == PLAYBACK_HOST_MEM || kind == PLAYBACK_SERVER_MEM;
        *ret_value = sum / POINTS * (is_memory ? mib : 1);
        return true;
    }
    return false;
}

int64_t playback_interval_ms(double rate)
{
    static const int64_t intervals_ms[] = {60000, 75000, 100000, 150000, 300000};
    const double wall_min_ms = 100;
    for (size_t i = 0; i < NT_COUNT(intervals_ms); i++) {
        if ((double)intervals_ms[i] / rate >= wall_min_ms)
            return intervals_ms[i];
    }
    return (int64_t)ceil(wall_min_ms * rate / 300000) * 300000;
}
