/* tables_tflite.c: the activations of TensorFlow Lite Micro's reference kernels on int8, code by code.
 *
 * Some multiply and divide scales in single precision, some in double, which shows in the last bit of a
 * multiplier. Each function names the kernel whose rule it is. Logistic and tanh give codes of a fixed scale
 * and zero point, whatever the tensor's are; other scales have no kernel here. */
#include "graph/tables_tflite.h"
#include "base/fixed_point.h"
#include "graph/integers.h"
#include "graph/quant.h"

#include <math.h>

enum { FIRST_CODE = -128 };

static int8_t to_int8(int64_t code) {
    return (int8_t)(code < INT8_MIN ? INT8_MIN : code > INT8_MAX ? INT8_MAX : code);
}

/* ---- logistic and tanh: fixed point of 4 integer bits ---- */

/* CalculateInputRadius: the least difference from the zero point for which the result is the limit. */
typedef struct saturating {
    rescale by; /* to Q4.27 */
    double radius;
} saturating;

static saturating to_fixed_point(const quant *x) {
    enum { INTEGER_BITS = 4, FRACTION_BITS = 31 - INTEGER_BITS };
    double factor = ldexp((double)x->scale, FRACTION_BITS);
    int shift;
    (void)frexp(factor, &shift);
    double most = ldexp((1 << INTEGER_BITS) - 1, FRACTION_BITS - shift);
    return (saturating){rescale_by(factor), floor(most)};
}

/* `unit`: how many bits of Q0.31 a code of the result stands for. */
static void fill_fixed(const quant *x, const quant *y, int32_t (*value)(int32_t), int unit, int8_t *table) {
    const saturating to = to_fixed_point(x);
    for (int i = 0; i < TABLE_CODES; i++) {
        int code = FIRST_CODE + i - x->zero;
        bool below = code <= -to.radius, above = code >= to.radius;
        int32_t q0 = below || above ? 0 : value(rescale_apply(RESCALE_TFLITE, code, to.by));
        table[i] = below ? INT8_MIN : above ? INT8_MAX : to_int8((int64_t)rescale_down(q0, unit) + y->zero);
    }
}

/* reference_integer_ops::Logistic: in 1/256, from -128. */
static bool fill_logistic(const quant *x, const quant *y, int8_t *table) {
    if (y->scale != 1.0f / 256 || y->zero != INT8_MIN) return false;
    fill_fixed(x, y, fixed_logistic, 23, table);
    return true;
}

/* reference_integer_ops::Tanh: in 1/128, about 0. */
static bool fill_tanh(const quant *x, const quant *y, int8_t *table) {
    if (y->scale != 1.0f / 128 || y->zero != 0) return false;
    fill_fixed(x, y, fixed_tanh, 24, table);
    return true;
}

/* ---- hard swish: 16 bits ---- */

static int to_int16(int64_t x) { return (int)(x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x); }

/* SaturatingRoundingDoublingHighMul of 16 bits: x * y / 2^15, rounded, halves up. */
static int high_rounded(int x, int y) {
    return to_int16((int64_t)floor(((double)x * y + (1 << 14)) / (1 << 15)));
}

/* DownScaleInt32ToInt16Multiplier */
static int multiplier_of_16_bits(rescale by) {
    enum { HALF = 1 << 15 };
    if (by.multiplier >= INT32_MAX - HALF) return INT16_MAX;
    return (by.multiplier + HALF) >> 16;
}

typedef struct hard_swish {
    int x_zero, y_zero, y_multiplier, y_shift, relu_multiplier, relu_shift;
} hard_swish;

/* reference_ops::HardSwish. The real 3 is 2^15 in `share`, which becomes a share from 0 to 1 in 15 bits. */
static int hard_swish_code(const hard_swish *k, int code) {
    enum { MOST_LEFT = 16 };
    int fine = (code - k->x_zero) * 128, y = high_rounded(fine, k->y_multiplier), share = fine;
    int left = k->relu_shift > MOST_LEFT ? MOST_LEFT : k->relu_shift;
    if (left > 0) share = to_int16((int64_t)share * (1 << (left - 1)));
    share = high_rounded(share, k->relu_multiplier);
    if (left > 0) share = to_int16((int64_t)share * 2);
    if (left < 0) share = rescale_down(share, -left);
    share = (share + (1 << 15)) >> 1;
    return rescale_down(share * y / (1 << 15), -k->y_shift) + k->y_zero;
}

static bool fill_hard_swish(const quant *x, const quant *y, int8_t *table) {
    enum { LEAST_SHIFT = -15 };
    float fine = (1.0f / 128.0f) * x->scale, share = 3.0f / 32768.0f;
    rescale y_by = rescale_by((double)(fine / y->scale)), share_by = rescale_by((double)(fine / share));
    if (y_by.shift > 0 || y_by.shift < LEAST_SHIFT || share_by.shift < LEAST_SHIFT) return false;
    const hard_swish k = {
        x->zero,       y->zero, multiplier_of_16_bits(y_by), y_by.shift, multiplier_of_16_bits(share_by),
        share_by.shift};
    for (int i = 0; i < TABLE_CODES; i++) table[i] = to_int8(hard_swish_code(&k, FIRST_CODE + i));
    return true;
}

/* ---- changes of scale ---- */

/* relu and its kin as operators of their own: ReluQuantized. (Relu6Quantized does not change scales; where they
 * are equal, both give the same.) */
static bool fill_bounded(op_kind act, act_args args, const quant *x, const quant *y, int8_t *table) {
    rescale by = rescale_by((double)x->scale / (double)y->scale);
    code_range r = codes_within(y, TYPE_I8, act, args);
    for (int i = 0; i < TABLE_CODES; i++) {
        int32_t code = rescale_apply(RESCALE_TFLITE, FIRST_CODE + i - x->zero, by);
        table[i] = (int8_t)code_within(r, (int64_t)y->zero + code);
    }
    return true;
}

/* QuantizeLeakyRelu: scales and slope in single precision. */
static bool fill_leaky_relu(double slope, const quant *x, const quant *y, int8_t *table) {
    float factor = x->scale * (float)slope / y->scale;
    rescale above = rescale_by((double)(x->scale / y->scale)), below = rescale_by((double)fabsf(factor));
    if (factor < 0) below.multiplier = -below.multiplier;
    for (int i = 0; i < TABLE_CODES; i++) {
        int code = FIRST_CODE + i - x->zero;
        table[i] = to_int8((int64_t)y->zero + rescale_apply(RESCALE_TFLITE, code, code >= 0 ? above : below));
    }
    return true;
}

/* abs of elementwise.cc: the ratio of the scales in single precision. */
static bool fill_abs(const quant *x, const quant *y, int8_t *table) {
    rescale by = rescale_by((double)(x->scale / y->scale));
    for (int i = 0; i < TABLE_CODES; i++) {
        int code = FIRST_CODE + i - x->zero;
        table[i] = to_int8((int64_t)y->zero + rescale_apply(RESCALE_TFLITE, code < 0 ? -code : code, by));
    }
    return true;
}

/* elu.cc, PopulateLookupTable: single precision throughout. */
static bool fill_elu(double alpha, const quant *x, const quant *y, int8_t *table) {
    if (alpha != 1) return false;
    float inverse = 1 / y->scale;
    for (int i = 0; i < TABLE_CODES; i++) {
        float real = x->scale * (float)(FIRST_CODE + i - x->zero);
        float value = real < 0 ? (float)exp((double)real) - 1.0f : real;
        float code = roundf(value * inverse) + (float)y->zero;
        table[i] = (int8_t)(code < INT8_MIN ? INT8_MIN : code > INT8_MAX ? INT8_MAX : code);
    }
    return true;
}

bool tflite_table(op_kind act, act_args args, const quant *x, const quant *y, int8_t table[TABLE_CODES]) {
    switch (act) {
    case OP_SIGMOID: return fill_logistic(x, y, table);
    case OP_TANH: return fill_tanh(x, y, table);
    case OP_HSWISH: return fill_hard_swish(x, y, table);
    case OP_LEAKY_RELU: return fill_leaky_relu(args.first, x, y, table);
    case OP_ABS: return fill_abs(x, y, table);
    case OP_ELU: return fill_elu(args.first, x, y, table);
    case OP_IDENTITY:
    case OP_RELU:
    case OP_RELU6:
    case OP_CLIP: return fill_bounded(act, args, x, y, table);
    default: return false;
    }
}
