/* tensor.c: the constants of a file. Halves, and integers that stand for real numbers, are widened to floats
 * where a node reads them. */
#include "tflite/file.h"

#include <string.h>

enum { MAX_ELEMENTS = 1 << 30 };

/* Sets the shape. False where a size is negative, or there are too many axes or elements. */
static bool read_shape(constant *c, const tflite_tensor *t) {
    int64_t dims[CONSTANT_RANK];
    if (t->dims.count > CONSTANT_RANK) return false;
    for (size_t i = 0; i < t->dims.count; i++) dims[i] = flat_i32_at(t->dims, i);
    return constant_set_shape(c, dims, t->dims.count, MAX_ELEMENTS);
}

bool read_constant(arena *a, const tflite_tensor *t, constant *c, const char **why) {
    *c = (constant){.type = t->type, .stored = t->type, .data = t->data};
    if (t->is_variable) {
        *why = "it is a variable, which keeps a state from run to run; that is not supported";
    } else if (t->is_sparse) {
        *why = "it is sparse, which is not supported";
    } else if (t->type == NUMBER_NONE) {
        *why = arena_printf(a, "its element type, %s, is not supported", name_tensor_type(a, t->type_code));
    } else if (!read_shape(c, t)) {
        *why = arena_printf(a, "its shape has more than %d axes, a negative size, or too many elements",
                            CONSTANT_RANK);
    } else if ((uint64_t)c->count * (uint64_t)number_table[t->type].bytes != t->size) {
        *why = "it does not have as many bytes as its shape says";
    } else {
        return true;
    }
    return false;
}

/* --- integers that stand for real numbers */

static void store_f32(unsigned char *p, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++) p[i] = (unsigned char)(bits >> (8 * i));
}

/* How many neighbours have the same scale, and how many scales there are before they repeat. False after an
 * error. */
static bool find_scales(importer *im, const tflite_tensor *t, const file_value *v, int64_t *run,
                        int64_t *count) {
    const constant *c = &v->c;
    const quantization *q = &t->q;
    *run = c->count;
    *count = (int64_t)q->scales.count;
    bool good = q->zero_points.count == 0 || q->zero_points.count == q->scales.count;
    if (q->scales.count > 1) {
        good = good && q->axis >= 0 && q->axis < c->rank && c->dims[q->axis] == *count;
        *run = 1;
        for (int i = c->rank - 1; good && i > q->axis; i--) *run *= c->dims[i];
    }
    if (good) return true;
    diag_error(im->d, im->at, "tensor \"%s\": its scales and zero points do not fit its shape",
               show_name(im->scratch, v->name));
    return false;
}

bool widen_constant(tflite_file *f, const tflite_tensor *t, file_value *v) {
    importer *im = &f->im;
    constant *c = &v->c;
    int64_t run, scales;
    if (c->stored == NUMBER_F16 && c->type == NUMBER_F16) {
        c->type = NUMBER_F32;
        f->halves++;
        return true;
    }
    bool small = c->type == NUMBER_I8 || c->type == NUMBER_U8 || c->type == NUMBER_I16;
    if (!small || t->q.scales.count == 0 || c->count == 0) return true;
    if (!find_scales(im, t, v, &run, &scales) || !spend(im, c->count)) return false;
    unsigned char *wide = arena_array(im->scratch, (size_t)c->count, 4);
    for (int64_t i = 0; i < c->count; i++) {
        size_t at = (size_t)(i / run % scales);
        double zero = t->q.zero_points.count ? (double)flat_i64_at(t->q.zero_points, at) : 0;
        store_f32(wide + 4 * i, (float)(flat_f32_at(t->q.scales, at) * (constant_number(c, i) - zero)));
    }
    c->type = c->stored = NUMBER_F32;
    c->data = wide;
    f->integers++;
    return true;
}
