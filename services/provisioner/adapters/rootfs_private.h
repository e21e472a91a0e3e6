/* Between rootfs.c (finding, reading) and rootfs_write.c. */
#ifndef ROOTFS_PRIVATE_H
#define ROOTFS_PRIVATE_H

#include <provisioner/rootfs.h>

#define ROOTFS_PART ".neaptide-part"

/* openat2() inside root, and it is a place for files. A descriptor or a negative errno. */
int rootfs_find(int root, const char *path, int flags);

/* Where files are kept; proc, sysfs and the like act when they are written to. */
bool rootfs_is_place(int fd);

/* The folder that holds path, and the last segment: -EINVAL for "/". */
struct rootfs_place {
    int folder;
    char name[256];
};
int rootfs_place(int root, const char *path, struct rootfs_place *ret_place);

bool rootfs_is_part(const char *name);

#endif
