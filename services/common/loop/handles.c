/* Timers, work, wakes and watches: each owns one libuv handle, which libuv frees a turn later. */
#include "internal.h"

#include <nt/memory.h>

#include <assert.h>

/* --- timers ---------------------------------------------------------------------------------- */

struct nt_timer {
    uv_timer_t uv; /* first: freed through the handle */
    void (*on_time)(void *arg);
    void *arg;
};

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void timer_fired(uv_timer_t *uv)
{
    struct nt_timer *timer = (struct nt_timer *)uv;
    timer->on_time(timer->arg);
}

struct nt_timer *nt_timer_new(struct nt_loop *loop, void (*on_time)(void *arg), void *arg)
{
    struct nt_timer *timer = nt_zalloc(sizeof(*timer));
    (void)uv_timer_init(&loop->uv, &timer->uv);
    timer->on_time = on_time;
    timer->arg = arg;
    return timer;
}

void nt_timer_free(struct nt_timer *timer)
{
    if (timer != NULL)
        uv_close((uv_handle_t *)&timer->uv, free_handle);
}

void nt_timer_start(struct nt_timer *timer, uint64_t first_ms, uint64_t repeat_ms)
{
    uv_update_time(timer->uv.loop); /* long callbacks leave the cached time behind */
    (void)uv_timer_start(&timer->uv, timer_fired, first_ms, repeat_ms);
}

void nt_timer_stop(struct nt_timer *timer)
{
    (void)uv_timer_stop(&timer->uv);
}

bool nt_timer_is_active(const struct nt_timer *timer)
{
    return uv_is_active((const uv_handle_t *)&timer->uv) != 0;
}

/* --- work ------------------------------------------------------------------------------------ */

struct work {
    uv_work_t uv; /* first */
    void (*work)(void *arg);
    void (*done)(void *arg, bool cancelled);
    void *arg;
    struct nt_loop *loop;
};

static void work_run(uv_work_t *uv)
{
    struct work *work = (struct work *)uv;
    work->work(work->arg);
}

static void work_done(uv_work_t *uv, int status)
{
    struct work *work = (struct work *)uv;
    work->done(work->arg, status == UV_ECANCELED || work->loop->is_closing);
    free(work);
}

void nt_work(struct nt_loop *loop, void (*work)(void *arg), void (*done)(void *arg, bool cancelled),
             void *arg)
{
    struct work *item = nt_zalloc(sizeof(*item));
    *item = (struct work){.work = work, .done = done, .arg = arg, .loop = loop};
    int status = uv_queue_work(&loop->uv, &item->uv, work_run, work_done);
    assert(status == 0); /* fails on a NULL callback only */
    (void)status;
}

/* --- wakes ----------------------------------------------------------------------------------- */

struct nt_wake {
    uv_async_t uv; /* first */
    void (*on_wake)(void *arg);
    void *arg;
};

static void wake_fired(uv_async_t *uv)
{
    struct nt_wake *wake = (struct nt_wake *)uv;
    wake->on_wake(wake->arg);
}

struct nt_wake *nt_wake_new(struct nt_loop *loop, void (*on_wake)(void *arg), void *arg)
{
    struct nt_wake *wake = nt_zalloc(sizeof(*wake));
    int status = uv_async_init(&loop->uv, &wake->uv, wake_fired);
    if (status < 0)
        abort(); /* no descriptor left for the loop itself */
    wake->on_wake = on_wake;
    wake->arg = arg;
    return wake;
}

void nt_wake_free(struct nt_wake *wake)
{
    if (wake != NULL)
        uv_close((uv_handle_t *)&wake->uv, free_handle);
}

void nt_wake_ring(struct nt_wake *wake)
{
    (void)uv_async_send(&wake->uv);
}

/* --- watches --------------------------------------------------------------------------------- */

struct nt_watch {
    uv_poll_t uv; /* first */
    void (*on_ready)(void *arg, int events);
    void *arg;
};

static void watch_fired(uv_poll_t *uv, int status, int events)
{
    struct nt_watch *watch = (struct nt_watch *)uv;
    /* On an error both are true: the owner's read or write then meets it. */
    int ready = status < 0 ? NT_READABLE | NT_WRITABLE
                           : ((events & UV_READABLE) != 0 ? NT_READABLE : 0) |
                                 ((events & UV_WRITABLE) != 0 ? NT_WRITABLE : 0);
    watch->on_ready(watch->arg, ready);
}

struct nt_watch *nt_watch_new(struct nt_loop *loop, int fd, void (*on_ready)(void *arg, int events),
                              void *arg)
{
    struct nt_watch *watch = nt_zalloc(sizeof(*watch));
    int status = uv_poll_init(&loop->uv, &watch->uv, fd);
    assert(status == 0); /* a bad fd is our mistake */
    (void)status;
    watch->on_ready = on_ready;
    watch->arg = arg;
    return watch;
}

void nt_watch_set(struct nt_watch *watch, int events)
{
    int wanted = ((events & NT_READABLE) != 0 ? UV_READABLE : 0) |
                 ((events & NT_WRITABLE) != 0 ? UV_WRITABLE : 0);
    if (wanted == 0)
        (void)uv_poll_stop(&watch->uv);
    else
        (void)uv_poll_start(&watch->uv, wanted, watch_fired);
}

void nt_watch_free(struct nt_watch *watch)
{
    if (watch != NULL)
        uv_close((uv_handle_t *)&watch->uv, free_handle);
}
