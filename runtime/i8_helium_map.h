/* i8_helium_map.h: layers of int8 without weights by the vectors of Armv8.1-M (Cortex-M55, M85).
 *
 * Eight channels lie in the lanes of 16 bits. Words of those with even and with odd numbers make two vectors.
 */
#include "i8_helium.h"

enum { I8_MOST_SUMMED = 255 /* codes whose sum fits in 16 bits */ };

/* The factors of eight channels: of those with even numbers, then of the others. */
typedef struct i8_eight {
    int32x4_t multiplier[2], shift[2];
} i8_eight;

/* Those of the channels from c on. */
static inline i8_eight i8_factors_of(const i8_map *k, int32_t c) {
    i8_eight f;
    if (!k->each) {
        f.multiplier[0] = f.multiplier[1] = vdupq_n_s32(k->multipliers[0]);
        f.shift[0] = f.shift[1] = vdupq_n_s32(k->shifts[0]);
        return f;
    }
    const int32_t left = k->channels - c;
    const int32_t *from = k->multipliers + c;
    int32_t last[8]; /* no initializer: it would be a call of memset for all channels */
    if (left < 8) {
        for (int i = 0; i < 8; i++) last[i] = i < left ? from[i] : 0;
        from = last;
    }
    const int32x4x2_t both = vld2q_s32(from);
    const int16x8_t shifts = vldrbq_z_s16(k->shifts + c, vctp16q((uint32_t)left));
    f.multiplier[0] = both.val[0];
    f.multiplier[1] = both.val[1];
    f.shift[0] = vmovlbq_s16(shifts);
    f.shift[1] = vmovltq_s16(shifts);
    return f;
}

/* Eight channels of a map, to be multiplied. The kernels know where the fields stand. */
typedef struct i8_scaling {
    i8_eight factors;
    int16x8_t by;
    const int8_t *x;
    int8_t *y;
    int32_t left, pixels; /* channels, if they are less than eight; pixels */
    int32_t x_step, y_step, x_zero, zero, bounded;
    int32_t least, most; /* where `bounded` is not 0 */
} i8_scaling;

/* Multiplies them and rescales: `product` as the rounding says, and what follows it. */
#define I8_SCALE_PIXELS(product, after)                                                                        \
    "push {r4-r11, lr}\n\tvldrw.32 q3, [r0]\n\tvldrw.32 q4, [r0, #16]\n\tvldrw.32 q5, [r0, #32]\n\t"           \
    "vldrw.32 q6, [r0, #48]\n\tvldrw.32 q2, [r0, #64]\n\tadds r0, #80\n\tldm r0!, {r1-r9}\n\t"                 \
    "vctp.16 r3\n\tdls lr, r4\n"                                                                               \
    "1:\n\tvpst\n\tvldrbt.s16 q0, [r1]\n\tadd r1, r5\n\tvsub.i16 q0, q0, r7\n\tvmullb.s16 q1, q0, q2\n\t"      \
    "vmullt.s16 q0, q0, q2\n\t" product " q1, q1, q3\n\t" product " q0, q0, q4\n\t" after                      \
    "vrshl.s32 q1, q1, q5\n\tvrshl.s32 q0, q0, q6\n\tvqmovnb.s32 q1, q1\n\tvqmovnt.s32 q1, q0\n\t"             \
    "vqadd.s16 q1, q1, r8\n\tvqmovnb.s16 q1, q1\n\tcmp r9, #0\n\tbne 3f\n"                                     \
    "2:\n\tvpst\n\tvstrbt.16 q1, [r2]\n\tadd r2, r6\n\tle lr, 1b\n\tb 4f\n"                                    \
    "3:\n\tldrd r10, r11, [r0]\n\tvdup.8 q0, r10\n\tvmax.s8 q1, q1, q0\n\tvdup.8 q0, r11\n\t"                  \
    "vmin.s8 q1, q1, q0\n\tb 2b\n"                                                                             \
    "4:\n\tpop {r4-r11, lr}"

static inline void i8_scale_pixels(const i8_scaling *t, int tflite) {
    register const void *r0 __asm__("r0") = t;
    if (tflite)
        __asm__ volatile(I8_SCALE_PIXELS("vqrdmulh.s32", "vshr.s32 q7, q1, #31\n\tvadd.i32 q1, q1, q7\n\t"
                                                         "vshr.s32 q7, q0, #31\n\tvadd.i32 q0, q0, q7\n\t")
                         : "+r"(r0)
                         :
                         : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc",
                           "memory" I8_PREDICATE);
    else
        __asm__ volatile(I8_SCALE_PIXELS("vqdmulh.s32", "")
                         : "+r"(r0)
                         :
                         : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "cc",
                           "memory" I8_PREDICATE);
}

/* y = x * z, where z has a code for each channel. */
__attribute__((noinline)) static void i8_scale_map(const int8_t *x, const int8_t *z, int8_t *y,
                                                   const i8_map *k) {
    i8_scaling t = {.pixels = k->pixels, .x_step = k->x_pixel, .y_step = k->y_pixel};
    t.x_zero = k->x_zero;
    t.zero = k->zero;
    t.least = k->least;
    t.most = k->most;
    t.bounded = k->least > -128 || k->most < 127;
    for (int32_t c = 0; c < k->channels; c += 8) {
        t.x = x + c;
        t.y = y + c;
        t.left = k->channels - c;
        t.factors = i8_factors_of(k, c);
        t.by = vsubq_n_s16(vldrbq_z_s16(z + c, vctp16q((uint32_t)t.left)), k->z_zero);
        i8_scale_pixels(&t, k->how & I8_TFLITE);
    }
}

/* The sums of up to eight channels over at most I8_MOST_SUMMED pixels. */
static inline int16x8_t i8_sum_pixels(const int8_t *x, int32_t step, int32_t pixels, int32_t channels) {
    int16x8_t sum = vdupq_n_s16(0);
    __asm__ volatile(
        "vctp.16 %[channels]\n\tdls lr, %[pixels]\n"
        "1:\n\tvpst\n\tvldrbt.s16 q0, [%[x]]\n\tadd %[x], %[step]\n\tvadd.i16 %q[sum], %q[sum], q0\n\t"
        "le lr, 1b"
        : [x] "+l"(x), [sum] "+w"(sum)
        : [step] "r"(step), [pixels] "r"(pixels), [channels] "r"(channels)
        : "lr", "q0", "cc", "memory" I8_PREDICATE);
    return sum;
}

/* Four channels' sums, of at most 30 bits and a sign, rescaled. */
static inline int32x4_t i8_rescale_four(int32x4_t v, int32x4_t multiplier, int32x4_t shift, int tflite) {
    if (tflite) {
        v = vqrdmulhq_s32(v, multiplier);
        v = vaddq_s32(v, vshrq_n_s32(v, 31));
    } else {
        v = vqdmulhq_s32(v, multiplier);
    }
    return vrshlq_s32(v, shift);
}

/* The mean of each channel over all pixels, from the sum of their codes. */
__attribute__((noinline)) static void i8_mean_map(const int8_t *x, int8_t *y, const i8_map *k) {
    for (int32_t c = 0; c < k->channels; c += 8) {
        const int32_t left = k->channels - c;
        int32x4_t even = vdupq_n_s32(-k->pixels * k->x_zero), odd = even;
        for (int32_t p = 0; p < k->pixels; p += I8_MOST_SUMMED) {
            const int32_t some = k->pixels - p < I8_MOST_SUMMED ? k->pixels - p : I8_MOST_SUMMED;
            const int16x8_t sum = i8_sum_pixels(x + c + p * k->x_pixel, k->x_pixel, some, left);
            even = vaddq_s32(even, vmovlbq_s16(sum));
            odd = vaddq_s32(odd, vmovltq_s16(sum));
        }
        const i8_eight f = i8_factors_of(k, c);
        even = i8_rescale_four(even, f.multiplier[0], f.shift[0], k->how & I8_TFLITE);
        odd = i8_rescale_four(odd, f.multiplier[1], f.shift[1], k->how & I8_TFLITE);
        int16x8_t v = vqaddq_n_s16(i8_join(even, odd), k->zero);
        v = vminq_s16(vmaxq_s16(v, vdupq_n_s16(k->least)), vdupq_n_s16(k->most));
        __asm__ volatile("vctp.16 %[left]\n\tvpst\n\tvstrbt.16 %q[v], [%[y]]"
                         :
                         : [left] "r"(left), [v] "w"(v), [y] "l"(y + c)
                         : "cc", "memory" I8_PREDICATE);
    }
}
