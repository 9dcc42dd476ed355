/* byte_windows.c: depthwise layers of integers that take four taps at once, or two.
 *
 * A block of channels is as many bytes as a vector has, and four vectors of sums. The bytes of up to four taps
 * are interleaved, so that the four of one channel lie side by side; an instruction then adds their products to
 * the channel's sum. To interleave bytes within 16 of them costs the least, and orders the channels as
 * channel_of_lane says: weights, biases and factors lie in that order, and codes come out in their own.
 *
 * Mostly the taps are those of a column of the window: a column is interleaved once, for all pixels of the
 * output that see it. Of windows of more than four rows, columns are cut; where one row is left, its taps are
 * taken along the row.
 *
 * Where the target takes pairs of int16, a block has two vectors of sums. A tap is widened as it is loaded,
 * once for all windows that see it. Channels lie in their order, or four of them in turns, as an instruction
 * puts the lanes of two vectors side by side within 16 bytes. The weights are int16. Where the target takes
 * bytes whose products are added in 16 bits (byte_tiles.pairs), the four weights of a lane lie by pairs: the
 * first pair of all lanes of a vector, then the next.
 *
 * Where channels lie in turns, neighbouring columns of the output share the pairs along a row. With a stride of
 * 1 all pairs begin in even columns. An output in an odd column begins with the second half of a pair: the
 * weight of the first half is 0. So odd columns have weights of their own.
 *
 * What lies outside of the map has the code of zero, so that all taps count, and the bias contains all zeros.
 */
#include "plan/byte_windows.h"

#include "graph/quant.h"
#include "plan/internal.h"

bool shares_pairs(const byte_tiles *t, const node *n) {
    return t->turns && n->a.kernel[1] % 2 && n->a.kernel[1] > 1 && n->a.stride[1] == 1 && n->a.dilation[1] == 1;
}

/* Appends the groups of the rows ky to ky + rows - 1. */
static void add_groups(tap_groups *all, const node *n, int ky, int rows) {
    const bool along = rows == 1;
    const int width = n->a.kernel[1], depth = all->depth, step = along ? depth : 1;
    for (int kx = 0; kx < width; kx += step) {
        const int left = width - kx < depth ? width - kx : depth;
        all->at[all->n++] = (tap_group){ky, kx, along ? left : rows, along, false};
    }
}

tap_groups groups_of_window(const byte_tiles *t, const node *n) {
    tap_groups all = {.depth = t->depth};
    const int rows = n->a.kernel[0];
    for (int ky = 0; ky < rows; ky += t->depth)
        add_groups(&all, n, ky, rows - ky < t->depth ? rows - ky : t->depth);
    if (!shares_pairs(t, n) || rows % 2 == 0) return all;
    for (int kx = -1; kx < n->a.kernel[1]; kx += 2) all.at[all.n++] = (tap_group){rows - 1, kx, 2, true, true};
    return all;
}

int tap_at(const node *n, const tap_group *group, int place) {
    if (place >= group->count) return -1;
    const int ky = group->ky + (group->along ? 0 : place), kx = group->kx + (group->along ? place : 0);
    if (kx < 0) return -1;
    return ky * n->a.kernel[1] + kx;
}

int window_block_channels(const target *t) { return t->bytes->depth * t->vectors[0].lanes; }

int channel_of_lane(const target *t, int vector, int lane) {
    enum { TURN = 4 /* lanes that are interleaved by themselves */ };
    if (t->bytes->widens && !t->bytes->turns) return vector * t->vectors[0].lanes + lane;
    return lane / TURN * TURN * t->bytes->depth + vector * TURN + lane % TURN;
}

bool window_takes_bytes(const plan *p, const plan_step *s) {
    const graph *g = p->g;
    const node *n = &g->nodes[s->node];
    if (!p->t->bytes || !p->t->bytes->windows || n->op != OP_DEPTHWISE || !is_integer(n)) return false;
    const elem_type x = g->nodes[n->in[0]].type;
    if (n->type != TYPE_I8 || (x != TYPE_I8 && x != TYPE_U8) || node_weight_type(n) != TYPE_I8) return false;
    if (n->a.pad_value || n->a.has_residual || (!p->t->bytes->raises && x == TYPE_U8)) return false;
    if (p->t->bytes->pairs && !fits_pairs(n)) return false;
    return n->a.kernel[0] <= MOST_WINDOW_SIDE && n->a.kernel[1] <= MOST_WINDOW_SIDE;
}

/* Cycles of a block of one pixel: to interleave a column of taps, as many as the stride of them, and those
 * along rows; to add up a group; to make codes. */
double byte_window_cycles(const plan *p, const plan_step *s) {
    enum { PER_COLUMN = 5, PER_END = 9 };
    const node *n = &p->g->nodes[s->node];
    const int block = window_block_channels(p->t);
    const double blocks = (double)((n->shape.c + block - 1) / block * shape_pixels(n->shape));
    const int depth = p->t->bytes->depth;
    const tap_groups groups = groups_of_window(p->t->bytes, n);
    double columns = 0;
    int taken = 0;
    for (int i = 0; i < groups.n; i++) {
        if (groups.at[i].odd) continue;
        taken++;
        if (groups.at[i].along)
            columns++;
        else
            columns += (double)n->a.stride[1] / n->a.kernel[1];
    }
    return blocks * (columns * PER_COLUMN + taken * depth * p->t->bytes->per_dot + PER_END);
}
