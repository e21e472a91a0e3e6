#include <collector/gpu.h>

#include <dlfcn.h>
#include <string.h>

/* The few things of nvml.h that we use; the ABI is versioned by the suffix of the names. */
struct nvml_memory {
    unsigned long long total, free, used;
};

typedef int (*nvml_plain)(void);
typedef int (*nvml_count)(unsigned *);
typedef int (*nvml_by_index)(unsigned, void **);
typedef int (*nvml_text)(void *, char *, unsigned);
typedef int (*nvml_memory_info)(void *, struct nvml_memory *);

struct nvml {
    nvml_plain init, shutdown;
    nvml_count count;
    nvml_by_index by_index;
    nvml_text uuid, name;
    nvml_memory_info memory;
};

/* POSIX gives functions as void pointers; ISO C has no cast for that. */
static bool find(void *library, const char *name, void *ret_function)
{
    void *symbol = dlsym(library, name);
    memcpy(ret_function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static bool load(void *library, struct nvml *nvml)
{
    return find(library, "nvmlInit_v2", &nvml->init) &&
           find(library, "nvmlShutdown", &nvml->shutdown) &&
           find(library, "nvmlDeviceGetCount_v2", &nvml->count) &&
           find(library, "nvmlDeviceGetHandleByIndex_v2", &nvml->by_index) &&
           find(library, "nvmlDeviceGetUUID", &nvml->uuid) &&
           find(library, "nvmlDeviceGetName", &nvml->name) &&
           find(library, "nvmlDeviceGetMemoryInfo", &nvml->memory);
}

static size_t list(const struct nvml *nvml, struct gpu *gpus)
{
    unsigned count = 0;
    size_t found = 0;
    if (nvml->count(&count) != 0)
        return 0;
    for (unsigned i = 0; i < count && found < GPUS_MAX; i++) {
        struct gpu gpu = {0};
        struct nvml_memory memory = {0};
        void *device = NULL;
        if (nvml->by_index(i, &device) != 0 ||
            nvml->uuid(device, gpu.uuid, sizeof(gpu.uuid)) != 0 ||
            nvml->name(device, gpu.model, sizeof(gpu.model)) != 0 ||
            nvml->memory(device, &memory) != 0)
            continue; /* a device that cannot be named cannot be given to anybody */
        gpu.mem_bytes = (int64_t)memory.total;
        gpus[found++] = gpu;
    }
    return found;
}

size_t gpu_list(const char *library_name, struct gpu ret_gpus[GPUS_MAX])
{
    struct nvml nvml;
    size_t count = 0;
    void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return 0;
    if (load(library, &nvml) && nvml.init() == 0) {
        count = list(&nvml, ret_gpus);
        (void)nvml.shutdown();
    }
    (void)dlclose(library);
    return count;
}
