/* quant.c: how the file's tensors hold codes (quantised integers), checked: scales, zero points and types. */
#include "tflite/codes.h"

#include "graph/quant.h"

#include <math.h>

bool is_quantised(const tflite_tensor *t) {
    bool small = t->type == NUMBER_I8 || t->type == NUMBER_U8 || t->type == NUMBER_I16;
    return small && t->q.scales.count > 0;
}

static bool tensor_error(importer *im, const tflite_tensor *t, const char *why) {
    return node_error(im, "tensor \"%s\": %s", show_name(im->scratch, t->name), why);
}

static bool is_scale(double scale) { return scale > 0 && isfinite(scale); }

static int64_t zero_point(const quantization *q, size_t i) {
    return q->zero_points.count ? flat_i64_at(q->zero_points, i) : 0;
}

const char *find_codes(arena *a, const tflite_tensor *t, quant *q, elem_type *type) {
    if (t->type != NUMBER_I8 && t->type != NUMBER_U8)
        return arena_printf(a, "its elements are %s, but should be INT8", name_tensor_type(a, t->type_code));
    *type = number_table[t->type].port;
    if (t->q.scales.count != 1 || t->q.zero_points.count > 1)
        return "it does not have one scale and one zero point";
    *q = (quant){.on = true, .scale = (float)flat_f32_at(t->q.scales, 0)};
    int64_t zero = zero_point(&t->q, 0), least = *type == TYPE_I8 ? INT8_MIN : 0;
    if (!is_scale((double)q->scale)) return "its scale is not a number above 0";
    if (zero < least || zero > least + UINT8_MAX) return "its zero point is not a number that its type holds";
    q->zero = (int)zero;
    return NULL;
}

bool read_codes(importer *im, const tflite_tensor *t, quant *q, elem_type *type) {
    const char *fault = find_codes(im->scratch, t, q, type);
    return !fault || tensor_error(im, t, fault);
}

/* --- layers with weights */

/* Checks the scales of the weights: one, or one for each entry of `axis`. */
static bool check_weights(importer *im, const tflite_tensor *w, int axis) {
    if (w->type != NUMBER_I8) {
        return tensor_error(im, w,
                            arena_printf(im->scratch, "weights of %s are not supported where the input is INT8",
                                         name_tensor_type(im->scratch, w->type_code)));
    }
    size_t count = w->q.scales.count;
    bool fits = count == 1 || (w->q.axis == axis && (size_t)axis < w->dims.count &&
                               flat_i32_at(w->dims, (size_t)axis) == (int64_t)count);
    if (!fits || (w->q.zero_points.count != 0 && w->q.zero_points.count != count))
        return tensor_error(im, w, "its scales and zero points do not fit its output channels");
    for (size_t i = 0; i < count; i++) {
        if (!is_scale(flat_f32_at(w->q.scales, i)))
            return tensor_error(im, w, "one of its scales is not a number above 0");
        if (zero_point(&w->q, i) != 0)
            return tensor_error(
                im, w, "its zero point is not 0; the converter of TensorFlow 2 makes weights whose is");
    }
    return true;
}

static double scale_at(const tflite_tensor *t, size_t i) {
    return flat_f32_at(t->q.scales, t->q.scales.count == 1 ? 0 : i);
}

/* The bias must be integers of the scale of the input times that of the weights. It is added as it is, so a
 * difference is an error of the file: up to a fiftieth of a step of the output is taken, as TensorFlow Lite's
 * kernels do (GetQuantizedConvolutionMultipler). */
static bool check_bias(importer *im, const tflite_tensor *b, const tflite_tensor *w, const quant *x,
                       const quant *y) {
    const double most = 0.02;
    if (b->type != NUMBER_I32) return tensor_error(im, b, "a bias must be INT32 where the input is INT8");
    size_t count = b->q.scales.count, channels = w->q.scales.count;
    if (count > 1 && channels > 1 && count != channels)
        return tensor_error(im, b, "it has another number of scales than its weights");
    for (size_t i = 0; i < b->q.zero_points.count; i++) {
        if (zero_point(&b->q, i) != 0) return tensor_error(im, b, "the zero point of a bias must be 0");
    }
    for (size_t i = 0; count && i < (count > channels ? count : channels); i++) {
        double product = (double)x->scale * scale_at(w, i), own = scale_at(b, i);
        if (!(fabs(product - own) / (double)y->scale <= most))
            return tensor_error(im, b, "its scale is not that of the input times that of the weights");
    }
    return true;
}

bool check_layer_codes(importer *im, const tflite_op *op, const layer_inputs *l, const quant *y) {
    const file_value *x = tensor_input(im, l->x);
    if (!x || !constant_input(im, l->weights, "weights")) return false;
    const tflite_tensor *w = input_tensor(op, l->weights);
    if (!check_weights(im, w, l->axis)) return false;
    return !node_input(im, l->bias) ||
           check_bias(im, input_tensor(op, l->bias), w, &im->g->nodes[x->node].q, y);
}

bool fill_weight_scales(importer *im, const tflite_op *op, const layer_inputs *l) {
    const node *n = &im->g->nodes[im->node->out[0]->node];
    tensor *t = n->weights[ROLE_WEIGHT_SCALE];
    if (!t) return node_error(im, "it makes no layer of integers");
    const tflite_tensor *w = input_tensor(op, l->weights);
    double *scales = ARENA_ARRAY(im->scratch, double, t->count);
    for (int64_t i = 0; i < t->count; i++) scales[i] = scale_at(w, (size_t)i);
    return fill_numbers(im, t, scales, "scale");
}
