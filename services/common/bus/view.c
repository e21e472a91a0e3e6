/*
 * A view: wait until all its topics exist, assign all their partitions, deliver for ever. Once a
 * second the clerk asks Kafka where the partitions end. On a busy machine its answer may overtake
 * the records before that end, so the ends are kept until all is delivered.
 */
#include "private.h"

#include <nt/clock.h>
#include <nt/log.h>

#include <string.h>

enum { END_MS = 1000, END_TIMEOUT_MS = 1000, END_OLD_MS = 2000 };

struct part {
    enum nt_topic topic;
    int32_t partition;
    int64_t next;      /* all offsets below it are delivered; 0 before the first */
    int64_t first_end; /* the high watermark when reading began; -1: not known yet */
    int64_t end;       /* where Kafka said that it ends, when it was last asked */
    bool is_caught_up; /* once at the end, or at first_end */
};

struct nt_view {
    struct bus_reader reader; /* first */
    struct nt_view_options options;
    enum nt_topic topics[NT_TOPIC_COUNT];
    struct bus_waiter *waiter;
    struct part *parts;
    size_t count;
    size_t behind_count; /* parts not caught up */
    bool is_ready;
    bool is_assigned;
    struct nt_timer *timer;  /* for the next question */
    size_t asks_count;       /* of ours under way at the clerk */
    int64_t asked_mono_ms;   /* when `end` of all parts was asked for; 0: all of it is delivered */
    int64_t current_mono_ms; /* Kafka was asked then, and all it had is delivered; 0: never */
    bool is_freed;
};

/* A question to Kafka about all partitions of a view. */
struct ask {
    struct bus_job job; /* first */
    struct nt_view *view;
    rd_kafka_topic_partition_list_t *list; /* offset in: a time or END; out: the offset */
    int64_t asked_mono_ms;
    rd_kafka_resp_err_t code;
    void (*answered)(struct nt_view *view, struct ask *ask);
};

static void free_view(struct nt_view *view)
{
    if (view->asks_count > 0 || !view->is_freed)
        return; /* the last of the two frees */
    free(view->parts);
    free(view);
}

static void on_freed(struct bus_reader *reader)
{
    struct nt_view *view = (struct nt_view *)reader;
    view->is_freed = true;
    free_view(view);
}

static void ask_work(struct bus_job *job)
{
    struct ask *ask = (struct ask *)job;
    ask->code = rd_kafka_offsets_for_times(ask->view->reader.rk, ask->list, END_TIMEOUT_MS);
}

static void ask_done(struct bus_job *job)
{
    struct ask *ask = (struct ask *)job;
    struct nt_view *view = ask->view;
    view->asks_count--;
    if (!job->was_skipped && !view->reader.is_closed)
        ask->answered(view, ask);
    rd_kafka_topic_partition_list_destroy(ask->list);
    free(ask);
    free_view(view);
}

/* The clerk works in order: a client that is retired later is still there for this question. */
static void ask(struct nt_view *view, int64_t offset,
                void (*answered)(struct nt_view *view, struct ask *ask))
{
    struct ask *ask = nt_zalloc(sizeof(*ask));
    ask->job = (struct bus_job){.work = ask_work, .done = ask_done};
    ask->view = view;
    ask->answered = answered;
    ask->asked_mono_ms = nt_mono_ms();
    ask->list = rd_kafka_topic_partition_list_new((int)view->count);
    for (size_t i = 0; i < view->count; i++)
        rd_kafka_topic_partition_list_add(ask->list, nt_topics[view->parts[i].topic].name,
                                          view->parts[i].partition)
            ->offset = offset;
    view->asks_count++;
    bus_clerk_post(view->reader.bus->clerk, &ask->job);
}

/* --- where does it end? ----------------------------------------------------------------------- */

static void note_current(struct nt_view *view)
{
    if (view->asked_mono_ms == 0)
        return;
    for (size_t i = 0; i < view->count; i++) {
        if (view->parts[i].next < view->parts[i].end)
            return;
    }
    view->current_mono_ms = view->asked_mono_ms;
    view->asked_mono_ms = 0;
}

static void on_end(struct nt_view *view, struct ask *ask)
{
    nt_timer_start(view->timer, END_MS, 0);
    if (ask->code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    bus_answered(view->reader.bus);
    int64_t lag[NT_TOPIC_COUNT] = {0};
    bool is_whole = true;
    for (size_t i = 0; i < view->count; i++) {
        struct part *part = &view->parts[i];
        const rd_kafka_topic_partition_t *end = &ask->list->elems[i];
        if (end->err != RD_KAFKA_RESP_ERR_NO_ERROR || end->offset < 0) {
            is_whole = false;
            continue;
        }
        part->end = end->offset;
        if (part->end > part->next)
            lag[part->topic] += part->end - part->next;
    }
    for (size_t i = 0; i < view->options.topics_count; i++)
        bus_lag(&view->reader.bus->numbers, view->topics[i], lag[view->topics[i]]);
    view->asked_mono_ms = is_whole ? ask->asked_mono_ms : 0;
    note_current(view);
}

static void ask_end(struct nt_view *view)
{
    ask(view, RD_KAFKA_OFFSET_END, on_end);
}

/* --- reading ---------------------------------------------------------------------------------- */

static struct part *find(struct nt_view *view, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < view->count; i++) {
        struct part *part = &view->parts[i];
        if (part->partition == partition && strcmp(nt_topics[part->topic].name, topic) == 0)
            return part;
    }
    return NULL;
}

static void caught_up(struct nt_view *view, struct part *part)
{
    if (!part->is_caught_up) {
        part->is_caught_up = true;
        view->behind_count--;
    }
}

static void on_event(struct bus_reader *reader, const rd_kafka_message_t *message)
{
    struct nt_view *view = (struct nt_view *)reader;
    struct part *part = message->rkt == NULL
                            ? NULL
                            : find(view, rd_kafka_topic_name(message->rkt), message->partition);
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && part != NULL) {
        part->next = message->offset;
        caught_up(view, part);
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        nt_log(NT_DEBUG, "view_error", NT_KV("reason", rd_kafka_message_errstr(message)));
    } else if (part != NULL) {
        if (part->first_end < 0) {
            int64_t low = 0;
            int64_t high = -1;
            if (rd_kafka_get_watermark_offsets(reader->rk, nt_topics[part->topic].name,
                                               part->partition, &low,
                                               &high) == RD_KAFKA_RESP_ERR_NO_ERROR)
                part->first_end = high;
        }
        bool is_replay = !part->is_caught_up;
        part->next = message->offset + 1;
        (void)bus_reader_deliver(reader, message, part->topic, is_replay, NULL, NULL);
        /* A topic that is written all the time may never report its end. */
        if (part->first_end >= 0 && part->next >= part->first_end)
            caught_up(view, part);
    }
}

static void on_turn(struct bus_reader *reader)
{
    struct nt_view *view = (struct nt_view *)reader;
    note_current(view);
    if (view->is_ready || !view->is_assigned || view->behind_count > 0)
        return;
    view->is_ready = true;
    if (view->options.on_ready != NULL)
        view->options.on_ready(view->options.arg);
}

/* --- beginning -------------------------------------------------------------------------------- */

static void assign(struct nt_view *view, const rd_kafka_topic_partition_list_t *list)
{
    (void)rd_kafka_assign(view->reader.rk, list); /* fails on nonsense only: a wrong name, say */
    view->is_assigned = true;
    ask_end(view);
}

static void on_times(struct nt_view *view, struct ask *ask)
{
    bool is_good = ask->code == RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int i = 0; i < ask->list->cnt && is_good; i++) {
        rd_kafka_topic_partition_t *at = &ask->list->elems[i];
        is_good = at->err == RD_KAFKA_RESP_ERR_NO_ERROR;
        if (at->offset < 0)
            at->offset = RD_KAFKA_OFFSET_END; /* nothing is that young */
    }
    if (is_good)
        assign(view, ask->list);
    else
        nt_timer_start(view->timer, END_MS, 0); /* begin again */
}

static void begin(struct nt_view *view)
{
    int64_t newest_ms = view->options.newest_ms;
    if (newest_ms > 0) {
        ask(view, nt_wall_ms() - newest_ms, on_times);
        return;
    }
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)view->count);
    for (size_t i = 0; i < view->count; i++)
        rd_kafka_topic_partition_list_add(list, nt_topics[view->parts[i].topic].name,
                                          view->parts[i].partition)
            ->offset = newest_ms == NT_VIEW_END ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
    assign(view, list);
    rd_kafka_topic_partition_list_destroy(list);
}

static void on_time(void *arg)
{
    struct nt_view *view = arg;
    if (view->is_assigned)
        ask_end(view);
    else
        begin(view);
}

static void on_topics(void *arg, const int *partitions)
{
    struct nt_view *view = arg;
    view->waiter = NULL;
    for (size_t i = 0; i < view->options.topics_count; i++)
        view->count += (size_t)partitions[i];
    view->parts = nt_zalloc(view->count * sizeof(*view->parts));
    size_t at = 0;
    for (size_t i = 0; i < view->options.topics_count; i++) {
        for (int partition = 0; partition < partitions[i]; partition++)
            view->parts[at++] =
                (struct part){.topic = view->topics[i], .partition = partition, .first_end = -1};
    }
    view->behind_count = view->count;
    begin(view);
}

int nt_view_open(struct nt_bus *bus, const struct nt_view_options *options,
                 struct nt_view **ret_view, struct nt_error *err)
{
    if (options->topics_count == 0 || options->topics_count > NT_TOPIC_COUNT)
        return nt_fail(err, -EINVAL, "a view of %zu topics", options->topics_count);
    struct nt_view *view = nt_zalloc(sizeof(*view));
    view->options = *options;
    memcpy(view->topics, options->topics, options->topics_count * sizeof(view->topics[0]));
    view->reader = (struct bus_reader){.on_message = options->on_message,
                                       .arg = options->arg,
                                       .on_event = on_event,
                                       .on_turn = on_turn,
                                       .freed = on_freed};
    const struct bus_property properties[] = {
        {"group.id", bus->name}, /* assign() wants one; nothing is committed */
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "earliest"},
        {"enable.partition.eof", "true"},
        {"isolation.level", "read_committed"},
        {"queued.min.messages", "10000"},
        {"queued.max.messages.kbytes", "16384"},
        {NULL, NULL},
    };
    int status = bus_reader_open(&view->reader, bus, bus_conf_new(bus, properties), err);
    if (status < 0) {
        free(view);
        return status;
    }
    view->timer = nt_timer_new(bus->loop, on_time, view);
    view->waiter = bus_topics_wait(bus, view->topics, options->topics_count, on_topics, view);
    *ret_view = view;
    return 0;
}

void nt_view_close(struct nt_view *view)
{
    if (view == NULL)
        return;
    if (view->waiter != NULL)
        bus_topics_cancel(view->reader.bus, view->waiter);
    nt_timer_free(view->timer);
    bus_reader_close(&view->reader);
}

bool nt_view_is_ready(const struct nt_view *view)
{
    return view->is_ready;
}

int64_t nt_view_current_mono_ms(const struct nt_view *view)
{
    return view->is_ready ? view->current_mono_ms : 0;
}

bool nt_view_is_current(const struct nt_view *view)
{
    int64_t current_mono_ms = nt_view_current_mono_ms(view);
    return current_mono_ms != 0 && nt_mono_ms() - current_mono_ms <= END_OLD_MS;
}

int64_t nt_view_offset(const struct nt_view *view, enum nt_topic topic)
{
    for (size_t i = 0; i < view->count; i++) {
        if (view->parts[i].topic == topic && view->parts[i].partition == 0)
            return view->parts[i].next;
    }
    return 0;
}
