/* The reader of series: three forms, gzip or plain, and what it says about bad input. */
#include <nt/memory.h>
#include <nt_cmocka.h>
#include <offline/file.h>

#include <math.h>
#include <string.h>
#include <zlib.h>

static int parse(const char *text, struct table *table, struct nt_error *err)
{
    NT_CLEANUP(nt_free_p) char *copy = nt_strdup(text);
    return table_parse(copy, strlen(copy), "in.csv", 0, table, err);
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t series, count; /* of the first */
        double first, last;
        int64_t begin_s, step_s;
    } cases[] = {
        {"long", "series,t,value\na,0,1\nb,300,7\na,300,2\na,600,3\n", 2, 3, 1, 3, 0, 300},
        {"long, other order", "t,series,value\n900,a,1\n1200,a,2\n", 1, 2, 1, 2, 900, 300},
        {"long with a gap", "series,t,value\na,0,1\na,60,2\na,240,5\n", 1, 5, 1, 5, 0, 60},
        {"long with a missing value", "series,t,value\na,0,1\na,60,\na,120,4\n", 1, 3, 1, 4, 0, 60},
        {"wide", "t,x,y\n0,1,2\n300,3,\n600,5,6\n", 2, 3, 1, 5, 0, 300},
        {"wide, begins late", "t,x,y\n0,,2\n300,3,4\n600,5,6\n", 2, 2, 3, 5, 300, 300},
        {"M4 with header", "\"V1\",\"V2\",\"V3\"\n\"H1\",\"605\",\"586\"\n\"H2\",\"1\",\"\"\n", 2,
         2, 605, 586, 0, 0},
        {"M4 without header", "H1,1.5,2e3,-4\nH2,5\n", 2, 3, 1.5, -4, 0, 0},
        {"carriage returns and empty lines", "H1,1,2\r\n\r\n\nH2,3\r\n", 2, 2, 1, 2, 0, 0},
        {"quoted comma and quote", "\"a,\"\"b\",1,2\n", 1, 2, 1, 2, 0, 0},
        {"no newline at the end", "H1,1,2", 1, 2, 1, 2, 0, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_error err = NT_ERROR_INIT;
        NT_CLEANUP(table_deinit_p) struct table table = {0};
        if (parse(cases[i].text, &table, &err) < 0)
            fail_msg("%s: %s", cases[i].name, err.message);
        const struct table_series *series = &table.series[0];
        if (table.count != cases[i].series || series->count != cases[i].count ||
            series->values[0] != cases[i].first ||
            series->values[series->count - 1] != cases[i].last ||
            series->begin_s != cases[i].begin_s || series->step_s != cases[i].step_s)
            fail_msg("%s: %zu series, %zu values from %lld by %lld", cases[i].name, table.count,
                     series->count, (long long)series->begin_s, (long long)series->step_s);
    }
}

static void test_names_and_gaps(void **state)
{
    (void)state;
    struct nt_error err = NT_ERROR_INIT;
    NT_CLEANUP(table_deinit_p) struct table table = {0};
    assert_int_equal(parse("\"a,\"\"b\",1,,3\n", &table, &err), 0);
    assert_string_equal(table.series[0].name, "a,\"b");
    assert_true(isnan(table.series[0].values[1]));
}

static void test_bad_input(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        int code;
        const char *says;
    } cases[] = {
        {"empty", "", -ENODATA, "in.csv:0: the file is empty"},
        {"header only", "series,t,value\n", -ENODATA, "in.csv:1: no values"},
        {"only gaps", "t,x\n0,\n300,\n", -ENODATA, "in.csv:3: no values"},
        {"no number", "series,t,value\na,0,1\na,300,x1\n", -EINVAL,
         "in.csv:3: \"x1\" is not a number"},
        {"infinite", "H1,1,inf\n", -EINVAL, "in.csv:1: column 3: \"inf\" is not a number"},
        {"number with a tail", "H1,1,2\nH2,3,4..5\n", -EINVAL, "in.csv:2: column 3"},
        {"too few columns", "series,t,value\na,0\n", -EINVAL, "in.csv:2: 2 columns"},
        {"too many columns", "t,x\n0,1\n300,1,2\n", -EINVAL,
         "in.csv:3: 3 columns, the header has 2"},
        {"time goes back", "series,t,value\na,300,1\na,0,2\n", -EINVAL, "in.csv:3: time goes back"},
        {"time stands", "t,x\n300,1\n300,2\n", -EINVAL, "in.csv:3: column 2: time goes back"},
        {"mixed steps", "t,x\n0,1\n300,2\n400,3\n", -EINVAL, "in.csv:4: column 2: mixed steps"},
        {"huge gap", "t,x\n0,1\n1,2\n99999999,3\n", -E2BIG, "in.csv:4: column 2: a gap of"},
        {"half a second", "t,x\n0.5,1\n", -EINVAL, "in.csv:2: \"0.5\" is not a time"},
        {"open quote", "H1,1\n\"H2,1\n", -EINVAL, "in.csv:2: a quote that is not closed"},
        {"after a quote", "\"H1\"x,1\n", -EINVAL, "in.csv:1: text after a closing quote"},
        {"no name", ",1,2\n", -EINVAL, "in.csv:1: the name"},
        {"id alone", "H1,1\nH2\n", -EINVAL, "in.csv:2: 1 column"},
        {"unknown header", "time,load\n0,1\n", -EINVAL, "in.csv:1: neither a header"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_error err = NT_ERROR_INIT;
        NT_CLEANUP(table_deinit_p) struct table table = {0};
        int status = parse(cases[i].text, &table, &err);
        if (status != cases[i].code ||
            strncmp(err.message, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("%s: %d, %s", cases[i].name, status, err.message);
        assert_int_equal(table.count, 0);
    }
    char nul[] = "H1,1\0,2\n";
    struct nt_error err = NT_ERROR_INIT;
    struct table table = {0};
    assert_int_equal(table_parse(nul, sizeof(nul) - 1, "in.csv", 0, &table, &err), -EINVAL);
    assert_non_null(strstr(err.message, "NUL"));
}

static void test_files(void **state)
{
    (void)state;
    static const char text[] = "series,t,value\na,0,1\na,60,2\n";
    char path[] = "/tmp/neaptide-table-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (int packed = 0; packed < 2; packed++) {
        gzFile file = gzopen(path, packed ? "wb" : "wbT");
        assert_int_equal(gzwrite(file, text, sizeof(text) - 1), sizeof(text) - 1);
        assert_int_equal(gzclose(file), Z_OK);
        struct nt_error err = NT_ERROR_INIT;
        NT_CLEANUP(table_deinit_p) struct table table = {0};
        assert_int_equal(file_read_table(path, 0, &table, &err), 0);
        assert_int_equal(table.series[0].count, 2);
    }
    off_t size = lseek(fd, 0, SEEK_END);
    assert_int_equal(ftruncate(fd, size - 6), 0); /* now a broken gzip file */
    struct nt_error err = NT_ERROR_INIT;
    struct table table = {0};
    assert_int_equal(file_read_table(path, 0, &table, &err), -EINVAL);
    assert_non_null(strstr(err.message, path));
    (void)close(fd);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(file_read_table(path, 0, &table, &err), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_names_and_gaps),
        cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
