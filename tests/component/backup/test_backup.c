/* neaptide-backup against the mock Kafka: what it saves, and what it says when it cannot. */
#include <backup/file.h>
#include <nt/contract.h>
#include <nt/test_bus.h>
#include <nt/test_process.h>
#include <nt/text.h>

#include <nt_cmocka.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

static char folder[] = "/tmp/neaptide-backup-XXXXXX";
static char file[64];
static char story[64];

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(file, sizeof(file), "%s/saved", folder);
    (void)snprintf(story, sizeof(story), "%s/story", folder);
    char id[64];
    (void)snprintf(id, sizeof(id), "%s/id", folder);
    FILE *out = fopen(id, "we");
    assert_non_null(out);
    (void)fputs("cluster-1\n", out);
    (void)fclose(out);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

/* Run the program with this word and its input and output; its exit code. */
static int run(const char *brokers, const char *word_and_files)
{
    char command[256];
    (void)snprintf(command, sizeof(command), "exec " NT_TEST_BIN "/neaptide-backup %s 2>%s",
                   word_and_files, story);
    char id[64];
    (void)snprintf(id, sizeof(id), "%s/id", folder);
    const char *const argv[] = {"-c", command, NULL};
    const char *const environment[] = {"NEAPTIDE_KAFKA", brokers, "NEAPTIDE_CLUSTER_ID_FILE", id,
                                       NULL};
    struct nt_test_process process = nt_test_spawn("/bin/sh", argv, environment);
    assert_true(nt_test_wait_exit(&process, PATIENCE_MS));
    return process.exit_code;
}

static void assert_said(const char *what)
{
    char text[4096] = "";
    FILE *in = fopen(story, "re");
    assert_non_null(in);
    (void)fread(text, 1, sizeof(text) - 1, in);
    (void)fclose(in);
    if (strstr(text, what) == NULL)
        fail_msg("\"%s\" was not said: %s", what, text);
}

static void put_account(struct nt_test_bus *bus, const char *user, const char *name)
{
    const struct nt_account account = {.user = user, .name = name, .role = "person"};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    assert_int_equal(nt_account_encode(&account, &bytes, NULL), 0);
    nt_test_bus_put(bus, NT_TOPIC_ACCOUNTS, user, nt_buf_span(&bytes));
}

static void test_the_newest_of_each_key_is_saved(void **state)
{
    (void)state;
    struct nt_test_bus *bus = nt_test_bus_new();
    put_account(bus, "u1", "old name");
    put_account(bus, "u2", "gone");
    put_account(bus, "u1", "새 이름");
    nt_test_bus_put(bus, NT_TOPIC_ACCOUNTS, "u2", (struct nt_span){0});

    char words[128];
    (void)snprintf(words, sizeof(words), "save >%s", file);
    assert_int_equal(run(nt_test_bus_brokers(bus), words), 0);
    assert_said("backup_written");

    FILE *in = fopen(file, "re");
    assert_non_null(in);
    struct nt_error err = NT_ERROR_INIT;
    NT_CLEANUP(backup_free_p) struct backup *backup = NULL;
    if (backup_read(in, &backup, &err) != 0)
        fail_msg("%s", err.message);
    (void)fclose(in);
    assert_string_equal(backup->cluster, "cluster-1");
    assert_int_equal(backup->records_count, 1);
    assert_string_equal(backup->records[0].key, "u1");
    struct nt_account *account = NULL;
    assert_int_equal(nt_account_decode(&backup->arena, backup->records[0].value, &account, &err),
                     0);
    assert_string_equal(account->name, "새 이름");

    /* The cluster that it was taken from is there: nothing to restore. */
    (void)snprintf(words, sizeof(words), "load <%s", file);
    assert_int_equal(run(nt_test_bus_brokers(bus), words), 1);
    assert_said("still there");
    nt_test_bus_free(bus);
}

static void test_bad_files_and_words(void **state)
{
    (void)state;
    assert_int_equal(run("127.0.0.1:1", "load </dev/null"), 1);
    assert_said("the file is empty");
    assert_int_equal(run("127.0.0.1:1", "load <../backup/CMakeLists.txt"), 1);
    assert_said("no backup of Neaptide");
    assert_int_equal(run("127.0.0.1:1", "</dev/null"), 2);
    assert_said("usage");
    assert_int_equal(run("127.0.0.1:1", "burn </dev/null"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_of_each_key_is_saved),
        cmocka_unit_test(test_bad_files_and_words),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
