/* shapes.c: the shape that each op makes from its inputs, what it refuses, and the weights that it needs. */
#include "graph/internal.h"
#include "graph/activations.h"

#include <string.h>

shape input_shape(const graph *g, const node *n, int i) { return g->nodes[n->in[i]].shape; }

tensor *new_tensor(const graph *g, int rank, int d0, int d1, int d2, int d3) {
    tensor *t = ARENA_NEW(g->mem, tensor);
    *t = (tensor){.rank = rank, .dims = {d0, d1, d2, d3}, .count = 1};
    for (int i = 0; i < rank; i++) t->count *= t->dims[i];
    return t;
}

bool check_range(diag *d, const node *n, const char *what, int64_t value, int64_t least, int64_t most) {
    if (value >= least && value <= most) return true;
    diag_error(d, n->at, "%s: %s is %lld, must be from %lld to %lld", op_table[n->op].name, what,
               (long long)value, (long long)least, (long long)most);
    return false;
}

void same_padding(int size, int kernel, int stride, int dilation, int *before, int *behind) {
    int64_t out = ((int64_t)size + stride - 1) / stride;
    int64_t total = (out - 1) * stride + (int64_t)dilation * (kernel - 1) + 1 - size;
    if (total < 0) total = 0;
    *before = (int)(total / 2);
    *behind = (int)(total - total / 2);
}

bool check_window(diag *d, const node *n, int axis) {
    return check_range(d, n, axis == 0 ? "kernel height" : "kernel width", n->a.kernel[axis], 1, MAX_KERNEL) &&
           check_range(d, n, "stride", n->a.stride[axis], 1, MAX_KERNEL) &&
           check_range(d, n, "dilation", n->a.dilation[axis], 1, MAX_KERNEL);
}

bool check_symmetric(diag *d, const node *n, int64_t reach) {
    if (reach % 2) return true;
    diag_error(d, n->at,
               "%s: symmetric padding needs an odd dilation*(kernel-1)+1, here it is %lld; give the "
               "padding as [top, bottom, left, right]",
               op_table[n->op].name, (long long)reach);
    return false;
}

/* Resolves the padding, and computes the output's height and width for a window that slides over the input. */
static bool slide_window(const graph *g, diag *d, node *n) {
    attrs *a = &n->a;
    shape in = input_shape(g, n, 0);
    int size[2] = {in.h, in.w}, out[2];
    static const char *const side[2] = {"height", "width"};
    for (int i = 0; i < 2; i++) {
        if (!check_window(d, n, i)) return false;
        int *before = &a->pad[i == 0 ? TOP : LEFT], *behind = &a->pad[i == 0 ? BOTTOM : RIGHT];
        int64_t reach = (int64_t)a->dilation[i] * (a->kernel[i] - 1) + 1;
        switch (a->padding) {
        case PAD_SAME: same_padding(size[i], a->kernel[i], a->stride[i], a->dilation[i], before, behind); break;
        case PAD_SYMMETRIC:
            if (!check_symmetric(d, n, reach)) return false;
            *before = *behind = (int)((reach - 1) / 2);
            break;
        case PAD_VALID: *before = *behind = 0; break;
        case PAD_EXPLICIT: break;
        }
        if (!check_range(d, n, "padding", *before, 0, 2 * MAX_KERNEL * MAX_KERNEL) ||
            !check_range(d, n, "padding", *behind, 0, 2 * MAX_KERNEL * MAX_KERNEL)) {
            return false;
        }
        int64_t padded = (int64_t)size[i] + *before + *behind;
        if (padded < reach) {
            diag_error(d, n->at, "%s: a window of %lld does not fit the input's %s of %lld (with its padding)",
                       op_table[n->op].name, (long long)reach, side[i], (long long)padded);
            return false;
        }
        out[i] = (int)((padded - reach) / a->stride[i] + 1);
    }
    n->shape.h = out[0];
    n->shape.w = out[1];
    return true;
}

bool keep_shape(const graph *g, node *n) {
    n->shape = input_shape(g, n, 0);
    return true;
}

bool check_residual(const graph *g, diag *d, const node *n) {
    if (!n->a.has_residual) return true;
    shape r = g->nodes[n->in[n->n_in - 1]].shape;
    if (r.h == n->shape.h && r.w == n->shape.w && r.c == n->shape.c) return true;
    diag_error(d, n->at, "%s: its residual has another shape", op_table[n->op].name);
    return false;
}

bool shape_input(const graph *g, diag *d, node *n) {
    (void)g, (void)d, (void)n;
    return true; /* given by graph_add_input */
}

bool add_filters(const graph *g, diag *d, node *n) {
    attrs *a = &n->a;
    int in_c = input_shape(g, n, 0).c;
    if (!check_range(d, n, "the number of output channels", a->out, 1, MAX_CHANNELS) ||
        !check_range(d, n, "groups", a->groups, 1, MAX_CHANNELS)) {
        return false;
    }
    if (in_c % a->groups || a->out % a->groups) {
        diag_error(d, n->at, "%s: %d input and %d output channels do not divide evenly into %d groups",
                   op_table[n->op].name, in_c, a->out, a->groups);
        return false;
    }
    n->shape.c = a->out;
    int64_t weights = (int64_t)a->out * a->kernel[0] * a->kernel[1] * (in_c / a->groups);
    if (!check_range(d, n, "the number of weights", weights, 1, MAX_WEIGHTS)) return false;
    n->weights[ROLE_WEIGHT] = new_tensor(g, 4, a->out, a->kernel[0], a->kernel[1], in_c / a->groups);
    if (a->has_bias) n->weights[ROLE_BIAS] = new_tensor(g, 1, a->out, 0, 0, 0);
    return true;
}

bool shape_conv(const graph *g, diag *d, node *n) {
    return slide_window(g, d, n) && add_filters(g, d, n) && check_residual(g, d, n);
}

bool shape_depthwise(const graph *g, diag *d, node *n) {
    attrs *a = &n->a;
    int in_c = input_shape(g, n, 0).c;
    if (!check_range(d, n, "multiplier", a->multiplier, 1, MAX_CHANNELS) ||
        !check_range(d, n, "the number of output channels", (int64_t)in_c * a->multiplier, 1, MAX_CHANNELS) ||
        !slide_window(g, d, n)) {
        return false;
    }
    n->shape.c = in_c * a->multiplier;
    int64_t weights = (int64_t)n->shape.c * a->kernel[0] * a->kernel[1];
    if (!check_range(d, n, "the number of weights", weights, 1, MAX_WEIGHTS)) return false;
    n->weights[ROLE_WEIGHT] = new_tensor(g, 3, a->kernel[0], a->kernel[1], n->shape.c, 0);
    if (a->has_bias) n->weights[ROLE_BIAS] = new_tensor(g, 1, n->shape.c, 0, 0, 0);
    return check_residual(g, d, n);
}

bool shape_dense(const graph *g, diag *d, node *n) {
    attrs *a = &n->a;
    int64_t in = shape_elements(input_shape(g, n, 0));
    if (!check_range(d, n, "the number of output channels", a->out, 1, MAX_CHANNELS) ||
        !check_range(d, n, "the number of weights", in * a->out, 1, MAX_WEIGHTS)) {
        return false;
    }
    n->shape = (shape){1, 1, a->out};
    n->weights[ROLE_WEIGHT] = new_tensor(g, 2, a->out, (int)in, 0, 0);
    if (a->has_bias) n->weights[ROLE_BIAS] = new_tensor(g, 1, a->out, 0, 0, 0);
    return check_residual(g, d, n);
}

bool shape_bn(const graph *g, diag *d, node *n) {
    if (!(n->a.eps >= 0 && n->a.eps < 1)) {
        diag_error(d, n->at, "bn: eps is %g, must be from 0 to below 1", n->a.eps);
        return false;
    }
    int c = input_shape(g, n, 0).c;
    for (int r = ROLE_GAMMA; r <= ROLE_VAR; r++) n->weights[r] = new_tensor(g, 1, c, 0, 0, 0);
    return keep_shape(g, n);
}

static bool shape_pool(const graph *g, diag *d, node *n) {
    n->shape.c = input_shape(g, n, 0).c;
    if (!slide_window(g, d, n)) return false;
    const attrs *a = &n->a;
    /* A window that sees nothing but padding has no maximum and no mean. */
    if (a->pad[TOP] >= a->kernel[0] || a->pad[BOTTOM] >= a->kernel[0] || a->pad[LEFT] >= a->kernel[1] ||
        a->pad[RIGHT] >= a->kernel[1]) {
        diag_error(d, n->at, "%s: the padding must be smaller than the window", op_table[n->op].name);
        return false;
    }
    return true;
}

bool shape_max_pool(const graph *g, diag *d, node *n) { return shape_pool(g, d, n); }
bool shape_avg_pool(const graph *g, diag *d, node *n) { return shape_pool(g, d, n); }

bool shape_global_avg_pool(const graph *g, diag *d, node *n) {
    (void)d;
    n->shape = (shape){1, 1, input_shape(g, n, 0).c};
    return true;
}

bool shape_flatten(const graph *g, diag *d, node *n) {
    int64_t elements = shape_elements(input_shape(g, n, 0));
    if (!check_range(d, n, "the number of elements", elements, 1, MAX_CHANNELS)) return false;
    n->shape = (shape){1, 1, (int)elements};
    return true;
}

/* Ops that work element by element. */
#define SAME_SHAPE(name)                                                                                       \
    bool shape_##name(const graph *g, diag *d, node *n) {                                                      \
        (void)d;                                                                                               \
        return keep_shape(g, n);                                                                               \
    }
SAME_SHAPE(identity)
SAME_SHAPE(dropout)
SAME_SHAPE(convert)
SAME_SHAPE(quantize)
SAME_SHAPE(dequantize)
SAME_SHAPE(requantize)
#undef SAME_SHAPE

static bool is_finite_number(double x) { return x > -1e30 && x < 1e30; }

/* What is wrong with the numbers of an activation; NULL: nothing. */
static const char *fault_of_numbers(const node *n) {
    act_args x = n->a.args;
    bool finite = is_finite_number(x.first);
    switch (activation_table[n->op].arguments) {
    case ARGUMENTS_SLOPE: return finite ? NULL : "the slope must be a finite number";
    case ARGUMENTS_ALPHA:
        if (n->op == OP_CELU && !(x.first > 0)) return "alpha must be above 0";
        return finite ? NULL : "alpha must be a finite number";
    case ARGUMENTS_EXPONENT: return finite ? NULL : "the exponent must be a finite number";
    case ARGUMENTS_BOUNDS:
        return x.first <= x.second ? NULL : "the lower bound must not be above the upper one";
    default: return NULL;
    }
}

static bool shape_activation(const graph *g, diag *d, node *n) {
    const char *fault = fault_of_numbers(n);
    if (fault) {
        diag_error(d, n->at, "%s: %s", op_table[n->op].name, fault);
        return false;
    }
    return keep_shape(g, n);
}

#define ACTIVATION(id, name, ...)                                                                              \
    bool shape_##name(const graph *g, diag *d, node *n) { return shape_activation(g, d, n); }
#include "graph/activations.def"
#undef ACTIVATION

bool shape_shuffle(const graph *g, diag *d, node *n) {
    int c = input_shape(g, n, 0).c;
    if (!check_range(d, n, "groups", n->a.groups, 1, MAX_CHANNELS)) return false;
    if (c % n->a.groups) {
        diag_error(d, n->at, "shuffle: %d channels do not divide evenly into %d groups", c, n->a.groups);
        return false;
    }
    return keep_shape(g, n);
}

bool shape_normalize(const graph *g, diag *d, node *n) {
    const attrs *a = &n->a;
    int c = input_shape(g, n, 0).c;
    if ((a->n_mean != 1 && a->n_mean != c) || (a->n_std != 1 && a->n_std != c)) {
        diag_error(d, n->at, "normalize: %d means and %d stds for %d channels; give one, or one a channel",
                   a->n_mean, a->n_std, c);
        return false;
    }
    bool good = a->divide != 0 && a->divide - a->divide == 0;
    for (int i = 0; i < a->n_mean; i++) good = good && a->mean[i] - a->mean[i] == 0;
    for (int i = 0; i < a->n_std; i++) good = good && a->std[i] != 0 && a->std[i] - a->std[i] == 0;
    if (!good) {
        diag_error(d, n->at, "normalize: mean, std and divide must be finite, std and divide not zero");
        return false;
    }
    return keep_shape(g, n);
}

bool shape_affine(const graph *g, diag *d, node *n) {
    (void)d;
    keep_shape(g, n);
    n->weights[ROLE_WEIGHT] = new_tensor(g, 1, n->shape.c, 0, 0, 0);
    n->weights[ROLE_BIAS] = new_tensor(g, 1, n->shape.c, 0, 0, 0);
    return check_residual(g, d, n);
}

bool shape_upsample(const graph *g, diag *d, node *n) {
    shape in = input_shape(g, n, 0);
    if (!check_range(d, n, "factor", n->a.factor, 1, MAX_KERNEL) ||
        !check_range(d, n, "the output's height", (int64_t)in.h * n->a.factor, 1, MAX_SIDE) ||
        !check_range(d, n, "the output's width", (int64_t)in.w * n->a.factor, 1, MAX_SIDE)) {
        return false;
    }
    n->shape = (shape){in.h * n->a.factor, in.w * n->a.factor, in.c};
    return true;
}
