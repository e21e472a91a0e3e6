/* Commands against an api that is a list of what it will be asked and answers. */
#include <nt/text.h>
#include <nt_cmocka.h>
#include <string.h>
#include <verbs/run.h>

#define NOON INT64_C(1793620800000) /* 2026-11-02T12:00Z */
#define SERVER                                                                                     \
    "{\"server\": \"s1\", \"name\": \"lab-1\", \"title\": \"lab-1\", \"owner_name\": \"ann\","     \
    "\"state\": \"%s\", \"size\": \"small\", \"host\": \"host-1\", \"since_ms\": 1793620800000,"   \
    "\"requested\": {\"cpu_milli\": 500, \"mem_bytes\": 536870912},"                               \
    "\"address\": {\"url\": \"http://lab-1.s.localhost\", \"ssh\": null, \"tcp\": []}}"
#define LIST(items, next) "{\"items\": [" items "], \"next\": " next "}"

struct exchange {
    const char *asked; /* "GET /path" and perhaps " " and the body */
    int status;
    const char *answer; /* %s is the state below */
    const char *state;
};

struct play {
    const struct exchange *exchanges;
    bool is_impatient, is_yes;
    enum nt_language language;
    char output[4096], progress[4096], question[512];
    enum verb_exit exit;
    enum run_need last;
};

static void add(char *to, size_t size, const char *text)
{
    size_t len = strlen(to);
    (void)snprintf(to + len, size - len, "%s", text);
}

static void exchange(struct run *run, const struct exchange *next)
{
    const struct run_request *request = run_request(run);
    char asked[1024];
    char *body =
        request->body == NULL ? NULL : json_dumps(request->body, JSON_COMPACT | JSON_SORT_KEYS);
    (void)snprintf(asked, sizeof(asked), "%s %s%s%s", request->method, request->path,
                   body == NULL ? "" : " ", body == NULL ? "" : body);
    free(body);
    assert_non_null(next->asked);
    assert_string_equal(asked, next->asked);
    assert_int_equal(request->key != NULL, strcmp(request->method, "GET") != 0);
    char answer[4096] = "";
    if (next->answer != NULL) {
        const char *hole = strstr(next->answer, "%s");
        (void)snprintf(answer, sizeof(answer), "%.*s%s%s",
                       hole == NULL ? (int)strlen(next->answer) : (int)(hole - next->answer),
                       next->answer, hole == NULL ? "" : next->state, hole == NULL ? "" : hole + 2);
    }
    run_answer(run, next->status, json_loads(answer, 0, NULL));
}

static void play(const char *line, struct play *play)
{
    struct nt_arena arena;
    struct command command;
    const char *text = NULL;
    const char *words[16];
    nt_arena_init(&arena);
    int count = command_split(&arena, line, words, NT_COUNT(words));
    assert_int_equal(command_parse(&arena, play->language, (size_t)count, words, &command, &text),
                     0);
    struct run_options options = {.language = play->language,
                                  .now_ms = NOON,
                                  .is_patient = !play->is_impatient,
                                  .key = "key",
                                  .url = "http://here"};
    struct run *run = run_new(&command, &options);
    const struct exchange *next = play->exchanges;
    for (;;) {
        play->last = run_next(run);
        add(play->output, sizeof(play->output), run_take_output(run));
        add(play->progress, sizeof(play->progress), run_take_progress(run));
        if (play->last == RUN_ASK) {
            exchange(run, next++);
        } else if (play->last == RUN_WAIT) {
            assert_true(run_wait_ms(run) > 0);
            run_waited(run);
        } else if (play->last == RUN_CONFIRM) {
            add(play->question, sizeof(play->question), run_question(run));
            run_confirm(run, play->is_yes);
        } else if (play->last == RUN_SECRET) {
            run_secret(run, "secret-word");
        } else {
            break;
        }
    }
    assert_null(next->asked);
    play->exit = run_exit(run);
    run_free(run);
    nt_arena_deinit(&arena);
}

static void test_lists(void **state)
{
    (void)state;
    static const struct exchange pages[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "\"a b\""), "running"},
        {"GET /api/v1/servers?limit=100&after=a%20b", 200, LIST(SERVER, "null"), "stopped"},
        {0}};
    struct play two = {.exchanges = pages};
    play("servers", &two);
    assert_int_equal(two.exit, VERB_DONE);
    assert_string_equal(two.output,
                        "NAME   STATE    CPU  MEMORY  SIZE   ADDRESS\n"
                        "lab-1  Running    –       –  Small  http://lab-1.s.localhost\n"
                        "lab-1  Stopped    –       –  Small  http://lab-1.s.localhost\n");
    struct play korean = {.exchanges = pages, .language = NT_LANGUAGE_KO};
    play("servers", &korean);
    assert_string_equal(korean.output,
                        "이름   상태     CPU  메모리  크기  주소\n"
                        "lab-1  실행 중    –       –  작게  http://lab-1.s.localhost\n"
                        "lab-1  정지       –       –  작게  http://lab-1.s.localhost\n");
    static const struct exchange none[] = {
        {"GET /api/v1/servers?owner=all&limit=100", 200, LIST("", "null"), ""}, {0}};
    struct play nothing = {.exchanges = none};
    play("servers --all", &nothing);
    assert_non_null(strstr(nothing.output, "neaptide new shell --name NAME"));
    struct play json = {.exchanges = none};
    play("servers --all --json", &json);
    assert_string_equal(json.output, "[]\n");
}

static void test_a_change_is_followed_to_its_end(void **state)
{
    (void)state;
    static const struct exchange exchanges[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "stopped"},
        {"POST /api/v1/servers/s1/start", 202,
         "{\"task\": \"t1\", \"state\": \"waiting\", \"stage\": "
         "{\"key\": \"task.waiting\", \"params\": {}}}",
         ""},
        {"GET /api/v1/tasks/t1", 200, "{\"task\": \"t1\", \"state\": \"done\"}", ""},
        {"GET /api/v1/servers/s1", 200, SERVER, "preparing"},
        {"GET /api/v1/servers/s1", 200, SERVER, "preparing"},
        {"GET /api/v1/servers/s1", 200, SERVER, "running"},
        {0}};
    struct play patient = {.exchanges = exchanges};
    play("start lab-1", &patient);
    assert_int_equal(patient.exit, VERB_DONE);
    assert_string_equal(patient.output, "lab-1: Running\nhttp://lab-1.s.localhost\n");
    assert_string_equal(patient.progress, "waits for a decision…\nPreparing…\n");

    static const struct exchange short_ones[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "stopped"},
        {"POST /api/v1/servers/s1/start", 200,
         "{\"server\": " SERVER ", \"sentence\": {\"key\": "
         "\"fits.now\", \"params\": {}}}",
         "preparing"},
        {0}};
    struct play quick = {.exchanges = short_ones};
    play("start lab-1 --no-wait", &quick);
    assert_string_equal(quick.output, "Fits now\nlab-1: Preparing\n");
    struct play impatient = {.exchanges = short_ones, .is_impatient = true};
    play("start s1", &impatient);
    assert_string_equal(impatient.output, quick.output);
}

static void test_what_is_to_stop_is_waited_for(void **state)
{
    (void)state;
    static const struct exchange exchanges[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "running"},
        {"POST /api/v1/servers/s1/stop", 200, "{\"server\": " SERVER ", \"sentence\": null}",
         "running"},
        {"GET /api/v1/servers/s1", 200, SERVER, "running"},
        {"GET /api/v1/servers/s1", 200, SERVER, "stopped"},
        {0}};
    struct play stop = {.exchanges = exchanges};
    play("stop lab-1", &stop);
    assert_int_equal(stop.exit, VERB_DONE);
    assert_string_equal(stop.output, "lab-1: Stopped\n");
}

static void test_what_fails_says_so(void **state)
{
    (void)state;
    static const struct exchange failing[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "stopped"},
        {"POST /api/v1/servers/s1/start", 200, "{\"server\": " SERVER ", \"sentence\": null}",
         "preparing"},
        {"GET /api/v1/servers/s1", 200, SERVER, "failed"},
        {0}};
    struct play failed = {.exchanges = failing};
    play("start lab-1", &failed);
    assert_int_equal(failed.exit, VERB_REFUSED);

    static const struct exchange refused[] = {
        {"POST /api/v1/servers {\"name\":\"x\",\"size\":\"small\",\"template\":\"web\"}", 422,
         "{\"code\": \"invalid-request\", \"title\": \"Not understood\", \"detail\": \"Some fields "
         "are "
         "wrong.\", \"next\": \"Correct them.\", \"errors\": [{\"field\": \"/name\", \"message\": "
         "{\"key\": \"field.too-short\", \"params\": {\"min\": 2}}}]}",
         ""},
        {0}};
    struct play wrong = {.exchanges = refused};
    play("new web --name x", &wrong);
    assert_int_equal(wrong.exit, VERB_REFUSED);
    assert_string_equal(wrong.output, "");
    assert_non_null(strstr(wrong.progress, "Not understood\nSome fields are wrong.\n  Name: "));
    assert_non_null(strstr(wrong.progress, "\nCorrect them.\n"));
    struct play json = {.exchanges = refused};
    play("new web --name x --json", &json);
    assert_int_equal(json.exit, VERB_REFUSED);
    assert_non_null(strstr(json.output, "\"code\": \"invalid-request\""));
}

static void test_statuses(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *answer;
        enum verb_exit exit;
    } cases[] = {
        {0, "", VERB_UNREACHABLE},
        {200, "{\"name\": \"ann\", \"role\": \"person\"}", VERB_DONE},
        {400, "{\"code\": \"a\", \"title\": \"b\"}", VERB_REFUSED},
        {401, "{\"code\": \"sign-in-needed\", \"title\": \"b\"}", VERB_SIGN_IN},
        {403, "{\"code\": \"a\", \"title\": \"b\"}", VERB_SIGN_IN},
        {404, "{\"code\": \"a\", \"title\": \"b\"}", VERB_NOT_FOUND},
        {409, "{\"code\": \"moving\", \"title\": \"b\"}", VERB_LATER},
        {429, "{\"code\": \"a\", \"title\": \"b\"}", VERB_LATER},
        {503, "{\"code\": \"a\", \"title\": \"b\"}", VERB_LATER},
        {502, "<html>", VERB_UNREACHABLE},
        {500, "[]", VERB_REFUSED},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct exchange exchanges[] = {{"GET /api/v1/me", cases[i].status, cases[i].answer, ""},
                                       {0}};
        struct play me = {.exchanges = exchanges};
        print_message("%d\n", cases[i].status);
        play("me", &me);
        assert_int_equal(me.exit, cases[i].exit);
        assert_int_equal(me.progress[0] != '\0', me.exit != VERB_DONE);
    }
}

static void test_a_server_is_found_by_its_name(void **state)
{
    (void)state;
    static const struct exchange mine_only[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST("", "null"), ""},
        {"GET /api/v1/servers?owner=all&limit=100", 403, "{\"code\": \"a\", \"title\": \"b\"}", ""},
        {0}};
    struct play none = {.exchanges = mine_only};
    play("stats lab-1", &none);
    assert_int_equal(none.exit, VERB_NOT_FOUND);
    assert_non_null(strstr(none.progress, "There is no server lab-1."));
    static const struct exchange all[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST("", "null"), ""},
        {"GET /api/v1/servers?owner=all&limit=100", 200, LIST(SERVER, "null"), "running"},
        {0}};
    struct play found = {.exchanges = all};
    play("stats lab-1", &found);
    assert_int_equal(found.exit, VERB_DONE);
    assert_non_null(strstr(found.output, "REQUESTED  0.5 CPU, 512 MB\n"));
}

static void test_deleting_asks_first(void **state)
{
    (void)state;
    static const struct exchange kept[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "running"}, {0}};
    struct play no = {.exchanges = kept};
    play("rm lab-1", &no);
    assert_int_equal(no.exit, VERB_REFUSED);
    assert_non_null(strstr(no.question, "lab-1 will be deleted with all its files"));
    assert_non_null(strstr(no.question, "http://lab-1.s.localhost"));
    static const struct exchange gone[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "running"},
        {"DELETE /api/v1/servers/s1", 200, "{\"server\": " SERVER "}", "deleting"},
        {0}};
    struct play yes = {.exchanges = gone, .is_yes = true};
    play("rm lab-1", &yes);
    assert_int_equal(yes.exit, VERB_DONE);
    struct play unasked = {.exchanges = gone};
    play("rm lab-1 --yes", &unasked);
    assert_int_equal(unasked.exit, VERB_DONE);
    assert_string_equal(unasked.question, "");
}

static void test_moments(void **state)
{
    (void)state;
    static const struct {
        const char *time;
        const char *body; /* NULL: not understood */
    } cases[] = {
        {"12:40", "{\"until_ms\":1793623200000}"},
        {"11:59", "{\"until_ms\":1793707140000}"},
        {"+30m", "{\"until_ms\":1793622600000}"},
        {"+2h", "{\"until_ms\":1793628000000}"},
        {"+1d", "{\"until_ms\":1793707200000}"},
        {"2026-11-03T00:00", "{\"until_ms\":1793664000000}"},
        {"24:00", NULL},
        {"noon", NULL},
        {"+", NULL},
        {"+5", NULL},
        {"+-5m", NULL},
        {"12:60", NULL},
        {"12:40x", NULL},
        {"2026-13-03T00:00", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        char asked[160];
        char line[80];
        (void)snprintf(asked, sizeof(asked), "POST /api/v1/servers/s1/defer %s",
                       cases[i].body == NULL ? "" : cases[i].body);
        (void)snprintf(line, sizeof(line), "defer lab-1 '%s'", cases[i].time);
        print_message("%s\n", line);
        struct exchange exchanges[] = {
            {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "running"},
            {"GET /api/v1/pool", 200, "{\"now_ms\": 1793620800000}", ""},
            {cases[i].body == NULL ? NULL : asked, 200, "{\"server\": " SERVER "}", "running"},
            {0}};
        struct play deferred = {.exchanges = exchanges};
        play(line, &deferred);
        assert_int_equal(deferred.exit, cases[i].body == NULL ? VERB_USAGE : VERB_DONE);
    }
}

static void test_what_only_a_terminal_does(void **state)
{
    (void)state;
    static const struct exchange signing_in[] = {
        {"POST /api/v1/session {\"name\":\"ann\",\"password\":\"secret-word\"}", 201, "{}", ""},
        {0}};
    struct play login = {.exchanges = signing_in};
    play("login ann", &login);
    assert_int_equal(login.last, RUN_LOCAL);
    static const struct exchange nothing[] = {{0}};
    struct play tail = {.exchanges = nothing};
    play("events tail", &tail);
    assert_int_equal(tail.last, RUN_LOCAL);
    static const struct exchange web[] = {
        {"GET /api/v1/servers?limit=100", 200, LIST(SERVER, "null"), "running"}, {0}};
    struct play shell = {.exchanges = web};
    play("shell lab-1", &shell);
    assert_int_equal(shell.exit, VERB_REFUSED);
    assert_non_null(strstr(shell.progress, "lab-1 has no SSH"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_a_change_is_followed_to_its_end),
        cmocka_unit_test(test_what_is_to_stop_is_waited_for),
        cmocka_unit_test(test_what_fails_says_so),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_a_server_is_found_by_its_name),
        cmocka_unit_test(test_deleting_asks_first),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_what_only_a_terminal_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
