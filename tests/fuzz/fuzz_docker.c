/* What an engine says about containers and images, and what our own marks say after a bad disk. */
#include <jansson.h>
#include <provisioner/image.h>
#include <provisioner/mark.h>
#include <provisioner/procfs.h>
#include <provisioner/seen.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_arena arena;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_span bytes = {.data = data, .len = size};
    nt_arena_init(&arena);
    json_t *json = json_loadb((const char *)data, size, 0, NULL);
    if (json != NULL) {
        struct seen seen;
        struct seen copy;
        if (seen_parse(&arena, json, &seen, &err) == 0)
            seen_copy(&arena, &copy, &seen);
        json_decref(json);
    }
    struct mark mark;
    struct nt_buf again = {0};
    if (mark_decode(&arena, bytes, &mark, &err) == 0)
        (void)mark_encode(&mark, &again, &err);
    nt_buf_deinit(&again);
    struct image_entry entry;
    (void)image_find(&arena, bytes, "neaptide/web:latest", &entry);
    (void)image_load_error(&arena, bytes);
    static const int32_t ports[] = {22, 80};
    const char *text = nt_arena_text_n(&arena, (const char *)data, size);
    (void)procfs_upper_dir_of(&arena, text);
    (void)procfs_connections_of(text, ports, 2);
    int64_t ms = 0;
    (void)seen_parse_time(text, &ms);
    nt_arena_deinit(&arena);
    return 0;
}
