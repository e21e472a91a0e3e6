#include "keep.h"

#include <fcntl.h>
#include <jansson.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>

#define TOKEN_MAX 512

static const char *folder(struct nt_arena *arena)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (!nt_text_is_empty(config))
        return nt_arena_printf(arena, "%s/neaptide", config);
    return nt_text_is_empty(home) ? NULL : nt_arena_printf(arena, "%s/.config/neaptide", home);
}

static const char *file(struct nt_arena *arena)
{
    const char *in = folder(arena);
    return in == NULL ? NULL : nt_arena_printf(arena, "%s/session", in);
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return nt_text_is_empty(value) ? NULL : value;
}

static const char *own_url(struct nt_arena *arena)
{
    const char *port = setting("NEAPTIDE_HTTP_PORT");
    return nt_arena_printf(arena, "http://console.localhost:%s", port == NULL ? "8088" : port);
}

static const char *without_slash(struct nt_arena *arena, const char *url)
{
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/')
        len--;
    return nt_arena_text_n(arena, url, len);
}

/* A token goes into a header: nothing but what tokens are made of. */
static bool is_token(const char *token)
{
    size_t len = strlen(token);
    return len > 0 && len <= TOKEN_MAX &&
           strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=") ==
               len;
}

static int read_file(struct nt_arena *arena, struct keep *ret, struct nt_error *err)
{
    const char *path = file(arena);
    json_error_t story;
    json_t *json = path == NULL ? NULL : json_load_file(path, 0, &story);
    if (json == NULL && (path == NULL || access(path, F_OK) != 0))
        return 0;
    const char *url = json_string_value(json_object_get(json, "url"));
    const char *token = json_string_value(json_object_get(json, "token"));
    bool is_good = url != NULL && token != NULL && is_token(token);
    if (is_good)
        *ret =
            (struct keep){.url = nt_arena_text(arena, url), .token = nt_arena_text(arena, token)};
    json_decref(json);
    return is_good
               ? 0
               : nt_fail(err, -EINVAL, "%s is not a session: delete it, then sign in again", path);
}

int keep_load(struct nt_arena *arena, struct keep *ret_keep, struct nt_error *err)
{
    struct keep kept = {0};
    const char *url = setting("NEAPTIDE_URL");
    const char *token = setting("NEAPTIDE_TOKEN");
    int code = read_file(arena, &kept, err);
    if (code < 0)
        return code;
    if (token != NULL && !is_token(token))
        return nt_fail(err, -EINVAL, "NEAPTIDE_TOKEN is not a token");
    if (url == NULL)
        url = kept.url != NULL ? kept.url : own_url(arena);
    url = without_slash(arena, url);
    if (!nt_text_starts(url, "http://") && !nt_text_starts(url, "https://"))
        return nt_fail(err, -EINVAL, "NEAPTIDE_URL must begin with http:// or https://");
    if (token == NULL && nt_text_is(kept.url, url))
        token = kept.token;
    *ret_keep = (struct keep){.url = url, .token = token};
    return 0;
}

/* Whole or not at all, and never readable by others, not even for a moment. */
int keep_save(struct nt_arena *arena, const struct keep *keep, struct nt_error *err)
{
    const char *in = folder(arena);
    if (in == NULL)
        return nt_fail(err, -ENOENT, "HOME is not set; use NEAPTIDE_TOKEN");
    for (char *slash = strchr(in + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        const char *parent = nt_arena_text_n(arena, in, (size_t)(slash - in));
        (void)mkdir(parent, 0700);
    }
    if (mkdir(in, 0700) < 0 && errno != EEXIST)
        return nt_fail(err, -errno, "cannot make %s", in);
    const char *path = file(arena);
    const char *fresh = nt_arena_printf(arena, "%s.new", path);
    (void)unlink(fresh);
    NT_CLEANUP(nt_close_p)
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    json_t *json = json_pack("{s:s, s:s}", "url", keep->url, "token", keep->token);
    bool is_written = fd >= 0 && json_dumpfd(json, fd, JSON_INDENT(1)) == 0 && fsync(fd) == 0;
    json_decref(json);
    if (!is_written || rename(fresh, path) < 0)
        return nt_fail(err, -errno, "cannot write %s", path);
    return 0;
}

int keep_forget(struct nt_arena *arena, struct nt_error *err)
{
    const char *path = file(arena);
    if (path != NULL && unlink(path) < 0 && errno != ENOENT)
        return nt_fail(err, -errno, "cannot delete %s", path);
    return 0;
}
