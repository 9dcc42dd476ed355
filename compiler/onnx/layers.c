/* layers.c: operators with weights: Conv and BatchNormalization. */
#include "onnx/rules.h"

/* The weights are [out, in/groups, kh, kw], or without kh where the input has no height. */
bool make_conv(importer *im, const onnx_op *op) {
    file_value *given = tensor_input(im, 0);
    const constant *w = given ? constant_input(im, 1, "weights") : NULL;
    const constant *b = w && node_input(im, 2) ? constant_input(im, 2, "bias") : NULL;
    if (!w || (node_input(im, 2) && !b)) return false;
    file_value x = *given;
    if (!as_map(im, &x)) return false;
    shape in = im->g->nodes[x.node].shape;
    attrs a = graph_attrs_init();
    int64_t groups = attribute_int(im, op, "group", 1);
    if (w->rank != x.v.rank)
        return node_error(im, "its weights have %d axes, but its input has %d", w->rank, x.v.rank);
    const int64_t rows = im->row ? 1 : w->dims[2], columns = w->dims[w->rank - 1];
    if (groups < 1 || groups > MAX_CHANNELS || w->count == 0 || w->dims[1] * groups != in.c) {
        return node_error(im, "its weights are for %lld channels in %lld groups, but its input has %d channels",
                          (long long)w->dims[1], (long long)groups, in.c);
    }
    bool depthwise = groups == in.c && in.c > 1 && w->dims[0] % in.c == 0;
    a.out = depthwise ? 0 : clamp_int(w->dims[0]);
    a.groups = depthwise ? 1 : clamp_int(groups);
    a.multiplier = depthwise ? clamp_int(w->dims[0] / in.c) : 1;
    a.kernel[0] = clamp_int(rows);
    a.kernel[1] = clamp_int(columns);
    a.has_bias = b != NULL;
    if (!read_window(im, op, &a, in)) return false;
    int made = add_op(im, depthwise ? OP_DEPTHWISE : OP_CONV, &x.node, 1, &a);
    if (made < 0) return false;
    const node *n = &im->g->nodes[made];
    int64_t taps = rows * columns;
    const filters f = {.c = w,
                       .out = w->dims[0],
                       .in = w->dims[1],
                       .kernel = {rows, columns},
                       .out_step = w->dims[1] * taps,
                       .in_step = taps,
                       .kernel_step = {columns, 1}};
    if (!fill_filters(im, n, &f) || (b && !fill_vector(im, n->weights[ROLE_BIAS], b, "bias"))) return false;
    label_node(im, made, node_input(im, 1));
    return set_map(im, made);
}

/* --- norms */

bool make_batch_norm(importer *im, const onnx_op *op) {
    static const role roles[] = {ROLE_GAMMA, ROLE_BETA, ROLE_MEAN, ROLE_VAR};
    static const char *const names[] = {"scale", "bias", "mean", "variance"};
    file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    file_view vector = view_vector(im->g->nodes[x.node].shape.c);
    if (!order_channels(im, &x) || (!view_equal(&x.v, &vector) && !as_map(im, &x))) return false;
    /* Before opset 14, a norm that was exported for training is told by its further outputs, which are the new
     * statistics. */
    if (attribute_int(im, op, "spatial", 1) == 0) /* in opsets 7 and 8 */
        return node_error(im, "statistics that differ from pixel to pixel (spatial = 0) are not supported");
    bool training = attribute_int(im, op, "training_mode", 0) != 0;
    for (int i = 1; i < im->node->n_out; i++) training = training || im->node->out[i];
    if (training) return node_error(im, "it was exported for training: call model.eval() before the export");
    attrs a = graph_attrs_init();
    a.eps = attribute_float(im, op, "epsilon", 1e-5);
    int made = add_op(im, OP_BN, &x.node, 1, &a);
    if (made < 0) return false;
    for (int i = 0; i < 4; i++) {
        const constant *c = constant_input(im, i + 1, names[i]);
        if (!c || !fill_vector(im, im->g->nodes[made].weights[roles[i]], c, names[i])) return false;
    }
    const tensor *var = im->g->nodes[made].weights[ROLE_VAR];
    for (int64_t c = 0; c < var->count; c++) {
        if (var->data[c] < 0 || (var->data[c] == 0 && a.eps <= 0))
            return node_error(im, "its variance is not positive");
    }
    label_node(im, made, node_input(im, 1));
    set_tensor(im, 0, made, &x.v, true);
    return true;
}
