/*
 * Structured log: one JSON object a line on stderr: ts_ms, level, event, then typed fields. The
 * event is a stable name, past tense where something happened; values are fields, never prose.
 * Repeats of one event are limited (10 a second) and the next line says how many were dropped.
 * Any thread.
 *
 *     nt_log(NT_WARN, "quote_not_cached", NT_KV("tenant", tenant), NT_KV("retryable", true));
 */
#ifndef NT_LOG_H
#define NT_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum nt_log_level { NT_DEBUG, NT_INFO, NT_WARN, NT_ERROR };

enum nt_log_kind { NT_LOG_TEXT, NT_LOG_INT, NT_LOG_REAL, NT_LOG_BOOL };

struct nt_log_field {
    const char *name;
    enum nt_log_kind kind;
    union {
        const char *text; /* not UTF-8: bytes are escaped; NULL: null */
        int64_t integer;
        double real;
        bool flag;
    };
};

static inline struct nt_log_field nt_log_text(const char *name, const char *value)
{
    return (struct nt_log_field){.name = name, .kind = NT_LOG_TEXT, .text = value};
}

static inline struct nt_log_field nt_log_int(const char *name, int64_t value)
{
    return (struct nt_log_field){.name = name, .kind = NT_LOG_INT, .integer = value};
}

static inline struct nt_log_field nt_log_real(const char *name, double value)
{
    return (struct nt_log_field){.name = name, .kind = NT_LOG_REAL, .real = value};
}

static inline struct nt_log_field nt_log_bool(const char *name, bool value)
{
    return (struct nt_log_field){.name = name, .kind = NT_LOG_BOOL, .flag = value};
}

#define NT_KV(name, value)                                                                         \
    (_Generic((value),                                                                             \
        char *: nt_log_text,                                                                       \
        const char *: nt_log_text,                                                                 \
        float: nt_log_real,                                                                        \
        double: nt_log_real,                                                                       \
        bool: nt_log_bool,                                                                         \
        default: nt_log_int)((name), (value)))

#define nt_log(level, event, ...)                                                                  \
    nt_log_fields((level), (event), (const struct nt_log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})

/* fields end with a NULL name. */
void nt_log_fields(enum nt_log_level level, const char *event, const struct nt_log_field *fields);

/* Lines below this are free. Default NT_INFO. name is "debug", "info", "warn" or "error". */
void nt_log_set_level(enum nt_log_level level);
int nt_log_level_parse(const char *name, enum nt_log_level *ret_level);

/*
 * The trace of the message being handled, added to each line of this thread as trace_id until the
 * next call. traceparent is a W3C value, or NULL for none.
 */
void nt_log_set_trace(const char *traceparent);

#endif
