/* build.c: writes the quantised graph, node by node.
 *
 * A tensor of the float network may be needed in codes and in real numbers. Whichever the node makes is there
 * at once; the other is made by a quantize or dequantize when a reader first asks for it. */
#include "quantize/build.h"

#include "base/map.h"
#include "graph/activations.h"
#include "graph/integers.h"
#include "graph/quant.h"

#include <math.h>
#include <string.h>

enum { NONE = -1 };

typedef struct builder {
    const decisions *d;
    const scaling *scales;
    channel_facts *const *facts;
    const quantize_options *o;
    arena *a;
    diag *said;
    graph *to;
    int *codes, *reals; /* [nodes of the float network] the new node with its tensor, or NONE so far */
    int *origin;        /* [room] */
    int counted[OP_COUNT];
    map labels; /* of the new layers with weights */
} builder;

static quant quant_of(const scaling *s) { return (quant){.on = true, .scale = s->scale, .zero = s->zero}; }

/* A layer without weights gets the label that the language would make up for it. One with weights keeps its
 * own, by which its tensors are named; where two have the same label, and took the same tensors, the codes of
 * both differ, and the second gets a number. */
static void label_node(builder *b, int made, const node *from) {
    node *n = &b->to->nodes[made];
    const char *made_up = arena_printf(b->a, "%s_%d", op_table[n->op].name, ++b->counted[n->op]);
    bool weighs = op_table[n->op].weights != WEIGHTS_NONE && from->label;
    n->label = weighs ? from->label : made_up;
    for (int k = 2; weighs && !map_add(b->a, &b->labels, n->label, n); k++)
        n->label = arena_printf(b->a, "%s_%d", from->label, k);
    n->labelled = weighs && (from->labelled || strcmp(n->label, made_up) != 0);
}

static int append(builder *b, op_kind op, const int *in, int n_in, const attrs *a, const node *from,
                  int origin) {
    int made = graph_add(b->to, b->said, op, in, n_in, a, from->label, from->at);
    if (made < 0) return NONE;
    label_node(b, made, from);
    b->origin[made] = origin;
    return made;
}

/* quantize, dequantize or requantize of a new node. */
static int convert(builder *b, op_kind op, int in, const scaling *s, int of) {
    attrs a = graph_attrs_init();
    a.code_type = TYPE_I8;
    if (s) a.q = quant_of(s);
    return append(b, op, &in, 1, &a, &b->d->g->nodes[of], op == OP_DEQUANTIZE ? NONE : of);
}

static const scaling *scaling_of_group(const builder *b, int of) { return &b->scales[b->d->group[of]]; }

static int codes_of(builder *b, int of) {
    if (b->codes[of] == NONE) b->codes[of] = convert(b, OP_QUANTIZE, b->reals[of], scaling_of_group(b, of), of);
    return b->codes[of];
}

static int reals_of(builder *b, int of) {
    if (b->reals[of] == NONE) b->reals[of] = convert(b, OP_DEQUANTIZE, b->codes[of], NULL, of);
    return b->reals[of];
}

/* ---- integer layers ---- */

static void set_channel_scales(builder *b, int made, const scaling *s) {
    tensor *t = b->to->nodes[made].weights[ROLE_OUTPUT_SCALE];
    t->data = ARENA_ARRAY(b->a, float, t->count);
    memcpy(t->data, s->scales, (size_t)t->count * sizeof(float));
}

/* Raises a channel's scale where a step of the sum would be a quarter of a code or more, since the channel is
 * next to nothing over the samples. Such fine codes say nothing: rounding the inputs alone moves the sum by
 * many of its steps. And kernels that shift to the right only are the faster ones. Tables are made for the
 * scales before and behind them, so those scales stay. */
static void raise_channel_scales(const builder *b, int of, const node *made) {
    static const double least_steps = 4.0001; /* of the sum, in a code */
    const scaling *s = scaling_of_group(b, of);
    if (reader_by_tables(b->d, of) >= 0) return;
    const quant *x = &b->to->nodes[made->in[0]].q;
    const int channels = made->shape.c;
    for (int o = 0; o < channels; o++) {
        double product = (double)made->weights[ROLE_WEIGHT_SCALE]->data[o];
        if (!x->scales)
            product *= (double)x->scale;
        else if (made->op == OP_DEPTHWISE)
            product *= (double)x->scales->data[o / made->a.multiplier];
        s->scales[o] = fmaxf(s->scales[o], (float)(least_steps * product));
    }
}

/* Whether the layer makes codes like those that it gets, so that it has no scale of its own. */
static bool keeps_scale(const builder *b, int of) {
    if (b->d->g->nodes[of].n_in == 0) return false;
    return b->d->group[of] == b->d->group[b->d->g->nodes[of].in[0]] &&
           !multiplies_by_weights(&b->d->g->nodes[of]);
}

/* The numbers of a constant, as codes. */
static void quantise_constant(builder *b, node *made, const node *n) {
    tensor *codes = made->weights[ROLE_WEIGHT];
    if (!n->weights[ROLE_WEIGHT]->data) return;
    codes->data = ARENA_ARRAY(b->a, float, codes->count);
    for (int64_t i = 0; i < codes->count; i++)
        codes->data[i] = (float)code_of(&made->q, made->type, 0, (double)n->weights[ROLE_WEIGHT]->data[i]);
}

/* The attributes of an affine as a depthwise layer of one tap. */
static attrs attrs_of_affine(const node *n) {
    attrs a = graph_attrs_init();
    a.naming = n->a.naming;
    return a;
}

static int add_integer(builder *b, int of) {
    const node *n = &b->d->g->nodes[of];
    const scaling *s = scaling_of_group(b, of);
    op_kind op = n->op == OP_AFFINE ? OP_DEPTHWISE : n->op;
    /* With a scale for each channel the largest code is at the upper bound, or below it. */
    if (s->scales && is_plain_bound(n)) op = OP_RELU;
    attrs a = n->op == OP_AFFINE ? attrs_of_affine(n) : n->a;
    int *in = ARENA_ARRAY(b->a, int, n->n_in);
    for (int i = 0; i < n->n_in; i++) {
        in[i] = codes_of(b, n->in[i]);
        if (in[i] == NONE) return NONE;
    }
    if (!keeps_scale(b, of)) {
        a.q = quant_of(s);
        a.channel_scales = s->scales != NULL;
    }
    if (multiplies_by_weights(n)) a.has_bias = true; /* for the correction, where the layer had none */
    int made = append(b, op, in, n->n_in, &a, n, of);
    if (made == NONE) return NONE;
    if (n->op == OP_CONSTANT) quantise_constant(b, &b->to->nodes[made], n);
    if (multiplies_by_weights(n)) {
        quantise_weights_of(b->to, &b->to->nodes[made], n, b->facts[n->in[0]], b->o);
        if (a.channel_scales) raise_channel_scales(b, of, &b->to->nodes[made]);
    }
    if (a.channel_scales) set_channel_scales(b, made, s);
    return made;
}

/* ---- other layers ---- */

static int add_real(builder *b, int of) {
    const node *n = &b->d->g->nodes[of];
    int *in = ARENA_ARRAY(b->a, int, n->n_in);
    for (int i = 0; i < n->n_in; i++) {
        in[i] = reals_of(b, n->in[i]);
        if (in[i] == NONE) return NONE;
    }
    int made = append(b, n->op, in, n->n_in, &n->a, n, NONE);
    if (made == NONE) return NONE;
    node *to = &b->to->nodes[made];
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (n->weights[r]) to->weights[r] = n->weights[r];
    }
    return made;
}

/* The bytes of an input are codes of scale 1 and zero point 0. Layers with weights read them so, others get
 * int8 codes. */
static bool add_input(builder *b, const port *p) {
    const node *n = &b->d->g->nodes[p->node];
    int made = graph_add_input(b->to, b->said, p->name, n->type, n->shape, p->at);
    if (made < 0) return false;
    b->to->inputs[b->to->n_inputs - 1].sizes = p->sizes;
    b->origin[made] = p->node;
    bool bytes = n->type != TYPE_F32 && b->d->read_as_codes[p->node];
    if (bytes) b->to->nodes[made].q = b->to->nodes[made].a.q = (quant){.on = true, .scale = 1, .zero = 0};
    *(bytes ? &b->codes[p->node] : &b->reals[p->node]) = made;
    if (bytes && !b->d->raw[p->node])
        b->codes[p->node] = convert(b, OP_REQUANTIZE, made, scaling_of_group(b, p->node), p->node);
    return b->codes[p->node] != NONE || b->reals[p->node] != NONE;
}

static bool add_inputs(builder *b) {
    for (int i = 0; i < b->d->g->n_inputs; i++) {
        if (!add_input(b, &b->d->g->inputs[i])) return false;
    }
    return true;
}

static bool add_outputs(builder *b) {
    for (int i = 0; i < b->d->g->n_outputs; i++) {
        const port *p = &b->d->g->outputs[i];
        bool codes = b->o->integer_outputs && b->d->integer[p->node];
        int made = codes ? codes_of(b, p->node) : reals_of(b, p->node);
        if (made == NONE || !graph_add_output(b->to, b->said, p->name, made, p->at)) return false;
        b->to->outputs[i].sizes = p->sizes;
    }
    return true;
}

static graph *begin_graph(const graph *g, arena *a) {
    graph *to = graph_new(a, g->name);
    to->variant = g->variant;
    to->variants = g->variants;
    to->n_variants = g->n_variants;
    to->at = g->at;
    to->rounding = RESCALE_ONCE;
    return to;
}

built build_quantised(const decisions *d, const scaling *scales, channel_facts *const *facts,
                      const quantize_options *o, arena *a, diag *said) {
    const int n = d->g->n_nodes, room = 3 * n + 1;
    builder b = {.d = d, .scales = scales, .facts = facts, .o = o, .a = a, .said = said};
    b.to = begin_graph(d->g, a);
    b.codes = ARENA_ARRAY(a, int, n);
    b.reals = ARENA_ARRAY(a, int, n);
    b.origin = ARENA_ARRAY(a, int, room);
    for (int i = 0; i < n; i++) b.codes[i] = b.reals[i] = NONE;
    for (int i = 0; i < room; i++) b.origin[i] = NONE;
    bool good = add_inputs(&b);
    for (int i = 0; i < n && good; i++) {
        if (d->g->nodes[i].op == OP_INPUT) continue;
        int *made = d->integer[i] ? &b.codes[i] : &b.reals[i];
        *made = d->integer[i] ? add_integer(&b, i) : add_real(&b, i);
        good = *made != NONE;
    }
    good = good && add_outputs(&b);
    return (built){good ? b.to : NULL, b.origin};
}
