/* unbuilt.c: takes the place of this room where lcc is built without protobuf-c or the ONNX schema. It says
 * what is missing. */
#include "onnx/onnx.h"

#include "base/file.h"

graph *onnx_compile_bytes(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size,
                          const onnx_options *o, const char *const **files, int *n_files) {
    (void)a, (void)bytes, (void)size, (void)o, (void)files, (void)n_files;
    source *src = ARENA_NEW(a, source);
    src->path = path;
    diag_error(d, (loc){.src = src},
               "this lcc was built without ONNX: build it where libprotobuf-c-dev, "
               "protobuf-c-compiler and libonnx-dev (Debian's names) are installed");
    return NULL;
}

const operator_row *onnx_operators(arena *a, int *count) {
    (void)a;
    *count = 0;
    return NULL;
}

graph *onnx_compile(arena *a, diag *d, const char *path, const onnx_options *o, const char *const **files,
                    int *n_files) {
    return onnx_compile_bytes(a, d, path, NULL, 0, o, files, n_files);
}
