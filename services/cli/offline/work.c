#include <offline/work.h>

#include <nt/memory.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

struct shared {
    const struct work *work;
    atomic_size_t next, done;
    _Atomic uint64_t cpu_us;
    size_t progress_every;
};

static uint64_t cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void *run(void *context)
{
    struct shared *shared = context;
    const struct work *work = shared->work;
    uint64_t begin = cpu_us();
    struct nt_arena arena, scratch;
    nt_arena_init(&arena);
    nt_arena_init(&scratch);
    for (;;) {
        size_t item = atomic_fetch_add(&shared->next, 1);
        if (item >= work->count)
            break;
        work->run(work->context, item, &arena, &scratch);
        nt_arena_reset(&arena);
        nt_arena_reset(&scratch);
        size_t done = atomic_fetch_add(&shared->done, 1) + 1;
        if (work->title != NULL && (done % shared->progress_every == 0 || done == work->count))
            (void)fprintf(stderr, "%s: %zu of %zu\n", work->title, done, work->count);
    }
    nt_arena_deinit(&arena);
    nt_arena_deinit(&scratch);
    atomic_fetch_add(&shared->cpu_us, cpu_us() - begin);
    return NULL;
}

void work_run(const struct work *work, uint64_t *ret_cpu_us)
{
    struct shared shared = {.work = work, .progress_every = work->count / 10 + 1};
    pthread_t *threads = nt_zalloc(work->threads * sizeof(*threads));
    size_t started = 0;
    while (started + 1 < work->threads &&
           pthread_create(&threads[started], NULL, run, &shared) == 0)
        started++;
    (void)run(&shared); /* this thread works too, alone if no other could be started */
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    free(threads);
    *ret_cpu_us = atomic_load(&shared.cpu_us);
}
