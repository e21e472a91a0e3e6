#include <balancer/writer.h>

#include <nt/log.h>
#include <nt/memory.h>

#include <stdlib.h>

struct writer {
    struct writer_options options;
    struct nt_txn *txn;
    size_t in_flight;
    bool is_fatal;
    bool is_closing;
};

static void die(struct writer *writer, const struct nt_error *err)
{
    if (writer->is_fatal || writer->is_closing)
        return;
    writer->is_fatal = true;
    writer->options.on_fatal(writer->options.arg, err);
}

static void on_ready(void *arg)
{
    struct writer *writer = arg;
    writer->options.on_ready(writer->options.arg);
}

static void on_fatal(void *arg, const struct nt_error *err)
{
    die(arg, err);
}

int writer_open(const struct writer_options *options, struct writer **ret_writer,
                struct nt_error *err)
{
    struct writer *writer = nt_zalloc(sizeof(*writer));
    writer->options = *options;
    const struct nt_txn_options txn = {
        .transactional_id = "neaptide-balancer",
        .on_ready = on_ready,
        .on_fatal = on_fatal,
        .arg = writer,
    };
    int status = nt_txn_open(options->bus, &txn, &writer->txn, err);
    if (status < 0) {
        free(writer);
        return status;
    }
    *ret_writer = writer;
    return 0;
}

void writer_close(struct writer *writer)
{
    if (writer == NULL)
        return;
    writer->is_closing = true;
    nt_txn_close(writer->txn); /* answers all that is under way */
    free(writer);
}

static void on_done(void *arg, int status)
{
    struct writer *writer = arg;
    writer->in_flight--;
    if (status != 0) {
        struct nt_error err = NT_ERROR_INIT;
        (void)nt_fail(&err, status, "a decision could not be written");
        die(writer, &err);
    } else if (!writer->is_closing) {
        writer->options.on_written(writer->options.arg);
    }
}

void writer_write(struct writer *writer, struct effects *effects, const char *traceparent,
                  struct nt_group *group, int64_t offset)
{
    if (effects->count == 0 && group == NULL)
        return;
    NT_CLEANUP(nt_free_p)
    struct nt_record *records = nt_zalloc((effects->count + 1) * sizeof(*records));
    for (size_t i = 0; i < effects->count; i++)
        records[i] = (struct nt_record){
            .topic = effects->items[i].topic,
            .key = effects->items[i].key,
            .value = effects->items[i].value,
            .kind = effects->items[i].kind,
            .traceparent = traceparent,
        };
    const size_t count = effects->count;
    effects->count = 0;
    writer->in_flight++;
    nt_txn_commit(writer->txn, records, count, group, offset, on_done, writer);
}

size_t writer_in_flight(const struct writer *writer)
{
    return writer->in_flight;
}
