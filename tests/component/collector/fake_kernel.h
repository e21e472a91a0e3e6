/* A folder that looks like /proc and like control groups of version 2 with a slice in it. */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdint.h>

#define FAKE_SLICE "/neaptide-test/host-1"

/* Below folder: proc/ and cg/. The slice has 1500 thousandths of a core and 1 GiB. */
void fake_kernel_make(const char *folder);

/* A container's group and first process. */
void fake_kernel_add(const char *folder, const char *id, int pid);

/* Its group is removed, as the kernel does when the last process ends. */
void fake_kernel_remove(const char *folder, const char *id);

/* CPU time used so far by the slice (id NULL) or a container. */
void fake_kernel_set_cpu(const char *folder, const char *id, int64_t usage_usec);

#endif
