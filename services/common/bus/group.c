/*
 * A member of a consumer group. When others come or go, the eager protocol takes every partition
 * from everybody and deals them anew; a holder that gets its own back has lost nothing and is not
 * told. Members are dealt partitions in the order of their ids, which begin with client.id, which
 * holds a UUIDv7: so the older keeps what it has. Nobody else can hold a partition before we have
 * given it up or were thrown out, so the kept one is read on from where we were.
 */
#include "private.h"

#include <nt/clock.h>
#include <nt/log.h>

#include <assert.h>

enum { SESSION_MS = 6000, NOT_TOLD = -1 };

struct part {
    int32_t partition;
    int64_t next; /* all below it is delivered; a negative logical offset before the first */
};

struct nt_group {
    struct bus_reader reader; /* first */
    struct nt_group_options options;
    struct bus_member *member;
    struct bus_waiter *waiter;
    struct part *parts; /* held, or about to be dealt anew */
    int count;
    int told_count; /* last on_assigned; NOT_TOLD at first and after on_lost */
    bool is_paused;
    bool is_revoking;    /* a transaction with our offsets is under way: give up after it */
    bool must_tell_lost; /* callbacks wait for the end of the batch: they may close us */
    bool must_tell_assigned;
    int dead_count; /* dead letters on their way: no offset is stored before they arrived */
    struct nt_timer *unsettled_timer;
    bool is_freed;
};

static const char *topic_name(const struct nt_group *group)
{
    return nt_topics[group->options.topic].name;
}

static rd_kafka_topic_partition_list_t *list_of(const struct nt_group *group)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(group->count);
    for (int i = 0; i < group->count; i++)
        rd_kafka_topic_partition_list_add(list, topic_name(group), group->parts[i].partition)
            ->offset = group->parts[i].next;
    return list;
}

/* --- assignment ------------------------------------------------------------------------------- */

static struct part *find(struct nt_group *group, int32_t partition)
{
    for (int i = 0; i < group->count; i++) {
        if (group->parts[i].partition == partition)
            return &group->parts[i];
    }
    return NULL;
}

static void lose(struct nt_group *group)
{
    nt_timer_stop(group->unsettled_timer);
    bus_member_lose(group->member);
    if (group->told_count > 0)
        group->must_tell_lost = true;
    group->count = 0;
}

static void on_unsettled_too_long(void *arg)
{
    struct nt_group *group = arg;
    lose(group);
    bus_pump_ring(&group->reader.pump);
}

static void apply_pause(struct nt_group *group)
{
    rd_kafka_topic_partition_list_t *list = list_of(group);
    (void)(group->is_paused ? rd_kafka_pause_partitions(group->reader.rk, list)
                            : rd_kafka_resume_partitions(group->reader.rk, list));
    rd_kafka_topic_partition_list_destroy(list);
}

static void on_dealt(struct nt_group *group, rd_kafka_topic_partition_list_t *dealt)
{
    struct part *parts = nt_zalloc(((size_t)dealt->cnt + 1) * sizeof(*parts));
    int kept = 0;
    for (int i = 0; i < dealt->cnt; i++) {
        const struct part *before = find(group, dealt->elems[i].partition);
        if (before != NULL) {
            kept++;
            dealt->elems[i].offset = before->next;
        }
        parts[i] = (struct part){dealt->elems[i].partition, dealt->elems[i].offset};
    }
    if (kept < group->count)
        lose(group);
    free(group->parts);
    group->parts = parts;
    group->count = dealt->cnt;
    nt_timer_stop(group->unsettled_timer);
    (void)rd_kafka_assign(group->reader.rk, dealt); /* as dealt: cannot be nonsense */
    if (group->is_paused)
        apply_pause(group);
    bus_member_settle(group->member, rd_kafka_consumer_group_metadata(group->reader.rk));
    group->must_tell_assigned = true;
}

static void give_up(struct nt_group *group)
{
    group->is_revoking = false;
    group->reader.is_held = false;
    (void)rd_kafka_assign(group->reader.rk, NULL);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *dealt, void *arg)
{
    struct nt_group *group = arg;
    if (group->reader.is_closed) { /* on the clerk's thread, leaving */
        (void)rd_kafka_assign(rk, NULL);
    } else if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_dealt(group, dealt);
    } else if (rd_kafka_assignment_lost(rk)) {
        lose(group);
        give_up(group);
    } else if (bus_member_unsettle(group->member)) {
        group->is_revoking = true; /* the transaction's end rings */
        group->reader.is_held = true;
    } else {
        give_up(group);
    }
    if (!group->reader.is_closed && code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS &&
        group->count > 0)
        nt_timer_start(group->unsettled_timer, 2UL * group->options.session_timeout_ms, 0);
}

/* --- offsets ---------------------------------------------------------------------------------- */

static void store(struct nt_group *group)
{
    if (group->options.is_transactional || group->dead_count > 0 || group->count == 0)
        return;
    rd_kafka_topic_partition_list_t *list = list_of(group);
    for (int i = list->cnt - 1; i >= 0; i--) {
        if (list->elems[i].offset < 0)
            (void)rd_kafka_topic_partition_list_del_by_idx(list, i);
    }
    (void)rd_kafka_offsets_store(group->reader.rk, list); /* refused for what was taken just now */
    rd_kafka_topic_partition_list_destroy(list);
}

static void free_group(struct nt_group *group)
{
    if (group->dead_count > 0 || !group->is_freed)
        return; /* the last of the two frees */
    free(group->parts);
    free(group);
}

static void on_dead_sent(void *arg, int status)
{
    struct nt_group *group = arg;
    (void)status; /* failed: counted; holding the offset back would block everything behind it */
    group->dead_count--;
    if (group->is_freed)
        free_group(group);
    else if (!group->reader.is_closed)
        store(group);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void on_event(struct bus_reader *reader, const rd_kafka_message_t *message)
{
    struct nt_group *group = (struct nt_group *)reader;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        nt_log(NT_DEBUG, "group_error", NT_KV("reason", rd_kafka_message_errstr(message)));
        return;
    }
    struct part *part = find(group, message->partition);
    if (part == NULL)
        return; /* of an assignment that is over */
    part->next = message->offset + 1;
    group->dead_count++; /* on_dead_sent() counts back, perhaps before deliver returns */
    if (!bus_reader_deliver(reader, message, group->options.topic, false, on_dead_sent, group))
        group->dead_count--;
}

static void tell(struct nt_group *group)
{
    if (group->must_tell_lost) {
        group->must_tell_lost = false;
        group->told_count = NOT_TOLD;
        if (group->options.on_lost != NULL)
            group->options.on_lost(group->options.arg);
    }
    if (group->reader.is_closed || !group->must_tell_assigned)
        return;
    group->must_tell_assigned = false;
    if (group->told_count == group->count)
        return;
    group->told_count = group->count;
    if (group->options.on_assigned != NULL)
        group->options.on_assigned(group->options.arg, group->count);
}

static void count_lag(struct nt_group *group)
{
    int64_t lag = 0;
    for (int i = 0; i < group->count; i++) {
        int64_t low = 0;
        int64_t high = 0;
        if (group->parts[i].next >= 0 &&
            rd_kafka_get_watermark_offsets(group->reader.rk, topic_name(group),
                                           group->parts[i].partition, &low,
                                           &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
            high > group->parts[i].next)
            lag += high - group->parts[i].next;
    }
    bus_lag(&group->reader.bus->numbers, group->options.topic, lag);
}

static void on_turn(struct bus_reader *reader)
{
    struct nt_group *group = (struct nt_group *)reader;
    if (group->is_revoking && !bus_member_unsettle(group->member)) {
        give_up(group);
        bus_pump_ring(&reader->pump); /* nothing was polled in this turn */
    }
    store(group);
    count_lag(group);
    tell(group);
}

/* --- life ------------------------------------------------------------------------------------- */

static void on_topics(void *arg, const int *partitions)
{
    (void)partitions;
    struct nt_group *group = arg;
    group->waiter = NULL;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic_name(group), RD_KAFKA_PARTITION_UA);
    (void)rd_kafka_subscribe(group->reader.rk, list); /* fails on an invalid name only */
    rd_kafka_topic_partition_list_destroy(list);
}

static void on_freed(struct bus_reader *reader)
{
    struct nt_group *group = (struct nt_group *)reader;
    group->is_freed = true;
    free_group(group);
}

int nt_group_open(struct nt_bus *bus, const struct nt_group_options *options,
                  struct nt_group **ret_group, struct nt_error *err)
{
    struct nt_group *group = nt_zalloc(sizeof(*group));
    group->options = *options;
    if (options->session_timeout_ms == 0)
        group->options.session_timeout_ms = SESSION_MS;
    group->told_count = NOT_TOLD;
    group->reader = (struct bus_reader){.on_message = options->on_message,
                                        .arg = options->arg,
                                        .on_event = on_event,
                                        .on_turn = on_turn,
                                        .freed = on_freed,
                                        .leaves = true};
    char session[16];
    char heartbeat[16];
    (void)snprintf(session, sizeof(session), "%u", group->options.session_timeout_ms);
    (void)snprintf(heartbeat, sizeof(heartbeat), "%u", group->options.session_timeout_ms / 6);
    const struct bus_property properties[] = {
        {"group.id", options->group},
        {"session.timeout.ms", session},
        {"heartbeat.interval.ms", heartbeat},
        {"max.poll.interval.ms", "60000"}, /* a loop that hangs for so long is dead */
        {"partition.assignment.strategy", "range"},
        {"enable.auto.commit", options->is_transactional ? "false" : "true"},
        {"auto.commit.interval.ms", "5000"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "earliest"},
        {"isolation.level", "read_committed"},
        {"queued.min.messages", "1000"},
        {"queued.max.messages.kbytes", "16384"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = bus_conf_new(bus, properties);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_opaque(conf, group);
    group->member = bus_member_new(nt_topics[options->topic].name, &group->reader.pump);
    group->unsettled_timer = nt_timer_new(bus->loop, on_unsettled_too_long, group);
    int status = bus_reader_open(&group->reader, bus, conf, err);
    if (status < 0) {
        nt_timer_free(group->unsettled_timer);
        bus_member_unref(group->member);
        free(group);
        return nt_wrap(err, "group %s", options->group);
    }
    group->waiter = bus_topics_wait(bus, &options->topic, 1, on_topics, group);
    *ret_group = group;
    return 0;
}

void nt_group_close(struct nt_group *group)
{
    if (group == NULL)
        return;
    store(group);
    if (group->waiter != NULL)
        bus_topics_cancel(group->reader.bus, group->waiter);
    nt_timer_free(group->unsettled_timer);
    bus_member_detach(group->member);
    bus_member_unref(group->member);
    if (group->is_revoking)
        give_up(group);
    bus_reader_close(&group->reader);
}

void nt_group_pause(struct nt_group *group)
{
    if (group->is_paused)
        return;
    group->is_paused = true;
    apply_pause(group);
}

void nt_group_resume(struct nt_group *group)
{
    if (!group->is_paused)
        return;
    group->is_paused = false;
    apply_pause(group);
}

struct bus_member *bus_group_member(struct nt_group *group)
{
    return group->member;
}
