/*
 * Docker's log stream (both streams of a container multiplexed, with timestamps) as lines of text:
 *   2026-11-24T12:00:00.123456789Z o text
 * o is stdout, e stderr. What is not UTF-8 is replaced by U+FFFD; lines are cut. Pure.
 * Format: https://docs.docker.com/engine/api/v1.41/#tag/Container/operation/ContainerAttach
 */
#ifndef PROVISIONER_LOG_LINES_H
#define PROVISIONER_LOG_LINES_H

#include <nt/span.h>

enum { LOG_LINE_MAX = 16 << 10 };

/* Zero-initialised it is ready. */
struct log_reader {
    uint8_t head[8];
    size_t head_len;
    uint32_t left;      /* bytes of the entry that are still to come */
    struct nt_buf line; /* the entry so far, cut */
};

void log_reader_deinit(struct log_reader *reader);

/* Bytes in, whole lines appended to out. 0, -EPROTO where it is no such stream, -EMSGSIZE where out
 * is full. */
int log_read(struct log_reader *reader, struct nt_span data, struct nt_buf *out);

#endif
