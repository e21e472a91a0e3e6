#include <nt/clock.h>
#include <nt/log.h>
#include <nt/span.h>
#include <nt/text.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
    LINE_MAX_BYTES = 16 * 1024,
    REPEATS_PER_SECOND = 10,
    EVENTS_REMEMBERED = 64, /* a power of two; events that collide share a limit */
};

static const char *const level_names[] = {
    [NT_DEBUG] = "debug", [NT_INFO] = "info", [NT_WARN] = "warn", [NT_ERROR] = "error"};

static _Atomic enum nt_log_level lowest = NT_INFO;
static _Thread_local char trace_id[33];

struct repeats {
    int64_t second;
    int64_t dropped;
    int count;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards repeats */
static struct repeats repeats[EVENTS_REMEMBERED];

void nt_log_set_level(enum nt_log_level level)
{
    atomic_store(&lowest, level);
}

int nt_log_level_parse(const char *name, enum nt_log_level *ret_level)
{
    for (size_t i = 0; i < NT_COUNT(level_names); i++) {
        if (nt_text_is(name, level_names[i])) {
            *ret_level = (enum nt_log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

void nt_log_set_trace(const char *traceparent)
{
    /* 00-<32 hex trace id>-<16 hex parent>-<flags> */
    trace_id[0] = '\0';
    if (traceparent == NULL || strlen(traceparent) < 35)
        return;
    memcpy(trace_id, traceparent + 3, 32);
    trace_id[32] = '\0';
    if (strspn(trace_id, "0123456789abcdef") != 32)
        trace_id[0] = '\0';
}

/* May this event be written now? ret_dropped: how many were not since the last that was. */
static bool may_write(const char *event, int64_t now_ms, int64_t *ret_dropped)
{
    unsigned hash = 5381;
    for (const char *c = event; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    (void)pthread_mutex_lock(&lock);
    struct repeats *seen = &repeats[hash % EVENTS_REMEMBERED];
    if (seen->second != now_ms / 1000) {
        seen->second = now_ms / 1000;
        seen->count = 0;
    }
    bool may = seen->count < REPEATS_PER_SECOND;
    *ret_dropped = 0;
    if (may) {
        seen->count++;
        *ret_dropped = seen->dropped;
        seen->dropped = 0;
    } else {
        seen->dropped++;
    }
    (void)pthread_mutex_unlock(&lock);
    return may;
}

static void add_text(struct nt_buf *line, const char *text)
{
    bool is_utf8 = nt_utf8_is_valid(text, strlen(text));
    (void)nt_buf_add_text(line, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            (void)nt_buf_printf(line, "\\%c", *c);
        else if (*c < 0x20 || (*c >= 0x80 && !is_utf8))
            (void)nt_buf_printf(line, "\\u%04x", *c);
        else
            (void)nt_buf_add(line, c, 1);
    }
    (void)nt_buf_add_text(line, "\"");
}

static void add_field(struct nt_buf *line, const struct nt_log_field *field)
{
    (void)nt_buf_printf(line, ",\"%s\":", field->name);
    switch (field->kind) {
    case NT_LOG_TEXT:
        if (field->text != NULL)
            add_text(line, field->text);
        else
            (void)nt_buf_add_text(line, "null");
        break;
    case NT_LOG_INT:
        (void)nt_buf_printf(line, "%lld", (long long)field->integer);
        break;
    case NT_LOG_REAL:
        if (isfinite(field->real))
            (void)nt_buf_printf(line, "%.6g", field->real);
        else
            (void)nt_buf_add_text(line, "null");
        break;
    case NT_LOG_BOOL:
        (void)nt_buf_add_text(line, field->flag ? "true" : "false");
        break;
    }
}

static void deinit_buf_p(struct nt_buf *buf)
{
    nt_buf_deinit(buf);
}

void nt_log_fields(enum nt_log_level level, const char *event, const struct nt_log_field *fields)
{
    if (level < atomic_load(&lowest))
        return;
    int64_t now_ms = nt_wall_ms();
    int64_t dropped = 0;
    if (!may_write(event, now_ms, &dropped))
        return;
    NT_CLEANUP(deinit_buf_p) struct nt_buf line = {.max = LINE_MAX_BYTES};
    (void)nt_buf_printf(&line, "{\"ts_ms\":%lld,\"level\":\"%s\",\"event\":\"%s\"",
                        (long long)now_ms, level_names[level], event);
    if (trace_id[0] != '\0')
        (void)nt_buf_printf(&line, ",\"trace_id\":\"%s\"", trace_id);
    for (const struct nt_log_field *field = fields; field->name != NULL; field++) {
        size_t before = line.len;
        add_field(&line, field);
        if (line.len + 128 > LINE_MAX_BYTES) {
            line.len = before; /* a line is whole or not at all: leave the field out and say so */
            (void)nt_buf_printf(&line, ",\"cut\":\"%s\"", field->name);
            break;
        }
    }
    if (dropped > 0)
        (void)nt_buf_printf(&line, ",\"dropped\":%lld", (long long)dropped);
    (void)nt_buf_add_text(&line, "}\n");
    (void)!write(STDERR_FILENO, line.data, line.len); /* one write: lines do not mix; ignored */
}
