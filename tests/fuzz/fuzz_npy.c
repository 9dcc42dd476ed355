/* fuzz_npy.c: no bytes may make the reader of .npy arrays crash, or hand out an element that is not there. */
#include "weights/npy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new();
    npy_array x;
    const char *why = NULL;
    if (npy_parse(a, data, size, &x, &why)) {
        if (x.count > (int64_t)size) abort();
        bool is_float = x.type == NPY_F16 || x.type == NPY_F32 || x.type == NPY_F64;
        for (int64_t i = 0; i < x.count; i++) {
            double value = npy_value(&x, i);
            if (!is_float && value != value) abort();
        }
    } else if (!why) {
        abort();
    }
    arena_free(a);
    return 0;
}
