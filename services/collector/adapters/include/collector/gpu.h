/*
 * The GPUs of this machine, by NVIDIA's management library where it is installed: it is loaded at
 * run time, and its absence is the ordinary case. Any thread; may block for seconds while the
 * driver wakes up, so call it on the pool.
 */
#ifndef COLLECTOR_GPU_H
#define COLLECTOR_GPU_H

#include <nt/error.h>
#include <stddef.h>
#include <stdint.h>

enum { GPUS_MAX = 16 };

struct gpu {
    char uuid[96];
    char model[96];
    int64_t mem_bytes;
};

/* library: "libnvidia-ml.so.1". Returns the count: 0 where there is no library or no device. */
size_t gpu_list(const char *library, struct gpu ret_gpus[GPUS_MAX]);

#endif
