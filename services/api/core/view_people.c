/* People: who they are and what they may use. */
#include "view_json.h"

static json_t *amounts(int64_t cpu_milli, int64_t mem_bytes, int64_t servers)
{
    return json_pack("{s:I, s:I, s:I}", "cpu_milli", (json_int_t)cpu_milli, "mem_bytes",
                     (json_int_t)mem_bytes, "servers", (json_int_t)servers);
}

static int64_t left_of(int64_t limit, int64_t used)
{
    return limit > used ? limit - used : 0;
}

json_t *view_quota(const struct view *view, const struct nt_account *account)
{
    struct fleet_use used = fleet_used_by(view->fleet, account->user);
    return json_pack(
        "{s:o, s:o, s:o}", "limit",
        amounts(account->quota.cpu_milli, account->quota.mem_bytes, account->quota_servers), "used",
        amounts(used.cpu_milli, used.mem_bytes, used.servers), "left",
        amounts(left_of(account->quota.cpu_milli, used.cpu_milli),
                left_of(account->quota.mem_bytes, used.mem_bytes),
                left_of(account->quota_servers, used.servers)));
}

json_t *view_user(const struct view *view, const struct nt_account *account)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o}", "user", account->user, "name",
                     account->name, "role", account->role, "language", account->language,
                     "changed_ms", (json_int_t)account->at_ms, "revision",
                     (json_int_t)account->revision, "quota", view_quota(view, account));
}

json_t *view_session(const struct nt_account *account, const struct nt_session *session)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I}", "user", account->user, "name", account->name,
                     "role", account->role, "language", account->language, "expires_ms",
                     (json_int_t)session->expires_at_ms);
}
