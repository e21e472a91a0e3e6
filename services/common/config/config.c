#include <nt/config.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { SECRET_MAX_BYTES = 64 * 1024 };

/* Every problem on a line of its own; what does not fit is cut, the first stay readable. */
static void add_problem(struct nt_error *err, const char *format, ...) NT_PRINTF(2, 3);

static void add_problem(struct nt_error *err, const char *format, ...)
{
    size_t used = err->code != 0 ? strlen(err->message) : 0;
    if (used > 0 && used + 1 < sizeof(err->message))
        err->message[used++] = '\n';
    err->code = -EINVAL;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->message + used, sizeof(err->message) - used, format, args);
    va_end(args);
}

/* Texts live until the process ends, which a leak checker sees as long as something points to them:
 * the settings themselves are often a local of main(). */
struct kept {
    struct kept *next;
    char text[];
};

static struct kept *kept_texts;

static const char *keep(const char *text)
{
    size_t size = strlen(text) + 1;
    struct kept *kept = nt_zalloc(sizeof(*kept) + size);
    memcpy(kept->text, text, size);
    kept->next = kept_texts;
    kept_texts = kept;
    return kept->text;
}

static int read_secret(const struct nt_setting *setting, const char *path, const char **ret_secret,
                       struct nt_error *err)
{
    if (path[0] == '\0') {
        *ret_secret = keep("");
        return 0;
    }
    NT_CLEANUP(nt_close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
    NT_CLEANUP(nt_free_p) char *secret = nt_zalloc(SECRET_MAX_BYTES + 1);
    ssize_t len = fd >= 0 ? read(fd, secret, SECRET_MAX_BYTES) : -1;
    if (len < 0) {
        add_problem(err, "%s: cannot read the file '%s': %s", setting->name, path, strerror(errno));
        return -EINVAL;
    }
    secret[strcspn(secret, "\r\n")] = '\0';
    *ret_secret = keep(secret);
    return 0;
}

static void set_number(const struct nt_setting *setting, double value, void *field)
{
    if (setting->kind == NT_CONFIG_U32)
        *(uint32_t *)field = (uint32_t)value;
    else
        *(double *)field = value;
}

static void read_number(const struct nt_setting *setting, const char *text, void *field,
                        struct nt_error *err)
{
    double real = 0;
    int64_t whole = 0;
    bool is_whole = setting->kind != NT_CONFIG_REAL;
    int status = is_whole ? nt_parse_i64(text, (int64_t)setting->min, (int64_t)setting->max, &whole)
                          : nt_parse_f64(text, setting->min, setting->max, &real);
    if (status < 0)
        add_problem(err, "%s='%s' must be %s from %.15g to %.15g: %s", setting->name, text,
                    is_whole ? "a whole number" : "a number", setting->min, setting->max,
                    setting->meaning);
    else if (setting->kind == NT_CONFIG_I64)
        *(int64_t *)field = whole;
    else
        set_number(setting, is_whole ? (double)whole : real, field);
}

static void read_setting(const struct nt_setting *setting, void *settings, struct nt_error *err)
{
    const char *text = getenv(setting->name);
    if (text == NULL)
        text = setting->otherwise;
    if (text == NULL) {
        add_problem(err, "%s must be set: %s", setting->name, setting->meaning);
        return;
    }
    void *field = (char *)settings + setting->offset;
    switch (setting->kind) {
    case NT_CONFIG_TEXT: {
        size_t len = strlen(text);
        if ((double)len < setting->min || (double)len > setting->max)
            add_problem(err, "%s='%.40s' must have %.0f to %.0f characters: %s", setting->name,
                        text, setting->min, setting->max, setting->meaning);
        else
            *(const char **)field = keep(text);
        break;
    }
    case NT_CONFIG_SECRET:
        (void)read_secret(setting, text, field, err);
        break;
    case NT_CONFIG_BOOL:
        if (!nt_text_is(text, "true") && !nt_text_is(text, "false"))
            add_problem(err, "%s='%s' must be true or false: %s", setting->name, text,
                        setting->meaning);
        else
            *(bool *)field = nt_text_is(text, "true");
        break;
    case NT_CONFIG_U32:
    case NT_CONFIG_I64:
    case NT_CONFIG_REAL:
        read_number(setting, text, field, err);
        break;
    }
}

static void print_range(const struct nt_setting *setting)
{
    switch (setting->kind) {
    case NT_CONFIG_TEXT:
        (void)printf("text");
        break;
    case NT_CONFIG_SECRET:
        (void)printf("file");
        break;
    case NT_CONFIG_BOOL:
        (void)printf("true, false");
        break;
    case NT_CONFIG_U32:
    case NT_CONFIG_I64:
    case NT_CONFIG_REAL:
        (void)printf("%.15g to %.15g", setting->min, setting->max);
        break;
    }
}

static void print_doc(const char *program, const struct nt_setting *table, size_t count)
{
    (void)printf(
        "# Settings of %s\n\n| variable | default | range | meaning |\n|---|---|---|---|\n",
        program);
    for (size_t i = 0; i < count; i++) {
        const char *otherwise = table[i].otherwise;
        (void)printf("| `%s` | %s%s%s | ", table[i].name,
                     otherwise != NULL && otherwise[0] != '\0' ? "`" : "",
                     otherwise == NULL      ? "must be set"
                     : otherwise[0] == '\0' ? "none"
                                            : otherwise,
                     otherwise != NULL && otherwise[0] != '\0' ? "`" : "");
        print_range(&table[i]);
        (void)printf(" | %s |\n", table[i].meaning);
    }
}

static void print_help(const char *program)
{
    (void)printf("usage: %s [--check | --settings-doc | --version | --help]\n\n"
                 "Settings are environment variables; --settings-doc lists them, --check validates "
                 "them.\n",
                 program);
}

int nt_config_load(const char *program, const struct nt_setting *table, size_t count,
                   void *ret_settings, int argc, char **argv, struct nt_error *err)
{
    const char *word = argc == 2 ? argv[1] : "";
    if (nt_text_is(word, "--settings-doc") || nt_text_is(word, "--help") ||
        nt_text_is(word, "--version")) {
        if (nt_text_is(word, "--settings-doc"))
            print_doc(program, table, count);
        else if (nt_text_is(word, "--help"))
            print_help(program);
        else
            (void)printf("%s %s\n", program, NT_VERSION);
        exit(EXIT_SUCCESS);
    }
    if (argc > 2 || (argc == 2 && !nt_text_is(word, "--check")))
        return nt_fail(err, -EINVAL, "%s: unknown argument '%s'; see %s --help", program, argv[1],
                       program);
    struct nt_error problems = NT_ERROR_INIT;
    for (size_t i = 0; i < count; i++)
        read_setting(&table[i], ret_settings, &problems);
    if (problems.code != 0)
        return nt_fail(err, problems.code, "%s", problems.message);
    if (argc == 2) {
        (void)printf("settings are fine\n");
        exit(EXIT_SUCCESS);
    }
    return 0;
}
