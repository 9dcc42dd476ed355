/* dots.c: integer layers that a target computes by its kernels for dot products.
 *
 * A convolution or dense layer computes a few pixels at a time, all output channels of one group of them. Where
 * the kernels want their inputs widened, or where the inputs of a pixel do not lie side by side, these are
 * first gathered in a tile. A depthwise layer computes a row at a time and needs no tile. How the kernels do it
 * is in the target's header under runtime/; layers that they do not know go by vectors, like those of floats.
 */
#include "graph/quant.h"
#include "plan/internal.h"
#include "plan/pack.h"

bool takes_dots(const plan *p, const plan_step *s) {
    const graph *g = p->g;
    const node *n = &g->nodes[s->node];
    if (!p->t->dots || !is_integer(n) || n->type != TYPE_I8 || s->gemm.scaled) return false;
    if (n->op != OP_CONV && n->op != OP_DENSE && n->op != OP_DEPTHWISE) return false;
    elem_type x = g->nodes[n->in[0]].type;
    bool window = n->op == OP_DEPTHWISE;
    if (x != TYPE_I8 && (x != TYPE_U8 || window)) return false;
    if (node_weight_type(n) != TYPE_I8) return false;
    return !window || !n->a.pad_value;
}

bool gathers_bytes(const plan *p, const plan_step *s) {
    const operand *o = &s->operands[0];
    if (s->gemm.staged) return false;
    return s->gemm.run_table || o->n_runs > 1 || (o->runs[0].step != 1 && o->runs[0].count > 1) ||
           (p->buffers[o->runs[0].buffer].type == TYPE_U8 && !p->t->dots->widened);
}

int64_t widened_bytes(const plan *p, const plan_step *s) {
    const pack_layout l = pack_layout_of_gemm(p, s);
    const dot_kernels *k = p->t->dots;
    if (!k->widened) return 0;
    return (int64_t)s->gemm.tile_pixels * k->widened * l.stretches * ((l.inputs + l.depth - 1) / l.depth) *
           l.depth;
}

/* Bytes of the tile: the widened inputs, behind them those that are gathered as bytes. */
static int64_t tile_bytes(const plan *p, const plan_step *s) {
    const pack_layout l = pack_layout_of_gemm(p, s);
    const bool bytes = gathers_bytes(p, s) || (s->gemm.staged && !p->t->dots->widened);
    return widened_bytes(p, s) + (bytes ? (int64_t)s->gemm.tile_pixels * l.stretches * l.inputs : 0);
}

int64_t largest_tile(const plan_step *steps, int n) {
    int64_t most = 0;
    for (int i = 0; i < n; i++) most = steps[i].tile_bytes > most ? steps[i].tile_bytes : most;
    return most;
}

void choose_dots(const plan *p, plan_step *s, bool by_row) {
    const dot_kernels *k = p->t->dots;
    const node *n = &p->g->nodes[s->node];
    gemm_plan *gemm = &s->gemm;
    by_row = by_row || gemm->staged || n->a.stride[0] > 1 || n->a.stride[1] > 1;
    const int64_t pixels = shape_pixels(n->shape), in_row = by_row ? n->shape.w : pixels;
    const int groups = n->op == OP_CONV ? n->a.groups : 1;
    gemm->dots = true;
    gemm->tile_pixels = in_row < k->pixels ? (int)in_row : k->pixels;
    gemm->blocks = ARENA_ARRAY(p->mem, channel_block, 2);
    gemm->n_blocks = cut_lanes(n->shape.c / groups, k->channels, gemm->blocks);
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
