/* The current load of a host as the collector keeps it in Redis: a host-load record in JSON. Pure.
 */
#ifndef API_CURRENT_H
#define API_CURRENT_H

#include <nt/contract.h>

#define CURRENT_MAX ((size_t)1 << 20) /* bytes of one */

/* 0 and the record, in arena, with what the api shows of it; -EBADMSG for anything else. */
int current_parse(struct nt_arena *arena, struct nt_span text, struct nt_host_load **ret_load);

#endif
