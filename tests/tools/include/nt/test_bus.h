/*
 * For component tests: a mock Kafka inside the test process (librdkafka's) with all topics of the
 * manifest, to which real service binaries connect. Blocking, bounded in time, one thread. What
 * cannot be set up fails the test (cmocka).
 *
 * Unlike the real one it neither compacts, nor fences, nor hides aborted records, has no
 * CreateTopics, answers offsets for a time with the end, keeps 5 MiB a partition, and lets the
 * first member of a group wait for 3 s.
 */
#ifndef NT_TEST_BUS_H
#define NT_TEST_BUS_H

#include <nt/span.h>
#include <nt/topics.h>

struct nt_test_bus;

struct nt_test_record {
    enum nt_topic topic;
    int32_t partition;
    int64_t offset;
    const char *key;
    struct nt_span value;    /* len 0: a tombstone */
    const char *traceparent; /* "" where absent */
    const char *type;        /* ce_type; "" where absent */
};

struct nt_test_bus *nt_test_bus_new(void);
void nt_test_bus_free(struct nt_test_bus *bus);

/* The value for NEAPTIDE_KAFKA. */
const char *nt_test_bus_brokers(const struct nt_test_bus *bus);

/* All topics exist already, unless made with this: then only those created below. */
struct nt_test_bus *nt_test_bus_new_empty(void);
void nt_test_bus_create_topic(struct nt_test_bus *bus, enum nt_topic topic);

/* The broker is away: connections are cut and refused. */
void nt_test_bus_set_down(struct nt_test_bus *bus, bool is_down);

/* Write one record and wait until it is acknowledged. value empty: a tombstone. */
void nt_test_bus_put(struct nt_test_bus *bus, enum nt_topic topic, const char *key,
                     struct nt_span value);

/*
 * The first record of the topic, written before or after the call, that has this key (NULL: any),
 * comes later than `after` (NULL: from the beginning; of the same partition), and pleases is_it
 * (NULL: each does). Waits at most timeout_ms; then says on stderr what there was and returns NULL.
 * What it returns lives as long as the bus.
 */
const struct nt_test_record *nt_test_bus_await(struct nt_test_bus *bus, enum nt_topic topic,
                                               const char *key, const struct nt_test_record *after,
                                               bool (*is_it)(const struct nt_test_record *record,
                                                             void *arg),
                                               void *arg, int timeout_ms);

/* How many records of the topic with this key (NULL: any) have been seen by the waits so far. */
size_t nt_test_bus_count(const struct nt_test_bus *bus, enum nt_topic topic, const char *key);

#endif
