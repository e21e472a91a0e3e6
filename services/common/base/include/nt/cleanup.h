/* Ownership on one line: declare, initialise and clean up a local together. */
#ifndef NT_CLEANUP_H
#define NT_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NT_CLEANUP(fn)     __attribute__((cleanup(fn)))
#define NT_PRINTF(fmt, at) __attribute__((format(printf, fmt, at)))
#define NT_COUNT(array)    (sizeof(array) / sizeof((array)[0]))

/* Hand ownership on: yields the pointer and leaves NULL behind. */
#define nt_take(pointer)                                                                           \
    __extension__({                                                                                \
        __typeof__(pointer) nt_taken_ = (pointer);                                                 \
        (pointer) = NULL;                                                                          \
        nt_taken_;                                                                                 \
    })

/* Defines name_p() for NT_CLEANUP from a free function that accepts NULL. */
#define NT_DEFINE_CLEANUP(type, fn)                                                                \
    static inline void fn##_p(type *nt_slot_)                                                      \
    {                                                                                              \
        fn(*nt_slot_);                                                                             \
    }                                                                                              \
    struct nt_cleanup_semicolon

static inline void nt_free_p(void *slot)
{
    free(*(void **)slot);
}

static inline void nt_fclose_p(FILE **slot)
{
    if (*slot != NULL)
        (void)fclose(*slot);
}

static inline void nt_close_p(const int *slot)
{
    if (*slot >= 0)
        (void)close(*slot);
}

#endif
