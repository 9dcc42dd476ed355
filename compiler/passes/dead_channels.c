/* dead_channels.c: which channels are live.
 *
 * An op that works channel by channel (depthwise, pool, add, concat, shuffle, ..) ties each channel of its
 * output to the channels that it reads. Channels that are tied to each other form a class, which stays or goes
 * as a whole. A shuffle seen as a matrix (g, n) ties all channels of a column, so that it remains a shuffle.
 *
 * Classes end at conv and dense. A class is live if a row of such a layer needs one of its channels: the row is
 * live and not fixed, its weight for the channel is not zero, and the channel is no constant that the bias
 * could take. The search starts at the outputs and looks at each row once.
 *
 * The same holds for codes, less the zero point of their tensor.
 *
 * The bias cannot take a constant other than zero that zero padding surrounds, because windows at the border
 * see less of it. */
#include "passes/dead_channels.h"
#include "passes/rewrite.h"

enum {
    MOST_CHANNELS = 1 << 22,  /* in all tensors together: 250 MB of tables. EfficientNet B7 has 0.3 million */
    MOST_WEIGHTS = 100 << 20, /* weights that lose channels are copied */
    MOST_SWEEPS = 64          /* until all shapes are regular. Two or three are enough in practice */
};

typedef struct liveness {
    const graph *g;
    const channel_ranges *ranges;
    int *parent;    /* [channels] union-find */
    bool *live;     /* [channels] of the root of a class */
    int *node_of;   /* [channels] the node whose output it is */
    int *first_row; /* [channels] by root: the first row of conv or dense that makes one of the class, or -1 */
    int *next_row;  /* [channels] the next such row, or -1 */
    int *waiting;   /* [channels] live roots whose rows have not been looked at yet */
    int n_waiting;
} liveness;

static int find_root(liveness *l, int channel) {
    while (l->parent[channel] != channel) {
        l->parent[channel] = l->parent[l->parent[channel]];
        channel = l->parent[channel];
    }
    return channel;
}

static void tie(liveness *l, int x, int y) {
    x = find_root(l, x), y = find_root(l, y);
    if (x < y) {
        l->parent[y] = x;
    } else {
        l->parent[x] = y;
    }
}

static void make_live(liveness *l, int channel) {
    int root = find_root(l, channel);
    if (l->live[root]) return;
    l->live[root] = true;
    l->waiting[l->n_waiting++] = root;
}

/* Whether all channels of the node and of its input stay: it mixes them without weights, it is a norm that is
 * not lowered, or its channels are a regular pattern of the input's, which would not stay regular. */
static bool keeps_all_channels(const graph *g, const node *n) {
    switch (n->op) {
    case OP_SOFTMAX:
    case OP_BN:
    case OP_NORMALIZE: return true;
    case OP_SLICE: return n->a.axis == AXIS_C && n->a.step != 1;
    case OP_PAD: return n->shape.c != g->nodes[n->in[0]].shape.c;
    default: return false;
    }
}

static bool has_rows(const node *n) { return n->op == OP_CONV || n->op == OP_DENSE; }

static void tie_shuffle(liveness *l, const node *n, int in, int out) {
    int groups = n->a.groups, each = n->shape.c / groups;
    for (int c = 0; c < n->shape.c; c++) {
        int column = c % each;
        tie(l, in + column, in + c);
        tie(l, in + column, out + column * groups + c / each);
    }
}

static void tie_concat(liveness *l, const node *n, int out) {
    for (int i = 0; i < node_own_inputs(n); i++) {
        int in = l->ranges->first[n->in[i]], end = l->ranges->first[n->in[i] + 1];
        while (in < end) tie(l, in++, out++);
    }
}

/* Of an op that keeps a channel to itself. `input` is 0 or 1. */
static void tie_each(liveness *l, const node *n, int input, int out) {
    int in = l->ranges->first[n->in[input]], channels = l->g->nodes[n->in[input]].shape.c;
    for (int c = 0; c < n->shape.c; c++) {
        int from = n->op == OP_DEPTHWISE ? c / n->a.multiplier
                   : n->op == OP_SLICE && n->a.axis == AXIS_C
                       ? n->a.begin + c * n->a.step
                       : c % channels; /* a flatten counts through the channels at each pixel */
        tie(l, in + from, out + c);
    }
}

static void tie_node(liveness *l, int index) {
    const node *n = &l->g->nodes[index];
    int out = l->ranges->first[index];
    if (mixes_channels(l->g, n)) return;
    switch (n->op) {
    case OP_INPUT:
    case OP_CONSTANT:
    case OP_CONV:
    case OP_DENSE: break;
    case OP_SHUFFLE: tie_shuffle(l, n, l->ranges->first[n->in[0]], out); break;
    case OP_CONCAT:
        if (n->a.axis == AXIS_C) {
            tie_concat(l, n, out);
            break;
        }
        /* fall through */
    default:
        for (int i = 0; !keeps_all_channels(l->g, n) && i < node_own_inputs(n); i++) tie_each(l, n, i, out);
    }
    for (int c = 0; n->a.has_residual && c < n->shape.c; c++) {
        tie(l, l->ranges->first[n->in[n->n_in - 1]] + c, out + c);
    }
}

static void make_node_live(liveness *l, int index) {
    for (int e = l->ranges->first[index]; e < l->ranges->first[index + 1]; e++) make_live(l, e);
}

/* Inputs, constants and outputs keep all their channels. */
static void make_ends_live(liveness *l) {
    for (int i = 0; i < l->g->n_nodes; i++) {
        const node *n = &l->g->nodes[i];
        if (n->n_in == 0) make_node_live(l, i);
        if (mixes_channels(l->g, n)) {
            make_node_live(l, i);
            for (int k = 0; k < n->n_in; k++) make_node_live(l, n->in[k]);
        }
        if (n->n_in && keeps_all_channels(l->g, n)) {
            make_node_live(l, i);
            make_node_live(l, n->in[0]);
        }
    }
    for (int i = 0; i < l->g->n_outputs; i++) make_node_live(l, l->g->outputs[i].node);
}

static void list_rows(liveness *l) {
    for (int e = 0; e < l->ranges->count; e++) l->first_row[e] = NO_NODE;
    for (int i = 0; i < l->g->n_nodes; i++) {
        for (int e = l->ranges->first[i]; e < l->ranges->first[i + 1]; e++) {
            l->node_of[e] = i;
            if (!has_rows(&l->g->nodes[i])) continue;
            int root = find_root(l, e);
            l->next_row[e] = l->first_row[root];
            l->first_row[root] = e;
        }
    }
}

/* Whether the bias of conv or dense `n` can take the input's `channel`. */
static bool bias_takes(const graph *g, const node *n, int channel, range x) {
    if (!is_constant(x)) return false;
    return n->op == OP_DENSE || !has_padding(&n->a) || padding_value(g, n, channel) == x.low;
}

/* The row that makes channel `e` is needed. Makes the channels that it reads live. */
static void need_row(liveness *l, int e) {
    if (!isnan(l->ranges->fixed[e])) return;
    const node *n = &l->g->nodes[l->node_of[e]];
    int channels = l->g->nodes[n->in[0]].shape.c, groups = n->op == OP_CONV ? n->a.groups : 1;
    int o = e - l->ranges->first[l->node_of[e]], group_in = channels / groups;
    int from = o / (n->shape.c / groups) * group_in, in = l->ranges->first[n->in[0]] + from;
    int64_t row = n->weights[ROLE_WEIGHT]->count / n->shape.c;
    const float *w = n->weights[ROLE_WEIGHT]->data + o * row;
    for (int c = 0; c < group_in; c++) {
        if (l->live[find_root(l, in + c)]) continue;
        range x = l->ranges->values[in + c];
        bool folds = bias_takes(l->g, n, from + c, x), needed = false;
        for (int64_t i = c; i < row && !needed; i += group_in) {
            needed = w[i] == 0 ? is_unknown(x) : !(folds && isfinite(w[i]));
        }
        if (needed) make_live(l, in + c);
    }
}

static void find_live_channels(liveness *l) {
    for (int e = 0; e < l->ranges->count; e++) l->parent[e] = e;
    for (int i = 0; i < l->g->n_nodes; i++) tie_node(l, i);
    list_rows(l);
    make_ends_live(l);
    while (l->n_waiting) {
        int root = l->waiting[--l->n_waiting];
        for (int e = l->first_row[root]; e != NO_NODE; e = l->next_row[e]) need_row(l, e);
    }
}

/* --- shapes: channels that stay although they are dead. `kept` is by root. */

static int count_staying(liveness *l, const bool *kept, int begin, int end) {
    int count = 0;
    for (int e = begin; e < end; e++) count += kept[find_root(l, e)];
    return count;
}

/* Keeps more of the channels [begin, end), from the first one on, until at least `wanted` stay. A class may
 * have several of them. True if any were missing. */
static bool keep_more(liveness *l, bool *kept, int begin, int end, int wanted) {
    int missing = wanted - count_staying(l, kept, begin, end);
    bool changed = missing > 0;
    for (int e = begin; e < end && missing > 0; e++) {
        int root = find_root(l, e);
        if (kept[root]) continue;
        kept[root] = true;
        missing--;
    }
    return changed;
}

/* Makes all groups of which anything stays read equally many channels, and make equally many. True if that
 * changed anything. */
static bool keep_groups_regular(liveness *l, bool *kept, int index) {
    const node *n = &l->g->nodes[index];
    int groups = n->a.groups, each_out = n->shape.c / groups;
    int each_in = l->g->nodes[n->in[0]].shape.c / groups;
    int out = l->ranges->first[index], in = l->ranges->first[n->in[0]];
    int most_in = 1, most_out = 1;
    for (int k = 0; k < groups; k++) {
        int ins = count_staying(l, kept, in + k * each_in, in + (k + 1) * each_in);
        int outs = count_staying(l, kept, out + k * each_out, out + (k + 1) * each_out);
        most_in = ins > most_in ? ins : most_in;
        most_out = outs > most_out ? outs : most_out;
    }
    bool changed = false;
    for (int k = 0; k < groups; k++) {
        int in_k = in + k * each_in, out_k = out + k * each_out;
        if (!count_staying(l, kept, in_k, in_k + each_in) && !count_staying(l, kept, out_k, out_k + each_out))
            continue;
        changed = keep_more(l, kept, in_k, in_k + each_in, most_in) || changed;
        changed = keep_more(l, kept, out_k, out_k + each_out, most_out) || changed;
    }
    return changed;
}

/* 959 channels instead of 960 gain nothing: the vectors do the work of 960, and pixels no longer begin at a
 * cache line. Rounds up to a multiple of 16, 8 or 4 where that adds at most a twentieth. */
static int round_to_vectors(int count) {
    for (int lanes = 16; lanes >= 4; lanes /= 2) {
        int rounded = (count + lanes - 1) / lanes * lanes;
        if ((rounded - count) * 20 <= count) return rounded;
    }
    return count;
}

static bool keep_shapes(liveness *l, bool *kept) {
    bool changed = false;
    for (int i = 0; i < l->g->n_nodes; i++) {
        const node *n = &l->g->nodes[i];
        int begin = l->ranges->first[i], end = l->ranges->first[i + 1];
        int count = has_rows(n) ? round_to_vectors(count_staying(l, kept, begin, end)) : 1;
        count = count < 1 ? 1 : count > n->shape.c ? n->shape.c : count;
        changed = keep_more(l, kept, begin, end, count) || changed;
        if (n->op == OP_CONV && n->a.groups > 1) changed = keep_groups_regular(l, kept, i) || changed;
    }
    return changed;
}

/* False if it takes more than MOST_SWEEPS. */
static bool find_kept(liveness *l, bool *kept) {
    for (int e = 0; e < l->ranges->count; e++) kept[e] = l->live[e];
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        if (!keep_shapes(l, kept)) return true;
    }
    return false;
}

/* Copies what is known of the roots to all channels of their classes. */
static void spread(liveness *l, const bool *kept, arena *a, dead_channels *d) {
    int count = l->ranges->count;
    d->live = ARENA_ARRAY(a, bool, count);
    d->kept = ARENA_ARRAY(a, bool, count);
    for (int e = 0; e < count; e++) {
        int root = find_root(l, e);
        d->live[e] = l->live[root];
        d->kept[e] = kept[root];
        d->n_dead += !kept[root];
    }
}

dead_channels find_dead_channels(const graph *g, arena *a) {
    dead_channels d = {0};
    if (!graph_values_known(g) || g->weight_elements > MOST_WEIGHTS) return d;
    d.ranges = number_channels(g, a, MOST_CHANNELS);
    if (d.ranges.count < 0) return (dead_channels){0};
    find_channel_ranges(g, a, &d.ranges);
    arena *scratch = arena_new();
    int count = d.ranges.count;
    liveness l = {.g = g,
                  .ranges = &d.ranges,
                  .parent = ARENA_ARRAY(scratch, int, count),
                  .live = ARENA_ARRAY(scratch, bool, count),
                  .node_of = ARENA_ARRAY(scratch, int, count),
                  .first_row = ARENA_ARRAY(scratch, int, count),
                  .next_row = ARENA_ARRAY(scratch, int, count),
                  .waiting = ARENA_ARRAY(scratch, int, count)};
    bool *kept = ARENA_ARRAY(scratch, bool, count);
    find_live_channels(&l);
    if (find_kept(&l, kept)) spread(&l, kept, a, &d);
    arena_free(scratch);
    return d;
}
