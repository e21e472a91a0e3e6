/*
 * May this server be moved by itself, and when (DESIGN, "What we do not promise")? Used twice: when
 * a plan is made, for the planned moment, and again when the move would start.
 */
#ifndef BALANCER_RULES_H
#define BALANCER_RULES_H

#include <balancer/answer.h>
#include <balancer/context.h>

enum rules_verdict { RULES_FINE, RULES_CONSENT, RULES_NO };

struct ruling {
    enum rules_verdict verdict;
    struct nt_reason reason; /* reject.*, where not FINE */
};

/*
 * For a plan. cutover_at_ms is load time; is_now says that it cannot wait. expected_milli is the
 * server's expected CPU then. CONSENT: only if its owner agrees.
 */
struct ruling rules_for_plan(const struct context *context, struct nt_arena *arena,
                             const struct fleet_server *server, int64_t cutover_at_ms, bool is_now,
                             double expected_milli);

/* For the start of a planned move. NO may mean "not yet": the caller asks again until it is late.
 */
struct ruling rules_for_start(const struct context *context, struct nt_arena *arena,
                              const struct fleet_server *server, const char *to, bool has_consent);

/* What the copy will cost; bytes -1: nobody knows the size yet. */
struct rules_copy {
    int64_t bytes;
    int64_t pause_ms;
};
struct rules_copy rules_copy_of(const struct context *context, const struct fleet_server *server);

/* Is a load time within the server's quiet hours? */
bool rules_is_quiet(const struct context *context, const struct nt_placement *placement,
                    int64_t load_ms);

#endif
