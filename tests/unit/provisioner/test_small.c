/* Marks, tokens, what Docker and /proc show, the index of images, the state directory. */
#include <jansson.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <provisioner/image.h>
#include <provisioner/mark.h>
#include <provisioner/procfs.h>
#include <provisioner/seen.h>
#include <provisioner/store.h>
#include <string.h>

static struct nt_arena arena;

static int setup(void **state)
{
    (void)state;
    nt_arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    nt_arena_deinit(&arena);
    return 0;
}

/* --- marks ----------------------------------------------------------------------------------- */

static const struct mark sample = {.run = 7,
                                   .run_before = 6,
                                   .base_started = "2026-11-24T08:00:00.123456789Z",
                                   .role = MARK_TARGET,
                                   .step = MARK_ENDED,
                                   .move = "m1",
                                   .source = "host-1",
                                   .adopted = "c0",
                                   .revision = 12,
                                   .generation = 3,
                                   .bytes_done = INT64_C(5000000000),
                                   .bytes_total = INT64_C(6000000000),
                                   .copy_ms = 4,
                                   .stopped_at_ms = 5,
                                   .started_at_ms = 6,
                                   .at_ms = 7};

static void check_mark(const struct mark *mark)
{
    assert_int_equal(mark->run, 7);
    assert_int_equal(mark->run_before, 6);
    assert_string_equal(mark->base_started, sample.base_started);
    assert_int_equal(mark->role, MARK_TARGET);
    assert_int_equal(mark->step, MARK_ENDED);
    assert_string_equal(mark->move, "m1");
    assert_string_equal(mark->source, "host-1");
    assert_string_equal(mark->adopted, "c0");
    assert_int_equal(mark->revision, 12);
    assert_int_equal(mark->generation, 3);
    assert_int_equal(mark->bytes_done, sample.bytes_done);
    assert_int_equal(mark->bytes_total, sample.bytes_total);
    assert_int_equal(mark->at_ms, 7);
}

static void test_mark_round_trip(void **state)
{
    (void)state;
    struct nt_buf text = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct mark mark;
    assert_int_equal(mark_encode(&sample, &text, &err), 0);
    assert_int_equal(mark_decode(&arena, nt_buf_span(&text), &mark, &err), 0);
    check_mark(&mark);
    nt_buf_deinit(&text);
    assert_string_equal(mark_step_word(MARK_ENDED), "copied"); /* to the world */
    assert_string_equal(mark_step_word(MARK_HANDED_OVER), "handed-over");
}

static void test_broken_marks_are_refused(void **state)
{
    (void)state;
    struct nt_buf text = {0};
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(mark_encode(&sample, &text, &err), 0);
    struct mark mark = MARK_INIT;
    for (size_t len = 0; len < text.len; len++)
        assert_int_equal(
            mark_decode(&arena, (struct nt_span){.data = text.data, .len = len}, &mark, &err),
            -EINVAL);
    nt_buf_deinit(&text);
    static const char *const bad[] = {"{}", "[]", "{\"version\": 2}", "null"};
    for (size_t i = 0; i < NT_COUNT(bad); i++)
        assert_int_equal(mark_decode(&arena, nt_span_of(bad[i]), &mark, &err), -EINVAL);
}

/* --- the state directory --------------------------------------------------------------------- */

static void test_store(void **state)
{
    (void)state;
    char folder[64] = "/tmp/nt_store_test_XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct nt_error err = NT_ERROR_INIT;
    struct store *store = NULL;
    struct store *second = NULL;
    assert_int_equal(store_open(folder, &store, &err), 0);
    assert_int_equal(store_open(folder, &second, &err), -EBUSY);
    assert_int_equal(store_claim_engine(store, "ENGINE-1", &err), 0);
    assert_int_equal(store_claim_engine(store, "ENGINE-1", &err), 0);
    assert_int_equal(store_claim_engine(store, "ENGINE-2", &err), -EPERM);
    struct mark mark;
    assert_int_equal(store_load_mark(store, &arena, "abc-1", &mark, &err), 0);
    assert_int_equal(mark.role, MARK_NONE);
    assert_int_equal(store_save_mark(store, "abc-1", &sample, &err), 0);
    assert_int_equal(store_save_mark(store, "../escape", &sample, &err), -EINVAL);
    store_close(store);

    assert_int_equal(store_open(folder, &store, &err), 0);
    assert_int_equal(store_load_mark(store, &arena, "abc-1", &mark, &err), 0);
    check_mark(&mark);
    store_close(store);
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

/* --- Docker ---------------------------------------------------------------------------------- */

static void test_times_of_docker(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {{"0001-01-01T00:00:00Z", 0},
                 {"1970-01-01T00:00:01Z", 1000},
                 {"2026-11-24T08:00:00.123456789Z", 1795507200123},
                 {"2026-11-24T17:00:00.1+09:00", 1795507200100},
                 {"2026-11-24T08:00:00.12Z", 1795507200120}};
    int64_t ms = -1;
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        assert_int_equal(seen_parse_time(cases[i].text, &ms), 0);
        assert_int_equal(ms, cases[i].ms);
    }
    assert_int_equal(seen_parse_time("yesterday", &ms), -EINVAL);
    assert_int_equal(seen_parse_time("2026-11-24T08:00:00", &ms), -EINVAL);
}

/* Cut from what Docker 20.10 says. */
static const char inspect[] =
    "{\"Id\": \"3b3f\", \"Name\": \"/mine.s1\", \"Image\": \"sha256:6c00\","
    " \"State\": {\"Status\": \"running\", \"Running\": true, \"OOMKilled\": false, \"Pid\": 4711,"
    "  \"ExitCode\": 0, \"StartedAt\": \"2026-11-24T08:00:00.1Z\","
    "  \"FinishedAt\": \"0001-01-01T00:00:00Z\"},"
    " \"HostConfig\": {\"NanoCpus\": 500000000, \"Memory\": 536870912},"
    " \"GraphDriver\": {\"Name\": \"overlay2\", \"Data\": {\"UpperDir\": \"/d/diff\"}},"
    " \"Mounts\": [{\"Type\": \"volume\", \"Name\": \"s1.data\", \"Source\": \"/d/v/_data\","
    "  \"Destination\": \"/data\"}, {\"Type\": \"tmpfs\", \"Destination\": \"/x\"}],"
    " \"Config\": {\"Labels\": {\"io.neaptide.server\": \"s1\", \"io.neaptide.generation\": \"2\","
    "  \"io.neaptide.cluster\": \"c1\"}},"
    " \"NetworkSettings\": {\"Networks\": {\"n\": {\"IPAddress\": \"10.1.0.2\"}},"
    "  \"Ports\": {\"80/tcp\": [{\"HostIp\": \"0.0.0.0\", \"HostPort\": \"32768\"}],"
    "   \"53/udp\": [{\"HostIp\": \"0.0.0.0\", \"HostPort\": \"32769\"}], \"22/tcp\": null}}}";

static void test_inspect(void **state)
{
    (void)state;
    json_t *json = json_loads(inspect, 0, NULL);
    assert_non_null(json);
    struct seen seen;
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(seen_parse(&arena, json, &seen, &err), 0);
    assert_string_equal(seen.name, "mine.s1");
    assert_int_equal(seen.state, SEEN_RUNNING);
    assert_int_equal(seen.role, SEEN_LIVE);
    assert_int_equal(seen.generation, 2);
    assert_int_equal(seen.pid, 4711);
    assert_int_equal(seen.cpu_milli, 500);
    assert_int_equal(seen.mem_bytes, 536870912);
    assert_int_equal(seen.started_at_ms, 1795507200100);
    assert_int_equal(seen.ports_count, 1);
    assert_string_equal(seen.ports[0].service, "80");
    assert_int_equal(seen.ports[0].port, 32768);
    assert_string_equal(seen.ip, "10.1.0.2");
    assert_string_equal(seen.upper_dir, "/d/diff");
    assert_int_equal(seen.mounts_count, 1);
    assert_string_equal(seen.mounts[0].source, "/d/v/_data");

    json_t *labels = json_object_get(json_object_get(json, "Config"), "Labels");
    (void)json_object_set_new(labels, "io.neaptide.generation", json_string("two"));
    assert_int_equal(seen_parse(&arena, json, &seen, &err), -EINVAL);
    (void)json_object_del(labels, "io.neaptide.server");
    assert_int_equal(seen_parse(&arena, json, &seen, &err), -ENOENT);
    (void)json_object_del(json, "State");
    assert_int_equal(seen_parse(&arena, json, &seen, &err), -EINVAL);
    json_decref(json);
}

static void test_roles(void **state)
{
    (void)state;
    static const enum seen_role roles[] = {SEEN_LIVE, SEEN_TRASH, SEEN_OLD};
    static const char *const names[] = {"mine", "trash", "old"};
    for (size_t i = 0; i < NT_COUNT(roles); i++) {
        for (size_t j = 0; j < NT_COUNT(names); j++)
            assert_int_equal(seen_role_of(seen_name(&arena, names[j], "s1", roles[i], 4)),
                             roles[i]);
    }
}

static void test_images(void **state)
{
    (void)state;
    struct nt_span index =
        nt_span_of("{\"web\": {\"image\": \"neaptide/web:5f\", \"archive\": \"w.tar\"},"
                   " \"evil\": {\"image\": \"neaptide/evil:1\", \"archive\": \"../e\"},"
                   " \"odd\": [1], \"a\": {\"image\": \"host:5000/a\", \"archive\": \"a.tar\"}}");
    static const struct {
        const char *image, *archive;
    } cases[] = {{"neaptide/web:5f", "w.tar"},   {"neaptide/web:latest", "w.tar"},
                 {"neaptide/web", "w.tar"},      {"neaptide/web:60", NULL},
                 {"neaptide/we", NULL},          {"neaptide/evil:1", NULL},
                 {"host:5000/a:latest", "a.tar"}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct image_entry entry = {0};
        assert_int_equal(image_find(&arena, index, cases[i].image, &entry),
                         cases[i].archive != NULL);
        if (!nt_text_is(entry.archive, cases[i].archive))
            fail_msg("%s: %s", cases[i].image, entry.archive == NULL ? "none" : entry.archive);
    }
    assert_null(image_load_error(&arena, nt_span_of("{\"stream\": \"Loaded\"}\n")));
    assert_string_equal(image_load_error(&arena, nt_span_of("{\"stream\": \"x\"}\n"
                                                            "{\"errorDetail\": {\"message\": "
                                                            "\"unexpected EOF\"}}")),
                        "unexpected EOF");
}

/* --- /proc ----------------------------------------------------------------------------------- */

static void test_upper_dir(void **state)
{
    (void)state;
    static const char mountinfo[] =
        "1 2 0:1 / /proc rw - proc proc rw\n"
        "3 2 0:2 / /mnt rw - overlay overlay rw,upperdir=/wrong,workdir=/w\n"
        "4 2 0:3 / / rw,relatime master:1 - overlay overlay "
        "rw,lowerdir=/l/A:/l/B,upperdir=/var/lib/docker/with\\040space/diff,workdir=/w\n";
    assert_string_equal(procfs_upper_dir_of(&arena, mountinfo), "/var/lib/docker/with space/diff");
    assert_null(procfs_upper_dir_of(&arena, "1 2 0:1 / / rw - ext4 /dev/vda rw\n"));
    assert_null(procfs_upper_dir_of(&arena, ""));
    assert_string_equal(
        procfs_upper_dir_of(&arena,
                            "1 2 0:1 / / rw - overlay overlay rw,upperdir=/a\\\xa2\xffzb\n"),
        "/a\\\xa2\xffzb"); /* not an escape: fuzz_docker found a negative shift */
}

static void test_connections(void **state)
{
    (void)state;
    static const char table[] =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
        "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
        "   1: 0100007F:0016 0100007F:A2C4 01 00000000:00000000 02:000AFC80 00000000     0\n"
        "   2: 0100007F:A2C4 0100007F:0016 01 00000000:00000000 02:000AFC80 00000000     0\n"
        "   3: 0100007F:0016 0100007F:A2C6 06 00000000:00000000 02:000AFC80 00000000     0\n";
    static const int32_t ssh[] = {22};
    assert_int_equal(procfs_connections_of(table, ssh, 1), 1);
    assert_int_equal(procfs_connections_of("", ssh, 1), 0);
    assert_int_equal(procfs_connections(getpid(), ssh, 0), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_mark_round_trip), CASE(test_broken_marks_are_refused),
        CASE(test_store),           CASE(test_times_of_docker),
        CASE(test_inspect),         CASE(test_roles),
        CASE(test_images),          CASE(test_upper_dir),
        CASE(test_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
