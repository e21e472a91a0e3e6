/*
 * Roll-ups between the closing of a slot and the moment when Kafka has them. A standby keeps what
 * it closed too, until it sees the leader's record: what the leader could not send any more is then
 * written by its successor. Loop thread only.
 */
#ifndef FORECASTER_OUTBOX_H
#define FORECASTER_OUTBOX_H

#include <nt/bus.h>

/* Records waiting; beyond it the oldest are given up and counted: their slots become gaps after the
 * next restart. */
enum { OUTBOX_MAX = 20000 };

struct outbox;

struct outbox *outbox_new(struct nt_producer *producer);
void outbox_free(struct outbox *outbox);

/* bytes are copied. */
void outbox_add(struct outbox *outbox, const char *host, int64_t slot, struct nt_span bytes);

/* The record of this slot was seen in the topic. */
void outbox_drop(struct outbox *outbox, const char *host, int64_t slot);

/* Leading: send what waits, and from now on at once. Not leading: keep. */
void outbox_set_leading(struct outbox *outbox, bool is_leading);

/* Send again what Kafka did not take; now and then. */
void outbox_retry(struct outbox *outbox);

size_t outbox_waiting(const struct outbox *outbox);
size_t outbox_lost(const struct outbox *outbox);

#endif
