/* i8_helium_window.h: kernels for depthwise layers of integers by the vectors of Armv8.1-M.
 *
 * Channels lie in lanes, 16 or 8 of them. What i8_helium.h says of assembly and predicates holds here, too. */
#include "i8_helium.h"

enum { I8_MOST_TAPS = 28, I8_EIGHT = 8 };

/* What makes some channels of a run of pixels, whose windows read at list[tap] + offset. */
typedef struct i8_taps {
    const int8_t *const *list;
    const int8_t *w;
    const int32_t *start; /* what the sums begin with */
    int32_t taps;
    int32_t offset;
    int8_t *y;
    int32_t y_step, x_step; /* from a pixel to the next */
    int32_t pixels;
    const int8_t *factors; /* in the head of the block */
    int32_t channels;
    int32_t zero, least, most;
    int32_t way; /* see i8_tile */
} i8_taps;

/* Makes the codes of 16 channels. Vector i of four has the sums of channels i, 4 + i, 8 + i and 12 + i, which
 * is the order in the block's head. The products of two taps fit in 16 bits. */
static inline void i8_make_16(const i8_taps *k) {
    register const void *r0 __asm__("r0") = k;
    __asm__ volatile(
        "push {r4-r11, lr}\n\tadd r1, r0, #20\n\tldr r2, [r0, #16]\n\tldm r1, {r8-r11}\n\t"
        "ldr r12, [r0, #40]\n"
        "0:\n\tldm r0, {r1, r3, r4, r5}\n\tvldrw.32 q0, [r4]\n\tvldrw.32 q1, [r4, #16]\n\t"
        "vldrw.32 q2, [r4, #32]\n\tvldrw.32 q3, [r4, #48]\n\tlsrs r6, r5, #1\n\tbeq 2f\n\t"
        "dls lr, r6\n"
        "1:\n\tldrd r6, r7, [r1], #8\n\tadd r6, r2\n\tadd r7, r2\n\tvldrb.8 q4, [r6]\n\t"
        "vldrw.32 q5, [r3], #16\n\tvmullb.s8 q6, q4, q5\n\tvmullt.s8 q7, q4, q5\n\t"
        "vldrb.8 q4, [r7]\n\tvldrw.32 q5, [r3]\n\tvmullb.s8 q5, q4, q5\n\tvadd.i16 q6, q6, q5\n\t"
        "vldrw.32 q5, [r3], #16\n\tvmullt.s8 q5, q4, q5\n\tvadd.i16 q7, q7, q5\n\t"
        "vmovlb.s16 q4, q6\n\tvmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\tvmovlb.s16 q5, q7\n\t"
        "vadd.i32 q2, q2, q6\n\tvmovlt.s16 q7, q7\n\tvadd.i32 q1, q1, q5\n\tvadd.i32 q3, q3, q7\n\t"
        "le lr, 1b\n"
        "2:\n\tlsls r5, r5, #31\n\tbeq 3f\n\tldr r6, [r1]\n\tadd r6, r2\n\tvldrb.8 q4, [r6]\n\t"
        "vldrw.32 q5, [r3], #16\n\tvmullb.s8 q6, q4, q5\n\tvmullt.s8 q7, q4, q5\n\t"
        "vmovlb.s16 q4, q6\n\tvmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\tvmovlb.s16 q5, q7\n\t"
        "vadd.i32 q2, q2, q6\n\tvmovlt.s16 q7, q7\n\tvadd.i32 q1, q1, q5\n\tvadd.i32 q3, q3, q7\n"
        "3:\n\tldr r4, [r0, #36]\n\tldr r6, [r0, #56]\n\tcmp r6, #1\n\tbhi 6f\n\t"
        "vldrw.32 q4, [r4, #0]\n\tvqrdmulh.s32 q0, q0, q4\n\tvldrw.32 q4, [r4, #16]\n\t"
        "vqrdmulh.s32 q1, q1, q4\n\tvldrw.32 q4, [r4, #32]\n\tvqrdmulh.s32 q2, q2, q4\n\t"
        "vldrw.32 q4, [r4, #48]\n\tvqrdmulh.s32 q3, q3, q4\n\tblo 7f\n\tmov r5, #-1\n\t"
        "vpt.s32 lt, q0, zr\n\tvaddt.i32 q0, q0, r5\n\tvpt.s32 lt, q1, zr\n\t"
        "vaddt.i32 q1, q1, r5\n\tvpt.s32 lt, q2, zr\n\tvaddt.i32 q2, q2, r5\n\t"
        "vpt.s32 lt, q3, zr\n\tvaddt.i32 q3, q3, r5\n\tb 7f\n"
        "6:\n\tcmp r6, #3\n\tbne 5f\n\tvldrb.s32 q4, [r4, #80]\n\tvqshl.s32 q0, q0, q4\n\t"
        "vldrb.s32 q4, [r4, #84]\n\tvqshl.s32 q1, q1, q4\n\tvldrb.s32 q4, [r4, #88]\n\t"
        "vqshl.s32 q2, q2, q4\n\tvldrb.s32 q4, [r4, #92]\n\tvqshl.s32 q3, q3, q4\n"
        "5:\n\tvldrw.32 q4, [r4, #0]\n\tvqdmulh.s32 q0, q0, q4\n\tvldrw.32 q4, [r4, #16]\n\t"
        "vqdmulh.s32 q1, q1, q4\n\tvldrw.32 q4, [r4, #32]\n\tvqdmulh.s32 q2, q2, q4\n\t"
        "vldrw.32 q4, [r4, #48]\n\tvqdmulh.s32 q3, q3, q4\n"
        "7:\n\tvldrb.s32 q4, [r4, #64]\n\tvrshl.s32 q0, q0, q4\n\tvldrb.s32 q4, [r4, #68]\n\t"
        "vrshl.s32 q1, q1, q4\n\tvldrb.s32 q4, [r4, #72]\n\tvrshl.s32 q2, q2, q4\n\t"
        "vldrb.s32 q4, [r4, #76]\n\tvrshl.s32 q3, q3, q4\n\tldr r6, [r0, #44]\n\t"
        "ldrd r4, r5, [r0, #48]\n\tvqmovnb.s32 q0, q0\n\tvqmovnb.s32 q1, q1\n\t"
        "vqmovnt.s32 q0, q2\n\tvqmovnt.s32 q1, q3\n\tvqadd.s16 q0, q0, r6\n\t"
        "vqadd.s16 q1, q1, r6\n\tvqmovnb.s16 q0, q0\n\tvqmovnt.s16 q0, q1\n\tvdup.8 q4, r4\n\t"
        "vdup.8 q5, r5\n\tvmax.s8 q0, q0, q4\n\tvmin.s8 q0, q0, q5\n\tvstrb.8 q0, [r8]\n\t"
        "add r8, r9\n\tadd r2, r10\n\tsubs r11, #1\n\tbne 0b\n\tpop {r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory" I8_PREDICATE);
}

/* The same of less than 16 channels. */
static inline void i8_make_part(const i8_taps *k) {
    register const void *r0 __asm__("r0") = k;
    __asm__ volatile(
        "push {r4-r11, lr}\n\tadd r1, r0, #20\n\tldr r2, [r0, #16]\n\tldm r1, {r8-r11}\n\t"
        "ldr r12, [r0, #40]\n"
        "0:\n\tldm r0, {r1, r3, r4, r5}\n\tvctp.8 r12\n\tvldrw.32 q0, [r4]\n\t"
        "vldrw.32 q1, [r4, #16]\n\tvldrw.32 q2, [r4, #32]\n\tvldrw.32 q3, [r4, #48]\n\t"
        "lsrs r6, r5, #1\n\tbeq 2f\n\tdls lr, r6\n"
        "1:\n\tldrd r6, r7, [r1], #8\n\tadd r6, r2\n\tadd r7, r2\n\tvpst\n\tvldrbt.8 q4, [r6]\n\t"
        "vldrw.32 q5, [r3], #16\n\tvmullb.s8 q6, q4, q5\n\tvmullt.s8 q7, q4, q5\n\tvpst\n\t"
        "vldrbt.8 q4, [r7]\n\tvldrw.32 q5, [r3]\n\tvmullb.s8 q5, q4, q5\n\tvadd.i16 q6, q6, q5\n\t"
        "vldrw.32 q5, [r3], #16\n\tvmullt.s8 q5, q4, q5\n\tvadd.i16 q7, q7, q5\n\t"
        "vmovlb.s16 q4, q6\n\tvmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\tvmovlb.s16 q5, q7\n\t"
        "vadd.i32 q2, q2, q6\n\tvmovlt.s16 q7, q7\n\tvadd.i32 q1, q1, q5\n\tvadd.i32 q3, q3, q7\n\t"
        "le lr, 1b\n"
        "2:\n\tlsls r5, r5, #31\n\tbeq 3f\n\tldr r6, [r1]\n\tadd r6, r2\n\tvpst\n\t"
        "vldrbt.8 q4, [r6]\n\tvldrw.32 q5, [r3], #16\n\tvmullb.s8 q6, q4, q5\n\t"
        "vmullt.s8 q7, q4, q5\n\tvmovlb.s16 q4, q6\n\tvmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\t"
        "vmovlb.s16 q5, q7\n\tvadd.i32 q2, q2, q6\n\tvmovlt.s16 q7, q7\n\tvadd.i32 q1, q1, q5\n\t"
        "vadd.i32 q3, q3, q7\n"
        "3:\n\tldr r4, [r0, #36]\n\tldr r6, [r0, #56]\n\tcmp r6, #1\n\tbhi 6f\n\t"
        "vldrw.32 q4, [r4, #0]\n\tvqrdmulh.s32 q0, q0, q4\n\tvldrw.32 q4, [r4, #16]\n\t"
        "vqrdmulh.s32 q1, q1, q4\n\tvldrw.32 q4, [r4, #32]\n\tvqrdmulh.s32 q2, q2, q4\n\t"
        "vldrw.32 q4, [r4, #48]\n\tvqrdmulh.s32 q3, q3, q4\n\tblo 7f\n\tmov r5, #-1\n\t"
        "vpt.s32 lt, q0, zr\n\tvaddt.i32 q0, q0, r5\n\tvpt.s32 lt, q1, zr\n\t"
        "vaddt.i32 q1, q1, r5\n\tvpt.s32 lt, q2, zr\n\tvaddt.i32 q2, q2, r5\n\t"
        "vpt.s32 lt, q3, zr\n\tvaddt.i32 q3, q3, r5\n\tb 7f\n"
        "6:\n\tcmp r6, #3\n\tbne 5f\n\tvldrb.s32 q4, [r4, #80]\n\tvqshl.s32 q0, q0, q4\n\t"
        "vldrb.s32 q4, [r4, #84]\n\tvqshl.s32 q1, q1, q4\n\tvldrb.s32 q4, [r4, #88]\n\t"
        "vqshl.s32 q2, q2, q4\n\tvldrb.s32 q4, [r4, #92]\n\tvqshl.s32 q3, q3, q4\n"
        "5:\n\tvldrw.32 q4, [r4, #0]\n\tvqdmulh.s32 q0, q0, q4\n\tvldrw.32 q4, [r4, #16]\n\t"
        "vqdmulh.s32 q1, q1, q4\n\tvldrw.32 q4, [r4, #32]\n\tvqdmulh.s32 q2, q2, q4\n\t"
        "vldrw.32 q4, [r4, #48]\n\tvqdmulh.s32 q3, q3, q4\n"
        "7:\n\tvldrb.s32 q4, [r4, #64]\n\tvrshl.s32 q0, q0, q4\n\tvldrb.s32 q4, [r4, #68]\n\t"
        "vrshl.s32 q1, q1, q4\n\tvldrb.s32 q4, [r4, #72]\n\tvrshl.s32 q2, q2, q4\n\t"
        "vldrb.s32 q4, [r4, #76]\n\tvrshl.s32 q3, q3, q4\n\tldr r6, [r0, #44]\n\t"
        "ldrd r4, r5, [r0, #48]\n\tvqmovnb.s32 q0, q0\n\tvqmovnb.s32 q1, q1\n\t"
        "vqmovnt.s32 q0, q2\n\tvqmovnt.s32 q1, q3\n\tvqadd.s16 q0, q0, r6\n\t"
        "vqadd.s16 q1, q1, r6\n\tvqmovnb.s16 q0, q0\n\tvqmovnt.s16 q0, q1\n\tvdup.8 q4, r4\n\t"
        "vdup.8 q5, r5\n\tvmax.s8 q0, q0, q4\n\tvmin.s8 q0, q0, q5\n\tvctp.8 r12\n\tvpst\n\t"
        "vstrbt.8 q0, [r8]\n\tadd r8, r9\n\tadd r2, r10\n\tsubs r11, #1\n\tbne 0b\n\t"
        "pop {r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory" I8_PREDICATE);
}

/* The same of at most 8 channels. Vector i of two has channels i, 2 + i, 4 + i and 6 + i. */
static inline void i8_make_8(const i8_taps *k) {
    register const void *r0 __asm__("r0") = k;
    __asm__ volatile(
        "push {r4-r11, lr}\n\tadd r1, r0, #20\n\tldr r2, [r0, #16]\n\tldm r1, {r8-r11}\n\t"
        "ldr r12, [r0, #40]\n"
        "0:\n\tldm r0, {r1, r3, r4, r5}\n\tvctp.16 r12\n\tvldrw.32 q0, [r4]\n\t"
        "vldrw.32 q1, [r4, #16]\n\tlsrs r6, r5, #1\n\tbeq 2f\n\tdls lr, r6\n"
        "1:\n\tldrd r6, r7, [r1], #8\n\tadd r6, r2\n\tadd r7, r2\n\tvpst\n\tvldrbt.s16 q4, [r6]\n\t"
        "vldrb.s16 q5, [r3], #8\n\tvmul.i16 q6, q4, q5\n\tvpst\n\tvldrbt.s16 q4, [r7]\n\t"
        "vldrb.s16 q5, [r3], #8\n\tvmul.i16 q5, q4, q5\n\tvadd.i16 q6, q6, q5\n\t"
        "vmovlb.s16 q4, q6\n\tvmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\tvadd.i32 q1, q1, q6\n\t"
        "le lr, 1b\n"
        "2:\n\tlsls r5, r5, #31\n\tbeq 3f\n\tldr r6, [r1]\n\tadd r6, r2\n\tvpst\n\t"
        "vldrbt.s16 q4, [r6]\n\tvldrb.s16 q5, [r3], #8\n\tvmul.i16 q6, q4, q5\n\t"
        "vmovlb.s16 q4, q6\n\tvmovlt.s16 q6, q6\n\tvadd.i32 q0, q0, q4\n\tvadd.i32 q1, q1, q6\n"
        "3:\n\tldr r4, [r0, #36]\n\tldr r6, [r0, #56]\n\tcmp r6, #1\n\tbhi 6f\n\t"
        "vldrw.32 q4, [r4, #0]\n\tvqrdmulh.s32 q0, q0, q4\n\tvldrw.32 q4, [r4, #16]\n\t"
        "vqrdmulh.s32 q1, q1, q4\n\tblo 7f\n\tmov r5, #-1\n\tvpt.s32 lt, q0, zr\n\t"
        "vaddt.i32 q0, q0, r5\n\tvpt.s32 lt, q1, zr\n\tvaddt.i32 q1, q1, r5\n\tb 7f\n"
        "6:\n\tcmp r6, #3\n\tbne 5f\n\tvldrb.s32 q4, [r4, #40]\n\tvqshl.s32 q0, q0, q4\n\t"
        "vldrb.s32 q4, [r4, #44]\n\tvqshl.s32 q1, q1, q4\n"
        "5:\n\tvldrw.32 q4, [r4, #0]\n\tvqdmulh.s32 q0, q0, q4\n\tvldrw.32 q4, [r4, #16]\n\t"
        "vqdmulh.s32 q1, q1, q4\n"
        "7:\n\tvldrb.s32 q4, [r4, #32]\n\tvrshl.s32 q0, q0, q4\n\tvldrb.s32 q4, [r4, #36]\n\t"
        "vrshl.s32 q1, q1, q4\n\tldr r6, [r0, #44]\n\tldrd r4, r5, [r0, #48]\n\t"
        "vqmovnb.s32 q0, q0\n\tvqmovnt.s32 q0, q1\n\tvqadd.s16 q0, q0, r6\n\tvdup.16 q4, r4\n\t"
        "vdup.16 q5, r5\n\tvmax.s16 q0, q0, q4\n\tvmin.s16 q0, q0, q5\n\tmov r6, r8\n\t"
        "vctp.16 r12\n\tvpst\n\tvstrbt.16 q0, [r6]\n\tadd r8, r9\n\tadd r2, r10\n\tsubs r11, #1\n\t"
        "bne 0b\n\tpop {r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q4", "q5", "q6", "cc", "memory" I8_PREDICATE);
}

static inline void i8_make_run(i8_taps *k, int lanes) {
    if (lanes == I8_EIGHT)
        i8_make_8(k);
    else if (k->channels < I8_SIXTEEN)
        i8_make_part(k);
    else
        i8_make_16(k);
}

/* What follows the rescaling of up to 16 codes: tables, whose numbers stand in the order of the head, and a
 * residual. */
__attribute__((noinline)) static void i8_follow_window(int8_t *y, const int8_t *codes, const int8_t *numbers,
                                                       const int8_t *r, int lanes, int32_t channels,
                                                       const i8_end *k) {
    int8x16_t v = i8_load_part(codes, channels);
    if (k->table) {
        int32x4_t even = vdupq_n_s32(0), odd = even;
        if ((k->how & I8_SEVERAL) && lanes == I8_SIXTEEN) {
            even = vorrq_s32(vshlq_n_s32(vldrbq_s32(numbers), 8), vshlq_n_s32(vldrbq_s32(numbers + 8), 24));
            odd = vorrq_s32(vshlq_n_s32(vldrbq_s32(numbers + 4), 8), vshlq_n_s32(vldrbq_s32(numbers + 12), 24));
        } else if (k->how & I8_SEVERAL) {
            /* channels 0, 2, 4, 6 stand first, which are the even ones already */
            even = vreinterpretq_s32_s16(vshlq_n_s16(vldrbq_s16(numbers), 8));
            odd = vreinterpretq_s32_s16(vshlq_n_s16(vldrbq_s16(numbers + 4), 8));
        }
        v = i8_look_up(v, vreinterpretq_u16_s32(even), vreinterpretq_u16_s32(odd), k->table);
    }
    if (r) v = i8_add_codes(v, i8_load_part(r, channels), k->sum, k->how & I8_TFLITE);
    i8_store_part(y, v, channels);
}

/* Where a pixel's window reads: list[tap], or `outside` for columns outside of the map. */
static inline void i8_clip(const int8_t **list, const int8_t *const *base, const int8_t *column, int taps,
                           int32_t offset, int32_t first, int32_t width, const int8_t *outside) {
    const uint32x4_t none = vdupq_n_u32((uint32_t)(uintptr_t)outside);
    for (int t = 0; t < taps; t += I8_FOUR) {
        const uint32x4_t x = vreinterpretq_u32_s32(vaddq_n_s32(vldrbq_s32(column + t), first));
        const uint32x4_t at =
            vaddq_n_u32(vldrwq_u32((const uint32_t *)(const void *)(base + t)), (uint32_t)offset);
        vstrwq_u32((uint32_t *)(void *)(list + t), vpselq_u32(none, at, vcmpcsq_n_u32(x, (uint32_t)width)));
    }
}

/* Adds the weights of `count` taps times `zero` to sums, for rows outside of the map. */
__attribute__((noinline)) static void i8_add_outside(int32_t *sums, const int8_t *w, int count, int lanes,
                                                     int32_t zero) {
    int16x8_t even = vdupq_n_s16(0), odd = even;
    for (int t = 0; t < count; t++, w += lanes) {
        if (lanes == I8_SIXTEEN) {
            const int8x16_t v = vldrbq_s8(w);
            even = vaddq_s16(even, vmovlbq_s8(v));
            odd = vaddq_s16(odd, vmovltq_s8(v));
        } else {
            even = vaddq_s16(even, vldrbq_s16(w));
        }
    }
    const int second = lanes == I8_SIXTEEN ? 8 : 4; /* where the vector of channels 2, 6, .. stands */
    vstrwq_s32(sums, vmlaq_n_s32(vldrwq_s32(sums), vmovlbq_s16(even), zero));
    vstrwq_s32(sums + second, vmlaq_n_s32(vldrwq_s32(sums + second), vmovltq_s16(even), zero));
    if (lanes != I8_SIXTEEN) return;
    vstrwq_s32(sums + 4, vmlaq_n_s32(vldrwq_s32(sums + 4), vmovlbq_s16(odd), zero));
    vstrwq_s32(sums + 12, vmlaq_n_s32(vldrwq_s32(sums + 12), vmovltq_s16(odd), zero));
}

/* The windows of a row of a layer. */
typedef struct i8_row {
    const int8_t *base[I8_MOST_TAPS]; /* what the taps read where a window begins in column 0 */
    int8_t column[I8_MOST_TAPS];      /* of the taps in such a window */
    int8_t outside[16];               /* codes of the padding */
    int taps, above, below;           /* in rows of the map, and in rows above and below it */
} i8_row;

__attribute__((noinline)) static void i8_set_row(i8_row *row, const int8_t *const *rows, const i8_window *k) {
    int taps = 0, above = 0, below = 0;
    for (int ky = 0; ky < k->kernel_h; ky++) {
        if (!rows[ky]) {
            if (taps)
                below += k->kernel_w;
            else
                above += k->kernel_w;
            continue;
        }
        for (int kx = 0; kx < k->kernel_w; kx++, taps++) {
            row->base[taps] = rows[ky] + kx * k->dilation * k->x_pixel;
            row->column[taps] = (int8_t)(kx * k->dilation);
        }
    }
    vstrbq_s8(row->outside, vdupq_n_s8((int8_t)k->zero));
    row->taps = taps;
    row->above = above;
    row->below = below;
}

/* Makes the channels of one block from c on, of one row. */
__attribute__((noinline)) static void i8_depthwise_block(i8_taps *t, const i8_row *row, int lanes, int32_t c,
                                                         int8_t *y, const int8_t *r, const i8_window *k) {
    const int8_t *clipped[I8_MOST_TAPS];
    int8_t codes[16];
    const int end = k->in_w - (k->kernel_w - 1) * k->dilation; /* where windows that are inside cannot begin */
    const int8_t *const numbers = t->factors + (3 + i8_byte_rows(&k->end)) * lanes;
    for (int ox = 0; ox < k->out_w; ox += t->pixels) {
        const int first = ox * k->stride - k->pad;
        int8_t *const to = y + ox * k->y_pixel + c;
        t->y = r ? codes : to; /* the codes may go over the residual */
        t->offset = first * k->x_pixel + c;
        t->list = row->base;
        t->pixels = 1;
        if (first < 0 || first >= end) {
            i8_clip(clipped, row->base, row->column, row->taps, t->offset, first, k->in_w, row->outside);
            t->list = clipped;
            t->offset = 0;
        } else if (!r) {
            const int more = (end - 1 - first) / k->stride, left = k->out_w - 1 - ox;
            t->pixels = 1 + (more < left ? more : left);
        }
        i8_make_run(t, lanes);
        for (int i = 0; i < t->pixels && (k->end.table || r); i++)
            i8_follow_window(to + i * k->y_pixel, t->y + i * k->y_pixel, numbers,
                             r ? r + ox * k->r_pixel + c : NULL, lanes, t->channels, &k->end);
    }
}

/* Makes one row of a depthwise layer, of at most I8_MOST_TAPS taps. rows: of the window, NULL where it lies
 * outside of the map. Blocks of weights have 16 channels; the last one has 8 if no more are left. */
__attribute__((noinline)) static void i8_depthwise(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                                   const int8_t *r, const i8_window *k) {
    i8_row row;
    int32_t begin[16];
    i8_taps t;
    i8_set_row(&row, rows, k);
    t.taps = row.taps;
    t.y_step = k->y_pixel;
    t.x_step = k->stride * k->x_pixel;
    t.zero = k->end.zero;
    t.least = k->end.least;
    t.most = k->end.most;
    t.way = i8_way(&k->end);
    for (int32_t c = 0; c < k->channels; c += I8_SIXTEEN) {
        const int left = k->channels - c, lanes = left > I8_EIGHT ? I8_SIXTEEN : I8_EIGHT;
        t.factors = w + 4 * lanes;
        const int8_t *const weights = t.factors + (4 + i8_byte_rows(&k->end)) * lanes;
        t.w = weights + row.above * lanes;
        t.channels = left < lanes ? left : lanes;
        t.start = (const int32_t *)(const void *)w;
        if (row.above + row.below) {
            memcpy(begin, w, (size_t)lanes * sizeof *begin);
            i8_add_outside(begin, weights, row.above, lanes, k->zero);
            i8_add_outside(begin, t.w + row.taps * lanes, row.below, lanes, k->zero);
            t.start = begin;
        }
        i8_depthwise_block(&t, &row, lanes, c, y, r, k);
        w = weights + k->kernel_h * k->kernel_w * lanes;
    }
}
