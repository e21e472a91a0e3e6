#include <balancer/preview.h>

#include <balancer/placing.h>
#include <balancer/quota.h>

static void say_no_room(const struct preview_ask *ask, struct preview *preview)
{
    struct answer *answer = &preview->answer;
    answer_refuse(answer, "no-room");
    answer_number(answer, "cpu_milli", ask->requested.cpu_milli);
    answer_number(answer, "mem_bytes", ask->requested.mem_bytes);
    answer_number(answer, "largest_cpu_milli", preview->largest.cpu_milli);
    answer_number(answer, "largest_mem_bytes", preview->largest.mem_bytes);
}

static void say_granted(const struct preview_ask *ask, const struct allotment *allotment,
                        struct preview *preview)
{
    struct answer *answer = &preview->answer;
    answer_ok(answer);
    if (allotment->fit == ALLOTMENT_REDUCED)
        answer->code = "reduced";
    answer_number(answer, "cpu_milli", allotment->granted.cpu_milli);
    answer_number(answer, "mem_bytes", allotment->granted.mem_bytes);
    answer_number(answer, "requested_cpu_milli", ask->requested.cpu_milli);
    answer_number(answer, "requested_mem_bytes", ask->requested.mem_bytes);
    answer_text(answer, "given_pct", reason_real(answer->arena, allotment->given_pct));
}

void preview_estimate(const struct context *context, struct nt_arena *arena,
                      const struct preview_ask *ask, struct preview *ret_preview)
{
    struct preview preview = {.fits = "no", .answer = {.arena = arena}};
    const struct placing placing =
        placing_new(context, &ask->requested, &ask->minimum, ask->template, NULL);
    preview.largest = placing.largest;
    preview.has_largest = placing.largest.cpu_milli > 0;

    struct nt_resources used;
    int servers_used = 0;
    fleet_owner_sum(context->fleet, ask->owner, NULL, &used, &servers_used);
    const struct quota quota = {.limit = ask->quota, .servers_limit = ask->quota_servers};
    if (!quota_allows(&quota, &used, servers_used, &ask->requested, 1, &preview.answer)) {
        *ret_preview = preview;
        return;
    }
    if (placing.host == NULL) {
        say_no_room(ask, &preview);
    } else {
        say_granted(ask, &placing.allotment, &preview);
        preview.fits = placing.allotment.fit == ALLOTMENT_FULL ? "now" : "reduced";
        preview.has_granted = true;
        preview.granted = placing.allotment.granted;
        preview.host = placing.host->id;
    }
    *ret_preview = preview;
}
