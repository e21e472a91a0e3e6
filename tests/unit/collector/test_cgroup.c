#include <collector/cgroup.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_one_number(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        int status;
        uint64_t value;
    } cases[] = {
        {"plain", "123\n", 0, 123},
        {"max", "max\n", 0, CGROUP_UNLIMITED},
        {"minus one", "-1\n", 0, CGROUP_UNLIMITED},
        {"largest", "18446744073709551615", 0, UINT64_MAX},
        {"too large", "18446744073709551616", -ERANGE, 0},
        {"empty", "", -EINVAL, 0},
        {"blank", " \n", -EINVAL, 0},
        {"not a number", "12a\n", -EINVAL, 0},
        {"negative", "-5\n", -EINVAL, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        uint64_t value = 0;
        int status = cgroup_parse_u64(nt_span_of(cases[i].text), &value);
        if (status != cases[i].status || value != cases[i].value)
            fail_msg("%s: status %d, value %lu", cases[i].name, status, (unsigned long)value);
    }
}

static void test_v1_writes_no_limit_as_a_huge_number(void **state)
{
    (void)state;
    uint64_t bytes = 0;
    assert_int_equal(cgroup_parse_limit(nt_span_of("9223372036854771712\n"), &bytes), 0);
    assert_true(bytes == CGROUP_UNLIMITED);
    assert_int_equal(cgroup_parse_limit(nt_span_of("2147483648\n"), &bytes), 0);
    assert_true(bytes == UINT64_C(2147483648));
}

static void test_a_key_is_found_whole(void **state)
{
    (void)state;
    const char *text = "usage_usec 2500\nuser_usec 1\nnr_throttled 3\nthrottled_usec 77\n";
    uint64_t value = 0;
    assert_int_equal(cgroup_find_u64(nt_span_of(text), "throttled_usec", &value), 0);
    assert_int_equal(value, 77);
    assert_int_equal(cgroup_find_u64(nt_span_of(text), "usage_usec", &value), 0);
    assert_int_equal(value, 2500);
    assert_int_equal(cgroup_find_u64(nt_span_of(text), "usage", &value), -ENOENT);
    assert_int_equal(cgroup_find_u64(nt_span_of("key\n"), "key", &value), -EINVAL);
    assert_int_equal(cgroup_find_u64(nt_span_of(""), "key", &value), -ENOENT);
}

static void test_quotas(void **state)
{
    (void)state;
    uint64_t milli = 0;
    assert_int_equal(cgroup_parse_cpu_max(nt_span_of("150000 100000\n"), &milli), 0);
    assert_int_equal(milli, 1500);
    assert_int_equal(cgroup_parse_cpu_max(nt_span_of("max 100000\n"), &milli), 0);
    assert_true(milli == CGROUP_UNLIMITED);
    assert_int_equal(cgroup_parse_cpu_max(nt_span_of("100000\n"), &milli), -EINVAL);
    assert_int_equal(cgroup_parse_cpu_max(nt_span_of("100000 0\n"), &milli), -EINVAL);
    assert_int_equal(cgroup_parse_cfs(nt_span_of("50000\n"), nt_span_of("100000\n"), &milli), 0);
    assert_int_equal(milli, 500);
    assert_int_equal(cgroup_parse_cfs(nt_span_of("-1\n"), nt_span_of("100000\n"), &milli), 0);
    assert_true(milli == CGROUP_UNLIMITED);
}

static void test_block_io_is_summed_over_devices(void **state)
{
    (void)state;
    uint64_t read = 9;
    uint64_t write = 9;
    assert_int_equal(cgroup_parse_io(nt_span_of("8:0 rbytes=100 wbytes=7 rios=1 wios=2\n"
                                                "8:16 rbytes=1 wbytes=3 dbytes=5\n"),
                                     &read, &write),
                     0);
    assert_int_equal(read, 101);
    assert_int_equal(write, 10);
    assert_int_equal(cgroup_parse_io(nt_span_of(""), &read, &write), 0);
    assert_int_equal(read, 0);
    assert_int_equal(cgroup_parse_io(nt_span_of("8:0 rbytes=x\n"), &read, &write), -EINVAL);
    assert_int_equal(cgroup_parse_blkio(nt_span_of("8:0 Read 10\n8:0 Write 20\n8:0 Sync 1\n"
                                                   "8:16 Read 5\n8:16 Total 9\nTotal 44\n"),
                                        &read, &write),
                     0);
    assert_int_equal(read, 15);
    assert_int_equal(write, 20);
}

static const char hybrid[] =
    "30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
    "31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "33 30 0:29 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
    "34 30 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
    "35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

static void test_layouts_are_told_apart(void **state)
{
    (void)state;
    struct cgroup_mounts mounts;
    assert_int_equal(cgroup_parse_mountinfo(nt_span_of(hybrid), &mounts), 0);
    assert_string_equal(cgroup_layout(&mounts), "hybrid");
    assert_false(cgroup_is_v2(&mounts, CGROUP_CPU));
    assert_string_equal(mounts.v1[CGROUP_CPUACCT].at, "/sys/fs/cgroup/cpu,cpuacct");

    struct nt_span v1 = nt_span_of(hybrid);
    v1.len = (size_t)(strstr(hybrid, "35 30") - hybrid);
    assert_int_equal(cgroup_parse_mountinfo(v1, &mounts), 0);
    assert_string_equal(cgroup_layout(&mounts), "v1");

    assert_int_equal(
        cgroup_parse_mountinfo(
            nt_span_of("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n"), &mounts),
        0);
    assert_string_equal(cgroup_layout(&mounts), "v2");
    assert_true(cgroup_is_v2(&mounts, CGROUP_MEMORY));

    assert_int_equal(cgroup_parse_mountinfo(nt_span_of("1 2 0:3 / / rw - ext4 x rw\n"), &mounts),
                     -ENOENT);
    assert_int_equal(cgroup_parse_mountinfo(nt_span_of("1 2 0:3 /\nrubbish\n"), &mounts), -ENOENT);
}

static void test_a_mount_over_another_covers_it(void **state)
{
    (void)state;
    struct cgroup_mounts mounts;
    const char *text = "1 0 0:1 /docker/x /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
                       "2 0 0:1 /../.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n";
    assert_int_equal(cgroup_parse_mountinfo(nt_span_of(text), &mounts), 0);
    assert_string_equal(mounts.v2.root, "/../..");
}

static void test_the_folder_of_a_process(void **state)
{
    (void)state;
    static const struct {
        const char *name, *mountinfo, *cgroup;
        enum cgroup_controller controller;
        int status;
        const char *folder;
    } cases[] = {
        {"v1",
         "1 0 0:1 / /c/memory rw - cgroup c rw,memory\n2 0 0:1 / /c/a rw - cgroup c rw,cpuacct\n",
         "4:memory:/nt/host-1/abc\n2:cpuacct:/other\n", CGROUP_MEMORY, 0,
         "/c/memory/nt/host-1/abc"},
        {"v1, two controllers in one", hybrid, "2:cpu,cpuacct:/docker/x\n", CGROUP_CPUACCT, 0,
         "/sys/fs/cgroup/cpu,cpuacct/docker/x"},
        {"v1, absent", hybrid, "2:cpu,cpuacct:/docker/x\n", CGROUP_MEMORY, -ENOENT, ""},
        {"v2", "1 0 0:1 / /c rw - cgroup2 c rw\n", "0::/nt/abc\n", CGROUP_CPU, 0, "/c/nt/abc"},
        {"v2, the root itself", "1 0 0:1 / /c rw - cgroup2 c rw\n", "0::/\n", CGROUP_CPU, 0, "/c"},
        {"v2, private namespace, whole tree mounted", "1 0 0:1 /../.. /c rw - cgroup2 c rw\n",
         "0::/../../nt/host-1/abc\n", CGROUP_CPU, 0, "/c/nt/host-1/abc"},
        {"v2, private namespace, a sibling whose parent has no name here",
         "1 0 0:1 /../.. /c rw - cgroup2 c rw\n", "0::/../abc\n", CGROUP_CPU, -ENOENT, ""},
        {"v2, outside what is mounted", "1 0 0:1 / /c rw - cgroup2 c rw\n", "0::/../abc\n",
         CGROUP_CPU, -ENOENT, ""},
        {"v2, a part is mounted", "1 0 0:1 /nt /c rw - cgroup2 c rw\n", "0::/nt/abc\n", CGROUP_CPU,
         0, "/c/abc"},
        {"v2, another part is mounted", "1 0 0:1 /other /c rw - cgroup2 c rw\n", "0::/nt/abc\n",
         CGROUP_CPU, -ENOENT, ""},
        {"a name that begins alike", "1 0 0:1 /nt /c rw - cgroup2 c rw\n", "0::/nt2/abc\n",
         CGROUP_CPU, -ENOENT, ""},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct cgroup_mounts mounts;
        char folder[CGROUP_PATH_SIZE] = "";
        assert_int_equal(cgroup_parse_mountinfo(nt_span_of(cases[i].mountinfo), &mounts), 0);
        int status =
            cgroup_resolve(&mounts, nt_span_of(cases[i].cgroup), cases[i].controller, folder);
        if (status != cases[i].status || (status == 0 && strcmp(folder, cases[i].folder) != 0))
            fail_msg("%s: status %d, folder %s", cases[i].name, status, folder);
    }
}

static void test_a_slice_stays_below_the_mount(void **state)
{
    (void)state;
    struct cgroup_mounts mounts;
    char folder[CGROUP_PATH_SIZE];
    assert_int_equal(cgroup_parse_mountinfo(nt_span_of(hybrid), &mounts), 0);
    assert_int_equal(cgroup_folder(&mounts, "/neaptide/host-1", CGROUP_MEMORY, folder), 0);
    assert_string_equal(folder, "/sys/fs/cgroup/memory/neaptide/host-1");
    assert_int_equal(cgroup_folder(&mounts, "/neaptide/../../etc", CGROUP_MEMORY, folder), -ENOENT);
    assert_int_equal(cgroup_folder(&mounts, "/a..b/..c", CGROUP_MEMORY, folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_number),
        cmocka_unit_test(test_v1_writes_no_limit_as_a_huge_number),
        cmocka_unit_test(test_a_key_is_found_whole),
        cmocka_unit_test(test_quotas),
        cmocka_unit_test(test_block_io_is_summed_over_devices),
        cmocka_unit_test(test_layouts_are_told_apart),
        cmocka_unit_test(test_a_mount_over_another_covers_it),
        cmocka_unit_test(test_the_folder_of_a_process),
        cmocka_unit_test(test_a_slice_stays_below_the_mount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
