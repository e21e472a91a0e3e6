/*
 * Memory that lives as long as one message: allocate piece by piece, reset in one step.
 * Allocation failure ends the process (small, fixed sizes; a supervisor restarts us). One thread.
 */
#ifndef NT_ARENA_H
#define NT_ARENA_H

#include <nt/cleanup.h>
#include <nt/span.h>

struct nt_arena_block;

struct nt_arena {
    struct nt_arena_block *blocks; /* newest first */
    size_t used_bytes;             /* handed out since the last reset */
};

void nt_arena_init(struct nt_arena *arena);
void nt_arena_deinit(struct nt_arena *arena);
void nt_arena_reset(struct nt_arena *arena); /* keeps one block for the next message */

/* Zeroed, aligned for any type. size 0 gives a valid pointer. */
void *nt_arena_alloc(struct nt_arena *arena, size_t size);

/* Zeroed array; ends the process on overflow of count x size. */
void *nt_arena_array(struct nt_arena *arena, size_t count, size_t size);

char *nt_arena_text(struct nt_arena *arena, const char *text); /* NULL stays NULL */
char *nt_arena_text_n(struct nt_arena *arena, const char *text, size_t len);
char *nt_arena_printf(struct nt_arena *arena, const char *format, ...) NT_PRINTF(2, 3);

/* For a URL: all but the unreserved characters is percent-encoded (RFC 3986 sections 2.1, 2.3). */
char *nt_arena_encoded(struct nt_arena *arena, const char *text);

#define NT_NEW(arena, type)          ((type *)nt_arena_alloc((arena), sizeof(type)))
#define NT_ARRAY(arena, count, type) ((type *)nt_arena_array((arena), (count), sizeof(type)))

#endif
