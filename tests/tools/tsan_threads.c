/*
 * Debian's librdkafka makes its threads and locks with C11's <threads.h>, which the thread
 * sanitizer does not see: its threads crash in the first allocation, its locks order nothing. In
 * tsan builds these take the place of libc's and say the same with pthreads.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

const char *__tsan_default_options(void); /* the sanitizer calls it */

/* librdkafka's own reads and writes are not instrumented, what it hands to libc is: leave both out.
 */
const char *__tsan_default_options(void)
{
    return "ignore_noninstrumented_modules=1";
}

struct start {
    thrd_start_t run;
    void *arg;
};

static void *run(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    return (void *)(intptr_t)start.run(start.arg);
}

static int result(int status)
{
    return status == 0 ? thrd_success : status == ETIMEDOUT ? thrd_timedout : thrd_error;
}

int thrd_create(thrd_t *thread, thrd_start_t start_run, void *arg)
{
    struct start *start = malloc(sizeof(*start));
    if (start == NULL)
        return thrd_nomem;
    *start = (struct start){start_run, arg};
    return result(pthread_create(thread, NULL, run, start));
}

int thrd_join(thrd_t thread, int *ret_result)
{
    void *value = NULL;
    int status = pthread_join(thread, &value);
    if (ret_result != NULL)
        *ret_result = (int)(intptr_t)value;
    return result(status);
}

int thrd_detach(thrd_t thread)
{
    return result(pthread_detach(thread));
}

int mtx_init(mtx_t *lock, int type)
{
    pthread_mutexattr_t attributes;
    (void)pthread_mutexattr_init(&attributes);
    if ((type & mtx_recursive) != 0)
        (void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    int status = pthread_mutex_init((pthread_mutex_t *)lock, &attributes);
    (void)pthread_mutexattr_destroy(&attributes);
    return result(status);
}

void mtx_destroy(mtx_t *lock)
{
    (void)pthread_mutex_destroy((pthread_mutex_t *)lock);
}

int mtx_lock(mtx_t *lock)
{
    return result(pthread_mutex_lock((pthread_mutex_t *)lock));
}

int mtx_trylock(mtx_t *lock)
{
    int status = pthread_mutex_trylock((pthread_mutex_t *)lock);
    return status == EBUSY ? thrd_busy : result(status);
}

int mtx_unlock(mtx_t *lock)
{
    return result(pthread_mutex_unlock((pthread_mutex_t *)lock));
}

int cnd_init(cnd_t *condition)
{
    return result(pthread_cond_init((pthread_cond_t *)condition, NULL));
}

void cnd_destroy(cnd_t *condition)
{
    (void)pthread_cond_destroy((pthread_cond_t *)condition);
}

int cnd_signal(cnd_t *condition)
{
    return result(pthread_cond_signal((pthread_cond_t *)condition));
}

int cnd_broadcast(cnd_t *condition)
{
    return result(pthread_cond_broadcast((pthread_cond_t *)condition));
}

int cnd_wait(cnd_t *condition, mtx_t *lock)
{
    return result(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)lock));
}

int cnd_timedwait(cnd_t *condition, mtx_t *lock, const struct timespec *until)
{
    return result(
        pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)lock, until));
}
