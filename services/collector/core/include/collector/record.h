/*
 * One record per host and interval: what was measured, or what the recorded curves say. Pure.
 */
#ifndef COLLECTOR_RECORD_H
#define COLLECTOR_RECORD_H

#include <collector/playback.h>
#include <collector/rates.h>

struct capacity {
    int64_t cpu_milli;
    int64_t mem_bytes;
};

struct server_record {
    const char *server; /* id */
    const char *name;   /* whose curve it gets */
    int64_t generation;
    const char *container; /* first 12 digits of its id */
    bool has_usage;        /* false: no rate yet; such a server is left out of the record */
    struct usage usage;
};

struct record {
    const char *host;
    int64_t at_ms; /* load time at the end of the interval */
    int64_t interval_ms;
    struct capacity capacity;
    struct usage usage; /* the host's own: its servers and the rest */
    struct server_record *servers;
    size_t servers_count;
};

/*
 * Put the recorded curves in the place of what was measured: the CPU of every server that has one,
 * memory where the file has it. The host's CPU becomes its recorded background and the servers
 * together; where that exceeds the capacity everything is cut in proportion, as a full host would.
 */
void record_play(struct record *record, const struct playback *playback);

/* Drop the servers that have no usage yet, keeping the order. */
void record_compact(struct record *record);

#endif
