/* A process as Kafka sees it (a bus, perhaps a group, a transaction, a view), and waiting for it.
 */
#ifndef STORY_H
#define STORY_H

#include <nt/bus.h>
#include <nt/contract.h>

#include <nt_cmocka.h>

struct story {
    struct nt_loop *loop; /* one for all */
    struct nt_bus *bus;
    struct nt_group *group;
    struct nt_txn *txn;
    struct nt_view *view;

    int32_t assigned; /* what on_assigned said last; -1: nothing yet, or lost */
    int assigned_count;
    int lost_count;
    char requests[1024]; /* "key;" in order */
    int64_t last_offset;

    bool is_txn_ready;
    int fatal_count;
    char fatal[512];
    int done_count;
    int last_status;

    bool is_view_ready;
    char seen[8192]; /* "key=value;" or "key!;" of the view, in order */
    size_t seen_count;
    size_t replays_count;
};

struct nt_loop *story_loop(void);
void story_open(struct story *story, struct nt_loop *loop);
void story_close(struct story *story);
void story_group(struct story *story);
void story_txn(struct story *story);
void story_view(struct story *story, enum nt_topic topic, int64_t newest_ms);
void story_close_view(struct story *story);
void story_close_group(struct story *story);

/* Write key=value to the topic in a transaction and wait for its end; its status. group: with the
 * offset of the last request. */
int story_commit(struct story *story, enum nt_topic topic, const char *key, const char *value,
                 bool with_offset);

/* Write key=value with a producer of its own and wait; its status. */
int story_send(struct story *story, enum nt_topic topic, const char *key, const char *value);

/* Turn the loop until is_so(story); false after timeout_ms. */
bool story_until(struct story *story, bool (*is_so)(void *arg), int timeout_ms);
void story_turn_for(struct story *story, int ms);

/* A word that no earlier run has written, with this one in front. */
const char *story_key(const char *word);

#endif
