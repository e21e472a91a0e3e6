#include <backup/file.h>

#include "format.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <jansson.h>
#include <sodium.h>
#include <string.h>

struct backup_writer {
    FILE *out;
    crypto_hash_sha256_state digest;
    int64_t records;
    bool is_broken;
};

/* Takes line. */
static void put(struct backup_writer *writer, json_t *line)
{
    char *text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);
    json_decref(line);
    if (text == NULL) { /* text that is not UTF-8, which no key of ours is */
        writer->is_broken = true;
        return;
    }
    size_t len = strlen(text);
    text[len++] = '\n';
    (void)crypto_hash_sha256_update(&writer->digest, (const uint8_t *)text, len);
    writer->is_broken = writer->is_broken || fwrite(text, 1, len, writer->out) != len;
    free(text);
}

struct backup_writer *backup_writer_new(FILE *out, const char *cluster, int64_t at_ms)
{
    struct backup_writer *writer = nt_zalloc(sizeof(*writer));
    writer->out = out;
    (void)crypto_hash_sha256_init(&writer->digest);
    put(writer, json_pack("{s:i, s:s, s:s, s:I}", FORMAT_NAME, FORMAT_VERSION, "made_by",
                          NT_VERSION, "cluster", cluster, "at_ms", (json_int_t)at_ms));
    return writer;
}

void backup_writer_add(struct backup_writer *writer, const struct backup_record *record)
{
    size_t size = sodium_base64_ENCODED_LEN(record->value.len, FORMAT_BASE64);
    char *value = nt_zalloc(size);
    (void)sodium_bin2base64(value, size, record->value.data, record->value.len, FORMAT_BASE64);
    put(writer, json_pack("{s:s, s:s, s:s}", "topic", nt_topics[record->topic].name, "key",
                          record->key, "value", value));
    free(value);
    writer->records++;
}

int backup_writer_end(struct backup_writer *writer, struct nt_error *err)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(digest) + 1];
    crypto_hash_sha256_state until_here = writer->digest;
    (void)crypto_hash_sha256_final(&until_here, digest);
    nt_hex(digest, sizeof(digest), hex);
    put(writer, json_pack("{s:I, s:s}", "records", (json_int_t)writer->records, "sha256", hex));
    bool is_bad = writer->is_broken || fflush(writer->out) != 0;
    free(writer);
    return is_bad ? nt_fail(err, -EIO, "cannot write the backup: %s", strerror(errno)) : 0;
}
