/* dots.c: integer layers that a target computes by its kernels for dot products.
 *
 * A convolution or dense layer computes a few pixels at a time, all output channels of one group of them. Where
 * the kernels want their inputs widened, or where the inputs of a pixel do not lie side by side, these are
 * first gathered in a tile. A depthwise layer computes a row at a time and needs no tile. How the kernels do it
 * is in the target's header under runtime/; layers that they do not know go by vectors, like those of floats.
 */
#include "graph/integers.h"
#include "graph/quant.h"
#include "plan/internal.h"
#include "plan/pack.h"

/* Whether the kernels take a depthwise layer's window. Those that add up products of two taps in 16 bits do not
 * take weights of -128. */
static bool fits_window(const dot_kernels *k, const node *n) {
    const int most_column = 127;
    if (!k->most_taps) return true;
    const tensor *w = n->weights[ROLE_WEIGHT];
    for (int64_t i = 0; w->data && i < w->count; i++) {
        if (w->data[i] < -127) return false;
    }
    return n->a.kernel[0] * n->a.kernel[1] <= k->most_taps &&
           (n->a.kernel[1] - 1) * n->a.dilation[1] <= most_column;
}

/* Whether kernels that round by vectors take all factors of a layer, which shift at most `most` bits to the
 * left.
 */
static bool shifts_within(const graph *g, const node *n, int most, arena *a) {
    const kernel_integers k = integers_of_kernel(g, n, a);
    for (int c = 0; c < n->shape.c; c++) {
        if (k.by[c].multiplier && (k.by[c].shift > most || k.by[c].shift < -31)) return false;
    }
    return true;
}

/* To round once, kernels may shift a sum to the left before they multiply it. */
static bool takes_shifts(const plan *p, const node *n) {
    return shifts_within(p->g, n, p->g->rounding == RESCALE_TFLITE ? -1 : 30, p->mem);
}

bool shifts_left(const plan *p, const node *n) {
    return p->t->dots->ragged && !shifts_within(p->g, n, -1, p->mem);
}

bool takes_dots(const plan *p, const plan_step *s) {
    const graph *g = p->g;
    const node *n = &g->nodes[s->node];
    if (!p->t->dots || !is_integer(n) || n->type != TYPE_I8 || s->gemm.scaled) return false;
    if (n->op != OP_CONV && n->op != OP_DENSE && n->op != OP_DEPTHWISE) return false;
    elem_type x = g->nodes[n->in[0]].type;
    bool window = n->op == OP_DEPTHWISE;
    if (x != TYPE_I8 && (x != TYPE_U8 || window)) return false;
    if (node_weight_type(n) != TYPE_I8) return false;
    if (p->t->dots->ragged && !takes_shifts(p, n)) return false;
    return !window || (!n->a.pad_value && fits_window(p->t->dots, n));
}

bool gathers_bytes(const plan *p, const plan_step *s) {
    const operand *o = &s->operands[0];
    if (s->gemm.staged) return false;
    return s->gemm.run_table || o->n_runs > 1 || (o->runs[0].step != 1 && o->runs[0].count > 1) ||
           (p->buffers[o->runs[0].buffer].type == TYPE_U8 && !p->t->dots->widened);
}

int64_t widened_bytes(const plan *p, const plan_step *s) {
    const pack_layout l = pack_layout_of_gemm(p, s);
    return (int64_t)s->gemm.tile_pixels * p->t->dots->widened * pack_inputs(&l);
}

/* Whether a tile has the inputs of pixels as bytes. */
static bool has_byte_tile(const plan *p, const plan_step *s) {
    return gathers_bytes(p, s) || joins_rows(p, s) ||
           (s->gemm.staged && !p->t->dots->widened && !reads_rows(p, s));
}

/* Bytes of the tile: the widened inputs, behind them those that are gathered as bytes. */
static int64_t tile_bytes(const plan *p, const plan_step *s) {
    const pack_layout l = pack_layout_of_gemm(p, s);
    const int64_t bytes = has_byte_tile(p, s) ? (int64_t)l.stretches * l.inputs : 0;
    return widened_bytes(p, s) + s->gemm.tile_pixels * bytes;
}

int64_t largest_tile(const plan_step *steps, int n) {
    int64_t most = 0;
    for (int i = 0; i < n; i++) most = steps[i].tile_bytes > most ? steps[i].tile_bytes : most;
    return most;
}

/* Pixels of a call, of `in_row` that lie in a row. Where a call may have any number, the tile has few bytes. */
static int most_pixels(const plan *p, const plan_step *s, int64_t in_row) {
    const int tile_room = 512;
    const dot_kernels *k = p->t->dots;
    const node *n = &p->g->nodes[s->node];
    int64_t most = k->pixels;
    if (k->ragged && has_byte_tile(p, s)) {
        const int64_t inputs = (int64_t)s->operands[0].shape.c * n->a.kernel[0] * n->a.kernel[1];
        if (n->op != OP_DENSE) most = tile_room / inputs / k->pixels * k->pixels;
        if (most < k->pixels) most = k->pixels;
    } else if (k->ragged) {
        most = in_row;
    }
    return (int)(in_row < most ? in_row : most);
}

void choose_dots(const plan *p, plan_step *s, bool by_row) {
    const dot_kernels *k = p->t->dots;
    const node *n = &p->g->nodes[s->node];
    gemm_plan *gemm = &s->gemm;
    by_row = by_row || gemm->staged || n->a.stride[0] > 1 || n->a.stride[1] > 1;
    const int64_t pixels = shape_pixels(n->shape), in_row = by_row ? n->shape.w : pixels;
    const int groups = n->op == OP_CONV ? n->a.groups : 1;
    gemm->dots = true;
    gemm->depth = 1;
    gemm->wide = tuning_compact(p->tuning) == COMPACT_NOT ? wide_shift(p, n) : 0;
    gemm->paired = !gemm->wide && takes_pairs(p, n);
    s->shifts_left = shifts_left(p, n);
    gemm->tile_pixels = most_pixels(p, s, in_row);
    gemm->blocks = ARENA_ARRAY(p->mem, channel_block, 2);
    gemm->n_blocks = cut_lanes(n->shape.c / groups, k->channels, k->channels, gemm->blocks);
    gemm->blocks_outside = gemm->prefetch = false;
    s->macs = node_macs(p->g, n);
    s->tile_bytes = tile_bytes(p, s);
    const int64_t tiles = pixels / in_row * ((in_row + gemm->tile_pixels - 1) / gemm->tile_pixels);
    const double full = (double)tiles * gemm->tile_pixels, taps = n->a.kernel[0] * n->a.kernel[1];
    const double inputs = s->operands[0].shape.c * (n->op == OP_DENSE ? 1 : taps);
    gemm->cycles = k->per_mac * (double)s->macs * full / (double)pixels + k->per_input * full * inputs +
                   k->per_output * full * n->shape.c +
                   k->per_block * (double)tiles * ((double)n->shape.c / k->channels);
}

double window_dots_cycles(const plan *p, const plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    return p->t->dots->per_tap * (double)s->macs + p->t->dots->per_output * (double)shape_elements(n->shape);
}
