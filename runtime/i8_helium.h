/* i8_helium.h: kernels for integer layers by the vectors of Armv8.1-M (Cortex-M55, M85).
 *
 * Inputs are read where they lie, or from a tile that has those of each pixel side by side. Only the integer
 * half of the extension is used. The sums of dot products are made by assembly, since compilers do not keep
 * eight of them in registers: each stands in an even register, which the instruction asks for. The compiler has
 * no predicate alive in the functions that do so, as it cannot be told that assembly changes it. */
#include "i8.h"

/* What a row has for pixels a and b: so many times 16 inputs, and a rest below 16. The end of a list has no
 * pixels. */
typedef struct i8_stretch {
    const int8_t *a, *b;
    int32_t times, rest;
} i8_stretch;

enum { I8_MOST_ROWS = 7, I8_FOUR = 4 };

/* Stores the bytes of v that are inside. GCC 12 takes it for a store of all 16 bytes, and would drop earlier
 * stores that all 16 cover; the barrier keeps them. */
static inline void i8_store_inside(int8_t *to, int8x16_t v, mve_pred16_t inside) {
    vstrbq_p_s8(to, v, inside);
    __asm__ volatile("" ::: "memory");
}

/* Copies `count` inputs of each of `pixels` pixels, which begin at x and lie `step` apart, to the tile, where
 * the pixels lie `inputs` apart. */
static inline void i8_gather(int8_t *tile, int32_t inputs, int pixels, const int8_t *x, int32_t step,
                             int count) {
    for (int i = 0; i < count; i += 16) {
        const mve_pred16_t inside = vctp8q((uint32_t)(count - i));
        for (int m = 0; m < pixels; m++)
            i8_store_inside(tile + m * inputs + i, vldrbq_z_s8(x + m * step + i, inside), inside);
    }
}

/* The same of codes of uint8, less 128. */
static inline void i8_gather_u8(int8_t *tile, int32_t inputs, int pixels, const uint8_t *x, int32_t step,
                                int count) {
    for (int i = 0; i < count; i += 16) {
        const mve_pred16_t inside = vctp8q((uint32_t)(count - i));
        for (int m = 0; m < pixels; m++) {
            const uint8x16_t v = veorq_u8(vldrbq_z_u8(x + m * step + i, inside), vdupq_n_u8(128));
            i8_store_inside(tile + m * inputs + i, vreinterpretq_s8_u8(v), inside);
        }
    }
}

/* ---- from sums to codes ---- */

/* Rescales sums of one channel. */
static inline int32x4_t i8_scale(int32x4_t v, int32_t multiplier, int32_t shift, uint8_t how) {
    if (!(how & I8_SHORT) && shift > 0) {
        v = how & I8_TFLITE ? vshlq_r_s32(v, shift) : vqshlq_r_s32(v, shift);
        shift = 0;
    }
    if (!(how & I8_TFLITE) && (how & I8_SHORT || shift < 0))
        return vrshlq_n_s32(vqdmulhq_n_s32(v, multiplier), shift);
    v = vqrdmulhq_n_s32(v, multiplier);
    if ((how & I8_TFLITE) && !(how & I8_POSITIVE) && (how & I8_SHORT || shift < 0))
        v = vqaddq_s32(v, vshrq_n_s32(v, 31));
    return vrshlq_n_s32(v, shift);
}

/* Rescales sums of four channels. */
static inline int32x4_t i8_scale_each(int32x4_t v, int32x4_t multiplier, int32x4_t shift, uint8_t how) {
    const int32x4_t none = vdupq_n_s32(0);
    if (!(how & I8_SHORT)) {
        const int32x4_t left = vmaxq_s32(shift, none);
        v = how & I8_TFLITE ? vshlq_s32(v, left) : vqshlq_s32(v, left);
        shift = vminq_s32(shift, none);
    }
    if (!(how & I8_TFLITE)) {
        const int32x4_t down = vrshlq_s32(vqdmulhq_s32(v, multiplier), shift);
        if (how & I8_SHORT) return down;
        return vpselq_s32(down, vqrdmulhq_s32(v, multiplier), vcmpltq_n_s32(shift, 0));
    }
    v = vqrdmulhq_s32(v, multiplier);
    if (!(how & I8_POSITIVE)) {
        const int32x4_t below = how & I8_SHORT ? v : vandq_s32(v, shift);
        v = vqaddq_s32(v, vshrq_n_s32(below, 31));
    }
    return vrshlq_s32(v, shift);
}

/* Of the codes x and z, their sum in y's scale: see i8_add. It is to be placed yet. */
static inline int32x4_t i8_add_wide(int32x4_t x, int32x4_t z, const i8_sum *k, uint8_t how) {
    how &= I8_TFLITE;
    x = i8_scale(vshlq_r_s32(vsubq_n_s32(x, k->x_zero), k->left), k->x_by.multiplier, k->x_by.shift, how);
    z = i8_scale(vshlq_r_s32(vsubq_n_s32(z, k->z_zero), k->left), k->z_by.multiplier, k->z_by.shift, how);
    return i8_scale(vaddq_s32(x, z), k->y_by.multiplier, k->y_by.shift, how);
}

/* Bytes 0, 1, 2 and 3 of each word of the result are of a, b, c and d: the sums plus zero, within int8. */
static inline int8x16_t i8_narrow(int16x8_t ac, int16x8_t bd) {
    return vqmovntq_s16(vqmovnbq_s16(vreinterpretq_s8_s16(ac), ac), bd);
}

static inline int16x8_t i8_join(int32x4_t a, int32x4_t b) {
    return vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(a), a), b);
}

/* Adds a residual's codes to codes. */
__attribute__((noinline)) static int8x16_t i8_add_codes(int8x16_t x, int8x16_t z, const i8_sum *k,
                                                        uint8_t how) {
    const int16x8_t x0 = vmovlbq_s8(x), x1 = vmovltq_s8(x), z0 = vmovlbq_s8(z), z1 = vmovltq_s8(z);
    const int32x4_t a = i8_add_wide(vmovlbq_s16(x0), vmovlbq_s16(z0), k, how);
    const int32x4_t c = i8_add_wide(vmovltq_s16(x0), vmovltq_s16(z0), k, how);
    const int16x8_t ac = vqaddq_n_s16(i8_join(a, c), k->y_zero);
    const int32x4_t b = i8_add_wide(vmovlbq_s16(x1), vmovlbq_s16(z1), k, how);
    const int32x4_t d = i8_add_wide(vmovltq_s16(x1), vmovltq_s16(z1), k, how);
    const int16x8_t bd = vqaddq_n_s16(i8_join(b, d), k->y_zero);
    const int8x16_t v = i8_narrow(ac, bd);
    return vminq_s8(vmaxq_s8(v, vdupq_n_s8((int8_t)k->least)), vdupq_n_s8((int8_t)k->most));
}

/* Codes that the tables of their channels make of codes. */
__attribute__((noinline)) static int8x16_t i8_look_up(int16x8_t ac, int16x8_t bd, uint16x8_t ac_table,
                                                      uint16x8_t bd_table, const i8_end *k) {
    const int16x8_t least = vdupq_n_s16((int16_t)(k->least + 128)),
                    most = vdupq_n_s16((int16_t)(k->most + 128));
    ac = vminq_s16(vmaxq_s16(vaddq_n_s16(ac, 128), least), most);
    bd = vminq_s16(vmaxq_s16(vaddq_n_s16(bd, 128), least), most);
    ac = vldrbq_gather_offset_s16(k->table, vaddq_u16(vreinterpretq_u16_s16(ac), ac_table));
    bd = vldrbq_gather_offset_s16(k->table, vaddq_u16(vreinterpretq_u16_s16(bd), bd_table));
    return i8_narrow(ac, bd);
}

static inline int8x16_t i8_bound(int8x16_t v, const i8_end *k) {
    if (k->least == -128 && k->most == 127) return v;
    return vminq_s8(vmaxq_s8(v, vdupq_n_s8((int8_t)k->least)), vdupq_n_s8((int8_t)k->most));
}

/* Codes of four vectors of rescaled sums, as i8_narrow has them. The tables' numbers are those of the four
 * vectors. */
static inline int8x16_t i8_codes(int32x4_t a, int32x4_t b, int32x4_t c, int32x4_t d, const int8_t *numbers,
                                 const i8_end *k) {
    const int16x8_t ac = vqaddq_n_s16(i8_join(a, c), k->zero), bd = vqaddq_n_s16(i8_join(b, d), k->zero);
    if (k->table) {
        uint32_t first = 0, second = 0;
        if (k->how & I8_SEVERAL) {
            first = (uint32_t)numbers[0] << 8 | (uint32_t)numbers[2] << 24;
            second = (uint32_t)numbers[1] << 8 | (uint32_t)numbers[3] << 24;
        }
        return i8_look_up(ac, bd, vreinterpretq_u16_u32(vdupq_n_u32(first)),
                          vreinterpretq_u16_u32(vdupq_n_u32(second)), k);
    }
    return i8_bound(i8_narrow(ac, bd), k);
}

/* Stores the codes of four channels, or of `count` if that is less. */
__attribute__((noinline)) static void i8_store_each(int32x4_t sums, const int8_t *head, int8_t *y,
                                                    const int8_t *r, int32_t count, const i8_end *k) {
    const mve_pred16_t inside = vctp32q((uint32_t)count);
    int32x4_t v = i8_scale_each(sums, vldrwq_s32((const int32_t *)(const void *)(head + 16)),
                                vldrbq_s32(head + 32), k->how);
    v = vqaddq_n_s32(v, k->zero);
    v = vminq_s32(vmaxq_s32(v, vdupq_n_s32(k->least)), vdupq_n_s32(k->most));
    if (k->table) {
        v = vaddq_n_s32(v, 128);
        if (k->how & I8_SEVERAL) v = vaddq_s32(v, vshlq_n_s32(vldrbq_s32(head + 36), 8));
        v = vldrbq_gather_offset_s32(k->table, vreinterpretq_u32_s32(v));
    }
    if (k->sum) {
        v = vqaddq_n_s32(i8_add_wide(v, vldrbq_z_s32(r, inside), k->sum, k->how), k->sum->y_zero);
        v = vminq_s32(vmaxq_s32(v, vdupq_n_s32(k->sum->least)), vdupq_n_s32(k->sum->most));
    }
    vstrbq_p_s32(y, v, inside);
}

/* Four bytes, or the first `count` of them if that is less. */
static inline int32_t i8_load_few(const int8_t *p, int32_t count) {
    if (count >= I8_FOUR) return i8_word(p);
    uint32_t v = (uint8_t)p[0];
    if (count > 1) v |= (uint32_t)(uint8_t)p[1] << 8;
    if (count > 2) v |= (uint32_t)(uint8_t)p[2] << 16;
    return (int32_t)v;
}

static inline void i8_store_few(int8_t *p, int32_t v, int32_t count) {
    if (count >= I8_FOUR) {
        memcpy(p, &v, sizeof v);
        return;
    }
    p[0] = (int8_t)v;
    if (count > 1) p[1] = (int8_t)(v >> 8);
    if (count > 2) p[2] = (int8_t)(v >> 16);
}

/* The codes of sums of four channels, a to d, each of four pixels. */
static inline int8x16_t i8_finish_four(int32x4_t a, int32x4_t b, int32x4_t c, int32x4_t d, const int8_t *head,
                                       const i8_end *k) {
    const int8_t *const factors = head + 16, *const shifts = head + 32;
    const uint8_t rounding = k->how & (I8_TFLITE | I8_SHORT | I8_POSITIVE);
#define I8_SCALE_FOUR(way)                                                                                     \
    a = i8_scale(a, i8_word(factors), shifts[0], way);                                                         \
    b = i8_scale(b, i8_word(factors + 4), shifts[1], way);                                                     \
    c = i8_scale(c, i8_word(factors + 8), shifts[2], way);                                                     \
    d = i8_scale(d, i8_word(factors + 12), shifts[3], way)
    if (rounding == (I8_TFLITE | I8_SHORT | I8_POSITIVE)) {
        I8_SCALE_FOUR(I8_TFLITE | I8_SHORT | I8_POSITIVE);
    } else if (rounding == (I8_TFLITE | I8_SHORT)) {
        I8_SCALE_FOUR(I8_TFLITE | I8_SHORT);
    } else if (rounding & I8_SHORT) {
        I8_SCALE_FOUR(I8_SHORT);
    } else {
        I8_SCALE_FOUR(rounding);
    }
#undef I8_SCALE_FOUR
    return i8_codes(a, b, c, d, head + 36, k);
}

/* ---- sums ---- */

/* The sums of four pixels by four channels, from the biases on: sums[pixel * 4 + channel]. The list has the
 * stretches of pixels 0 and 1, an end whose `rest` is 1, those of pixels 2 and 3, and an end whose `rest` is 0.
 * Returns where the weights end. The sums of two pixels stand in r0, r2, r4, r6 and r8, r10, r12, lr. */
static inline const int8_t *i8_sum_four(const i8_stretch *list, const int8_t *head, const int8_t *w,
                                        int32_t *sums) {
    register const void *r0 __asm__("r0") = list;
    register const void *r1 __asm__("r1") = head;
    register const void *r2 __asm__("r2") = w;
    register void *r3 __asm__("r3") = sums;
    __asm__ volatile("push {r1, r2, r4-r11, lr}\n\tmov r11, r0\n\t"
                     "mov r7, r3\n"
                     "0:\n\tldrd r1, r9, [sp]\n\t"
                     "ldm r1, {r0, r2, r4, r6}\n\tldm r1, {r8, r10, r12, lr}\n\t"
                     "b 1f\n"
                     "5:\n\tvctp.8 r5\n\t"
                     "vpsttt\n\tvldrbt.8 q0, [r1]\n\t"
                     "vldrbt.8 q1, [r3]\n\tvldrbt.8 q2, [r9]\n\t"
                     "add r9, r5\n\tvmladava.s8 r0, q2, q0\n\t"
                     "vmladava.s8 r8, q2, q1\n\tvpst\n\t"
                     "vldrbt.8 q3, [r9]\n\tadd r9, r5\n\t"
                     "vmladava.s8 r2, q3, q0\n\tvmladava.s8 r10, q3, q1\n\t"
                     "vpst\n\tvldrbt.8 q2, [r9]\n\t"
                     "add r9, r5\n\tvmladava.s8 r4, q2, q0\n\t"
                     "vmladava.s8 r12, q2, q1\n\tvpst\n\t"
                     "vldrbt.8 q3, [r9]\n\tadd r9, r5\n\t"
                     "vmladava.s8 r6, q3, q0\n\t"
                     "vmladava.s8 lr, q3, q1\n"
                     "1:\n\tldm r11!, {r1, r3, r5}\n\t"
                     "cbz r1, 4f\n\t"
                     "cbz r5, 3f\n"
                     "2:\n\tvldrb.8 q0, [r1], #16\n\t"
                     "vldrb.8 q2, [r9], #16\n\tvmladava.s8 r0, q2, q0\n\t"
                     "vldrb.8 q1, [r3], #16\n\tvmladava.s8 r8, q2, q1\n\t"
                     "vldrb.8 q3, [r9], #16\n\tvmladava.s8 r2, q3, q0\n\t"
                     "vldrb.8 q2, [r9], #16\n\tvmladava.s8 r10, q3, q1\n\t"
                     "vmladava.s8 r4, q2, q0\n\tvldrb.8 q3, [r9], #16\n\t"
                     "vmladava.s8 r12, q2, q1\n\tvmladava.s8 r6, q3, q0\n\t"
                     "vmladava.s8 lr, q3, q1\n\tsubs r5, #1\n\t"
                     "bne 2b\n"
                     "3:\n\tldr r5, [r11], #4\n\t"
                     "cmp r5, #0\n\tbne 5b\n\t"
                     "b 1b\n"
                     "4:\n\tstm r7!, {r0, r2, r4, r6, r8, r10, r12, lr}\n\t"
                     "ldr r5, [r11], #4\n\tcmp r5, #0\n\t"
                     "bne 0b\n\tmov r3, r9\n\t"
                     "pop {r1, r2, r4-r11, lr}\n\t"
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                     :
                     : "r12", "q0", "q1", "q2", "q3", "cc", "memory");
    return r3;
}

/* The same where a pixel has at most 16 inputs: sums[channel * 4 + pixel], without the biases. */
static inline const int8_t *i8_sum_small(const int8_t *const *pixels, const int8_t *w, int32_t inputs,
                                         int32_t *sums) {
    register const void *r0 __asm__("r0") = pixels;
    register const void *r2 __asm__("r2") = w;
    register void *r3 __asm__("r3") = sums;
    register int32_t r12 __asm__("r12") = inputs;
    __asm__ volatile("push {r4-r11, lr}\n\tldm r0, {r4-r7}\n\t"
                     "vctp.8 r12\n\tvpstttt\n\t"
                     "vldrbt.8 q0, [r4]\n\tvldrbt.8 q1, [r5]\n\t"
                     "vldrbt.8 q2, [r6]\n\tvldrbt.8 q3, [r7]\n\t"
                     "vpst\n\tvldrbt.8 q4, [r2]\n\t"
                     "add r2, r12\n\tvmladav.s8 r4, q4, q0\n\t"
                     "vpst\n\tvldrbt.8 q5, [r2]\n\t"
                     "add r2, r12\n\tvmladav.s8 r6, q4, q1\n\t"
                     "vmladav.s8 r8, q4, q2\n\tvmladav.s8 r10, q4, q3\n\t"
                     "stm r3!, {r4, r6, r8, r10}\n\tvmladav.s8 r4, q5, q0\n\t"
                     "vpst\n\tvldrbt.8 q4, [r2]\n\t"
                     "add r2, r12\n\tvmladav.s8 r6, q5, q1\n\t"
                     "vmladav.s8 r8, q5, q2\n\tvmladav.s8 r10, q5, q3\n\t"
                     "stm r3!, {r4, r6, r8, r10}\n\tvmladav.s8 r4, q4, q0\n\t"
                     "vpst\n\tvldrbt.8 q5, [r2]\n\t"
                     "add r2, r12\n\tvmladav.s8 r6, q4, q1\n\t"
                     "vmladav.s8 r8, q4, q2\n\tvmladav.s8 r10, q4, q3\n\t"
                     "stm r3!, {r4, r6, r8, r10}\n\tvmladav.s8 r4, q5, q0\n\t"
                     "vmladav.s8 r6, q5, q1\n\tvmladav.s8 r8, q5, q2\n\t"
                     "vmladav.s8 r10, q5, q3\n\tstm r3!, {r4, r6, r8, r10}\n\t"
                     "pop {r4-r11, lr}\n\t"
                     : "+r"(r0), "+r"(r2), "+r"(r3), "+r"(r12)
                     :
                     : "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
    return r2;
}

/* The sums of four channels of one pixel, from the biases on. The list has its stretches and an end. */
static inline const int8_t *i8_sum_one(const i8_stretch *list, const int8_t *head, const int8_t *w,
                                       int32_t *sums) {
    register const void *r0 __asm__("r0") = list;
    register const void *r1 __asm__("r1") = head;
    register const void *r2 __asm__("r2") = w;
    register void *r3 __asm__("r3") = sums;
    __asm__ volatile("push {r3-r11, lr}\n\tldm r1, {r4, r6, r8, r10}\n\t"
                     "b 1f\n"
                     "5:\n\tvctp.8 r5\n\t"
                     "vpstt\n\tvldrbt.8 q0, [r1]\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\t"
                     "vmladava.s8 r4, q1, q0\n\tvpst\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\t"
                     "vmladava.s8 r6, q1, q0\n\tvpst\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\t"
                     "vmladava.s8 r8, q1, q0\n\tvpst\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\t"
                     "vmladava.s8 r10, q1, q0\n"
                     "1:\n\tldm r0!, {r1, r3, r5}\n\t"
                     "cbz r1, 4f\n\t"
                     "cbz r5, 3f\n"
                     "2:\n\tvldrb.8 q0, [r1], #16\n\t"
                     "vldrb.8 q1, [r2], #16\n\tvmladava.s8 r4, q1, q0\n\t"
                     "vldrb.8 q2, [r2], #16\n\tvmladava.s8 r6, q2, q0\n\t"
                     "vldrb.8 q1, [r2], #16\n\tvmladava.s8 r8, q1, q0\n\t"
                     "vldrb.8 q2, [r2], #16\n\tvmladava.s8 r10, q2, q0\n\t"
                     "subs r5, #1\n\t"
                     "bne 2b\n"
                     "3:\n\tldr r5, [r0], #4\n\t"
                     "cmp r5, #0\n\tbne 5b\n\t"
                     "b 1b\n"
                     "4:\n\tldr r3, [sp]\n\t"
                     "stm r3, {r4, r6, r8, r10}\n\tpop {r3-r11, lr}\n\t"
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                     :
                     : "r12", "q0", "q1", "q2", "cc", "memory");
    return r2;
}

/* Makes all channels of one pixel. */
__attribute__((noinline)) static void i8_pixel(const i8_stretch *list, const int8_t *w, int8_t *y,
                                               const int8_t *r, const i8_layer *k) {
    const int32_t head_bytes = k->end.how & I8_SEVERAL ? 40 : 36;
    for (int32_t c = 0; c < k->channels; c += I8_FOUR) {
        int32_t sums[4];
        const int8_t *const head = w;
        w = i8_sum_one(list, head, w + head_bytes, sums);
        i8_store_each(vldrwq_s32(sums), head, y + c, r ? r + c : NULL, k->channels - c, &k->end);
    }
}

/* The codes of four pixels by four channels, a word for each pixel. Sets where the weights end. */
static inline int8x16_t i8_four(const i8_stretch *list, int small, int32_t inputs, const int8_t *head,
                                const int8_t **weights, const i8_end *k) {
    int32_t sums[16];
    if (small) {
        const int8_t *const pixels[] = {list[0].a, list[0].b, list[2].a, list[2].b};
        *weights = i8_sum_small(pixels, *weights, inputs, sums);
        const int32x4_t a = vaddq_n_s32(vldrwq_s32(sums), i8_word(head));
        const int32x4_t b = vaddq_n_s32(vldrwq_s32(sums + 4), i8_word(head + 4));
        const int32x4_t c = vaddq_n_s32(vldrwq_s32(sums + 8), i8_word(head + 8));
        const int32x4_t d = vaddq_n_s32(vldrwq_s32(sums + 12), i8_word(head + 12));
        return i8_finish_four(a, b, c, d, head, k);
    }
    *weights = i8_sum_four(list, head, *weights, sums);
    const int32x4x4_t v = vld4q_s32(sums);
    return i8_finish_four(v.val[0], v.val[1], v.val[2], v.val[3], head, k);
}

/* Makes all channels of four pixels, of which the first n count. */
__attribute__((noinline)) static void i8_pixels(const i8_stretch *list, int small, const int8_t *w, int8_t *y,
                                                const int8_t *r, int n, const i8_layer *k) {
    const int32_t head_bytes = k->end.how & I8_SEVERAL ? 40 : 36;
    for (int32_t c = 0; c < k->channels; c += I8_FOUR) {
        const int8_t *const head = w;
        const int32_t count = k->channels - c;
        w += head_bytes;
        int8x16_t v = i8_four(list, small, k->inputs, head, &w, &k->end);
        if (k->end.sum) {
            int32x4_t z = vdupq_n_s32(i8_load_few(r + c, count));
            if (n > 1) z = vsetq_lane_s32(i8_load_few(r + c + k->r_step, count), z, 1);
            if (n > 2) z = vsetq_lane_s32(i8_load_few(r + c + 2 * k->r_step, count), z, 2);
            if (n > 3) z = vsetq_lane_s32(i8_load_few(r + c + 3 * k->r_step, count), z, 3);
            v = i8_add_codes(v, vreinterpretq_s8_s32(z), k->end.sum, k->end.how);
        }
        const int32x4_t words = vreinterpretq_s32_s8(v);
        int8_t *const to = y + c;
        i8_store_few(to, vgetq_lane_s32(words, 0), count);
        if (n > 1) i8_store_few(to + k->y_step, vgetq_lane_s32(words, 1), count);
        if (n > 2) i8_store_few(to + 2 * k->y_step, vgetq_lane_s32(words, 2), count);
        if (n > 3) i8_store_few(to + 3 * k->y_step, vgetq_lane_s32(words, 3), count);
    }
}

/* Makes all channels of `pixels` pixels, each over a stretch of inputs of each row: those of pixel m begin at
 * rows[i][at + m * step]. There are 1 to I8_MOST_ROWS rows. y and r: the first channel of the first pixel, of
 * the output and of the residual. */
__attribute__((noinline)) static void i8_row_dots(const int8_t *const *rows, int count, int32_t at,
                                                  int32_t step, int pixels, const int8_t *w, int8_t *y,
                                                  const int8_t *r, const i8_layer *k) {
    i8_stretch list[2 * (I8_MOST_ROWS + 1)], *const second = list + count + 1;
    const int small = count == 1 && k->inputs <= 16;
    for (int i = 0; i < 2 * (count + 1); i++)
        list[i] = (i8_stretch){NULL, NULL, k->inputs / 16, k->inputs % 16};
    list[count].rest = 1;
    second[count].rest = 0;
    for (int m = 0; m < pixels; m += I8_FOUR) {
        const int n = pixels - m < I8_FOUR ? pixels - m : I8_FOUR;
        for (int i = 0; i < count; i++) {
            const int8_t *const x = rows[i] + at + m * step;
            list[i].a = x;
            list[i].b = n > 1 ? x + step : x;
            second[i].a = n > 2 ? x + 2 * step : x;
            second[i].b = n > 3 ? x + 3 * step : x;
        }
        const int8_t *const z = r ? r + m * k->r_step : NULL;
        if (n == 1)
            i8_pixel(list, w, y + m * k->y_step, z, k);
        else
            i8_pixels(list, small, w, y + m * k->y_step, z, n, k);
    }
}

/* The same of pixels whose inputs lie in one stretch: those of pixel m begin at x[m * step]. */
static inline void i8_dots(const int8_t *x, int32_t step, int pixels, const int8_t *w, int8_t *y,
                           const int8_t *r, const i8_layer *k) {
    i8_row_dots(&x, 1, 0, step, pixels, w, y, r, k);
}
