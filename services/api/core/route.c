#include <api/route.h>
#include <nt/text.h>
#include <string.h>

#define PASSWORD_MIN   8
#define PASSWORD_MAX   256
#define TITLE_MAX      80
#define LINE_MAX_CHARS 2000
#define TIME_MAX       INT64_C(253402300799999) /* the year 9999 */

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

static const struct body_field body_console[] = {
    {.name = "line", .kind = BODY_TEXT, .max = LINE_MAX_CHARS},
    {.name = "confirmed", .kind = BODY_BOOL, .is_optional = true},
    {.name = "zone_minutes", .kind = BODY_INT, .is_optional = true, .min = -1440, .max = 1440},
    END};

#define V1     "/api/v1"
#define SERVER V1 "/servers/{server}"
#define HOST   V1 "/hosts/{host}"

/* Where a path fits two patterns, the one named first is meant. */
const struct route routes[] = {
    {"getSetup", "GET", V1 "/setup", ROUTE_PUBLIC, .is_mutation = false},
    {"createAdministrator", "POST", V1 "/setup", ROUTE_PUBLIC, .is_mutation = true,
     .body = body_setup},
    {"signIn", "POST", V1 "/session", ROUTE_PUBLIC, .is_mutation = true, .body = body_sign_in},
    {"getSession", "GET", V1 "/session", ROUTE_SIGNED_IN, .is_mutation = false},
    {"changeSession", "PATCH", V1 "/session", ROUTE_SIGNED_IN, .is_mutation = true,
     .body = body_language},
    {"signOut", "DELETE", V1 "/session", ROUTE_SIGNED_IN, .is_mutation = true},
    {"getMe", "GET", V1 "/me", ROUTE_SIGNED_IN, .is_mutation = false},
    {"changePassword", "POST", V1 "/me/password", ROUTE_SIGNED_IN, .is_mutation = true,
     .body = body_password},
    {"listSessions", "GET", V1 "/sessions", ROUTE_SIGNED_IN, .is_mutation = false},
    {"endSession", "DELETE", V1 "/sessions/{session}", ROUTE_OWNER, .is_mutation = true},
    {"listTokens", "GET", V1 "/tokens", ROUTE_SIGNED_IN, .is_mutation = false},
    {"createToken", "POST", V1 "/tokens", ROUTE_SIGNED_IN, .is_mutation = true, .body = body_token},
    {"revokeToken", "DELETE", V1 "/tokens/{token}", ROUTE_OWNER, .is_mutation = true},
    {"listUsers", "GET", V1 "/users", ROUTE_ADMIN, .is_mutation = false},
    {"createUser", "POST", V1 "/users", ROUTE_ADMIN, .is_mutation = true, .body = body_user},
    {"getUser", "GET", V1 "/users/{user}", ROUTE_ADMIN, .is_mutation = false},
    {"changeUser", "PATCH", V1 "/users/{user}", ROUTE_ADMIN, .is_mutation = true,
     .body = body_user_change},
    {"deleteUser", "DELETE", V1 "/users/{user}", ROUTE_ADMIN, .is_mutation = true},
    {"createLink", "POST", V1 "/users/{user}/link", ROUTE_ADMIN, .is_mutation = true},
    {"readLink", "POST", V1 "/link", ROUTE_PUBLIC, .is_mutation = true, .body = body_link},
    {"useLink", "POST", V1 "/link/password", ROUTE_PUBLIC, .is_mutation = true,
     .body = body_link_use},
    {"listAudit", "GET", V1 "/audit", ROUTE_ADMIN, .is_mutation = false},
    {"getCatalogue", "GET", V1 "/templates", ROUTE_SIGNED_IN, .is_mutation = false},
    {"listServers", "GET", V1 "/servers", ROUTE_SIGNED_IN, .is_mutation = false},
    {"createServer", "POST", V1 "/servers", ROUTE_SIGNED_IN, .is_mutation = true,
     .body = body_server},
    {"previewServer", "GET", V1 "/servers/preview", ROUTE_SIGNED_IN, .is_mutation = false},
    {"getServer", "GET", SERVER, ROUTE_OWNER, .is_mutation = false},
    {"renameServer", "PATCH", SERVER, ROUTE_OWNER, .is_mutation = true, .body = body_title},
    {"deleteServer", "DELETE", SERVER, ROUTE_OWNER, .is_mutation = true},
    {"startServer", "POST", SERVER "/start", ROUTE_OWNER, .is_mutation = true},
    {"stopServer", "POST", SERVER "/stop", ROUTE_OWNER, .is_mutation = true},
    {"restartServer", "POST", SERVER "/restart", ROUTE_OWNER, .is_mutation = true},
    {"resizeServer", "POST", SERVER "/resize", ROUTE_OWNER, .is_mutation = true, .body = body_size},
    {"moveServer", "POST", SERVER "/move", ROUTE_ADMIN, .is_mutation = true, .body = body_move},
    {"stayServer", "POST", SERVER "/stay", ROUTE_OWNER, .is_mutation = true},
    {"deferServer", "POST", SERVER "/defer", ROUTE_OWNER, .is_mutation = true, .body = body_defer},
    {"consentServer", "POST", SERVER "/consent", ROUTE_OWNER, .is_mutation = true},
    {"pinServer", "POST", SERVER "/pin", ROUTE_OWNER, .is_mutation = true, .body = body_pin},
    {"getServerAccess", "GET", SERVER "/access", ROUTE_OWNER, .is_mutation = false},
    {"getServerLoad", "GET", SERVER "/load", ROUTE_OWNER, .is_mutation = false},
    {"getServerForecast", "GET", SERVER "/forecast", ROUTE_OWNER, .is_mutation = false},
    {"listServerEvents", "GET", SERVER "/events", ROUTE_OWNER, .is_mutation = false},
    {"openTerminal", "GET", SERVER "/terminal", ROUTE_OWNER, .is_stream = true},
    {"getServerLogs", "GET", SERVER "/logs", ROUTE_OWNER, .is_stream = true},
    {"listFiles", "GET", SERVER "/files", ROUTE_OWNER, .is_mutation = false},
    {"readFile", "GET", SERVER "/file", ROUTE_OWNER, .is_mutation = false},
    {"writeFile", "PUT", SERVER "/file", ROUTE_OWNER, .is_mutation = true, .is_raw = true},
    {"deleteFile", "DELETE", SERVER "/file", ROUTE_OWNER, .is_mutation = true},
    {"downloadArchive", "GET", SERVER "/archive", ROUTE_OWNER, .is_mutation = false},
    {"getUpload", "GET", SERVER "/upload", ROUTE_OWNER, .is_mutation = false},
    {"uploadPiece", "PUT", SERVER "/upload", ROUTE_OWNER, .is_mutation = true, .is_raw = true},
    {"makeFolder", "POST", SERVER "/folder", ROUTE_OWNER, .is_mutation = true},
    {"renameFile", "POST", SERVER "/rename", ROUTE_OWNER, .is_mutation = true},
    {"listEvents", "GET", V1 "/server-events", ROUTE_SIGNED_IN, .is_mutation = false},
    {"getServerResourceLog", "GET", SERVER "/resource-log", ROUTE_OWNER, .is_mutation = false},
    {"getServerHabits", "GET", SERVER "/habits", ROUTE_OWNER, .is_mutation = false},
    {"getHostResourceLog", "GET", HOST "/resource-log", ROUTE_ADMIN, .is_mutation = false},
    {"getHostHabits", "GET", HOST "/habits", ROUTE_SIGNED_IN, .is_mutation = false},
    {"listHosts", "GET", V1 "/hosts", ROUTE_SIGNED_IN, .is_mutation = false},
    {"getHost", "GET", HOST, ROUTE_SIGNED_IN, .is_mutation = false},
    {"getHostLoad", "GET", HOST "/load", ROUTE_SIGNED_IN, .is_mutation = false},
    {"getHostForecast", "GET", HOST "/forecast", ROUTE_SIGNED_IN, .is_mutation = false},
    {"cordonHost", "POST", HOST "/cordon", ROUTE_ADMIN, .is_mutation = true, .body = body_cordon},
    {"setHostRole", "POST", HOST "/role", ROUTE_ADMIN, .is_mutation = true, .body = body_role},
    {"listWindows", "GET", V1 "/windows", ROUTE_ADMIN, .is_mutation = false},
    {"getTide", "GET", V1 "/tide", ROUTE_ADMIN, .is_mutation = false},
    {"listMoves", "GET", V1 "/moves", ROUTE_SIGNED_IN, .is_mutation = false},
    {"listPlans", "GET", V1 "/plans", ROUTE_ADMIN, .is_mutation = false},
    {"getPlan", "GET", V1 "/plans/{plan}", ROUTE_ADMIN, .is_mutation = false},
    {"getPool", "GET", V1 "/pool", ROUTE_SIGNED_IN, .is_mutation = false},
    {"changePool", "PATCH", V1 "/pool", ROUTE_ADMIN, .is_mutation = true, .body = body_pool},
    {"listTasks", "GET", V1 "/tasks", ROUTE_SIGNED_IN, .is_mutation = false},
    {"getTask", "GET", V1 "/tasks/{task}", ROUTE_OWNER, .is_mutation = false},
    {"runConsole", "POST", V1 "/console", ROUTE_SIGNED_IN, .is_mutation = true,
     .body = body_console},
    {"completeConsole", "GET", V1 "/console", ROUTE_SIGNED_IN, .is_mutation = false},
    {"streamEvents", "GET", V1 "/events", ROUTE_SIGNED_IN, .is_stream = true},
    {"getOpenapi", "GET", V1 "/openapi.json", ROUTE_PUBLIC, .is_mutation = false},
    {"getAsyncapi", "GET", V1 "/asyncapi.json", ROUTE_PUBLIC, .is_mutation = false},
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
