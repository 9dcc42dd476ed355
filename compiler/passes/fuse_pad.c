/* fuse_pad.c: an explicit `pad` of zeros becomes part of the padding of the node that reads it. Keras models
 * have such a pad in front of each convolution of stride 2. It can go into
 *   - conv and depthwise, whose own padding is zeros too;
 *   - avg_pool, if padded positions count in the divisor afterwards: either they do already (count_pad), or the
 *     pool has no padding of its own, and count_pad is set;
 *   - max_pool, whose own padding never wins: where no value is negative, the zeros never win either;
 *   - another pad.
 * Of codes, the zero point stands for zero. An average pool of codes does not take a pad.
 *
 * Each reader is looked at by itself. If others need the padded tensor, the pad stays for them. */
#include "graph/integers.h"
#include "passes/internal.h"
#include "passes/range.h"
#include "passes/rewrite.h"

enum { MOST_PADDING = 2 * MAX_KERNEL * MAX_KERNEL }; /* the most that the shape rules allow for a window */

static bool fits_padding(const node *n, const int *pad) {
    const attrs *a = &n->a;
    bool is_pool = op_table[n->op].class == CLASS_POOL;
    for (int side = 0; side < 4; side++) {
        int kernel = a->kernel[side == TOP || side == BOTTOM ? 0 : 1];
        if (pad[side] > (n->op == OP_PAD ? MAX_SIDE : MOST_PADDING)) return false;
        if (is_pool && pad[side] >= kernel)
            return false; /* a window of padding alone has no mean and no maximum */
    }
    return true;
}

/* The number of a constant pad, as a code where the pad is of codes. */
static double pad_number(const node *n) { return n->q.on ? code_of(&n->q, n->type, 0, n->a.fill) : n->a.fill; }

/* A pad of zeros around height and width, with nothing fused into it. */
static bool pads_zeros(const node *n) {
    const attrs *a = &n->a;
    if (n->op != OP_PAD || !is_bare(n) || a->around != PADS_CONSTANT) return false;
    if (n->q.scales && a->fill != 0) return false;
    return pad_number(n) == (n->q.on ? n->q.zero : 0) && !a->pad_channels[0] && !a->pad_channels[1];
}

/* Whether `n`, which reads a pad of zeros around `values`, computes the same if the zeros become part of its
 * own padding. */
static bool takes_zeros(const node *n, const node *pad, range values) {
    const attrs *a = &n->a;
    switch (n->op) {
    case OP_PAD: return pads_zeros(n);
    case OP_CONV:
    case OP_DEPTHWISE: return !a->pad_value;
    case OP_AVG_POOL: return !n->q.on && (a->count_pad || !has_padding(a));
    case OP_MAX_POOL: return values.low >= pad_number(pad) && a->dilation[0] == 1 && a->dilation[1] == 1;
    default: return false;
    }
}

/* Moves all pads in front of old node `index` into `a`, the attributes of its copy. Its new input, as an old
 * node. */
static int take_pads(const rewrite *r, int index, const range *ranges, attrs *a) {
    const node *n = old_node(r, index);
    int from = n->in[0];
    while (pads_zeros(old_node(r, from))) {
        const node *pad = old_node(r, from);
        int sum[4];
        for (int side = 0; side < 4; side++) sum[side] = a->pad[side] + pad->a.pad[side];
        if (!fits_padding(n, sum) || !takes_zeros(n, pad, ranges[pad->in[0]])) break;
        for (int side = 0; side < 4; side++) a->pad[side] = sum[side];
        a->padding = PAD_EXPLICIT;
        if (n->op == OP_AVG_POOL) a->count_pad = true;
        from = pad->in[0];
    }
    return from;
}

graph *fuse_pad(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    const range *ranges = find_ranges(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        if (n->op == OP_INPUT) {
            keep_node(r, i);
            continue;
        }
        node copy = copy_node(r, i);
        int from = take_pads(r, i, ranges, &copy.a);
        if (from != n->in[0]) set_input(r, &copy, 0, r->map[from]);
        r->map[i] = append_node(r, &copy);
    }
    return finish_rewrite(r);
}
