#include <offline/replay.h>

#include <nt/cleanup.h>
#include <nt/text.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAY = REPLAY_DAY, DAYS = 4, BUSY_FROM = 156, BUSY_TO = 192 };

static char fleet_path[] = "/tmp/neaptide-replay-XXXXXX";
static char memory_path[] = "/tmp/neaptide-memory-XXXXXX";
static char place_path[] = "/tmp/neaptide-place-XXXXXX";
static char moves_path[] = "/tmp/neaptide-moves-XXXXXX";

static FILE *begin(char *path)
{
    (void)snprintf(strrchr(path, '-'), 8, "-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "we");
    assert_non_null(file);
    return file;
}

/* Two containers that use 48 of 100 each from 13:00 to 16:00 and 20 otherwise, and a small one. */
static void write_tide(void)
{
    FILE *file = begin(fleet_path);
    (void)fputs("t,a,b,c\n", file);
    for (int t = 0; t < DAYS * DAY; t++) {
        const bool is_busy = t % DAY >= BUSY_FROM && t % DAY < BUSY_TO;
        const int use = is_busy ? 48 : 20;
        (void)fprintf(file, "%d,%d,%d,5\n", t * REPLAY_SLOT_S, use, use);
    }
    (void)fclose(file);
    file = begin(memory_path);
    (void)fputs("container,mem_mb\na,100\nb,100\nc,100\n", file);
    (void)fclose(file);
    file = begin(place_path);
    (void)fputs("container,host\na,h0\nb,h0\nc,h1\n", file);
    (void)fclose(file);
    (void)fclose(begin(moves_path));
}

static void remove_files(void)
{
    (void)unlink(fleet_path);
    (void)unlink(memory_path);
    (void)unlink(place_path);
    (void)unlink(moves_path);
}

static int parse(struct replay_options *options, struct nt_error *err, int count,
                 const char *const *words)
{
    char *argv[40];
    static char texts[40][256];
    for (int i = 0; i <= count; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "%s", i == 0 ? "replay" : words[i - 1]);
        argv[i] = texts[i];
    }
    argv[count + 1] = NULL;
    return replay_options_parse(count + 1, argv, options, err);
}

/* The figures of a line of the text that begins with name. */
static void run(const char *policy, char *ret_text, size_t size)
{
    const char *const words[] = {
        "--fleet",    fleet_path, "--memory",       memory_path, "--placement", place_path,
        "--host-mhz", "100",      "--host-mem-mb",  "1000",      "--active",    "2",
        "--spare",    "1",        "--warm-up-days", "3",         "--policy",    policy,
        "--moves",    moves_path, "--json"};
    struct nt_error err = NT_ERROR_INIT;
    NT_CLEANUP(nt_free_p) struct replay_options *options = calloc(1, sizeof(*options));
    assert_int_equal(parse(options, &err, (int)NT_COUNT(words), words), 0);
    FILE *out = fmemopen(ret_text, size, "w");
    if (verb_replay(options, out, &err) < 0)
        fail_msg("%s", err.message);
    (void)fclose(out);
}

static double figure(const char *json, const char *key)
{
    const char *at = strstr(json, key);
    assert_non_null(at);
    at = strstr(at, "\"mean\":");
    assert_non_null(at);
    return strtod(at + strlen("\"mean\":"), NULL);
}

static void test_the_model(void **state)
{
    (void)state;
    write_tide();
    static const struct {
        const char *policy;
        double ohm90, moves;
    } cases[] = {
        /* 36 slots above 90 % on the day that is scored */
        {"none", 180, 0},
        /* seen in the first slot, decided at the second, there three slots later */
        {"reactive:high=85,low=75", 20, 1},
        {"reactive:high=85,low=75,readings=3", 30, 1},
        {"reactive:high=99,low=75", 180, 0},
        {"oracle", 0, 1},
        {"forecast", 0, 1},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        char json[8192] = "";
        run(cases[i].policy, json, sizeof(json));
        if (figure(json, "ohm90_min_per_day") != cases[i].ohm90 ||
            figure(json, "\"moves_per_day") != cases[i].moves)
            fail_msg("%s: %s", cases[i].policy, json);
    }
    /* The last one's move: before 13:00, by the names of the placement. */
    NT_CLEANUP(nt_fclose_p) FILE *moves = fopen(moves_path, "re");
    char line[256];
    assert_non_null(fgets(line, sizeof(line), moves));
    assert_string_equal(line, "t,container,from,to,why\n");
    assert_non_null(fgets(line, sizeof(line), moves));
    const int slot = (int)strtol(line, NULL, 10);
    assert_true(slot > 3 * DAY && slot <= 3 * DAY + BUSY_FROM - 3);
    assert_non_null(strstr(line, ",h0,"));
    remove_files();
}

static void test_nothing_after_now_is_used(void **state)
{
    (void)state;
    char before[8192] = "", after[8192] = "";
    write_tide();
    run("forecast", before, sizeof(before));
    /* The same, with another ending: what was decided before it stays. */
    char first[256] = "", second[256] = "";
    NT_CLEANUP(nt_fclose_p) FILE *moves = fopen(moves_path, "re");
    assert_non_null(fgets(first, sizeof(first), moves));
    assert_non_null(fgets(first, sizeof(first), moves));
    FILE *file = fopen(fleet_path, "we");
    assert_non_null(file);
    (void)fputs("t,a,b,c\n", file);
    for (int t = 0; t < DAYS * DAY; t++) {
        const bool is_busy = t % DAY >= BUSY_FROM && t % DAY < BUSY_TO;
        const int use = is_busy ? 48 : 20;
        const bool is_late = t > 3 * DAY + BUSY_FROM;
        (void)fprintf(file, "%d,%d,%d,5\n", t * REPLAY_SLOT_S, is_late ? 1 : use,
                      is_late ? 2 : use);
    }
    (void)fclose(file);
    run("forecast", after, sizeof(after));
    NT_CLEANUP(nt_fclose_p) FILE *again = fopen(moves_path, "re");
    assert_non_null(fgets(second, sizeof(second), again));
    assert_non_null(fgets(second, sizeof(second), again));
    assert_string_equal(first, second);
    remove_files();
}

static void test_wrong_words(void **state)
{
    (void)state;
    static const struct {
        const char *words[8];
        const char *says;
    } cases[] = {
        {{"--host-mhz", "1", "--active", "1"}, "--fleet FILE is missing"},
        {{"--fleet", "x", "--active", "1"}, "--host-mhz MHZ is missing"},
        {{"--fleet", "x", "--host-mhz", "1"}, "--active N is missing"},
        {{"--fleet", "x", "--host-mhz", "many"}, "--host-mhz many: a number"},
        {{"--policy", "magic"}, "--policy magic: none, spread"},
        {{"--policy", "reactive:price=1"}, "reactive has no \"price\""},
        {{"--policy", "forecast:price=cheap"}, "price must be a number"},
        {{"--policy", "forecast:low=0.97"}, "low must be below high"},
        {{"--move-slots", "25"}, "--move-slots 25: a whole number"},
        {{"--seed", "1,x"}, "--seed 1,x: whole numbers"},
        {{"--wat"}, "--wat is not an option"},
        {{"more"}, "one word too many"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_error err = NT_ERROR_INIT;
        NT_CLEANUP(nt_free_p) struct replay_options *options = calloc(1, sizeof(*options));
        int count = 0;
        while (count < 8 && cases[i].words[count] != NULL)
            count++;
        if (parse(options, &err, count, cases[i].words) != -EINVAL ||
            strstr(err.message, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].says, err.message);
    }
}

static void test_wrong_files(void **state)
{
    (void)state;
    static const struct {
        const char *fleet, *memory, *place, *says;
    } cases[] = {
        {"t,a,b\n0,1,2\n300,x,2\n", NULL, NULL, ":3:"},
        {"t,a,b\n0,1,2\n60,1,2\n", NULL, NULL, "300"},
        {"t,a,b\n0,1,2\n300,-4,2\n", NULL, NULL, "less than nothing"},
        {NULL, "a,100\nb\n", NULL, ":2: must be container,mem_mb"},
        {NULL, "container,mem_mb\na,100\n", NULL, "no line for container b"},
        {NULL, NULL, "a,h0\nz,h0\n", ":2: container z is not in the fleet"},
        {NULL, NULL, "a,h0\na,h1\n", ":2: container a is placed twice"},
        {NULL, NULL, "a,h0\nb,h0\n", "container c is not placed"},
        {NULL, NULL, "a,h0\nb,h1\nc,h2\n", "more than 2 hosts"},
        {NULL, "a,900\nb,900\nc,1\n", NULL, "no memory"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        write_tide();
        const struct {
            char *path;
            const char *text;
        } files[] = {{fleet_path, cases[i].fleet},
                     {memory_path, cases[i].memory},
                     {place_path, cases[i].place}};
        for (size_t k = 0; k < NT_COUNT(files); k++) {
            if (files[k].text == NULL)
                continue;
            FILE *file = fopen(files[k].path, "we");
            assert_non_null(file);
            (void)fputs(files[k].text, file);
            (void)fclose(file);
        }
        const char *const words[] = {"--fleet",        fleet_path, "--memory",   memory_path,
                                     "--placement",    place_path, "--host-mhz", "100",
                                     "--host-mem-mb",  "1000",     "--active",   "2",
                                     "--warm-up-days", "3"};
        struct nt_error err = NT_ERROR_INIT;
        NT_CLEANUP(nt_free_p) struct replay_options *options = calloc(1, sizeof(*options));
        assert_int_equal(parse(options, &err, (int)NT_COUNT(words), words), 0);
        char text[4096];
        FILE *out = fmemopen(text, sizeof(text), "w");
        const int status = verb_replay(options, out, &err);
        (void)fclose(out);
        if (status != -EINVAL || strstr(err.message, cases[i].says) == NULL)
            fail_msg("%s: %d %s", cases[i].says, status, err.message);
        remove_files();
    }
}

static void test_shuffling_keeps_every_slot(void **state)
{
    (void)state;
    write_tide();
    struct nt_error err = NT_ERROR_INIT;
    struct replay_options options = {.fleet = fleet_path, .host_mhz = 100};
    struct replay_fleet fleet, other, same;
    assert_int_equal(replay_fleet_read(&options, &fleet, &err), 0);
    replay_fleet_shuffle(&fleet, 36, 7, &other);
    replay_fleet_shuffle(&fleet, 36, 7, &same);
    double before = 0, after = 0;
    bool has_changed = false;
    for (int i = 0; i < fleet.count * fleet.slots; i++) {
        before += (double)fleet.demand[i];
        after += (double)other.demand[i];
        has_changed |= fleet.demand[i] != other.demand[i];
        assert_true(other.demand[i] == same.demand[i]);
    }
    assert_float_equal(before, after, 1e-3);
    assert_true(has_changed);
    replay_fleet_deinit(&fleet);
    replay_fleet_deinit(&other);
    replay_fleet_deinit(&same);
    remove_files();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_model),
        cmocka_unit_test(test_nothing_after_now_is_used),
        cmocka_unit_test(test_wrong_words),
        cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_shuffling_keeps_every_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
