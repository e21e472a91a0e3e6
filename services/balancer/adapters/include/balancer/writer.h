/*
 * Decisions into Kafka: each one's records, and the offset of the request that caused it, in one
 * transaction (those that wait together share one). Loop thread only.
 */
#ifndef BALANCER_WRITER_H
#define BALANCER_WRITER_H

#include <balancer/effects.h>
#include <nt/bus.h>

struct writer;

struct writer_options {
    struct nt_bus *bus;
    void (*on_ready)(void *arg); /* older leaders are fenced */
    /* A decision could not be written, or we are fenced: memory is ahead of the log, and only a
     * new process can mend that. Called at most once. */
    void (*on_fatal)(void *arg, const struct nt_error *err);
    void (*on_written)(void *arg); /* a decision arrived; fewer are under way */
    void *arg;
};

int writer_open(const struct writer_options *options, struct writer **ret_writer,
                struct nt_error *err);
void writer_close(struct writer *writer); /* NULL does nothing */

/* Write and forget the effects, which may be none. group NULL: no request stands behind it. */
void writer_write(struct writer *writer, struct effects *effects, const char *traceparent,
                  struct nt_group *group, int64_t offset);

size_t writer_in_flight(const struct writer *writer);

#endif
