/* pack.c: how the weights of each step lie, and where their values come from. See pack.h for the layout. */
#include "plan/pack.h"

#include "graph/integers.h"
#include "graph/quant.h"
#include "graph/tables.h"
#include "plan/byte_ends.h"
#include "plan/byte_windows.h"
#include "plan/internal.h"

#include <math.h>

enum { SHORT_SHIFT = -2 /* of a channel whose factor is 0, so that runtime/i8.h's short ways take it, too */ };

/* ---- layouts ---- */

static int count_taps(const node *n) { return n->op == OP_DENSE ? 1 : n->a.kernel[0] * n->a.kernel[1]; }

static int count_groups(const node *n) { return n->op == OP_DENSE ? 1 : n->a.groups; }

static pack_layout layout_for(const plan *p, const node *n) {
    bool codes = is_integer(n);
    return (pack_layout){.t = p->t,
                         .weight = node_weight_type(n),
                         .bias = codes ? TYPE_I32 : TYPE_F32,
                         .rescales = codes,
                         .factors = codes && p->t->bytes,
                         .looks_up = codes && has_channel_tables(p->g, n),
                         .depth = 1,
                         .groups = 1};
}

pack_layout pack_layout_of_gemm(const plan *p, const plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    pack_layout l = layout_for(p, n);
    l.groups = count_groups(n);
    l.inputs = s->operands[0].shape.c / l.groups;
    l.stretches = count_taps(n);
    if (s->gemm.staged && reads_whole_rows(n)) {
        l.inputs *= n->a.kernel[1];
        l.stretches = n->a.kernel[0];
    }
    l.n_blocks = s->gemm.n_blocks;
    l.blocks = s->gemm.blocks;
    if (s->gemm.depth > 1) {
        l.depth = s->gemm.depth;
        l.pairs = l.rescales && p->t->bytes->pairs;
        l.fours = s->gemm.fours;
        l.rests = s->gemm.rests;
        if (s->gemm.gathered) {
            l.inputs *= l.stretches;
            l.stretches = 1;
        }
    }
    if (!s->gemm.dots) return l;
    l.wide = s->gemm.wide;
    l.paired = s->gemm.paired;
    l.twice = p->g->rounding == RESCALE_TFLITE;
    l.lefts = s->shifts_left;
    l.depth = p->t->dots->depth;
    l.ragged = p->t->dots->ragged;
    if (joins_rows(p, s) || (l.ragged && !reads_rows(p, s))) { /* from a tile */
        l.inputs *= l.stretches;
        l.stretches = 1;
        if (s->gemm.staged && l.inputs > l.depth && l.inputs % l.depth > l.depth / 2) l.ragged = false;
    }
    return l;
}

pack_layout pack_layout_of_scaled(const plan *p, const plan_step *s) {
    pack_layout l = pack_layout_of_gemm(p, s);
    l.weight = TYPE_F32;
    return l;
}

/* Kernels by dot products take codes as int8, those of uint8 less 128; or as uint8, those of int8 raised by
 * 128. The bias for inputs that are the codes less `less`. */
static const int32_t *bias_over_moved(const node *n, const int32_t *bias, int less, arena *a) {
    const tensor *weight = n->weights[ROLE_WEIGHT];
    const bool last = n->op == OP_DEPTHWISE; /* the output channel counts in the weights fastest */
    const int64_t count = weight->count / n->shape.c;
    int32_t *result = ARENA_ARRAY(a, int32_t, n->shape.c);
    for (int o = 0; o < n->shape.c; o++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < count; i++)
            sum += (int64_t)weight->data[last ? i * n->shape.c + o : o * count + i];
        result[o] = (int32_t)(uint32_t)(bias[o] + less * sum);
    }
    return result;
}

bool subtracts_zero(const node *n) {
    const int *pad = n->a.pad;
    return n->op == OP_DEPTHWISE && pad[TOP] + pad[BOTTOM] + pad[LEFT] + pad[RIGHT] > 0;
}

pack_layout pack_layout_of_window(const plan *p, const plan_step *s, int channels) {
    const node *n = &p->g->nodes[s->node];
    pack_layout l = layout_for(p, n);
    l.stretches = 1;
    l.inputs = count_taps(n);
    channel_block *blocks = ARENA_ARRAY(p->mem, channel_block, 2);
    const dot_kernels *dots = p->t->dots;
    l.rows = s->window.dots && dots->ragged ? n->a.kernel[0] : 0;
    l.lefts = s->window.dots && s->shifts_left;
    l.n_blocks = s->window.dots ? cut_lanes(channels, dots->window_channels, dots->window_least, blocks)
                                : cut_blocks(p->t, channels, 1, blocks);
    l.blocks = blocks;
    if (!s->window.bytes) return l;
    l.interleaved = true;
    l.depth = p->t->bytes->depth;
    l.widened = p->t->bytes->widens;
    l.pairs = p->t->bytes->pairs;
    l.inputs = l.depth * groups_of_window(p->t->bytes, n).n;
    l.n_blocks = cut_widest(p->t, channels, l.depth, blocks);
    for (int i = 0; i < l.n_blocks; i++) {
        while (blocks[i].n_pieces < l.depth) blocks[i].pieces[blocks[i].n_pieces++] = (piece){0, 0};
        blocks[i].lanes = window_block_channels(p->t);
    }
    return l;
}

/* ---- steps ---- */

/* Where the values of a step's weights come from. */
typedef struct step_source {
    const plan_step *s;
    const node *n;
    int groups, taps;
    int depth;           /* conv, dense: input channels of a group */
    int out_c;           /* conv, dense: output channels of a group */
    int begin;           /* depthwise: the run's first output channel */
    const int32_t *bias; /* of a quantised layer, and how it rescales; else NULL */
    const rescale *by;
    const float_rescale *floats; /* that are proved to rescale so, or NULL */
    bool doubled;                /* BY_DOUBLING */
    const int *table;            /* of each channel, where they look up different ones */
    bool dots;                   /* kernels of dot products read them */
    const int32_t *fixed;
    const bool *is_fixed; /* of these: see dot_integers; or NULL */
    const graph *g;
    int wide;                  /* see wide_shift */
    int zero;                  /* of the output */
    tap_groups groups_of_taps; /* of a window that takes several at once */
} step_source;

/* What a channel's weights and bias are multiplied with. */
static double scale_value(const step_source *k, int channel) {
    return k->wide ? ldexp(1, wide_scale(k->g, k->wide, k->by[channel])) : 1;
}

/* Half of what a channel's product rounds first; 0: it is rounded once. */
static double tie_value(const step_source *k, int channel) {
    return k->g->rounding == RESCALE_TFLITE ? scale_value(k, channel) / 4 : 0;
}

/* What the head of a block has for a channel. */
static double head_value(const step_source *k, int channel, int which) {
    const tensor *bias = k->n->weights[ROLE_BIAS];
    if (which == PACK_ROUNDING) return ldexp(2 * k->zero + 1, k->wide - 2) + tie_value(k, channel);
    if (which == PACK_TIE) return tie_value(k, channel);
    if (which == PACK_MULTIPLIER) return k->by[channel].multiplier;
    if (which == PACK_FACTOR) return k->floats ? k->floats[channel].factor : rescale_value(k->by[channel]);
    if (which == PACK_RAISED) return DOUBLED_POINT + k->by[channel].shift;
    if (which == PACK_SECOND) return k->floats[channel].second;
    if (which == PACK_SHIFT) return k->by[channel].multiplier || !k->dots ? k->by[channel].shift : SHORT_SHIFT;
    if (which == PACK_TABLE) return k->table[channel];
    /* Together they are the shift. At least one bit goes to the right, which rounds. */
    if (which == PACK_RIGHT) return k->by[channel].shift < 0 ? k->by[channel].shift : -1;
    if (which == PACK_LEFT) return k->by[channel].shift < 0 ? 0 : k->by[channel].shift + 1;
    if (k->is_fixed && k->is_fixed[channel]) return k->fixed[channel] * scale_value(k, channel);
    if (k->bias) return k->bias[channel] * scale_value(k, channel);
    return bias ? (double)bias->data[channel] : 0;
}

/* The place of a weight of a conv or dense layer, which has `depth` inputs and `out_c` outputs of a group:
 * inputs are counted tap by tap, each tap's channels as they lie. */
static int64_t gemm_place(const plan_step *s, int taps, int depth, int out_c, int output, int input) {
    const int first = output / out_c * depth, in = s->operands[0].order[first + input % depth] - first;
    return ((int64_t)s->out_order[output] * taps + input / depth) * depth + in;
}

static double gemm_value(const void *data, int output, int input) {
    const step_source *k = data;
    const int channel = k->s->out_order[output];
    if (input < 0) return head_value(k, channel, input);
    if (k->is_fixed && k->is_fixed[channel]) return 0;
    const int64_t at = gemm_place(k->s, k->taps, k->depth, k->out_c, output, input);
    return scale_value(k, channel) * (double)k->n->weights[ROLE_WEIGHT]->data[at];
}

void read_weights(const plan *p, const plan_step *s, int output, int *weights) {
    const node *n = &p->g->nodes[s->node];
    const int taps = count_taps(n), depth = s->operands[0].shape.c / count_groups(n),
              out_c = n->shape.c / count_groups(n);
    for (int i = 0; i < taps * depth; i++)
        weights[i] = (int)n->weights[ROLE_WEIGHT]->data[gemm_place(s, taps, depth, out_c, output, i)];
}

static double window_value(const void *data, int output, int input) {
    const step_source *k = data;
    int channel = k->s->out_order[k->begin + output];
    if (input < 0) return head_value(k, channel, input);
    if (k->is_fixed && k->is_fixed[channel]) return 0;
    const tap_groups *groups = &k->groups_of_taps;
    const int depth = groups->depth,
              tap = depth ? tap_at(k->n, &groups->at[input / depth], input % depth) : input;
    return tap < 0 ? 0 : (double)k->n->weights[ROLE_WEIGHT]->data[(int64_t)tap * k->n->shape.c + channel];
}

static step_source source_of(const plan *p, const plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    step_source k = {.s = s, .n = n, .groups = count_groups(n), .taps = count_taps(n)};
    k.depth = s->operands[0].shape.c / k.groups;
    k.out_c = n->shape.c / k.groups;
    if (!is_integer(n) || !n->weights[ROLE_WEIGHT]) return k;
    const kernel_integers c = integers_of_kernel(p->g, n, p->mem);
    k.by = c.by;
    k.table = tables_of_node(p->g, n, p->mem).of_channel;
    bool dots = k.dots = s->gemm.dots || s->window.dots;
    k.g = p->g;
    k.wide = s->gemm.dots ? s->gemm.wide : 0;
    k.zero = c.y_zero;
    const bool bytes = s->window.bytes || s->gemm.depth > 1;
    const byte_ends *ends = bytes ? ends_of_bytes(p, s->node) : NULL;
    k.doubled = ends && ends->way == BY_DOUBLING;
    if (ends && ends->way && !k.doubled) k.floats = ends->of_channel;
    if (s->window.bytes) k.groups_of_taps = groups_of_window(p->t->bytes, n);
    const bool subtracts = dots ? s->window.narrow != NARROW_NOT : subtracts_zero(n) && !bytes;
    k.bias = subtracts ? c.bias : bias_over_codes(p->g, n, &c, p->mem);
    const bool is_signed = p->g->nodes[n->in[0]].type == TYPE_I8;
    if (s->gemm.fours && is_signed) k.bias = bias_over_moved(n, k.bias, -128, p->mem);
    if (bytes && !p->t->bytes->widens && is_signed == p->t->bytes->raises)
        k.bias = bias_over_moved(n, k.bias, is_signed ? -128 : 128, p->mem);
    if (!dots) return k;
    const dot_integers d = integers_of_dots(p, n);
    if (!is_signed) k.bias = bias_over_moved(n, k.bias, 128, p->mem);
    k.by = d.by;
    k.fixed = d.fixed;
    k.is_fixed = d.is_fixed;
    return k;
}

/* The bytes of a depthwise step's weights, which are appended to `out` unless it is NULL: those of a run of
 * channels follow those of the run before. */
static int64_t pack_window(const plan *p, const plan_step *s, text *out) {
    const node *n = &p->g->nodes[s->node];
    if (n->op != OP_DEPTHWISE) return 0;
    step_source k = {.s = s};
    if (out) k = source_of(p, s);
    int64_t bytes = 0;
    for (int m = 0; m < n->a.multiplier; m++) {
        for (int i = 0; i < s->operands[0].n_runs; i++) {
            int channels = s->operands[0].runs[i].count;
            pack_layout l = pack_layout_of_window(p, s, channels);
            bytes += pack_bytes(&l);
            l.floats = k.floats;
            l.doubled = k.doubled;
            if (out) pack_values(&l, window_value, &k, out);
            k.begin += channels;
        }
    }
    return bytes;
}

static int64_t pack_gemm(const plan *p, const plan_step *s, text *out) {
    pack_layout l = pack_layout_of_gemm(p, s);
    if (!out) return pack_bytes(&l);
    const step_source k = source_of(p, s);
    l.floats = k.floats;
    l.doubled = k.doubled;
    pack_values(&l, gemm_value, &k, out);
    return pack_bytes(&l);
}

/* The same for an affine: for each run of channels the scales, then the shifts, in the order of the output. */
static int64_t pack_affine(const plan *p, const plan_step *s, text *out) {
    static const role roles[] = {ROLE_WEIGHT, ROLE_BIAS};
    const node *n = &p->g->nodes[s->node];
    if (n->op != OP_AFFINE) return 0;
    for (int i = 0, begin = 0; out && i < s->operands[0].n_runs; i++) {
        int end = begin + s->operands[0].runs[i].count;
        for (int r = 0; r < 2; r++) {
            for (int c = begin; c < end; c++)
                pack_value(out, TYPE_F32, (double)n->weights[roles[r]]->data[s->out_order[c]]);
        }
        begin = end;
    }
    return 2 * (int64_t)n->shape.c * type_table[TYPE_F32].bytes;
}

/* The same for a step that takes wholes: its node's tensors of weights as they are, one behind the other. Codes
 * stand in the step's function. */
static int64_t pack_whole(const plan *p, const plan_step *s, text *out) {
    const node *n = &p->g->nodes[s->node];
    int64_t bytes = 0;
    for (int r = 0; r < ROLE_COUNT && !n->q.on; r++) {
        const tensor *t = n->weights[r];
        for (int64_t i = 0; t && out && i < t->count; i++) pack_value(out, TYPE_F32, (double)t->data[i]);
        if (t) bytes += t->count * type_table[TYPE_F32].bytes;
    }
    return bytes;
}

/* The bytes of the weights of a step that is no chain, appended to `out` unless it is NULL. */
static int64_t pack_step(const plan *p, const plan_step *s, text *out) {
    switch (s->kind) {
    case STEP_GEMM: return pack_gemm(p, s, out);
    case STEP_WINDOW: return pack_window(p, s, out);
    case STEP_ELEMENTWISE: return pack_affine(p, s, out);
    case STEP_WHOLE: return pack_whole(p, s, out);
    default: return 0;
    }
}

/* Places a step's own weights behind `at`; where they end. */
static int64_t place_step(const plan *p, plan_step *s, int64_t at) {
    bool affine = s->kind == STEP_ELEMENTWISE && p->g->nodes[s->node].op == OP_AFFINE;
    bool whole = s->kind == STEP_WHOLE && pack_whole(p, s, NULL) > 0;
    if (s->kind == STEP_GEMM || s->kind == STEP_WINDOW || affine || whole) at = plan_aligned(p, at);
    s->weight_begin = at;
    s->weight_bytes = pack_step(p, s, NULL);
    return at + s->weight_bytes;
}

/* Places the weights of a chain's parts. A part that does the work of another chain's again has its weights.
 * `places`: where each node's weights begin. */
static int64_t place_chain(const plan *p, plan_step *chain, int64_t at, int64_t *places) {
    chain->weight_begin = at = plan_aligned(p, at);
    for (int i = 0; i < chain->n_parts; i++) {
        plan_step *part = &chain->parts[i];
        if (part->again) {
            part->weight_begin = places[part->node];
            part->weight_bytes = 0;
        } else {
            at = place_step(p, part, at);
            places[part->node] = part->weight_begin;
        }
    }
    return at;
}

void plan_place_weights(plan *p, int64_t begin) {
    int64_t at = begin, *places = ARENA_ARRAY(p->mem, int64_t, p->g->n_nodes);
    for (int i = 0; i < p->n_steps; i++) {
        plan_step *s = &p->steps[i];
        int64_t before = at;
        at = s->kind == STEP_CHAIN ? place_chain(p, s, at, places) : place_step(p, s, at);
        s->weight_bytes = at - before;
    }
    p->weights_begin = begin;
}

static void pack_at(const plan *p, const plan_step *s, text *out) {
    if (s->again) return;
    while ((int64_t)out->size < s->weight_begin) text_char(out, 0);
    pack_step(p, s, out);
}

/* Frees the values of the weights of a step, `which`, that no later one packs. */
static void drop_weights(const plan *p, const plan_step *s, const int *last_packer, int which) {
    if (last_packer[s->node] != which) return;
    for (int r = 0; r < ROLE_COUNT; r++) {
        tensor *t = p->g->nodes[s->node].weights[r];
        if (r == ROLE_OUTPUT_SCALE) continue; /* later layers compute with it */
        if (!t || !t->data || !graph_weight_may_go(p->g, t)) continue;
        arena_drop(p->g->mem, t->data, (size_t)t->count * sizeof(float));
        t->data = NULL;
    }
}

/* For each node the last step that packs its weights. */
static const int *find_last_packers(const plan *p) {
    int *last = ARENA_ARRAY(p->mem, int, p->g->n_nodes);
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        last[s->node] = i;
        for (int j = 0; j < s->n_parts; j++) last[s->parts[j].node] = i;
    }
    return last;
}

void pack_plan(const plan *p, bool last, text *out) {
    const int *last_packer = find_last_packers(p);
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        pack_at(p, s, out);
        for (int j = 0; j < s->n_parts; j++) pack_at(p, &s->parts[j], out);
        if (last) drop_weights(p, s, last_packer, i);
        for (int j = 0; last && j < s->n_parts; j++) drop_weights(p, &s->parts[j], last_packer, i);
    }
}
