/*
 * Measures a host and its containers: a group of descriptors and a meter for each. Loop thread
 * only.
 */
#ifndef COLLECTOR_MEASURE_H
#define COLLECTOR_MEASURE_H

#include <collector/docker.h>
#include <collector/reader.h>
#include <nt/arena.h>

struct measure;

/* slice: "" for the whole machine. Waits for nothing: a slice that is not there yet is opened when
 * it is. reader stays the caller's. */
struct measure *measure_new(const struct reader *reader, const char *slice);
void measure_free(struct measure *measure);
NT_DEFINE_CLEANUP(struct measure *, measure_free);

/* These containers run now: opens what is new, closes what has gone. */
void measure_sync(struct measure *measure, const struct docker_container *containers, size_t count);

/*
 * Fill record's capacity, usage and servers (in arena; a server without a rate yet has no usage).
 * on_gone (may be NULL) is told the id of each container whose group has gone. 0; -EAGAIN while the
 * host has no rate yet (servers and capacity are filled); other negative: the host cannot be read.
 */
int measure_take(struct measure *measure, int64_t mono_ms, struct nt_arena *arena,
                 struct record *record, void (*on_gone)(void *arg, const char *id), void *arg,
                 struct nt_error *err);

/* What the host may use; for host.state, also before there is a sample. */
int measure_capacity(struct measure *measure, struct capacity *ret_capacity, struct nt_error *err);

size_t measure_count(const struct measure *measure); /* containers that are read */

#endif
