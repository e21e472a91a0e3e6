/* Both tools from file to file, on series made here. */
#include <nt/memory.h>
#include <nt_cmocka.h>
#include <offline/verbs.h>

#include <math.h>
#include <string.h>

struct files {
    char folder[64], input[96], output[96];
};

static void make_folder(struct files *files)
{
    (void)snprintf(files->folder, sizeof(files->folder), "/tmp/neaptide-verbs-XXXXXX");
    assert_non_null(mkdtemp(files->folder));
    (void)snprintf(files->input, sizeof(files->input), "%s/in.csv", files->folder);
    (void)snprintf(files->output, sizeof(files->output), "%s/out.csv", files->folder);
}

static void remove_folder(const struct files *files)
{
    (void)unlink(files->input);
    (void)unlink(files->output);
    assert_int_equal(rmdir(files->folder), 0);
}

/* Two series of a plain daily shape, by the hour, 20 days from second 3600. */
static void write_input(const struct files *files)
{
    FILE *file = fopen(files->input, "we");
    assert_non_null(file);
    (void)fputs("series,t,value\n", file);
    for (int t = 0; t < 480; t++) {
        for (int s = 0; s < 2; s++)
            (void)fprintf(file, "s%d,%d,%.6f\n", s, 3600 * (t + 1),
                          100 + 50 * sin(2 * M_PI * t / 24) + 10 * s + (t * 37 + s * 11) % 7);
    }
    assert_int_equal(fclose(file), 0);
}

static void run(const struct files *files, int (*verb)(struct options *, struct nt_error *),
                const char *threads)
{
    char *argv[] = {
        (char *)"verb",        (char *)"--input",   (char *)files->input, (char *)"--output",
        (char *)files->output, (char *)"--threads", (char *)threads,      (char *)"--horizon",
        (char *)"24",          (char *)"--origins", (char *)"2"};
    struct options options;
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(options_parse((int)NT_COUNT(argv), argv, &options, &err), 0);
    if (verb(&options, &err) < 0)
        fail_msg("%s", err.message);
}

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = nt_zalloc(1 << 20);
    size_t len = fread(text, 1, (1 << 20) - 1, file);
    assert_true(len > 0);
    (void)fclose(file);
    return text;
}

static void test_forecast(void **state)
{
    (void)state;
    struct files files;
    make_folder(&files);
    write_input(&files);
    run(&files, verb_forecast, "1");
    NT_CLEANUP(nt_free_p) char *text = read_all(files.output);
    run(&files, verb_forecast, "3");
    NT_CLEANUP(nt_free_p) char *again = read_all(files.output);
    assert_string_equal(text, again); /* whatever the threads */

    char *rest = text;
    assert_string_equal(strsep(&rest, "\n"), "series,t,mean,model,q0.1,q0.5,q0.9");
    for (int row = 0; row < 48; row++) {
        const char *line = strsep(&rest, "\n");
        char name[8], model[32];
        long long at;
        double mean, low, middle, high;
        /* NOLINTNEXTLINE(cert-err34-c): what it does not read fails below */
        assert_int_equal(sscanf(line, "%7[^,],%lld,%lf,%31[^,],%lf,%lf,%lf", name, &at, &mean,
                                model, &low, &middle, &high),
                         7);
        assert_string_equal(name, row < 24 ? "s0" : "s1");
        assert_int_equal(at, 3600LL * (481 + row % 24));
        double expected = 103 + 50 * sin(2 * M_PI * (480 + row % 24) / 24) + (row < 24 ? 0 : 10);
        assert_true(fabs(mean - expected) < 8);
        assert_true(low <= middle && middle <= high && low < high);
    }
    assert_string_equal(rest, "");
    remove_folder(&files);
}

static void test_backtest(void **state)
{
    (void)state;
    struct files files;
    make_folder(&files);
    write_input(&files);
    run(&files, verb_backtest, "2");
    NT_CLEANUP(nt_free_p) char *text = read_all(files.output);
    assert_non_null(strstr(text, "2 series, 4 forecasts of 24 steps of 3600 s, season 24,168"));
    double smape, mase, owa;
    assert_int_equal(
        /* NOLINTNEXTLINE(cert-err34-c) */
        sscanf(strstr(text, "\nneaptide"), " neaptide %lf %lf %lf", &smape, &mase, &owa), 3);
    assert_true(mase < 1 && owa < 1); /* better than both kinds of repetition */
    remove_folder(&files);
}

static void test_nothing_long_enough(void **state)
{
    (void)state;
    struct files files;
    make_folder(&files);
    FILE *file = fopen(files.input, "we");
    assert_non_null(file);
    (void)fputs("a,1,2,3\n", file);
    assert_int_equal(fclose(file), 0);
    struct options options = {.input = files.input, .threads = 1, .origins = 1, .sample = 1};
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(verb_backtest(&options, &err), -ENODATA);
    assert_non_null(strstr(err.message, "no series is longer"));
    remove_folder(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forecast),
        cmocka_unit_test(test_backtest),
        cmocka_unit_test(test_nothing_long_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
