/* The command-line client: `neaptide offline ...` so far. */
#include <offline/verbs.h>

#include <nt/text.h>

#include <stdio.h>

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INPUT = 3 };

static const struct {
    const char *word;
    int (*run)(struct options *options, struct nt_error *err);
} verbs[] = {{"forecast", verb_forecast}, {"backtest", verb_backtest}};

static int fail(int status, const struct nt_error *err)
{
    (void)fprintf(stderr, "neaptide: %s\n", err->message);
    if (status == EXIT_USAGE)
        (void)fputs("try: neaptide offline forecast --help\n", stderr);
    return status;
}

int main(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    size_t verb = 0;
    while (verb < NT_COUNT(verbs) &&
           !(argc > 2 && nt_text_is(argv[1], "offline") && nt_text_is(argv[2], verbs[verb].word)))
        verb++;
    if (verb == NT_COUNT(verbs)) {
        bool is_help = argc > 1 && nt_text_is(argv[argc - 1], "--help");
        (void)fputs(options_usage, is_help ? stdout : stderr);
        return is_help ? EXIT_SUCCESS : EXIT_USAGE;
    }
    struct options options;
    int status = options_parse(argc - 2, argv + 2, &options, &err);
    if (status < 0)
        return fail(EXIT_USAGE, &err);
    if (status > 0) {
        (void)fputs(options_usage, stdout);
        return EXIT_SUCCESS;
    }
    if (verbs[verb].run(&options, &err) < 0) {
        bool is_input = err.code == -EINVAL || err.code == -ENODATA || err.code == -E2BIG;
        return fail(is_input ? EXIT_INPUT : EXIT_FAILED, &err);
    }
    return EXIT_SUCCESS;
}
