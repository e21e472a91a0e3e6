/* People: who they are and what they may use. */
#include "view_json.h"

static json_t *amounts(const struct fleet_use *use)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "cpu_milli", (json_int_t)use->cpu_milli,
                     "mem_bytes", (json_int_t)use->mem_bytes, "servers", (json_int_t)use->servers,
                     "disk_bytes", (json_int_t)use->disk_bytes, "gpu_count",
                     (json_int_t)use->gpu_count, "net_up_bps", (json_int_t)use->net_up_bps,
                     "net_down_bps", (json_int_t)use->net_down_bps);
}

static int64_t left_of(int64_t limit, int64_t used)
{
    return limit > used ? limit - used : 0;
}

json_t *view_quota(const struct view *view, const struct nt_account *account)
{
    const struct nt_resources *quota = &account->quota;
    struct fleet_use limit = {.cpu_milli = quota->cpu_milli,
                              .mem_bytes = quota->mem_bytes,
                              .disk_bytes = quota->disk_bytes,
                              .gpu_count = quota->gpu_count,
                              .net_up_bps = quota->net_up_bps,
                              .net_down_bps = quota->net_down_bps,
                              .servers = account->quota_servers};
    struct fleet_use used = fleet_used_by(view->fleet, account->user);
    struct fleet_use left = {.cpu_milli = left_of(limit.cpu_milli, used.cpu_milli),
                             .mem_bytes = left_of(limit.mem_bytes, used.mem_bytes),
                             .disk_bytes = left_of(limit.disk_bytes, used.disk_bytes),
                             .gpu_count = left_of(limit.gpu_count, used.gpu_count),
                             .net_up_bps = left_of(limit.net_up_bps, used.net_up_bps),
                             .net_down_bps = left_of(limit.net_down_bps, used.net_down_bps),
                             .servers = left_of(limit.servers, used.servers)};
    return json_pack("{s:o, s:o, s:o}", "limit", amounts(&limit), "used", amounts(&used), "left",
                     amounts(&left));
}

json_t *view_user(const struct view *view, const struct nt_account *account)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:o}", "user", account->user, "name",
                     account->name, "role", account->role, "language", account->language,
                     "disabled", (int)account->disabled, "invited",
                     (int)(account->password[0] == '\0'), "changed_ms", (json_int_t)account->at_ms,
                     "revision", (json_int_t)account->revision, "quota", view_quota(view, account));
}

json_t *view_sign_in(const struct nt_session *session, const char *current)
{
    char id[FLEET_SESSION_ID + 1];
    (void)snprintf(id, sizeof(id), "%s", session->hash);
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:b}", "session", id, "kind", session->kind, "title",
        session->title, "created_ms", (json_int_t)session->created_at_ms, "expires_ms",
        (json_int_t)session->expires_at_ms, "last_used_ms",
        session->last_used_ms > 0 ? json_integer(session->last_used_ms) : json_null(), "address",
        j_text_or_null(session->address), "current", (int)(strcmp(session->hash, current) == 0));
}

json_t *view_audit(const struct view *view, const struct nt_audit *audit, const char *id)
{
    const struct nt_account *actor = fleet_account(view->fleet, audit->actor);
    const struct nt_account *person = fleet_account(view->fleet, audit->subject);
    const struct nt_server_state *server = fleet_server(view->fleet, audit->subject);
    const char *name = server != NULL ? server->name : person != NULL ? person->name : NULL;
    return json_pack("{s:s, s:I, s:s, s:s?, s:s, s:s, s:s?, s:s, s:s, s:s}", "entry", id, "at_ms",
                     (json_int_t)audit->at_ms, "actor", audit->actor, "actor_name",
                     actor == NULL ? NULL : actor->name, "action", audit->action, "subject",
                     audit->subject, "subject_name", name, "result", audit->result, "address",
                     audit->address, "trace_id", audit->trace);
}

json_t *view_session(const struct nt_account *account, const struct nt_session *session)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I}", "user", account->user, "name", account->name,
                     "role", account->role, "language", account->language, "expires_ms",
                     (json_int_t)session->expires_at_ms);
}
