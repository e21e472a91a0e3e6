#include <nt/text.h>
#include <nt_cmocka.h>
#include <string.h>
#include <verbs/verb.h>

static struct nt_arena arena;

/* Parse a line; the text where it is not a command. */
static int parse(const char *line, struct command *ret, const char **ret_text)
{
    const char *words[64];
    int count = command_split(&arena, line, words, NT_COUNT(words));
    assert_true(count >= 0);
    return command_parse(&arena, NT_LANGUAGE_EN, (size_t)count, words, ret, ret_text);
}

static void test_split(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int count; /* or the error */
        const char *last;
    } cases[] = {
        {"", 0, ""},
        {"  \t\n", 0, ""},
        {"servers", 1, "servers"},
        {" rename  a 'my server' ", 3, "my server"},
        {"rename a \"b \\\" c\"", 3, "b \" c"},
        {"rename a 내\\ 서버", 3, "내 서버"},
        {"a ''", 2, ""},
        {"a '\\'", 2, "\\"},
        {"a x'y z'\"w\"", 2, "xy zw"},
        {"a \\", 2, "\\"},
        {"a 'b", -EINVAL, ""},
        {"a \"b'", -EINVAL, ""},
        {"1 2 3 4 5", -E2BIG, ""},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        const char *words[4] = {0};
        print_message("%s\n", cases[i].line);
        int count = command_split(&arena, cases[i].line, words, NT_COUNT(words));
        assert_int_equal(count, cases[i].count);
        if (count > 0)
            assert_string_equal(words[count - 1], cases[i].last);
    }
}

static void test_commands(void **state)
{
    (void)state;
    struct command command = {0};
    const char *text = NULL;
    assert_int_equal(parse("new web --size=medium --name home", &command, &text), 0);
    assert_string_equal(command.verb->words, "new");
    assert_string_equal(command.args[0], "web");
    assert_string_equal(command_option(&command, "--size"), "medium");
    assert_string_equal(command_option(&command, "--name"), "home");
    assert_null(command_option(&command, "--title"));
    assert_null(command_option(&command, "--what"));
    assert_false(command.is_json);
    assert_int_equal(parse("users", &command, &text), 0);
    assert_string_equal(command.verb->words, "users");
    assert_int_equal(parse("users add ben --json", &command, &text), 0);
    assert_string_equal(command.verb->words, "users add");
    assert_true(command.is_json);
    assert_int_equal(parse("rm a -y", &command, &text), 0);
    assert_true(command.is_yes);
    assert_int_equal(parse("start a --no-wait", &command, &text), 0);
    assert_true(command.is_quick);
    assert_int_equal(parse("rename a -- --title", &command, &text), 0);
    assert_string_equal(command.args[1], "--title");
}

static void test_what_is_not_understood(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *part;
    } cases[] = {
        {"servrs", "Did you mean servers?"},
        {"zzzzzzzzzz", "There is no verb"},
        {"서버", "There is no verb \"서버\""},
        {"--what", "usage: neaptide"},
        {"start", "SERVER is missing"},
        {"start a b", "\"b\" is one word too many"},
        {"start --what a", "There is no option --what"},
        {"servers --yes", "There is no option --yes"},
        {"new web --name", "--name needs a value"},
        {"new web --size huge --name a", "--size is one of: small medium large"},
        {"servers --all=1", "--all takes no value"},
        {"me 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "one word too many"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct command command = {0};
        const char *text = "";
        print_message("%s\n", cases[i].line);
        assert_int_equal(parse(cases[i].line, &command, &text), -EINVAL);
        assert_non_null(strstr(text, cases[i].part));
    }
}

static void test_help(void **state)
{
    (void)state;
    static const char *const lines[] = {"",
                                        "verbs",
                                        "help",
                                        "--help",
                                        "-h",
                                        "new --help",
                                        "help new",
                                        "users add ben --help",
                                        "help users add"};
    for (size_t i = 0; i < NT_COUNT(lines); i++) {
        struct command command = {0};
        const char *text = "";
        print_message("%s\n", lines[i]);
        assert_int_equal(parse(lines[i], &command, &text), 1);
        assert_non_null(strstr(text, "neaptide "));
    }
}

/* Each verb can be understood by who reads its help: in both languages, with examples that are
 * commands. */
static void test_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < verbs_count; i++) {
        const struct verb *verb = &verbs[i];
        print_message("%s\n", verb->words);
        assert_true(verb->about[NT_LANGUAGE_EN][0] != '\0');
        assert_true(verb->about[NT_LANGUAGE_KO][0] != '\0');
        assert_string_not_equal(verb->about[NT_LANGUAGE_EN], verb->about[NT_LANGUAGE_KO]);
        assert_non_null(verb->step);
        size_t options = 0;
        for (const struct verb_option *option = verb->options;
             option != NULL && option->name != NULL; option++, options++) {
            assert_true(nt_text_starts(option->name, "--"));
            assert_true(option->help[NT_LANGUAGE_KO][0] != '\0');
        }
        assert_true(options <= VERB_OPTIONS_MAX);
        size_t examples = 0;
        for (const char *at = verb->examples; *at != '\0'; examples++) {
            size_t len = strcspn(at, "\n>");
            struct command command = {0};
            const char *text = "";
            int code = parse(nt_arena_text_n(&arena, at, len), &command, &text);
            assert_int_equal(code, 0);
            assert_ptr_equal(command.verb, verb);
            at += strcspn(at, "\n");
            at += *at == '\n';
        }
        assert_true(examples > 0);
    }
}

static const char *complete(const char *line)
{
    const char *words[16];
    int count = command_split(&arena, line, words, NT_COUNT(words));
    return verb_complete(&arena, NT_LANGUAGE_EN, (size_t)count, words);
}

static void test_completion(void **state)
{
    (void)state;
    assert_string_equal(complete("serv"), "servers\tyour servers\n");
    assert_string_equal(complete("resize a m"), "medium\t\n");
    assert_string_equal(complete("new web --size l"), "large\t\n");
    assert_string_equal(complete("new web --si"), "--size\thow large\n");
    assert_string_equal(complete("users a"),
                        "add\ta new person; answers the link with which they choose a password\n");
    assert_string_equal(complete("mode au"), "automatic\t\n");
    assert_string_equal(complete("zzz"), "");
    assert_string_equal(complete("zzz ''"), "");
    /* Everything, each first word once. */
    const char *all = complete("");
    const char *first = strstr(all, "users\t");
    assert_non_null(first);
    assert_null(strstr(first + 1, "\nusers\t"));
    assert_non_null(verb_completion_script("bash"));
    assert_non_null(verb_completion_script("zsh"));
    assert_null(verb_completion_script("fish"));
}

static int begin(void **state)
{
    (void)state;
    nt_arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    nt_arena_deinit(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_split, begin, end),
        cmocka_unit_test_setup_teardown(test_commands, begin, end),
        cmocka_unit_test_setup_teardown(test_what_is_not_understood, begin, end),
        cmocka_unit_test_setup_teardown(test_help, begin, end),
        cmocka_unit_test_setup_teardown(test_the_table, begin, end),
        cmocka_unit_test_setup_teardown(test_completion, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
