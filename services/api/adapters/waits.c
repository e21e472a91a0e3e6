#include <api/waits.h>

#include <nt/clock.h>
#include <nt/memory.h>

#define LOOK_MS 50 /* how late a wait may end */

struct wait {
    struct wait *next;
    int64_t deadline_mono_ms;
    bool (*is_met)(void *arg);
    void (*done)(void *arg, bool is_met);
    void *arg;
};

struct waits {
    struct nt_timer *timer;
    struct wait *first;
    size_t count;
};

/* Callbacks may add waits: each is taken off the list before it is told. */
static void look(struct waits *waits, int64_t now_ms)
{
    struct wait *all = waits->first;
    waits->first = NULL;
    while (all != NULL) {
        struct wait *wait = all;
        all = wait->next;
        bool is_met = wait->is_met(wait->arg);
        if (!is_met && now_ms < wait->deadline_mono_ms) {
            wait->next = waits->first;
            waits->first = wait;
            continue;
        }
        waits->count--;
        wait->done(wait->arg, is_met);
        free(wait);
    }
    if (waits->first == NULL)
        nt_timer_stop(waits->timer);
}

static void on_time(void *arg)
{
    look(arg, nt_mono_ms());
}

struct waits *waits_new(struct nt_loop *loop)
{
    struct waits *waits = nt_zalloc(sizeof(*waits));
    waits->timer = nt_timer_new(loop, on_time, waits);
    return waits;
}

void waits_free(struct waits *waits)
{
    if (waits == NULL)
        return;
    while (waits->first != NULL)
        look(waits, INT64_MAX);
    nt_timer_free(waits->timer);
    free(waits);
}

void waits_add(struct waits *waits, uint32_t limit_ms, bool (*is_met)(void *arg),
               void (*done)(void *arg, bool is_met), void *arg)
{
    if (is_met(arg) || waits->count >= WAITS_MAX) {
        done(arg, is_met(arg));
        return;
    }
    struct wait *wait = nt_zalloc(sizeof(*wait));
    *wait = (struct wait){.next = waits->first,
                          .deadline_mono_ms = nt_mono_ms() + limit_ms,
                          .is_met = is_met,
                          .done = done,
                          .arg = arg};
    waits->first = wait;
    waits->count++;
    if (!nt_timer_is_active(waits->timer))
        nt_timer_start(waits->timer, LOOK_MS, LOOK_MS);
}

void waits_check(struct waits *waits)
{
    if (waits->first != NULL)
        look(waits, nt_mono_ms());
}
