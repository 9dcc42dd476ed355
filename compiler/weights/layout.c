/* layout.c: how the names and layouts of torch's and keras's checkpoints map to the graph's own.
 *
 *                torch                        keras                              the graph
 *   conv         [out, in/groups, kh, kw]     [kh, kw, in/groups, out]           [out, kh, kw, in/groups]
 *   conv_transpose   [in, out/groups, kh, kw] [kh, kw, out/groups, in]           [out, kh, kw, in/groups]
 *   depthwise    [out, 1, kh, kw]             [kh, kw, in, multiplier]           [kh, kw, out]
 *   dense        [out, in]                    [in, out]                          [out, in]
 *   constant     [h, w, c]                    [h, w, c]                          [h, w, c]
 *   others       [c]                          [c]                                [c]
 *
 * A layout is a list of axes, each with its stride in the graph's tensor, so that one loop serves both files
 * and seeds. Strides cannot express one thing: torch flattens a map in the order (c, h, w), while the graph and
 * keras use (h, w, c). This order is kept as a permutation of the last axis. It also holds behind activations,
 * norms, sums and concats of flattened maps. */
#include "weights/layout.h"
#include "graph/binary.h"
#include "weights/weights.h"

#include <string.h>

const char *weights_name(arena *a, const node *n, role r) {
    static const char *const torch_suffix[ROLE_COUNT] = {
        [ROLE_WEIGHT] = "weight",
        [ROLE_BIAS] = "bias",
        [ROLE_GAMMA] = "weight",
        [ROLE_BETA] = "bias",
        [ROLE_MEAN] = "running_mean",
        [ROLE_VAR] = "running_var",
        [ROLE_WEIGHT_SCALE] = "weight_scale",
        [ROLE_OUTPUT_SCALE] = "output_scale",
    };
    static const char *const keras_suffix[ROLE_COUNT] = {
        [ROLE_WEIGHT] = "kernel",
        [ROLE_BIAS] = "bias",
        [ROLE_GAMMA] = "gamma",
        [ROLE_BETA] = "beta",
        [ROLE_MEAN] = "moving_mean",
        [ROLE_VAR] = "moving_variance",
        [ROLE_WEIGHT_SCALE] = "kernel_scale",
        [ROLE_OUTPUT_SCALE] = "output_scale",
    };
    bool keras = n->a.naming == NAMING_KERAS;
    const char *suffix = keras ? keras_suffix[r] : torch_suffix[r];
    if (keras && n->op == OP_DEPTHWISE && r == ROLE_WEIGHT) suffix = "depthwise_kernel";
    if (keras && n->op == OP_RMS_NORM && r == ROLE_GAMMA) suffix = "scale";
    if (!n->label || !*n->label) return arena_strdup(a, suffix);
    return arena_printf(a, "%s%c%s", n->label, keras ? '/' : '.', suffix);
}

static const node *input_node(const graph *g, const node *n, int i) { return &g->nodes[n->in[i]]; }

/* The input of `n` whose elements correspond to those of `n` one by one, in the same order; NULL if there is
 * none. */
static const node *node_seen_through(const graph *g, const node *n) {
    switch (n->op) {
    case OP_FLATTEN:
    case OP_IDENTITY:
    case OP_DROPOUT:
    case OP_BN:
    case OP_SOFTMAX:
    case OP_LOG_SOFTMAX:
    case OP_L2_NORM:
    case OP_LAYER_NORM:
    case OP_RMS_NORM:
    case OP_NORMALIZE:
    case OP_CONVERT:
    case OP_AFFINE: break;
    default:
        if (op_table[n->op].class != CLASS_ACT && !is_binary(n->op)) return NULL;
    }
    for (int i = 0; i < n->n_in; i++) {
        const node *behind = input_node(g, n, i);
        if (shape_elements(behind->shape) == shape_elements(n->shape)) return behind;
    }
    return NULL;
}

/* The feature map from which `n` comes through nodes that keep the order of the elements. */
static const node *feature_map_behind(const graph *g, const node *n) {
    for (const node *behind = node_seen_through(g, n); behind; behind = node_seen_through(g, n)) n = behind;
    return n;
}

/* Writes the index in (h, w, c) order, plus `base`, of each element of `n`, in the order in which torch
 * flattens it. */
static void write_torch_order(const graph *g, const node *n, int base, int *order) {
    n = feature_map_behind(g, n);
    shape s = n->shape;
    if (s.h == 1 && s.w == 1 && n->op == OP_CONCAT) {
        for (int i = 0; i < n->n_in; i++) {
            const node *part = input_node(g, n, i);
            write_torch_order(g, part, base, order);
            order += part->shape.c;
            base += part->shape.c;
        }
        return;
    }
    for (int c = 0; c < s.c; c++) {
        for (int y = 0; y < s.h; y++) {
            for (int x = 0; x < s.w; x++) *order++ = base + (y * s.w + x) * s.c + c;
        }
    }
}

/* The order in which torch has the `count` inputs of a dense layer or channels of a norm. NULL if it is the
 * graph's order. */
static const int *torch_order(arena *a, const graph *g, const node *n, int count) {
    const node *map = feature_map_behind(g, input_node(g, n, 0));
    bool flat = map->shape.h == 1 && map->shape.w == 1;
    if (flat && map->op != OP_CONCAT) return NULL;
    int *order = ARENA_ARRAY(a, int, count);
    write_torch_order(g, map, 0, order);
    for (int i = 0; i < count; i++) {
        if (order[i] != i) return order;
    }
    return NULL;
}

/* Adds an axis that is counted as `outer` times `inner`, each with its stride. */
static void set_two_axes(layout *l, int outer, int64_t outer_stride, int inner, int64_t inner_stride) {
    l->dims[l->rank++] = outer * inner;
    l->walk_dims[l->walk_rank] = outer;
    l->strides[l->walk_rank++] = outer_stride;
    l->walk_dims[l->walk_rank] = inner;
    l->strides[l->walk_rank++] = inner_stride;
}

static void set_axis(layout *l, int length, int64_t stride) {
    l->dims[l->rank++] = length;
    l->walk_dims[l->walk_rank] = length;
    l->strides[l->walk_rank++] = stride;
}

/* Drops axes of length 1, and joins neighbouring axes that one stride covers, so that runs are long. */
static void join_axes(layout *l) {
    int rank = 0;
    for (int i = 0; i < l->walk_rank; i++) {
        int64_t length = l->walk_dims[i], stride = l->strides[i];
        bool last_is_ordered = l->order && i == l->walk_rank - 1;
        if (length == 1 && !last_is_ordered) continue;
        if (rank && !last_is_ordered && l->strides[rank - 1] == length * stride) {
            l->walk_dims[rank - 1] *= length;
            l->strides[rank - 1] = stride;
            continue;
        }
        l->walk_dims[rank] = length;
        l->strides[rank++] = stride;
    }
    if (rank == 0) {
        l->walk_dims[0] = l->strides[0] = 1;
        rank = 1;
    }
    l->walk_rank = rank;
}

static void set_weight_axes(arena *a, const graph *g, const node *n, layout *l) {
    bool keras = l->naming == NAMING_KERAS;
    const int *d = n->weights[ROLE_WEIGHT]->dims;
    if (n->op == OP_CONV) {
        int out = d[0], kh = d[1], kw = d[2], in = d[3];
        int64_t row = (int64_t)kw * in, filter = kh * row;
        if (!keras) set_axis(l, out, filter), set_axis(l, in, 1);
        set_axis(l, kh, row);
        set_axis(l, kw, in);
        if (keras) set_axis(l, in, 1), set_axis(l, out, filter);
    } else if (n->op == OP_CONV_TRANSPOSE) {
        int groups = n->a.groups, out = d[0] / groups, kh = d[1], kw = d[2], in = d[3];
        int64_t row = (int64_t)kw * in, filter = kh * row;
        if (!keras) set_two_axes(l, groups, out * filter, in, 1), set_axis(l, out, filter);
        set_axis(l, kh, row);
        set_axis(l, kw, in);
        if (keras) set_axis(l, out, filter), set_two_axes(l, groups, out * filter, in, 1);
    } else if (n->op == OP_DEPTHWISE) {
        int kh = d[0], kw = d[1], out = d[2], multiplier = n->a.multiplier;
        if (!keras) set_axis(l, out, 1), set_axis(l, 1, 0);
        set_axis(l, kh, (int64_t)kw * out);
        set_axis(l, kw, out);
        if (keras) set_axis(l, out / multiplier, multiplier), set_axis(l, multiplier, 1);
    } else { /* dense */
        int out = d[0], in = d[1];
        l->map = feature_map_behind(g, input_node(g, n, 0))->shape;
        if (keras) {
            set_axis(l, in, 1), set_axis(l, out, in);
        } else {
            set_axis(l, out, in), set_axis(l, in, 1);
            l->order = torch_order(a, g, n, in);
        }
    }
}

layout layout_of(arena *a, const graph *g, const node *n, role r) {
    layout l = {.naming = n->a.naming};
    if (r == ROLE_WEIGHT && op_table[n->op].class == CLASS_CONV) {
        set_weight_axes(a, g, n, &l);
    } else if (n->op == OP_CONSTANT) {
        const int *d = n->weights[r]->dims;
        set_axis(&l, d[0], (int64_t)d[1] * d[2]);
        set_axis(&l, d[1], d[2]);
        set_axis(&l, d[2], 1);
    } else {
        int c = n->weights[r]->dims[0];
        set_axis(&l, c, 1);
        bool by_channel = n->op == OP_BN || n->op == OP_LAYER_NORM || n->op == OP_RMS_NORM;
        if (by_channel && l.naming == NAMING_TORCH && n->shape.h == 1 && n->shape.w == 1) {
            l.order = torch_order(a, g, n, c);
        }
    }
    join_axes(&l);
    return l;
}

arena *renew_scratch(arena *scratch) {
    enum { GROWN = 1 << 20 };
    if (arena_used(scratch) < GROWN) return scratch;
    arena_free(scratch);
    return arena_new();
}

/* The offset in the graph's tensor of the row that has element `first` of the checkpoint's tensor. */
static int64_t find_row(const layout *l, int64_t first) {
    int last = l->walk_rank - 1;
    int64_t rest = first / l->walk_dims[last], row = 0;
    for (int i = last - 1; i >= 0; i--) {
        row += rest % l->walk_dims[i] * l->strides[i];
        rest /= l->walk_dims[i];
    }
    return row;
}

void layout_gather(const layout *l, int64_t first, const float *from, int64_t count, float *values) {
    int last = l->walk_rank - 1;
    int64_t length = l->walk_dims[last], stride = l->strides[last];
    while (count > 0) {
        int64_t column = first % length, run = length - column;
        if (run > count) run = count;
        const float *row = from + find_row(l, first);
        for (int64_t k = 0; k < run; k++)
            values[k] = row[l->order ? l->order[column + k] : (column + k) * stride];
        first += run;
        values += run;
        count -= run;
    }
}

void layout_scatter(const layout *l, int64_t first, const float *values, int64_t count, float *to) {
    int last = l->walk_rank - 1;
    int64_t length = l->walk_dims[last], stride = l->strides[last];
    while (count > 0) {
        int64_t column = first % length, run = length - column;
        if (run > count) run = count;
        float *row = to + find_row(l, first);
        if (l->order) {
            for (int64_t k = 0; k < run; k++) row[l->order[column + k]] = values[k];
        } else if (stride == 1) {
            memcpy(row + column, values, (size_t)run * sizeof(float));
        } else {
            for (int64_t k = 0; k < run; k++) row[(column + k) * stride] = values[k];
        }
        first += run;
        values += run;
        count -= run;
    }
}

/* Whether two shapes are equal if axes of length 1 are left out. */
static bool equal_but_for_ones(const int64_t *x, int x_rank, const int64_t *y, int y_rank) {
    int i = 0, j = 0;
    for (;;) {
        while (i < x_rank && x[i] == 1) i++;
        while (j < y_rank && y[j] == 1) j++;
        if (i == x_rank || j == y_rank) return i == x_rank && j == y_rank;
        if (x[i++] != y[j++]) return false;
    }
}

bool layout_fits(const layout *l, const int64_t *dims, int rank) {
    int64_t own[LAYOUT_RANK];
    for (int i = 0; i < l->rank; i++) own[i] = l->dims[i];
    if (equal_but_for_ones(own, l->rank, dims, rank)) return true;
    if (!l->map.h) return false;
    bool keras = l->naming == NAMING_KERAS;
    const int64_t torch_map[4] = {l->dims[0], l->map.c, l->map.h, l->map.w};
    const int64_t keras_map[4] = {l->map.h, l->map.w, l->map.c, l->dims[1]};
    return equal_but_for_ones(keras ? keras_map : torch_map, 4, dims, rank);
}

const char *shape_show(arena *a, const int64_t *dims, int rank) {
    const char *list = "";
    for (int i = 0; i < rank; i++) list = arena_printf(a, "%s%s%lld", list, i ? ", " : "", (long long)dims[i]);
    return arena_printf(a, "[%s]", list);
}

const char *layout_show(arena *a, const layout *l) {
    int64_t dims[LAYOUT_RANK];
    for (int i = 0; i < l->rank; i++) dims[i] = l->dims[i];
    return shape_show(a, dims, l->rank);
}
