/*
 * Template images reach an engine as archives in a folder (DESIGN.md section 10): index.json names
 * {id, image, archive} for each template. Loop thread; done is called later, exactly once.
 */
#ifndef PROVISIONER_IMAGE_H
#define PROVISIONER_IMAGE_H

#include <provisioner/docker.h>

/* Afterwards the engine knows it by this name. -ENOENT: the folder has no such image. -EIO: the
 * engine did not take it. */
void image_load(struct docker *docker, struct nt_loop *loop, const char *folder, const char *image,
                docker_done done, void *arg);

struct image_entry {
    const char *image; /* as the archive names it */
    const char *archive;
};

/* The entry of image in an index. A missing tag means latest; latest takes any. */
bool image_find(struct nt_arena *arena, struct nt_span index, const char *image,
                struct image_entry *ret_entry);

/* What is wrong in an answer of POST /images/load (which says 200 on failure too), or NULL. */
char *image_load_error(struct nt_arena *arena, struct nt_span answer);

#endif
