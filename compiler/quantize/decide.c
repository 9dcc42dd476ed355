/* decide.c: sorts the nodes of a float network into integer ones and others, and their tensors into groups of
 * the same scale.
 *
 * An op that only moves elements makes codes like those that it gets, so its inputs and its output form a
 * group: a concat joins the groups of its inputs, and through splits and shuffles a whole stage of a ShuffleNet
 * has one scale. A relu that alone reads a layer shares the layer's scale, which is chosen for the relu's
 * values. */
#include "quantize/decide.h"

#include "graph/activations.h"
#include "graph/quant.h"

#include <math.h>

bool multiplies_by_weights(const node *n) {
    return n->op == OP_CONV || n->op == OP_CONV_TRANSPOSE || n->op == OP_DEPTHWISE || n->op == OP_DENSE ||
           n->op == OP_AFFINE;
}

bool is_plain_bound(const node *n) {
    double low, high;
    return is_activation(n->op) && act_bounds(n->op, n->a.args, &low, &high) && low == 0;
}

/* Layers that share the scale of what they read. A resize could have its own, and has no use for it. */
static bool only_moves(const node *n) {
    return keeps_codes(n->op) || n->op == OP_UPSAMPLE || n->op == OP_RESIZE;
}

/* Activations that have a value for every number. */
static bool is_total(op_kind op) {
    return is_activation(op) && op != OP_LOG && op != OP_SQRT && op != OP_RECIPROCAL && op != OP_POWER;
}

static bool has_integer_form(const node *n) {
    switch (n->op) {
    case OP_AVG_POOL:
    case OP_GLOBAL_AVG_POOL:
    case OP_ADD:
    case OP_SUB:
    case OP_MUL: return true;
    case OP_REDUCE: return n->a.reduce == REDUCE_MEAN;
    case OP_RESIZE: return n->a.resize.mode != RESIZE_CUBIC;
    default: return multiplies_by_weights(n) || only_moves(n) || is_total(n->op);
    }
}

static bool is_output(const graph *g, int index) {
    for (int i = 0; i < g->n_outputs; i++) {
        if (g->outputs[i].node == index) return true;
    }
    return false;
}

static bool is_kept(const node *n, const quantize_options *o) {
    return o->keeps_f32 && n->label && o->keeps_f32(o->keeps_data, n->label);
}

/* A layer stays in float if its label says so. So does the activation that alone reads it, and what works on
 * positions. */
static void choose_integers(decisions *d, const quantize_options *o) {
    for (int i = 0; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        bool follows = n->n_in == 1 && is_activation(n->op) && d->only_reader[n->in[0]] == i &&
                       is_kept(&d->g->nodes[n->in[0]], o);
        bool floats = n->type == TYPE_F32;
        for (int k = 0; k < n->n_in; k++) floats = floats && d->g->nodes[n->in[k]].type != TYPE_I32;
        bool has_form =
            has_integer_form(n) || (n->op == OP_SOFTMAX && o->integer_outputs && is_output(d->g, i));
        d->integer[i] = floats && has_form && !is_kept(n, o) && !follows;
    }
    for (int i = 0; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        for (int k = 0; k < n->n_in; k++) d->read_as_codes[n->in[k]] |= d->integer[i];
    }
}

/* A move between float layers would cost a quantize and a dequantize for nothing: it is an integer one only if
 * codes come or go. */
static void leave_idle_moves(decisions *d) {
    for (int i = 0; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        bool from_codes = false;
        for (int k = 0; k < n->n_in; k++) from_codes |= d->integer[n->in[k]];
        if (only_moves(n) && !from_codes && n->op != OP_CONCAT && !d->read_as_codes[i]) d->integer[i] = false;
    }
}

static void find_only_readers(decisions *d, arena *a) {
    const int *uses = graph_use_counts(d->g, a);
    for (int i = 0; i < d->g->n_nodes; i++) d->only_reader[i] = -1;
    for (int i = 0; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        for (int k = 0; k < n->n_in; k++) {
            if (uses[n->in[k]] == 1) d->only_reader[n->in[k]] = i;
        }
    }
}

/* ---- groups ---- */

static int root_of(decisions *d, int index) {
    while (d->group[index] != index) index = d->group[index] = d->group[d->group[index]];
    return index;
}

static void join(decisions *d, int x, int y) {
    int to = root_of(d, x), from = root_of(d, y);
    d->group[from > to ? from : to] = from > to ? to : from;
}

/* Whether a bound shares the scale of the layer that it alone reads. */
static bool shares_scale(const decisions *d, int bound) {
    const node *n = &d->g->nodes[bound];
    return is_activation(n->op) && only_bounds(n->op, n->a.args) && d->integer[n->in[0]] &&
           d->only_reader[n->in[0]] == bound;
}

static void join_groups(decisions *d) {
    for (int i = 0; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        if (!d->integer[i]) continue;
        bool keeps_channels = n->op == OP_GLOBAL_AVG_POOL && d->by_channel[i];
        if (only_moves(n) || keeps_channels) {
            for (int k = 0; k < n->n_in; k++) join(d, i, n->in[k]);
        } else if (shares_scale(d, i)) {
            join(d, i, n->in[0]);
            /* A layer that computes need not hold what the bound cuts off. */
            if (!only_moves(&d->g->nodes[n->in[0]])) d->counts[n->in[0]] = false;
        }
    }
    for (int i = 0; i < d->g->n_nodes; i++) d->group[i] = root_of(d, i);
}

/* ---- scales for each channel ---- */

/* Whether a reader takes scales for each channel of node `of`. through: it hands them on to its own readers. */
static bool takes_scales(const decisions *d, const node *n, int of, bool *through) {
    *through = n->op == OP_GLOBAL_AVG_POOL || n->op == OP_IDENTITY || n->op == OP_DROPOUT;
    if (*through || n->op == OP_CONV || n->op == OP_DEPTHWISE || n->op == OP_AFFINE) return true;
    if (n->op == OP_DENSE) return shape_pixels(d->g->nodes[of].shape) == 1;
    bool by_factor = n->op == OP_MUL && n->in[0] == of && n->in[1] != of;
    return by_factor && shape_pixels(d->g->nodes[n->in[1]].shape) == 1 &&
           d->g->nodes[n->in[1]].shape.c == n->shape.c && d->g->nodes[of].shape.c == n->shape.c &&
           d->g->nodes[of].shape.h == n->shape.h && d->g->nodes[of].shape.w == n->shape.w;
}

/* Whether all readers of a tensor take scales for each channel. */
static bool all_take_scales(const decisions *d, int of) {
    int readers = 0;
    if (is_output(d->g, of)) return false;
    for (int i = of + 1; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        bool through;
        for (int k = 0; k < n->n_in; k++) {
            if (n->in[k] != of) continue;
            if (!d->integer[i] || !takes_scales(d, n, of, &through) || (through && !all_take_scales(d, i)))
                return false;
            readers++;
        }
    }
    return readers > 0;
}

static void mark_through(decisions *d, int of) {
    d->by_channel[of] = true;
    for (int i = of + 1; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        bool through = false;
        if (n->n_in == 1 && n->in[0] == of && takes_scales(d, n, of, &through) && through) mark_through(d, i);
    }
}

/* Whether an activation takes and makes codes with a scale for each channel: by a table for each pair of
 * scales, of which there may be few (see ranges.c). */
static bool looks_up(const node *n) { return is_activation(n->op) && !only_bounds(n->op, n->a.args); }

int reader_by_tables(const decisions *d, int of) {
    int act = d->only_reader[of];
    return act >= 0 && d->integer[act] && looks_up(&d->g->nodes[act]) ? act : -1;
}

/* The makers of such tensors compute each channel by itself: layers with weights, and a map times factors. What
 * they make may be bounded at 0 and above; a bound above 0 becomes the largest code (see ranges.c). Or an
 * activation may make it, by tables, of what such a layer makes for it alone. */
static void find_channel_scales(decisions *d) {
    for (int i = 0; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        bool through, factor = n->op == OP_MUL && takes_scales(d, n, n->in[0], &through);
        bool makes = (multiplies_by_weights(n) && n->op != OP_CONV_TRANSPOSE) || factor;
        if (!d->integer[i] || !makes) continue;
        int last = i, act = d->only_reader[i];
        if (act >= 0 && d->integer[act] && is_activation(d->g->nodes[act].op)) {
            bool tables = looks_up(&d->g->nodes[act]) && multiplies_by_weights(n);
            if (!tables && !is_plain_bound(&d->g->nodes[act])) continue;
            last = act;
        }
        if (!all_take_scales(d, last)) continue;
        d->by_channel[i] = true;
        mark_through(d, last);
    }
}

/* An input of bytes whose readers multiply it by weights is read as it is. */
static void find_raw_inputs(decisions *d) {
    for (int i = 0; i < d->g->n_inputs; i++) {
        int input = d->g->inputs[i].node;
        bool raw = d->g->nodes[input].type != TYPE_F32;
        for (int k = input + 1; k < d->g->n_nodes; k++) {
            const node *n = &d->g->nodes[k];
            for (int j = 0; j < n->n_in; j++) {
                if (n->in[j] == input && d->integer[k]) raw = raw && multiplies_by_weights(n);
            }
        }
        d->raw[input] = raw && d->read_as_codes[input];
    }
}

decisions decide(const graph *g, const quantize_options *o, arena *a) {
    int n = g->n_nodes;
    decisions d = {g,
                   ARENA_ARRAY(a, bool, n),
                   ARENA_ARRAY(a, bool, n),
                   ARENA_ARRAY(a, int, n),
                   ARENA_ARRAY(a, bool, n),
                   ARENA_ARRAY(a, bool, n),
                   ARENA_ARRAY(a, bool, n),
                   ARENA_ARRAY(a, int, n)};
    for (int i = 0; i < n; i++) d.group[i] = i, d.counts[i] = true;
    find_only_readers(&d, a);
    choose_integers(&d, o);
    leave_idle_moves(&d);
    for (int i = 0; i < n; i++) d.read_as_codes[i] = false;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < g->nodes[i].n_in; k++) d.read_as_codes[g->nodes[i].in[k]] |= d.integer[i];
    }
    for (int i = 0; i < n; i++) d.integer[i] |= g->nodes[i].op == OP_CONSTANT && d.read_as_codes[i];
    find_raw_inputs(&d);
    if (!o->no_equalisation) find_channel_scales(&d);
    join_groups(&d);
    return d;
}
