/* Time zones of the system. Main thread only: it sets the process's own time zone to ask. */
#ifndef FORECASTER_ZONEFILE_H
#define FORECASTER_ZONEFILE_H

#include <forecaster/calendar.h>
#include <nt/error.h>

/*
 * The offsets of an IANA zone between two times. -EINVAL: no such name; -ENOENT: this system has no
 * such zone. "UTC" and "" need no file.
 */
int zonefile_load(const char *name, int64_t from_ms, int64_t to_ms, struct zone *ret_zone,
                  struct nt_error *err);

#endif
