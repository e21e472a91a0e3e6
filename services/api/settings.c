#include "settings.h"

#include <nt/cleanup.h>
#include <nt/text.h>
#include <string.h>

#define AT(field) offsetof(struct settings, field)

/* clang-format off */
static const struct nt_setting table[] = {
    NT_CONFIG_COMMON(struct settings, common),
    {"NEAPTIDE_API_LISTEN", "host:port of the HTTP server", "127.0.0.1:8080", 3, 256, NT_CONFIG_TEXT, AT(listen)},
    {"NEAPTIDE_URL", "address of the console as people open it, without a path", "http://console.localhost:8088", 8, 256, NT_CONFIG_TEXT, AT(url)},
    {"NEAPTIDE_DOMAIN", "domain: servers are at NAME.s.DOMAIN", "localhost", 1, 200, NT_CONFIG_TEXT, AT(domain)},
    {"NEAPTIDE_API_DATA_DIR", "folder of the history database, which can be deleted and is rebuilt", "/var/lib/neaptide/api", 1, 1024, NT_CONFIG_TEXT, AT(data_dir)},
    {"NEAPTIDE_API_WEB_DIR", "folder of the web page's files; empty: none", "", 0, 1024, NT_CONFIG_TEXT, AT(web_dir)},
    {"NEAPTIDE_API_EDGE_SOCKET", "HAProxy's runtime socket; empty: no edge", "", 0, 100, NT_CONFIG_TEXT, AT(edge_socket)},
    {"NEAPTIDE_API_SETUP_TOKEN_FILE", "file with the one-time token that makes the administrator; empty: nobody can", "", 0, 1024, NT_CONFIG_TEXT, AT(setup_token_file)},
    {"NEAPTIDE_KEY_FILE", "file with the installation's key, 32 bytes in hexadecimal", NULL, 1, 1024, NT_CONFIG_SECRET, AT(key)},
    {"NEAPTIDE_API_SESSION_HOURS", "how long a sign-in lasts, hours", "168", 1, 8760, NT_CONFIG_I64, AT(session_hours)},
};
/* clang-format on */

/* An origin: scheme, host, perhaps a port; nothing after it. Plain http is for localhost alone,
 * because the session's cookie is bound to its host only under TLS. */
static int check_url(const char *url, struct nt_error *err)
{
    bool is_tls = nt_text_starts(url, "https://");
    if (!is_tls && !nt_text_starts(url, "http://"))
        return nt_fail(err, -EINVAL, "NEAPTIDE_URL must begin with http:// or https://");
    const char *host = strstr(url, "://") + 3;
    size_t len = strcspn(host, ":/");
    if (len == 0 || strchr(host, '/') != NULL)
        return nt_fail(err, -EINVAL, "NEAPTIDE_URL must be like https://console.example.org");
    static const char local[] = "localhost";
    size_t tail = strlen(local);
    bool is_local = len >= tail && strncmp(host + len - tail, local, tail) == 0 &&
                    (len == tail || host[len - tail - 1] == '.');
    if (!is_tls && !is_local)
        return nt_fail(err, -EINVAL,
                       "NEAPTIDE_URL must be https:// where it is not on localhost: the session's "
                       "cookie needs it");
    return 0;
}

int settings_load(struct settings *ret_settings, int argc, char **argv, struct nt_error *err)
{
    int code =
        nt_config_load("neaptide-api", table, NT_COUNT(table), ret_settings, argc, argv, err);
    if (code < 0)
        return code;
    uint8_t key[32];
    if (nt_unhex(ret_settings->key, key, sizeof(key)) != sizeof(key))
        return nt_fail(err, -EINVAL, "NEAPTIDE_KEY_FILE must hold 64 hexadecimal digits");
    return check_url(ret_settings->url, err);
}
