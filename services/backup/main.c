/*
 * neaptide-backup save > FILE     the newest record of every key of the compacted topics
 * neaptide-backup load < FILE     the same into an empty Kafka
 */
#include "app.h"

#include <nt/log.h>
#include <nt/text.h>

#include <stdio.h>

#define AT(field) offsetof(struct settings, field)

static const struct nt_setting table[] = {
    NT_CONFIG_COMMON(struct settings, common),
    {"NEAPTIDE_CLUSTER_ID_FILE", "file with the id of the cluster that NEAPTIDE_KAFKA names", NULL,
     1, 4096, NT_CONFIG_SECRET, AT(cluster)},
};

int main(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    struct settings settings = {0};
    bool is_save = argc == 2 && nt_text_is(argv[1], "save");
    bool is_load = argc == 2 && nt_text_is(argv[1], "load");
    /* Other words are those that every program of ours has: --help, --check ... */
    int words = is_save || is_load ? 1 : argc;
    if (nt_config_load("neaptide-backup", table, NT_COUNT(table), &settings, words, argv, &err) < 0)
        return nt_die(&err);
    if (!is_save && !is_load) {
        (void)fprintf(stderr, "usage: neaptide-backup save >FILE | load <FILE\n");
        return 2;
    }
    int status = is_save ? save(&settings, stdout, &err) : load(&settings, stdin, &err);
    return status < 0 ? nt_die(&err) : EXIT_SUCCESS;
}
