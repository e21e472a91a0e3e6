/*
 * What every handler of the api works with: the fleet as we know it, and the ways to the outside.
 * Made by app.c, which owns all of it. Loop thread only.
 */
#ifndef API_DESK_H
#define API_DESK_H

#include <api/edge.h>
#include <api/fleet.h>
#include <api/history.h>
#include <api/passwords.h>
#include <api/recent.h>
#include <api/statics.h>
#include <api/tries.h>
#include <api/view.h>
#include <nt/bus.h>
#include <nt/cache.h>
#include <nt/http.h>

struct hub;
struct waits;
struct terminal;

struct desk {
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_bus *bus;
    struct nt_cache *cache;
    struct nt_http *http;
    struct nt_txn *txn;
    struct fleet fleet;
    struct recent *recent;
    struct history *history;
    struct passwords *passwords;
    struct tries *tries;
    struct statics *statics;
    struct edge *edge; /* NULL: this installation has none */
    struct hub *hub;
    struct waits *waits;
    struct terminal *terminals; /* that browsers have open */
    size_t terminals_count;
    size_t downloads_count;
    struct view_site site;
    const char *setup_token_file;
    const char *key;     /* the installation's */
    char self[64];       /* our own address, for the console: http://127.0.0.1:8080 */
    const char *openapi; /* the document */
    const char *asyncapi;
    int64_t session_ms;
    bool is_txn_ready;
    bool is_fleet_ready;     /* all that was there has been read */
    bool is_account_writing; /* one at a time, so that a name is given once and no change lost */
};

/* Can changes be written now? */
bool desk_can_write(const struct desk *desk);

/* The view of a reader now. */
struct view desk_view(const struct desk *desk, const char *user, bool is_admin);

#define DESK_RECORDS_MAX 100

struct desk_record {
    enum nt_topic topic;
    const char *key;
    const void *value; /* the topic's record; NULL: a tombstone */
};

/*
 * Write records in one transaction. What the api itself owns (accounts, sessions, templates) is in
 * the fleet before done is called. done may be NULL; status as of nt_txn_commit(), or -EINVAL for
 * what cannot be encoded. Copies everything.
 */
void desk_commit(struct desk *desk, const struct desk_record *records, size_t count,
                 const char *traceparent, void (*done)(void *arg, int status), void *arg);

/* Into the fleet at once, before it is written: for what must hold here from now on. */
void desk_apply(struct desk *desk, const struct desk_record *record);

#endif
