/*
 * Samples of a host become five-minute slots: mean, maximum, count, for the host and each server.
 *
 * A slot is closed when it is surely complete: a later sample came, or the clock has passed its end
 * by the lateness, or it is wholly covered. Once closed it is final, so that reading the same
 * samples again changes nothing. History that is written afterwards fills slots that are still
 * gaps. Loop thread only.
 */
#ifndef FORECASTER_ROLLUP_H
#define FORECASTER_ROLLUP_H

#include <forecaster/slots.h>
#include <nt/cleanup.h>
#include <nt/error.h>
#include <stddef.h>

enum {
    ROLLUP_OPEN_MAX = 32,      /* open slots of one host; beyond, the longest untouched is closed */
    ROLLUP_SPANS_MAX = 12,     /* slots that one sample may span */
    ROLLUP_SERVERS_MAX = 2000, /* servers in one slot of one host; the rest is not told apart */
    ROLLUP_INTERVAL_MAX_MS = 3600000,
    ROLLUP_LATENESS_MS = 10000, /* load time that a sample may come after its slot's end */
    ROLLUP_IDLE_MS = 5000,      /* wall time after which a slot of the past gets no more */
};

struct use {
    double cpu_milli;
    double mem_bytes;
    double net_rx_bps, net_tx_bps;
};

struct sample_server {
    const char *server;
    struct use use;
};

/* Borrowed for the call. */
struct sample {
    const char *host;
    int64_t at_ms; /* load time at the end of the interval */
    int64_t interval_ms;
    double cpu_capacity_milli, mem_capacity_bytes;
    struct use use;
    const struct sample_server *servers;
    size_t servers_count;
};

struct roll {
    struct use mean;
    double cpu_milli_max, mem_bytes_max;
    int32_t samples;
};

struct server_roll {
    char *server;
    struct roll roll;
};

/* One closed slot; owns its servers. */
struct slot_roll {
    int64_t slot;
    double cpu_capacity_milli, mem_capacity_bytes;
    struct roll host;
    struct server_roll *servers;
    size_t servers_count;
};

void slot_roll_free(struct slot_roll *roll);
NT_DEFINE_CLEANUP(struct slot_roll *, slot_roll_free);

struct rollup; /* of one host */

struct rollup *rollup_new(void);
void rollup_free(struct rollup *rollup);

/* After every rollup_add() call rollup_take() until it has no more.
 * 0, or -EINVAL (interval, numbers or ids that cannot be). The caller refuses closed slots first.
 */
int rollup_add(struct rollup *rollup, const struct sample *sample, int64_t wall_ms);

/* The oldest slot that is complete by now, or NULL. load_ms is load time now. The caller owns it.
 */
struct slot_roll *rollup_take(struct rollup *rollup, int64_t load_ms, int64_t wall_ms);

/* Throw away what is open of a slot: it has been closed elsewhere. */
void rollup_drop(struct rollup *rollup, int64_t slot);

/* End of the newest sample, load time; INT64_MIN before the first. */
int64_t rollup_newest_ms(const struct rollup *rollup);

#endif
