/* The client as people run it, against the real api: signing in, what is kept, statuses. */
#include "stage.h"

#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct stage stage;
static char home[] = "/tmp/neaptide-client-XXXXXX";

struct typed {
    int status;
    char out[8192];
    char err[8192];
};

static void read_file(const char *name, char *into, size_t size)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", home, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    into[fread(into, 1, size - 1, file)] = '\0';
    (void)fclose(file);
}

/* input is what is typed; settings are more of the environment: "A=b C=d". */
static struct typed type(const char *words, const char *input, const char *settings)
{
    struct typed typed = {0};
    char command[1024];
    (void)snprintf(command, sizeof(command),
                   "printf '%s' | env -u XDG_CONFIG_HOME HOME=%s NEAPTIDE_URL=http://127.0.0.1:%d "
                   "LC_ALL=C.UTF-8 TZ=UTC %s " NT_TEST_BIN "/neaptide-cli %s >%s/out 2>%s/err",
                   input, home, stage.port, settings, words, home, home);
    print_message("%s\n", words);
    int status = system(command); /* NOLINT(cert-env33-c): the test's own words */
    typed.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    read_file("out", typed.out, sizeof(typed.out));
    read_file("err", typed.err, sizeof(typed.err));
    return typed;
}

static void expect(const char *words, int status, const char *part)
{
    struct typed typed = type(words, "", "");
    const char *text = status == 0 ? typed.out : typed.err;
    if (typed.status != status || strstr(text, part) == NULL)
        fail_msg("%s: status %d, output \"%s\", notes \"%s\"", words, typed.status, typed.out,
                 typed.err);
}

static void test_signing_in_and_out(void **state)
{
    (void)state;
    stage_make_admin(&stage);
    expect("me", 4, "Sign in");
    assert_int_equal(type("login root", "wrong horse\n", "").status, 4);
    struct typed in = type("login root", "correct horse\n", "");
    assert_string_equal(in.out, "Signed in as root.\n");
    assert_int_equal(in.status, 0);
    char path[128];
    struct stat kept;
    (void)snprintf(path, sizeof(path), "%s/.config/neaptide/session", home);
    assert_int_equal(stat(path, &kept), 0);
    assert_int_equal(kept.st_mode & 0777, 0600);
    expect("me", 0, "root");
    /* The session is for that address alone, and the environment's token wins. */
    assert_int_equal(type("me", "", "NEAPTIDE_TOKEN=not-the-token").status, 4);
    assert_int_equal(type("me", "", "NEAPTIDE_TOKEN='a b'").status, 2);
    expect("logout", 0, "Signed out.");
    assert_int_equal(stat(path, &kept), -1);
    expect("me", 4, "Sign in");
}

static void test_words_and_statuses(void **state)
{
    (void)state;
    stage_make_admin(&stage);
    assert_int_equal(type("login root", "correct horse\n", "").status, 0);
    expect("servers", 0, "You have no server yet");
    expect("verbs", 0, "usage: neaptide VERB");
    expect("servrs", 2, "Did you mean servers?");
    expect("stats lab-1", 5, "There is no server lab-1");
    expect("completion bash", 0, "complete -o default -F _neaptide neaptide");
    expect("completion fish", 2, "SHELL");
    expect("complete -- resize a m", 0, "medium");
    expect("schemas export $HOME/schemas", 0, "neaptide.server.state.v1.100018.avsc");
    struct typed korean = type("servers", "", "LC_ALL=ko_KR.UTF-8");
    assert_non_null(strstr(korean.out, "아직 서버가 없습니다"));
    expect("users add ben --cpu 1 --memory 1g --servers 2", 0, "/#/");
    expect("users link ben", 0, "/#/");
    expect("users link nobody", 5, "There is no nobody");
    expect("users", 0, "ben   Person         0 of 1 CPU, 0 MB of 1 GB, 0 of 2 servers");
    struct typed json = type("new web --name X --json", "", "");
    assert_int_equal(json.status, 1);
    assert_non_null(strstr(json.out, "\"status\": 422"));
    assert_int_equal(type("me", "", "NEAPTIDE_URL=http://127.0.0.1:1").status, 7);
    assert_int_equal(type("me", "", "NEAPTIDE_URL=ftp://x").status, 2);
}

/* A program's token works where a sign-in does, until it is revoked. */
static void test_tokens(void **state)
{
    (void)state;
    stage_make_admin(&stage);
    assert_int_equal(type("login root", "correct horse\n", "").status, 0);
    expect("tokens", 0, "You have no token");
    struct typed made = type("tokens add backup --days 30", "", "");
    assert_int_equal(made.status, 0);
    assert_string_equal(made.err, "It is not shown again.\n");
    char settings[700];
    (void)snprintf(settings, sizeof(settings), "NEAPTIDE_TOKEN=%.*s", (int)strcspn(made.out, "\n"),
                   made.out);
    assert_int_equal(type("logout", "", "").status, 0);
    assert_int_equal(type("me", "", settings).status, 0);
    struct typed list = type("tokens --json", "", settings);
    json_t *items = json_loads(list.out, 0, NULL);
    char words[160];
    (void)snprintf(words, sizeof(words), "tokens rm %s", stage_text(items, "0/session"));
    json_decref(items);
    assert_int_equal(type(words, "", settings).status, 0);
    assert_int_equal(type("me", "", settings).status, 4);
}

/* The registry is read-only, and says so to who would fill it. */
static void test_schemas_for_a_registry(void **state)
{
    (void)state;
    char words[96];
    (void)snprintf(words, sizeof(words), "schemas export http://127.0.0.1:%d/registry/",
                   stage.port);
    expect(words, 1, "read-only");
}

static void test_events_are_followed(void **state)
{
    (void)state;
    stage_make_admin(&stage);
    assert_int_equal(type("login root", "correct horse\n", "").status, 0);
    struct nt_server_state server =
        stage_server("01900000-0000-7000-8000-000000000001", "somebody", "lab-1");
    stage_put(&stage, NT_TOPIC_SERVER_STATE, server.server, &server);
    stage_until(&stage, "/api/v1/servers?owner=all", stage.admin, "items/0/name", "lab-1");
    char words[160];
    (void)snprintf(words, sizeof(words),
                   "events tail --kafka %s --topic server.state --from-start --count 1",
                   nt_test_bus_brokers(stage.bus));
    expect(words, 0, "\"name\":\"lab-1\"");
    /* Nobody listens there: said, and not waited for for ever. */
    expect("events tail --kafka 127.0.0.1:1 --count 1", 7, "neaptide.server.events.v1");
    expect("events tail --kafka 127.0.0.1:1?no.such=1", 2, "no.such");
}

static int open_stage(void **state)
{
    (void)state;
    stage_open(&stage, false);
    stage_start(&stage);
    (void)snprintf(home, sizeof(home), "/tmp/neaptide-client-XXXXXX");
    return mkdtemp(home) == NULL ? -1 : 0;
}

static int close_stage(void **state)
{
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof(command), "rm -rf %s", home);
    stage_close(&stage);
    return system(command); /* NOLINT(cert-env33-c) */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_signing_in_and_out, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_words_and_statuses, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_tokens, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_schemas_for_a_registry, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_events_are_followed, open_stage, close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
