#include <backup/file.h>

#include "format.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <jansson.h>
#include <sodium.h>
#include <string.h>

struct reader {
    FILE *in;
    char *line;
    size_t line_size;
    int64_t number; /* of the line, from 1 */
    crypto_hash_sha256_state digest;
    struct backup *backup;
    struct nt_arena scratch; /* for one record's decoded form */
};

static int bad(const struct reader *reader, struct nt_error *err, const char *what)
{
    return nt_fail(err, -EBADMSG, "line %lld: %s", (long long)reader->number, what);
}

/* The next line as an object. 1, 0 at the end of the file, or an error. */
static int next_line(struct reader *reader, json_t **ret_line, size_t *ret_len,
                     struct nt_error *err)
{
    reader->number++;
    ssize_t len = getline(&reader->line, &reader->line_size, reader->in);
    if (len < 0)
        return ferror(reader->in) ? nt_fail(err, -EIO, "cannot read it: %s", strerror(errno)) : 0;
    if (len > FORMAT_LINE_MAX)
        return nt_fail(err, -EMSGSIZE, "line %lld is too long", (long long)reader->number);
    json_error_t story;
    *ret_line = json_loadb(reader->line, (size_t)len, JSON_REJECT_DUPLICATES, &story);
    *ret_len = (size_t)len;
    if (!json_is_object(*ret_line)) {
        json_decref(*ret_line);
        return bad(reader, err, "no JSON object");
    }
    return 1;
}

static int read_head(struct reader *reader, struct nt_error *err)
{
    json_t *line = NULL;
    size_t len = 0;
    int status = next_line(reader, &line, &len, err);
    if (status == 0)
        return nt_fail(err, -EBADMSG, "the file is empty");
    if (status < 0)
        return nt_fail(err, status, "this is no backup of Neaptide");
    int version = 0;
    const char *cluster = NULL;
    json_int_t at_ms = 0;
    if (json_unpack(line, "{s:i, s:s, s:I}", FORMAT_NAME, &version, "cluster", &cluster, "at_ms",
                    &at_ms) != 0)
        status = nt_fail(err, -EBADMSG, "this is no backup of Neaptide");
    else if (version != FORMAT_VERSION)
        status = nt_fail(err, -EPROTO, "a newer version made it (format %d)", version);
    else
        status = 0;
    reader->backup->cluster = nt_arena_text(&reader->backup->arena, cluster);
    reader->backup->at_ms = at_ms;
    (void)crypto_hash_sha256_update(&reader->digest, (const uint8_t *)reader->line, len);
    json_decref(line);
    return status;
}

/* Does this program understand the value? */
static int check_value(struct reader *reader, const struct backup_record *record,
                       struct nt_error *err)
{
    const struct nt_record_info *info = NULL;
    void *decoded = NULL;
    nt_arena_reset(&reader->scratch);
    int status =
        nt_topic_decode(record->topic, &reader->scratch, record->value, &info, &decoded, err);
    return status < 0 ? nt_wrap(err, "line %lld, %s of %s", (long long)reader->number, record->key,
                                nt_topics[record->topic].name)
                      : 0;
}

static int add_record(struct reader *reader, json_t *line, struct nt_error *err)
{
    struct backup *backup = reader->backup;
    const char *topic = NULL;
    const char *key = NULL;
    const char *value = NULL;
    size_t value_len = 0;
    if (json_unpack(line, "{s:s, s:s, s:s%}", "topic", &topic, "key", &key, "value", &value,
                    &value_len) != 0 ||
        key[0] == '\0')
        return bad(reader, err, "neither a record nor the end");
    int found = nt_topic_find(topic);
    if (found < 0)
        return nt_fail(err, -EPROTO, "line %lld: a newer version made it (topic %s)",
                       (long long)reader->number, topic);
    if (!nt_topics[found].is_compact)
        return bad(reader, err, "a topic that no backup holds");
    if (backup->records_count == BACKUP_RECORDS_MAX)
        return nt_fail(err, -EMSGSIZE, "more than %d records", BACKUP_RECORDS_MAX);
    uint8_t *bytes = nt_arena_alloc(&backup->arena, value_len);
    struct backup_record record = {.topic = (enum nt_topic)found,
                                   .key = nt_arena_text(&backup->arena, key),
                                   .value = {.data = bytes}};
    if (sodium_base642bin(bytes, value_len, value, value_len, NULL, &record.value.len, NULL,
                          FORMAT_BASE64) != 0)
        return bad(reader, err, "the value is no base64");
    int status = check_value(reader, &record, err);
    if (status < 0)
        return status;
    nt_vec_push(backup->records, backup->records_count, backup->records_capacity) = record;
    return 0;
}

static int check_end(struct reader *reader, json_t *line, struct nt_error *err)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(digest) + 1];
    (void)crypto_hash_sha256_final(&reader->digest, digest);
    nt_hex(digest, sizeof(digest), hex);
    json_int_t records = 0;
    const char *sha256 = NULL;
    if (json_unpack(line, "{s:I, s:s}", "records", &records, "sha256", &sha256) != 0 ||
        records != (json_int_t)reader->backup->records_count || !nt_text_is(hex, sha256))
        return nt_fail(err, -EBADMSG, "the file was changed or damaged: its sum is not right");
    return fgetc(reader->in) == EOF ? 0 : bad(reader, err, "more after the end");
}

static int read_records(struct reader *reader, struct nt_error *err)
{
    for (;;) {
        json_t *line = NULL;
        size_t len = 0;
        int status = next_line(reader, &line, &len, err);
        if (status < 0)
            return status;
        if (status == 0)
            return nt_fail(err, -EBADMSG, "the file was cut short: it has no end");
        bool is_end = json_object_get(line, "sha256") != NULL;
        status = is_end ? check_end(reader, line, err) : add_record(reader, line, err);
        json_decref(line);
        if (status < 0 || is_end)
            return status;
        (void)crypto_hash_sha256_update(&reader->digest, (const uint8_t *)reader->line, len);
    }
}

int backup_read(FILE *in, struct backup **ret_backup, struct nt_error *err)
{
    NT_CLEANUP(backup_free_p) struct backup *backup = nt_zalloc(sizeof(*backup));
    nt_arena_init(&backup->arena);
    struct reader reader = {.in = in, .backup = backup};
    nt_arena_init(&reader.scratch);
    (void)crypto_hash_sha256_init(&reader.digest);
    int status = read_head(&reader, err);
    if (status == 0)
        status = read_records(&reader, err);
    free(reader.line);
    nt_arena_deinit(&reader.scratch);
    if (status == 0)
        *ret_backup = nt_take(backup);
    return status;
}

void backup_free(struct backup *backup)
{
    if (backup == NULL)
        return;
    free(backup->records);
    nt_arena_deinit(&backup->arena);
    free(backup);
}
