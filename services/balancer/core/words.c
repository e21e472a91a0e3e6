#include <balancer/words.h>

#include <nt/text.h>

/* What the table asks; ANY matches everything. */
enum wanted { WANT_ANY, WANT_RUNNING, WANT_STOPPED, WANT_DELETED };
enum seen { SEE_ANY, SEE_UNKNOWN, SEE_RUNNING, SEE_STOPPED, SEE_FAILED, SEE_OTHER };
enum answer_to { BOTH, YES, NO };

struct facts {
    enum wanted wanted;
    bool is_unreachable;
    bool is_moving;
    enum seen seen;
    bool is_applied; /* generation and run are the placement's */
};

static const struct {
    enum wanted wanted;
    enum answer_to unreachable;
    enum answer_to moving;
    enum seen seen;
    enum answer_to applied;
    const char *word;
} words[] = {
    {WANT_DELETED, BOTH, BOTH, SEE_ANY, BOTH, "deleting"},
    {WANT_ANY, YES, BOTH, SEE_ANY, BOTH, "unreachable"},
    {WANT_ANY, NO, YES, SEE_ANY, BOTH, "moving"},
    {WANT_ANY, NO, NO, SEE_FAILED, BOTH, "failed"},
    {WANT_ANY, NO, NO, SEE_RUNNING, YES, "running"},
    {WANT_STOPPED, NO, NO, SEE_RUNNING, NO, "running"}, /* still */
    {WANT_RUNNING, NO, NO, SEE_ANY, BOTH, "preparing"},
    {WANT_STOPPED, NO, NO, SEE_ANY, BOTH, "stopped"},
};

static bool fits(enum answer_to asked, bool fact)
{
    return asked == BOTH || (asked == YES) == fact;
}

/* A failure counts once it is about what is wanted now, even where no container could be made. */
static bool is_stale_failure(const struct nt_placement *placement,
                             const struct nt_observed *observed)
{
    return observed->revision < placement->revision &&
           (observed->generation != placement->generation || observed->run != placement->run);
}

static enum seen seen_of(const struct nt_placement *placement, const struct nt_observed *observed)
{
    static const struct {
        const char *state;
        enum seen seen;
    } states[] = {{"running", SEE_RUNNING}, {"stopped", SEE_STOPPED}, {"failed", SEE_FAILED}};
    if (observed == NULL)
        return SEE_UNKNOWN;
    for (size_t i = 0; i < NT_COUNT(states); i++)
        if (nt_text_is(states[i].state, observed->state))
            return states[i].seen == SEE_FAILED && is_stale_failure(placement, observed)
                       ? SEE_OTHER
                       : states[i].seen;
    return SEE_OTHER;
}

/* Until a host is heard for the first time by this leader, what the last one said of it stands. */
static bool is_unreachable(const struct fleet_host *host, const struct nt_server_state *last)
{
    if (host == NULL || host->reach == FLEET_UNHEARD)
        return last != NULL && nt_text_is(last->state, "unreachable");
    return host->reach == FLEET_UNREACHABLE;
}

static struct facts facts_of(const struct fleet *fleet, const struct fleet_server *server)
{
    const struct nt_placement *placement = fleet_placement(server);
    const struct nt_observed *observed = fleet_known(fleet, server, placement->host);
    return (struct facts){
        .wanted = nt_text_is(placement->desired, "deleted")   ? WANT_DELETED
                  : nt_text_is(placement->desired, "running") ? WANT_RUNNING
                                                              : WANT_STOPPED,
        .is_unreachable =
            is_unreachable(fleet_find_host(fleet, placement->host), fleet_state(server)),
        .is_moving = placement->move != NULL,
        .seen = seen_of(placement, observed),
        .is_applied = observed != NULL && observed->generation == placement->generation &&
                      observed->run == placement->run,
    };
}

const char *words_of(const struct fleet *fleet, const struct fleet_server *server)
{
    const struct facts facts = facts_of(fleet, server);
    for (size_t i = 0; i < NT_COUNT(words); i++) {
        if ((words[i].wanted == WANT_ANY || words[i].wanted == facts.wanted) &&
            fits(words[i].unreachable, facts.is_unreachable) &&
            fits(words[i].moving, facts.is_moving) &&
            (words[i].seen == SEE_ANY || words[i].seen == facts.seen) &&
            fits(words[i].applied, facts.is_applied))
            return words[i].word;
    }
    return "preparing";
}

bool words_is_running(const struct fleet *fleet, const struct fleet_server *server)
{
    const struct facts facts = facts_of(fleet, server);
    return facts.wanted == WANT_RUNNING && facts.seen == SEE_RUNNING && facts.is_applied &&
           !facts.is_unreachable;
}
