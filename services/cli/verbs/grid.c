#include <verbs/grid.h>

#include <nt/memory.h>
#include <stdlib.h>
#include <string.h>

#define STRAY 0xFFFD

struct range {
    uint32_t first, last;
};

/* East Asian Width W and F of Unicode 15 (UAX 11), in the coarse blocks that terminals use. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

/* Combining marks, joiners, and the vowels and finals of decomposed Hangul. */
static const struct range empty[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x0300, 0x036F}, {0x1160, 0x11FF},
    {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xD7B0, 0xD7FF}, {0xFE00, 0xFE0F},
};

static bool is_in(uint32_t point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* The next code point; a stray byte counts as one. */
static uint32_t next_point(const char **at)
{
    const uint8_t *byte = (const uint8_t *)(*at)++;
    size_t more = *byte >= 0xF0 ? 3 : *byte >= 0xE0 ? 2 : *byte >= 0xC0 ? 1 : 0;
    uint32_t point = more == 0 ? *byte : *byte & (0x3FU >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return STRAY;
        point = point << 6 | (byte[i] & 0x3F);
    }
    *at += more;
    return *byte >= 0x80 && more == 0 ? STRAY : point;
}

size_t grid_width(const char *text)
{
    size_t width = 0;
    while (*text != '\0') {
        uint32_t point = next_point(&text);
        if (!is_in(point, empty, NT_COUNT(empty)))
            width += is_in(point, wide, NT_COUNT(wide)) ? 2 : 1;
    }
    return width;
}

const char *grid_clean(struct nt_arena *arena, const char *text)
{
    char *clean = nt_arena_text(arena, text);
    for (char *at = clean; *at != '\0'; at++) {
        bool is_c1 = (uint8_t)at[0] == 0xC2 && (uint8_t)at[1] >= 0x80 && (uint8_t)at[1] < 0xA0;
        if ((uint8_t)*at < 0x20 || *at == 0x7F)
            *at = ' ';
        else if (is_c1)
            at[0] = at[1] = ' ';
    }
    return clean;
}

void grid_init(struct grid *grid, struct nt_arena *arena, const char *aligns)
{
    *grid = (struct grid){.arena = arena, .aligns = aligns, .columns = strlen(aligns)};
}

void grid_deinit(struct grid *grid)
{
    free(grid->cells);
    *grid = (struct grid){0};
}

void grid_add(struct grid *grid, const char *cell)
{
    nt_vec_push(grid->cells, grid->cells_count, grid->cells_capacity) =
        grid_clean(grid->arena, cell == NULL || cell[0] == '\0' ? "–" : cell);
}

static void pad(struct nt_buf *out, size_t count)
{
    while (count-- > 0)
        (void)nt_buf_add(out, " ", 1);
}

void grid_write(const struct grid *grid, struct nt_buf *out)
{
    size_t widths[GRID_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < grid->cells_count; i++) {
        size_t width = grid_width(grid->cells[i]);
        size_t *column = &widths[i % grid->columns];
        *column = width > *column ? width : *column;
    }
    for (size_t i = 0; i < grid->cells_count; i++) {
        size_t column = i % grid->columns;
        size_t space = widths[column] - grid_width(grid->cells[i]);
        bool is_last = column + 1 == grid->columns;
        if (grid->aligns[column] == 'r')
            pad(out, space);
        (void)nt_buf_add_text(out, grid->cells[i]);
        if (grid->aligns[column] != 'r' && !is_last)
            pad(out, space);
        (void)nt_buf_add_text(out, is_last ? "\n" : "  ");
    }
}
