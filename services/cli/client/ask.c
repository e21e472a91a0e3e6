#include "ask.h"

#include <curl/curl.h>
#include <nt/text.h>
#include <string.h>

#define REPLY_MAX      ((size_t)32 << 20)
#define LINE_MAX_BYTES ((size_t)1 << 20)
#define CONNECT_MS     5000L
#define TIMEOUT_MS     30000L /* the api answers within 2 s, or says "later" */

struct reply {
    struct nt_buf body;
    char *token;
    size_t token_size;
};

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct reply *reply = arg;
    return nt_buf_add(&reply->body, data, size * count) < 0 ? 0 : size * count;
}

/* "set-cookie: neaptide-dev=TOKEN; Path=/; ..." */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    static const char name[] = "set-cookie:";
    struct reply *reply = arg;
    size_t len = size * count;
    if (len <= strlen(name) || strncasecmp(data, name, strlen(name)) != 0)
        return len;
    const char *equals = memchr(data, '=', len);
    if (equals == NULL)
        return len;
    size_t room = len - (size_t)(equals + 1 - data);
    size_t token = 0;
    while (token < room && strchr("; \r\n", equals[1 + token]) == NULL)
        token++;
    if (token < reply->token_size)
        (void)snprintf(reply->token, reply->token_size, "%.*s", (int)token, equals + 1);
    return len;
}

static struct curl_slist *session_headers(const struct keep *keep, enum nt_language language,
                                          const char *key)
{
    char line[640];
    struct curl_slist *list = curl_slist_append(
        NULL, language == NT_LANGUAGE_KO ? "Accept-Language: ko" : "Accept-Language: en");
    if (keep->token != NULL) {
        (void)snprintf(line, sizeof(line), "Authorization: Bearer %s", keep->token);
        list = curl_slist_append(list, line);
    }
    if (key != NULL) {
        (void)snprintf(line, sizeof(line), "Idempotency-Key: %s", key);
        list = curl_slist_append(list, line);
    }
    return list;
}

static CURL *begin(const char *method, const char *url, const struct curl_slist *headers)
{
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "neaptide-cli/" NT_VERSION);
    return curl;
}

static void send_it(const char *method, const char *url, struct curl_slist *headers,
                    const json_t *body, struct ask_reply *ret)
{
    *ret = (struct ask_reply){0};
    struct reply reply = {
        .body.max = REPLY_MAX, .token = ret->token, .token_size = sizeof(ret->token)};
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    if (text != NULL)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    CURL *curl = begin(method, url, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    if (text != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
    if (curl_easy_perform(curl) == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        ret->status = (int)status;
        ret->json =
            json_loadb((const char *)reply.body.data, reply.body.len, JSON_DECODE_ANY, NULL);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    nt_buf_deinit(&reply.body);
    free(text);
}

void ask_send(const struct keep *keep, enum nt_language language, const struct run_request *request,
              struct ask_reply *ret_reply)
{
    struct nt_buf url = {0};
    (void)nt_buf_printf(&url, "%s%s", keep->url, request->path);
    send_it(request->method, nt_buf_text(&url), session_headers(keep, language, request->key),
            request->body, ret_reply);
    nt_buf_deinit(&url);
}

void ask_url(const char *method, const char *url, const char *const *headers, const json_t *body,
             struct ask_reply *ret_reply)
{
    struct curl_slist *list = NULL;
    for (; headers != NULL && *headers != NULL; headers++)
        list = curl_slist_append(list, *headers);
    send_it(method, url, list, body, ret_reply);
}

/* --- lines ----------------------------------------------------------------------------------- */

struct lines {
    CURL *curl;
    struct nt_buf rest; /* of a line that has not ended yet */
    int (*on_line)(void *arg, const char *line);
    void *arg;
    int result;
};

static size_t on_part(char *data, size_t size, size_t count, void *arg)
{
    struct lines *lines = arg;
    size_t len = size * count;
    long status = 0;
    curl_easy_getinfo(lines->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        lines->result = (int)status;
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        if (data[i] != '\n') {
            if (nt_buf_add(&lines->rest, &data[i], 1) < 0)
                return 0; /* no line of ours is that long */
            continue;
        }
        lines->result = lines->on_line(lines->arg, nt_buf_text(&lines->rest));
        nt_buf_reset(&lines->rest);
        if (lines->result != 0)
            return 0;
    }
    return len;
}

int ask_lines(const struct keep *keep, enum nt_language language, const char *path,
              const char *last_id, long silence_s, int (*on_line)(void *arg, const char *line),
              void *arg)
{
    struct lines lines = {.rest.max = LINE_MAX_BYTES, .on_line = on_line, .arg = arg};
    struct nt_buf url = {0};
    char line[256];
    (void)nt_buf_printf(&url, "%s%s", keep->url, path);
    struct curl_slist *headers = session_headers(keep, language, NULL);
    headers = curl_slist_append(headers, "Accept: text/event-stream");
    if (!nt_text_is_empty(last_id)) {
        (void)snprintf(line, sizeof(line), "Last-Event-ID: %s", last_id);
        headers = curl_slist_append(headers, line);
    }
    lines.curl = begin("GET", nt_buf_text(&url), headers);
    curl_easy_setopt(lines.curl, CURLOPT_LOW_SPEED_LIMIT, silence_s > 0 ? 1L : 0L);
    curl_easy_setopt(lines.curl, CURLOPT_LOW_SPEED_TIME, silence_s);
    curl_easy_setopt(lines.curl, CURLOPT_WRITEFUNCTION, on_part);
    curl_easy_setopt(lines.curl, CURLOPT_WRITEDATA, &lines);
    (void)curl_easy_perform(lines.curl);
    curl_easy_cleanup(lines.curl);
    curl_slist_free_all(headers);
    nt_buf_deinit(&lines.rest);
    nt_buf_deinit(&url);
    return lines.result != 0 ? lines.result : -ENOTCONN;
}
