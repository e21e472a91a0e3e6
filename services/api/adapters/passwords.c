#include <api/passwords.h>

#include <nt/memory.h>
#include <nt/text.h>
#include <sodium.h>
#include <string.h>

#define RUNNING_MAX 2
#define WAITING_MAX 16
#define OPS         crypto_pwhash_OPSLIMIT_INTERACTIVE
#define MEMORY      crypto_pwhash_MEMLIMIT_INTERACTIVE

struct job {
    struct passwords *passwords;
    struct job *next;
    bool is_check;
    char *password;
    char hash[crypto_pwhash_STRBYTES];
    int status;
    void (*done)(void *arg, int status, const char *hash);
    void *arg;
};

struct passwords {
    struct nt_loop *loop;
    struct job *waiting; /* oldest first */
    size_t waiting_count;
    size_t running_count;
    bool is_closing;
    char nobody[crypto_pwhash_STRBYTES]; /* a hash that no password has */
};

static void start_some(struct passwords *passwords);

int passwords_new(struct nt_loop *loop, struct passwords **ret_passwords, struct nt_error *err)
{
    if (sodium_init() < 0)
        return nt_fail(err, -ENOSYS, "libsodium does not start");
    struct passwords *passwords = nt_zalloc(sizeof(*passwords));
    passwords->loop = loop;
    char random[32];
    nt_random(random, sizeof(random));
    if (crypto_pwhash_str(passwords->nobody, random, sizeof(random), OPS, MEMORY) != 0) {
        free(passwords);
        return nt_fail(err, -ENOMEM, "no memory for password hashing (%zu bytes)", (size_t)MEMORY);
    }
    *ret_passwords = passwords;
    return 0;
}

static void finish(struct job *job, int status)
{
    job->done(job->arg, status, status == 0 ? job->hash : NULL);
    sodium_memzero(job->password, strlen(job->password));
    free(job->password);
    free(job);
}

void passwords_free(struct passwords *passwords)
{
    if (passwords == NULL)
        return;
    passwords->is_closing = true;
    while (passwords->waiting != NULL) {
        struct job *job = passwords->waiting;
        passwords->waiting = job->next;
        finish(job, -ECANCELED);
    }
    if (passwords->running_count == 0)
        free(passwords);
}

static void work(void *arg)
{
    struct job *job = arg;
    size_t len = strlen(job->password);
    if (job->is_check)
        job->status = crypto_pwhash_str_verify(job->hash, job->password, len) == 0 ? 0 : -EACCES;
    else
        job->status =
            crypto_pwhash_str(job->hash, job->password, len, OPS, MEMORY) == 0 ? 0 : -ENOMEM;
}

static void done(void *arg, bool cancelled)
{
    struct job *job = arg;
    struct passwords *passwords = job->passwords;
    passwords->running_count--;
    bool is_closing = passwords->is_closing;
    if (!is_closing)
        start_some(passwords);
    else if (passwords->running_count == 0)
        free(passwords);
    finish(job, cancelled || is_closing ? -ECANCELED : job->status);
}

static void start_some(struct passwords *passwords)
{
    while (passwords->waiting != NULL && passwords->running_count < RUNNING_MAX) {
        struct job *job = passwords->waiting;
        passwords->waiting = job->next;
        passwords->waiting_count--;
        passwords->running_count++;
        nt_work(passwords->loop, work, done, job);
    }
}

static void add(struct passwords *passwords, struct job *job)
{
    if (passwords->waiting_count >= WAITING_MAX) {
        finish(job, -EBUSY);
        return;
    }
    struct job **last = &passwords->waiting;
    while (*last != NULL)
        last = &(*last)->next;
    *last = job;
    passwords->waiting_count++;
    start_some(passwords);
}

static struct job *job_new(struct passwords *passwords, const char *password,
                           void (*on_done)(void *arg, int status, const char *hash), void *arg)
{
    struct job *job = nt_zalloc(sizeof(*job));
    *job = (struct job){.passwords = passwords, .done = on_done, .arg = arg};
    job->password = nt_strdup(password);
    return job;
}

void passwords_hash(struct passwords *passwords, const char *password,
                    void (*on_done)(void *arg, int status, const char *hash), void *arg)
{
    add(passwords, job_new(passwords, password, on_done, arg));
}

void passwords_check(struct passwords *passwords, const char *password, const char *hash,
                     void (*on_done)(void *arg, int status, const char *hash), void *arg)
{
    struct job *job = job_new(passwords, password, on_done, arg);
    job->is_check = true;
    bool is_known = hash[0] != '\0' && strlen(hash) < sizeof(job->hash);
    (void)snprintf(job->hash, sizeof(job->hash), "%s", is_known ? hash : passwords->nobody);
    add(passwords, job);
}
