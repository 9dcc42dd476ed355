/* absorb.c: a graph of real numbers with quantize and dequantize in it becomes one whose layers compute with
 * integers, wherever they can.
 *
 * A node has codes if it is a quantize, or an input that holds codes, or if it only moves numbers that have
 * codes, as a dequantize does. A quantize looks for a layer to be computed with integers: it walks from its
 * input over bounds (relu) and moves, which may be done on codes as well as on numbers, up to a layer whose
 * inputs have codes. That layer then makes the codes of the quantize, and bounds and moves come behind it.
 * Where there is none, the quantize stays, and what it reads stays real.
 *
 * All codes are int8 here. Those of uint8 are moved down by 128, which changes no number. An input of uint8 is
 * brought to int8 by a requantize, and an output of uint8 back. */
#include "import/absorb.h"

#include "import/build.h"
#include "import/codes.h"

#include "graph/quant.h"

typedef struct absorber {
    importer *im;
    const graph *from;
    graph *to;
    /* Of each node of `from`: */
    bool *exact;                 /* it has codes, */
    quant *q;                    /* which are scaled so */
    int *readers, *real_readers; /* nodes that read it and outputs; those of them that are no quantize */
    int *same;   /* of a quantize: the first quantize that makes the same codes of the same node */
    int *next;   /* of a quantize: the next one of the same node; 0: none */
    int *core;   /* of a quantize: the layer that makes its codes; -1: none does */
    bool *taken; /* of a quantize: its core has codes, which only change their scale */
    bool *wants_real, *wants_codes; /* whether its numbers, or its codes, are needed */
    int *real, *codes;              /* the nodes of `to` that hold them */
    int *as_uint8;                  /* of an output: its codes as uint8; 0: not made */
} absorber;

static quant as_int8(const node *n) {
    quant q = n->q;
    if (n->type == TYPE_U8) q.zero -= 128;
    return q;
}

/* --- what has codes */

static bool is_alike(const absorber *b, const node *n) {
    for (int k = 0; k < n->n_in; k++) {
        if (!b->exact[n->in[k]] || !same_quant(&b->q[n->in[k]], &b->q[n->in[0]])) return false;
    }
    return n->n_in > 0;
}

static void find_codes(absorber *b, int i) {
    const node *n = &b->from->nodes[i];
    bool holds = n->q.on && (n->op == OP_INPUT || n->op == OP_QUANTIZE);
    if (holds) {
        b->q[i] = as_int8(n);
        b->exact[i] = true;
    } else if (n->op == OP_CONSTANT) {
        b->exact[i] = codes_of_constant(n, weight_scales(b->im, i), &b->q[i]);
    } else if (is_alike(b, n)) {
        b->q[i] = b->q[n->in[0]];
        b->exact[i] = n->op == OP_DEQUANTIZE || moves_exactly(n, &b->q[i]);
    }
}

/* Counts the readers of each node, and finds quantizes that make the same. */
static void find_readers(absorber *b) {
    const graph *g = b->from;
    int *first = ARENA_ARRAY(b->im->scratch, int, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        for (int k = 0; k < n->n_in; k++) {
            b->readers[n->in[k]]++;
            b->real_readers[n->in[k]] += n->op != OP_QUANTIZE;
        }
        b->same[i] = i;
        if (n->op != OP_QUANTIZE) continue;
        for (int j = first[n->in[0]]; j && b->same[i] == i; j = b->next[j]) {
            if (same_quant(&b->q[j], &b->q[i])) b->same[i] = j;
        }
        b->next[i] = first[n->in[0]];
        first[n->in[0]] = i;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        b->readers[g->outputs[i].node]++;
        b->real_readers[g->outputs[i].node]++;
    }
}

/* --- which layers compute with integers */

/* Whether node f can make codes `y` of the codes of its inputs. */
static bool computes(const absorber *b, int f, const quant *y) {
    const node *n = &b->from->nodes[f];
    quant *in = ARENA_ARRAY(b->im->scratch, quant, n->n_in + 1);
    for (int k = 0; k < n->n_in; k++) {
        if (!b->exact[n->in[k]]) return false;
        in[k] = b->q[n->in[k]];
    }
    return n->n_in > 0 && can_compute(n, in, y, weight_scales(b->im, f));
}

/* Whether quantize may go before the node instead of behind it. */
static bool lets_pass(const node *n) {
    integer_way way = way_of(n);
    return n->n_in == 1 && (way == WAY_MOVE || way == WAY_BOUND);
}

/* Sets *core to the node that makes the codes of quantize i: one that has codes, which are brought to the scale
 * of i, or a layer. -1: there is none. */
static void find_core(const absorber *b, int i) {
    const quant *y = &b->q[i];
    int f = b->from->nodes[i].in[0];
    bool only_reader = b->real_readers[f] == 0;
    b->core[i] = -1;
    for (;;) {
        const node *n = &b->from->nodes[f];
        bool maps = way_of(n) == WAY_BOUND && b->exact[f] && !same_quant(&b->q[f], y);
        if (b->exact[f] && !maps) {
            if (can_rescale(&b->q[f], y)) b->core[i] = f;
            b->taken[i] = true;
            return;
        }
        if (!only_reader) return;
        if (computes(b, f, y)) {
            b->core[i] = f;
            return;
        }
        if (!lets_pass(n)) return;
        f = n->in[0];
        only_reader = b->readers[f] == 1;
    }
}

/* Says why a layer whose input and weights are quantised computes with floats. */
static void warn_of_weights(const absorber *b, int i) {
    int f = b->from->nodes[i].in[0];
    while (lets_pass(&b->from->nodes[f])) f = b->from->nodes[f].in[0];
    const node *n = &b->from->nodes[f];
    const quantisation *scales = weight_scales(b->im, f);
    if (way_of(n) != WAY_KERNEL || !scales || !is_alike(b, n) || has_codes_of_8_bits(n, scales)) return;
    diag_warning(
        b->im->d, b->im->at,
        "layer %s (%s) is computed with floats: its weights less their zero point are no integers of 8 bits",
        n->label ? n->label : "without a name", op_table[n->op].name);
}

static void want_codes_of_inputs(absorber *b, const node *n) {
    for (int k = 0; k < n->n_in; k++) b->wants_codes[n->in[k]] = true;
}

static void want_inputs(absorber *b, int i) {
    const node *n = &b->from->nodes[i];
    if (b->wants_codes[i] && b->same[i] != i) {
        b->wants_codes[b->same[i]] = true;
    } else if (b->wants_codes[i] && n->op == OP_QUANTIZE) {
        find_core(b, i);
        int core = b->core[i];
        if (core < 0) {
            warn_of_weights(b, i);
            b->wants_real[n->in[0]] = true;
        } else if (b->taken[i]) {
            b->wants_codes[core] = true;
        } else {
            want_codes_of_inputs(b, &b->from->nodes[core]);
        }
    } else if (b->wants_codes[i]) {
        want_codes_of_inputs(b, n);
    }
    if (!b->wants_real[i]) return;
    bool ends = n->op == OP_DEQUANTIZE || (makes_positions(n->op) && b->exact[n->in[0]]);
    for (int k = 0; k < n->n_in; k++) (ends ? b->wants_codes : b->wants_real)[n->in[k]] = true;
}

static void find_wanted(absorber *b) {
    const graph *g = b->from;
    for (int i = 0; i < g->n_outputs; i++) {
        int of = g->outputs[i].node;
        (g->nodes[of].q.on ? b->wants_codes : b->wants_real)[of] = true;
    }
    for (int i = 0; i < g->n_inputs; i++) b->wants_real[g->inputs[i].node] = true;
    for (int i = g->n_nodes - 1; i >= 0; i--) want_inputs(b, i);
}

/* --- the new graph */

static int add_input(absorber *b, const node *n) {
    int made = graph_add_input(b->to, b->im->d, n->label, n->type, n->shape, n->at);
    if (made < 0) return -1;
    b->to->nodes[made].q = n->q;
    return made;
}

/* The node as it is, on real numbers; `places` has its inputs. */
static int add_real(absorber *b, const node *n, const int *places) {
    int *in = ARENA_ARRAY(b->im->scratch, int, n->n_in + 1);
    for (int k = 0; k < n->n_in; k++) in[k] = places[n->in[k]];
    int made = graph_add(b->to, b->im->d, n->op, in, n->n_in, &n->a, n->label, n->at);
    if (made < 0) return -1;
    b->to->nodes[made].labelled = n->labelled;
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (n->weights[r]) b->to->nodes[made].weights[r]->data = n->weights[r]->data;
    }
    return made;
}

static int add_layer(absorber *b, int i, const quant *y) {
    const node *n = &b->from->nodes[i];
    int *in = ARENA_ARRAY(b->im->scratch, int, n->n_in + 1);
    for (int k = 0; k < n->n_in; k++) in[k] = b->codes[n->in[k]];
    return add_integer_layer(b->im, b->to, n, in, y, weight_scales(b->im, i));
}

/* The codes of quantize i by integers: its core, and behind it the bounds and moves up to i. */
static int add_computed(absorber *b, int i) {
    const quant *y = &b->q[i];
    int core = b->core[i], count = 0;
    const node *n = &b->from->nodes[i];
    int *between = ARENA_ARRAY(b->im->scratch, int, i + 1 - core);
    for (int f = n->in[0]; f != core; f = b->from->nodes[f].in[0]) between[count++] = f;
    int made = b->taken[i] ? add_codes_of_scale(b->im, b->to, b->codes[core], y, n->at) : add_layer(b, core, y);
    while (count > 0 && made >= 0) {
        const node *next = &b->from->nodes[between[--count]];
        made = way_of(next) == WAY_BOUND ? add_bounds(b->im, b->to, next, made)
                                         : add_integer_layer(b->im, b->to, next, &made, y, NULL);
    }
    return made;
}

static int add_quantized(absorber *b, int i) {
    const node *n = &b->from->nodes[i];
    if (b->same[i] != i) return b->codes[b->same[i]];
    if (b->core[i] >= 0) return add_computed(b, i);
    node quantize = *n;
    quantize.a.q = b->q[i];
    quantize.a.code_type = TYPE_I8;
    return add_real(b, &quantize, b->real);
}

static int add_codes(absorber *b, int i) {
    const node *n = &b->from->nodes[i];
    switch (n->op) {
    case OP_INPUT:
        return n->type == TYPE_I8 ? b->real[i] : add_codes_of_scale(b->im, b->to, b->real[i], &b->q[i], n->at);
    case OP_QUANTIZE: return add_quantized(b, i);
    case OP_DEQUANTIZE: return b->codes[n->in[0]];
    case OP_CONSTANT: return add_constant_codes(b->im, b->to, n, &b->q[i]);
    default: return add_real(b, n, b->codes);
    }
}

static int add_numbers(absorber *b, int i) {
    const node *n = &b->from->nodes[i];
    bool ends = n->op == OP_DEQUANTIZE || (makes_positions(n->op) && b->exact[n->in[0]]);
    return n->op == OP_INPUT ? add_input(b, n) : add_real(b, n, ends ? b->codes : b->real);
}

/* The node of `to` that output node i of `from` becomes. */
static int add_output(absorber *b, int i) {
    const node *n = &b->from->nodes[i];
    if (!n->q.on) return b->real[i];
    if (n->op == OP_INPUT) return b->real[i];
    if (n->type != TYPE_U8) return b->codes[i];
    if (b->as_uint8[i]) return b->as_uint8[i];
    attrs a = graph_attrs_init();
    a.q = n->q;
    a.code_type = TYPE_U8;
    b->as_uint8[i] = graph_add(b->to, b->im->d, OP_REQUANTIZE, &b->codes[i], 1, &a, NULL, n->at);
    return b->as_uint8[i];
}

static bool add_all(absorber *b) {
    const graph *g = b->from;
    for (int i = 0; i < g->n_nodes; i++) {
        b->real[i] = b->codes[i] = -1;
        if (b->wants_real[i]) b->real[i] = add_numbers(b, i);
        if (b->wants_codes[i] && (b->real[i] >= 0 || !b->wants_real[i])) b->codes[i] = add_codes(b, i);
        if ((b->wants_real[i] && b->real[i] < 0) || (b->wants_codes[i] && b->codes[i] < 0)) return false;
    }
    for (int i = 0; i < g->n_inputs; i++) b->to->inputs[i].sizes = g->inputs[i].sizes;
    for (int i = 0; i < g->n_outputs; i++) {
        const port *p = &g->outputs[i];
        int made = add_output(b, p->node);
        if (made < 0 || !graph_add_output(b->to, b->im->d, p->name, made, p->at)) return false;
        b->to->outputs[i].sizes = p->sizes;
    }
    return true;
}

static bool has_codes(const graph *g) {
    bool found = false;
    for (int i = 0; i < g->n_nodes; i++) found = found || g->nodes[i].q.on;
    return found;
}

bool absorb_quantisation(importer *im) {
    const graph *g = im->g;
    if (!has_codes(g)) return true;
    arena *a = im->scratch;
    int n = g->n_nodes;
    absorber b = {
        .im = im,
        .from = g,
        .to = graph_new(im->mem, g->name),
        .exact = ARENA_ARRAY(a, bool, n),
        .q = ARENA_ARRAY(a, quant, n),
        .readers = ARENA_ARRAY(a, int, n),
        .real_readers = ARENA_ARRAY(a, int, n),
        .same = ARENA_ARRAY(a, int, n),
        .next = ARENA_ARRAY(a, int, n),
        .core = ARENA_ARRAY(a, int, n),
        .taken = ARENA_ARRAY(a, bool, n),
        .wants_real = ARENA_ARRAY(a, bool, n),
        .wants_codes = ARENA_ARRAY(a, bool, n),
        .real = ARENA_ARRAY(a, int, n),
        .codes = ARENA_ARRAY(a, int, n),
        .as_uint8 = ARENA_ARRAY(a, int, n),
    };
    b.to->at = g->at;
    b.to->rounding = RESCALE_ONCE;
    for (int i = 0; i < n; i++) find_codes(&b, i);
    find_readers(&b);
    find_wanted(&b);
    if (!add_all(&b)) return false;
    im->g = b.to;
    return true;
}
