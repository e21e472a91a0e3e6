/* Private to the hub: its readers, and what an event says to one of them. */
#ifndef API_HUB_PRIVATE_H
#define API_HUB_PRIVATE_H

#include <api/hub.h>

struct event {
    int64_t number;
    int64_t at_ms; /* wall time when it was told */
    enum hub_kind kind;
    char *key;
};

struct reader {
    struct hub *hub;
    struct reader *next;
    struct nt_stream *stream;
    char *user;
    char *session; /* hash: the stream ends with it */
    bool is_admin;
    enum nt_language language;
};

struct hub {
    struct desk *desk;
    struct reader *readers;
    size_t readers_count;
    struct nt_timer *gather;
    struct nt_timer *loads;
    struct nt_timer *beat;
    int64_t boot_ms;             /* names this run: numbers of another mean nothing */
    int64_t next_number;         /* from 1 */
    int64_t sent_number;         /* up to which events have gone out */
    struct event kept[HUB_KEPT]; /* by number mod HUB_KEPT */
    struct nt_metric *readers_metric;
};

#define HUB_NAMES 9
extern const struct hub_say {
    const char *name;
    /* A new reference; NULL: not for this reader. */
    json_t *(*data)(const struct reader *reader, const struct view *view, const char *key);
} hub_says[HUB_NAMES]; /* by enum hub_kind */

/* data is taken. id "": none. A reader that is too slow is ended by the stream itself. */
void hub_write(struct reader *reader, const char *name, const char *id, json_t *data);

/* One event of the ring, where its reader may see it. */
void hub_write_kept(struct reader *reader, const struct event *event);

struct event *hub_kept(struct hub *hub, int64_t number);
int64_t hub_oldest(const struct hub *hub);

/* Is the same thing told again later, before until? */
bool hub_is_told_later(struct hub *hub, int64_t number, int64_t until);

/* hub_replay.c: what came after the event with this id. */
void hub_replay(struct reader *reader, const char *last_id);

#endif
