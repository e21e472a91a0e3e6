#include "app.h"

#include <backup/file.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>

#include <string.h>
#include <uthash.h>

/* The newest record of a key. */
struct entry {
    char *id; /* topic's number, slash, key */
    enum nt_topic topic;
    uint8_t *value;
    size_t len;
    UT_hash_handle hh;
};

struct saving {
    struct link link;
    struct entry *entries;
};

static void entry_free(struct entry *entry)
{
    free(entry->id);
    free(entry->value);
    free(entry);
}

static void forget(struct saving *saving, struct entry *entry)
{
    HASH_DEL(saving->entries, entry); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
    entry_free(entry);
}

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    (void)err;
    struct saving *saving = arg;
    struct nt_arena arena;
    nt_arena_init(&arena);
    const char *id = nt_arena_printf(&arena, "%d/%s", (int)message->topic, message->key);
    struct entry *entry = NULL;
    HASH_FIND_STR(saving->entries, id, entry);
    if (entry != NULL)
        forget(saving, entry);
    if (message->value.len > 0) {
        entry = nt_zalloc(sizeof(*entry));
        entry->id = nt_strdup(id);
        entry->topic = message->topic;
        entry->len = message->value.len;
        entry->value = nt_zalloc(entry->len);
        memcpy(entry->value, message->value.data, entry->len);
        HASH_ADD_KEYPTR(hh, saving->entries, entry->id, strlen(entry->id), entry);
    }
    nt_arena_deinit(&arena);
    link_moved(&saving->link);
    return 0;
}

static void on_ready(void *arg)
{
    struct saving *saving = arg;
    nt_loop_quit(saving->link.loop, EXIT_SUCCESS);
}

static int write_all(const struct saving *saving, const char *cluster, FILE *out,
                     struct nt_error *err)
{
    struct backup_writer *writer = backup_writer_new(out, cluster, nt_wall_ms());
    for (struct entry *entry = saving->entries; entry != NULL; entry = entry->hh.next) {
        const struct backup_record record = {.topic = entry->topic,
                                             .key = strchr(entry->id, '/') + 1,
                                             .value = {.data = entry->value, .len = entry->len}};
        backup_writer_add(writer, &record);
    }
    int status = backup_writer_end(writer, err);
    if (status == 0)
        nt_log(NT_INFO, "backup_written", NT_KV("records", (int64_t)HASH_COUNT(saving->entries)));
    return status;
}

int save(const struct settings *settings, FILE *out, struct nt_error *err)
{
    struct saving saving = {0};
    int status = link_open(&saving.link, settings, err);
    if (status == 0) {
        link_read(&saving.link, on_message, on_ready, &saving);
        status = link_run(&saving.link, err);
    }
    if (status == 0)
        status = write_all(&saving, settings->cluster, out, err);
    while (saving.entries != NULL)
        forget(&saving, saving.entries); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
    link_close(&saving.link);
    return status;
}
