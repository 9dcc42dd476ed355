/* remove_dead_channels.c: channels on which no output depends go, with the weights that make them and the
 * weights that read them.
 *
 * Trained networks have many channels that are zero, or another constant, for every input: the norm before a
 * relu has driven them there. The bounds on all values prove it (channel_ranges.c), and dead_channels.c finds
 * the channels that may go without breaking a shape. A constant that a conv or dense read goes into its bias:
 *
 *     b'[o] = b[o] + sum over c dead of w[o, .., c] * constant[c]
 *
 * This is exact but for the rounding of the sum, which is computed in double. Of codes it is exact: the bias is
 * an integer of 32 bits, and the constant is less its zero point. The channels that stay keep their
 * order, so slices, shuffles, concats and groups remain what they are, only narrower. If a shape needs a dead
 * channel, the weights that make it and those that read it are zeros. */
#include "passes/dead_channels.h"
#include "passes/internal.h"
#include "passes/rewrite.h"

typedef struct cut {
    rewrite *r;
    const dead_channels *d;
} cut;

static int first_channel(const cut *k, int index) { return k->d->ranges.first[index]; }

static int count_kept(const cut *k, int begin, int end) {
    int count = 0;
    for (int e = begin; e < end; e++) count += k->d->kept[e];
    return count;
}

static int kept_channels(const cut *k, int index) {
    return count_kept(k, first_channel(k, index), first_channel(k, index + 1));
}

static bool has_dead(const cut *k, int index) {
    for (int e = first_channel(k, index); e < first_channel(k, index + 1); e++) {
        if (!k->d->live[e]) return true;
    }
    return false;
}

static tensor *empty_tensor(const cut *k, elem_type type, int rank, int d0, int d1, int d2, int d3) {
    tensor *t = ARENA_NEW(k->r->a, tensor);
    const int dims[4] = {d0, d1, d2, d3};
    t->rank = rank;
    t->type = type;
    t->count = 1;
    for (int i = 0; i < rank; i++) t->count *= t->dims[i] = dims[i];
    if (type == TYPE_I32) {
        t->ints = ARENA_ARRAY(k->r->a, int32_t, t->count);
    } else {
        t->data = ARENA_ARRAY(k->r->a, float, t->count);
    }
    return t;
}

/* The number of groups of old conv `index` of which anything stays. */
static int count_kept_groups(const cut *k, int index) {
    const node *n = old_node(k->r, index);
    int each = n->shape.c / n->a.groups, count = 0;
    for (int from = 0; from < n->shape.c; from += each) {
        int e = first_channel(k, index) + from;
        count += count_kept(k, e, e + each) > 0;
    }
    return count;
}

/* Cuts one row of weights of a conv or dense: copies what stays of `from` to `to`, and returns the new bias.
 * `e` is the channel that the row makes, `in` the first one that it reads, of group_in at each of its taps.
 * `zero`: the zero point of what it reads. */
static double cut_row(const cut *k, int e, int in, const float *from, int64_t row, int group_in, float *to,
                      double bias, double zero) {
    const dead_channels *d = k->d;
    bool blank = !d->live[e] || is_fixed_row(d, e);
    if (blank) bias = d->live[e] ? d->ranges.fixed[e] : 0;
    for (int64_t i = 0; i < row; i += group_in) {
        for (int c = 0; c < group_in; c++) {
            float w = blank ? 0 : from[i + c];
            if (d->kept[in + c]) *to++ = d->live[in + c] ? w : 0;
            if (!d->live[in + c] && w != 0) bias += (double)w * (d->ranges.values[in + c].low - zero);
        }
    }
    return bias;
}

static double value_at(const tensor *t, int i) {
    return !t ? 0 : t->ints ? (double)t->ints[i] : (double)t->data[i];
}

/* A sum of integers is exact in a double, and wraps in 32 bits as all sums do. */
static void set_value(tensor *t, int i, double value) {
    if (t->ints) {
        t->ints[i] = (int32_t)(uint32_t)(int64_t)value;
    } else {
        t->data[i] = (float)value;
    }
}

static void cut_rows(const cut *k, int index, node *n) {
    const node *old = old_node(k->r, index);
    const tensor *weight = old->weights[ROLE_WEIGHT], *bias = old->weights[ROLE_BIAS];
    bool is_conv = old->op == OP_CONV;
    int groups = is_conv ? old->a.groups : 1, new_groups = is_conv ? count_kept_groups(k, index) : 1;
    int group_in = old_input(k->r, old, 0)->shape.c / groups, group_out = old->shape.c / groups;
    int64_t row = weight->count / old->shape.c;
    int new_group_in = kept_channels(k, old->in[0]) / new_groups, new_out = n->shape.c;
    int64_t new_row = row / group_in * new_group_in;
    tensor *w =
        is_conv ? empty_tensor(k, weight->type, 4, new_out, old->a.kernel[0], old->a.kernel[1], new_group_in)
                : empty_tensor(k, weight->type, 2, new_out, (int)new_row, 0, 0);
    tensor *b = empty_tensor(k, old->q.on ? TYPE_I32 : TYPE_F32, 1, new_out, 0, 0, 0);
    double zero = old->q.on ? old_input(k->r, old, 0)->q.zero : 0;
    for (int o = 0, at = 0; o < old->shape.c; o++) {
        int e = first_channel(k, index) + o, in = first_channel(k, old->in[0]) + o / group_out * group_in;
        if (!k->d->kept[e]) continue;
        double sum = cut_row(k, e, in, weight->data + o * row, row, group_in, w->data + at * new_row,
                             value_at(bias, o), zero);
        set_value(b, at++, sum);
    }
    n->weights[ROLE_WEIGHT] = w;
    n->weights[ROLE_BIAS] = b;
    n->a.has_bias = true;
    n->a.out = new_out;
    if (is_conv) n->a.groups = new_groups;
}

/* Cuts a tensor [.., channels of old node `index`] down to the channels that stay. Dead ones of them get zeros,
 * or what they had where `blank` is false. */
static tensor *cut_last_axis(const cut *k, int index, const tensor *t, bool blank) {
    if (!t) return NULL;
    int out = old_node(k->r, index)->shape.c, kept = kept_channels(k, index), at = 0;
    const bool *stays = k->d->kept + first_channel(k, index), *live = k->d->live + first_channel(k, index);
    tensor *fresh = empty_tensor(k, t->type, t->rank, t->rank == 1 ? kept : t->dims[0], t->dims[1], kept, 0);
    for (int64_t i = 0; i < t->count; i++) {
        int c = (int)(i % out);
        if (!stays[c]) continue;
        bool has = live[c] || !blank;
        if (t->ints) fresh->ints[at++] = has ? t->ints[i] : 0;
        if (t->data) fresh->data[at++] = has ? t->data[i] : 0;
    }
    return fresh;
}

/* The scales of codes. They are above 0, for a dead channel, too. */
static void cut_scales(const cut *k, int index, node *n) {
    if (!n->a.one_weight_scale)
        n->weights[ROLE_WEIGHT_SCALE] = cut_last_axis(k, index, n->weights[ROLE_WEIGHT_SCALE], false);
    n->weights[ROLE_OUTPUT_SCALE] = cut_last_axis(k, index, n->weights[ROLE_OUTPUT_SCALE], false);
    n->a.own.scales = cut_last_axis(k, index, n->a.own.scales, false);
    n->a.acted.scales = cut_last_axis(k, index, n->a.acted.scales, false);
}

static void cut_pad_value(const cut *k, int index, node *n) {
    int channels = old_node(k->r, index)->shape.c, at = 0;
    double *value = ARENA_ARRAY(k->r->a, double, kept_channels(k, index));
    for (int c = 0; c < channels; c++) {
        if (k->d->kept[first_channel(k, index) + c]) value[at++] = n->a.pad_value[c];
    }
    n->a.pad_value = value;
}

static node cut_node(const cut *k, int index) {
    const node *old = old_node(k->r, index);
    node n = copy_node(k->r, index);
    n.shape.c = kept_channels(k, index);
    if (old->n_in == 0 || !(has_dead(k, index) || has_dead(k, old->in[0]))) return n;
    if (old->op == OP_CONV || old->op == OP_DENSE) {
        cut_rows(k, index, &n);
    } else if (old->op == OP_DEPTHWISE || old->op == OP_AFFINE) {
        n.weights[ROLE_WEIGHT] = cut_last_axis(k, index, old->weights[ROLE_WEIGHT], true);
        n.weights[ROLE_BIAS] = cut_last_axis(k, index, old->weights[ROLE_BIAS], true);
    } else if (old->op == OP_RESHAPE || old->op == OP_TRANSPOSE) {
        n.a.size.c = n.shape.c;
        if (old->op == OP_TRANSPOSE) n.a.dims.at[n.a.dims.n - 1] = n.shape.c;
    } else if (old->op == OP_SLICE && old->a.axis == AXIS_C && old->a.step == 1) {
        int in = first_channel(k, old->in[0]);
        n.a.begin = count_kept(k, in, in + old->a.begin);
        n.a.count = n.shape.c;
    }
    if (has_dead(k, index)) cut_scales(k, index, &n);
    if (old->a.pad_value) cut_pad_value(k, old->in[0], &n);
    return n;
}

/* Counts for the summary why the channels of kernels go. */
static void count_reasons(const cut *k, int index, graph *g) {
    if (!has_kernel(old_node(k->r, index))) return;
    for (int e = first_channel(k, index); e < first_channel(k, index + 1); e++) {
        if (k->d->kept[e]) continue;
        if (is_constant(k->d->ranges.values[e])) {
            g->constant_channels++;
        } else {
            g->unread_channels++;
        }
    }
}

graph *remove_dead_channels(const graph *in, arena *a, diag *d) {
    (void)d;
    arena *scratch = arena_new();
    dead_channels dead = find_dead_channels(in, scratch);
    cut k = {begin_rewrite(in, a), &dead};
    for (int i = 0; i < in->n_nodes; i++) {
        if (!dead.n_dead) {
            keep_node(k.r, i);
            continue;
        }
        count_reasons(&k, i, k.r->g);
        node n = cut_node(&k, i);
        k.r->map[i] = append_node(k.r, &n);
    }
    arena_free(scratch);
    return finish_rewrite(k.r);
}
