#include <api/route.h>
#include <nt/text.h>
#include <string.h>

#define PASSWORD_MIN 8
#define PASSWORD_MAX 256
#define TITLE_MAX    80
#define TIME_MAX     INT64_C(253402300799999) /* the year 9999 */

static const char *const languages[] = {"en", "ko", NULL};
static const char *const roles[] = {"admin", "person", NULL};
static const char *const sizes[] = {"small", "medium", "large", NULL};
static const char *const host_roles[] = {"active", "spare", NULL};
static const char *const keep_or_stop[] = {"keep", "stop", NULL};
static const char *const modes[] = {"off", "suggest", "automatic", NULL};

#define END                                                                                        \
    {                                                                                              \
        0                                                                                          \
    }

static const struct body_field body_setup[] = {
    {.name = "token", .kind = BODY_PASSWORD, .min = 1, .max = 128},
    {.name = "name", .kind = BODY_NAME, .code = "name-invalid"},
    {.name = "password", .kind = BODY_PASSWORD, .min = PASSWORD_MIN, .max = PASSWORD_MAX},
    {.name = "language", .kind = BODY_WORD, .is_optional = true, .words = languages},
    END};

static const struct body_field body_sign_in[] = {
    {.name = "name", .kind = BODY_TEXT, .max = 64},
    {.name = "password", .kind = BODY_PASSWORD, .max = PASSWORD_MAX},
    {.name = "language", .kind = BODY_WORD, .is_optional = true, .words = languages},
    END};

static const struct body_field body_language[] = {
    {.name = "language", .kind = BODY_WORD, .words = languages}, END};

static const struct body_field body_quota[] = {
    {.name = "cpu_milli", .kind = BODY_INT, .max = 1000000000},
    {.name = "mem_bytes", .kind = BODY_INT, .max = INT64_C(1) << 50},
    {.name = "servers", .kind = BODY_INT, .max = 10000},
    {.name = "disk_bytes", .kind = BODY_INT, .is_optional = true, .max = INT64_C(1) << 50},
    {.name = "gpu_count", .kind = BODY_INT, .is_optional = true, .max = 10000},
    {.name = "net_up_bps", .kind = BODY_INT, .is_optional = true, .max = INT64_C(1) << 50},
    {.name = "net_down_bps", .kind = BODY_INT, .is_optional = true, .max = INT64_C(1) << 50},
    END};

static const struct body_field body_user[] = {
    {.name = "name", .kind = BODY_NAME, .code = "name-invalid"},
    {.name = "password",
     .kind = BODY_PASSWORD,
     .is_optional = true,
     .min = PASSWORD_MIN,
     .max = PASSWORD_MAX},
    {.name = "role", .kind = BODY_WORD, .is_optional = true, .words = roles},
    {.name = "language", .kind = BODY_WORD, .is_optional = true, .words = languages},
    {.name = "quota", .kind = BODY_OBJECT, .fields = body_quota},
    END};

static const struct body_field body_user_change[] = {
    {.name = "role", .kind = BODY_WORD, .is_optional = true, .words = roles},
    {.name = "language", .kind = BODY_WORD, .is_optional = true, .words = languages},
    {.name = "quota", .kind = BODY_OBJECT, .is_optional = true, .fields = body_quota},
    {.name = "disabled", .kind = BODY_BOOL, .is_optional = true},
    {.name = "servers", .kind = BODY_WORD, .is_optional = true, .words = keep_or_stop},
    END};

static const struct body_field body_link[] = {
    {.name = "token", .kind = BODY_PASSWORD, .min = 1, .max = 128}, END};

static const struct body_field body_link_use[] = {
    {.name = "token", .kind = BODY_PASSWORD, .min = 1, .max = 128},
    {.name = "password", .kind = BODY_PASSWORD, .min = PASSWORD_MIN, .max = PASSWORD_MAX},
    {.name = "language", .kind = BODY_WORD, .is_optional = true, .words = languages},
    END};

static const struct body_field body_password[] = {
    {.name = "current", .kind = BODY_PASSWORD, .max = PASSWORD_MAX},
    {.name = "password", .kind = BODY_PASSWORD, .min = PASSWORD_MIN, .max = PASSWORD_MAX},
    END};

static const struct body_field body_token[] = {
    {.name = "title", .kind = BODY_TEXT, .min = 1, .max = TITLE_MAX},
    {.name = "days", .kind = BODY_INT, .is_optional = true, .min = 1, .max = 365},
    END};

static const struct body_field body_server[] = {
    {.name = "name", .kind = BODY_NAME, .code = "name-invalid"},
    {.name = "title", .kind = BODY_TEXT, .is_optional = true, .min = 1, .max = TITLE_MAX},
    {.name = "template", .kind = BODY_TEXT, .min = 1, .max = 64},
    {.name = "size", .kind = BODY_WORD, .words = sizes, .code = "size-unknown"},
    END};

static const struct body_field body_title[] = {
    {.name = "title", .kind = BODY_TEXT, .min = 1, .max = TITLE_MAX}, END};
static const struct body_field body_size[] = {
    {.name = "size", .kind = BODY_WORD, .words = sizes, .code = "size-unknown"}, END};
static const struct body_field body_move[] = {
    {.name = "host", .kind = BODY_TEXT, .min = 1, .max = 64},
    {.name = "at_ms", .kind = BODY_INT, .is_optional = true, .max = TIME_MAX},
    END};
static const struct body_field body_defer[] = {
    {.name = "until_ms", .kind = BODY_INT, .max = TIME_MAX}, END};
static const struct body_field body_pin[] = {{.name = "pinned", .kind = BODY_BOOL}, END};
static const struct body_field body_cordon[] = {{.name = "cordoned", .kind = BODY_BOOL}, END};
static const struct body_field body_role[] = {
    {.name = "role", .kind = BODY_WORD, .words = host_roles}, END};
static const struct body_field body_pool[] = {{.name = "mode", .kind = BODY_WORD, .words = modes},
                                              END};

#define V1     "/api/v1"
#define SERVER V1 "/servers/{server}"
#define HOST   V1 "/hosts/{host}"

/* Where a path fits two patterns, the one named first is meant. */
const struct route routes[] = {
    {"getSetup", "GET", V1 "/setup", ROUTE_PUBLIC, false, NULL},
    {"createAdministrator", "POST", V1 "/setup", ROUTE_PUBLIC, true, body_setup},
    {"signIn", "POST", V1 "/session", ROUTE_PUBLIC, true, body_sign_in},
    {"getSession", "GET", V1 "/session", ROUTE_SIGNED_IN, false, NULL},
    {"changeSession", "PATCH", V1 "/session", ROUTE_SIGNED_IN, true, body_language},
    {"signOut", "DELETE", V1 "/session", ROUTE_SIGNED_IN, true, NULL},
    {"getMe", "GET", V1 "/me", ROUTE_SIGNED_IN, false, NULL},
    {"changePassword", "POST", V1 "/me/password", ROUTE_SIGNED_IN, true, body_password},
    {"listSessions", "GET", V1 "/sessions", ROUTE_SIGNED_IN, false, NULL},
    {"endSession", "DELETE", V1 "/sessions/{session}", ROUTE_OWNER, true, NULL},
    {"listTokens", "GET", V1 "/tokens", ROUTE_SIGNED_IN, false, NULL},
    {"createToken", "POST", V1 "/tokens", ROUTE_SIGNED_IN, true, body_token},
    {"revokeToken", "DELETE", V1 "/tokens/{token}", ROUTE_OWNER, true, NULL},
    {"listUsers", "GET", V1 "/users", ROUTE_ADMIN, false, NULL},
    {"createUser", "POST", V1 "/users", ROUTE_ADMIN, true, body_user},
    {"getUser", "GET", V1 "/users/{user}", ROUTE_ADMIN, false, NULL},
    {"changeUser", "PATCH", V1 "/users/{user}", ROUTE_ADMIN, true, body_user_change},
    {"deleteUser", "DELETE", V1 "/users/{user}", ROUTE_ADMIN, true, NULL},
    {"createLink", "POST", V1 "/users/{user}/link", ROUTE_ADMIN, true, NULL},
    {"readLink", "POST", V1 "/link", ROUTE_PUBLIC, true, body_link},
    {"useLink", "POST", V1 "/link/password", ROUTE_PUBLIC, true, body_link_use},
    {"listAudit", "GET", V1 "/audit", ROUTE_ADMIN, false, NULL},
    {"getCatalogue", "GET", V1 "/templates", ROUTE_SIGNED_IN, false, NULL},
    {"listServers", "GET", V1 "/servers", ROUTE_SIGNED_IN, false, NULL},
    {"createServer", "POST", V1 "/servers", ROUTE_SIGNED_IN, true, body_server},
    {"previewServer", "GET", V1 "/servers/preview", ROUTE_SIGNED_IN, false, NULL},
    {"getServer", "GET", SERVER, ROUTE_OWNER, false, NULL},
    {"renameServer", "PATCH", SERVER, ROUTE_OWNER, true, body_title},
    {"deleteServer", "DELETE", SERVER, ROUTE_OWNER, true, NULL},
    {"startServer", "POST", SERVER "/start", ROUTE_OWNER, true, NULL},
    {"stopServer", "POST", SERVER "/stop", ROUTE_OWNER, true, NULL},
    {"restartServer", "POST", SERVER "/restart", ROUTE_OWNER, true, NULL},
    {"resizeServer", "POST", SERVER "/resize", ROUTE_OWNER, true, body_size},
    {"moveServer", "POST", SERVER "/move", ROUTE_ADMIN, true, body_move},
    {"stayServer", "POST", SERVER "/stay", ROUTE_OWNER, true, NULL},
    {"deferServer", "POST", SERVER "/defer", ROUTE_OWNER, true, body_defer},
    {"consentServer", "POST", SERVER "/consent", ROUTE_OWNER, true, NULL},
    {"pinServer", "POST", SERVER "/pin", ROUTE_OWNER, true, body_pin},
    {"getServerAccess", "GET", SERVER "/access", ROUTE_OWNER, false, NULL},
    {"getServerLoad", "GET", SERVER "/load", ROUTE_OWNER, false, NULL},
    {"getServerForecast", "GET", SERVER "/forecast", ROUTE_OWNER, false, NULL},
    {"listServerEvents", "GET", SERVER "/events", ROUTE_OWNER, false, NULL},
    {"listEvents", "GET", V1 "/server-events", ROUTE_SIGNED_IN, false, NULL},
    {"listHosts", "GET", V1 "/hosts", ROUTE_SIGNED_IN, false, NULL},
    {"getHost", "GET", HOST, ROUTE_SIGNED_IN, false, NULL},
    {"getHostLoad", "GET", HOST "/load", ROUTE_SIGNED_IN, false, NULL},
    {"getHostForecast", "GET", HOST "/forecast", ROUTE_SIGNED_IN, false, NULL},
    {"cordonHost", "POST", HOST "/cordon", ROUTE_ADMIN, true, body_cordon},
    {"setHostRole", "POST", HOST "/role", ROUTE_ADMIN, true, body_role},
    {"listWindows", "GET", V1 "/windows", ROUTE_ADMIN, false, NULL},
    {"getTide", "GET", V1 "/tide", ROUTE_ADMIN, false, NULL},
    {"listMoves", "GET", V1 "/moves", ROUTE_SIGNED_IN, false, NULL},
    {"listPlans", "GET", V1 "/plans", ROUTE_ADMIN, false, NULL},
    {"getPlan", "GET", V1 "/plans/{plan}", ROUTE_ADMIN, false, NULL},
    {"getPool", "GET", V1 "/pool", ROUTE_SIGNED_IN, false, NULL},
    {"changePool", "PATCH", V1 "/pool", ROUTE_ADMIN, true, body_pool},
    {"listTasks", "GET", V1 "/tasks", ROUTE_SIGNED_IN, false, NULL},
    {"getTask", "GET", V1 "/tasks/{task}", ROUTE_OWNER, false, NULL},
    {"streamEvents", "GET", V1 "/events", ROUTE_SIGNED_IN, false, NULL},
    {"getOpenapi", "GET", V1 "/openapi.json", ROUTE_PUBLIC, false, NULL},
};
const size_t routes_count = NT_COUNT(routes);

const struct route *route_find(const char *operation)
{
    for (size_t i = 0; i < routes_count; i++)
        if (strcmp(routes[i].operation, operation) == 0)
            return &routes[i];
    return NULL;
}

int route_check(const struct route *route, const struct route_who *who, const char *owner,
                struct problem *problem)
{
    if (route->access == ROUTE_PUBLIC)
        return 0;
    if (!who->is_signed_in)
        return problem_set(problem, "sign-in-needed");
    if (route->access == ROUTE_ADMIN && !who->is_admin)
        return problem_set(problem, "administrator-only");
    if (route->access != ROUTE_OWNER)
        return 0;
    if (owner == NULL || (!who->is_admin && strcmp(owner, who->user) != 0))
        return problem_set(problem, "not-found");
    return 0;
}
