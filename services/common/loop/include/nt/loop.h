/*
 * One process, one loop thread (libuv), and all service state belongs to it. Everything here is
 * for the loop thread unless it says otherwise. Nothing on the loop blocks or sleeps.
 */
#ifndef NT_LOOP_H
#define NT_LOOP_H

#include <nt/error.h>
#include <stdbool.h>
#include <stdint.h>

struct uv_loop_s;
struct nt_loop;

int nt_loop_new(struct nt_loop **ret_loop, struct nt_error *err);

/* Closes what is left of our own handles, runs the loop dry. Aborts the process with a list on
 * stderr if somebody forgot a handle. NULL does nothing. */
void nt_loop_free(struct nt_loop *loop);
NT_DEFINE_CLEANUP(struct nt_loop *, nt_loop_free);

/* For modules of common/ that put their own handles on it. */
struct uv_loop_s *nt_loop_uv(struct nt_loop *loop);

/*
 * Runs until nt_loop_quit(), or SIGTERM or SIGINT. on_stop (may be NULL) is called once, when asked
 * to stop: begin stopping everything; the loop returns when on_stop's owner has called
 * nt_loop_quit(), at the latest after grace_ms. Returns the process's exit code.
 */
int nt_loop_run(struct nt_loop *loop, void (*on_stop)(void *arg), void *arg, uint32_t grace_ms);

/* Return from nt_loop_run() with this exit code. The first call wins. */
void nt_loop_quit(struct nt_loop *loop, int exit_code);

/* --- timers: the caller's storage, stopped before it goes away ------------------------------- */

struct nt_timer;

/* Created stopped. Never fails. */
struct nt_timer *nt_timer_new(struct nt_loop *loop, void (*on_time)(void *arg), void *arg);
void nt_timer_free(struct nt_timer *timer); /* stops; NULL does nothing; allowed in its callback */
void nt_timer_start(struct nt_timer *timer, uint64_t first_ms, uint64_t repeat_ms); /* 0: once */
void nt_timer_stop(struct nt_timer *timer);
bool nt_timer_is_active(const struct nt_timer *timer);

/* --- work off the loop ----------------------------------------------------------------------- */

/*
 * Run work(arg) on the pool, then done(arg) on the loop. arg is immutable input and room for the
 * result, owned by the pool in between. done is called exactly once, also when the loop stops
 * (cancelled is then true and work may not have run).
 */
void nt_work(struct nt_loop *loop, void (*work)(void *arg), void (*done)(void *arg, bool cancelled),
             void *arg);

/* --- from other threads ---------------------------------------------------------------------- */

struct nt_wake;

/* on_wake runs on the loop some time after nt_wake_ring(); several rings may become one call. */
struct nt_wake *nt_wake_new(struct nt_loop *loop, void (*on_wake)(void *arg), void *arg);
void nt_wake_free(struct nt_wake *wake);
void nt_wake_ring(struct nt_wake *wake); /* any thread */

/* --- file descriptors ------------------------------------------------------------------------ */

struct nt_watch;

enum { NT_READABLE = 1, NT_WRITABLE = 2 };

/* Watch fd (not owned) for events; on_ready gets those that are true. */
struct nt_watch *nt_watch_new(struct nt_loop *loop, int fd, void (*on_ready)(void *arg, int events),
                              void *arg);
void nt_watch_set(struct nt_watch *watch, int events); /* 0: none */
void nt_watch_free(struct nt_watch *watch);

#endif
