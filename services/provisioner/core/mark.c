#include <provisioner/mark.h>

#include <jansson.h>
#include <nt/text.h>
#include <string.h>

static const char *const roles[] = {"none", "source", "target"};
static const char *const steps[] = {"serving", "handed-over", "resumed", "copying", "copied",
                                    "ended",   "refused",     "running", "dropped"};

const char *mark_step_word(enum mark_step step)
{
    return step == MARK_ENDED ? "copied" : steps[step];
}

int mark_encode(const struct mark *mark, struct nt_buf *out, struct nt_error *err)
{
    json_t *json = json_pack(
        "{s:i, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
        "version", 1, "run", (json_int_t)mark->run, "run_before", (json_int_t)mark->run_before,
        "base_started", mark->base_started, "role", roles[mark->role], "step", steps[mark->step],
        "move", mark->move, "source", mark->source, "adopted", mark->adopted, "revision",
        (json_int_t)mark->revision, "generation", (json_int_t)mark->generation, "bytes_done",
        (json_int_t)mark->bytes_done, "bytes_total", (json_int_t)mark->bytes_total, "copy_ms",
        (json_int_t)mark->copy_ms, "stopped_at_ms", (json_int_t)mark->stopped_at_ms,
        "started_at_ms", (json_int_t)mark->started_at_ms, "at_ms", (json_int_t)mark->at_ms);
    if (json == NULL)
        return nt_fail(err, -EINVAL, "a mark with a text that is not UTF-8");
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text == NULL)
        return nt_fail(err, -ENOMEM, "no memory for a mark");
    int result = nt_buf_add_text(out, text);
    free(text);
    return result < 0 ? nt_fail(err, result, "a mark that is too large") : 0;
}

static int index_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0)
            return (int)i;
    }
    return -1;
}

int mark_decode(struct nt_arena *arena, struct nt_span bytes, struct mark *ret_mark,
                struct nt_error *err)
{
    json_error_t where;
    json_t *json = json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, &where);
    if (json == NULL)
        return nt_fail(err, -EINVAL, "%s (line %d)", where.text, where.line);
    int version = 0;
    const char *base = NULL;
    const char *role = NULL;
    const char *step = NULL;
    const char *move = NULL;
    const char *source = NULL;
    const char *adopted = NULL;
    json_int_t run = 0, run_before = 0, revision = 0, generation = 0, done = 0, total = 0;
    json_int_t copy_ms = 0, stopped = 0, started = 0, at = 0;
    int bad = json_unpack_ex(
        json, &where, JSON_STRICT,
        "{s:i, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
        "version", &version, "run", &run, "run_before", &run_before, "base_started", &base, "role",
        &role, "step", &step, "move", &move, "source", &source, "adopted", &adopted, "revision",
        &revision, "generation", &generation, "bytes_done", &done, "bytes_total", &total, "copy_ms",
        &copy_ms, "stopped_at_ms", &stopped, "started_at_ms", &started, "at_ms", &at);
    int role_index = bad == 0 ? index_of(role, roles, NT_COUNT(roles)) : -1;
    int step_index = bad == 0 ? index_of(step, steps, NT_COUNT(steps)) : -1;
    if (role_index < 0 || step_index < 0 || version != 1) {
        json_decref(json);
        return nt_fail(err, -EINVAL, "not a mark of version 1: %s",
                       bad != 0 ? where.text : "unknown words");
    }
    *ret_mark = (struct mark){
        .run = run,
        .run_before = run_before,
        .base_started = nt_arena_text(arena, base),
        .role = (enum mark_role)role_index,
        .step = (enum mark_step)step_index,
        .move = nt_arena_text(arena, move),
        .source = nt_arena_text(arena, source),
        .adopted = nt_arena_text(arena, adopted),
        .revision = revision,
        .generation = generation,
        .bytes_done = done,
        .bytes_total = total,
        .copy_ms = copy_ms,
        .stopped_at_ms = stopped,
        .started_at_ms = started,
        .at_ms = at,
    };
    json_decref(json);
    return 0;
}

struct mark mark_dup(struct nt_arena *arena, const struct mark *mark)
{
    struct mark copy = *mark;
    copy.base_started = nt_arena_text(arena, mark->base_started);
    copy.move = nt_arena_text(arena, mark->move);
    copy.source = nt_arena_text(arena, mark->source);
    copy.adopted = nt_arena_text(arena, mark->adopted);
    return copy;
}
