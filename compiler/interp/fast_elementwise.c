/* fast_elementwise.c: activations, bn, affine, add and mul, as loops that a compiler makes vectors of. */
#include "interp/fast_internal.h"

#include "interp/internal.h"

#include <math.h>
#include <string.h>

typedef void (*map)(act_args args, float *x, int64_t count);

#define MAP(name, value)                                                                                       \
    static void map_##name(act_args args, float *at, int64_t count) {                                          \
        (void)args;                                                                                            \
        for (int64_t i = 0; i < count; i++) {                                                                  \
            const float x = at[i];                                                                             \
            at[i] = (value);                                                                                   \
        }                                                                                                      \
    }

/* NaN stays. */
static inline float clamp(float x, float low, float high) {
    float above = x < low ? low : x;
    return above > high ? high : above;
}

/* e^x within some 2 units in the last place, for x from -87 to 88; beyond them its value there. x = n log 2 +
 * r, the polynomial is the Taylor series of e^r, |r| <= log(2) / 2, and 2^n is put together from bits. */
static inline float exponential(float x) {
    const float round = 0x1.8p23F, log2_high = 0x1.62e4p-1F, log2_low = 0x1.7f7d1cp-20F;
    x = clamp(x, -87, 88);
    float shifted = x * 0x1.715476p+0F + round, n = shifted - round;
    float r = (x - n * log2_high) - n * log2_low;
    float p = 1.0F / 5040;
    p = p * r + 1.0F / 720;
    p = p * r + 1.0F / 120;
    p = p * r + 1.0F / 24;
    p = p * r + 1.0F / 6;
    p = p * r + 0.5F;
    p = p * (r * r) + r + 1;
    int32_t power = ((int32_t)n + 127) * (1 << 23);
    float scale;
    memcpy(&scale, &power, sizeof scale);
    return p * scale;
}

static inline float sigmoid(float x) { return 1 / (1 + exponential(-x)); }

MAP(relu, x <= 0 ? 0 : x)
MAP(relu6, clamp(x, 0, 6))
MAP(hsigmoid, clamp(x + 3, 0, 6) * (1.0F / 6))
MAP(hswish, x *clamp(x + 3, 0, 6) * (1.0F / 6))
MAP(leaky_relu, x > 0 ? x : (float)args.first * x)
MAP(abs, fabsf(x))
MAP(neg, -x)
MAP(sigmoid, sigmoid(x))
MAP(swish, x *sigmoid(x))

static const map maps[OP_COUNT] = {
    [OP_RELU] = map_relu,     [OP_RELU6] = map_relu6,           [OP_HSIGMOID] = map_hsigmoid,
    [OP_HSWISH] = map_hswish, [OP_LEAKY_RELU] = map_leaky_relu, [OP_ABS] = map_abs,
    [OP_NEG] = map_neg,       [OP_SIGMOID] = map_sigmoid,       [OP_SWISH] = map_swish,
};

void fast_activate(op_kind act, act_args args, float *x, int64_t count) {
    if (act == OP_IDENTITY) return;
    if (maps[act]) {
        maps[act](args, x, count);
        return;
    }
    for (int64_t i = 0; i < count; i++) x[i] = (float)activate(act, args, (double)x[i]);
}

void fast_activation(const fast_work *k) {
    int64_t count = shape_elements(k->n->shape);
    memcpy(k->out, k->in[0], (size_t)count * sizeof(float));
    fast_activate(k->n->op, k->n->a.args, k->out, count);
}

/* out = in * scale + shift, one of each for each channel. */
static void scale_and_shift(const fast_work *k, const float *scale, const float *shift) {
    int c = k->n->shape.c;
    int64_t pixels = shape_pixels(k->n->shape);
    for (int64_t p = 0; p < pixels; p++) {
        const float *x = k->in[0] + p * c;
        float *out = k->out + p * c;
        for (int i = 0; i < c; i++) out[i] = x[i] * scale[i] + shift[i];
    }
}

void fast_affine(const fast_work *k) {
    scale_and_shift(k, k->n->weights[ROLE_WEIGHT]->data, k->n->weights[ROLE_BIAS]->data);
}

/* gamma (x - mean) / sqrt(var + eps) + beta */
void fast_bn(const fast_work *k) {
    tensor *const *w = k->n->weights;
    int c = k->n->shape.c;
    float *scale = ARENA_ARRAY(k->scratch, float, c), *shift = ARENA_ARRAY(k->scratch, float, c);
    for (int i = 0; i < c; i++) {
        double by = (double)w[ROLE_GAMMA]->data[i] / sqrt((double)w[ROLE_VAR]->data[i] + k->n->a.eps);
        scale[i] = (float)by;
        shift[i] = (float)((double)w[ROLE_BETA]->data[i] - by * (double)w[ROLE_MEAN]->data[i]);
    }
    scale_and_shift(k, scale, shift);
}

#define JOIN(name, sign)                                                                                       \
    void fast_##name(const fast_work *k) {                                                                     \
        shape s = k->n->shape;                                                                                 \
        int64_t pixels = shape_pixels(s);                                                                      \
        int64_t next = shape_pixels(k->in_shape[1]) == pixels ? s.c : 0; /* else [1, 1, c] */                  \
        for (int64_t p = 0; p < pixels; p++) {                                                                 \
            const float *x = k->in[0] + p * s.c, *y = k->in[1] + p * next;                                     \
            float *out = k->out + p * s.c;                                                                     \
            for (int i = 0; i < s.c; i++) out[i] = x[i] sign y[i];                                             \
        }                                                                                                      \
    }

JOIN(add, +)
JOIN(mul, *)
