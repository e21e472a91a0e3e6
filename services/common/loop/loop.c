#include "internal.h"

#include <nt/memory.h>

#include <signal.h>
#include <stdio.h>

enum { CLOSE_MAX_MS = 10000 };

static void on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    struct nt_loop *loop = signal->data;
    if (loop->is_stopping) {
        nt_loop_quit(loop, EXIT_FAILURE); /* asked twice: leave now */
        return;
    }
    loop->is_stopping = true;
    if (loop->on_stop == NULL) {
        nt_loop_quit(loop, EXIT_SUCCESS);
        return;
    }
    (void)uv_timer_start(&loop->grace, loop->on_grace, loop->grace_ms, 0);
    loop->on_stop(loop->arg);
}

static void on_grace(uv_timer_t *timer)
{
    nt_loop_quit(timer->data, EXIT_FAILURE);
}

int nt_loop_new(struct nt_loop **ret_loop, struct nt_error *err)
{
    struct nt_loop *loop = nt_zalloc(sizeof(*loop));
    int status = uv_loop_init(&loop->uv);
    if (status < 0) {
        free(loop);
        return nt_fail(err, status, "cannot make an event loop: %s", uv_strerror(status));
    }
    loop->on_grace = on_grace;
    (void)uv_timer_init(&loop->uv, &loop->grace);
    loop->grace.data = loop;
    for (size_t i = 0; i < NT_COUNT(loop->signals); i++) {
        (void)uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        uv_unref((uv_handle_t *)&loop->signals[i]);
    }
    /* A peer that goes away while we write must be an error of that write, not our death. */
    (void)signal(SIGPIPE, SIG_IGN);
    *ret_loop = loop;
    return 0;
}

static void print_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    (void)fprintf(stderr, "forgotten handle: %s%s\n", uv_handle_type_name(handle->type),
                  uv_is_closing(handle) ? " (closing)" : "");
}

static void on_hang(uv_timer_t *timer)
{
    uv_walk(timer->loop, print_handle, NULL);
    abort();
}

void nt_loop_free(struct nt_loop *loop)
{
    if (loop == NULL)
        return;
    for (size_t i = 0; i < NT_COUNT(loop->signals); i++)
        uv_close((uv_handle_t *)&loop->signals[i], NULL);
    loop->is_closing = true;
    /* The timer alone does not keep the loop running; it fires only if something else does. */
    uv_unref((uv_handle_t *)&loop->grace);
    (void)uv_timer_start(&loop->grace, on_hang, CLOSE_MAX_MS, 0);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&loop->grace, NULL);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop->uv) != 0) {
        uv_walk(&loop->uv, print_handle, NULL);
        abort();
    }
    free(loop);
}

struct uv_loop_s *nt_loop_uv(struct nt_loop *loop)
{
    return &loop->uv;
}

int nt_loop_run(struct nt_loop *loop, void (*on_stop)(void *arg), void *arg, uint32_t grace_ms)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    loop->on_stop = on_stop;
    loop->arg = arg;
    loop->grace_ms = grace_ms;
    for (size_t i = 0; i < NT_COUNT(loop->signals); i++)
        (void)uv_signal_start(&loop->signals[i], on_signal, numbers[i]);
    while (!loop->has_quit) {
        /* The signal watchers are unreferenced, so an idle loop returns at once; wait for them. */
        if (uv_run(&loop->uv, UV_RUN_DEFAULT) == 0 && !loop->has_quit) {
            uv_ref((uv_handle_t *)&loop->signals[0]);
            (void)uv_run(&loop->uv, UV_RUN_ONCE);
            uv_unref((uv_handle_t *)&loop->signals[0]);
        }
    }
    for (size_t i = 0; i < NT_COUNT(loop->signals); i++)
        (void)uv_signal_stop(&loop->signals[i]);
    (void)uv_timer_stop(&loop->grace);
    return loop->exit_code;
}

void nt_loop_quit(struct nt_loop *loop, int exit_code)
{
    if (loop->has_quit)
        return;
    loop->has_quit = true;
    loop->exit_code = exit_code;
    uv_stop(&loop->uv);
}
