#include <api/statics.h>

#include <api/token.h>
#include <ftw.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

enum form { PLAIN, GZIP, BROTLI, FORMS };

static const char *const endings[FORMS] = {"", ".gz", ".br"};
static const char *const encodings[FORMS] = {NULL, "gzip", "br"};

struct file {
    char *path; /* "/assets/index-abc.js" */
    struct nt_buf bodies[FORMS];
    char etag[24];
};

struct statics {
    struct file *files;
    size_t count;
    size_t capacity;
    size_t bytes;
};

/* No script, style or connection but our own; nobody may show us in a frame. */
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
};

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text);
    size_t ending_len = strlen(ending);
    return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

static struct file *find(const struct statics *statics, const char *path)
{
    for (size_t i = 0; i < statics->count; i++)
        if (strcmp(statics->files[i].path, path) == 0)
            return &statics->files[i];
    return NULL;
}

/* --- reading the folder ---------------------------------------------------------------------- */

static int read_whole(const char *path, struct nt_buf *into, struct nt_error *err)
{
    NT_CLEANUP(nt_fclose_p) FILE *file = fopen(path, "re");
    if (file == NULL)
        return nt_fail(err, -errno, "cannot open %s", path);
    for (;;) {
        uint8_t *room = nt_buf_reserve(into, 65536);
        if (room == NULL)
            return nt_fail(err, -EFBIG, "%s is larger than all files together may be", path);
        size_t count = fread(room, 1, 65536, file);
        into->len += count;
        if (count == 0)
            return ferror(file) ? nt_fail(err, -EIO, "cannot read %s", path) : 0;
    }
}

static int add(struct statics *statics, const char *full, const char *path, struct nt_error *err)
{
    enum form form = ends_with(path, ".gz") ? GZIP : ends_with(path, ".br") ? BROTLI : PLAIN;
    char *plain = nt_strdup(path);
    plain[strlen(path) - strlen(endings[form])] = '\0';
    struct file *file = find(statics, plain);
    if (file == NULL) {
        if (statics->count >= STATICS_FILES_MAX) {
            free(plain);
            return nt_fail(err, -EFBIG, "more than %d files", STATICS_FILES_MAX);
        }
        file = &nt_vec_push(statics->files, statics->count, statics->capacity);
        *file = (struct file){.path = plain};
    } else {
        free(plain);
    }
    file->bodies[form].max = STATICS_BYTES_MAX - statics->bytes;
    int code = read_whole(full, &file->bodies[form], err);
    statics->bytes += file->bodies[form].len;
    return code;
}

/* nftw() has no argument for its callback. */
static _Thread_local struct {
    struct statics *statics;
    size_t folder_len;
    struct nt_error *err;
} walk;

static int on_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)place;
    if (kind != FTW_F)
        return 0;
    return add(walk.statics, path, path + walk.folder_len, walk.err);
}

static void name_content(struct file *file)
{
    const struct nt_buf *body = &file->bodies[PLAIN];
    char hash[TOKEN_HASH];
    token_hash_bytes(body->data, body->len, hash);
    (void)snprintf(file->etag, sizeof(file->etag), "\"%.20s\"", hash);
}

int statics_new(const char *folder, struct statics **ret_statics, struct nt_error *err)
{
    struct statics *statics = nt_zalloc(sizeof(*statics));
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    walk.statics = statics;
    walk.folder_len = len;
    walk.err = err;
    char *clean = nt_strdup(folder);
    clean[len] = '\0';
    int code = len == 0 ? 0 : nftw(clean, on_entry, 16, FTW_PHYS);
    if (code == -1)
        code = nt_fail(err, -errno, "cannot read the folder");
    if (code == 0 && len > 0 && find(statics, "/index.html") == NULL)
        code = nt_fail(err, -ENOENT, "there is no index.html");
    free(clean);
    if (code < 0) {
        statics_free(statics);
        return nt_wrap(err, "web files in %s", folder);
    }
    for (size_t i = 0; i < statics->count; i++)
        name_content(&statics->files[i]);
    *ret_statics = statics;
    return 0;
}

void statics_free(struct statics *statics)
{
    if (statics == NULL)
        return;
    for (size_t i = 0; i < statics->count; i++) {
        for (size_t form = 0; form < FORMS; form++)
            nt_buf_deinit(&statics->files[i].bodies[form]);
        free(statics->files[i].path);
    }
    free(statics->files);
    free(statics);
}

/* --- answering ------------------------------------------------------------------------------- */

void statics_add_headers(struct nt_request *request)
{
    nt_request_add_header(request, "X-Content-Type-Options", "nosniff");
    nt_request_add_header(request, "Referrer-Policy", "same-origin");
    nt_request_add_header(request, "Cross-Origin-Opener-Policy", "same-origin");
    nt_request_add_header(request, "Cross-Origin-Resource-Policy", "same-origin");
}

/* Is this encoding named in Accept-Encoding, and not with a weight of zero? */
static bool accepts(const char *header, const char *encoding)
{
    size_t len = strlen(encoding);
    for (const char *at = header; at != NULL && *at != '\0'; at = strchr(at, ',')) {
        at += strspn(at, ", \t");
        size_t name_len = strcspn(at, ",; \t");
        if (name_len != len || strncmp(at, encoding, len) != 0)
            continue;
        const char *rest = at + name_len;
        size_t rest_len = strcspn(rest, ",");
        const char *weight = memmem(rest, rest_len, "q=0", 3);
        return weight == NULL ||
               (weight[3] == '.' && strspn(weight + 4, "0") < strspn(weight + 4, "0123456789"));
    }
    return false;
}

static enum form form_for(const struct file *file, const char *accept)
{
    for (enum form form = BROTLI; form > PLAIN; form--)
        if (file->bodies[form].len > 0 && accept != NULL && accepts(accept, encodings[form]))
            return form;
    return PLAIN;
}

static const char *type_of(const char *path)
{
    for (size_t i = 0; i < NT_COUNT(types); i++)
        if (ends_with(path, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

static void answer(const struct file *file, struct nt_request *request)
{
    bool is_page = ends_with(file->path, ".html");
    /* The build puts what has a hash in its name into assets/. */
    bool is_fixed = nt_text_starts(file->path, "/assets/");
    statics_add_headers(request);
    nt_request_add_header(request, "ETag", file->etag);
    nt_request_add_header(request, "Vary", "Accept-Encoding");
    nt_request_add_header(request, "Cache-Control",
                          is_fixed ? "public, max-age=31536000, immutable" : "no-cache");
    if (is_page)
        nt_request_add_header(request, "Content-Security-Policy", policy);
    const char *known = nt_request_header(request, "if-none-match");
    if (known != NULL && strstr(known, file->etag) != NULL) {
        nt_request_answer(request, 304, NULL, (struct nt_span){0});
        return;
    }
    enum form form = form_for(file, nt_request_header(request, "accept-encoding"));
    if (form != PLAIN)
        nt_request_add_header(request, "Content-Encoding", encodings[form]);
    nt_request_answer(request, 200, type_of(file->path), nt_buf_span(&file->bodies[form]));
}

bool statics_answer(const struct statics *statics, struct nt_request *request)
{
    const char *path = nt_request_info(request)->path;
    const struct file *file = find(statics, path);
    if (file == NULL) {
        const char *slash = strrchr(path, '/');
        if (slash != NULL && strchr(slash, '.') == NULL)
            file = find(statics, "/index.html");
    }
    if (file == NULL)
        return false;
    answer(file, request);
    return true;
}
