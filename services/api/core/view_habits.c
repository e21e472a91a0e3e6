/* What is known of a load's habits: patterns, relations, and windows that come back. */
#include "view_json.h"

static json_t *patterns_of(const struct nt_forecast_relations *of)
{
    json_t *patterns = json_array();
    for (size_t i = 0; i < of->patterns_count; i++) {
        const struct nt_pattern *pattern = &of->patterns[i];
        json_t *changes = json_array();
        for (size_t c = 0; c < pattern->changes_count; c++)
            (void)json_array_append_new(changes,
                                        json_pack("{s:I, s:o, s:o}", "at_ms",
                                                  (json_int_t)pattern->changes[c].at_ms, "before",
                                                  j_round(pattern->changes[c].before), "after",
                                                  j_round(pattern->changes[c].after)));
        (void)json_array_append_new(
            patterns,
            json_pack("{s:s, s:o, s:o, s:o, s:o}", "resource", pattern->resource, "day_pct",
                      j_round(pattern->day_pct), "week_pct", j_round(pattern->week_pct), "other_ms",
                      pattern->other_ms > 0 ? json_integer(pattern->other_ms) : json_null(),
                      "changes", changes));
    }
    return patterns;
}

static json_t *relations_of(const struct nt_forecast_relations *of)
{
    json_t *relations = json_array();
    for (size_t i = 0; i < of->relations_count; i++) {
        const struct nt_relation *relation = &of->relations[i];
        (void)json_array_append_new(
            relations,
            json_pack("{s:s, s:s, s:b, s:I, s:f, s:f, s:f, s:o}", "first", relation->first,
                      "second", relation->second, "leads", (int)relation->leads, "lag_ms",
                      (json_int_t)relation->lag_ms, "correlation", relation->correlation, "f",
                      relation->f, "q", relation->q, "gain_pct", j_round(relation->gain_pct)));
    }
    return relations;
}

static json_t *recurring_of(const struct nt_forecast_windows *of)
{
    json_t *recurring = json_array();
    for (size_t i = 0; of != NULL && i < of->recurring_count; i++) {
        const struct nt_recurring_window *each = &of->recurring[i];
        (void)json_array_append_new(
            recurring, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i}", "resource", each->resource,
                                 "days", each->days, "from_minute", each->from_minute, "to_minute",
                                 each->to_minute, "seen", each->seen, "of", each->of));
    }
    return recurring;
}

json_t *view_habits(const struct view *view, const char *subject)
{
    static const struct nt_forecast_relations none = {0};
    const struct nt_forecast_relations *known = table_find(&view->fleet->relations, subject);
    const struct nt_forecast_relations *of = known != NULL ? known : &none;
    return json_pack("{s:s, s:o, s:o, s:o, s:i, s:o}", "subject", subject, "issued_ms",
                     known != NULL ? json_integer(of->issued_ms) : json_null(), "patterns",
                     patterns_of(of), "relations", relations_of(of), "tests", of->tests,
                     "recurring", recurring_of(table_find(&view->fleet->windows, subject)));
}
