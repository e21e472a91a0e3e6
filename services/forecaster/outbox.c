#include "outbox.h"

#include <nt/memory.h>
#include <nt/topics.h>
#include <string.h>
#include <uthash.h>

enum { KEY_SIZE = 192 };

struct entry {
    char key[KEY_SIZE]; /* slot and host */
    char *host;
    struct nt_buf bytes;
    struct outbox *outbox;
    bool is_sent;    /* on its way */
    bool is_dropped; /* seen in the topic while on its way: freed when the answer comes */
    UT_hash_handle hh;
};

struct outbox {
    struct nt_producer *producer;
    struct entry *entries; /* in the order of closing */
    size_t lost;
    bool is_leading;
};

struct outbox *outbox_new(struct nt_producer *producer)
{
    struct outbox *outbox = nt_zalloc(sizeof(*outbox));
    outbox->producer = producer;
    return outbox;
}

static void free_entry(struct entry *entry)
{
    nt_buf_deinit(&entry->bytes);
    free(entry->host);
    free(entry);
}

static void remove_entry(struct outbox *outbox, struct entry *entry)
{
    HASH_DEL(outbox->entries, entry);
    if (entry->is_sent)
        entry->is_dropped = true;
    else
        free_entry(entry);
}

/* The producer is closed before us, so that nothing is on its way any more. */
void outbox_free(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    while (outbox->entries != NULL) {
        outbox->entries->is_sent = false;
        remove_entry(outbox, outbox->entries);
    }
    free(outbox);
}

static void on_sent(void *arg, int status)
{
    struct entry *entry = arg;
    entry->is_sent = false;
    if (entry->is_dropped) {
        free_entry(entry);
        return;
    }
    if (status == 0)
        remove_entry(entry->outbox, entry);
}

static void send_entry(struct outbox *outbox, struct entry *entry)
{
    if (entry->is_sent || !outbox->is_leading)
        return;
    const struct nt_record record = {
        .topic = NT_TOPIC_HOST_ROLLUP, .key = entry->host, .value = nt_buf_span(&entry->bytes)};
    entry->is_sent = true;
    if (nt_producer_send(outbox->producer, &record, on_sent, entry) < 0)
        entry->is_sent = false; /* the queue is full: outbox_retry() */
}

static void make_key(char key[KEY_SIZE], const char *host, int64_t slot)
{
    (void)snprintf(key, KEY_SIZE, "%lld %s", (long long)slot, host);
}

void outbox_add(struct outbox *outbox, const char *host, int64_t slot, struct nt_span bytes)
{
    char key[KEY_SIZE];
    make_key(key, host, slot);
    outbox_drop(outbox, host, slot);
    if (HASH_COUNT(outbox->entries) >= OUTBOX_MAX) {
        outbox->lost++;
        remove_entry(outbox, outbox->entries);
    }
    struct entry *entry = nt_zalloc(sizeof(*entry));
    memcpy(entry->key, key, sizeof(key));
    entry->host = nt_strdup(host);
    entry->outbox = outbox;
    (void)nt_buf_add(&entry->bytes, bytes.data, bytes.len); /* a record is far below the bound */
    HASH_ADD_STR(outbox->entries, key, entry);
    send_entry(outbox, entry);
}

void outbox_drop(struct outbox *outbox, const char *host, int64_t slot)
{
    char key[KEY_SIZE];
    struct entry *entry = NULL;
    make_key(key, host, slot);
    HASH_FIND_STR(outbox->entries, key, entry);
    if (entry != NULL)
        remove_entry(outbox, entry);
}

void outbox_retry(struct outbox *outbox)
{
    struct entry *entry, *next;
    HASH_ITER(hh, outbox->entries, entry, next)
    send_entry(outbox, entry);
}

void outbox_set_leading(struct outbox *outbox, bool is_leading)
{
    outbox->is_leading = is_leading;
    outbox_retry(outbox);
}

size_t outbox_waiting(const struct outbox *outbox)
{
    return HASH_COUNT(outbox->entries);
}

size_t outbox_lost(const struct outbox *outbox)
{
    return outbox->lost;
}
