/* Shared by loop.c and handles.c only. */
#ifndef NT_LOOP_INTERNAL_H
#define NT_LOOP_INTERNAL_H

#include <nt/loop.h>
#include <uv.h>

struct nt_loop {
    uv_loop_t uv;
    uv_signal_t signals[2]; /* SIGTERM, SIGINT; unreferenced */
    uv_timer_t grace;
    uv_timer_cb on_grace;
    void (*on_stop)(void *arg);
    void *arg;
    uint32_t grace_ms;
    int exit_code;
    bool is_stopping;
    bool has_quit;
    bool is_closing; /* nt_loop_free() is running what is left */
};

#endif
