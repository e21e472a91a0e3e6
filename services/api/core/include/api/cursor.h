/*
 * Page marks: opaque to clients, base64url of the list's name and the last key shown, so that the
 * mark of one list is refused by another. Pure.
 */
#ifndef API_CURSOR_H
#define API_CURSOR_H

#include <nt/arena.h>

#define CURSOR_MAX 256 /* length of a mark */

/* key is at most 128 bytes. Lives in arena. */
char *cursor_encode(struct nt_arena *arena, const char *list, const char *key);

/* 0 and the key (in arena), or -EINVAL. */
int cursor_decode(struct nt_arena *arena, const char *list, const char *mark, const char **ret_key);

#endif
