/* neaptide-backup: the state of an installation out of Kafka, and into an empty one. */
#ifndef BACKUP_APP_H
#define BACKUP_APP_H

#include <nt/bus.h>
#include <nt/config.h>

struct settings {
    struct nt_settings_common common;
    const char *cluster; /* id of the cluster that NEAPTIDE_KAFKA names */
};

/* The way to Kafka that saving and loading share: it ends the run when nothing moves for a minute.
 */
struct link {
    struct nt_loop *loop;
    struct nt_bus *bus;
    struct nt_view *view; /* of all topics that a backup has */
    struct nt_timer *patience;
    struct nt_error err; /* why the run ends badly */
};

int link_open(struct link *link, const struct settings *settings, struct nt_error *err);
void link_close(struct link *link);

/* Read every record that there is, then on_ready. */
void link_read(struct link *link, nt_on_message on_message, void (*on_ready)(void *arg), void *arg);

void link_moved(struct link *link); /* something did move: patience begins anew */
void link_fail(struct link *link, const struct nt_error *err);

/* Turn the loop until the end; 0 or the error. */
int link_run(struct link *link, struct nt_error *err);

/* Everything that is in Kafka, to out. */
int save(const struct settings *settings, FILE *out, struct nt_error *err);

/* The file into Kafka, which must be empty. */
int load(const struct settings *settings, FILE *in, struct nt_error *err);

#endif
