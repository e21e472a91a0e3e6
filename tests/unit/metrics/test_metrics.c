#include <nt/metrics.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_the_page(void **state)
{
    (void)state;
    NT_CLEANUP(nt_metrics_free_p) struct nt_metrics *metrics = nt_metrics_new();
    struct nt_metric *in =
        nt_metrics_counter(metrics, "neaptide_bus_messages_total", "way=\"in\"", "Messages.");
    struct nt_metric *depth = nt_metrics_gauge(metrics, "neaptide_bus_queue", NULL, "Waiting.");
    struct nt_metric *out =
        nt_metrics_counter(metrics, "neaptide_bus_messages_total", "way=\"out\"", "Messages.");
    static const double bounds[] = {0.01, 0.1};
    struct nt_metric *wait = nt_metrics_histogram(metrics, "neaptide_bus_commit_seconds", NULL,
                                                  "Commits.", bounds, NT_COUNT(bounds));
    nt_metric_add(in, 2);
    nt_metric_add(out, 5);
    nt_metric_set(depth, 7);
    nt_metric_observe(wait, 0.005);
    nt_metric_observe(wait, 0.05);
    nt_metric_observe(wait, 5);
    struct nt_buf page = {0};
    assert_int_equal(nt_metrics_write(metrics, &page), 0);
    const char *text = nt_buf_text(&page);
    /* The lines of one name stand together although another was registered in between. */
    assert_non_null(strstr(text, "# HELP neaptide_bus_messages_total Messages.\n"
                                 "# TYPE neaptide_bus_messages_total counter\n"
                                 "neaptide_bus_messages_total{way=\"in\"} 2\n"
                                 "neaptide_bus_messages_total{way=\"out\"} 5\n"));
    assert_non_null(strstr(text, "neaptide_bus_queue 7\n"));
    assert_non_null(strstr(text, "neaptide_bus_commit_seconds_bucket{le=\"0.01\"} 1\n"
                                 "neaptide_bus_commit_seconds_bucket{le=\"0.1\"} 2\n"
                                 "neaptide_bus_commit_seconds_bucket{le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(text, "neaptide_bus_commit_seconds_count 3\n"));
    assert_non_null(strstr(text, "process_resident_memory_bytes "));
    nt_buf_deinit(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
