/* Outlooks: what they issue for days, on a process whose best forecast is known. */
#include <models/outlook.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>

enum { DAY = 288, COUNT = 21 * DAY, AFTER = 2 * DAY, STEPS = 576, SERIES = 8 };

static double uniform(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)((*random >> 11) + 1) / 9007199254740993.0;
}

static double normal(uint64_t *random)
{
    return sqrt(-2 * log(uniform(random))) * cos(2 * M_PI * uniform(random));
}

struct world {
    double values[COUNT + AFTER];
    float newest[COUNT + AFTER]; /* the same */
    struct outlook outlook;
    struct outlook_past past;
    struct nt_arena arena, scratch;
};

/* A day's curve and a deviation of standard deviation 10 that keeps 0.6 of itself over an hour. */
static void make_values(struct world *world, uint64_t seed, double scale)
{
    uint64_t random = seed;
    double kept = pow(0.6, 1.0 / 12);
    double off = 0;
    for (size_t t = 0; t < COUNT + AFTER; t++) {
        off = kept * off + 10 * sqrt(1 - kept * kept) * normal(&random);
        world->values[t] =
            scale * fmax(200 + 80 * sin(2 * M_PI * (double)t / DAY) + off + normal(&random), 0);
        world->newest[t] = (float)world->values[t];
    }
}

static void fit(struct world *world, size_t count, double high)
{
    nt_arena_reset(&world->arena);
    struct forecast_ask ask = {.values = world->values,
                               .count = count,
                               .day = DAY,
                               .week = (size_t)7 * DAY,
                               .horizon = STEPS,
                               .low = 0,
                               .high = high};
    outlook_fit(&ask, &world->arena, &world->scratch, &world->outlook, &world->past);
}

static int make_world(void **state)
{
    static struct world world;
    nt_arena_init(&world.arena);
    nt_arena_init(&world.scratch);
    *state = &world;
    return 0;
}

static int free_world(void **state)
{
    struct world *world = *state;
    nt_arena_deinit(&world->arena);
    nt_arena_deinit(&world->scratch);
    return 0;
}

/* The bands hold their share at every hour of the day after the fit, the level helps for an hour,
 * and the probability of a value above a threshold is what happens. */
static void test_issued_every_hour(void **state)
{
    struct world *world = *state;
    static const size_t leads[] = {3, 12, 144};
    double inside80[3] = {0};
    double inside95[3] = {0};
    double expected_above = 0;
    double above = 0;
    double with = 0;
    double without = 0;
    size_t asked = 0;
    for (uint64_t seed = 1; seed <= SERIES; seed++) {
        make_values(world, seed, 1);
        fit(world, COUNT, 1000);
        const struct outlook *outlook = &world->outlook;
        for (size_t age = 12; age <= DAY; age += 12, asked++) {
            float path[STEPS];
            double off = outlook_deviation(outlook, age, world->newest + COUNT + age - 12, 12);
            outlook_issue(outlook, age, off, 200, path);
            for (size_t i = 0; i < NT_COUNT(leads); i++) {
                double actual = world->values[COUNT + age + leads[i] - 1];
                double middle = (double)path[leads[i] - 1];
                double q[4];
                static const double levels[] = {0.025, 0.1, 0.9, 0.975};
                for (size_t k = 0; k < 4; k++)
                    q[k] = outlook_quantile(outlook, middle, leads[i], levels[k]);
                assert_true(q[0] <= q[1] && q[1] <= middle && middle <= q[2] && q[2] <= q[3]);
                inside80[i] += actual >= q[1] && actual <= q[2];
                inside95[i] += actual >= q[0] && actual <= q[3];
                expected_above += outlook_share_above(outlook, middle, leads[i], 250);
                above += actual > 250;
            }
            with += fabs((double)path[2] - world->values[COUNT + age + 2]);
            outlook_issue(outlook, age, 0, 3, path);
            without += fabs((double)path[2] - world->values[COUNT + age + 2]);
        }
    }
    double n = (double)asked;
    for (size_t i = 0; i < NT_COUNT(leads); i++) {
        /* 192 moments of 8 series, neighbours alike: three standard deviations of a third of them
         */
        if (fabs(inside80[i] / n - 0.8) > 0.15 || fabs(inside95[i] / n - 0.95) > 0.08)
            fail_msg("lead %zu: %.3f inside 80 %%, %.3f inside 95 %%", leads[i], inside80[i] / n,
                     inside95[i] / n);
    }
    assert_true(with < 0.85 * without);
    assert_true(fabs(expected_above - above) < 0.15 * above);
}

static void test_quantiles_and_shares_agree(void **state)
{
    struct world *world = *state;
    make_values(world, 3, 1);
    fit(world, COUNT, INFINITY);
    for (size_t lead = 1; lead <= STEPS; lead += 23) {
        for (int percent = 2; percent < 99; percent += 6) {
            double level = percent / 100.0;
            double value = outlook_quantile(&world->outlook, 200, lead, level);
            double share = outlook_share_above(&world->outlook, 200, lead, value);
            assert_true(fabs(share - (1 - level)) < 1e-6);
        }
        assert_true(outlook_share_above(&world->outlook, 200, lead, 1e9) < 1e-6);
    }
}

/* A power of two changes no digit. */
static void test_scale(void **state)
{
    struct world *world = *state;
    make_values(world, 5, 1);
    fit(world, COUNT, INFINITY);
    struct outlook one = world->outlook;
    make_values(world, 5, 1024);
    fit(world, COUNT, INFINITY);
    for (size_t h = 0; h < STEPS; h++)
        assert_true(fabs((double)world->outlook.path[h] - 1024 * (double)one.path[h]) <
                    1e-3 * 1024 * 200);
    assert_true(fabs((double)world->outlook.half_widths[3][9] / 1024 -
                     (double)one.half_widths[3][9]) < 0.05);
}

static void test_ladder_and_bounds(void **state)
{
    struct world *world = *state;
    static const struct {
        size_t count;
        enum forecast_rung rung;
    } cases[] = {{0, FORECAST_NONE},
                 {1, FORECAST_LEVEL},
                 {200, FORECAST_LEVEL},
                 {(size_t)3 * DAY, FORECAST_SHORT},
                 {(size_t)9 * DAY, FORECAST_SHORT},
                 {COUNT, FORECAST_FULL}};
    for (size_t c = 0; c < NT_COUNT(cases); c++) {
        make_values(world, 7, 1);
        fit(world, cases[c].count, 240);
        assert_int_equal(world->outlook.rung, cases[c].rung);
        assert_true(world->outlook.model[0] != '\0');
        static const size_t ages[] = {0, 1, 100, 577, 5000};
        for (size_t a = 0; a < NT_COUNT(ages); a++) {
            float path[STEPS], band[STEPS];
            outlook_issue(&world->outlook, ages[a], 50, STEPS, path);
            outlook_band(&world->outlook, path, STEPS, 0.99, band);
            for (size_t h = 0; h < STEPS; h++) {
                assert_true(path[h] >= 0 && path[h] <= 240);
                double high = outlook_quantile(&world->outlook, (double)path[h], h + 1, 0.99);
                assert_true(high >= (double)path[h] && high <= 240);
                assert_true(fabs(high - (double)band[h]) < 0.01); /* not linear where extended */
            }
        }
    }
    float gap[] = {NAN, NAN};
    assert_true(outlook_deviation(&world->outlook, 2, gap, 2) == 0);
    assert_true(outlook_deviation(&world->outlook, 0, gap, 0) == 0);
}

/* Beyond its end the path's last day repeats; a constant deviation is kept less and less. */
static void test_fading(void **state)
{
    struct world *world = *state;
    make_values(world, 9, 1);
    fit(world, COUNT, INFINITY);
    float plain[STEPS], raised[STEPS], late[STEPS];
    outlook_issue(&world->outlook, 0, 0, STEPS, plain);
    outlook_issue(&world->outlook, 0, 30, STEPS, raised);
    double before = 30;
    for (size_t h = 0; h < STEPS; h++) {
        double left = (double)raised[h] - (double)plain[h];
        assert_true(left >= -1e-3 && left <= before + 1e-3);
        before = left;
    }
    assert_true((double)raised[0] - (double)plain[0] > 15);
    outlook_issue(&world->outlook, DAY, 0, STEPS, late);
    for (size_t h = 0; h < DAY; h++) {
        assert_true(late[h] == plain[DAY + h]);
        assert_true(late[DAY + h] == plain[DAY + h]);
    }
}

static void test_past_residuals(void **state)
{
    struct world *world = *state;
    make_values(world, 11, 1);
    fit(world, COUNT, INFINITY);
    assert_true(world->past.origins >= 8);
    double squares = 0;
    for (size_t o = 0; o < world->past.origins; o++) {
        size_t ago = world->past.days_ago[o];
        assert_true(ago >= 1 && (o == 0 || ago < world->past.days_ago[o - 1]));
        for (size_t h = 0; h < STEPS; h++) {
            double residual = world->past.residuals[o * STEPS + h];
            assert_true(isnan(residual) == (h >= ago * DAY));
            if (h < DAY)
                squares += residual * residual / (double)(world->past.origins * DAY);
        }
    }
    assert_true(sqrt(squares) > 8 && sqrt(squares) < 16); /* 10 cannot be foreseen */
}

static void test_size(void **state)
{
    (void)state;
    assert_true(sizeof(struct outlook) + (size_t)28 * DAY * sizeof(float) <= 40000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_issued_every_hour),
        cmocka_unit_test(test_quantiles_and_shares_agree),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_ladder_and_bounds),
        cmocka_unit_test(test_fading),
        cmocka_unit_test(test_past_residuals),
        cmocka_unit_test(test_size),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
