/* i8_helium.h: kernels for integer layers by the vectors of Armv8.1-M (Cortex-M55, M85).
 *
 * Inputs are read where they lie, or from a tile that has those of each pixel side by side. Only the integer
 * half of the extension is used. The sums of dot products are made by assembly, since compilers do not keep
 * eight of them in registers: each stands in an even register, which the instruction asks for. GCC is told that
 * assembly changes the predicate; otherwise it would keep one over a call of a function that it sees. clang
 * cannot be told, but keeps none over calls, and there is none alive in the functions with assembly. */
#include "i8.h"

#ifndef I8_PREDICATE
#if defined(__clang__)
#define I8_PREDICATE
#else
#define I8_PREDICATE , "p0"
#endif
#endif

/* What a row has for pixels a and b of a kernel: so many times 16 inputs less one time, and a rest below 16.
 * The last row's rest has the sign bit, too. */
typedef struct i8_stretch {
    const int8_t *a, *b;
    int32_t times;
    uint32_t rest;
} i8_stretch;

enum { I8_MOST_ROWS = 5, I8_FOUR = 4, I8_SIXTEEN = 16 };

/* What makes some blocks of four channels of four pixels. */
typedef struct i8_tile {
    const int8_t *x[4]; /* the pixels' inputs, where these are at most 16 */
    const int8_t *w;    /* where the next block begins; the kernel sets it */
    int8_t *y;
    int32_t y_step;
    int32_t blocks, head_bytes;
    int32_t least, most;
    int32_t way; /* 0: I8_TFLITE, and I8_POSITIVE; 1: I8_TFLITE; 2: I8_ONCE; 3: I8_ONCE, and I8_BOTH */
    int32_t zero, inputs;
    const i8_stretch *list; /* the rows of pixels 0 and 1, then those of 2 and 3 */
} i8_tile;

/* The first `count` codes, or 16; and a store of so many. GCC 12 believes that predicated loads and stores are
 * of all 16 bytes: it would move loads before stores to what lies behind, and drop earlier stores there. */
static inline int8x16_t i8_load_part(const int8_t *p, int32_t count) {
    int8x16_t v;
    __asm__ volatile("vctp.8 %[n]\n\tvpst\n\tvldrbt.8 %q[v], [%[p]]"
                     : [v] "=w"(v)
                     : [n] "r"(count), [p] "r"(p)
                     : "cc", "memory" I8_PREDICATE);
    return v;
}

static inline void i8_store_part(int8_t *p, int8x16_t v, int32_t count) {
    __asm__ volatile("vctp.8 %[n]\n\tvpst\n\tvstrbt.8 %q[v], [%[p]]"
                     :
                     : [n] "r"(count), [v] "w"(v), [p] "r"(p)
                     : "cc", "memory" I8_PREDICATE);
}

/* Copies `count` bytes of each of `pixels` pixels, with some bits turned. */
static inline void i8_copy(int8_t *to, int32_t to_step, const int8_t *from, int32_t step, int pixels,
                           int32_t count, uint8_t turn) {
    const uint8x16_t turned = vdupq_n_u8(turn);
    for (; count > 0; count -= 16, to += 16, from += 16) {
        int8_t *y = to;
        const int8_t *x = from;
        int m = pixels;
        __asm__ volatile("vctp.8 %[n]\n"
                         "1:\n\tvpsttt\n\tvldrbt.8 q0, [%[x]]\n\tveort q0, q0, %q[turned]\n\t"
                         "vstrbt.8 q0, [%[y]]\n\tadd %[x], %[x], %[step]\n\tadd %[y], %[y], %[to_step]\n\t"
                         "subs %[m], %[m], #1\n\tbne 1b"
                         : [x] "+&r"(x), [y] "+&r"(y), [m] "+&r"(m)
                         : [n] "r"(count), [step] "r"(step), [to_step] "r"(to_step), [turned] "w"(turned)
                         : "q0", "cc", "memory" I8_PREDICATE);
    }
}

/* Copies `count` inputs of each of `pixels` pixels, which begin at x and lie `step` apart, to the tile, where
 * the pixels lie `inputs` apart. */
__attribute__((noinline)) static void i8_gather(int8_t *tile, int32_t inputs, int pixels, const int8_t *x,
                                                int32_t step, int count) {
    i8_copy(tile, inputs, x, step, pixels, count, 0);
}

/* The same of codes of uint8, less 128. */
__attribute__((noinline)) static void i8_gather_u8(int8_t *tile, int32_t inputs, int pixels, const uint8_t *x,
                                                   int32_t step, int count) {
    i8_copy(tile, inputs, (const int8_t *)x, step, pixels, count, 128);
}

/* ---- from sums to codes ---- */

/* How the sums of a layer are rescaled: see i8_tile. Factors shift to the right; see I8_SHORT. */
static inline int32_t i8_way(const i8_end *k) {
    if (k->how & I8_TFLITE) return k->how & I8_POSITIVE ? 0 : 1;
    return k->how & I8_BOTH ? 3 : 2;
}

/* Rows of bytes for each channel behind its factors, of which the last has the numbers of tables, if they have
 * any. */
static inline int32_t i8_byte_rows(const i8_end *k) {
    return 1 + !!(k->how & I8_BOTH) + !!(k->how & I8_SEVERAL);
}

/* Rescales vectors by one factor, of any shift. */
static inline int32x4_t i8_scale(int32x4_t v, int32_t multiplier, int32_t shift, uint8_t how) {
    if (shift > 0) {
        v = how & I8_TFLITE ? vshlq_r_s32(v, shift) : vqshlq_r_s32(v, shift);
        shift = 0;
    }
    if (!(how & I8_TFLITE) && shift < 0) return vrshlq_n_s32(vqdmulhq_n_s32(v, multiplier), shift);
    v = vqrdmulhq_n_s32(v, multiplier);
    if (shift < 0) v = vqaddq_s32(v, vshrq_n_s32(v, 31));
    return vrshlq_n_s32(v, shift);
}

/* Of the codes x and z, their sum in y's scale: see i8_add. It is to be placed yet. */
static inline int32x4_t i8_add_wide(int32x4_t x, int32x4_t z, const i8_sum *k, uint8_t how) {
    x = i8_scale(vshlq_r_s32(vsubq_n_s32(x, k->x_zero), k->left), k->x_by.multiplier, k->x_by.shift, how);
    z = i8_scale(vshlq_r_s32(vsubq_n_s32(z, k->z_zero), k->left), k->z_by.multiplier, k->z_by.shift, how);
    return i8_scale(vaddq_s32(x, z), k->y_by.multiplier, k->y_by.shift, how);
}

/* Bytes 0, 1, 2 and 3 of each word of the result are of a, c, b and d. */
static inline int8x16_t i8_narrow(int16x8_t ac, int16x8_t bd) {
    return vqmovntq_s16(vqmovnbq_s16(vreinterpretq_s8_s16(ac), ac), bd);
}

static inline int16x8_t i8_join(int32x4_t a, int32x4_t b) {
    return vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(a), a), b);
}

/* The same where no factor shifts to the left, and that of the sum shifts to the right. x and z are less their
 * zero points. To round once, operands have one bit more and are shifted by one bit more. */
static inline int32x4_t i8_add_short(int32x4_t x, int32x4_t z, const i8_sum *k, uint8_t how) {
    if (!(how & I8_TFLITE)) {
        x = vrshlq_n_s32(vqdmulhq_n_s32(vshlq_r_s32(x, k->left + 1), k->x_by.multiplier), k->x_by.shift - 1);
        z = vrshlq_n_s32(vqdmulhq_n_s32(vshlq_r_s32(z, k->left + 1), k->z_by.multiplier), k->z_by.shift - 1);
        return vrshlq_n_s32(vqdmulhq_n_s32(vaddq_s32(x, z), k->y_by.multiplier), k->y_by.shift);
    }
    x = vqrdmulhq_n_s32(vshlq_r_s32(x, k->left), k->x_by.multiplier);
    x = vrshlq_n_s32(vmlaq_n_s32(x, vshrq_n_s32(x, 31), k->x_by.shift < 0), k->x_by.shift);
    z = vqrdmulhq_n_s32(vshlq_r_s32(z, k->left), k->z_by.multiplier);
    z = vrshlq_n_s32(vmlaq_n_s32(z, vshrq_n_s32(z, 31), k->z_by.shift < 0), k->z_by.shift);
    x = vqrdmulhq_n_s32(vaddq_s32(x, z), k->y_by.multiplier);
    return vrshlq_n_s32(vaddq_s32(x, vshrq_n_s32(x, 31)), k->y_by.shift);
}

/* Eight codes of the sum, before they are bounded; those of x and z. */
static inline int16x8_t i8_add_eight(int16x8_t x, int16x8_t z, int is_short, const i8_sum *k, uint8_t how) {
    if (is_short) {
        x = vsubq_n_s16(x, k->x_zero);
        z = vsubq_n_s16(z, k->z_zero);
        const int32x4_t a = i8_add_short(vmovlbq_s16(x), vmovlbq_s16(z), k, how);
        const int32x4_t b = i8_add_short(vmovltq_s16(x), vmovltq_s16(z), k, how);
        return vqaddq_n_s16(i8_join(a, b), k->y_zero);
    }
    const int32x4_t a = i8_add_wide(vmovlbq_s16(x), vmovlbq_s16(z), k, how);
    const int32x4_t b = i8_add_wide(vmovltq_s16(x), vmovltq_s16(z), k, how);
    return vqaddq_n_s16(i8_join(a, b), k->y_zero);
}

/* Adds a residual's codes to codes. */
__attribute__((noinline)) static int8x16_t i8_add_codes(int8x16_t x, int8x16_t z, const i8_sum *k,
                                                        uint8_t how) {
    const int16x8_t x0 = vmovlbq_s8(x), x1 = vmovltq_s8(x), z0 = vmovlbq_s8(z), z1 = vmovltq_s8(z);
    int8x16_t v;
    if (k->x_by.shift > 0 || k->z_by.shift > 0 || k->y_by.shift >= 0)
        v = i8_narrow(i8_add_eight(x0, z0, 0, k, how), i8_add_eight(x1, z1, 0, k, how));
    else if (how & I8_TFLITE)
        v = i8_narrow(i8_add_eight(x0, z0, 1, k, I8_TFLITE), i8_add_eight(x1, z1, 1, k, I8_TFLITE));
    else
        v = i8_narrow(i8_add_eight(x0, z0, 1, k, I8_ONCE), i8_add_eight(x1, z1, 1, k, I8_ONCE));
    return vminq_s8(vmaxq_s8(v, vdupq_n_s8((int8_t)k->least)), vdupq_n_s8((int8_t)k->most));
}

/* Codes that the tables of their channels make of codes. first, second: where the tables of channels 0, 2, ..
 * and of 1, 3, .. begin. */
static inline int8x16_t i8_look_up(int8x16_t v, uint16x8_t first, uint16x8_t second, const int8_t *table) {
    const int16x8_t even = vaddq_n_s16(vmovlbq_s8(v), 128), odd = vaddq_n_s16(vmovltq_s8(v), 128);
    return i8_narrow(vldrbq_gather_offset_s16(table, vaddq_u16(vreinterpretq_u16_s16(even), first)),
                     vldrbq_gather_offset_s16(table, vaddq_u16(vreinterpretq_u16_s16(odd), second)));
}

/* What follows the rescaling of `channels` codes of each of some pixels: tables and a residual. They are read
 * from `from`, which may be y. numbers: of the tables of up to 16 channels, where these have tables of their
 * own. */
__attribute__((noinline)) static void i8_follow(int8_t *y, int32_t y_step, const int8_t *from,
                                                int32_t from_step, const int8_t *numbers, const int8_t *r,
                                                int32_t r_step, int pixels, int32_t channels, const i8_end *k) {
    const i8_sum *const sum = k->sum;
    const int8_t *const table = k->table;
    const uint8_t how = k->how & I8_TFLITE, several = k->how & I8_SEVERAL;
    for (int m = 0; m < pixels; m++) {
        for (int32_t c = 0; c < channels; c += I8_SIXTEEN) {
            int8x16_t v = i8_load_part(from + m * from_step + c, channels - c);
            if (several) {
                const int8x16_t number = vldrbq_s8(numbers);
                v = i8_look_up(v, vreinterpretq_u16_s16(vshlq_n_s16(vmovlbq_s8(number), 8)),
                               vreinterpretq_u16_s16(vshlq_n_s16(vmovltq_s8(number), 8)), table);
            } else if (table) {
                const uint8x16_t code = veorq_u8(vreinterpretq_u8_s8(v), vdupq_n_u8(128));
                v = vldrbq_gather_offset_s8(table, code);
            }
            if (r) v = i8_add_codes(v, i8_load_part(r + m * r_step + c, channels - c), sum, how);
            i8_store_part(y + m * y_step + c, v, channels - c);
        }
    }
}

/* Stores the codes of four channels, or of `count` if that is less. */
__attribute__((noinline)) static void i8_store_each(int32x4_t v, const int8_t *head, int8_t *y, const int8_t *r,
                                                    int32_t count, const i8_end *k) {
    const int32x4_t factors = vldrwq_s32((const int32_t *)(const void *)(head + 16));
    if (k->how & I8_BOTH) v = vqshlq_s32(v, vldrbq_s32(head + 36));
    if (k->how & I8_TFLITE) {
        v = vqrdmulhq_s32(v, factors);
        v = vqaddq_s32(v, vshrq_n_s32(v, 31));
    } else {
        v = vqdmulhq_s32(v, factors);
    }
    v = vqaddq_n_s32(vrshlq_s32(v, vldrbq_s32(head + 32)), k->zero);
    v = vminq_s32(vmaxq_s32(v, vdupq_n_s32(k->least)), vdupq_n_s32(k->most));
    if (k->table) {
        v = vaddq_n_s32(v, 128);
        if (k->how & I8_SEVERAL)
            v = vaddq_s32(v, vshlq_n_s32(vldrbq_s32(head + 28 + I8_FOUR * i8_byte_rows(k)), 8));
        v = vldrbq_gather_offset_s32(k->table, vreinterpretq_u32_s32(v));
    }
    if (k->sum) {
        int32x4_t z;
        __asm__ volatile("vctp.32 %[n]\n\tvpst\n\tvldrbt.s32 %q[z], [%[r]]"
                         : [z] "=w"(z)
                         : [n] "r"(count), [r] "l"(r)
                         : "cc", "memory" I8_PREDICATE);
        v = i8_add_wide(v, z, k->sum, k->how & I8_TFLITE);
        v = vqaddq_n_s32(v, k->sum->y_zero);
        v = vminq_s32(vmaxq_s32(v, vdupq_n_s32(k->sum->least)), vdupq_n_s32(k->sum->most));
    }
    __asm__ volatile("vctp.32 %[n]\n\tvpst\n\tvstrbt.32 %q[v], [%[y]]"
                     :
                     : [n] "r"(count), [v] "w"(v), [y] "l"(y)
                     : "cc", "memory" I8_PREDICATE);
}

/* ---- sums ---- */

/* Adds up two pixels by four channels over the rows of a list, from r11 on. */
#define I8_TWO_PIXELS                                                                                          \
    "1:\n\tldm r11!, {r1, r3, r5, r7}\n\tlsrs r5, #1\n\tbcc 8f\n"                                              \
    "2:\n\tvldrb.8 q0, [r1], #16\n\tvldrb.8 q2, [r9], #16\n\tvmladava.s8 r0, q2, q0\n\t"                       \
    "vldrb.8 q1, [r3], #16\n\tvmladava.s8 r8, q2, q1\n\tvldrb.8 q3, [r9], #16\n\t"                             \
    "vmladava.s8 r2, q3, q0\n\tvldrb.8 q2, [r9], #16\n\tvmladava.s8 r10, q3, q1\n\t"                           \
    "vmladava.s8 r4, q2, q0\n\tvldrb.8 q3, [r9], #16\n\tvmladava.s8 r12, q2, q1\n\t"                           \
    "vmladava.s8 r6, q3, q0\n\tvmladava.s8 lr, q3, q1\n"                                                       \
    "8:\n\tvldrb.8 q0, [r1], #16\n\tvldrb.8 q2, [r9], #16\n\tvmladava.s8 r0, q2, q0\n\t"                       \
    "vldrb.8 q1, [r3], #16\n\tvmladava.s8 r8, q2, q1\n\tvldrb.8 q3, [r9], #16\n\t"                             \
    "vmladava.s8 r2, q3, q0\n\tvldrb.8 q2, [r9], #16\n\tvmladava.s8 r10, q3, q1\n\t"                           \
    "vmladava.s8 r4, q2, q0\n\tvldrb.8 q3, [r9], #16\n\tvmladava.s8 r12, q2, q1\n\t"                           \
    "vmladava.s8 r6, q3, q0\n\tvmladava.s8 lr, q3, q1\n\tsubs r5, #1\n\tbne 2b\n\tcmp r7, #0\n\t"              \
    "beq 1b\n\tands r5, r7, #15\n\tbeq 3f\n\tvctp.8 r5\n\tvpsttt\n\tvldrbt.8 q0, [r1]\n\t"                     \
    "vldrbt.8 q1, [r3]\n\tvldrbt.8 q2, [r9]\n\tadd r9, r5\n\tvmladava.s8 r0, q2, q0\n\t"                       \
    "vmladava.s8 r8, q2, q1\n\tvpst\n\tvldrbt.8 q3, [r9]\n\tadd r9, r5\n\tvmladava.s8 r2, q3, q0\n\t"          \
    "vmladava.s8 r10, q3, q1\n\tvpst\n\tvldrbt.8 q2, [r9]\n\tadd r9, r5\n\tvmladava.s8 r4, q2, q0\n\t"         \
    "vmladava.s8 r12, q2, q1\n\tvpst\n\tvldrbt.8 q3, [r9]\n\tadd r9, r5\n\tvmladava.s8 r6, q3, q0\n\t"         \
    "vmladava.s8 lr, q3, q1\n\tcmp r7, #0\n\tbge 1b\n"                                                         \
    "3:\n\t"

/* Makes the codes of a tile's blocks. The sums of two pixels by four channels, from the biases on, stand in r0,
 * r2, r4, r6 and r8, r10, r12, lr. Then four vectors have a channel of four pixels each. */
static inline void i8_make_blocks(i8_tile *t) {
    register void *r0 __asm__("r0") = t;
    __asm__ volatile(
        "push {r4-r11, lr}\n\tsub sp, #72\n\tstr r0, [sp, #64]\n\tldr r1, [r0, #36]\n\t"
        "vdup.8 q4, r1\n\tldr r1, [r0, #40]\n\tvdup.8 q5, r1\n"
        "0:\n\tldr r1, [r0, #16]\n\tldr r9, [r0, #32]\n\tldr r11, [r0, #56]\n\tadd r9, r1\n\t"
        "str r9, [sp, #68]\n\tldm r1, {r0, r2, r4, r6}\n\tldm r1, {r8, r10, r12, lr}\n\t" I8_TWO_PIXELS
        "mov r1, sp\n\tstm r1, {r0, r2, r4, r6, r8, r10, r12, lr}\n\tldrd r1, r9, [sp, #64]\n\t"
        "ldr r1, [r1, #16]\n\tldm r1, {r0, r2, r4, r6}\n\tldm r1, {r8, r10, r12, lr}\n\t" I8_TWO_PIXELS
        "add r1, sp, #32\n\tstm r1, {r0, r2, r4, r6, r8, r10, r12, lr}\n\tmov r1, sp\n\t"
        "vld40.32 {q0, q1, q2, q3}, [r1]\n\tvld41.32 {q0, q1, q2, q3}, [r1]\n\t"
        "vld42.32 {q0, q1, q2, q3}, [r1]\n\tvld43.32 {q0, q1, q2, q3}, [r1]\n\tldr r0, [sp, #64]\n\t"
        "ldr r1, [r0, #16]\n\tldrd r6, r8, [r0, #44]\n\tadds r1, #16\n\t"
        "ldm r1!, {r2, r3, r4, r5}\n\tcmp r6, #1\n\tbhi 6f\n\tvqrdmulh.s32 q0, q0, r2\n\t"
        "vqrdmulh.s32 q1, q1, r3\n\tvqrdmulh.s32 q2, q2, r4\n\tvqrdmulh.s32 q3, q3, r5\n\tblo 7f\n\t"
        "mov r7, #-1\n\tvpt.s32 lt, q0, zr\n\tvaddt.i32 q0, q0, r7\n\tvpt.s32 lt, q1, zr\n\t"
        "vaddt.i32 q1, q1, r7\n\tvpt.s32 lt, q2, zr\n\tvaddt.i32 q2, q2, r7\n\t"
        "vpt.s32 lt, q3, zr\n\tvaddt.i32 q3, q3, r7\n\tb 7f\n"
        "6:\n\tcmp r6, #3\n\tbne 5f\n\tldrsb r7, [r1, #4]\n\tvqshl.s32 q0, r7\n\t"
        "ldrsb r7, [r1, #5]\n\tvqshl.s32 q1, r7\n\tldrsb r7, [r1, #6]\n\tvqshl.s32 q2, r7\n\t"
        "ldrsb r7, [r1, #7]\n\tvqshl.s32 q3, r7\n"
        "5:\n\tvqdmulh.s32 q0, q0, r2\n\tvqdmulh.s32 q1, q1, r3\n\tvqdmulh.s32 q2, q2, r4\n\t"
        "vqdmulh.s32 q3, q3, r5\n"
        "7:\n\tldrsb r2, [r1]\n\tldrsb r3, [r1, #1]\n\tldrsb r4, [r1, #2]\n\tldrsb r5, [r1, #3]\n\t"
        "vrshl.s32 q0, r2\n\tvrshl.s32 q1, r3\n\tvrshl.s32 q2, r4\n\tvrshl.s32 q3, r5\n\t"
        "vqmovnb.s32 q0, q0\n\tvqmovnb.s32 q1, q1\n\tvqmovnt.s32 q0, q2\n\tvqmovnt.s32 q1, q3\n\t"
        "vqadd.s16 q0, q0, r8\n\tvqadd.s16 q1, q1, r8\n\tvqmovnb.s16 q0, q0\n\t"
        "vqmovnt.s16 q0, q1\n\tldrd r1, r2, [r0, #20]\n\tvmax.s8 q0, q0, q4\n\t"
        "vmin.s8 q0, q0, q5\n\tvmov r5, r4, q0[2], q0[0]\n\tvmov r7, r6, q0[3], q0[1]\n\t"
        "str r5, [r1]\n\tstr r7, [r1, r2]\n\tstr r4, [r1, r2, lsl #1]\n\tadd r3, r1, r2\n\t"
        "str r6, [r3, r2, lsl #1]\n\tldr r3, [r0, #28]\n\tadds r1, #4\n\tstrd r9, r1, [r0, #16]\n\t"
        "subs r3, #1\n\tstr r3, [r0, #28]\n\tbne 0b\n\tadd sp, #72\n\tpop {r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory" I8_PREDICATE);
}

/* The same where a pixel has at most 16 inputs: they stay in q0 to q3. */
static inline void i8_make_small(i8_tile *t) {
    register void *r0 __asm__("r0") = t;
    __asm__ volatile(
        "push {r4-r11, lr}\n\tldm r0, {r4-r7}\n\tldr r12, [r0, #52]\n\tldr r2, [r0, #16]\n\t"
        "ldr r3, [r0, #20]\n\tldr r9, [r0, #24]\n\tldr r11, [r0, #28]\n\tvctp.8 r12\n\tvpstttt\n\t"
        "vldrbt.8 q0, [r4]\n\tvldrbt.8 q1, [r5]\n\tvldrbt.8 q2, [r6]\n\tvldrbt.8 q3, [r7]\n"
        "0:\n\tldr r5, [r0, #32]\n\tmov r1, r2\n\tvctp.8 r12\n\tadd r2, r5\n\tvpst\n\t"
        "vldrbt.8 q4, [r2]\n\tadd r2, r12\n\tvmladav.s8 r4, q4, q0\n\tvmladav.s8 r6, q4, q1\n\t"
        "vmladav.s8 r8, q4, q2\n\tvmladav.s8 r10, q4, q3\n\tvpst\n\tvldrbt.8 q5, [r2]\n\t"
        "add r2, r12\n\tvmov q4[2], q4[0], r4, r8\n\tvmov q4[3], q4[1], r6, r10\n\t"
        "vmladav.s8 r4, q5, q0\n\tvmladav.s8 r6, q5, q1\n\tvmladav.s8 r8, q5, q2\n\t"
        "vmladav.s8 r10, q5, q3\n\tvpst\n\tvldrbt.8 q6, [r2]\n\tadd r2, r12\n\t"
        "vmov q5[2], q5[0], r4, r8\n\tvmov q5[3], q5[1], r6, r10\n\tvmladav.s8 r4, q6, q0\n\t"
        "vmladav.s8 r6, q6, q1\n\tvmladav.s8 r8, q6, q2\n\tvmladav.s8 r10, q6, q3\n\tvpst\n\t"
        "vldrbt.8 q7, [r2]\n\tadd r2, r12\n\tvmov q6[2], q6[0], r4, r8\n\t"
        "vmov q6[3], q6[1], r6, r10\n\tvmladav.s8 r4, q7, q0\n\tvmladav.s8 r6, q7, q1\n\t"
        "vmladav.s8 r8, q7, q2\n\tvmladav.s8 r10, q7, q3\n\tvmov q7[2], q7[0], r4, r8\n\t"
        "vmov q7[3], q7[1], r6, r10\n\tldm r1!, {r4-r7}\n\tvadd.i32 q4, q4, r4\n\t"
        "vadd.i32 q5, q5, r5\n\tvadd.i32 q6, q6, r6\n\tvadd.i32 q7, q7, r7\n\tldr lr, [r0, #44]\n\t"
        "ldm r1!, {r4-r7}\n\tcmp lr, #1\n\tbhi 6f\n\tvqrdmulh.s32 q4, q4, r4\n\t"
        "vqrdmulh.s32 q5, q5, r5\n\tvqrdmulh.s32 q6, q6, r6\n\tvqrdmulh.s32 q7, q7, r7\n\tblo 7f\n\t"
        "mov r8, #-1\n\tvpt.s32 lt, q4, zr\n\tvaddt.i32 q4, q4, r8\n\tvpt.s32 lt, q5, zr\n\t"
        "vaddt.i32 q5, q5, r8\n\tvpt.s32 lt, q6, zr\n\tvaddt.i32 q6, q6, r8\n\t"
        "vpt.s32 lt, q7, zr\n\tvaddt.i32 q7, q7, r8\n\tb 7f\n"
        "6:\n\tcmp lr, #3\n\tbne 5f\n\tldrsb r8, [r1, #4]\n\tvqshl.s32 q4, r8\n\t"
        "ldrsb r8, [r1, #5]\n\tvqshl.s32 q5, r8\n\tldrsb r8, [r1, #6]\n\tvqshl.s32 q6, r8\n\t"
        "ldrsb r8, [r1, #7]\n\tvqshl.s32 q7, r8\n"
        "5:\n\tvqdmulh.s32 q4, q4, r4\n\tvqdmulh.s32 q5, q5, r5\n\tvqdmulh.s32 q6, q6, r6\n\t"
        "vqdmulh.s32 q7, q7, r7\n"
        "7:\n\tldrsb r4, [r1]\n\tldrsb r5, [r1, #1]\n\tldrsb r6, [r1, #2]\n\tldrsb r7, [r1, #3]\n\t"
        "ldr r8, [r0, #48]\n\tvrshl.s32 q4, r4\n\tvrshl.s32 q5, r5\n\tvrshl.s32 q6, r6\n\t"
        "vrshl.s32 q7, r7\n\tvqmovnb.s32 q4, q4\n\tvqmovnb.s32 q5, q5\n\tvqmovnt.s32 q4, q6\n\t"
        "vqmovnt.s32 q5, q7\n\tvqadd.s16 q4, q4, r8\n\tvqadd.s16 q5, q5, r8\n\t"
        "vqmovnb.s16 q4, q4\n\tvqmovnt.s16 q4, q5\n\tldrd r4, r5, [r0, #36]\n\tvdup.8 q5, r4\n\t"
        "vdup.8 q6, r5\n\tvmax.s8 q4, q4, q5\n\tvmin.s8 q4, q4, q6\n\tvmov r5, r4, q4[2], q4[0]\n\t"
        "vmov r7, r6, q4[3], q4[1]\n\tstr r5, [r3]\n\tstr r7, [r3, r9]\n\t"
        "str r4, [r3, r9, lsl #1]\n\tadd r1, r3, r9\n\tstr r6, [r1, r9, lsl #1]\n\tadds r3, #4\n\t"
        "subs r11, #1\n\tbne 0b\n\tstr r2, [r0, #16]\n\tpop {r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory" I8_PREDICATE);
}

/* The sums of four channels of one pixel, from the biases on. Returns where the weights end. */
static inline const int8_t *i8_sum_one(const i8_stretch *list, const int8_t *head, const int8_t *w,
                                       int32_t *sums) {
    register const void *r0 __asm__("r0") = list;
    register const void *r1 __asm__("r1") = head;
    register const void *r2 __asm__("r2") = w;
    register void *r3 __asm__("r3") = sums;
    __asm__ volatile(
        "push {r3-r11, lr}\n\tldm r1, {r4, r6, r8, r10}\n"
        "1:\n\tldm r0!, {r1, r3, r5, r7}\n\tsubs r5, #1\n\tbeq 4f\n"
        "2:\n\tvldrb.8 q0, [r1], #16\n\tvldrb.8 q1, [r2], #16\n\tvmladava.s8 r4, q1, q0\n\t"
        "vldrb.8 q2, [r2], #16\n\tvmladava.s8 r6, q2, q0\n\tvldrb.8 q1, [r2], #16\n\t"
        "vmladava.s8 r8, q1, q0\n\tvldrb.8 q2, [r2], #16\n\tvmladava.s8 r10, q2, q0\n\t"
        "subs r5, #1\n\tbne 2b\n"
        "4:\n\tcmp r7, #0\n\tbeq 1b\n\tands r5, r7, #15\n\tbeq 3f\n\tvctp.8 r5\n\tvpstt\n\t"
        "vldrbt.8 q0, [r1]\n\tvldrbt.8 q1, [r2]\n\tadd r2, r5\n\tvmladava.s8 r4, q1, q0\n\tvpst\n\t"
        "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\tvmladava.s8 r6, q1, q0\n\tvpst\n\tvldrbt.8 q1, [r2]\n\t"
        "add r2, r5\n\tvmladava.s8 r8, q1, q0\n\tvpst\n\tvldrbt.8 q1, [r2]\n\tadd r2, r5\n\t"
        "vmladava.s8 r10, q1, q0\n\tcmp r7, #0\n\tbge 1b\n"
        "3:\n\tldr r3, [sp]\n\tstm r3, {r4, r6, r8, r10}\n\tpop {r3-r11, lr}\n\t"
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
        :
        : "r12", "q0", "q1", "q2", "cc", "memory" I8_PREDICATE);
    return r2;
}

/* Makes all channels of one pixel. */
__attribute__((noinline)) static void i8_pixel(const i8_stretch *list, const int8_t *w, int8_t *y,
                                               const int8_t *r, const i8_layer *k) {
    const int32_t head_bytes = 32 + I8_FOUR * i8_byte_rows(&k->end);
    for (int32_t c = 0; c < k->channels; c += I8_FOUR) {
        int32_t sums[4];
        const int8_t *const head = w;
        w = i8_sum_one(list, head, w + head_bytes, sums);
        i8_store_each(vldrwq_s32(sums), head, y + c, r ? r + c : NULL, k->channels - c, &k->end);
    }
}

/* Makes the channels from c on of the first n of a tile's four pixels, 16 at a time, by way of a copy: where a
 * block has less than four, where some pixels do not count, where the channels have tables of their own, and
 * where the codes go over the residual. */
__attribute__((noinline)) static void i8_make_apart(i8_tile *t, int small, int8_t *y, const int8_t *r, int n,
                                                    int32_t c, const i8_layer *k) {
    int8_t codes[64], numbers[16];
    const int one_by_one = k->end.how & I8_SEVERAL;
    t->y_step = I8_SIXTEEN;
    for (; c < k->channels; c += I8_SIXTEEN) {
        const int32_t left = k->channels - c, count = left < I8_SIXTEEN ? left : I8_SIXTEEN;
        for (int32_t b = 0; b < count; b += one_by_one ? I8_FOUR : I8_SIXTEEN) {
            if (one_by_one) memcpy(numbers + b, t->w + t->head_bytes - I8_FOUR, I8_FOUR);
            t->y = codes + b;
            t->blocks = one_by_one ? 1 : (count + 3) / I8_FOUR;
            if (small)
                i8_make_small(t);
            else
                i8_make_blocks(t);
        }
        i8_follow(y + c, k->y_step, codes, I8_SIXTEEN, numbers, r ? r + c : NULL, k->r_step, n, count, &k->end);
    }
}

/* Sets where the rows of n pixels begin, the first of which stands for those that lack. */
static inline void i8_place(i8_stretch *list, const int8_t *const *rows, int count, int32_t at, int32_t step,
                            int n) {
    i8_stretch *const second = list + count;
    for (int i = 0; i < count; i++) {
        const int8_t *const x = rows[i] + at;
        list[i].a = x;
        list[i].b = n > 1 ? x + step : x;
        second[i].a = n > 2 ? x + 2 * step : x;
        second[i].b = n > 3 ? x + 3 * step : x;
    }
}

/* Lets the rows begin some bytes later. */
static inline void i8_advance(i8_stretch *list, int count, int32_t bytes) {
    const uint32x4_t none = vdupq_n_u32(0), one = vsetq_lane_u32((uint32_t)bytes, none, 0);
    const uint32x4_t ahead = vsetq_lane_u32((uint32_t)bytes, one, 1);
    for (int i = 0; i < count; i++) {
        uint32_t *const entry = (uint32_t *)(void *)&list[i];
        vstrwq_u32(entry, vaddq_u32(vldrwq_u32(entry), ahead));
    }
}

/* Makes all channels of `pixels` pixels, each over a stretch of inputs of each row: those of pixel m begin at
 * rows[i][at + m * step]. There are 1 to I8_MOST_ROWS rows. y and r: the first channel of the first pixel, of
 * the output and of the residual. Where there are several rows, each has 16 inputs or more. */
__attribute__((noinline)) static void i8_row_dots(const int8_t *const *rows, int count, int32_t at,
                                                  int32_t step, int pixels, const int8_t *w, int8_t *y,
                                                  const int8_t *r, const i8_layer *k) {
    i8_stretch list[2 * I8_MOST_ROWS], *const second = list + count;
    const int small = count == 1 && k->inputs <= I8_SIXTEEN, several = k->end.how & I8_SEVERAL;
    const uint32_t rest = (uint32_t)k->inputs % I8_SIXTEEN;
    i8_tile t = {{NULL, NULL, NULL, NULL},
                 w,
                 y,
                 0,
                 0,
                 32 + I8_FOUR * i8_byte_rows(&k->end),
                 k->end.least,
                 k->end.most,
                 i8_way(&k->end),
                 k->end.zero,
                 k->inputs,
                 list};
    for (int i = 0; i < count; i++) {
        list[i].times = second[i].times = k->inputs / I8_SIXTEEN + 1;
        list[i].rest = second[i].rest = rest | (uint32_t)(i == count - 1) << 31;
    }
    for (int m = 0; m < pixels; m += I8_FOUR, y += I8_FOUR * k->y_step) {
        const int n = pixels - m < I8_FOUR ? pixels - m : I8_FOUR;
        const int8_t *const z = r ? r + m * k->r_step : NULL;
        if (m == 0 || n < I8_FOUR)
            i8_place(list, rows, count, at + m * step, step, n);
        else
            i8_advance(list, 2 * count, I8_FOUR * step);
        if (n == 1) {
            i8_pixel(list, w, y, z, k);
            continue;
        }
        /* The codes may go over the residual, but over nothing of it that is still to be read. */
        const int apart = !z || z + n * k->r_step <= y || y + n * k->y_step <= z;
        const int32_t full = n < I8_FOUR || several || !apart ? 0 : k->channels / I8_FOUR;
        t.w = w;
        if (small) {
            t.x[0] = list[0].a;
            t.x[1] = list[0].b;
            t.x[2] = second[0].a;
            t.x[3] = second[0].b;
        }
        if (full) {
            t.y = y;
            t.y_step = k->y_step;
            t.blocks = full;
            if (small)
                i8_make_small(&t);
            else
                i8_make_blocks(&t);
        }
        if (full && (k->end.table || z))
            i8_follow(y, k->y_step, y, k->y_step, NULL, z, k->r_step, n, full * I8_FOUR, &k->end);
        if (full * I8_FOUR < k->channels) i8_make_apart(&t, small, y, z, n, full * I8_FOUR, k);
    }
}

/* The same of pixels whose inputs lie in one stretch: those of pixel m begin at x[m * step]. */
static inline void i8_dots(const int8_t *x, int32_t step, int pixels, const int8_t *w, int8_t *y,
                           const int8_t *r, const i8_layer *k) {
    i8_row_dots(&x, 1, 0, step, pixels, w, y, r, k);
}
