/* attributes.c: a node's attributes, each asked for by name and type. */
#include "onnx/import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Onnx__AttributeProto *find_attribute(const importer *im, const char *name) {
    for (size_t i = 0; i < im->node->n_attribute; i++) {
        const Onnx__AttributeProto *a = im->node->attribute[i];
        if (a->name && strcmp(a->name, name) == 0) return a;
    }
    return NULL;
}

int64_t attribute_int(importer *im, const char *name, int64_t otherwise) {
    const Onnx__AttributeProto *a = find_attribute(im, name);
    if (!a) return otherwise;
    if (a->has_i) return a->i;
    node_error(im, "its attribute \"%s\" is no whole number", name);
    return otherwise;
}

/* The decimal that was meant: 1e-5, where the float is 9.99999975e-06. */
static double shortest_decimal(float f) {
    enum { ENOUGH = 9, ROOM = 32 };
    char room[ROOM];
    for (int digits = 1; digits < ENOUGH; digits++) {
        snprintf(room, ROOM, "%.*g", digits, (double)f);
        if ((float)strtod(room, NULL) == f) return strtod(room, NULL);
    }
    return (double)f;
}

double attribute_float(importer *im, const char *name, double otherwise) {
    const Onnx__AttributeProto *a = find_attribute(im, name);
    if (!a) return otherwise;
    if (a->has_f && isfinite(a->f)) return shortest_decimal(a->f);
    node_error(im, "its attribute \"%s\" is no finite number", name);
    return otherwise;
}

const char *attribute_string(importer *im, const char *name, const char *otherwise) {
    const Onnx__AttributeProto *a = find_attribute(im, name);
    if (!a || !a->has_s) return otherwise;
    return arena_strndup(im->scratch, (const char *)a->s.data, a->s.len);
}

int clamp_int(int64_t number) {
    enum { FAR = 1 << 30 };
    return number > FAR ? FAR : number < -FAR ? -FAR : (int)number;
}

bool attribute_ints(importer *im, const char *name, int count, int otherwise, int *out) {
    const Onnx__AttributeProto *a = find_attribute(im, name);
    for (int i = 0; i < count; i++) out[i] = otherwise;
    if (!a) return true;
    if (a->n_ints != (size_t)count) {
        return node_error(
            im, "its attribute \"%s\" has %zu numbers, not %d: only two-dimensional windows are covered", name,
            a->n_ints, count);
    }
    for (int i = 0; i < count; i++) out[i] = clamp_int(a->ints[i]);
    return true;
}

int check_axis(importer *im, int64_t axis, int rank) {
    if (axis >= -rank && axis < rank) return (int)(axis < 0 ? axis + rank : axis);
    node_error(im, "it has no axis %lld: its input has %d", (long long)axis, rank);
    return -1;
}

int64_t *whole_numbers(importer *im, const char *attribute, int i, int *count) {
    enum { MOST = 4096 };
    const Onnx__AttributeProto *a = attribute ? find_attribute(im, attribute) : NULL;
    *count = 0;
    if (a) {
        size_t n = a->has_i ? 1 : a->n_ints;
        if (n > MOST) {
            node_error(im, "its attribute \"%s\" has too many numbers", attribute);
            return NULL;
        }
        int64_t *list = ARENA_ARRAY(im->scratch, int64_t, n + 1);
        for (size_t k = 0; k < n; k++) list[k] = a->has_i ? a->i : a->ints[k];
        *count = (int)n;
        return list;
    }
    if (i < 0 || !input(im, i)) return ARENA_ARRAY(im->scratch, int64_t, 1);
    const constant *c = constant_input(im, i, attribute ? attribute : "sizes");
    if (!c) return NULL;
    if (c->count > MOST) {
        node_error(im, "its input %d has too many numbers", i);
        return NULL;
    }
    int64_t *list = ARENA_ARRAY(im->scratch, int64_t, c->count + 1);
    for (int64_t k = 0; k < c->count; k++) {
        double x = constant_number(c, k); /* the ends of int64 stand for "to the end" */
        list[k] = x >= 0x1p62 ? INT64_MAX : x <= -0x1p62 ? INT64_MIN + 1 : x == x ? (int64_t)x : 0;
    }
    *count = (int)c->count;
    return list;
}

bool number_from(importer *im, const char *attribute, int i, double *out) {
    const Onnx__AttributeProto *a = attribute ? find_attribute(im, attribute) : NULL;
    *out = NAN;
    if (a && a->has_f) {
        *out = (double)a->f;
    } else if (i >= 0 && input(im, i)) {
        const constant *c = constant_input(im, i, attribute ? attribute : "number");
        if (!c) return false;
        if (c->count != 1) return node_error(im, "its input %d must be one number", i);
        *out = constant_number(c, 0);
    }
    return true;
}
