/*
 * The state directory of one host: a lock (one provisioner a host), the engine it belongs to, and
 * one mark a server. What is written is on the disk when the call returns (fsync of file and
 * folder): these few small writes are the one thing that the loop waits for, because what follows
 * must not happen before them. Loop thread.
 */
#ifndef PROVISIONER_STORE_H
#define PROVISIONER_STORE_H

#include <provisioner/mark.h>

struct store;

/* -EBUSY: another provisioner holds the directory. */
int store_open(const char *folder, struct store **ret_store, struct nt_error *err);
void store_close(struct store *store);
NT_DEFINE_CLEANUP(struct store *, store_close);

/* 0 where engine is this host's, or the first one met (then remembered); -EPERM for another. */
int store_claim_engine(struct store *store, const char *engine, struct nt_error *err);

/* MARK_INIT where there is none. */
int store_load_mark(struct store *store, struct nt_arena *arena, const char *server,
                    struct mark *ret_mark, struct nt_error *err);
int store_save_mark(struct store *store, const char *server, const struct mark *mark,
                    struct nt_error *err);
int store_drop_mark(struct store *store, const char *server, struct nt_error *err);

/* The servers with a mark, in arena. */
int store_servers(struct store *store, struct nt_arena *arena, const char ***ret_servers,
                  size_t *ret_count, struct nt_error *err);

#endif
