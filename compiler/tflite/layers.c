/* layers.c: operators with weights: convolutions and dense layers. */
#include "tflite/rules.h"

/* The layer's tensors, as its rule has found them. */
typedef struct layer {
    file_value x;                   /* input 0 */
    const constant *weights, *bias; /* NULL: no bias */
} layer;

/* Reads input 0, which must be a tensor, and inputs 1 and 2, which must be constants. False after an error. */
static bool read_layer(importer *im, layer *l) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    l->x = *x;
    l->weights = constant_input(im, 1, "weights");
    l->bias = l->weights && node_input(im, 2) ? constant_input(im, 2, "bias") : NULL;
    return l->weights && (l->bias || !node_input(im, 2));
}

static bool read_padding(importer *im, const tflite_op *op, int field, attrs *a) {
    int padding = option_byte(op, field);
    a->padding = padding == PADDING_SAME ? PAD_SAME : PAD_VALID;
    return padding == PADDING_SAME || padding == PADDING_VALID ||
           node_error(im, "its padding is neither SAME nor VALID");
}

/* Adds the layer and fills it. */
static bool add_layer(importer *im, const layer *l, op_kind kind, const attrs *a, const filters *w) {
    int made = add_op(im, kind, &l->x.node, 1, a);
    if (made < 0) return false;
    const node *n = &im->g->nodes[made];
    if (!fill_filters(im, n, w)) return false;
    if (l->bias && !fill_vector(im, n->weights[ROLE_BIAS], l->bias, "bias")) return false;
    label_node(im, made, NULL);
    return set_map(im, made);
}

/* The weights are [out, kh, kw, in/groups]. */
bool tfl_make_conv(importer *im, const tflite_op *op) {
    layer l;
    attrs a = graph_attrs_init();
    if (!read_layer(im, &l) || !as_map(im, &l.x) || !read_padding(im, op, CONV_PADDING, &a)) return false;
    const constant *w = l.weights;
    int channels = im->g->nodes[l.x.node].shape.c;
    if (w->rank != 4 || w->count == 0) return node_error(im, "its weights do not have four axes");
    if (w->dims[3] > channels || channels % w->dims[3]) {
        return node_error(im, "its weights are for %lld channels, but its input has %d", (long long)w->dims[3],
                          channels);
    }
    a.out = clamp_int(w->dims[0]);
    a.groups = channels / (int)w->dims[3];
    a.kernel[0] = clamp_int(w->dims[1]);
    a.kernel[1] = clamp_int(w->dims[2]);
    a.stride[0] = clamp_int(option_int(op, CONV_STRIDE_H, 0));
    a.stride[1] = clamp_int(option_int(op, CONV_STRIDE_W, 0));
    a.dilation[0] = clamp_int(option_int(op, CONV_DILATION_H, 1));
    a.dilation[1] = clamp_int(option_int(op, CONV_DILATION_W, 1));
    a.has_bias = l.bias != NULL;
    const filters f = {.c = w,
                       .out = w->dims[0],
                       .in = w->dims[3],
                       .kernel = {w->dims[1], w->dims[2]},
                       .out_step = w->dims[1] * w->dims[2] * w->dims[3],
                       .in_step = 1,
                       .kernel_step = {w->dims[2] * w->dims[3], w->dims[3]}};
    return add_layer(im, &l, OP_CONV, &a, &f);
}

/* The weights are [1, kh, kw, out], where output c * multiplier + m reads channel c. */
bool tfl_make_depthwise(importer *im, const tflite_op *op) {
    layer l;
    attrs a = graph_attrs_init();
    if (!read_layer(im, &l) || !as_map(im, &l.x) || !read_padding(im, op, DEPTHWISE_PADDING, &a)) return false;
    const constant *w = l.weights;
    int channels = im->g->nodes[l.x.node].shape.c;
    if (w->rank != 4 || w->count == 0 || w->dims[0] != 1)
        return node_error(im, "its weights do not have four axes, of which the first is 1");
    if (w->dims[3] % channels) {
        return node_error(im, "its weights are for %lld channels, but its input has %d", (long long)w->dims[3],
                          channels);
    }
    bool depthwise = channels > 1;
    a.out = depthwise ? 0 : clamp_int(w->dims[3]);
    a.multiplier = depthwise ? clamp_int(w->dims[3] / channels) : 1;
    a.kernel[0] = clamp_int(w->dims[1]);
    a.kernel[1] = clamp_int(w->dims[2]);
    a.stride[0] = clamp_int(option_int(op, DEPTHWISE_STRIDE_H, 0));
    a.stride[1] = clamp_int(option_int(op, DEPTHWISE_STRIDE_W, 0));
    a.dilation[0] = clamp_int(option_int(op, DEPTHWISE_DILATION_H, 1));
    a.dilation[1] = clamp_int(option_int(op, DEPTHWISE_DILATION_W, 1));
    a.has_bias = l.bias != NULL;
    const filters f = {.c = w,
                       .out = w->dims[3],
                       .in = 1,
                       .kernel = {w->dims[1], w->dims[2]},
                       .out_step = 1,
                       .kernel_step = {w->dims[2] * w->dims[3], w->dims[3]}};
    return add_layer(im, &l, depthwise ? OP_DEPTHWISE : OP_CONV, &a, &f);
}

/* --- transposed convolutions */

/* The weights are [out, kh, kw, in]. `sizes`: height and width of the output; NULL: the stride times those of
 * the input, and where nothing is padded what the kernel reaches beyond that. */
static bool add_transposed(importer *im, layer *l, attrs *a, bool same, const int64_t *sizes) {
    const constant *w = l->weights;
    if (!as_map(im, &l->x)) return false;
    shape in = im->g->nodes[l->x.node].shape;
    if (w->rank != 4 || w->count == 0 || w->dims[3] != in.c)
        return node_error(im, "its weights do not have four axes, of which the last is that of the %d channels",
                          in.c);
    a->out = clamp_int(w->dims[0]);
    a->has_bias = l->bias != NULL;
    a->padding = PAD_EXPLICIT;
    for (int i = 0; i < 2; i++) {
        int64_t size = i == 0 ? in.h : in.w, stride = a->stride[i], kernel = w->dims[1 + i];
        if (stride < 1 || stride > MAX_KERNEL) return node_error(im, "its stride is out of range");
        int64_t plain = size * stride + (!same && kernel > stride ? kernel - stride : 0),
                out = sizes ? sizes[i] : plain;
        int64_t cut = (size - 1) * stride + kernel - out, before = same && cut > 0 ? cut / 2 : 0,
                behind = cut - before;
        bool fits = same ? out > (size - 1) * stride && out <= size * stride : behind <= 0 && -behind < stride;
        if (!fits) return node_error(im, "its output shape does not fit its input, stride and padding");
        a->kernel[i] = clamp_int(kernel);
        a->pad[i == 0 ? TOP : LEFT] = clamp_int(before);
        a->pad[i == 0 ? BOTTOM : RIGHT] = behind > 0 ? clamp_int(behind) : 0;
        a->output_pad[i] = behind < 0 ? clamp_int(-behind) : 0;
    }
    const filters f = {.c = w,
                       .out = w->dims[0],
                       .in = w->dims[3],
                       .kernel = {w->dims[1], w->dims[2]},
                       .out_step = w->dims[1] * w->dims[2] * w->dims[3],
                       .in_step = 1,
                       .kernel_step = {w->dims[2] * w->dims[3], w->dims[3]}};
    return add_layer(im, l, OP_CONV_TRANSPOSE, a, &f);
}

/* Input 0 is the output's shape, input 1 the weights, input 2 the map, and input 3 the bias. */
bool tfl_make_transpose_conv(importer *im, const tflite_op *op) {
    layer l = {0};
    attrs a = graph_attrs_init();
    int count;
    const int64_t *sizes = list_input(im, 0, "output shape", &count);
    const file_value *x = sizes ? tensor_input(im, 2) : NULL;
    if (!x) return false;
    if (count != 4) return node_error(im, "its output shape does not have four sizes");
    l.x = *x;
    l.weights = constant_input(im, 1, "weights");
    l.bias = l.weights && node_input(im, 3) ? constant_input(im, 3, "bias") : NULL;
    if (!l.weights || (node_input(im, 3) && !l.bias)) return false;
    if (!read_padding(im, op, TRANSPOSE_CONV_PADDING, &a)) return false;
    a.stride[0] = clamp_int(option_int(op, TRANSPOSE_CONV_STRIDE_H, 0));
    a.stride[1] = clamp_int(option_int(op, TRANSPOSE_CONV_STRIDE_W, 0));
    return add_transposed(im, &l, &a, a.padding == PAD_SAME, sizes + 1);
}

/* MediaPipe's custom operator, which is older than TRANSPOSE_CONV with a bias. Its options are three integers
 * of 32 bits: the padding (1: SAME, 2: VALID), and the stride along the width and the height. */
bool tfl_make_mediapipe_transpose(importer *im, const tflite_op *op) {
    layer l;
    attrs a = graph_attrs_init();
    enum { SAME = 1, VALID = 2 };
    if (!read_layer(im, &l)) return false;
    if (op->o->custom_options.count < 12) return node_error(im, "its options are not three integers");
    int padding = flat_i32_at(op->o->custom_options, 0);
    if (padding != SAME && padding != VALID) return node_error(im, "its padding is neither SAME nor VALID");
    a.stride[0] = clamp_int(flat_i32_at(op->o->custom_options, 2));
    a.stride[1] = clamp_int(flat_i32_at(op->o->custom_options, 1));
    return add_transposed(im, &l, &a, padding == SAME, NULL);
}

/* --- dense layers */

/* Sees the input as [rows, in], where the matrix takes `in` numbers; with keep_num_dims as it is. */
static bool see_rows(importer *im, file_value *x, int64_t in, bool keep) {
    int64_t sizes[VIEW_RANK];
    int rank = x->v.rank;
    view_sizes(&x->v, sizes);
    int64_t count = size_product(sizes, 0, rank);
    if (rank > 0 && (keep || rank == 2) && sizes[rank - 1] == in) return true;
    const int64_t rows[2] = {count / in, in};
    if (keep || count % in) {
        return node_error(im, "its weights take %lld numbers, but its input has another number of them",
                          (long long)in);
    }
    return view_reshape(&x->v, rows, 2) ||
           node_error(im, "it reshapes a feature map in a way that is not supported");
}

/* The weights are [out, in]. */
bool tfl_make_fully_connected(importer *im, const tflite_op *op) {
    layer l;
    if (!read_layer(im, &l)) return false;
    matrix w = {.c = l.weights, .transposed = true, .scale = 1};
    if (option_byte(op, FULLY_CONNECTED_FORMAT) != 0)
        return node_error(im, "its weights are shuffled for a certain processor, which is not supported");
    if (!read_matrix(im, &w) || !see_rows(im, &l.x, w.in, option_bool(op, FULLY_CONNECTED_KEEP_DIMS)))
        return false;
    double *bias = NULL;
    if (l.bias) {
        if (w.out > MAX_CHANNELS || l.bias->count != w.out) {
            return node_error(im, "its bias has %lld numbers, but its weights have %lld rows",
                              (long long)l.bias->count, (long long)w.out);
        }
        bias = ARENA_ARRAY(im->scratch, double, w.out);
        for (int64_t i = 0; i < w.out; i++) bias[i] = constant_number(l.bias, i);
    }
    file_view v;
    int made = add_product(im, l.x, &w, bias, &v);
    label_node(im, made, NULL);
    return set_result(im, made, &v);
}
