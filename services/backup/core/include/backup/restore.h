/* What of a backup goes into an empty Kafka, and in what form. Pure. */
#ifndef BACKUP_RESTORE_H
#define BACKUP_RESTORE_H

#include <backup/file.h>

/* Is this topic part of a backup? */
bool backup_has(enum nt_topic topic);

/*
 * Not what hosts say of themselves: they say it again, and an old word would pass for a new one.
 * Not forecasts: they stood on a history that is not in the backup.
 */
bool backup_restores(enum nt_topic topic);

/*
 * The record as it goes into the cluster with this id: placements and the pool name their cluster,
 * so that hosts take the wish for theirs and adopt the containers of the old one. A move that had
 * not stopped its server is called off. value is untouched or in the arena. 0, or an error of the
 * codec.
 */
int backup_renew(struct nt_arena *arena, const char *cluster, struct backup_record *record,
                 struct nt_error *err);

#endif
