/* Stands in for libnvidia-ml.so.1 on a machine without a GPU: GPUS of them, of which number SLICED is cut into SLICES,
   number LOST does not answer, and number OLD does not know about slices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SLICED
#define SLICED -1
#endif
#ifndef SLICES
#define SLICES 0
#endif
#ifndef LOST
#define LOST -1
#endif
#ifndef OLD
#define OLD -1
#endif
#ifndef INIT
#define INIT 0
#endif

enum { OK = 0, INVALID = 2, UNSUPPORTED = 3, NOT_FOUND = 6, NO_DRIVER = 9, IS_LOST = 15 };
enum { MOST = 7 };

typedef struct { int gpu, slice; } device;
typedef struct { unsigned long long total, free, used; } memory;

static device devices[GPUS][1 + MOST];

int nvmlInit_v2(void) {
    for (int gpu = 0; gpu < GPUS; gpu++)
        for (int slice = 0; slice <= MOST; slice++) devices[gpu][slice] = (device){gpu, slice - 1};
    return INIT;
}

const char *nvmlErrorString(int code) {
    switch (code) {
        case UNSUPPORTED: return "Not Supported";
        case NOT_FOUND: return "Not Found";
        case NO_DRIVER: return "Driver Not Loaded";
        case IS_LOST: return "GPU is lost";
        default: return "Unknown Error";
    }
}

int nvmlDeviceGetCount_v2(unsigned *count) { *count = GPUS; return OK; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device **found) {
    if ((int)index == LOST) return IS_LOST;
    *found = &devices[index][0];
    return OK;
}

int nvmlDeviceGetName(device *of, char *text, unsigned length) {
    snprintf(text, length, of->slice < 0 ? "Stand-in %d" : "Stand-in %d MIG 1g.10gb", of->gpu);
    return OK;
}

int nvmlDeviceGetUUID(device *of, char *text, unsigned length) {
    if (of->slice < 0) snprintf(text, length, "GPU-%d", of->gpu);
    else snprintf(text, length, "MIG-%d-%d", of->gpu, of->slice);
    return OK;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, device **found) {
    char text[96];
    for (int gpu = 0; gpu < GPUS; gpu++)
        for (int slice = 0; slice <= MOST; slice++) {
            nvmlDeviceGetUUID(&devices[gpu][slice], text, sizeof text);
            if (strcmp(text, uuid) == 0) { *found = &devices[gpu][slice]; return OK; }
        }
    return NOT_FOUND;
}

/* Not in the order of the indices, as on real machines. */
int nvmlDeviceGetMinorNumber(device *of, unsigned *minor) { *minor = GPUS - 1 - of->gpu; return OK; }

/* In use: what the file named by NVML_USED says, in bytes; else 1 MiB. */
int nvmlDeviceGetMemoryInfo(device *of, memory *told) {
    const char *path = getenv("NVML_USED");
    FILE *file = path ? fopen(path, "r") : NULL;
    told->total = (of->slice < 0 ? 80ULL : 10ULL) << 30;
    told->used = 1 << 20;
    if (file) {
        if (fscanf(file, "%llu", &told->used) != 1) { fclose(file); return IS_LOST; }
        fclose(file);
    }
    told->free = told->total - told->used;
    return OK;
}

int nvmlDeviceGetMigMode(device *of, unsigned *now, unsigned *next) {
    if (of->gpu == OLD) return UNSUPPORTED;
    *now = *next = of->gpu == SLICED;
    return OK;
}

int nvmlDeviceGetMaxMigDeviceCount(device *of, unsigned *count) { *count = MOST; return OK; }

/* Every second place is empty. */
int nvmlDeviceGetMigDeviceHandleByIndex(device *of, unsigned index, device **found) {
    if (index % 2 || (int)index / 2 >= SLICES) return NOT_FOUND;
    *found = &devices[of->gpu][1 + index];
    return OK;
}

int nvmlDeviceGetGpuInstanceId(device *of, unsigned *id) { *id = 7 + of->slice; return OK; }
int nvmlDeviceGetComputeInstanceId(device *of, unsigned *id) { *id = 0; return OK; }
