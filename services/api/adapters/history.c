#include <api/history.h>

#include <nt/log.h>
#include <nt/memory.h>
#include <sqlite3.h>
#include <string.h>

#define VERSION     1
#define FLUSH_MS    500
#define WAITING_DUE 20000 /* rows: written at once */
#define WAITING_MAX 1000000
#define DAY_MS      (INT64_C(24) * 3600 * 1000)
#define READS_MAX   100
#define ROWS_MAX    40000
#define KEEP_MS     (INT64_C(60) * 24 * 3600 * 1000) /* of load time, as host.rollup does */

/* A row to write. */
struct row {
    char subject[64];
    int64_t from_ms;
    int64_t step_ms;
    double cpu_mean;
    double cpu_max;
    double mem_mean;
    double mem_max;
};

struct read {
    struct history *history;
    struct read *next;
    char **subjects;
    size_t subjects_count;
    int64_t from_ms;
    int64_t to_ms;
    void (*done)(void *arg, int status, const struct history_row *rows, size_t count);
    void *arg;
    int status; /* of the work */
    struct history_row *rows;
    size_t count;
    size_t capacity;
};

struct write {
    struct history *history;
    struct row *rows;
    size_t count;
    int64_t append_ms;
    int64_t forget_before_ms; /* 0: nothing */
    int status;
};

struct history {
    struct nt_loop *loop;
    sqlite3 *db; /* touched by one job at a time */
    struct nt_timer *flush;
    struct row *waiting;
    size_t waiting_count;
    size_t waiting_capacity;
    int64_t waiting_append_ms;
    bool is_lossy;        /* a row was dropped: the mark stays, so that a restart reads it again */
    int64_t newest_ms;    /* load time of the newest row */
    int64_t forgotten_ms; /* newest_ms when old rows were last removed */
    struct read *reads;   /* waiting, oldest first */
    size_t reads_count;
    bool is_working;
    bool is_closing;
};

static void next_job(struct history *history);

/* --- the database ---------------------------------------------------------------------------- */

static int run_sql(sqlite3 *db, const char *sql, struct nt_error *err)
{
    char *story = NULL;
    int code = 0;
    if (sqlite3_exec(db, sql, NULL, NULL, &story) != SQLITE_OK)
        code = nt_fail(err, -EIO, "history database: %s", story == NULL ? "?" : story);
    sqlite3_free(story);
    return code;
}

static int64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return number;
}

static const char schema[] =
    "DROP TABLE IF EXISTS roll; DROP TABLE IF EXISTS mark;"
    "CREATE TABLE roll (subject TEXT NOT NULL, from_ms INTEGER NOT NULL, step_ms INTEGER NOT NULL,"
    " cpu_mean REAL NOT NULL, cpu_max REAL NOT NULL, mem_mean REAL NOT NULL, mem_max REAL NOT NULL,"
    " PRIMARY KEY (subject, from_ms)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), append_ms INTEGER NOT NULL) "
    "STRICT;"
    "INSERT INTO mark VALUES (1, 0);"
    "PRAGMA user_version = 1;";

static int prepare(sqlite3 *db, struct nt_error *err)
{
    int code = run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;", err);
    if (code == 0 && number_of(db, "PRAGMA user_version") != VERSION)
        code = run_sql(db, schema, err);
    return code;
}

static void on_flush(void *arg)
{
    next_job(arg);
}

int history_open(struct nt_loop *loop, const char *path, struct history **ret_history,
                 int64_t *ret_newest_append_ms, struct nt_error *err)
{
    sqlite3 *db = NULL;
    int opened = sqlite3_open_v2(
        path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL);
    int code = 0;
    if (opened != SQLITE_OK)
        code = nt_fail(err, -EIO, "cannot open the history %s: %s", path, sqlite3_errmsg(db));
    if (code == 0)
        code = prepare(db, err);
    if (code < 0) {
        (void)sqlite3_close(db);
        return nt_wrap(err, "delete %s if it is damaged, it is rebuilt", path);
    }
    *ret_newest_append_ms = number_of(db, "SELECT append_ms FROM mark");
    struct history *history = nt_zalloc(sizeof(*history));
    history->loop = loop;
    history->db = db;
    history->newest_ms = number_of(db, "SELECT max(from_ms) FROM roll");
    history->flush = nt_timer_new(loop, on_flush, history);
    *ret_history = history;
    return 0;
}

/* --- writing --------------------------------------------------------------------------------- */

static int write_rows(sqlite3 *db, const struct row *rows, size_t count)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO roll VALUES (?, ?, ?, ?, ?, ?, ?)", -1,
                           &statement, NULL) != SQLITE_OK)
        return -EIO;
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        (void)sqlite3_bind_text(statement, 1, rows[i].subject, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(statement, 2, rows[i].from_ms);
        (void)sqlite3_bind_int64(statement, 3, rows[i].step_ms);
        (void)sqlite3_bind_double(statement, 4, rows[i].cpu_mean);
        (void)sqlite3_bind_double(statement, 5, rows[i].cpu_max);
        (void)sqlite3_bind_double(statement, 6, rows[i].mem_mean);
        (void)sqlite3_bind_double(statement, 7, rows[i].mem_max);
        if (sqlite3_step(statement) != SQLITE_DONE)
            code = -EIO;
        (void)sqlite3_reset(statement);
    }
    (void)sqlite3_finalize(statement);
    return code;
}

static int write_batch(sqlite3 *db, const struct write *write)
{
    char *sql = sqlite3_mprintf(
        "UPDATE mark SET append_ms = max(append_ms, %lld);%s%lld", (long long)write->append_ms,
        write->forget_before_ms > 0 ? "DELETE FROM roll WHERE from_ms < " : "SELECT ",
        (long long)write->forget_before_ms);
    int code = run_sql(db, "BEGIN", NULL);
    if (code == 0)
        code = write_rows(db, write->rows, write->count);
    if (code == 0)
        code = run_sql(db, sql, NULL);
    if (run_sql(db, code == 0 ? "COMMIT" : "ROLLBACK", NULL) < 0)
        code = -EIO;
    sqlite3_free(sql);
    return code;
}

static void work_write(void *arg)
{
    struct write *write = arg;
    write->status = write_batch(write->history->db, write);
}

static void write_free(struct write *write)
{
    free(write->rows);
    free(write);
}

static void done_write(void *arg, bool cancelled)
{
    struct write *write = arg;
    struct history *history = write->history;
    if (cancelled)
        write->status = write_batch(history->db, write);
    if (write->status < 0)
        nt_log(NT_ERROR, "history_not_written", NT_KV("rows", write->count));
    write_free(write);
    history->is_working = false;
    next_job(history);
}

static struct write *take_waiting(struct history *history)
{
    struct write *write = nt_zalloc(sizeof(*write));
    *write = (struct write){.history = history,
                            .rows = nt_take(history->waiting),
                            .count = history->waiting_count,
                            .append_ms = history->waiting_append_ms};
    if (history->newest_ms - history->forgotten_ms > DAY_MS) {
        write->forget_before_ms = history->newest_ms - KEEP_MS;
        history->forgotten_ms = history->newest_ms;
    }
    history->waiting_count = 0;
    history->waiting_capacity = 0;
    return write;
}

static void add(struct history *history, const char *subject, const struct nt_host_rollup *rollup,
                const struct nt_roll *roll)
{
    if (history->waiting_count >= WAITING_MAX) {
        history->is_lossy = true;
        return;
    }
    struct row *row =
        &nt_vec_push(history->waiting, history->waiting_count, history->waiting_capacity);
    *row = (struct row){.from_ms = rollup->from_ms,
                        .step_ms = rollup->step_ms,
                        .cpu_mean = (double)roll->cpu_milli_mean,
                        .cpu_max = (double)roll->cpu_milli_max,
                        .mem_mean = roll->mem_bytes_mean,
                        .mem_max = roll->mem_bytes_max};
    (void)snprintf(row->subject, sizeof(row->subject), "%s", subject);
}

void history_add(struct history *history, const struct nt_host_rollup *rollup, int64_t append_ms)
{
    if (rollup->samples > 0)
        add(history, rollup->host, rollup, &rollup->roll);
    for (size_t i = 0; i < rollup->servers_count; i++)
        if (rollup->servers[i].samples > 0)
            add(history, rollup->servers[i].server, rollup, &rollup->servers[i].roll);
    if (append_ms > history->waiting_append_ms && !history->is_lossy)
        history->waiting_append_ms = append_ms;
    if (rollup->from_ms > history->newest_ms)
        history->newest_ms = rollup->from_ms;
    if (!history->is_working && history->waiting_count >= WAITING_DUE) {
        nt_timer_stop(history->flush);
        next_job(history);
    } else if (!nt_timer_is_active(history->flush)) {
        nt_timer_start(history->flush, FLUSH_MS, 0);
    }
}

/* --- reading --------------------------------------------------------------------------------- */

static void keep_row(struct read *read, const char *subject, sqlite3_stmt *statement)
{
    nt_vec_push(read->rows, read->count, read->capacity) =
        (struct history_row){.subject = subject,
                             .from_ms = sqlite3_column_int64(statement, 0),
                             .step_ms = sqlite3_column_int64(statement, 1),
                             .cpu_mean = sqlite3_column_double(statement, 2),
                             .cpu_max = sqlite3_column_double(statement, 3),
                             .mem_mean = sqlite3_column_double(statement, 4),
                             .mem_max = sqlite3_column_double(statement, 5)};
}

static void work_read(void *arg)
{
    struct read *read = arg;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(read->history->db,
                           "SELECT from_ms, step_ms, cpu_mean, cpu_max, mem_mean, mem_max FROM roll"
                           " WHERE subject = ? AND from_ms >= ? AND from_ms < ? ORDER BY from_ms",
                           -1, &statement, NULL) != SQLITE_OK) {
        read->status = -EIO;
        return;
    }
    for (size_t i = 0; i < read->subjects_count && read->status == 0; i++) {
        (void)sqlite3_bind_text(statement, 1, read->subjects[i], -1, SQLITE_STATIC);
        /* A row that began before may reach into the range: none is longer than an hour. */
        (void)sqlite3_bind_int64(statement, 2, read->from_ms - 3600000);
        (void)sqlite3_bind_int64(statement, 3, read->to_ms);
        int code = SQLITE_ROW;
        while (read->count < ROWS_MAX && (code = sqlite3_step(statement)) == SQLITE_ROW)
            keep_row(read, read->subjects[i], statement);
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            read->status = -EIO;
        (void)sqlite3_reset(statement);
    }
    (void)sqlite3_finalize(statement);
}

static void finish_read(struct read *read, int status)
{
    read->done(read->arg, status, read->rows, status < 0 ? 0 : read->count);
    for (size_t i = 0; i < read->subjects_count; i++)
        free(read->subjects[i]);
    free(read->subjects);
    free(read->rows);
    free(read);
}

static void done_read(void *arg, bool cancelled)
{
    struct read *read = arg;
    struct history *history = read->history;
    history->is_working = false;
    finish_read(read, cancelled ? -ECANCELED : read->status);
    next_job(history);
}

void history_read(struct history *history, const char *const *subjects, size_t subjects_count,
                  int64_t from_ms, int64_t to_ms,
                  void (*done)(void *arg, int status, const struct history_row *rows, size_t count),
                  void *arg)
{
    if (history->reads_count >= READS_MAX || history->is_closing) {
        done(arg, -EBUSY, NULL, 0);
        return;
    }
    struct read *read = nt_zalloc(sizeof(*read));
    *read = (struct read){
        .history = history, .from_ms = from_ms, .to_ms = to_ms, .done = done, .arg = arg};
    read->subjects = nt_zalloc((subjects_count + 1) * sizeof(read->subjects[0]));
    read->subjects_count = subjects_count;
    for (size_t i = 0; i < subjects_count; i++)
        read->subjects[i] = nt_strdup(subjects[i]);
    struct read **last = &history->reads;
    while (*last != NULL)
        last = &(*last)->next;
    *last = read;
    history->reads_count++;
    next_job(history);
}

/* --- one at a time, and the end --------------------------------------------------------------- */

static void finish(struct history *history)
{
    if (history->waiting_count > 0) {
        struct write *write = take_waiting(history);
        if (write_batch(history->db, write) < 0)
            nt_log(NT_ERROR, "history_not_written", NT_KV("rows", write->count));
        write_free(write);
    }
    (void)sqlite3_close(history->db);
    free(history);
}

static void next_job(struct history *history)
{
    if (history->is_working)
        return;
    if (history->is_closing) {
        finish(history);
    } else if (history->reads != NULL) {
        struct read *read = history->reads;
        history->reads = read->next;
        history->reads_count--;
        history->is_working = true;
        nt_work(history->loop, work_read, done_read, read);
    } else if (history->waiting_count > 0 && !nt_timer_is_active(history->flush)) {
        history->is_working = true;
        nt_work(history->loop, work_write, done_write, take_waiting(history));
    }
}

void history_close(struct history *history)
{
    if (history == NULL)
        return;
    history->is_closing = true;
    nt_timer_free(history->flush);
    while (history->reads != NULL) {
        struct read *read = history->reads;
        history->reads = read->next;
        finish_read(read, -ECANCELED);
    }
    next_job(history);
}
