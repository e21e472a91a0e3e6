#include <collector/proc.h>
#include <nt_cmocka.h>

static void test_stat(void **state)
{
    (void)state;
    struct proc_cpu cpu;
    assert_int_equal(proc_parse_stat(nt_span_of("cpu  10 1 5 1000 50 2 3 7 0 0\n"
                                                "cpu0 5 1 3 500 25 1 2 4 0 0\n"
                                                "cpu1 5 0 2 500 25 1 1 3 0 0\n"
                                                "intr 99 1 2\nctxt 5\n"),
                                     &cpu),
                     0);
    assert_int_equal(cpu.busy_ticks, 21);
    assert_int_equal(cpu.stolen_ticks, 7);
    assert_int_equal(cpu.processors, 2);
    assert_int_equal(proc_parse_stat(nt_span_of("intr 1\n"), &cpu), -EINVAL);
    assert_int_equal(proc_parse_stat(nt_span_of("cpu 1 x\ncpu0 1 1\n"), &cpu), -EINVAL);
    assert_int_equal(proc_parse_stat(nt_span_of(""), &cpu), -EINVAL);
}

static void test_meminfo(void **state)
{
    (void)state;
    struct proc_memory memory;
    assert_int_equal(proc_parse_meminfo(nt_span_of("MemTotal:       2048 kB\nMemFree: 1 kB\n"
                                                   "MemAvailable:   512 kB\n"),
                                        &memory),
                     0);
    assert_int_equal(memory.total_bytes, 2048 * 1024);
    assert_int_equal(memory.available_bytes, 512 * 1024);
    assert_int_equal(proc_parse_meminfo(nt_span_of("MemTotal: 2048 kB\n"), &memory), -EINVAL);
}

static const char net[] =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
    "    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n"
    "  eth0: 1000 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n"
    "veth12:30 1 0 0 0 0 0 0 4 1 0 0 0 0 0 0\n"
    "docker0: 5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0\n";

static void test_net(void **state)
{
    (void)state;
    uint64_t rx = 0;
    uint64_t tx = 0;
    assert_int_equal(proc_parse_net(nt_span_of(net), false, &rx, &tx), 0);
    assert_int_equal(rx, 1035);
    assert_int_equal(tx, 210);
    assert_int_equal(proc_parse_net(nt_span_of(net), true, &rx, &tx), 0);
    assert_int_equal(rx, 1000);
    assert_int_equal(tx, 200);
    assert_int_equal(proc_parse_net(nt_span_of("eth0: 1 2\n"), true, &rx, &tx), -EINVAL);
    assert_int_equal(proc_parse_net(nt_span_of(""), true, &rx, &tx), 0);
    assert_int_equal(rx, 0);
}

static void test_pressure(void **state)
{
    (void)state;
    double some_pct = 0;
    const char *text = "some avg10=12.50 avg60=9.01 avg300=3.93 total=22102140\n"
                       "full avg10=1.00 avg60=0.00 avg300=0.00 total=0\n";
    assert_int_equal(proc_parse_pressure(nt_span_of(text), &some_pct), 0);
    assert_float_equal(some_pct, 12.5, 1e-9);
    assert_int_equal(proc_parse_pressure(nt_span_of("full avg10=1.00\n"), &some_pct), -EINVAL);
    assert_int_equal(proc_parse_pressure(nt_span_of("some avg10=nan\n"), &some_pct), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stat),
        cmocka_unit_test(test_meminfo),
        cmocka_unit_test(test_net),
        cmocka_unit_test(test_pressure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
