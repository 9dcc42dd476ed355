/* unbuilt.c: in the place of this room where protobuf-c or the ONNX schema was not there when lcc was built. */
#include "onnx/onnx.h"

#include "base/file.h"

graph *onnx_compile_bytes(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size,
                          const onnx_options *o, const char *const **files, int *n_files) {
    (void)a, (void)bytes, (void)size, (void)o, (void)files, (void)n_files;
    source *src = ARENA_NEW(a, source);
    src->path = path;
    diag_error(d, (loc){.src = src},
               "this lcc was built without ONNX: building it with libprotobuf-c-dev, "
               "protobuf-c-compiler and libonnx-dev (Debian's names) adds it");
    return NULL;
}

graph *onnx_compile(arena *a, diag *d, const char *path, const onnx_options *o, const char *const **files,
                    int *n_files) {
    return onnx_compile_bytes(a, d, path, NULL, 0, o, files, n_files);
}
