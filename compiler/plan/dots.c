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

/* Whether the kernels take a depthwise layer's window. */
static bool fits_window(const dot_kernels *k, const node *n) {
    return !k->most_taps || n->a.kernel[0] * n->a.kernel[1] <= k->most_taps;
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
    if (!has_byte_tile(p, s)) return widened_bytes(p, s);
    const int64_t bytes = p->t->dots->widened ? (int64_t)l.stretches * l.inputs : pack_inputs(&l);
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

/* The narrow kernel keeps the sums of a whole row in registers, and planes of two channels on the stack: see
 * runtime/i8_dsp_narrow.h, which has the same limits. Making planes and words of weights for a single row is
 * worth its time where windows are large. */
narrow_way narrow_way_of(const plan *p, const node *n, bool by_row) {
    enum { LEAST_COLUMNS = 3, MOST_COLUMNS = 6, MOST_ROWS = 6, PLANE_WORDS = 80 / 2 };
    const attrs *a = &n->a;
    const shape in = p->g->nodes[n->in[0]].shape;
    const int size = a->kernel[0], step = a->stride[1], columns = n->shape.w;
    if (!p->t->dots->narrow_runtime || (size != 3 && size != 5) || a->kernel[1] != size) return NARROW_NOT;
    if (step > 2 || a->stride[0] != step || a->dilation[0] > 1 || a->dilation[1] > 1) return NARROW_NOT;
    if (columns < LEAST_COLUMNS || columns > MOST_COLUMNS || a->has_residual) return NARROW_NOT;
    if (step == 1 && (in.w != columns || a->pad[LEFT] != size / 2)) return NARROW_NOT;
    if (!short_way_of(p, n)) return NARROW_NOT;
    const int words = step == 1 ? (columns + 1) / 2 : columns + size / 2;
    if (!by_row && n->shape.h <= MOST_ROWS && in.h * words <= PLANE_WORDS) return NARROW_MAP;
    return size == 5 && size * words <= PLANE_WORDS ? NARROW_ROW : NARROW_NOT;
}

/* The cycles of the narrow kernel: of a call for a channel, and of an output. */
static double narrow_cycles(const plan *p, const plan_step *s) {
    const double per_call = 100, per_tap = 0.5, per_output = 10;
    const node *n = &p->g->nodes[s->node];
    const double calls = (double)n->shape.c * (s->window.narrow == NARROW_MAP ? 1 : n->shape.h);
    return per_call * calls + per_tap * (double)s->macs + per_output * (double)shape_elements(n->shape);
}

double window_dots_cycles(const plan *p, const plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    const dot_kernels *k = p->t->dots;
    if (s->window.narrow) return narrow_cycles(p, s);
    const int columns = (n->shape.w + k->window_columns - 1) / k->window_columns * k->window_columns;
    const double computed = (double)columns / n->shape.w;
    return computed * (k->per_tap * (double)s->macs + k->per_output * (double)shape_elements(n->shape)) +
           k->per_row * (double)n->shape.h * n->shape.c;
}
