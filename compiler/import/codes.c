/* codes.c: quantised values of a file, and their constants. */
#include "import/codes.h"

#include "import/absorb.h"
#include "import/build.h"
#include "import/fold.h"

#include <math.h>
#include <string.h>

/* --- scales and zero points */

static bool check_scale(importer *im, double scale) {
    return (scale > 0 && isfinite((float)scale) && (float)scale > 0) ||
           node_error(im, "its scale is %g, which must be a number above 0", scale);
}

static bool check_zero(importer *im, double zero, number_type type) {
    static const struct {
        double least, most;
    } limits[NUMBER_TYPES] = {
        [NUMBER_U8] = {0, UINT8_MAX}, [NUMBER_I8] = {INT8_MIN, INT8_MAX}, [NUMBER_I32] = {0, 0}};
    return (zero >= limits[type].least && zero <= limits[type].most) ||
           node_error(im, "its zero point is %g, must be from %g to %g", zero, limits[type].least,
                      limits[type].most);
}

/* The zero point, input `i`; NULL where the node has none, and after an error. */
static const constant *zero_constant(importer *im, int i, bool *good) {
    const constant *z = node_input(im, i) ? constant_input(im, i, "zero point") : NULL;
    *good = z || !node_input(im, i);
    return z;
}

bool read_code_kind(importer *im, int scale_input, int zero_input, number_type otherwise, code_kind *kind) {
    double scale;
    bool good;
    const constant *z = zero_constant(im, zero_input, &good);
    if (!good || !constant_input(im, scale_input, "scale")) return false;
    if (node_input(im, scale_input)->c.count != 1)
        return node_error(im, "it has a scale for each channel, which is supported for weights alone");
    if (z && z->count != 1) return node_error(im, "its zero point must be one number");
    number_type type = z ? z->type : otherwise;
    if (type != NUMBER_I8 && type != NUMBER_U8)
        return node_error(im, "its quantised numbers are neither int8 nor uint8, which is not supported");
    double zero = z ? constant_number(z, 0) : 0;
    if (!number_input(im, scale_input, "scale", &scale) || !check_scale(im, scale) ||
        !check_zero(im, zero, type))
        return false;
    kind->q = (quant){.on = true, .scale = (float)scale, .zero = (int)zero};
    kind->type = type == NUMBER_I8 ? TYPE_I8 : TYPE_U8;
    return true;
}

/* --- tensors */

bool holds_codes(const importer *im, int index) { return im->g->nodes[index].q.on; }

/* How many nodes read node `x`. */
static int count_readers(const graph *g, int x) {
    int readers = 0;
    for (int i = x + 1; i < g->n_nodes; i++) {
        for (int k = 0; k < g->nodes[i].n_in; k++) readers += g->nodes[i].in[k] == x;
    }
    return readers;
}

/* The scale and the zero point of node `x`, which is an input of bytes, or moves the bytes of one. */
static bool quantise_input(importer *im, int x, const code_kind *kind) {
    graph *g = im->g;
    int first = x;
    bool alone = count_readers(g, x) == 0;
    while (g->nodes[first].n_in == 1 && way_of(&g->nodes[first]) == WAY_MOVE) {
        first = g->nodes[first].in[0];
        if (!spend(im, g->n_nodes)) return false;
        alone = alone && count_readers(g, first) == 1;
    }
    if (g->nodes[first].op != OP_INPUT || g->nodes[first].type == TYPE_F32)
        return node_error(im, "its input does not hold quantised numbers");
    if (!alone)
        return node_error(im,
                          "its input is read as quantised numbers and as plain ones, which is not supported");
    for (int i = x; i >= 0; i = g->nodes[i].n_in ? g->nodes[i].in[0] : -1) {
        node *n = &g->nodes[i];
        n->q = kind->q;
        n->type = g->nodes[first].type;
        /* A code was put around it. */
        if (n->op == OP_PAD) n->a.fill = (double)kind->q.scale * (n->a.fill - kind->q.zero);
    }
    return true;
}

int add_dequantize(importer *im, int x, const code_kind *kind) {
    if (!holds_codes(im, x) && !quantise_input(im, x, kind)) return -1;
    const node *n = &im->g->nodes[x];
    if (n->type != kind->type) {
        node_error(im, "its zero point is of %s, but its input is of %s", type_table[kind->type].name,
                   type_table[n->type].name);
        return -1;
    }
    if (n->q.scale != kind->q.scale || n->q.zero != kind->q.zero) {
        node_error(
            im,
            "its scale and zero point are %g and %d, but its input was quantised with %g and %d, which is "
            "not supported",
            (double)kind->q.scale, kind->q.zero, (double)n->q.scale, n->q.zero);
        return -1;
    }
    return add_unary(im, OP_DEQUANTIZE, x);
}

int add_quantize(importer *im, int x, const code_kind *kind) {
    if (x < 0) return -1;
    if (holds_codes(im, x)) {
        node_error(im, "its input is quantised already");
        return -1;
    }
    attrs a = graph_attrs_init();
    a.q = kind->q;
    a.code_type = kind->type;
    return add_op(im, OP_QUANTIZE, &x, 1, &a);
}

/* --- constants */

/* Reads scales and zero points for integers of `type` along the axis of `c`. NULL after an error. */
static quantisation *read_scales(importer *im, const constant *c, int scale_input, int zero_input, int64_t axis,
                                 number_type type) {
    const constant *s = constant_input(im, scale_input, "scale");
    bool good;
    const constant *z = zero_constant(im, zero_input, &good);
    if (!s || !good) return NULL;
    quantisation *made = ARENA_NEW(im->scratch, quantisation);
    *made = (quantisation){.count = s->count, .stride = 1};
    if (s->count != 1) {
        int at = check_axis(im, axis, c->rank);
        if (at < 0) return NULL;
        if (s->rank != 1 || s->count != c->dims[at] || s->count < 1) {
            node_error(im, "it has %lld scales in %d axes, but its numbers have %lld entries along axis %d",
                       (long long)s->count, s->rank, (long long)c->dims[at], at);
            return NULL;
        }
        made->stride = size_product(c->dims, at + 1, c->rank);
        if (made->stride < 1) made->stride = 1;
    }
    if (z && z->count != s->count) {
        node_error(im, "it has %lld scales, but %lld zero points", (long long)s->count, (long long)z->count);
        return NULL;
    }
    float *scale = ARENA_ARRAY(im->scratch, float, s->count);
    int *zero = ARENA_ARRAY(im->scratch, int, s->count);
    for (int64_t i = 0; i < s->count; i++) {
        double number = constant_number(s, i), code = z ? constant_number(z, i) : 0;
        if (!check_scale(im, number) || !check_zero(im, code, type)) return NULL;
        scale[i] = (float)number;
        zero[i] = (int)code;
    }
    made->scale = scale;
    made->zero = zero;
    return made;
}

bool dequantise_constant(importer *im, const constant *c, int scale_input, int zero_input, int64_t axis,
                         constant *out) {
    if (c->codes || (c->type != NUMBER_I8 && c->type != NUMBER_U8 && c->type != NUMBER_I32))
        return node_error(im, "it is supported on numbers of int8, uint8 and int32");
    const quantisation *scales = read_scales(im, c, scale_input, zero_input, axis, c->type);
    if (!scales) return false;
    *out = *c;
    if (c->stored == NUMBER_NONE) {
        double *to = new_constant(im, out, c->dims, c->rank, NUMBER_F32);
        for (int64_t i = 0; to && i < c->count; i++) {
            int64_t k = i / scales->stride % scales->count;
            to[i] = (double)scales->scale[k] * (constant_number(c, i) - scales->zero[k]);
        }
        if (!to) return false;
    }
    out->type = NUMBER_F32;
    out->codes = scales;
    return true;
}

bool quantise_constant(importer *im, const constant *c, int scale_input, int zero_input, int64_t axis,
                       number_type otherwise, constant *out) {
    bool good;
    const constant *z = zero_constant(im, zero_input, &good);
    number_type type = z ? z->type : otherwise;
    if (!good) return false;
    if (type != NUMBER_I8 && type != NUMBER_U8)
        return node_error(im, "its quantised numbers are neither int8 nor uint8, which is not supported");
    const quantisation *scales = read_scales(im, c, scale_input, zero_input, axis, type);
    double *to = scales ? new_constant(im, out, c->dims, c->rank, type) : NULL;
    double least = type == NUMBER_I8 ? INT8_MIN : 0, most = type == NUMBER_I8 ? INT8_MAX : UINT8_MAX;
    if (!to) return false;
    for (int64_t i = 0; i < c->count; i++) {
        int64_t k = i / scales->stride % scales->count;
        float real = (float)constant_number(c, i) / scales->scale[k];
        double code = nearbyint((double)real) + scales->zero[k];
        to[i] = code < least ? least : code > most ? most : code == code ? code : scales->zero[k];
    }
    return true;
}

/* --- weights */

void note_scales(importer *im, int index, const quantisation *scales) {
    if (index < 0 || !scales) return;
    if (index >= im->n_scales) {
        int more = 2 * index + 64;
        im->scales =
            arena_grow(im->scratch, im->scales, (size_t)im->n_scales, (size_t)more, sizeof *im->scales);
        im->n_scales = more;
    }
    im->scales[index] = scales;
}

const quantisation *weight_scales(const importer *im, int index) {
    return index < im->n_scales ? im->scales[index] : NULL;
}

void note_weights(importer *im, int first) {
    const quantisation *scales = NULL;
    for (int i = 0; i < im->node->n_in && !scales; i++) {
        const file_value *x = im->node->in[i];
        if (x && x->kind == FILE_CONSTANT) scales = x->c.codes;
    }
    for (int i = first; i < im->g->n_nodes && scales; i++) {
        if (im->g->nodes[i].weights[ROLE_WEIGHT] && !weight_scales(im, i)) note_scales(im, i, scales);
    }
}

void keep_scales(importer *im) {
    const file_value *from = node_input(im, 0);
    for (int i = 0; i < im->node->n_out && from && from->kind == FILE_CONSTANT; i++) {
        file_value *to = im->node->out[i];
        if (to && to->kind == FILE_CONSTANT && !to->c.codes && to->c.stored == NUMBER_NONE &&
            !constant_is_whole(&to->c))
            to->c.codes = from->c.codes;
    }
}
