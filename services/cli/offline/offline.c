#include <offline/offline.h>

#include <offline/replay.h>
#include <offline/verbs.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <stdio.h>
#include <stdlib.h>

static int fail(const char *verb, int status, const struct nt_error *err)
{
    (void)fprintf(stderr, "neaptide: %s\n", err->message);
    if (status == OFFLINE_USAGE)
        (void)fprintf(stderr, "try: neaptide offline %s --help\n", verb);
    return status;
}

/* The verbs that work on series share their options. */
static int run_on_series(int (*run)(struct options *, struct nt_error *), int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    struct options options;
    int status = options_parse(argc, argv, &options, &err);
    if (status < 0)
        return fail(argv[0], OFFLINE_USAGE, &err);
    if (status > 0) {
        (void)fputs(options_usage, stdout);
        return EXIT_SUCCESS;
    }
    if (run(&options, &err) < 0) {
        bool is_input = err.code == -EINVAL || err.code == -ENODATA || err.code == -E2BIG;
        return fail(argv[0], is_input ? OFFLINE_INPUT : OFFLINE_FAILED, &err);
    }
    return EXIT_SUCCESS;
}

static int run_forecast(int argc, char **argv)
{
    return run_on_series(verb_forecast, argc, argv);
}

static int run_backtest(int argc, char **argv)
{
    return run_on_series(verb_backtest, argc, argv);
}

static int run_replay(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    NT_CLEANUP(nt_free_p) struct replay_options *options = nt_zalloc(sizeof(*options));
    int status = replay_options_parse(argc, argv, options, &err);
    if (status < 0)
        return fail(argv[0], OFFLINE_USAGE, &err);
    if (status > 0) {
        (void)fputs(replay_usage, stdout);
        return EXIT_SUCCESS;
    }
    if (verb_replay(options, stdout, &err) < 0) {
        bool is_input = err.code == -EINVAL || err.code == -ENODATA || err.code == -E2BIG;
        return fail(argv[0], is_input ? OFFLINE_INPUT : OFFLINE_FAILED, &err);
    }
    return EXIT_SUCCESS;
}

static const struct {
    const char *word;
    const char *what;
    int (*run)(int argc, char **argv); /* argv[0] is the word */
} verbs[] = {
    {"forecast", "forecast every series of a file", run_forecast},
    {"backtest", "rolling origins over a file, scored", run_backtest},
    {"replay", "what a recorded fleet would have looked like under each policy", run_replay},
};

int offline_main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < NT_COUNT(verbs); i++) {
        if (nt_text_is(argv[1], verbs[i].word))
            return verbs[i].run(argc - 1, argv + 1);
    }
    bool is_help = argc > 1 && nt_text_is(argv[1], "--help");
    FILE *out = is_help ? stdout : stderr;
    (void)fputs("usage: neaptide offline VERB [OPTION...]\n\n", out);
    for (size_t i = 0; i < NT_COUNT(verbs); i++)
        (void)fprintf(out, "  %-12s %s\n", verbs[i].word, verbs[i].what);
    (void)fputs("\neach explains itself: neaptide offline VERB --help\n", out);
    return is_help ? EXIT_SUCCESS : OFFLINE_USAGE;
}
