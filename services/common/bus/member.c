#include "private.h"

#include <stdatomic.h>

enum member_state { MEMBER_OUT, MEMBER_SETTLED, MEMBER_UNSETTLED, MEMBER_LOST };

struct bus_member {
    atomic_int refs; /* the group and each waiting commit */
    char *topic;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    enum member_state state;
    rd_kafka_consumer_group_metadata_t *metadata; /* of the last settled generation */
    int users;                                    /* transactions that lent metadata */
    struct bus_pump *pump; /* rung when the last of them leaves an unsettled group */
};

struct bus_member *bus_member_new(const char *topic, struct bus_pump *pump)
{
    struct bus_member *member = nt_zalloc(sizeof(*member));
    atomic_init(&member->refs, 1);
    member->topic = nt_strdup(topic);
    member->pump = pump;
    (void)pthread_mutex_init(&member->lock, NULL);
    (void)pthread_cond_init(&member->changed, NULL);
    return member;
}

struct bus_member *bus_member_ref(struct bus_member *member)
{
    (void)atomic_fetch_add(&member->refs, 1);
    return member;
}

void bus_member_unref(struct bus_member *member)
{
    if (member == NULL || atomic_fetch_sub(&member->refs, 1) > 1)
        return;
    if (member->metadata != NULL)
        rd_kafka_consumer_group_metadata_destroy(member->metadata);
    (void)pthread_cond_destroy(&member->changed);
    (void)pthread_mutex_destroy(&member->lock);
    free(member->topic);
    free(member);
}

const char *bus_member_topic(const struct bus_member *member)
{
    return member->topic;
}

static void enter_state(struct bus_member *member, enum member_state state)
{
    member->state = state;
    (void)pthread_cond_broadcast(&member->changed);
}

void bus_member_settle(struct bus_member *member, rd_kafka_consumer_group_metadata_t *metadata)
{
    (void)pthread_mutex_lock(&member->lock);
    if (member->metadata != NULL)
        rd_kafka_consumer_group_metadata_destroy(member->metadata);
    member->metadata = metadata;
    enter_state(member, MEMBER_SETTLED);
    (void)pthread_mutex_unlock(&member->lock);
}

bool bus_member_unsettle(struct bus_member *member)
{
    (void)pthread_mutex_lock(&member->lock);
    enter_state(member, MEMBER_UNSETTLED);
    bool is_used = member->users > 0;
    (void)pthread_mutex_unlock(&member->lock);
    return is_used;
}

void bus_member_lose(struct bus_member *member)
{
    (void)pthread_mutex_lock(&member->lock);
    enter_state(member, MEMBER_LOST);
    (void)pthread_mutex_unlock(&member->lock);
}

void bus_member_detach(struct bus_member *member)
{
    (void)pthread_mutex_lock(&member->lock);
    member->pump = NULL;
    enter_state(member, MEMBER_LOST);
    (void)pthread_mutex_unlock(&member->lock);
}

const rd_kafka_consumer_group_metadata_t *bus_member_enter(struct bus_member *member)
{
    const rd_kafka_consumer_group_metadata_t *metadata = NULL;
    (void)pthread_mutex_lock(&member->lock);
    /* The group gives up an endless rebalance by itself: this ends. */
    while (member->state == MEMBER_OUT || member->state == MEMBER_UNSETTLED)
        (void)pthread_cond_wait(&member->changed, &member->lock);
    if (member->state == MEMBER_SETTLED) {
        metadata = member->metadata;
        member->users++;
    }
    (void)pthread_mutex_unlock(&member->lock);
    return metadata;
}

void bus_member_leave(struct bus_member *member)
{
    (void)pthread_mutex_lock(&member->lock);
    member->users--;
    if (member->users == 0 && member->state == MEMBER_UNSETTLED && member->pump != NULL)
        bus_pump_ring(member->pump);
    (void)pthread_mutex_unlock(&member->lock);
}
