#include <offline/csv.h>

#include <nt/memory.h>

#include <string.h>

void csv_init(struct csv *csv, char *text, size_t len)
{
    *csv = (struct csv){.rest = text, .end = text + len};
    text[len] = '\0';
}

void csv_deinit(struct csv *csv)
{
    free(csv->cells);
    *csv = (struct csv){0};
}

/* The cell that begins at at; its text is moved over its quotes. Returns what follows it. */
static char *take_quoted(char *at, char **ret_cell)
{
    char *to = *ret_cell = at;
    for (at++; *at != '\0'; at++) {
        if (*at == '"' && at[1] == '"')
            at++;
        else if (*at == '"')
            break;
        *to++ = *at;
    }
    if (*at == '\0')
        return NULL;
    *to = '\0';
    return at + 1;
}

static int split(struct csv *csv, char *line, struct nt_error *err)
{
    csv->count = 0;
    for (char *at = line;;) {
        char *cell = at;
        bool is_quoted = *at == '"';
        if (is_quoted) {
            at = take_quoted(at, &cell);
            if (at == NULL)
                return nt_fail(err, -EINVAL, "a quote that is not closed on its line");
            if (*at != ',' && *at != '\0')
                return nt_fail(err, -EINVAL, "text after a closing quote: \"%.40s\"", at);
        } else {
            at += strcspn(at, ",");
        }
        nt_vec_push(csv->cells, csv->count, csv->capacity) = cell;
        if (*at == '\0')
            return 1;
        *at++ = '\0';
    }
}

int csv_next(struct csv *csv, struct nt_error *err)
{
    while (csv->rest < csv->end) {
        char *line = csv->rest;
        char *end = memchr(line, '\n', (size_t)(csv->end - line));
        if (end == NULL)
            end = csv->end;
        csv->rest = end < csv->end ? end + 1 : end;
        csv->line++;
        if (memchr(line, '\0', (size_t)(end - line)) != NULL)
            return nt_fail(err, -EINVAL, "a NUL byte: this is not a text file");
        if (end > line && end[-1] == '\r')
            end--;
        *end = '\0';
        if (end > line)
            return split(csv, line, err);
    }
    return 0;
}
