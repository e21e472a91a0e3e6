/* What is wanted of a server that exists: start, stop, restart, rename, delete, pin, quiet hours.
 */
#include "request.h"

#include <balancer/words.h>
#include <nt/text.h>

#include <string.h>

enum { TITLE_MAX = 320 }; /* bytes: 80 characters, as the api allows */

void request_start(struct request *request)
{
    answer_ok(&request->answer);
    const bool is_wanted = nt_text_is(request->placement->desired, "running");
    if (is_wanted && !nt_text_is(words_of(request->context->fleet, request->server), "failed"))
        return; /* it runs, or will */
    struct nt_placement placement = request_placement(request, NULL);
    placement.desired = "running";
    placement.run++;
    request_write(request, &placement);
}

void request_stop(struct request *request)
{
    answer_ok(&request->answer);
    if (nt_text_is(request->placement->desired, "stopped"))
        return;
    struct nt_placement placement = request_placement(request, "move.aborted-stop");
    placement.desired = "stopped";
    request_write(request, &placement);
}

void request_restart(struct request *request)
{
    answer_ok(&request->answer);
    struct nt_placement placement = request_placement(request, "move.aborted-restart");
    placement.desired = "running";
    placement.run++;
    request_write(request, &placement);
}

void request_rename(struct request *request)
{
    const char *title = request->wish->title;
    if (nt_text_is_empty(title) || strlen(title) > TITLE_MAX) {
        request_invalid(request, "title");
        return;
    }
    answer_ok(&request->answer);
    if (nt_text_is(title, request->placement->title))
        return;
    struct nt_placement placement = request_placement(request, NULL);
    placement.title = title;
    request_write(request, &placement);
    const struct nt_pair params[] = {{"title", title}};
    state_event(request->context, request->effects, &placement, "renamed", request->wish->id,
                params, 1);
}

/* In copying the move ends here; later, whoever holds the server when it is over deletes it. */
void request_delete(struct request *request)
{
    answer_ok(&request->answer);
    struct nt_placement placement = request_placement(request, "move.aborted-delete");
    placement.desired = "deleted";
    placement.deleted_at_ms = request->context->wall_ms;
    request_write(request, &placement);
}

/* on: keep it on its host; never: no automatic move anywhere; off: neither. */
void request_pin(struct request *request)
{
    const char *word = request->wish->word;
    const bool is_on = nt_text_is(word, "on"), is_never = nt_text_is(word, "never");
    if (!is_on && !is_never && !nt_text_is(word, "off")) {
        request_invalid(request, "pin");
        return;
    }
    answer_ok(&request->answer);
    struct nt_placement placement =
        request_placement(request, is_on || is_never ? "move.aborted-pin" : NULL);
    placement.pinned_host = is_on ? placement.host : NULL;
    placement.never_move = is_never;
    request_write(request, &placement);
}

/* HH:MM-HH:MM, or empty for none. */
static bool hours_are_valid(const char *hours)
{
    if (hours == NULL)
        return false;
    if (hours[0] == '\0')
        return true;
    static const char form[] = "dd:dd-dd:dd";
    if (strlen(hours) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == 'd' ? hours[i] < '0' || hours[i] > '9' : hours[i] != form[i])
            return false;
    for (size_t i = 0; i < sizeof(form); i += 6) {
        int hour = (hours[i] - '0') * 10 + hours[i + 1] - '0';
        int minute = (hours[i + 3] - '0') * 10 + hours[i + 4] - '0';
        if (hour > 23 || minute > 59)
            return false;
    }
    return true;
}

void request_quiet_hours(struct request *request)
{
    if (!hours_are_valid(request->wish->word)) {
        request_invalid(request, "quiet_hours");
        return;
    }
    answer_ok(&request->answer);
    struct nt_placement placement = request_placement(request, NULL);
    placement.quiet_hours = request->wish->word;
    request_write(request, &placement);
}
