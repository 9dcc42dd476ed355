/* shapes_norm.c: the shape rules of what works along axes: reduce, softmax, argmax, the norms, and the product
 * of two tensors. */
#include "graph/internal.h"

static bool check_axes(diag *d, const node *n) {
    if (n->a.axes >= 1 && n->a.axes <= OVER_ALL) return true;
    diag_error(d, n->at, "%s: it needs at least one of the axes h, w and c", op_table[n->op].name);
    return false;
}

/* The input's shape, for ops that work along axes and keep them. */
static bool keep_along_axes(const graph *g, diag *d, node *n) { return keep_shape(g, n) && check_axes(d, n); }

bool shape_softmax(const graph *g, diag *d, node *n) { return keep_along_axes(g, d, n); }
bool shape_log_softmax(const graph *g, diag *d, node *n) { return keep_along_axes(g, d, n); }

static bool check_eps(diag *d, const node *n) {
    if (n->a.eps >= 0 && n->a.eps < 1) return true;
    diag_error(d, n->at, "%s: eps is %g, must be from 0 to below 1", op_table[n->op].name, n->a.eps);
    return false;
}

bool shape_l2_norm(const graph *g, diag *d, node *n) { return check_eps(d, n) && keep_along_axes(g, d, n); }

/* The axes that an op works along get length 1. */
static void drop_axes(const graph *g, node *n) {
    n->shape = input_shape(g, n, 0);
    if (n->a.axes & OVER_H) n->shape.h = 1;
    if (n->a.axes & OVER_W) n->shape.w = 1;
    if (n->a.axes & OVER_C) n->shape.c = 1;
}

bool shape_reduce(const graph *g, diag *d, node *n) {
    if (!check_axes(d, n)) return false;
    drop_axes(g, n);
    return true;
}

/* Positions are counted from 0, along several axes in the order h, w, c. */
bool shape_argmax(const graph *g, diag *d, node *n) { return shape_reduce(g, d, n); }
bool shape_argmin(const graph *g, diag *d, node *n) { return shape_reduce(g, d, n); }

/* A norm with a factor and a summand for each channel. */
static bool shape_scaled_norm(const graph *g, diag *d, node *n) {
    if (!check_eps(d, n)) return false;
    n->shape = input_shape(g, n, 0);
    if (n->a.has_scale) n->weights[ROLE_GAMMA] = new_tensor(g, 1, n->shape.c, 0, 0, 0);
    if (n->a.has_bias) n->weights[ROLE_BETA] = new_tensor(g, 1, n->shape.c, 0, 0, 0);
    return true;
}

bool shape_layer_norm(const graph *g, diag *d, node *n) { return shape_scaled_norm(g, d, n); }
bool shape_rms_norm(const graph *g, diag *d, node *n) { return shape_scaled_norm(g, d, n); }

bool shape_group_norm(const graph *g, diag *d, node *n) {
    int c = input_shape(g, n, 0).c;
    if (!check_range(d, n, "groups", n->a.groups, 1, MAX_CHANNELS)) return false;
    if (c % n->a.groups) {
        diag_error(d, n->at, "group_norm: %d channels do not divide evenly into %d groups", c, n->a.groups);
        return false;
    }
    return shape_scaled_norm(g, d, n);
}

bool shape_lrn(const graph *g, diag *d, node *n) {
    const attrs *a = &n->a;
    n->shape = input_shape(g, n, 0);
    if (!check_range(d, n, "size", a->window, 1, MAX_CHANNELS)) return false;
    /* The base k + alpha / size * sum is positive then, so that its power is a number. */
    bool good = a->alpha >= 0 && a->alpha < 1e30 && a->beta >= 0 && a->beta < 1e3 && a->k > 0 && a->k < 1e30;
    if (!good) diag_error(d, n->at, "lrn: alpha and beta must be at least 0, k above 0, and all finite");
    return good;
}

/* [h, m, k] times [h, k, n]: for each h a product of matrices. An h of 1 serves every h of the other. */
bool shape_matmul(const graph *g, diag *d, node *n) {
    shape x = input_shape(g, n, 0), y = input_shape(g, n, 1);
    if (x.c != y.w || (x.h != y.h && x.h != 1 && y.h != 1)) {
        diag_error(d, n->at,
                   "matmul: the shapes [%d, %d, %d] and [%d, %d, %d] do not fit; they must be [h, m, k] and "
                   "[h, k, n], where one h may be 1",
                   x.h, x.w, x.c, y.h, y.w, y.c);
        return false;
    }
    n->shape = (shape){x.h > y.h ? x.h : y.h, x.w, y.c};
    return true;
}
