/* Do all these TCP ports answer? Tried every 20 ms. Loop thread. */
#ifndef PROBE_H
#define PROBE_H

#include <nt/loop.h>

enum { PROBE_PORTS_MAX = 16 };

/* done is called later, once: 0, -ETIMEDOUT, -EINVAL (no address). At most timeout_ms from now. */
void probe_start(struct nt_loop *loop, const char *ip, const int32_t *ports, size_t count,
                 uint32_t timeout_ms, void (*done)(void *arg, const struct nt_error *err),
                 void *arg);

#endif
