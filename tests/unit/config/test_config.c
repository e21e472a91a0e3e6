#include <nt/config.h>
#include <nt/text.h>
#include <nt_cmocka.h>

#include <string.h>
#include <sys/wait.h>

struct settings {
    const char *listen;
    const char *secret;
    int64_t capacity_bytes;
    double rate;
    uint32_t port;
    bool is_bold;
};

#define AT(field) offsetof(struct settings, field)

static const struct nt_setting table[] = {
    {"NT_TEST_LISTEN", "where to listen", "127.0.0.1:1", 3, 20, NT_CONFIG_TEXT, AT(listen)},
    {"NT_TEST_KEY_FILE", "the key", "", 0, 0, NT_CONFIG_SECRET, AT(secret)},
    {"NT_TEST_CAPACITY_BYTES", "room, bytes", "1073741824", 0, 1e12, NT_CONFIG_I64,
     AT(capacity_bytes)},
    {"NT_TEST_RATE", "speed", "1", 0.5, 1000, NT_CONFIG_REAL, AT(rate)},
    {"NT_TEST_PORT", "a port", "80", 1, 65535, NT_CONFIG_U32, AT(port)},
    {"NT_TEST_BOLD", "be bold", "false", 0, 0, NT_CONFIG_BOOL, AT(is_bold)},
};

/* As from a command line with one argument, or none. */
static int load(struct settings *settings, struct nt_error *err, const char *argument)
{
    char program[] = "test";
    char word[64] = "";
    if (argument != NULL)
        (void)snprintf(word, sizeof(word), "%s", argument);
    char *argv[] = {program, argument != NULL ? word : NULL, NULL};
    return nt_config_load("test", table, NT_COUNT(table), settings, argument != NULL ? 2 : 1, argv,
                          err);
}

static int clean(void **state)
{
    (void)state;
    for (size_t i = 0; i < NT_COUNT(table); i++)
        (void)unsetenv(table[i].name);
    return 0;
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings settings = {0};
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(load(&settings, &err, NULL), 0);
    assert_string_equal(settings.listen, "127.0.0.1:1");
    assert_string_equal(settings.secret, "");
    assert_int_equal(settings.capacity_bytes, 1073741824);
    assert_int_equal(settings.port, 80);
    assert_false(settings.is_bold);
}

static void test_all_problems_come_at_once(void **state)
{
    (void)state;
    struct settings settings = {0};
    struct nt_error err = NT_ERROR_INIT;
    (void)setenv("NT_TEST_PORT", "70000", 1);
    (void)setenv("NT_TEST_RATE", "fast", 1);
    (void)setenv("NT_TEST_BOLD", "yes", 1);
    (void)setenv("NT_TEST_KEY_FILE", "/nowhere/key", 1);
    assert_int_equal(load(&settings, &err, NULL), -EINVAL);
    assert_non_null(
        strstr(err.message, "NT_TEST_PORT='70000' must be a whole number from 1 to 65535"));
    assert_non_null(strstr(err.message, "NT_TEST_RATE='fast' must be a number"));
    assert_non_null(strstr(err.message, "NT_TEST_BOLD='yes' must be true or false"));
    assert_non_null(strstr(err.message, "NT_TEST_KEY_FILE: cannot read the file '/nowhere/key'"));
}

static void test_a_secret_comes_from_its_file(void **state)
{
    (void)state;
    char path[] = "/tmp/nt-config-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "s3cret\n", 7), 7);
    (void)close(fd);
    (void)setenv("NT_TEST_KEY_FILE", path, 1);
    struct settings settings = {0};
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(load(&settings, &err, NULL), 0);
    assert_string_equal(settings.secret, "s3cret");
    (void)unlink(path);
}

static void test_unknown_arguments_are_refused(void **state)
{
    (void)state;
    struct settings settings = {0};
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(load(&settings, &err, "--chekc"), -EINVAL);
    assert_non_null(strstr(err.message, "--chekc"));
}

/* Runs load() with one argument in a child; returns its output and checks that it exits 0. */
static void output_of(const char *argument, char *ret_text, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        struct settings settings = {0};
        struct nt_error err = NT_ERROR_INIT;
        _exit(load(&settings, &err, argument) < 0 ? 1 : 2);
    }
    (void)close(ends[1]);
    size_t used = 0;
    ssize_t got = 0;
    while ((got = read(ends[0], ret_text + used, size - 1 - used)) > 0)
        used += (size_t)got;
    ret_text[used] = '\0';
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_check_and_doc(void **state)
{
    (void)state;
    char text[4096];
    output_of("--check", text, sizeof(text));
    assert_string_equal(text, "settings are fine\n");
    output_of("--settings-doc", text, sizeof(text));
    assert_non_null(strstr(text, "| `NT_TEST_PORT` | `80` | 1 to 65535 | a port |\n"));
    assert_non_null(strstr(text, "| `NT_TEST_KEY_FILE` | none | file | the key |\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_defaults, clean),
        cmocka_unit_test_setup(test_all_problems_come_at_once, clean),
        cmocka_unit_test_setup(test_a_secret_comes_from_its_file, clean),
        cmocka_unit_test_setup(test_unknown_arguments_are_refused, clean),
        cmocka_unit_test_setup(test_check_and_doc, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
