/* file.c: the values of an ONNX file by their names. */
#include "onnx/file.h"

#include <string.h>

file_value *find_value(const onnx_file *f, const char *name) { return map_find(&f->values, name); }

/* Whether a program made the name up: it is a number, or of the kind that PyTorch's exporter makes
 * ("onnx::Conv_217"). */
static bool is_made_up(const char *name) {
    return strncmp(name, "onnx::", 6) == 0 || name[strspn(name, "0123456789")] == 0;
}

file_value *name_value(onnx_file *f, const char *name) {
    file_value *v = *name ? find_value(f, name) : NULL;
    if (v || !*name) return v;
    v = ARENA_NEW(f->im.scratch, file_value);
    v->name = name;
    v->made_up = is_made_up(name);
    map_add(f->im.scratch, &f->values, name, v);
    return v;
}
