#include <api/recent.h>
#include <math.h>
#include <nt/memory.h>
#include <string.h>
#include <uthash.h>

/* Small, because there are 240 of them for each of 20,000 servers. */
struct step {
    uint32_t slot; /* load time / RECENT_STEP_MS: enough for 2,000 years */
    uint32_t count;
    float cpu_mean;
    float cpu_max;
    float mem_mean;
    float mem_max;
};

struct ring {
    char *subject;
    struct step *steps; /* by slot mod RECENT_STEPS */
    UT_hash_handle hh;
};

struct recent {
    struct ring *rings;
};

struct recent *recent_new(void)
{
    return nt_zalloc(sizeof(struct recent));
}

void recent_free(struct recent *recent)
{
    if (recent == NULL)
        return;
    struct ring *ring = NULL;
    struct ring *next = NULL;
    HASH_ITER(hh, recent->rings, ring, next)
    {
        HASH_DEL(recent->rings, ring); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
        free(ring->subject);
        free(ring->steps);
        free(ring);
    }
    free(recent);
}

static struct ring *ring_of(struct recent *recent, const char *subject)
{
    struct ring *ring = NULL;
    HASH_FIND_STR(recent->rings, subject, ring);
    if (ring != NULL || HASH_COUNT(recent->rings) >= RECENT_SUBJECTS)
        return ring;
    ring = nt_zalloc(sizeof(*ring));
    ring->subject = nt_strdup(subject);
    ring->steps = nt_zalloc(RECENT_STEPS * sizeof(ring->steps[0]));
    HASH_ADD_KEYPTR(hh, recent->rings, ring->subject, strlen(ring->subject), ring);
    return ring;
}

static void add(struct recent *recent, const char *subject, int64_t at_ms,
                const struct nt_sample *sample)
{
    if (at_ms < 0 || !isfinite(sample->cpu_milli))
        return;
    struct ring *ring = ring_of(recent, subject);
    if (ring == NULL)
        return;
    uint32_t slot = (uint32_t)(at_ms / RECENT_STEP_MS);
    struct step *step = &ring->steps[slot % RECENT_STEPS];
    if (step->slot > slot)
        return; /* an hour late */
    if (step->slot != slot)
        *step = (struct step){.slot = slot};
    float cpu = (float)sample->cpu_milli;
    float mem = (float)sample->mem_bytes;
    step->count++;
    step->cpu_mean += (cpu - step->cpu_mean) / (float)step->count;
    step->mem_mean += (mem - step->mem_mean) / (float)step->count;
    step->cpu_max = fmaxf(step->cpu_max, cpu);
    step->mem_max = fmaxf(step->mem_max, mem);
}

void recent_add(struct recent *recent, const struct nt_host_load *load)
{
    /* at_ms is the end of the interval: it belongs to the step in which it lay. */
    int64_t at_ms = load->at_ms - 1;
    add(recent, load->host, at_ms, &load->sample);
    for (size_t i = 0; i < load->servers_count; i++)
        add(recent, load->servers[i].server, at_ms, &load->servers[i].sample);
}

size_t recent_read(const struct recent *recent, const char *subject, int64_t from_ms, int64_t to_ms,
                   struct recent_step *ret_steps)
{
    struct ring *ring = NULL;
    HASH_FIND_STR(recent->rings, subject, ring);
    if (ring == NULL || to_ms <= 0)
        return 0;
    int64_t newest = (to_ms - 1) / RECENT_STEP_MS;
    size_t count = 0;
    for (int64_t slot = newest - RECENT_STEPS + 1; slot <= newest; slot++) {
        if (slot < 0 || (slot + 1) * RECENT_STEP_MS <= from_ms)
            continue;
        const struct step *step = &ring->steps[slot % RECENT_STEPS];
        if (step->count == 0 || step->slot != (uint32_t)slot)
            continue;
        ret_steps[count++] = (struct recent_step){
            .from_ms = slot * RECENT_STEP_MS,
            .count = step->count,
            .cpu_milli_mean = step->cpu_mean,
            .cpu_milli_max = step->cpu_max,
            .mem_bytes_mean = (double)step->mem_mean,
            .mem_bytes_max = (double)step->mem_max,
        };
    }
    return count;
}
