#include <nt/text.h>
#include <nt/trace.h>

#include <stdio.h>
#include <string.h>

enum {
    TRACE_AT = 3,
    TRACE_LEN = 32,
    SPAN_AT = TRACE_AT + TRACE_LEN + 1,
    SPAN_LEN = 16,
    FLAGS_AT = SPAN_AT + SPAN_LEN + 1,
    FLAGS_LEN = 2,
};

static bool is_hex(const char *text, size_t len)
{
    return strspn(text, "0123456789abcdef") >= len;
}

static bool is_zero(const char *text, size_t len)
{
    return strspn(text, "0") >= len;
}

bool nt_trace_is_valid(const char *traceparent)
{
    if (traceparent == NULL || strlen(traceparent) != NT_TRACEPARENT_SIZE - 1)
        return false;
    return strncmp(traceparent, "00-", TRACE_AT) == 0 &&
           is_hex(traceparent + TRACE_AT, TRACE_LEN) &&
           !is_zero(traceparent + TRACE_AT, TRACE_LEN) && traceparent[SPAN_AT - 1] == '-' &&
           is_hex(traceparent + SPAN_AT, SPAN_LEN) && !is_zero(traceparent + SPAN_AT, SPAN_LEN) &&
           traceparent[FLAGS_AT - 1] == '-' && is_hex(traceparent + FLAGS_AT, FLAGS_LEN);
}

/* Zero means "none" in both ids; a chance of 2^-64 is still worth a line. */
static void random_id(char *ret_hex, size_t hex_len)
{
    uint8_t bytes[TRACE_LEN / 2];

    do {
        nt_random(bytes, hex_len / 2);
        nt_hex(bytes, hex_len / 2, ret_hex);
    } while (is_zero(ret_hex, hex_len));
}

void nt_trace_new(char ret_traceparent[NT_TRACEPARENT_SIZE])
{
    char trace[TRACE_LEN + 1];
    char span[SPAN_LEN + 1];

    random_id(trace, TRACE_LEN);
    random_id(span, SPAN_LEN);
    (void)snprintf(ret_traceparent, NT_TRACEPARENT_SIZE, "00-%s-%s-01", trace, span);
}

void nt_trace_child(const char *parent, char ret_traceparent[NT_TRACEPARENT_SIZE])
{
    char span[SPAN_LEN + 1];

    if (!nt_trace_is_valid(parent)) {
        nt_trace_new(ret_traceparent);
        return;
    }
    random_id(span, SPAN_LEN);
    (void)snprintf(ret_traceparent, NT_TRACEPARENT_SIZE, "%.*s%s%s", SPAN_AT, parent, span,
                   parent + FLAGS_AT - 1);
}
