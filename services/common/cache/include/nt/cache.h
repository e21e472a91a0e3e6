/*
 * Redis, for the current load of hosts and nothing else: a lost cache costs one sample interval.
 * Reconnects by itself with back-off (100 ms to 5 s). Loop thread only.
 */
#ifndef NT_CACHE_H
#define NT_CACHE_H

#include <nt/loop.h>
#include <nt/span.h>

struct nt_cache;

/* Commands waiting for their answers at most; one more is refused with -ENOBUFS. */
enum { NT_CACHE_WAITING_MAX = 4096 };

/* address is host:port, [ipv6]:port or a socket's path. Does not wait for the connection; only an
 * address of a wrong form fails, with -EINVAL. */
int nt_cache_open(struct nt_loop *loop, const char *address, struct nt_cache **ret_cache,
                  struct nt_error *err);

/* Commands under way end with -ENOTCONN before this returns. NULL does nothing. */
void nt_cache_close(struct nt_cache *cache);
NT_DEFINE_CLEANUP(struct nt_cache *, nt_cache_close);

bool nt_cache_is_connected(const struct nt_cache *cache);

/*
 * SET key value PX expire_ms. done (may be NULL) is called once and gets 0, -ENOTCONN, -ETIMEDOUT
 * (1 s), -EIO (Redis refused) or -ENOBUFS; where it is clear at once, before this returns.
 */
void nt_cache_set(struct nt_cache *cache, const char *key, struct nt_span value, int64_t expire_ms,
                  void (*done)(void *arg, int status), void *arg);

/* MGET. values[i].data is NULL where the key is absent; borrowed for the call. On a failure values
 * is NULL and count 0. */
void nt_cache_get(struct nt_cache *cache, const char *const *keys, size_t count,
                  void (*done)(void *arg, int status, const struct nt_span *values, size_t count),
                  void *arg);

#endif
