#include <api/tries.h>
#include <nt/memory.h>
#include <string.h>
#include <uthash.h>

#define FORGET_MS  (INT64_C(3600) * 1000)
#define LONGEST_MS (INT64_C(300) * 1000)

struct failure {
    char *key;
    int count;
    int64_t last_mono_ms;
    UT_hash_handle hh;
};

struct tries {
    struct failure *failures; /* in the order of their last failure */
};

struct tries *tries_new(void)
{
    return nt_zalloc(sizeof(struct tries));
}

static void failure_free(struct tries *tries, struct failure *failure)
{
    HASH_DEL(tries->failures, failure);
    free(failure->key);
    free(failure);
}

void tries_free(struct tries *tries)
{
    if (tries == NULL)
        return;
    while (tries->failures != NULL)
        failure_free(tries, tries->failures);
    free(tries);
}

static struct failure *find(const struct tries *tries, const char *key)
{
    struct failure *failure = NULL;
    HASH_FIND_STR(tries->failures, key, failure);
    return failure;
}

int64_t tries_wait_s(const struct tries *tries, const char *key, int free_count, int64_t mono_ms)
{
    const struct failure *failure = find(tries, key);
    if (failure == NULL || failure->count < free_count ||
        mono_ms - failure->last_mono_ms > FORGET_MS)
        return 0;
    int doublings = failure->count - free_count;
    int64_t pause_ms = doublings > 9 ? LONGEST_MS : INT64_C(1000) << doublings;
    if (pause_ms > LONGEST_MS)
        pause_ms = LONGEST_MS;
    int64_t left_ms = failure->last_mono_ms + pause_ms - mono_ms;
    return left_ms <= 0 ? 0 : (left_ms + 999) / 1000;
}

void tries_failed(struct tries *tries, const char *key, int64_t mono_ms)
{
    int count = 0;
    struct failure *old = find(tries, key);
    if (old != NULL) {
        count = mono_ms - old->last_mono_ms > FORGET_MS ? 0 : old->count;
        failure_free(tries, old);
    }
    while (HASH_COUNT(tries->failures) >= TRIES_MAX)
        failure_free(tries, tries->failures);
    struct failure *failure = nt_zalloc(sizeof(*failure));
    failure->key = nt_strdup(key);
    failure->count = count < 1000 ? count + 1 : count;
    failure->last_mono_ms = mono_ms;
    HASH_ADD_KEYPTR(hh, tries->failures, failure->key, strlen(failure->key), failure);
}

void tries_succeeded(struct tries *tries, const char *key)
{
    struct failure *failure = find(tries, key);
    if (failure != NULL)
        failure_free(tries, failure);
}
