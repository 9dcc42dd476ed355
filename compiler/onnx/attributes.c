/* attributes.c: reads a node's attributes by name and type. */
#include "onnx/operator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Onnx__AttributeProto *find_attribute(const onnx_op *op, const char *name) {
    for (size_t i = 0; i < op->proto->n_attribute; i++) {
        const Onnx__AttributeProto *a = op->proto->attribute[i];
        if (a->name && strcmp(a->name, name) == 0) return a;
    }
    return NULL;
}

int64_t attribute_int(importer *im, const onnx_op *op, const char *name, int64_t otherwise) {
    const Onnx__AttributeProto *a = find_attribute(op, name);
    if (!a) return otherwise;
    if (a->has_i) return a->i;
    node_error(im, "its attribute \"%s\" is not an integer", name);
    return otherwise;
}

/* The shortest decimal that rounds to the float: 1e-5, where the float is 9.99999975e-06. The exporter meant
 * that. */
static double shortest_decimal(float f) {
    enum { ENOUGH = 9, ROOM = 32 };
    char room[ROOM];
    for (int digits = 1; digits < ENOUGH; digits++) {
        snprintf(room, ROOM, "%.*g", digits, (double)f);
        if ((float)strtod(room, NULL) == f) return strtod(room, NULL);
    }
    return (double)f;
}

double attribute_float(importer *im, const onnx_op *op, const char *name, double otherwise) {
    const Onnx__AttributeProto *a = find_attribute(op, name);
    if (!a) return otherwise;
    if (a->has_f && isfinite(a->f)) return shortest_decimal(a->f);
    node_error(im, "its attribute \"%s\" is not a finite number", name);
    return otherwise;
}

const char *attribute_string(importer *im, const onnx_op *op, const char *name, const char *otherwise) {
    const Onnx__AttributeProto *a = find_attribute(op, name);
    if (!a || !a->has_s) return otherwise;
    return arena_strndup(im->scratch, (const char *)a->s.data, a->s.len);
}

bool attribute_ints(importer *im, const onnx_op *op, const char *name, int count, int otherwise, int *out) {
    const Onnx__AttributeProto *a = find_attribute(op, name);
    for (int i = 0; i < count; i++) out[i] = otherwise;
    if (!a) return true;
    if (im->row && a->n_ints * 2 == (size_t)count) { /* for the width alone */
        for (int i = 1; i < count; i += 2) out[i] = clamp_int(a->ints[i / 2]);
        return true;
    }
    if (a->n_ints != (size_t)count) {
        return node_error(im, "its attribute \"%s\" has %zu numbers, not %d", name, a->n_ints,
                          im->row ? count / 2 : count);
    }
    for (int i = 0; i < count; i++) out[i] = clamp_int(a->ints[i]);
    return true;
}

int64_t *read_list(importer *im, const onnx_op *op, const char *attribute, int i, int *count) {
    const Onnx__AttributeProto *a = attribute ? find_attribute(op, attribute) : NULL;
    *count = 0;
    if (!a) {
        bool given = node_input(im, i) != NULL;
        return given ? list_input(im, i, attribute ? attribute : "sizes", count)
                     : ARENA_ARRAY(im->scratch, int64_t, 1);
    }
    size_t n = a->has_i ? 1 : a->n_ints;
    if (n > MAX_LIST) {
        node_error(im, "its attribute \"%s\" has too many numbers", attribute);
        return NULL;
    }
    int64_t *list = ARENA_ARRAY(im->scratch, int64_t, n + 1);
    for (size_t k = 0; k < n; k++) list[k] = a->has_i ? a->i : a->ints[k];
    *count = (int)n;
    return list;
}

bool read_number(importer *im, const onnx_op *op, const char *attribute, int i, double *out) {
    const Onnx__AttributeProto *a = attribute ? find_attribute(op, attribute) : NULL;
    *out = a && a->has_f ? (double)a->f : NAN;
    if ((a && a->has_f) || !node_input(im, i)) return true;
    return number_input(im, i, attribute ? attribute : "number", out);
}
