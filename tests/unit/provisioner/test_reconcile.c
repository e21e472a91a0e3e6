/* The rules one by one; test_two_hosts.c plays them together. */
#include <nt/text.h>
#include <nt_cmocka.h>
#include <provisioner/reconcile.h>

#define SERVER "01890000-0000-7000-8000-00000000000a"
#define T1     "2026-11-24T08:00:00Z"

enum { NOW = 1000000, TRASH = 86400000, GRACE = 3600000 };

static struct nt_move to_b = {.id = "m1", .from = "a", .to = "b", .phase = "copying"};

struct scene {
    const char *name;
    const char *host; /* we are; NULL: a */
    /* the placement */
    bool has_none;
    const char *cluster, *desired, *at, *phase; /* at: host; phase: of move m1 from a to b */
    int64_t generation, run, revision, cpu, mem;
    /* the container */
    bool no_container;
    enum seen_state state;
    const char *role, *label_cluster, *started;
    int64_t label_generation;
    /* the mark */
    enum mark_role mark_role;
    enum mark_step mark_step;
    const char *mark_move;
    int64_t mark_run, mark_revision, mark_at;
    const char *base, *adopted;
    int crash_starts;
    bool not_swept;
    int64_t deleted_ago;
    /* then */
    enum act act;
    const char *why, *fault;
};

#define RUNNING   .state = SEEN_RUNNING, .started = T1, .mark_run = 1
#define EXITED    .state = SEEN_EXITED, .started = T1, .mark_run = 1
#define MADE      .state = SEEN_CREATED, .started = SEEN_NEVER
#define SOURCE(s) .mark_role = MARK_SOURCE, .mark_step = (s), .mark_move = "m1"
#define TARGET(s) .host = "b", .mark_role = MARK_TARGET, .mark_step = (s), .mark_move = "m1"

static const struct scene scenes[] = {
    /* absence and strangers */
    {"no placement, running", .has_none = true, RUNNING, .act = ACT_STOP, .why = "orphan"},
    {"no placement, stopped", .has_none = true, EXITED, .act = ACT_NONE},
    {"another cluster's placement", .cluster = "c2", RUNNING, .act = ACT_NONE,
     .fault = "cluster-unknown"},
    {"another cluster's container", RUNNING, .label_cluster = "c2", .act = ACT_STOP,
     .why = "orphan"},
    {"elsewhere, nothing here", .at = "x", .no_container = true, .act = ACT_NONE},
    {"elsewhere, running here", .at = "x", RUNNING, .act = ACT_STOP, .why = "lives_elsewhere"},
    {"elsewhere, unexplained copy is kept", .at = "x", EXITED, .act = ACT_NONE},

    {"deleted, in the trash for long enough, gone", .desired = "deleted", .no_container = true,
     .deleted_ago = TRASH, .not_swept = true, .act = ACT_SWEEP},
    {"deleted and swept", .desired = "deleted", .no_container = true, .deleted_ago = TRASH,
     .act = ACT_NONE},
    {"deleted, and the trash is not over: nothing is swept", .desired = "deleted",
     .no_container = true, .not_swept = true, .act = ACT_NONE},
    {"elsewhere, without a mark: nothing is swept", .at = "x", .no_container = true,
     .not_swept = true, .act = ACT_NONE},
    {"no placement: nothing is swept", .has_none = true, .no_container = true, .not_swept = true,
     .act = ACT_NONE},

    /* this host's own */
    {"missing", .no_container = true, .act = ACT_CREATE},
    {"made, to be started: the run first", MADE, .base = "", .act = ACT_MARK, .why = "run_asked"},
    {"made, run noted", MADE, .mark_run = 1, .base = SEEN_NEVER, .act = ACT_START},
    {"running as asked", RUNNING, .act = ACT_NONE},
    {"stop asked", .desired = "stopped", RUNNING, .act = ACT_STOP, .why = "stop_asked"},
    {"stopped as asked", .desired = "stopped", EXITED, .act = ACT_NONE},
    {"restart asked", .run = 2, RUNNING, .act = ACT_MARK, .why = "run_asked"},
    {"restart noted: stop", .run = 2, .state = SEEN_RUNNING, .started = T1, .mark_run = 2,
     .base = T1, .act = ACT_STOP, .why = "run_asked"},
    {"restart noted and stopped: start", .run = 2, .state = SEEN_EXITED, .started = T1,
     .mark_run = 2, .base = T1, .act = ACT_START, .why = "run_asked"},
    {"stopped by itself", EXITED, .act = ACT_START, .why = "stopped_by_itself"},
    {"again and again", EXITED, .crash_starts = 5, .act = ACT_WAIT, .fault = "keeps-stopping"},
    {"older generation running", .generation = 2, RUNNING, .act = ACT_STOP},
    {"older generation stopped", .generation = 2, EXITED, .act = ACT_RENAME},
    {"newer generation is not touched", RUNNING, .label_generation = 9, .act = ACT_NONE,
     .fault = "copy-in-the-way"},
    {"more CPU", .cpu = 900, RUNNING, .act = ACT_UPDATE},
    {"more memory", .mem = 900, RUNNING, .act = ACT_UPDATE},
    {"less memory waits for the next start", .mem = 100, RUNNING, .act = ACT_NONE},
    {"less memory while it stands still", .mem = 100, .desired = "stopped", EXITED,
     .act = ACT_UPDATE},

    {"an orphan of another cluster, placed here anew", EXITED, .label_cluster = "c2",
     .act = ACT_MARK, .why = "adopted"},
    {"adopted", RUNNING, .label_cluster = "c2", .adopted = "c2", .act = ACT_NONE},
    {"adopted and deleted", .desired = "deleted", EXITED, .label_cluster = "c2", .adopted = "c2",
     .act = ACT_RENAME},

    /* deleted */
    {"deleted, running", .desired = "deleted", RUNNING, .act = ACT_STOP},
    {"deleted, stopped", .desired = "deleted", EXITED, .act = ACT_RENAME},
    {"deleted, kept", .desired = "deleted", EXITED, .role = ".trash1", .act = ACT_WAIT},
    {"deleted, of a newer generation", .desired = "deleted", EXITED, .label_generation = 9,
     .act = ACT_NONE},
    {"deleted, another cluster's", .desired = "deleted", EXITED, .label_cluster = "c2",
     .act = ACT_NONE},

    /* source */
    {"source, copying begins", .phase = "copying", RUNNING, .act = ACT_MARK, .why = "move_began"},
    {"source, serving", .phase = "copying", RUNNING, SOURCE(MARK_SERVING), .act = ACT_NONE},
    {"source, serving, crashed", .phase = "holding", EXITED, SOURCE(MARK_SERVING),
     .act = ACT_START},
    {"source, cutover: stop", .phase = "cutover", RUNNING, SOURCE(MARK_SERVING), .act = ACT_STOP},
    {"source, cutover: mark", .phase = "cutover", EXITED, SOURCE(MARK_SERVING), .act = ACT_MARK,
     .why = "cutover"},
    {"source, handed over stays down", .phase = "cutover", EXITED, SOURCE(MARK_HANDED_OVER),
     .act = ACT_NONE},
    {"source, recalled stays down", .phase = "recalled", EXITED, SOURCE(MARK_HANDED_OVER),
     .act = ACT_NONE},
    {"source, recalled without the mark", .phase = "recalled", RUNNING, SOURCE(MARK_SERVING),
     .act = ACT_NONE},
    {"source, aborted", EXITED, SOURCE(MARK_HANDED_OVER), .revision = 9, .mark_revision = 8,
     .act = ACT_MARK, .why = "move_aborted"},
    {"source, the view is behind its mark", EXITED, SOURCE(MARK_HANDED_OVER), .revision = 8,
     .mark_revision = 8, .act = ACT_WAIT},
    {"source, resumed", EXITED, SOURCE(MARK_RESUMED), .act = ACT_START},
    {"source, done, kept for a while", .at = "b", EXITED, SOURCE(MARK_HANDED_OVER), .revision = 9,
     .mark_revision = 8, .mark_at = NOW, .act = ACT_WAIT, .why = "moved_away"},
    {"source, done, grace over", .at = "b", EXITED, SOURCE(MARK_HANDED_OVER), .revision = 9,
     .mark_revision = 8, .mark_at = NOW - GRACE, .act = ACT_REMOVE, .why = "moved_away"},
    {"source, another life elsewhere: quarantined", .at = "b", .generation = 2, EXITED,
     SOURCE(MARK_HANDED_OVER), .revision = 9, .mark_revision = 8, .mark_at = NOW - GRACE,
     .act = ACT_NONE},

    /* target */
    {"target, copying begins", .host = "b", .phase = "copying", .no_container = true,
     .act = ACT_MARK, .why = "move_began"},
    {"target, something is in the way", .host = "b", .phase = "copying", EXITED, .act = ACT_NONE,
     .fault = "copy-in-the-way"},
    {"target, its own older copy", .host = "b", .phase = "copying", EXITED,
     .mark_role = MARK_SOURCE, .mark_step = MARK_HANDED_OVER, .mark_move = "m0", .act = ACT_REMOVE,
     .why = "older_copy"},
    {"target, copies", .phase = "copying", .no_container = true, TARGET(MARK_COPYING),
     .act = ACT_COPY},
    {"target, waits", .phase = "holding", MADE, TARGET(MARK_COPIED), .act = ACT_NONE},
    {"target, last pass", .phase = "cutover", MADE, TARGET(MARK_COPIED), .act = ACT_FINISH},
    {"target, has the end", .phase = "cutover", MADE, TARGET(MARK_ENDED), .mark_run = 1,
     .base = SEEN_NEVER, .act = ACT_START},
    {"target, started", .phase = "cutover", RUNNING, TARGET(MARK_ENDED), .act = ACT_AWAIT_READY},
    {"target, of a stopped server", .phase = "cutover", .desired = "stopped", MADE,
     TARGET(MARK_ENDED), .act = ACT_MARK, .why = "moved_standing_still"},
    {"target, recalled before the end", .phase = "recalled", MADE, TARGET(MARK_COPIED),
     .act = ACT_MARK, .why = "recalled"},
    {"target, recalled with the end, not started", .phase = "recalled", MADE, TARGET(MARK_ENDED),
     .act = ACT_MARK, .why = "recalled"},
    {"target, recalled but started", .phase = "recalled", RUNNING, TARGET(MARK_ENDED),
     .act = ACT_AWAIT_READY},
    {"target, refused: throws its copy away", .phase = "recalled", MADE, TARGET(MARK_REFUSED),
     .act = ACT_REMOVE},
    {"target, refused never starts", .phase = "cutover", .no_container = true, TARGET(MARK_REFUSED),
     .act = ACT_NONE},
    {"target, aborted: throws its copy away", .at = "a", MADE, TARGET(MARK_COPIED),
     .act = ACT_REMOVE, .why = "move_aborted"},
    {"target, aborted, copy gone, but perhaps not its volumes", .at = "a", .no_container = true,
     TARGET(MARK_COPIED), .not_swept = true, .act = ACT_SWEEP},
    {"target, aborted, copy gone", .at = "a", .no_container = true, TARGET(MARK_COPIED),
     .act = ACT_MARK, .why = "copy_gone"},
    {"target, ran, and lost to an administrator", .at = "a", .generation = 2, EXITED,
     TARGET(MARK_RUNNING), .act = ACT_NONE},
};

static const char *text_or(const char *text, const char *otherwise)
{
    return text == NULL ? otherwise : text;
}

static void play(const struct scene *scene)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_move move = to_b;
    move.phase = scene->phase;
    struct nt_placement placement = {
        .server = SERVER,
        .owner = "ann",
        .name = "mine",
        .generation = scene->generation > 0 ? scene->generation : 1,
        .revision = scene->revision,
        .run = scene->run > 0 ? scene->run : 1,
        .desired = text_or(scene->desired, "running"),
        .deleted_at_ms = NOW - scene->deleted_ago,
        .granted = {.cpu_milli = scene->cpu > 0 ? scene->cpu : 500,
                    .mem_bytes = scene->mem > 0 ? scene->mem : 500},
        .host = text_or(scene->at, "a"),
        .move = scene->phase != NULL ? &move : NULL,
        .cluster = text_or(scene->cluster, "c1"),
    };
    struct seen seen = {
        .id = "c",
        .name = nt_arena_printf(&arena, "mine." SERVER "%s", text_or(scene->role, "")),
        .server = SERVER,
        .server_name = "mine",
        .owner = "ann",
        .cluster = text_or(scene->label_cluster, "c1"),
        .generation = scene->label_generation > 0 ? scene->label_generation : 1,
        .state = scene->state,
        .started_at = text_or(scene->started, SEEN_NEVER),
        .started_at_ms = NOW - 2000,
        .finished_at_ms = NOW - 1000,
        .cpu_milli = 500,
        .mem_bytes = 500,
    };
    seen.role = seen_role_of(seen.name);
    struct world world = {
        .host = text_or(scene->host, "a"),
        .cluster = "c1",
        .server = SERVER,
        .now_ms = NOW,
        .trash_ms = TRASH,
        .grace_ms = GRACE,
        .placement = scene->has_none ? NULL : &placement,
        .seen = &seen,
        .seen_count = !scene->no_container,
        .mark = {.run = scene->mark_run,
                 .base_started = text_or(scene->base, "before"),
                 .role = scene->mark_role,
                 .step = scene->mark_step,
                 .move = text_or(scene->mark_move, ""),
                 .source = "a",
                 .adopted = text_or(scene->adopted, ""),
                 .revision = scene->mark_revision,
                 .at_ms = scene->mark_at},
        .crash_starts = scene->crash_starts,
        .is_swept = !scene->not_swept,
    };
    struct step step = reconcile(&arena, &world);
    if (step.act != scene->act || (scene->why != NULL && !nt_text_is(step.why, scene->why)) ||
        !nt_text_is(step.fault, scene->fault))
        fail_msg("%s: act %d (%s, fault %s), not %d", scene->name, step.act, step.why,
                 text_or(step.fault, "none"), scene->act);
    nt_arena_deinit(&arena);
}

static void test_each_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < NT_COUNT(scenes); i++)
        play(&scenes[i]);
}

static void test_back_off(void **state)
{
    (void)state;
    static const struct {
        int starts;
        int64_t lived_ms, wait_ms;
    } cases[] = {{0, 10, -1},    {1, 10, 1000},  {2, 10, 2000},   {3, 10, 4000},
                 {6, 10, 32000}, {7, 10, 60000}, {99, 10, 60000}, {99, 60000, -1}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct seen seen = {.started_at_ms = NOW, .finished_at_ms = NOW + cases[i].lived_ms};
        int64_t expected = cases[i].wait_ms < 0 ? 0 : seen.finished_at_ms + cases[i].wait_ms;
        assert_int_equal(restart_at_ms(&seen, cases[i].starts), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_rule),
        cmocka_unit_test(test_back_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
