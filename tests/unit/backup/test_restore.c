/* What is restored, and what is changed on the way. */
#include <backup/restore.h>

#include <nt/contract.h>
#include <nt/text.h>

#include <nt_cmocka.h>

static void test_which_topics(void **state)
{
    (void)state;
    static const enum nt_topic yes[] = {
        NT_TOPIC_ACCOUNTS, NT_TOPIC_SESSIONS,   NT_TOPIC_TEMPLATES, NT_TOPIC_HOSTS,
        NT_TOPIC_POOL,     NT_TOPIC_PLACEMENTS, NT_TOPIC_PLANS,     NT_TOPIC_SERVER_STATE};
    static const enum nt_topic no[] = {NT_TOPIC_AGENTS,   NT_TOPIC_OBSERVED,  NT_TOPIC_HOST_STATE,
                                       NT_TOPIC_REQUESTS, NT_TOPIC_HOST_LOAD, NT_TOPIC_DLQ_API};
    for (size_t i = 0; i < NT_COUNT(yes); i++)
        assert_true(backup_restores(yes[i]));
    for (size_t i = 0; i < NT_COUNT(no); i++)
        assert_false(backup_restores(no[i]));
    assert_true(backup_has(NT_TOPIC_AGENTS)); /* for whoever reads the file */
    assert_false(backup_has(NT_TOPIC_REQUESTS));
}

/* The placement as it comes out of backup_renew(). */
static struct nt_placement *renewed(struct nt_arena *arena, const struct nt_placement *placement)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    assert_int_equal(nt_placement_encode(placement, &bytes, NULL), 0);
    struct backup_record record = {
        .topic = NT_TOPIC_PLACEMENTS, .key = placement->server, .value = nt_buf_span(&bytes)};
    struct nt_error err = NT_ERROR_INIT;
    if (backup_renew(arena, "new-cluster", &record, &err) != 0)
        fail_msg("%s", err.message);
    struct nt_placement *out = NULL;
    assert_int_equal(nt_placement_decode(arena, record.value, &out, &err), 0);
    return out;
}

static void test_placements(void **state)
{
    (void)state;
    static const struct {
        const char *phase;
        bool is_kept;
    } cases[] = {{"copying", false}, {"holding", false}, {"cutover", true}, {"recalled", true}};
    struct nt_arena arena;
    nt_arena_init(&arena);
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_move move = {.id = "m", .from = "a", .to = "b", .phase = cases[i].phase};
        const struct nt_placement placement = {.server = "s",
                                               .name = "lab",
                                               .generation = 3,
                                               .revision = 9,
                                               .desired = "running",
                                               .host = "a",
                                               .cluster = "old",
                                               .move = &move};
        const struct nt_placement *out = renewed(&arena, &placement);
        assert_string_equal(out->cluster, "new-cluster");
        assert_string_equal(out->host, "a");
        assert_int_equal(out->generation, 3);
        assert_int_equal(out->revision, 9);
        assert_int_equal(out->move != NULL, cases[i].is_kept);
    }
    nt_arena_deinit(&arena);
}

static void test_pool_and_others(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_pool pool = {.pool = "pool", .mode = "automatic", .cluster = "old", .epoch = 7};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    assert_int_equal(nt_pool_encode(&pool, &bytes, NULL), 0);
    struct backup_record record = {
        .topic = NT_TOPIC_POOL, .key = "pool", .value = nt_buf_span(&bytes)};
    assert_int_equal(backup_renew(&arena, "new-cluster", &record, &err), 0);
    struct nt_pool *out = NULL;
    assert_int_equal(nt_pool_decode(&arena, record.value, &out, &err), 0);
    assert_string_equal(out->cluster, "new-cluster");
    assert_string_equal(out->mode, "automatic");
    assert_int_equal(out->epoch, 7);

    const uint8_t value[] = {1, 2, 3};
    struct backup_record other = {
        .topic = NT_TOPIC_ACCOUNTS, .key = "k", .value = {.data = value, .len = sizeof(value)}};
    assert_int_equal(backup_renew(&arena, "new-cluster", &other, &err), 0);
    assert_ptr_equal(other.value.data, value); /* untouched */

    other.topic = NT_TOPIC_PLACEMENTS;
    assert_true(backup_renew(&arena, "new-cluster", &other, &err) < 0);
    nt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_topics),
        cmocka_unit_test(test_placements),
        cmocka_unit_test(test_pool_and_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
