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
 * The scale of the weights is from He et al. 2015, https://arxiv.org/abs/1502.01852. */
#include "weights/fnv.h"
#include "weights/layout.h"
#include "weights/weights.h"

#include <math.h>

static const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);

static uint64_t mix(uint64_t z) {
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint64_t sum_of_pieces(uint64_t word) {
    return (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48);
}

static double normal(uint64_t state, uint64_t i) {
    uint64_t at = state + (3 * i + 1) * golden;
    uint64_t sum =
        sum_of_pieces(mix(at)) + sum_of_pieces(mix(at + golden)) + sum_of_pieces(mix(at + 2 * golden));
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

static float seeded_value(role r, double z, double scale) {
    switch (r) {
    case ROLE_WEIGHT: return (float)(z * scale);
    case ROLE_GAMMA: return (float)(1 + rounded_product(0.1, z));
    case ROLE_VAR: return (float)(1 + rounded_product(rounded_product(0.1, z), z));
    default: return (float)(0.1 * z);
    }
}

static void seed_tensor(arena *scratch, const graph *g, const node *n, role r, uint64_t seed) {
    enum { CHUNK = 1024 };
    float chunk[CHUNK];
    tensor *t = n->weights[r];
    layout l = layout_of(scratch, g, n, r);
    uint64_t state = mix(fnv_string(FNV_START, weights_name(scratch, n, r)) ^ seed * golden);
    double scale = r == ROLE_WEIGHT ? sqrt(2 / fan_in(n)) : 0;
    for (int64_t first = 0; first < t->count; first += CHUNK) {
        int64_t count = t->count - first < CHUNK ? t->count - first : CHUNK;
        for (int64_t i = 0; i < count; i++)
            chunk[i] = seeded_value(r, normal(state, (uint64_t)(first + i)), scale);
        layout_scatter(&l, first, chunk, count, t->data);
    }
}

void weights_seed(arena *a, graph *g, uint64_t seed, weights_report *report) {
    *report = (weights_report){.hash = FNV_START};
    arena *scratch = arena_new();
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        for (int r = 0; r < ROLE_COUNT; r++) {
            tensor *t = n->weights[r];
            if (!t) continue;
            t->data = ARENA_ARRAY(a, float, t->count);
            scratch = renew_scratch(scratch);
            seed_tensor(scratch, g, n, (role)r, seed);
            report->hash = fnv_floats(report->hash, t->data, t->count);
            report->n_used++;
        }
    }
    arena_free(scratch);
}
