/* The command-line client. Each first word has an entry here and a library of its own. */
#include <offline/offline.h>

#include <nt/text.h>

#include <stdio.h>

static const struct {
    const char *word;
    const char *what;
    int (*run)(int argc, char **argv); /* argv[0] is the word; returns the exit status */
} words[] = {{"offline", "forecasts and backtests of series in files", offline_main}};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < NT_COUNT(words); i++) {
        if (nt_text_is(argv[1], words[i].word))
            return words[i].run(argc - 1, argv + 1);
    }
    bool is_help = argc > 1 && (nt_text_is(argv[1], "--help") || nt_text_is(argv[1], "help"));
    FILE *out = is_help ? stdout : stderr;
    if (argc > 1 && !is_help)
        (void)fprintf(out, "neaptide: there is no command \"%s\"\n", argv[1]);
    (void)fputs("usage: neaptide COMMAND\n\n", out);
    for (size_t i = 0; i < NT_COUNT(words); i++)
        (void)fprintf(out, "  %-12s %s\n", words[i].word, words[i].what);
    return is_help ? 0 : 2;
}
