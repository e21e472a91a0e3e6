/* Heap helpers whose failure ends the process with a line on stderr. Any thread. */
#ifndef NT_MEMORY_H
#define NT_MEMORY_H

#include <stddef.h>

void *nt_zalloc(size_t size);                 /* zeroed; free() it */
void *nt_realloc(void *old, size_t size);     /* size > 0 */
char *nt_strdup(const char *text);            /* NULL stays NULL; free() it */
_Noreturn void nt_out_of_memory(size_t size); /* says so and aborts */

/*
 * A vector is three fields of its owner: T *items; size_t count, capacity. This makes room for
 * one more: nt_vec_push(v->items, v->count, v->capacity) = item;
 */
#define nt_vec_push(items, count, capacity)                                                        \
    (*(__typeof__(items))nt_vec_room((void **)&(items), &(count), &(capacity), sizeof((items)[0])))

void *nt_vec_room(void **items, size_t *count, size_t *capacity, size_t size);

#endif
