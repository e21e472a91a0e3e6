/* The recorded curves of an installation whose clock is not wall time. */
#ifndef COLLECTOR_CURVES_H
#define COLLECTOR_CURVES_H

#include <collector/playback.h>
#include <nt/clock.h>

/* Reads a playback file, at most 64 MiB, naming it in every error. */
int curves_load(const char *path, struct playback **ret_playback, struct nt_error *err);

/* Does this clock say that load time is not wall time? Only then may curves replace what is
 * measured. */
bool curves_are_allowed(const struct nt_load_clock *clock);

#endif
