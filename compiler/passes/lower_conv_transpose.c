/* lower_conv_transpose.c: a transposed convolution becomes convolutions of stride 1, whose kernels are fast,
 * and which multiply no zeros between the pixels.
 *
 * Along one axis, output pixel o is the sum of x[i] * w[k] over all i * s + k * d = o + p, for a stride s, a
 * dilation d and a padding p before the axis. The output's pixels o = s*q + phase, for one phase and all q,
 * take the same elements k of the kernel, those with k * d = phase + p modulo s, and read x[q + base], x[q +
 * base + d/g], .., where g is the greatest common divisor of s and d. That is a convolution of stride 1 over x
 * with every s/g-th element of the kernel, in reverse order. The phases of both axes give s_h * s_w
 * convolutions, whose outputs are joined as channels. A transpose puts the channels where the pixels belong:
 *
 *     [rows, columns, (phase of the row, phase of the column, channel)] -> [rows * s_h, columns * s_w, channel]
 *
 * The grid of the q may begin `crop` pixels before the output, where else a convolution would have to leave out
 * pixels of x, and may end behind it. A slice cuts both off.
 *
 * If the vectors of all phases together hold fewer multiplications, the phases are one convolution. Its window
 * is the smallest that holds the windows of all phases, and its weights are zeros where a phase takes nothing.
 * A phase that takes nothing at all, in a kernel smaller than the stride, is a 1x1 convolution by zero.
 *
 * Of codes, the biases and the scales of weights follow the channels. */
#include "passes/internal.h"
#include "passes/rewrite.h"

enum { LANES = 8, MOST_PHASES = 64 }; /* of vectors, roughly; of phases with a convolution each, if possible */

/* What one phase of an axis takes: w[first - t * tap_step], for t from 0 to taps - 1, times
 * x[q + base + t * dilation]. Nothing at all where `taps` is 0. */
typedef struct phase {
    int taps, first, base;
} phase;

/* One axis of a transposed convolution. */
typedef struct axis_plan {
    int stride;
    int tap_step, dilation;
    int crop;      /* pixels of the grid before the output */
    int count;     /* of the q */
    phase *phases; /* [stride] */
    phase all;     /* the window that holds those of all phases; taps 0: their steps do not fit each other */
} axis_plan;

static int common_divisor(int x, int y) {
    while (y) {
        int rest = x % y;
        x = y;
        y = rest;
    }
    return x;
}

/* Finds the phases of the grid that begins `crop` pixels before the output. Returns 0, or where a phase would
 * have to leave out pixels at the beginning of x, by how many pixels the grid must begin earlier at least. */
static int find_phases(axis_plan *p, const attrs *a, int axis, int crop) {
    int stride = a->stride[axis], dilation = a->dilation[axis];
    int origin = a->pad[axis == 0 ? TOP : LEFT] - crop;
    for (int i = 0; i < stride; i++) {
        phase *at = &p->phases[i];
        *at = (phase){0};
        for (int k = a->kernel[axis] - 1; k >= 0; k--) {
            if ((origin + i - k * dilation) % stride) continue;
            if (at->taps++ == 0) *at = (phase){1, k, (origin + i - k * dilation) / stride};
        }
        if (at->base > 0) return at->base * stride - i;
    }
    p->crop = crop;
    return 0;
}

/* Finds the window of all phases. */
static void join_phases(axis_plan *p) {
    int begin = 0, end = 0;
    bool any = false, fit = true;
    for (int i = 0; i < p->stride; i++) {
        const phase *at = &p->phases[i];
        if (at->taps == 0) continue;
        int last = at->base + (at->taps - 1) * p->dilation;
        fit = fit && (!any || (at->base - begin) % p->dilation == 0);
        begin = !any || at->base < begin ? at->base : begin;
        end = !any || last > end ? last : end;
        any = true;
    }
    p->all = (phase){fit ? (end - begin) / p->dilation + 1 : 0, 0, begin};
}

/* `in`, `out`: the lengths of the axis before and behind. */
static axis_plan plan_axis(arena *a, const attrs *n, int axis, int in, int out) {
    int stride = n->stride[axis], divisor = common_divisor(stride, n->dilation[axis]);
    axis_plan p = {.stride = stride,
                   .tap_step = stride / divisor,
                   .dilation = n->dilation[axis] / divisor,
                   .phases = ARENA_ARRAY(a, phase, stride)};
    int crop = 0; /* where it is all of the padding, no phase begins behind the first pixel of x */
    for (int more; (more = find_phases(&p, n, axis, crop)) > 0;) crop += more;
    p.count = (crop + out + stride - 1) / stride;
    if (p.count < in) p.count = in; /* for the phases that take nothing */
    for (int i = 0; i < stride; i++) {
        /* No phase leaves out pixels at the end of x either. */
        const phase *at = &p.phases[i];
        int least = at->taps ? in - at->base - (at->taps - 1) * p.dilation : in;
        if (p.count < least) p.count = least;
    }
    join_phases(&p);
    return p;
}

/* The transposed convolution that is lowered. */
typedef struct lowering {
    rewrite *r;
    const node *n; /* its copy, which reads the new tensors */
    shape in;
    axis_plan axes[2];
    tensor *bias; /* or NULL */
} lowering;

/* A tensor of these sizes, for values of the kind that `like` has, if it has any. */
static tensor *make_tensor(arena *a, int rank, const int *dims, const tensor *like) {
    tensor *t = ARENA_NEW(a, tensor);
    t->rank = rank;
    t->type = like->type;
    t->count = 1;
    for (int i = 0; i < rank; i++) t->count *= t->dims[i] = dims[i];
    if (like->data) t->data = ARENA_ARRAY(a, float, t->count);
    if (like->ints) t->ints = ARENA_ARRAY(a, int32_t, t->count);
    return t;
}

/* A convolution with that window of both axes. It has no weights yet. */
static node window_node(const lowering *k, const phase window[2], int out) {
    node n = *k->n;
    attrs *a = &n.a;
    n.op = OP_CONV;
    a->padding = PAD_EXPLICIT;
    a->out = out;
    for (int i = 0; i < 2; i++) {
        const axis_plan *p = &k->axes[i];
        int taps = window[i].taps ? window[i].taps : 1, size = i == 0 ? k->in.h : k->in.w;
        a->kernel[i] = taps;
        a->stride[i] = 1;
        a->dilation[i] = taps > 1 ? p->dilation : 1;
        a->output_pad[i] = 0;
        a->pad[i == 0 ? TOP : LEFT] = -window[i].base;
        a->pad[i == 0 ? BOTTOM : RIGHT] = p->count - size + window[i].base + (taps - 1) * p->dilation;
    }
    n.shape = (shape){k->axes[0].count, k->axes[1].count, out};
    for (int i = 0; i < ROLE_COUNT; i++) n.weights[i] = NULL;
    return n;
}

/* Copies what a phase takes of the kernel to its output channels, which begin at `to`. Channel o of them is
 * behind channel o - 1 by `filter` elements, in groups that are `group` elements apart. */
static void copy_filters(const lowering *k, const phase *y, const phase *x, const phase window[2], float *to,
                         int64_t filter, int64_t group) {
    const attrs *a = &k->n->a;
    int depth = k->in.c / a->groups, group_out = a->out / a->groups;
    const float *from = k->n->weights[ROLE_WEIGHT]->data;
    for (int o = 0; o < a->out; o++) {
        float *at = to + o / group_out * group + o % group_out * filter;
        for (int t = 0; t < y->taps * x->taps; t++) {
            int ty = t / x->taps, tx = t % x->taps;
            int ky = y->first - ty * k->axes[0].tap_step, kx = x->first - tx * k->axes[1].tap_step;
            int row = (y->base - window[0].base) / k->axes[0].dilation + ty;
            int column = (x->base - window[1].base) / k->axes[1].dilation + tx;
            const float *w = from + (((int64_t)o * a->kernel[0] + ky) * a->kernel[1] + kx) * depth;
            float *place = at + ((int64_t)row * window[1].taps + column) * depth;
            for (int i = 0; i < depth; i++) place[i] = w[i];
        }
    }
}

/* Each channel its own group: a depthwise convolution, whose weights are [kh, kw, out]. */
static void make_depthwise(const lowering *k, node *n) {
    tensor *w = n->weights[ROLE_WEIGHT];
    int taps = n->a.kernel[0] * n->a.kernel[1], out = n->a.out;
    n->op = OP_DEPTHWISE;
    n->a.multiplier = out / k->in.c;
    n->a.groups = 1;
    n->a.out = 0;
    n->weights[ROLE_WEIGHT] = make_tensor(k->r->a, 3, (const int[]){n->a.kernel[0], n->a.kernel[1], out}, w);
    for (int64_t i = 0; w->data && i < w->count; i++) {
        n->weights[ROLE_WEIGHT]->data[i % taps * out + i / taps] = w->data[i];
    }
}

/* The convolution of one phase of the rows and one of the columns. Its new number. */
static int append_phase(const lowering *k, const phase *y, const phase *x) {
    phase window[2] = {*y, *x};
    if (y->taps == 0 || x->taps == 0) window[0] = window[1] = (phase){1, 0, 0}; /* by zero */
    const attrs *a = &k->n->a;
    int depth = k->in.c / a->groups, taps = window[0].taps * window[1].taps;
    const tensor *weight = k->n->weights[ROLE_WEIGHT];
    node n = window_node(k, window, a->out);
    n.weights[ROLE_WEIGHT] =
        make_tensor(k->r->a, 4, (const int[]){a->out, window[0].taps, window[1].taps, depth}, weight);
    n.weights[ROLE_BIAS] = k->bias;
    n.weights[ROLE_WEIGHT_SCALE] = k->n->weights[ROLE_WEIGHT_SCALE];
    int64_t filter = (int64_t)taps * depth;
    if (weight->data) {
        copy_filters(k, y, x, window, n.weights[ROLE_WEIGHT]->data, filter, filter * (a->out / a->groups));
    }
    if (a->groups > 1 && depth == 1) make_depthwise(k, &n);
    return append_node(k->r, &n);
}

/* A vector [out], or NULL, for the output channels of all phases: [group][phase][channel of the group]. */
static tensor *repeat_for_phases(const lowering *k, tensor *t) {
    int groups = k->n->a.groups, each = k->n->a.out / groups, phases = k->axes[0].stride * k->axes[1].stride;
    int out = k->n->a.out * phases;
    if (!t) return NULL;
    tensor *all = make_tensor(k->r->a, 1, &out, t);
    for (int o = 0; o < out; o++) {
        int from = o / (each * phases) * each + o % each;
        if (t->data) all->data[o] = t->data[from];
        if (t->ints) all->ints[o] = t->ints[from];
    }
    return all;
}

/* One convolution for all phases. Its output channels are [group][phase of the row][phase of the column]
 * [channel of the group]. */
static int append_all_phases(const lowering *k) {
    const attrs *a = &k->n->a;
    const phase window[2] = {k->axes[0].all, k->axes[1].all};
    int phases = k->axes[0].stride * k->axes[1].stride, each = a->out / a->groups;
    int depth = k->in.c / a->groups, taps = window[0].taps * window[1].taps;
    const tensor *weight = k->n->weights[ROLE_WEIGHT];
    node n = window_node(k, window, a->out * phases);
    tensor *w = n.weights[ROLE_WEIGHT] =
        make_tensor(k->r->a, 4, (const int[]){n.a.out, window[0].taps, window[1].taps, depth}, weight);
    int64_t filter = (int64_t)taps * depth;
    for (int i = 0; i < phases && weight->data; i++) {
        const phase *y = &k->axes[0].phases[i / k->axes[1].stride],
                    *x = &k->axes[1].phases[i % k->axes[1].stride];
        if (y->taps == 0 || x->taps == 0) continue;
        copy_filters(k, y, x, window, w->data + i * each * filter, filter, filter * each * phases);
    }
    n.weights[ROLE_BIAS] = repeat_for_phases(k, k->bias);
    tensor *scale = k->n->weights[ROLE_WEIGHT_SCALE];
    n.weights[ROLE_WEIGHT_SCALE] = a->one_weight_scale ? scale : repeat_for_phases(k, scale);
    if (a->groups > 1 && depth == 1) make_depthwise(k, &n);
    return append_node(k->r, &n);
}

/* Whether one convolution for all phases has at most the multiplications of a convolution for each, counted in
 * whole vectors. */
static bool joins_phases(const lowering *k) {
    const axis_plan *y = &k->axes[0], *x = &k->axes[1];
    int phases = y->stride * x->stride, each = k->n->a.out / k->n->a.groups;
    if (y->all.taps == 0 || x->all.taps == 0) return false;
    if (phases == 1) return true;
    if (k->n->a.groups > 1 && k->in.c == k->n->a.groups) return false; /* a depthwise one for each */
    int64_t weights = (int64_t)k->n->a.out * phases * (k->in.c / k->n->a.groups) * y->all.taps * x->all.taps;
    if (weights > MAX_WEIGHTS) return false;
    if (phases > MOST_PHASES) return true;
    int64_t apart = 0, vectors = (each + LANES - 1) / LANES, all = ((int64_t)each * phases + LANES - 1) / LANES;
    for (int i = 0; i < phases; i++) apart += y->phases[i / x->stride].taps * x->phases[i % x->stride].taps;
    return (int64_t)y->all.taps * x->all.taps * all <= apart * vectors;
}

/* A node of that op behind new node `from`: nothing is fused into it, and it has no weights. */
static node plain_node(const lowering *k, op_kind op, const int *in, int n_in, shape s) {
    node n = *k->n;
    int *list = ARENA_ARRAY(k->r->a, int, n_in);
    for (int i = 0; i < n_in; i++) list[i] = in[i];
    n.op = op;
    n.in = list;
    n.n_in = n_in;
    n.shape = s;
    n.a = graph_attrs_init();
    n.a.naming = k->n->a.naming;
    for (int i = 0; i < ROLE_COUNT; i++) n.weights[i] = NULL;
    return n;
}

/* A convolution for each phase, and their concat. */
static int append_phases(const lowering *k) {
    const axis_plan *y = &k->axes[0], *x = &k->axes[1];
    int phases = y->stride * x->stride;
    int *parts = ARENA_ARRAY(k->r->a, int, phases);
    for (int i = 0; i < phases; i++) {
        parts[i] = append_phase(k, &y->phases[i / x->stride], &x->phases[i % x->stride]);
    }
    node n = plain_node(k, OP_CONCAT, parts, phases, (shape){y->count, x->count, k->n->a.out * phases});
    return append_node(k->r, &n);
}

/* Puts the phases' channels where the pixels belong. They are counted as [groups][phases][channels]. */
static int append_transpose(const lowering *k, int from, int groups) {
    const axis_plan *y = &k->axes[0], *x = &k->axes[1];
    int out = k->n->a.out;
    node n = plain_node(k, OP_TRANSPOSE, &from, 1, (shape){y->count * y->stride, x->count * x->stride, out});
    n.a.dims = (axis_list){6, {y->count, x->count, groups, y->stride, x->stride, out / groups}};
    n.a.order = (axis_list){6, {0, 3, 1, 4, 2, 5}};
    n.a.size = n.shape;
    return append_node(k->r, &n);
}

/* Cuts off what the grid has beyond the output along an axis. */
static int append_crop(const lowering *k, int from, int axis) {
    shape s = k->r->g->nodes[from].shape;
    int *side = axis == AXIS_H ? &s.h : &s.w, wanted = axis == AXIS_H ? k->n->shape.h : k->n->shape.w;
    if (*side == wanted) return from;
    *side = wanted;
    node n = plain_node(k, OP_SLICE, &from, 1, s);
    n.a.axis = axis;
    n.a.begin = k->axes[axis].crop;
    n.a.count = wanted;
    return append_node(k->r, &n);
}

/* Appends the nodes that old node `index` becomes. The number of the last one. */
static int append_lowered(rewrite *r, int index) {
    node n = copy_node(r, index);
    lowering k = {
        .r = r, .n = &n, .in = old_input(r, old_node(r, index), 0)->shape, .bias = n.weights[ROLE_BIAS]};
    k.axes[0] = plan_axis(r->a, &n.a, 0, k.in.h, n.shape.h);
    k.axes[1] = plan_axis(r->a, &n.a, 1, k.in.w, n.shape.w);
    bool joined = joins_phases(&k);
    int made = joined ? append_all_phases(&k) : append_phases(&k);
    if (k.axes[0].stride * k.axes[1].stride > 1) made = append_transpose(&k, made, joined ? n.a.groups : 1);
    return append_crop(&k, append_crop(&k, made, AXIS_H), AXIS_W);
}

graph *lower_conv_transpose(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        if (in->nodes[i].op == OP_CONV_TRANSPOSE) {
            r->map[i] = append_lowered(r, i);
        } else {
            keep_node(r, i);
        }
    }
    return finish_rewrite(r);
}
