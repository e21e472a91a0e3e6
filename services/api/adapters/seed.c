#include <api/seed.h>

#include <api/catalogue.h>
#include <nt/log.h>
#include <nt/memory.h>

#define AGAIN_MS 1000

struct seed {
    struct desk *desk;
    const char *document;
    struct nt_timer *timer;
    bool is_writing;
    bool is_free;
};

static void on_written(void *arg, int status)
{
    struct seed *seed = arg;
    (void)status; /* the next turn sees what is still missing */
    seed->is_writing = false;
    if (seed->is_free)
        free(seed);
}

/* One template a turn: there are three. */
static void on_time(void *arg)
{
    struct seed *seed = arg;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_template *templates = NULL;
    struct nt_error err = NT_ERROR_INIT;
    int count = catalogue_read(&arena, seed->document, &templates, &err);
    if (count < 0)
        nt_log(NT_ERROR, "templates_not_read", NT_KV("reason", err.message));
    bool is_done = count >= 0;
    for (int i = 0; i < count; i++) {
        struct nt_template *template = &templates[i];
        const struct nt_template *old =
            table_find(&seed->desk->fleet.templates, template->template);
        if (old != NULL && catalogue_is_same(old, template))
            continue;
        is_done = false;
        if (seed->is_writing || !desk_can_write(seed->desk))
            break;
        template->revision = old == NULL ? 1 : old->revision + 1;
        template->at_ms = nt_wall_ms();
        seed->is_writing = true;
        nt_log(NT_INFO, "template_written", NT_KV("template", template->template));
        struct desk_record record = {NT_TOPIC_TEMPLATES, template->template, template};
        desk_commit(seed->desk, &record, 1, NULL, on_written, seed);
        break;
    }
    if (is_done)
        nt_timer_stop(seed->timer);
    else
        nt_timer_start(seed->timer, seed->is_writing ? 50 : AGAIN_MS, 0);
    nt_arena_deinit(&arena);
}

struct seed *seed_start(struct desk *desk, const char *document)
{
    struct seed *seed = nt_zalloc(sizeof(*seed));
    seed->desk = desk;
    seed->document = document;
    seed->timer = nt_timer_new(desk->loop, on_time, seed);
    nt_timer_start(seed->timer, 0, 0);
    return seed;
}

void seed_free(struct seed *seed)
{
    if (seed == NULL)
        return;
    nt_timer_free(seed->timer);
    seed->is_free = true;
    if (!seed->is_writing)
        free(seed);
}
