/* The tide table: all hosts, 24 h back and ahead, and a sentence on top. Pure. */
#ifndef API_TIDE_H
#define API_TIDE_H

#include <api/series.h>
#include <api/view.h>

#define TIDE_SPAN_MS (INT64_C(24) * 3600 * 1000)
#define TIDE_STEP_MS (INT64_C(15) * 60 * 1000)

/* The past of one host, in TIDE_STEP_MS. */
struct tide_past {
    const char *host;
    struct series series;
};

/* resource is cpu or memory. past has one entry for each host of the fleet, in its order. */
json_t *tide_table(const struct view *view, const char *resource, const struct tide_past *past,
                   size_t past_count);

/*
 * The sentence on top, as message keys with their figures: what is silent or above the line now,
 * what is coming, what is done about it, and how many hosts are fine.
 */
json_t *tide_sentence(const struct view *view);

#endif
