/* The ring of a terminal: always the newest bytes, in order, from a line's beginning. */
#include <nt/memory.h>
#include <nt_cmocka.h>
#include <provisioner/ring.h>
#include <string.h>

static size_t read_all(const struct ring *ring, uint8_t *into)
{
    struct nt_span pieces[2];
    ring_get(ring, pieces);
    for (size_t i = 0, at = 0; i < 2; at += pieces[i].len, i++) {
        if (pieces[i].len > 0)
            memcpy(into + at, pieces[i].data, pieces[i].len);
    }
    return pieces[0].len + pieces[1].len;
}

static void test_nothing_and_a_little(void **state)
{
    (void)state;
    static uint8_t got[RING_SIZE];
    struct ring ring = {0};
    assert_int_equal(read_all(&ring, got), 0);
    ring_add(&ring, (struct nt_span){0});
    ring_add(&ring, (struct nt_span){(const uint8_t *)"half a lin", 10});
    assert_int_equal(read_all(&ring, got), 10);
    assert_memory_equal(got, "half a lin", 10);
    assert_false(ring.is_cut);
    ring_deinit(&ring);
}

/* Against the plain way of keeping everything, for pieces of many sizes. */
static void test_the_newest_stay(void **state)
{
    (void)state;
    enum { TOTAL = 3 * RING_SIZE };
    static const size_t steps[] = {1,    7, 4096, 65536, RING_SIZE - 1, RING_SIZE, RING_SIZE + 1,
                                   TOTAL};
    static uint8_t all[TOTAL];
    static uint8_t got[RING_SIZE];
    for (size_t i = 0; i < TOTAL; i++)
        all[i] = i % 50 == 49 ? '\n' : (uint8_t)('a' + i / 50 % 26);
    for (size_t s = 0; s < NT_COUNT(steps); s++) {
        struct ring ring = {0};
        for (size_t at = 0; at < TOTAL; at += steps[s]) {
            size_t len = TOTAL - at < steps[s] ? TOTAL - at : steps[s];
            ring_add(&ring, (struct nt_span){all + at, len});
        }
        assert_true(ring.is_cut);
        size_t len = read_all(&ring, got);
        assert_in_range(len, RING_SIZE - 50, RING_SIZE);
        assert_memory_equal(got, all + TOTAL - len, len);
        assert_int_equal(all[TOTAL - len - 1], '\n');
        ring_deinit(&ring);
    }
}

/* One endless line: nothing to begin after, so everything that is there is given. */
static void test_a_line_without_end(void **state)
{
    (void)state;
    static uint8_t line[RING_SIZE];
    static uint8_t got[RING_SIZE];
    struct ring ring = {0};
    memset(line, 'x', sizeof(line));
    ring_add(&ring, (struct nt_span){line, sizeof(line)});
    assert_false(ring.is_cut);
    ring_add(&ring, (struct nt_span){line, 1});
    assert_true(ring.is_cut);
    assert_int_equal(read_all(&ring, got), RING_SIZE);
    ring_deinit(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_and_a_little),
        cmocka_unit_test(test_the_newest_stay),
        cmocka_unit_test(test_a_line_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
