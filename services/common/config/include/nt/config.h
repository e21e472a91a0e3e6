/*
 * Settings: environment variables, one constant table per service holding default, range, unit and
 * meaning. All problems are reported at once. After start-up settings are constant. Main thread.
 */
#ifndef NT_CONFIG_H
#define NT_CONFIG_H

#include <nt/error.h>
#include <stddef.h>
#include <stdint.h>

enum nt_config_kind {
    NT_CONFIG_TEXT,   /* const char *; min and max bound its length */
    NT_CONFIG_U32,    /* uint32_t */
    NT_CONFIG_I64,    /* int64_t */
    NT_CONFIG_REAL,   /* double */
    NT_CONFIG_BOOL,   /* bool: true, false */
    NT_CONFIG_SECRET, /* const char *, the content of the file named by the variable, trailing
                         newline cut; never printed. Empty name: an empty secret */
};

struct nt_setting {
    const char *name;      /* NEAPTIDE_<SERVICE>_<THING>_<UNIT> */
    const char *meaning;   /* with the unit, in words */
    const char *otherwise; /* default, as text; NULL: must be given */
    double min;
    double max;
    enum nt_config_kind kind;
    size_t offset; /* of the field in the settings struct */
};

/* What every service has; embed it and put NT_CONFIG_COMMON(struct settings, common) first. */
struct nt_settings_common {
    const char *kafka;
    const char *redis;
    const char *log_level;
};

#define NT_CONFIG_COMMON(type, member)                                                             \
    {"NEAPTIDE_KAFKA", "Kafka's bootstrap servers", "127.0.0.1:9092", 1, 4096,                     \
     NT_CONFIG_TEXT,   offsetof(type, member.kafka)},                                              \
        {"NEAPTIDE_REDIS", "Redis as host:port",        "127.0.0.1:6379", 1, 256,                  \
         NT_CONFIG_TEXT,   offsetof(type, member.redis)},                                          \
    {                                                                                              \
        "NEAPTIDE_LOG_LEVEL", "debug, info, warn or error", "info", 4, 5, NT_CONFIG_TEXT,          \
            offsetof(type, member.log_level)                                                       \
    }

/*
 * Fill settings from the environment. Arguments: --check validates, says "settings are fine" and
 * exits 0; --settings-doc prints the table as Markdown and exits 0; --help and --version likewise;
 * anything else is an error. Text lives until the process ends. Returns 0 or -EINVAL with every
 * problem in err, one after the other.
 */
int nt_config_load(const char *program, const struct nt_setting *table, size_t count,
                   void *ret_settings, int argc, char **argv, struct nt_error *err);

#endif
