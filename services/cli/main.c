/* The command-line client. Some first words have a library of their own; all others are about an
 * installation. */
#include <client/client.h>
#include <offline/offline.h>

#include <nt/text.h>

static const struct {
    const char *word;
    int (*run)(int argc, char **argv); /* argv[0] is the word; returns the exit status */
} words[] = {{"offline", offline_main}};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < NT_COUNT(words); i++) {
        if (nt_text_is(argv[1], words[i].word))
            return words[i].run(argc - 1, argv + 1);
    }
    return client_main(argc - 1, argv + 1);
}
