#include <nt/memory.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nt_out_of_memory(size_t size)
{
    (void)fprintf(stderr, "{\"level\":\"error\",\"event\":\"out_of_memory\",\"bytes\":%zu}\n",
                  size);
    abort();
}

void *nt_zalloc(size_t size)
{
    void *memory = calloc(1, size > 0 ? size : 1);
    if (memory == NULL)
        nt_out_of_memory(size);
    return memory;
}

void *nt_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (memory == NULL)
        nt_out_of_memory(size);
    return memory;
}

char *nt_strdup(const char *text)
{
    if (text == NULL)
        return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(nt_zalloc(size), text, size);
}

void *nt_vec_room(void **items, size_t *count, size_t *capacity, size_t size)
{
    if (*count == *capacity) {
        size_t wanted = *capacity > 0 ? *capacity * 2 : 8;
        if (wanted > SIZE_MAX / size)
            nt_out_of_memory(SIZE_MAX);
        *items = nt_realloc(*items, wanted * size);
        *capacity = wanted;
    }
    return (char *)*items + size * (*count)++;
}
