/* compare.c: compares two graphs, for tests of what must not change a network, such as printing and parsing it.
 */
#include "graph/compare.h"

#include <string.h>

static bool same_words(const char *x, const char *y) { return x == y || (x && y && strcmp(x, y) == 0); }

static bool same_numbers(const double *x, const double *y, int count) {
    if (!x || !y) return x == y;
    for (int i = 0; i < count; i++) {
        if (x[i] != y[i]) return false;
    }
    return true;
}

static bool same_sizes(const int *x, const int *y, int count) {
    return memcmp(x, y, (size_t)count * sizeof(int)) == 0;
}

static bool same_args(act_args x, act_args y) { return x.first == y.first && x.second == y.second; }

static bool same_axes(const axis_list *x, const axis_list *y) {
    return x->n == y->n && same_sizes(x->at, y->at, x->n);
}

static bool same_resizing(const resizing *x, const resizing *y) {
    return same_sizes(x->size, y->size, 2) && x->mode == y->mode && x->places == y->places &&
           x->rounding == y->rounding && x->coefficient == y->coefficient &&
           x->exclude_outside == y->exclude_outside && same_numbers(x->scale, y->scale, 2);
}

/* An attribute that an op only carries along, as the file's defaults left it, is compared only where the op has
 * a use for it. */
/* Tensors of scales are compared by their shapes, with the weights. */
static bool alike(const quant *x, const quant *y) {
    if (!x->on || !y->on) return x->on == y->on;
    return x->zero == y->zero && !x->scales == !y->scales && (x->scales || x->scale == y->scale);
}

static const char *attribute_difference(op_kind op, const attrs *x, const attrs *y, int in_channels) {
    if (x->out != y->out) return "out";
    if (!same_sizes(x->kernel, y->kernel, 2)) return "kernel";
    if (!same_sizes(x->stride, y->stride, 2)) return "stride";
    if (!same_sizes(x->dilation, y->dilation, 2)) return "dilation";
    if (x->padding != y->padding) return "kind of padding";
    if (!same_sizes(x->pad, y->pad, 4)) return "padding";
    if (x->groups != y->groups) return "groups";
    if (x->multiplier != y->multiplier) return "multiplier";
    if (x->has_bias != y->has_bias) return "bias";
    bool has_eps = op == OP_BN || op == OP_L2_NORM || op_table[op].weights == WEIGHTS_SCALE;
    if (has_eps && x->eps != y->eps) return "eps";
    if (!same_args(x->args, y->args)) return "numbers of an activation";
    if (x->count_pad != y->count_pad) return "count_pad";
    if (x->factor != y->factor) return "factor";
    if (x->mode != y->mode) return "mode";
    if (x->axis != y->axis || x->axes != y->axes) return "axis";
    if (x->step != y->step) return "step";
    if (!same_axes(&x->dims, &y->dims) || !same_axes(&x->order, &y->order)) return "order of axes";
    if (memcmp(&x->size, &y->size, sizeof(shape)) != 0) return "size";
    if (x->begin != y->begin || x->count != y->count) return "slice";
    if (!same_sizes(x->output_pad, y->output_pad, 2)) return "output_padding";
    if (x->around != y->around || x->fill != y->fill) return "what a pad adds";
    if (!same_sizes(x->pad_channels, y->pad_channels, 2)) return "padding of channels";
    if (x->blocks != y->blocks) return "order of blocks";
    if (!same_resizing(&x->resize, &y->resize)) return "resize";
    if (x->n_mean != y->n_mean || !same_numbers(x->mean, y->mean, x->n_mean)) return "mean";
    if (x->n_std != y->n_std || !same_numbers(x->std, y->std, x->n_std)) return "std";
    if (x->divide != y->divide) return "divide";
    if (x->reduce != y->reduce) return "reduction";
    if (x->last != y->last) return "last";
    if (x->has_scale != y->has_scale) return "scale";
    if (x->window != y->window || x->alpha != y->alpha || x->beta != y->beta || x->k != y->k) return "lrn";
    if (x->naming != y->naming) return "naming";
    if (x->act != y->act || !same_args(x->act_args, y->act_args)) return "act";
    if (x->act2 != y->act2 || !same_args(x->act2_args, y->act2_args)) return "act2";
    if (x->has_residual != y->has_residual) return "residual";
    if (!same_numbers(x->pad_value, y->pad_value, in_channels)) return "pad_value";
    if (x->one_weight_scale != y->one_weight_scale) return "weight scales";
    if (!alike(&x->own, &y->own) || !alike(&x->acted, &y->acted)) return "codes before what is fused";
    return NULL;
}

static const char *node_difference(const graph *g, const node *x, const node *y) {
    if (x->op != y->op) return "op";
    if (x->n_in != y->n_in || (x->n_in && !same_sizes(x->in, y->in, x->n_in))) return "inputs";
    if (memcmp(&x->shape, &y->shape, sizeof(shape)) != 0) return "shape";
    if (x->type != y->type) return "type";
    if (!alike(&x->q, &y->q)) return "quantisation";
    if (!same_words(x->label, y->label)) return "label";
    if (x->labelled != y->labelled) return "labelled";
    for (int r = 0; r < ROLE_COUNT; r++) {
        const tensor *s = x->weights[r], *t = y->weights[r];
        if (!s != !t) return "weights";
        if (s && (s->rank != t->rank || !same_sizes(s->dims, t->dims, s->rank))) return "weights' shapes";
    }
    return attribute_difference(x->op, &x->a, &y->a, x->n_in ? g->nodes[x->in[0]].shape.c : 0);
}

static bool same_ports(const port *x, int n_x, const port *y, int n_y) {
    if (n_x != n_y) return false;
    for (int i = 0; i < n_x; i++) {
        if (x[i].node != y[i].node || !same_words(x[i].name, y[i].name)) return false;
    }
    return true;
}

const char *graph_difference(const graph *x, const graph *y, arena *a) {
    if (x->rounding != y->rounding) return "the rounding";
    if (!same_words(x->name, y->name)) return arena_printf(a, "the names %s and %s", x->name, y->name);
    for (int i = 0; i < x->n_nodes && i < y->n_nodes; i++) {
        const char *what = node_difference(x, &x->nodes[i], &y->nodes[i]);
        if (what) return arena_printf(a, "node %d (%s): %s", i, op_table[x->nodes[i].op].name, what);
    }
    if (x->n_nodes != y->n_nodes) return arena_printf(a, "%d and %d nodes", x->n_nodes, y->n_nodes);
    if (!same_ports(x->inputs, x->n_inputs, y->inputs, y->n_inputs)) return "the inputs";
    if (!same_ports(x->outputs, x->n_outputs, y->outputs, y->n_outputs)) return "the outputs";
    return NULL;
}
