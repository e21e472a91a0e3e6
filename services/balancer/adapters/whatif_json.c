#include <balancer/whatif_json.h>

#include "json_read.h"

#include <nt/text.h>

#include <math.h>
#include <stdlib.h>

enum { STEP_MS = 15 * 60 * 1000 };

static const struct {
    const char *word;
    bool needs_server, needs_size, needs_host;
} kinds[] = {
    [WHATIF_MOVE] = {"move", true, false, false},
    [WHATIF_RESIZE] = {"resize", true, true, false},
    [WHATIF_ADD] = {"add", false, true, false},
    [WHATIF_REMOVE] = {"remove", true, false, false},
    [WHATIF_HOST_LOST] = {"host-lost", false, false, true},
};

static int find_kind(const char *word)
{
    for (size_t i = 0; i < NT_COUNT(kinds); i++)
        if (nt_text_is(word, kinds[i].word))
            return (int)i;
    return -1;
}

int whatif_json_read(struct nt_arena *arena, struct nt_span body, struct whatif_ask *ret_ask,
                     struct nt_error *err)
{
    json_error_t problem;
    NT_CLEANUP(json_read_decref_p)
    json_t *root = json_read_body(body, err);
    if (root == NULL)
        return -EINVAL;
    const char *word = NULL;
    json_t *server = NULL, *to = NULL, *host = NULL, *template = NULL, *size = NULL;
    if (json_unpack_ex(root, &problem, 0, "{s:s s?o s?o s?o s?o s?o}", "kind", &word, "server",
                       &server, "to", &to, "host", &host, "template", &template, "size", &size) < 0)
        return nt_fail(err, -EINVAL, "%s", problem.text);
    const int kind = find_kind(word);
    if (kind < 0)
        return nt_fail(err, -EINVAL, "kind \"%.40s\" is none", word);
    struct whatif_ask ask = {
        .kind = (enum whatif_kind)kind,
        .server = nt_arena_text(arena, json_string_value(server)),
        .to = nt_arena_text(arena, json_string_value(to)),
        .host = nt_arena_text(arena, json_string_value(host)),
        .template = nt_arena_text(arena, json_string_value(template)),
    };
    if ((kinds[kind].needs_server && ask.server == NULL) ||
        (kinds[kind].needs_host && ask.host == NULL) ||
        (kinds[kind].needs_size && !json_is_object(size)))
        return nt_fail(err, -EINVAL, "%s needs %s", word,
                       kinds[kind].needs_host     ? "host"
                       : kinds[kind].needs_server ? "server, and size where it is to change"
                                                  : "size");
    if (kinds[kind].needs_size) {
        int status = json_read_resources(size, "size", &ask.size, err);
        if (status < 0)
            return status;
    }
    *ret_ask = ask;
    return 0;
}

/* JSON has no NaN, and nobody reads more digits. */
static json_t *number(double value)
{
    return json_real(isfinite(value) ? round(value * 1000) / 1000 : 0);
}

static json_t *side(const struct whatif_side *from)
{
    json_t *pct = json_array();
    for (int i = 0; i < WHATIF_POINTS; i++)
        (void)json_array_append_new(pct, number((double)from->pct[i]));
    return json_pack("{s:o s:o s:o s:o}", "peak_pct", number(from->peak_pct), "above_ms",
                     number(from->above_ms), "probability", number(from->probability), "pct", pct);
}

void whatif_json_write(const struct whatif *whatif, struct nt_buf *out)
{
    json_t *hosts = json_array(), *homeless = json_array();
    for (size_t i = 0; i < whatif->hosts_count; i++) {
        const struct whatif_host *host = &whatif->hosts[i];
        (void)json_array_append_new(hosts,
                                    json_pack("{s:s s:b s:o s:o}", "host", host->host,
                                              "is_forecast", host->is_forecast, "without",
                                              side(&host->without), "with", side(&host->with)));
    }
    for (size_t i = 0; i < whatif->homeless_count; i++)
        (void)json_array_append_new(homeless, json_string(whatif->homeless[i]));
    NT_CLEANUP(json_read_decref_p)
    json_t *root = json_pack("{s:s? s:s? s:I s:i s:o s:o}", "problem", whatif->problem, "to",
                             whatif->to, "from_ms", (json_int_t)whatif->from_ms, "step_ms", STEP_MS,
                             "hosts", hosts, "homeless", homeless);
    char *text = json_dumps(root, JSON_COMPACT);
    if (text != NULL)
        (void)nt_buf_add_text(out, text);
    free(text);
}
