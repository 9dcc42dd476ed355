/* i8_helium_window.h: kernels for depthwise layers of integers by the vectors of Armv8.1-M.
 *
 * Channels lie in lanes, 16 or 8 of them. The functions that finish sums are those of i8_helium.h. What is said
 * there of assembly and predicates holds here. */
#include "i8_helium.h"

enum { I8_MOST_TAPS = 28 };

/* What the kernel of a depthwise layer reads for some channels of a pixel: at list[tap] + offset. `start`: what
 * the sums begin with. */
typedef struct i8_taps {
    const int8_t *const *list;
    int32_t offset;
    const int8_t *w;
    const int32_t *start;
    int32_t taps, channels;
} i8_taps;

/* The sums of 16 channels. Vector i has channels i, 4 + i, 8 + i and 12 + i, which is the order of `start`,
 * too. The products of two taps fit in 16 bits. */
static inline int32x4x4_t i8_sum_16(const i8_taps *k) {
    register const void *r0 __asm__("r0") = k;
    register int32x4_t a __asm__("q0");
    register int32x4_t b __asm__("q1");
    register int32x4_t c __asm__("q2");
    register int32x4_t d __asm__("q3");
    __asm__ volatile("push {r1-r7, lr}\n\tldm r0, {r1-r6}\n\t"
                     "vldrw.32 q0, [r4]\n\tvldrw.32 q1, [r4, #16]\n\t"
                     "vldrw.32 q2, [r4, #32]\n\tvldrw.32 q3, [r4, #48]\n\t"
                     "lsrs r6, r5, #1\n\tbeq 2f\n\t"
                     "dls lr, r6\n"
                     "1:\n\tldrd r6, r7, [r1], #8\n\t"
                     "add r6, r2\n\tadd r7, r2\n\t"
                     "vldrb.8 q4, [r6]\n\tvldrw.32 q5, [r3], #16\n\t"
                     "vmullb.s8 q6, q4, q5\n\tvmullt.s8 q7, q4, q5\n\t"
                     "vldrb.8 q4, [r7]\n\tvldrw.32 q5, [r3]\n\t"
                     "vmullb.s8 q5, q4, q5\n\tvadd.i16 q6, q6, q5\n\t"
                     "vldrw.32 q5, [r3], #16\n\tvmullt.s8 q5, q4, q5\n\t"
                     "vadd.i16 q7, q7, q5\n\tvmovlb.s16 q4, q6\n\t"
                     "vmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\t"
                     "vmovlb.s16 q5, q7\n\tvadd.i32 q2, q2, q6\n\t"
                     "vmovlt.s16 q7, q7\n\tvadd.i32 q1, q1, q5\n\t"
                     "vadd.i32 q3, q3, q7\n\tle lr, 1b\n"
                     "2:\n\ttst r5, #1\n\t"
                     "beq 3f\n\tldr r6, [r1]\n\t"
                     "add r6, r2\n\tvldrb.8 q4, [r6]\n\t"
                     "vldrw.32 q5, [r3], #16\n\tvmullb.s8 q6, q4, q5\n\t"
                     "vmullt.s8 q7, q4, q5\n\tvmovlb.s16 q4, q6\n\t"
                     "vmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\t"
                     "vmovlb.s16 q5, q7\n\tvadd.i32 q2, q2, q6\n\t"
                     "vmovlt.s16 q7, q7\n\tvadd.i32 q1, q1, q5\n\t"
                     "vadd.i32 q3, q3, q7\n"
                     "3:\n\tpop {r1-r7, lr}\n\t"
                     : "=w"(a), "=w"(b), "=w"(c), "=w"(d), "+r"(r0)
                     :
                     : "q4", "q5", "q6", "q7", "cc", "memory");
    const int32x4x4_t sums = {{a, b, c, d}};
    return sums;
}

/* The same of less than 16 channels. */
static inline int32x4x4_t i8_sum_part(const i8_taps *k) {
    register const void *r0 __asm__("r0") = k;
    register int32x4_t a __asm__("q0");
    register int32x4_t b __asm__("q1");
    register int32x4_t c __asm__("q2");
    register int32x4_t d __asm__("q3");
    __asm__ volatile("push {r1-r7, lr}\n\tldm r0, {r1-r6}\n\t"
                     "vctp.8 r6\n\tvldrw.32 q0, [r4]\n\t"
                     "vldrw.32 q1, [r4, #16]\n\tvldrw.32 q2, [r4, #32]\n\t"
                     "vldrw.32 q3, [r4, #48]\n\tlsrs r6, r5, #1\n\t"
                     "beq 2f\n\tdls lr, r6\n"
                     "1:\n\tldrd r6, r7, [r1], #8\n\t"
                     "add r6, r2\n\tadd r7, r2\n\t"
                     "vpst\n\tvldrbt.8 q4, [r6]\n\t"
                     "vldrw.32 q5, [r3], #16\n\tvmullb.s8 q6, q4, q5\n\t"
                     "vmullt.s8 q7, q4, q5\n\tvpst\n\t"
                     "vldrbt.8 q4, [r7]\n\tvldrw.32 q5, [r3]\n\t"
                     "vmullb.s8 q5, q4, q5\n\tvadd.i16 q6, q6, q5\n\t"
                     "vldrw.32 q5, [r3], #16\n\tvmullt.s8 q5, q4, q5\n\t"
                     "vadd.i16 q7, q7, q5\n\tvmovlb.s16 q4, q6\n\t"
                     "vmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\t"
                     "vmovlb.s16 q5, q7\n\tvadd.i32 q2, q2, q6\n\t"
                     "vmovlt.s16 q7, q7\n\tvadd.i32 q1, q1, q5\n\t"
                     "vadd.i32 q3, q3, q7\n\tle lr, 1b\n"
                     "2:\n\ttst r5, #1\n\t"
                     "beq 3f\n\tldr r6, [r1]\n\t"
                     "add r6, r2\n\tvpst\n\t"
                     "vldrbt.8 q4, [r6]\n\tvldrw.32 q5, [r3], #16\n\t"
                     "vmullb.s8 q6, q4, q5\n\tvmullt.s8 q7, q4, q5\n\t"
                     "vmovlb.s16 q4, q6\n\tvmovlt.s16 q6, q6\n\t"
                     "vadd.i32 q0, q0, q4\n\tvmovlb.s16 q5, q7\n\t"
                     "vadd.i32 q2, q2, q6\n\tvmovlt.s16 q7, q7\n\t"
                     "vadd.i32 q1, q1, q5\n\tvadd.i32 q3, q3, q7\n"
                     "3:\n\tpop {r1-r7, lr}\n\t"
                     : "=w"(a), "=w"(b), "=w"(c), "=w"(d), "+r"(r0)
                     :
                     : "q4", "q5", "q6", "q7", "cc", "memory");
    const int32x4x4_t sums = {{a, b, c, d}};
    return sums;
}

/* The sums of at most 8 channels. Vector i has channels i, 2 + i, 4 + i and 6 + i. */
static inline int32x4x2_t i8_sum_8(const i8_taps *k) {
    register const void *r0 __asm__("r0") = k;
    register int32x4_t a __asm__("q0");
    register int32x4_t b __asm__("q1");
    __asm__ volatile("push {r1-r7, lr}\n\tldm r0, {r1-r6}\n\t"
                     "vctp.16 r6\n\tvldrw.32 q0, [r4]\n\t"
                     "vldrw.32 q1, [r4, #16]\n\tlsrs r6, r5, #1\n\t"
                     "beq 2f\n\tdls lr, r6\n"
                     "1:\n\tldrd r6, r7, [r1], #8\n\t"
                     "add r6, r2\n\tadd r7, r2\n\t"
                     "vpst\n\tvldrbt.s16 q4, [r6]\n\t"
                     "vldrb.s16 q5, [r3], #8\n\tvmul.i16 q6, q4, q5\n\t"
                     "vpst\n\tvldrbt.s16 q4, [r7]\n\t"
                     "vldrb.s16 q5, [r3], #8\n\tvmul.i16 q5, q4, q5\n\t"
                     "vadd.i16 q6, q6, q5\n\tvmovlb.s16 q4, q6\n\t"
                     "vmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\t"
                     "vadd.i32 q1, q1, q6\n\tle lr, 1b\n"
                     "2:\n\ttst r5, #1\n\t"
                     "beq 3f\n\tldr r6, [r1]\n\t"
                     "add r6, r2\n\tvpst\n\t"
                     "vldrbt.s16 q4, [r6]\n\tvldrb.s16 q5, [r3], #8\n\t"
                     "vmul.i16 q6, q4, q5\n\tvmovlb.s16 q4, q6\n\t"
                     "vmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\t"
                     "vadd.i32 q1, q1, q6\n"
                     "3:\n\tpop {r1-r7, lr}\n\t"
                     : "=w"(a), "=w"(b), "+r"(r0)
                     :
                     : "q4", "q5", "q6", "cc", "memory");
    const int32x4x2_t sums = {{a, b}};
    return sums;
}

/* Stores codes of the first `count` channels. */
static inline void i8_store_16(int8_t *y, int8x16_t v, int32_t count) {
    __asm__ volatile("vctp.8 %[n]\n\tvpst\n\tvstrbt.8 %q[v], [%[y]]"
                     :
                     : [n] "r"(count), [v] "w"(v), [y] "r"(y)
                     : "cc", "memory");
}

static inline int8x16_t i8_load_16(const int8_t *p, int32_t count) {
    int8x16_t v;
    __asm__ volatile("vctp.8 %[n]\n\tvpst\n\tvldrbt.8 %q[v], [%[p]]"
                     : [v] "=w"(v)
                     : [n] "r"(count), [p] "r"(p)
                     : "cc", "memory");
    return v;
}

/* The factors or shifts of a vector of channels. */
static inline int32x4_t i8_words(const int8_t *p) { return vldrwq_s32((const int32_t *)(const void *)p); }

/* Stores the codes of sums of up to 16 channels, as i8_sum_16 has them. factors: in the head of the block. */
static inline void i8_finish_16(int32x4x4_t v, const int8_t *factors, int8_t *y, const int8_t *r, int32_t count,
                                const i8_end *k) {
    const int8_t *const shifts = factors + 64, *const numbers = shifts + 16;
    const uint8_t rounding = k->how & (I8_TFLITE | I8_SHORT | I8_POSITIVE);
    int32x4_t a = v.val[0], b = v.val[1], c = v.val[2], d = v.val[3];
#define I8_SCALE_FOUR(way)                                                                                     \
    a = i8_scale_each(a, i8_words(factors), vldrbq_s32(shifts), way);                                          \
    b = i8_scale_each(b, i8_words(factors + 16), vldrbq_s32(shifts + 4), way);                                 \
    c = i8_scale_each(c, i8_words(factors + 32), vldrbq_s32(shifts + 8), way);                                 \
    d = i8_scale_each(d, i8_words(factors + 48), vldrbq_s32(shifts + 12), way)
    if (rounding == (I8_TFLITE | I8_SHORT | I8_POSITIVE)) {
        I8_SCALE_FOUR(I8_TFLITE | I8_SHORT | I8_POSITIVE);
    } else if ((rounding & ~I8_POSITIVE) == I8_SHORT) {
        I8_SCALE_FOUR(I8_SHORT);
    } else {
        I8_SCALE_FOUR(rounding);
    }
#undef I8_SCALE_FOUR
    const int16x8_t ac = vqaddq_n_s16(i8_join(a, c), k->zero), bd = vqaddq_n_s16(i8_join(b, d), k->zero);
    int8x16_t codes;
    if (k->table) {
        int32x4_t first = vdupq_n_s32(0), second = first;
        if (k->how & I8_SEVERAL) {
            first = vorrq_s32(vshlq_n_s32(vldrbq_s32(numbers), 8), vshlq_n_s32(vldrbq_s32(numbers + 8), 24));
            second =
                vorrq_s32(vshlq_n_s32(vldrbq_s32(numbers + 4), 8), vshlq_n_s32(vldrbq_s32(numbers + 12), 24));
        }
        codes = i8_look_up(ac, bd, vreinterpretq_u16_s32(first), vreinterpretq_u16_s32(second), k);
    } else {
        codes = i8_bound(i8_narrow(ac, bd), k);
    }
    if (k->sum) codes = i8_add_codes(codes, i8_load_16(r, count), k->sum, k->how);
    i8_store_16(y, codes, count);
}

/* The same of up to 8 channels, as i8_sum_8 has them. */
static inline void i8_finish_8(int32x4x2_t v, const int8_t *factors, int8_t *y, const int8_t *r, int32_t count,
                               const i8_end *k) {
    const int8_t *const shifts = factors + 32, *const numbers = shifts + 8;
    const int32x4_t a = i8_scale_each(v.val[0], i8_words(factors), vldrbq_s32(shifts), k->how);
    const int32x4_t b = i8_scale_each(v.val[1], i8_words(factors + 16), vldrbq_s32(shifts + 4), k->how);
    const int16x8_t ab = vqaddq_n_s16(i8_join(a, b), k->zero);
    int8x16_t codes; /* each twice */
    if (k->table) {
        int32x4_t table = vdupq_n_s32(0);
        if (k->how & I8_SEVERAL)
            table = vorrq_s32(vshlq_n_s32(vldrbq_s32(numbers), 8), vshlq_n_s32(vldrbq_s32(numbers + 4), 24));
        codes = i8_look_up(ab, ab, vreinterpretq_u16_s32(table), vreinterpretq_u16_s32(table), k);
    } else {
        codes = i8_bound(i8_narrow(ab, ab), k);
    }
    if (k->sum) {
        int16x8_t z;
        __asm__ volatile("vctp.16 %[n]\n\tvpst\n\tvldrbt.s16 %q[z], [%[r]]"
                         : [z] "=w"(z)
                         : [n] "r"(count), [r] "l"(r)
                         : "cc", "memory");
        codes = i8_add_codes(codes, vreinterpretq_s8_s16(z), k->sum, k->how);
    }
    __asm__ volatile("vctp.16 %[n]\n\tvpst\n\tvstrbt.16 %q[v], [%[y]]"
                     :
                     : [n] "r"(count), [v] "w"(codes), [y] "l"(y)
                     : "cc", "memory");
}

/* Where a pixel's window reads: list[tap], or `outside` for columns outside of the map. */
static inline void i8_clip(const int8_t **list, const int8_t *const *base, const int8_t *column, int taps,
                           int32_t offset, int32_t first, int32_t width, const int8_t *outside) {
    const uint32x4_t none = vdupq_n_u32((uint32_t)(uintptr_t)outside);
    for (int t = 0; t < taps; t += 4) {
        const uint32x4_t x = vreinterpretq_u32_s32(vaddq_n_s32(vldrbq_s32(column + t), first));
        const uint32x4_t at =
            vaddq_n_u32(vldrwq_u32((const uint32_t *)(const void *)(base + t)), (uint32_t)offset);
        vstrwq_u32((uint32_t *)(void *)(list + t), vpselq_u32(none, at, vcmpcsq_n_u32(x, (uint32_t)width)));
    }
}

/* Adds the taps of `count` rows of weights times `zero` to sums, for rows outside of the map. */
static inline void i8_add_outside(int32_t *sums, const int8_t *w, int count, int lanes, int32_t zero) {
    int16x8_t even = vdupq_n_s16(0), odd = even;
    for (int t = 0; t < count; t++, w += lanes) {
        if (lanes == 16) {
            const int8x16_t v = vldrbq_s8(w);
            even = vaddq_s16(even, vmovlbq_s8(v));
            odd = vaddq_s16(odd, vmovltq_s8(v));
        } else {
            even = vaddq_s16(even, vldrbq_s16(w));
        }
    }
    if (lanes == 16) {
        vstrwq_s32(sums, vmlaq_n_s32(vldrwq_s32(sums), vmovlbq_s16(even), zero));
        vstrwq_s32(sums + 4, vmlaq_n_s32(vldrwq_s32(sums + 4), vmovlbq_s16(odd), zero));
        vstrwq_s32(sums + 8, vmlaq_n_s32(vldrwq_s32(sums + 8), vmovltq_s16(even), zero));
        vstrwq_s32(sums + 12, vmlaq_n_s32(vldrwq_s32(sums + 12), vmovltq_s16(odd), zero));
    } else {
        vstrwq_s32(sums, vmlaq_n_s32(vldrwq_s32(sums), vmovlbq_s16(even), zero));
        vstrwq_s32(sums + 4, vmlaq_n_s32(vldrwq_s32(sums + 4), vmovltq_s16(even), zero));
    }
}

/* Makes one row of a depthwise layer, of at most I8_MOST_TAPS taps. rows: of the window, NULL where it lies
 * outside of the map. Blocks of weights have 16 channels; the last one has 8 if no more are left. */
__attribute__((noinline)) static void i8_depthwise(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                                   const int8_t *r, const i8_window *k) {
    const int8_t *base[I8_MOST_TAPS], *clipped[I8_MOST_TAPS];
    int8_t column[I8_MOST_TAPS], outside[16];
    int32_t begin[16];
    int taps = 0, above = 0, below = 0; /* taps in rows outside */
    vstrbq_s8(outside, vdupq_n_s8((int8_t)k->zero));
    for (int ky = 0; ky < k->kernel_h; ky++) {
        if (!rows[ky]) {
            *(taps ? &below : &above) += k->kernel_w;
            continue;
        }
        for (int kx = 0; kx < k->kernel_w; kx++, taps++) {
            base[taps] = rows[ky] + kx * k->dilation * k->x_pixel;
            column[taps] = (int8_t)(kx * k->dilation);
        }
    }
    i8_taps t = {base, 0, NULL, NULL, taps, 0};
    const int last = k->in_w - (k->kernel_w - 1) * k->dilation; /* where windows begin that are inside */
    for (int c = 0; c < k->channels; c += 16) {
        const int left = k->channels - c, lanes = left > 8 ? 16 : 8;
        const int8_t *const factors = w + 4 * lanes;
        const int8_t *const weights = factors + (k->end.how & I8_SEVERAL ? 6 : 5) * lanes;
        t.w = weights + above * lanes;
        t.channels = left;
        t.start = (const int32_t *)(const void *)w;
        if (above + below) {
            memcpy(begin, w, (size_t)lanes * sizeof *begin);
            i8_add_outside(begin, weights, above, lanes, k->zero);
            i8_add_outside(begin, t.w + taps * lanes, below, lanes, k->zero);
            t.start = begin;
        }
        for (int ox = 0; ox < k->out_w; ox++) {
            const int first = ox * k->stride - k->pad;
            const int8_t *const z = r ? r + ox * k->r_pixel + c : NULL;
            t.list = base;
            t.offset = first * k->x_pixel + c;
            if (first < 0 || first >= last) {
                i8_clip(clipped, base, column, taps, t.offset, first, k->in_w, outside);
                t.list = clipped;
                t.offset = 0;
            }
            if (lanes == 16)
                i8_finish_16(i8_sum_16(&t), factors, y + ox * k->y_pixel + c, z, left, &k->end);
            else
                i8_finish_8(i8_sum_8(&t), factors, y + ox * k->y_pixel + c, z, left, &k->end);
        }
        w = weights + k->kernel_h * k->kernel_w * lanes;
    }
}
