/* importer.c: errors, work, and the values of the node at work. */
#include "import/importer.h"

#include <string.h>

const char *show_name(arena *a, const char *name) {
    enum { LONGEST = 100 };
    char *shown = arena_strndup(a, name, strnlen(name, LONGEST));
    for (char *c = shown; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
    }
    return shown;
}

/* `node "Conv_3" (Conv)`; a node without a name is told by its first output. */
static const char *show_node(arena *a, const file_node *n) {
    const char *type = show_name(a, n->type);
    if (*n->name) return arena_printf(a, "node \"%s\" (%s)", show_name(a, n->name), type);
    const file_value *first = n->n_out ? n->out[0] : NULL;
    return arena_printf(a, "the %s that makes \"%s\"", type, first ? show_name(a, first->name) : "");
}

bool node_error(importer *im, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *what = arena_vprintf(im->scratch, format, args);
    va_end(args);
    const char *where =
        im->node ? show_node(im->scratch, im->node) : arena_printf(im->scratch, "output \"%s\"", im->output);
    diag_error(im->d, im->at, "%s: %s", where, what);
    return false;
}

bool spend(importer *im, int64_t count) {
    im->work += count;
    return im->work <= MAX_WORK ||
           node_error(im, "the network takes too long to read: it has too many numbers up to here");
}

/* --- inputs */

file_value *node_input(const importer *im, int i) {
    return i < 0 || i >= im->node->n_in ? NULL : im->node->in[i];
}

file_value *tensor_input(importer *im, int i) {
    file_value *v = node_input(im, i);
    if (v && v->kind == FILE_TENSOR) return v;
    node_error(im, v ? "its input %d is a constant, which is not supported" : "its input %d is missing", i);
    return NULL;
}

const constant *constant_input(importer *im, int i, const char *what) {
    file_value *v = node_input(im, i);
    if (v && v->kind == FILE_CONSTANT) return &v->c;
    if (v) {
        node_error(im, "its input %d (%s) must be a constant, but depends on the network's input", i, what);
    } else {
        node_error(im, "its input %d (%s) is missing", i, what);
    }
    return NULL;
}

bool number_input(importer *im, int i, const char *what, double *out) {
    const constant *c = constant_input(im, i, what);
    if (!c) return false;
    if (c->count != 1) return node_error(im, "its input %d must be one number", i);
    *out = constant_number(c, 0);
    return true;
}

int64_t *list_input(importer *im, int i, const char *what, int *count) {
    const constant *c = constant_input(im, i, what);
    if (!c) return NULL;
    if (c->count > MAX_LIST) {
        node_error(im, "its input %d has too many numbers", i);
        return NULL;
    }
    int64_t *list = ARENA_ARRAY(im->scratch, int64_t, c->count + 1);
    for (int64_t k = 0; k < c->count; k++) {
        double x = constant_number(c, k);
        list[k] = x >= 0x1p62 ? INT64_MAX : x <= -0x1p62 ? INT64_MIN + 1 : x == x ? (int64_t)x : 0;
    }
    *count = (int)c->count;
    return list;
}

int check_axis(importer *im, int64_t axis, int rank) {
    if (axis >= -rank && axis < rank) return (int)(axis < 0 ? axis + rank : axis);
    node_error(im, "its axis %lld does not exist: its input has %d axes", (long long)axis, rank);
    return -1;
}

int clamp_int(int64_t number) {
    enum { FAR = 1 << 30 };
    return number > FAR ? FAR : number < -FAR ? -FAR : (int)number;
}

int64_t size_product(const int64_t *sizes, int from, int to) {
    int64_t product = 1;
    for (int i = from; i < to; i++) {
        if (sizes[i] && product > INT64_MAX / 4 / sizes[i]) return -1;
        product *= sizes[i];
    }
    return product;
}

/* --- outputs */

static file_value *node_output(const importer *im, int i) {
    return i < im->node->n_out ? im->node->out[i] : NULL;
}

void set_tensor(importer *im, int i, int made, const file_view *v, bool fresh) {
    file_value *out = node_output(im, i);
    if (!out) return;
    out->kind = FILE_TENSOR;
    out->node = made;
    out->v = *v;
    out->fresh = fresh;
}

void set_constant(importer *im, int i, const constant *c) {
    file_value *out = node_output(im, i);
    if (!out) return;
    out->kind = FILE_CONSTANT;
    out->c = *c;
}

void set_fault(importer *im, int i, const char *why) {
    file_value *out = node_output(im, i);
    if (out) out->fault = why;
}

bool set_result(importer *im, int made, const file_view *v) {
    if (made < 0) return false;
    set_tensor(im, 0, made, v, true);
    return true;
}

file_view map_view(const importer *im, shape s) {
    return im->layout == LAYOUT_PLANES ? view_planes(s) : view_pixels(s);
}

file_view map_or_row_view(const importer *im, shape s) {
    file_view v = map_view(im, s);
    if (im->row && s.h == 1) view_drop_axis(&v, im->layout == LAYOUT_PLANES ? 2 : 1);
    return v;
}

bool set_map(importer *im, int made) {
    if (made < 0) return false;
    file_view v = map_or_row_view(im, im->g->nodes[made].shape);
    return set_result(im, made, &v);
}
