#include <nt/arena.h>
#include <nt/memory.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The first block is small, because views keep an arena for each record; each next one doubles. */
enum { ARENA_BLOCK_BYTES = 512, ARENA_KEEP_BYTES = 256 * 1024 };

struct nt_arena_block {
    struct nt_arena_block *next;
    size_t size;
    size_t used;
    _Alignas(max_align_t) uint8_t data[];
};

void nt_arena_init(struct nt_arena *arena)
{
    *arena = (struct nt_arena){0};
}

static void free_blocks(struct nt_arena_block *block)
{
    while (block != NULL) {
        struct nt_arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void nt_arena_deinit(struct nt_arena *arena)
{
    free_blocks(arena->blocks);
    nt_arena_init(arena);
}

void nt_arena_reset(struct nt_arena *arena)
{
    struct nt_arena_block *kept = arena->blocks;
    if (kept != NULL) {
        free_blocks(kept->next);
        kept->next = NULL;
        kept->used = 0;
        if (kept->size > ARENA_KEEP_BYTES) {
            free(kept);
            kept = NULL;
        }
    }
    arena->blocks = kept;
    arena->used_bytes = 0;
}

void *nt_arena_alloc(struct nt_arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        nt_out_of_memory(size);
    size_t rounded = (size + align - 1) / align * align;
    struct nt_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < rounded) {
        size_t twice = block != NULL ? block->size * 2 : ARENA_BLOCK_BYTES;
        size_t usual = twice < ARENA_KEEP_BYTES ? twice : ARENA_KEEP_BYTES;
        size_t bytes = rounded > usual ? rounded : usual;
        block = nt_realloc(NULL, sizeof(*block) + bytes);
        *block = (struct nt_arena_block){.next = arena->blocks, .size = bytes};
        arena->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += rounded;
    arena->used_bytes += rounded;
    return memset(memory, 0, rounded);
}

void *nt_arena_array(struct nt_arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size)
        nt_out_of_memory(SIZE_MAX);
    return nt_arena_alloc(arena, count * size);
}

char *nt_arena_text_n(struct nt_arena *arena, const char *text, size_t len)
{
    char *copy = nt_arena_alloc(arena, len + 1);
    if (len > 0)
        memcpy(copy, text, len);
    return copy;
}

char *nt_arena_text(struct nt_arena *arena, const char *text)
{
    return text != NULL ? nt_arena_text_n(arena, text, strlen(text)) : NULL;
}

char *nt_arena_printf(struct nt_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = nt_arena_alloc(arena, (size_t)(len > 0 ? len : 0) + 1);
    if (len > 0)
        (void)vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

char *nt_arena_encoded(struct nt_arena *arena, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char *copy = nt_arena_array(arena, strlen(text) + 1, 3);
    char *to = copy;
    for (const char *at = text; *at != '\0'; at++) {
        if (strchr(unreserved, *at) != NULL) {
            *to++ = *at;
        } else {
            *to++ = '%';
            *to++ = hex[(uint8_t)*at >> 4];
            *to++ = hex[(uint8_t)*at & 15];
        }
    }
    return copy;
}
