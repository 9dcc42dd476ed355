/* spelled_out.c: finds gelu, swish, hswish and mish in a product of two nodes.
 *
 *   gelu       x 0.5 (1 + erf(x / sqrt 2)), with the factors in any order
 *   gelu_tanh  x 0.5 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
 *   mish       x tanh(log(1 + exp(x))) */
#include "import/spelled_out.h"

#include <math.h>

bool nearly(double x, double y) { return fabs(x - y) <= 1e-6 * fabs(y); }

/* Whether the node is (x - mean) / std for these two numbers, with mean and std for all channels. */
static bool is_shift(const node *n, double mean) {
    return n->op == OP_NORMALIZE && n->a.n_mean == 1 && n->a.n_std == 1 && n->a.mean[0] == mean;
}

/* The node behind any factors, and the product of these. */
static int strip_scale(const graph *g, int index, double *factor) {
    while (is_shift(&g->nodes[index], 0)) {
        const node *n = &g->nodes[index];
        *factor /= n->a.std[0] * n->a.divide;
        index = n->in[0];
    }
    return index;
}

/* y where the node is y + 1; else -1. */
static int strip_one(const graph *g, int index) {
    const node *n = &g->nodes[index];
    return is_shift(n, -1) && n->a.std[0] == 1 && n->a.divide == 1 ? n->in[0] : -1;
}

/* y where the node is y times `factor`; else -1. */
static int strip_factor(const graph *g, int index, double factor) {
    double found = 1;
    int y = strip_scale(g, index, &found);
    return nearly(found, factor) ? y : -1;
}

static bool is_square_of(const graph *g, int index, int x) {
    const node *n = &g->nodes[index];
    if (n->op == OP_POWER) return n->in[0] == x && n->a.args.first == 2;
    return n->op == OP_MUL && n->in[0] == x && n->in[1] == x;
}

static bool is_cube_of(const graph *g, int index, int x) {
    const node *n = &g->nodes[index];
    if (n->op == OP_POWER) return n->in[0] == x && n->a.args.first == 3;
    if (n->op != OP_MUL) return false;
    return (n->in[0] == x && is_square_of(g, n->in[1], x)) || (n->in[1] == x && is_square_of(g, n->in[0], x));
}

/* x where the node is x + 0.044715 x^3, or x (1 + 0.044715 x^2); else -1. */
static int cubic_argument(const graph *g, int index) {
    const double factor = 0.044715;
    const node *n = &g->nodes[index];
    for (int i = 0; i < 2 && (n->op == OP_ADD || n->op == OP_MUL); i++) {
        int x = n->in[i], rest = n->in[1 - i];
        if (n->op == OP_MUL) rest = strip_one(g, rest);
        int power = rest < 0 ? -1 : strip_factor(g, rest, factor);
        if (power < 0) continue;
        if (n->op == OP_ADD ? is_cube_of(g, power, x) : is_square_of(g, power, x)) return x;
    }
    return -1;
}

/* x where the node is 1 + erf(x / sqrt 2), or 1 + tanh of gelu's cubic; else -1. Sets *op to which. */
static int gelu_argument(const graph *g, int index, op_kind *op) {
    int inner = strip_one(g, index);
    if (inner < 0) return -1;
    const node *n = &g->nodes[inner];
    if (n->op == OP_ERF) {
        *op = OP_GELU;
        return strip_factor(g, n->in[0], 0.70710678118654752440);
    }
    if (n->op != OP_TANH) return -1;
    *op = OP_GELU_TANH;
    int cubic = strip_factor(g, n->in[0], 0.79788456080286535588);
    return cubic < 0 ? -1 : cubic_argument(g, cubic);
}

/* The activation for which x times `gate` is its value at x. */
static op_kind gated(const graph *g, int x, int gate) {
    const node *n = &g->nodes[gate];
    if (n->n_in == 0) return OP_IDENTITY;
    const node *behind = &g->nodes[n->in[0]];
    if (n->op == OP_TANH && behind->op == OP_SOFTPLUS && behind->in[0] == x) return OP_MISH;
    if (n->in[0] != x) return OP_IDENTITY;
    return n->op == OP_SIGMOID ? OP_SWISH : n->op == OP_HSIGMOID ? OP_HSWISH : OP_IDENTITY;
}

op_kind product_means(const graph *g, int p, int q, double scale, int *x) {
    for (int i = 0; i < 2; i++) {
        int value = i == 0 ? p : q, gate = i == 0 ? q : p;
        *x = value;
        if (scale == 1 && gated(g, value, gate) != OP_IDENTITY) return gated(g, value, gate);
        double factor = scale;
        op_kind op;
        *x = strip_scale(g, value, &factor);
        int argument = gelu_argument(g, strip_scale(g, gate, &factor), &op);
        if (argument == *x && nearly(factor, 0.5)) return op;
    }
    return OP_IDENTITY;
}
