/*
 * A backup as a file: JSON, one object a line. The first says what it is, then one line a record
 * (its value in base64, exactly as Kafka had it), the last says how many and the SHA-256 of all
 * lines before it, so that a file that was cut short or changed is known before anything is done
 * with it.
 */
#ifndef BACKUP_FILE_H
#define BACKUP_FILE_H

#include <nt/contract_base.h>
#include <stdio.h>

#define BACKUP_RECORDS_MAX 2000000

struct backup_record {
    enum nt_topic topic;
    const char *key;
    struct nt_span value;
};

struct backup {
    struct nt_arena arena; /* everything below lives in it */
    const char *cluster;   /* id of the cluster that it was taken from */
    int64_t at_ms;         /* wall time */
    struct backup_record *records;
    size_t records_count, records_capacity;
};

struct backup_writer;

/* Begins a file on out, which stays the caller's. */
struct backup_writer *backup_writer_new(FILE *out, const char *cluster, int64_t at_ms);
void backup_writer_add(struct backup_writer *writer, const struct backup_record *record);

/* The last line; 0, or -EIO where any line could not be written. Frees the writer. */
int backup_writer_end(struct backup_writer *writer, struct nt_error *err);

/*
 * The whole file. -EBADMSG: it is no backup, or damaged, or cut short. -EPROTO: it holds a topic or
 * a schema that this program does not know, so a newer one made it. -EMSGSIZE: more than
 * BACKUP_RECORDS_MAX records, or a line beyond what a record can be.
 */
int backup_read(FILE *in, struct backup **ret_backup, struct nt_error *err);
void backup_free(struct backup *backup);
NT_DEFINE_CLEANUP(struct backup *, backup_free);

#endif
