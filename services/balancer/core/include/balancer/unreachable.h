/*
 * Which hosts are silent (DESIGN section 2). Silence is counted only while the end of the log is
 * being read. A host is unreachable when collector and provisioner were silent for 60 s while at
 * least half of the other hosts report; if fewer do, we are blind and change nothing.
 */
#ifndef BALANCER_UNREACHABLE_H
#define BALANCER_UNREACHABLE_H

#include <balancer/context.h>

enum { UNREACHABLE_SILENT_MS = 60 * 1000, UNREACHABLE_REPORTS_MS = 30 * 1000 };

/* Something new of this host's collector or provisioner arrived (no replay). True the first time
 * since we began to listen: its servers may need a fresh look. */
bool unreachable_heard(struct fleet *fleet, const char *host);

/* Once a second. Writes alerts, states and what follows for moves where a host's reach changed;
 * with effects NULL (a standby) only counts. */
void unreachable_tick(const struct context *context, struct effects *effects, int64_t elapsed_ms);

#endif
