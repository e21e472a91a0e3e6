#include "private.h"

#include <signal.h>

struct queue {
    struct bus_job *first;
    struct bus_job *last;
};

struct bus_clerk {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    struct queue todo;
    struct queue ready;
    bool is_stopping;
    struct nt_wake *wake;
};

static void push(struct queue *queue, struct bus_job *job)
{
    job->next = NULL;
    if (queue->first == NULL)
        queue->first = job;
    else
        queue->last->next = job;
    queue->last = job;
}

static struct bus_job *pop(struct queue *queue)
{
    struct bus_job *job = queue->first;
    if (job != NULL)
        queue->first = job->next;
    return job;
}

static void *run(void *arg)
{
    struct bus_clerk *clerk = arg;
    (void)pthread_mutex_lock(&clerk->lock);
    for (;;) {
        struct bus_job *job = pop(&clerk->todo);
        if (job == NULL && clerk->is_stopping)
            break;
        if (job == NULL) {
            (void)pthread_cond_wait(&clerk->changed, &clerk->lock);
            continue;
        }
        job->was_skipped = clerk->is_stopping && !job->must_run;
        (void)pthread_mutex_unlock(&clerk->lock);
        if (!job->was_skipped)
            job->work(job);
        (void)pthread_mutex_lock(&clerk->lock);
        push(&clerk->ready, job);
        nt_wake_ring(clerk->wake);
    }
    (void)pthread_mutex_unlock(&clerk->lock);
    return NULL;
}

static void finish(void *arg)
{
    struct bus_clerk *clerk = arg;
    for (;;) {
        (void)pthread_mutex_lock(&clerk->lock);
        struct bus_job *job = pop(&clerk->ready);
        (void)pthread_mutex_unlock(&clerk->lock);
        if (job == NULL)
            return;
        job->done(job);
    }
}

pthread_t bus_thread_start(void *(*run_thread)(void *arg), void *arg)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int status = pthread_create(&thread, NULL, run_thread, arg);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != 0)
        abort(); /* at start-up, where the system has no thread left for us */
    return thread;
}

struct bus_clerk *bus_clerk_start(struct nt_loop *loop)
{
    struct bus_clerk *clerk = nt_zalloc(sizeof(*clerk));
    (void)pthread_mutex_init(&clerk->lock, NULL);
    (void)pthread_cond_init(&clerk->changed, NULL);
    clerk->wake = nt_wake_new(loop, finish, clerk);
    clerk->thread = bus_thread_start(run, clerk);
    return clerk;
}

void bus_clerk_post(struct bus_clerk *clerk, struct bus_job *job)
{
    (void)pthread_mutex_lock(&clerk->lock);
    push(&clerk->todo, job);
    (void)pthread_cond_signal(&clerk->changed);
    (void)pthread_mutex_unlock(&clerk->lock);
}

void bus_clerk_stop(struct bus_clerk *clerk)
{
    (void)pthread_mutex_lock(&clerk->lock);
    clerk->is_stopping = true;
    (void)pthread_cond_signal(&clerk->changed);
    (void)pthread_mutex_unlock(&clerk->lock);
    (void)pthread_join(clerk->thread, NULL);
    finish(clerk);
    nt_wake_free(clerk->wake);
    (void)pthread_cond_destroy(&clerk->changed);
    (void)pthread_mutex_destroy(&clerk->lock);
    free(clerk);
}
