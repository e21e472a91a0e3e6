/*
 * Numbers about ourselves in the Prometheus text format (version 0.0.4). Metrics are registered
 * once at start, live until nt_metrics_free(), and are updated on the loop thread.
 */
#ifndef NT_METRICS_H
#define NT_METRICS_H

#include <nt/span.h>

struct nt_metrics;
struct nt_metric;

struct nt_metrics *nt_metrics_new(void);
void nt_metrics_free(struct nt_metrics *metrics);
NT_DEFINE_CLEANUP(struct nt_metrics *, nt_metrics_free);

/* name: neaptide_<service>_<thing>_<unit>[_total]. labels: "a=\"b\"" or NULL. Strings are copied.
 */
struct nt_metric *nt_metrics_counter(struct nt_metrics *metrics, const char *name,
                                     const char *labels, const char *help);
struct nt_metric *nt_metrics_gauge(struct nt_metrics *metrics, const char *name, const char *labels,
                                   const char *help);

/* bounds: ascending upper bounds, at most 16; +Inf is implied. */
struct nt_metric *nt_metrics_histogram(struct nt_metrics *metrics, const char *name,
                                       const char *labels, const char *help, const double *bounds,
                                       size_t bounds_count);

void nt_metric_add(struct nt_metric *metric, double value);     /* counter, gauge */
void nt_metric_set(struct nt_metric *metric, double value);     /* gauge */
void nt_metric_observe(struct nt_metric *metric, double value); /* histogram */

/* Append the whole page, with process_resident_memory_bytes and process_cpu_seconds_total. */
int nt_metrics_write(const struct nt_metrics *metrics, struct nt_buf *out);

#endif
