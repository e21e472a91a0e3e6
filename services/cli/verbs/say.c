#include <verbs/say.h>

#include "figures.h"
#include "texts.h"

#include <nt/text.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 48

static int by_key(const void *key, const void *text)
{
    return strcmp(key, ((const struct text *)text)->key);
}

static const struct text *find(const char *key)
{
    const struct text *found =
        bsearch(key, own_texts, own_texts_count, sizeof(own_texts[0]), by_key);
    if (found == NULL)
        found = bsearch(key, page_texts, page_texts_count, sizeof(page_texts[0]), by_key);
    return found;
}

/* The form for {count}: Korean has one. */
static const char *form_of(const struct say *say, const struct text *text, const json_t *params)
{
    const json_t *count = json_object_get(params, "count");
    bool is_one = json_number_value(count) == 1 || nt_text_is(json_string_value(count), "1");
    return text->forms[(say->language == NT_LANGUAGE_KO ? 2 : 0) + (is_one ? 0 : 1)];
}

/* "{name}" or "{name|은/는}" at text: writes it, returns what is behind. */
static const char *fill_one(const struct say *say, const char *text, const json_t *params,
                            struct nt_buf *out)
{
    size_t len = strcspn(text + 1, "|}");
    const char *end = strchr(text, '}');
    if (end == NULL || len == 0 || len > NAME_MAX_LEN) {
        (void)nt_buf_add(out, text, 1);
        return text + 1;
    }
    char name[NAME_MAX_LEN + 1] = "";
    memcpy(name, text + 1, len);
    const char *word = figure(say, name, params);
    (void)nt_buf_add_text(out, word);
    if (text[1 + len] == '|') {
        const char *pair =
            nt_arena_text_n(say->arena, text + len + 2, (size_t)(end - (text + len + 2)));
        (void)nt_buf_add_text(out, say_particle(say->arena, word, pair));
    }
    return end + 1;
}

static const char *fill(const struct say *say, const char *text, const json_t *params)
{
    struct nt_buf out = {0};
    while (*text != '\0') {
        size_t len = strcspn(text, "{");
        (void)nt_buf_add(&out, text, len);
        text += len;
        if (*text == '{')
            text = fill_one(say, text, params, &out);
    }
    const char *kept = nt_arena_text(say->arena, nt_buf_text(&out));
    nt_buf_deinit(&out);
    return kept;
}

const char *say(const struct say *say, const char *key, const json_t *params)
{
    const struct text *text = find(key);
    return text == NULL ? key : fill(say, form_of(say, text, params), params);
}

const char *say_with(const struct say *to, const char *key, const char *name, const char *value)
{
    json_t *params = json_object();
    (void)json_object_set_new(params, name, json_string(value));
    const char *text = say(to, key, params);
    json_decref(params);
    return text;
}

/* A newer installation may say what this client does not know yet: shown raw. */
static const char *unknown(const struct say *say, const char *key, const json_t *params)
{
    struct nt_buf out = {0};
    (void)nt_buf_add_text(&out, key);
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)params, name, value)
    {
        (void)nt_buf_printf(&out, " %s=%s", name, figure(say, name, params));
    }
    const char *kept = nt_arena_text(say->arena, nt_buf_text(&out));
    nt_buf_deinit(&out);
    return kept;
}

const char *say_message(const struct say *to, const json_t *message)
{
    const char *key = json_string_value(json_object_get(message, "key"));
    const json_t *params = json_object_get(message, "params");
    if (key == NULL)
        return "";
    const char *full = nt_arena_printf(to->arena, "say.%s", key);
    return find(full) == NULL ? unknown(to, key, params) : say(to, full, params);
}

const char *say_word(const struct say *to, const char *kind, const char *value)
{
    if (value == NULL)
        return "–";
    const char *key = nt_arena_printf(to->arena, "word.%s.%s", kind, value);
    return find(key) == NULL ? value : say(to, key, NULL);
}
