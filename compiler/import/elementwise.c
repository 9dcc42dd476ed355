/* elementwise.c: functions that map each number by itself, in whatever order they are counted. */
#include "import/build.h"

bool build_unary(importer *im, op_kind op) {
    const file_value *x = tensor_input(im, 0);
    return x && set_result(im, add_unary(im, op, x->node), &x->v);
}

bool build_activation(importer *im, op_kind op, double first, double second) {
    const file_value *x = tensor_input(im, 0);
    attrs a = graph_attrs_init();
    a.args = (act_args){first, second};
    return x && set_result(im, add_op(im, op, &x->node, 1, &a), &x->v);
}

static int add_leaky_relu(importer *im, int x, double slope) {
    attrs a = graph_attrs_init();
    a.args.first = slope;
    return add_op(im, OP_LEAKY_RELU, &x, 1, &a);
}

bool build_leaky_relu(importer *im, double slope) {
    const file_value *x = tensor_input(im, 0);
    return x && set_result(im, add_leaky_relu(im, x->node, slope), &x->v);
}

/* A slope for each channel: relu(x) - slope * relu(-x). */
bool build_prelu(importer *im) {
    const file_value *x = tensor_input(im, 0);
    const constant *c = constant_input(im, 1, "slope");
    double *slopes;
    int count;
    if (!x || !c || !channel_values(im, c, x, &slopes, &count)) return false;
    if (count == 1) return set_result(im, add_leaky_relu(im, x->node, slopes[0]), &x->v);
    double *shifts = ARENA_ARRAY(im->scratch, double, count);
    for (int i = 0; i < count; i++) slopes[i] = -slopes[i];
    int below = add_unary(im, OP_RELU, add_scale(im, x->node, -1));
    int pair[2] = {add_unary(im, OP_RELU, x->node), add_scale_shift(im, below, slopes, shifts, count)};
    if (pair[0] < 0 || pair[1] < 0) return false;
    if (im->g->nodes[pair[1]].op == OP_BN) label_node(im, pair[1], node_input(im, 1));
    attrs a = graph_attrs_init();
    return set_result(im, add_op(im, OP_ADD, pair, 2, &a), &x->v);
}
