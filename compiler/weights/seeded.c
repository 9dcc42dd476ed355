/* seeded.c: weights from a seed, with the same bits on every machine and in any language. tests/zoo/seeded.py
 * makes the same values with NumPy.
 *
 * Every tensor has its own stream, which depends on its name in the checkpoint, so that adding or removing a
 * layer does not change the others. All integers are unsigned, 64 bits, modulo 2^64:
 *
 *   G       = 0x9E3779B97F4A7C15
 *   mix(z)  = z ^= z >> 30; z *= 0xBF58476D1CE4E5B9; z ^= z >> 27; z *= 0x94D049BB133111EB; z ^= z >> 31
 *   state   = mix(fnv1a64(NAME) ^ (seed * G))          NAME: weights_name's bytes, without a NUL
 *   word(k) = mix(state + (k + 1) * G)                 k = 0, 1, ..
 *
 * (mix is the finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
 * 2014.) Element i, in C order of the shape that the tensor has in the checkpoint, takes the words 3i, 3i+1 and
 * 3i+2:
 *
 *   z = (the sum of their twelve 16-bit pieces - 12 * 32767.5) / 65536
 *
 * which is exact in double precision and has mean 0 and variance 1 - 2^-32. It is near enough to a normal
 * distribution, and needs no logarithm, which would differ between libraries. The values are computed from left
 * to right in double precision, and rounded to float last:
 *
 *   weight            z * sqrt(2 / fan_in)             fan_in: kh * kw * in/groups, of conv_transpose divided
 * by the strides' product; depthwise kh * kw; dense in bias, beta, mean  0.1 * z gamma             1 + 0.1 * z
 *   var               1 + 0.1 * z * z
 *
 * In a quantised layer, fan is the root of fan_in, s its scale and reach the distance from the zero point to
 * the code that is farthest from it, of its own tensor (y) and of its input (x). A rounded number is floor(v +
 * 0.5), clamped to what the type can hold, weights to -127 .. 127:
 *
 *   weight            32 * z, rounded
 *   weight_scale      (1 + 0.1 * z) * (s_y * reach_y / (s_x * reach_x * 32 * fan))
 *                     s_x is 1 where the weights contain it: where the input has a scale for each channel, but
 * for a depthwise. If all weights share a scale, it is made of the first channel's s_y and s_x. bias z * (0.1 *
 * 32 * fan * reach_x / 3), rounded output_scale      (1 + 0.1 * z * z) / 32 constant          z * (reach_y /
 * 3), rounded, plus the zero point
 *
 * so that three times the standard deviation of what comes out is about the range of its codes.
 *
 * The scale of the weights is from He et al. 2015, https://arxiv.org/abs/1502.01852. */
#include "base/random.h"
#include "graph/quant.h"
#include "weights/fnv.h"
#include "weights/layout.h"
#include "weights/weights.h"

#include <float.h>
#include <math.h>

#define CODE_DEVIATION 32.0 /* the standard deviation of the codes of weights */

static uint64_t sum_of_pieces(uint64_t word) {
    return (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48);
}

static double normal(uint64_t state, uint64_t i) {
    uint64_t at = state + (3 * i + 1) * RANDOM_STEP;
    uint64_t sum = sum_of_pieces(random_mix(at)) + sum_of_pieces(random_mix(at + RANDOM_STEP)) +
                   sum_of_pieces(random_mix(at + 2 * RANDOM_STEP));
    return ((double)sum - 12 * 32767.5) / 65536;
}

/* x * y, rounded before it is added to anything. It is a call, so that the compiler cannot contract product and
 * sum into a fused multiply-add, which would give other bits on some machines. */
static __attribute__((noinline)) double rounded_product(double x, double y) { return x * y; }

static double fan_in(const node *n) {
    const int *d = n->weights[ROLE_WEIGHT]->dims;
    switch (n->op) {
    case OP_CONV: return (double)d[1] * d[2] * d[3];
    case OP_CONV_TRANSPOSE: return (double)d[1] * d[2] * d[3] / (n->a.stride[0] * n->a.stride[1]);
    case OP_DEPTHWISE: return (double)d[0] * d[1];
    case OP_DENSE: return d[1];
    default: return 2; /* factors and constants, with variance 1 */
    }
}

/* The distance from the zero point of a node's codes to the farthest code. */
static double reach(const node *n) {
    double above = type_table[n->type].most - n->q.zero, below = n->q.zero - type_table[n->type].least;
    return above > below ? above : below;
}

static double rounded_and_clamped(double v, double least, double most) {
    v = floor(v + 0.5);
    return v < least ? least : v > most ? most : v;
}

/* The scale of a quantised layer's weights for an output channel, before it is varied. */
static double weight_scale(const graph *g, const node *n, int channel) {
    const node *x = &g->nodes[n->in[0]];
    double s_x = (double)x->q.scale;
    if (x->q.scales) s_x = n->op == OP_DEPTHWISE ? (double)x->q.scales->data[channel / n->a.multiplier] : 1;
    return (double)quant_scale(&n->q, channel) * reach(n) / (s_x * reach(x) * CODE_DEVIATION * sqrt(fan_in(n)));
}

/* The scales of a network may be so large or small that those of its weights would be no scales. */
static double within_floats(double scale) {
    return scale < (double)FLT_MIN ? (double)FLT_MIN : scale > (double)FLT_MAX ? (double)FLT_MAX : scale;
}

/* The value of element i of a tensor of scales or codes, as a whole number or a float. */
static double seeded_code(const graph *g, const node *n, role r, int64_t i, double z) {
    switch (r) {
    case ROLE_WEIGHT:
        if (n->op == OP_CONSTANT)
            return rounded_and_clamped(rounded_product(z, reach(n) / 3) + n->q.zero, INT8_MIN, INT8_MAX);
        return rounded_and_clamped(rounded_product(z, CODE_DEVIATION), -INT8_MAX, INT8_MAX);
    case ROLE_BIAS: {
        double spread = 0.1 * CODE_DEVIATION * sqrt(fan_in(n)) * reach(&g->nodes[n->in[0]]) / 3;
        return rounded_and_clamped(rounded_product(z, spread), INT32_MIN, INT32_MAX);
    }
    case ROLE_WEIGHT_SCALE:
        return within_floats(rounded_product(1 + rounded_product(0.1, z), weight_scale(g, n, (int)i)));
    default: return (1 + rounded_product(rounded_product(0.1, z), z)) / 32;
    }
}

static float seeded_value(role r, double z, double scale) {
    switch (r) {
    case ROLE_WEIGHT: return (float)(z * scale);
    case ROLE_GAMMA: return (float)(1 + rounded_product(0.1, z));
    case ROLE_VAR: return (float)(1 + rounded_product(rounded_product(0.1, z), z));
    default: return (float)(0.1 * z);
    }
}

static bool holds_codes(const tensor *t, role r) {
    return t->type == TYPE_I8 || t->type == TYPE_I32 || r == ROLE_WEIGHT_SCALE || r == ROLE_OUTPUT_SCALE;
}

static void seed_tensor(arena *scratch, const graph *g, const node *n, role r, uint64_t seed) {
    enum { CHUNK = 1024 };
    float chunk[CHUNK];
    tensor *t = n->weights[r];
    layout l = layout_of(scratch, g, n, r);
    uint64_t state = random_mix(fnv_string(FNV_START, weights_name(scratch, n, r)) ^ seed * RANDOM_STEP);
    if (t->type == TYPE_I32) {
        for (int64_t i = 0; i < t->count; i++)
            t->ints[i] = (int32_t)seeded_code(g, n, r, i, normal(state, (uint64_t)i));
        return;
    }
    bool codes = holds_codes(t, r);
    double scale = r == ROLE_WEIGHT ? sqrt(2 / fan_in(n)) : 0;
    for (int64_t first = 0; first < t->count; first += CHUNK) {
        int64_t count = t->count - first < CHUNK ? t->count - first : CHUNK;
        for (int64_t i = 0; i < count; i++) {
            double z = normal(state, (uint64_t)(first + i));
            chunk[i] = codes ? (float)seeded_code(g, n, r, first + i, z) : seeded_value(r, z, scale);
        }
        layout_scatter(&l, first, chunk, count, t->data);
    }
}

void weights_seed(arena *a, graph *g, uint64_t seed, weights_report *report) {
    *report = (weights_report){0};
    arena *scratch = arena_new();
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        for (int r = ROLE_COUNT - 1; r >= 0; r--) { /* the scales of the weights need those of the output */
            tensor *t = n->weights[r];
            if (!t) continue;
            if (t->type == TYPE_I32)
                t->ints = ARENA_ARRAY(a, int32_t, t->count);
            else
                t->data = ARENA_ARRAY(a, float, t->count);
            scratch = renew_scratch(scratch);
            seed_tensor(scratch, g, n, (role)r, seed);
            report->n_used++;
        }
    }
    arena_free(scratch);
    report->hash = weights_hash(g);
}
