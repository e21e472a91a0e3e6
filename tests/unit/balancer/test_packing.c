#include <packing/packing.h>

#include <nt/cleanup.h>
#include <nt/memory.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { B = HORIZON_BLOCKS, PATHS = 4 };

struct world {
    struct packing packing;
    float *paths;
};

static struct packing_options options(void)
{
    struct packing_options some = packing_default;
    some.paths = PATHS;
    some.low = .84;
    some.high = .96;
    return some;
}

static void world_open(struct world *world, size_t items, size_t hosts)
{
    const struct packing_options some = options();
    packing_init(&world->packing, &some, items, hosts);
    world->paths = nt_zalloc(items * PATHS * B * sizeof(float));
    for (size_t i = 0; i < items; i++)
        world->packing.items[i] = (struct packing_item){
            .paths = world->paths + i * PATHS * B, .back = PACKING_NOWHERE, .price = 1};
    for (size_t g = 0; g < hosts; g++)
        world->packing.hosts[g] = (struct packing_host){.cpu = 100, .mem = 100};
}

static void world_close(struct world *world)
{
    packing_deinit(&world->packing);
    free(world->paths);
}

static void set_flat(struct world *world, int item, int host, float use, double mem)
{
    for (int i = 0; i < PATHS * B; i++)
        world->paths[item * PATHS * B + i] = use;
    world->packing.items[item].host = host;
    world->packing.items[item].mem = mem;
}

/* --- the horizon ------------------------------------------------------------------------------ */

static void test_the_horizon_is_a_day(void **state)
{
    (void)state;
    int ends[B];
    horizon_ends(ends);
    assert_int_equal(ends[0], 1);
    assert_int_equal(ends[HORIZON_SINGLE - 1], HORIZON_SINGLE);
    assert_int_equal(ends[HORIZON_SINGLE], HORIZON_SINGLE + HORIZON_BLOCK);
    assert_int_equal(ends[B - 1], HORIZON_SLOTS);
    for (int slot = 0; slot < HORIZON_SLOTS; slot++) {
        const int block = horizon_block(slot);
        assert_true(slot < ends[block] && (block == 0 || slot >= ends[block - 1]));
    }
    float weights[B];
    horizon_weights(1e9, weights); /* nothing fades: the minutes of a day */
    float total = 0;
    for (int b = 0; b < B; b++)
        total += weights[b];
    assert_float_equal(total, 24 * 60, 0.1);
}

/* --- cost ------------------------------------------------------------------------------------- */

static void test_cost_counts_what_is_above(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        float use;
        double per_minute;
    } cases[] = {
        {"calm", 80, 0},
        {"half way", 90, 0.5},
        {"full", 96, 1},
        {"over", 106, 1.5},
    };
    struct world world;
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        world_open(&world, 1, 1);
        set_flat(&world, 0, 0, cases[i].use, 1);
        packing_begin(&world.packing);
        double minutes = 0;
        for (int b = 0; b < B; b++)
            minutes += (double)world.packing.weights[b];
        if (fabs(packing_cost(&world.packing, 0) - cases[i].per_minute * minutes) > 0.01)
            fail_msg("%s: %g", cases[i].what, packing_cost(&world.packing, 0));
        assert_float_equal(packing_cost_without(&world.packing, 0, 0), 0, 1e-9);
        world_close(&world);
    }
}

static void test_only_some_paths_are_over(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 1, 1);
    set_flat(&world, 0, 0, 10, 1);
    for (int b = 0; b < B; b++)
        world.paths[b] = 96; /* one of four */
    packing_begin(&world.packing);
    double minutes = 0;
    for (int b = 0; b < B; b++)
        minutes += (double)world.packing.weights[b];
    assert_float_equal(packing_cost(&world.packing, 0), minutes / PATHS, 0.01);
    world_close(&world);
}

/* --- the search ------------------------------------------------------------------------------- */

static void test_moves_the_one_that_helps(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 3, 2);
    set_flat(&world, 0, 0, 60, 1);
    set_flat(&world, 1, 0, 50, 1);
    set_flat(&world, 2, 1, 30, 1);
    packing_begin(&world.packing);
    struct packing_move move;
    assert_true(packing_next(&world.packing, &move));
    assert_int_equal(move.item, 1); /* 60 beside 30 would be too much */
    assert_int_equal(move.from, 0);
    assert_int_equal(move.to, 1);
    assert_true(move.gain > move.price);
    assert_false(packing_next(&world.packing, &move));
    assert_float_equal(packing_cost(&world.packing, 0), 0, 1e-9);
    world_close(&world);
}

static void test_no_move_is_an_answer(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        double mem;
        float price;
        bool is_fixed, is_closed;
    } cases[] = {
        {"no memory there", 60, 1, false, false},
        {"not worth its price", 1, 1e6F, false, false},
        {"pinned", 1, 1, true, false},
        {"target closed", 1, 1, false, true},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct world world;
        world_open(&world, 3, 2);
        set_flat(&world, 0, 0, 60, cases[i].mem);
        set_flat(&world, 1, 0, 50, cases[i].mem);
        set_flat(&world, 2, 1, 30, 50);
        for (int v = 0; v < 3; v++) {
            world.packing.items[v].price = cases[i].price;
            world.packing.items[v].is_fixed = cases[i].is_fixed;
        }
        world.packing.hosts[1].is_closed = cases[i].is_closed;
        packing_begin(&world.packing);
        struct packing_move move;
        if (packing_next(&world.packing, &move))
            fail_msg("%s: moved %d", cases[i].what, move.item);
        world_close(&world);
    }
}

static void test_going_back_has_its_price(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 2, 3);
    set_flat(&world, 0, 0, 60, 1);
    set_flat(&world, 1, 0, 50, 1);
    for (int v = 0; v < 2; v++) {
        world.packing.items[v].back = 1;
        world.packing.items[v].price_back = 1e6F;
    }
    packing_begin(&world.packing);
    struct packing_move move;
    assert_true(packing_next(&world.packing, &move));
    assert_int_equal(move.to, 2);
    world_close(&world);
}

/* --- whatever comes --------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return *seed >> 33;
}

static void fill_random(struct world *world, uint64_t seed, int items, int hosts)
{
    for (int i = 0; i < items; i++) {
        for (int k = 0; k < PATHS * B; k++)
            world->paths[i * PATHS * B + k] = (float)(next_random(&seed) % 30);
        world->packing.items[i].host = (int)(next_random(&seed) % (uint64_t)hosts);
        world->packing.items[i].mem = (double)(next_random(&seed) % 20);
        world->packing.items[i].is_fixed = next_random(&seed) % 4 == 0;
        world->packing.items[i].price = (float)(next_random(&seed) % 5);
    }
    for (int g = 0; g < hosts; g++) {
        world->packing.hosts[g].is_closed = next_random(&seed) % 5 == 0;
        world->packing.hosts[g].mem = 120;
    }
}

static void test_properties(void **state)
{
    (void)state;
    enum { ITEMS = 40, HOSTS = 6, ROUNDS = 200 };
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world a, b;
        world_open(&a, ITEMS, HOSTS);
        world_open(&b, ITEMS, HOSTS);
        fill_random(&a, seed, ITEMS, HOSTS);
        fill_random(&b, seed, ITEMS, HOSTS);
        b.packing.options.targets_max = 0;
        packing_begin(&a.packing);
        packing_begin(&b.packing);
        struct packing_move move, again;
        bool has_moved[ITEMS] = {false};
        while (packing_next(&a.packing, &move)) {
            assert_true(packing_next(&b.packing, &again)); /* same input, same plan */
            assert_int_equal(move.item, again.item);
            assert_int_equal(move.to, again.to);
            assert_true(move.gain > move.price); /* none without gain */
            assert_false(has_moved[move.item]);
            has_moved[move.item] = true;
            assert_false(a.packing.hosts[move.to].is_closed);
            assert_true(a.packing.hosts[move.to].mem_used <= a.packing.hosts[move.to].mem);
        }
        assert_false(packing_next(&b.packing, &again));
        /* The sums kept while moving are those of the end. */
        for (int g = 0; g < HOSTS; g++) {
            double sum = 0, mem = 0;
            for (int i = 0; i < ITEMS; i++)
                if (a.packing.items[i].host == g) {
                    sum += (double)a.paths[(size_t)i * PATHS * B];
                    mem += a.packing.items[i].mem;
                }
            assert_float_equal((double)packing_sums(&a.packing, g)[0], sum, 0.01);
            assert_float_equal(a.packing.hosts[g].mem_used, mem, 1e-6);
        }
        world_close(&a);
        world_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_horizon_is_a_day),
        cmocka_unit_test(test_cost_counts_what_is_above),
        cmocka_unit_test(test_only_some_paths_are_over),
        cmocka_unit_test(test_moves_the_one_that_helps),
        cmocka_unit_test(test_no_move_is_an_answer),
        cmocka_unit_test(test_going_back_has_its_price),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
