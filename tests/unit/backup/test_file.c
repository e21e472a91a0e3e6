/* The file: what goes in comes out, and whatever is wrong with it is said before anything is done.
 */
#include <backup/file.h>

#include <nt/contract.h>
#include <nt/memory.h>

#include <nt_cmocka.h>
#include <string.h>

static struct nt_buf encoded_account(const char *user)
{
    const struct nt_account account = {.user = user, .name = "민지", .role = "person"};
    struct nt_buf buf = {0};
    assert_int_equal(nt_account_encode(&account, &buf, NULL), 0);
    return buf;
}

/* A backup with so many accounts, as text. free() it. */
static char *written(int accounts)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    struct backup_writer *writer = backup_writer_new(out, "cluster-of-old", 1234);
    for (int i = 0; i < accounts; i++) {
        char key[32];
        (void)snprintf(key, sizeof(key), "사람-%d", i);
        struct nt_buf value = encoded_account(key);
        const struct backup_record record = {
            .topic = NT_TOPIC_ACCOUNTS, .key = key, .value = nt_buf_span(&value)};
        backup_writer_add(writer, &record);
        nt_buf_deinit(&value);
    }
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(backup_writer_end(writer, &err), 0);
    (void)fclose(out);
    return text;
}

static int read_text(const char *text, struct backup **ret_backup, struct nt_error *err)
{
    /* fmemopen refuses a length of 0. */
    FILE *in = text[0] == '\0' ? fopen("/dev/null", "re")
                               : fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(in);
    int status = backup_read(in, ret_backup, err);
    (void)fclose(in);
    return status;
}

static void test_what_goes_in_comes_out(void **state)
{
    (void)state;
    static const int sizes[] = {0, 1, 10000};
    for (size_t i = 0; i < NT_COUNT(sizes); i++) {
        NT_CLEANUP(nt_free_p) char *text = written(sizes[i]);
        struct nt_error err = NT_ERROR_INIT;
        NT_CLEANUP(backup_free_p) struct backup *backup = NULL;
        if (read_text(text, &backup, &err) != 0)
            fail_msg("%s", err.message);
        assert_string_equal(backup->cluster, "cluster-of-old");
        assert_int_equal(backup->at_ms, 1234);
        assert_int_equal(backup->records_count, sizes[i]);
        if (sizes[i] == 0)
            continue;
        const struct backup_record *last = &backup->records[sizes[i] - 1];
        struct nt_buf value = encoded_account(last->key);
        assert_int_equal(last->topic, NT_TOPIC_ACCOUNTS);
        assert_int_equal(last->value.len, value.len);
        assert_memory_equal(last->value.data, value.data, value.len);
        nt_buf_deinit(&value);
    }
}

static void assert_refused(const char *text, int code, const char *story)
{
    struct nt_error err = NT_ERROR_INIT;
    struct backup *backup = NULL;
    assert_int_equal(read_text(text, &backup, &err), code);
    if (strstr(err.message, story) == NULL)
        fail_msg("\"%s\" is not in: %s", story, err.message);
    assert_null(backup);
}

static void test_what_is_no_backup_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        const char *story;
    } cases[] = {
        {"", -EBADMSG, "empty"},
        {"PK\003\004 something else\n", -EBADMSG, "no backup of Neaptide"},
        {"{\"version\": 1}\n", -EBADMSG, "no backup of Neaptide"},
        {"[1]\n", -EBADMSG, "no backup of Neaptide"},
        {"{\"neaptide_backup\": 2, \"cluster\": \"c\", \"at_ms\": 1}\n", -EPROTO, "newer version"},
        {"{\"neaptide_backup\": 1, \"cluster\": \"c\", \"at_ms\": 1}\n", -EBADMSG, "cut short"},
        {"{\"neaptide_backup\": 1, \"cluster\": \"c\", \"at_ms\": 1}\n{\"hello\": 1}\n", -EBADMSG,
         "line 2"},
        {"{\"neaptide_backup\": 1, \"cluster\": \"c\", \"at_ms\": 1}\n"
         "{\"topic\": \"neaptide.internal.moons.v1\", \"key\": \"k\", \"value\": \"\"}\n",
         -EPROTO, "newer version"},
        {"{\"neaptide_backup\": 1, \"cluster\": \"c\", \"at_ms\": 1}\n"
         "{\"topic\": \"neaptide.internal.requests.v1\", \"key\": \"k\", \"value\": \"\"}\n",
         -EBADMSG, "no backup holds"},
        {"{\"neaptide_backup\": 1, \"cluster\": \"c\", \"at_ms\": 1}\n"
         "{\"topic\": \"neaptide.internal.accounts.v1\", \"key\": \"k\", \"value\": \"!!\"}\n",
         -EBADMSG, "no base64"},
        {"{\"neaptide_backup\": 1, \"cluster\": \"c\", \"at_ms\": 1}\n"
         "{\"topic\": \"neaptide.internal.accounts.v1\", \"key\": \"k\", \"value\": "
         "\"AAAAAAA=\"}\n",
         -EPROTO, "line 2, k of neaptide.internal.accounts.v1"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++)
        assert_refused(cases[i].text, cases[i].code, cases[i].story);
}

static void test_damage_is_seen(void **state)
{
    (void)state;
    NT_CLEANUP(nt_free_p) char *text = written(3);
    size_t len = strlen(text);

    char *key = strstr(text, "-1\"");
    assert_non_null(key);
    key[1] = '7'; /* still a good record, of another person */
    assert_refused(text, -EBADMSG, "changed or damaged");
    key[1] = '1';

    NT_CLEANUP(nt_free_p) char *more = nt_zalloc(len + 2);
    memcpy(more, text, len); /* NOLINT(bugprone-not-null-terminated-result): zeroes follow */
    more[len] = '\n';
    assert_refused(more, -EBADMSG, "more after the end");

    /* Cut anywhere, it is never taken for whole. The last line end may be missing. */
    for (size_t cut = 1; cut < len; cut++) {
        text[len - cut] = '\0';
        struct nt_error err = NT_ERROR_INIT;
        NT_CLEANUP(backup_free_p) struct backup *backup = NULL;
        int status = read_text(text, &backup, &err);
        if (cut == 1)
            assert_int_equal(status, 0);
        else
            assert_int_equal(status, -EBADMSG);
    }
}

static void test_a_full_disk_is_said(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "we");
    assert_non_null(full);
    struct backup_writer *writer = backup_writer_new(full, "c", 1);
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(backup_writer_end(writer, &err), -EIO);
    assert_non_null(strstr(err.message, "No space left"));
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_goes_in_comes_out),
        cmocka_unit_test(test_what_is_no_backup_is_refused),
        cmocka_unit_test(test_damage_is_seen),
        cmocka_unit_test(test_a_full_disk_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
