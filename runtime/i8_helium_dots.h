/* i8_helium_dots.h: kernels for convolutions and dense layers of int8 by the vectors of Armv8.1-M.
 *
 * Inputs are read where they lie, or from a tile that has those of each pixel side by side. The sums of dot
 * products are made by assembly, since compilers do not keep eight of them in registers: each stands in an even
 * register, which the instruction asks for. What i8_helium.h says of predicates holds here, too. */
#include "i8_helium.h"

/* What a row has for pixels a and b of a kernel: so many times 16 inputs less one time, and a rest below 16.
 * The last row's rest has the sign bit, too. */
typedef struct i8_stretch {
    const int8_t *a, *b;
    int32_t times;
    uint32_t rest;
} i8_stretch;

enum { I8_MOST_ROWS = 5 };

/* Tiles: of four pixels; of four with at most 16 inputs; of one. */
enum { I8_FOURS, I8_SMALL, I8_ONE };

/* What makes blocks of four channels of four pixels, for one or more times four pixels. Pixels that lack have
 * the places of the first one. The kernels know where the fields stand. */
typedef struct i8_tile {
    const int8_t *w, *weights; /* of the next block: its factors, and its weights; the kernels set them */
    void *from;                /* the rows of pixels 2 and 3, then those of 0 and 1; or inputs of pixel 0 */
    int8_t *y;
    int32_t y_of[3];        /* of pixels 1, 2 and 3 */
    uint32_t flags;         /* I8_DO_.. */
    int32_t zero;           /* 32 */
    int32_t head;           /* bytes from a block's factors to its weights */
    const int8_t *y_end;    /* of pixel 0 */
    int32_t fours;          /* so many times four pixels */
    const int8_t *first;    /* 48: w of the first block */
    int32_t y_back;         /* from y_end to the next four pixels */
    int32_t y_four, x_four; /* bytes of four pixels */
    int32_t rows;           /* 64: entries of the list */
    int32_t least, most;
    const int8_t *table;
    const i8_sum *sum; /* 80 */
    int32_t r;         /* from y to the residual */
    int32_t r_of[3];   /* of pixels 1, 2 and 3 */
    int32_t r_four;    /* 100: what is added to r after four pixels */
    int32_t inputs;    /* of a pixel, if they are at most 16 */
    int32_t x_of[3];   /* of pixels 1, 2 and 3 */
} i8_tile;

/* What makes codes of sums, besides factors. I8_DO_MORE: one of the lower bits is set, or codes have bounds.
 * I8_DO_ALSO: with I8_DO_TFLITE, products below 0 are corrected; or there are shifts to the left. */
#define I8_DO_TFLITE (1u << 31)
#define I8_DO_ALSO   (1u << 30)
#define I8_DO_MORE   (1u << 29)
#define I8_DO_EACH   1u /* channels have tables of their own */
#define I8_DO_BOUND  2u /* codes have bounds, or no table */
#define I8_DO_ADD    4u /* there is a residual: `sum` says how it is added */

/* Copies `count` bytes of each of `pixels` pixels, with some bits turned. */
static inline void i8_copy(int8_t *to, int32_t to_step, const int8_t *from, int32_t step, int pixels,
                           int32_t count, uint8_t turn) {
    const uint8x16_t turned = vdupq_n_u8(turn);
    for (; count > 0; count -= 16, to += 16, from += 16) {
        int8_t *y = to;
        const int8_t *x = from;
        __asm__ volatile("vctp.8 %[n]\n\tdls lr, %[pixels]\n"
                         "1:\n\tvpsttt\n\tvldrbt.8 q0, [%[x]]\n\tveort q0, q0, %q[turned]\n\t"
                         "vstrbt.8 q0, [%[y]]\n\tadd %[x], %[x], %[step]\n\tadd %[y], %[y], %[to_step]\n\t"
                         "le lr, 1b"
                         : [x] "+&r"(x), [y] "+&r"(y)
                         : [n] "r"(count), [pixels] "r"(pixels), [step] "r"(step), [to_step] "r"(to_step),
                           [turned] "w"(turned)
                         : "lr", "q0", "cc", "memory" I8_PREDICATE);
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

/* The same of windows of three pixels of three bytes, which move by two pixels: in three rows, which begin at
 * rows[i][at]. Pixels lie 32 bytes apart in the tile. */
__attribute__((noinline)) static void i8_gather_3x3x3(int8_t *tile, int pixels, const int8_t *const *rows,
                                                      int at) {
    const int8_t *a = rows[0] + at, *b = rows[1] + at, *c = rows[2] + at;
    __asm__ volatile("vctp.8 %[n]\n\tdls lr, %[pixels]\n"
                     "1:\n\tvpstttt\n\tvldrbt.8 q0, [%[a]], #6\n\tvldrbt.8 q1, [%[b]], #6\n\t"
                     "vldrbt.8 q2, [%[c]], #6\n\tvstrbt.8 q1, [%[to], #9]\n\tvpstt\n\t"
                     "vstrbt.8 q2, [%[to], #18]\n\tvstrbt.8 q0, [%[to]], #32\n\tle lr, 1b"
                     : [a] "+&r"(a), [b] "+&r"(b), [c] "+&r"(c), [to] "+&r"(tile)
                     : [n] "r"(9), [pixels] "r"(pixels)
                     : "lr", "q0", "q1", "q2", "cc", "memory" I8_PREDICATE);
}

/* Copies `count` codes of uint8, less 128. */
__attribute__((noinline)) static void i8_copy_u8(int8_t *to, const uint8_t *from, int32_t count) {
    const uint8x16_t turned = vdupq_n_u8(128);
    __asm__ volatile("dlstp.8 lr, %[n]\n"
                     "1:\n\tvldrb.8 q0, [%[x]], #16\n\tveor q0, q0, %q[turned]\n\t"
                     "vstrb.8 q0, [%[y]], #16\n\tletp lr, 1b"
                     : [x] "+&r"(from), [y] "+&r"(to)
                     : [n] "r"(count), [turned] "w"(turned)
                     : "lr", "q0", "cc", "memory" I8_PREDICATE);
}

/* Adds the residual to `channels` codes of each of some pixels, which are read from `from`, and may be y. */
__attribute__((noinline)) static void i8_follow(int8_t *y, int32_t y_step, const int8_t *from,
                                                int32_t from_step, const int8_t *r, int32_t r_step, int pixels,
                                                int32_t channels, const i8_end *k) {
    for (int m = 0; m < pixels; m++) {
        for (int32_t c = 0; c < channels; c += I8_SIXTEEN) {
            int8x16_t v = i8_load_part(from + m * from_step + c, channels - c);
            if (r)
                v = i8_add_codes(v, i8_load_part(r + m * r_step + c, channels - c), k->sum, k->how & I8_TFLITE);
            i8_store_part(y + m * y_step + c, v, channels - c);
        }
    }
}

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
    "vmladava.s8 r6, q3, q0\n\tvmladava.s8 lr, q3, q1\n\tsubs r5, #1\n\tbne 2b\n\tands r5, r7, #15\n\t"        \
    "beq 3f\n\tvctp.8 r5\n\tcmp r5, #8\n\tbne 4f\n\tvpstete\n\tvldrbt.8 q0, [r1]\n\t"                          \
    "vldrbe.8 q2, [r1, #-8]\n\tvldrbt.8 q1, [r3]\n\tvldrbe.8 q3, [r3, #-8]\n\tvldrb.8 q4, [r9], #16\n\t"       \
    "vmladava.s8 r0, q4, q0\n\tvmladava.s8 r2, q4, q2\n\tvldrb.8 q5, [r9], #16\n\t"                            \
    "vmladava.s8 r8, q4, q1\n\tvmladava.s8 r10, q4, q3\n\tvmladava.s8 r4, q5, q0\n\t"                          \
    "vmladava.s8 r6, q5, q2\n\tvmladava.s8 r12, q5, q1\n\tvmladava.s8 lr, q5, q3\n\tcmp r7, #0\n\t"            \
    "bge 1b\n\tb 5f\n"                                                                                         \
    "4:\n\tvpsttt\n\tvldrbt.8 q0, [r1]\n\tvldrbt.8 q1, [r3]\n\tvldrbt.8 q2, [r9]\n\tadd r9, r5\n\t"            \
    "vmladava.s8 r0, q2, q0\n\tvmladava.s8 r8, q2, q1\n\tvpst\n\tvldrbt.8 q3, [r9]\n\tadd r9, r5\n\t"          \
    "vmladava.s8 r2, q3, q0\n\tvmladava.s8 r10, q3, q1\n\tvpst\n\tvldrbt.8 q2, [r9]\n\tadd r9, r5\n\t"         \
    "vmladava.s8 r4, q2, q0\n\tvmladava.s8 r12, q2, q1\n\tvpst\n\tvldrbt.8 q3, [r9]\n\tadd r9, r5\n\t"         \
    "vmladava.s8 r6, q3, q0\n\tvmladava.s8 lr, q3, q1\n"                                                       \
    "3:\n\tcmp r7, #0\n\tbge 1b\n"                                                                             \
    "5:\n\t"

/* Makes codes of sums, those of a channel of four pixels in each of a to d: a word for each pixel in a. Their
 * factors stand in m0 to m3 and from r1 on, and the carry and the sign have the upper two flags. What other
 * layers need besides stands apart, from 20 to 24, and comes back to 21, 23 and 25. r0 has the tile. */
#define I8_TO_CODES(a, b, c, d, m0, m1, m2, m3, flags, temp, zero)                                             \
    /* rescale */                                                                                              \
    "bcs 20f\n\tbmi 22f\n"                                                                                     \
    "23:\n\tvqdmulh.s32 " a ", " a ", " m0 "\n\tvqdmulh.s32 " b ", " b ", " m1 "\n\t"                          \
    "vqdmulh.s32 " c ", " c ", " m2 "\n\tvqdmulh.s32 " d ", " d ", " m3 "\n"                                   \
    "21:\n\tldrsb " m0 ", [r1, #0]\n\tldrsb " m1 ", [r1, #1]\n\tldrsb " m2 ", [r1, #2]\n\t"                    \
    "ldrsb " m3 ", [r1, #3]\n\tvrshl.s32 " a ", " m0 "\n\tvrshl.s32 " b ", " m1 "\n\t"                         \
    "vrshl.s32 " c ", " m2 "\n\tvrshl.s32 " d ", " m3 "\n\t" /* then narrow: a word for each pixel */          \
    "lsls " temp ", " flags ", #3\n\tvqmovnb.s32 " a ", " a "\n\tvqmovnb.s32 " b ", " b "\n\t"                 \
    "vqmovnt.s32 " a ", " c "\n\tvqmovnt.s32 " b ", " d "\n\tvqadd.s16 " a ", " a ", " zero "\n\t"             \
    "vqadd.s16 " b ", " b ", " zero "\n\tvqmovnb.s16 " a ", " a "\n\tvqmovnt.s16 " a ", " b "\n\t"             \
    "bcs 24f\n"                                                                                                \
    "25:\n\t"

/* What stands apart of it. `left` is free; `after` is done behind the tests of vectors, `again` where `left`
 * has changed. */
#define I8_OTHER_WAYS(a, b, c, d, m0, m1, m2, m3, flags, temp, left, after, again)                             \
    /* as TFLite rounds */                                                                                     \
    "20:\n\tvqrdmulh.s32 " a ", " a ", " m0 "\n\tvqrdmulh.s32 " b ", " b ", " m1 "\n\t"                        \
    "vqrdmulh.s32 " c ", " c ", " m2 "\n\tvqrdmulh.s32 " d ", " d ", " m3 "\n\tbpl 21b\n\t"                    \
    "mov " temp ", #-1\n\tvpt.s32 lt, " a ", zr\n\tvaddt.i32 " a ", " a ", " temp "\n\t"                       \
    "vpt.s32 lt, " b ", zr\n\tvaddt.i32 " b ", " b ", " temp "\n\tvpt.s32 lt, " c ", zr\n\t"                   \
    "vaddt.i32 " c ", " c ", " temp "\n\tvpt.s32 lt, " d ", zr\n\t"                                            \
    "vaddt.i32 " d ", " d ", " temp "\n\t" after "b 21b\n\t" /* shifts to the left */                          \
    "22:\n\tldr " left ", [r1, #4]\n\tcmp " left ", #0\n\tbeq 30f\n\t"                                         \
    "ldrsb " left ", [r1, #4]\n\tvqshl.s32 " a ", " left "\n\tldrsb " left ", [r1, #5]\n\t"                    \
    "vqshl.s32 " b ", " left "\n\tldrsb " left ", [r1, #6]\n\tvqshl.s32 " c ", " left "\n\t"                   \
    "ldrsb " left ", [r1, #7]\n\tvqshl.s32 " d ", " left "\n"                                                  \
    "30:\n\t" again "b 23b\n\t" /* bounds and tables */                                                        \
    "24:\n\tlsls " m1 ", " flags ", #31\n\tbcs 31f\n"                                                          \
    "32:\n\tldr " m0 ", [r0, #76]\n\tvmov.i8 " b ", #128\n\tveor " a ", " a ", " b "\n\tbne 27f\n\t"           \
    "vldrb.u8 " b ", [" m0 ", " a "]\n\tvmov " a ", " b "\n\tb 26f\n"                                          \
    "31:\n\tldrd " m0 ", " m1 ", [r0, #68]\n\tvdup.8 " b ", " m0 "\n\tvdup.8 " c ", " m1 "\n\t"                \
    "vmax.s8 " a ", " a ", " b "\n\tvmin.s8 " a ", " a ", " c "\n\tldr " m0 ", [r0, #76]\n\t"                  \
    "cmp " m0 ", #0\n\tbeq 26f\n\tlsls " m1 ", " flags ", #31\n\tb 32b\n"                                      \
    "27:\n\tldr " m1 ", [r0, #36]\n\tadd " m1 ", r1\n\tldr " m1 ", [" m1 ", #-20]\n\t"                         \
    "vdup.32 " b ", " m1 "\n\tvmovlb.u8 " c ", " a "\n\tvsli.16 " c ", " b ", #8\n\t"                          \
    "vsri.16 " b ", " a ", #8\n\tvldrb.u16 " a ", [" m0 ", " c "]\n\t"                                         \
    "vldrb.u16 " d ", [" m0 ", " b "]\n\tvmovnt.i16 " a ", " d "\n"                                            \
    "26:\n\t"

/* Adds the residual's codes to those of four channels of four pixels in q0, and goes on at 25. */
#define I8_RESIDUAL                                                                                            \
    "lsls r1, r6, #30\n\tbcc 25b\n\tldr r1, [r0, #80]\n\tldr r2, [r0, #12]\n\tldr r3, [r0, #84]\n\t"           \
    "add r2, r3\n\tldrd r3, r4, [r0, #88]\n\tldr r5, [r0, #96]\n\tldr r3, [r2, r3]\n\t"                        \
    "ldr r4, [r2, r4]\n\tldr r5, [r2, r5]\n\tldr r2, [r2]\n\tvmov q1[2], q1[0], r2, r4\n\t"                    \
    "vmov q1[3], q1[1], r3, r5\n\tldm r1!, {r2, r3, r4, r5, r7, r8}\n\tldrsh r10, [r1, #2]\n\t"                \
    "ldrsh r11, [r1, #4]\n\tcmp r6, #0\n\tblt 28f\n\tsubs r3, #1\n\tsubs r5, #1\n\t"                           \
    "lsls r10, r10, #5\n\tlsls r11, r11, #5\n\tvshllb.s8 q2, q0, #5\n\tvshllt.s8 q3, q0, #5\n\t"               \
    "vsub.i16 q2, q2, r10\n\tvsub.i16 q3, q3, r10\n\tvshllb.s16 q4, q2, #16\n\t"                               \
    "vshllt.s16 q5, q2, #16\n\tvshllb.s16 q6, q3, #16\n\tvshllt.s16 q7, q3, #16\n\t"                           \
    "vqdmulh.s32 q4, q4, r2\n\tvqdmulh.s32 q5, q5, r2\n\tvqdmulh.s32 q6, q6, r2\n\t"                           \
    "vqdmulh.s32 q7, q7, r2\n\tvrshl.s32 q4, r3\n\tvrshl.s32 q5, r3\n\tvrshl.s32 q6, r3\n\t"                   \
    "vrshl.s32 q7, r3\n\tvshllb.s8 q2, q1, #5\n\tvshllt.s8 q1, q1, #5\n\tvsub.i16 q2, q2, r11\n\t"             \
    "vsub.i16 q1, q1, r11\n\tvshllb.s16 q0, q2, #16\n\tvshllt.s16 q2, q2, #16\n\t"                             \
    "vshllb.s16 q3, q1, #16\n\tvshllt.s16 q1, q1, #16\n\tvqdmulh.s32 q0, q0, r4\n\t"                           \
    "vqdmulh.s32 q2, q2, r4\n\tvqdmulh.s32 q3, q3, r4\n\tvqdmulh.s32 q1, q1, r4\n\tvrshl.s32 q0, r5\n\t"       \
    "vrshl.s32 q2, r5\n\tvrshl.s32 q3, r5\n\tvrshl.s32 q1, r5\n\tvadd.i32 q4, q4, q0\n\t"                      \
    "vadd.i32 q5, q5, q2\n\tvadd.i32 q6, q6, q3\n\tvadd.i32 q7, q7, q1\n\tvqdmulh.s32 q4, q4, r7\n\t"          \
    "vqdmulh.s32 q5, q5, r7\n\tvqdmulh.s32 q6, q6, r7\n\tvqdmulh.s32 q7, q7, r7\n\tvrshl.s32 q4, r8\n\t"       \
    "vrshl.s32 q5, r8\n\tvrshl.s32 q6, r8\n\tvrshl.s32 q7, r8\n"                                               \
    "29:\n\tldrsh r2, [r1, #6]\n\tvqmovnb.s32 q4, q4\n\tvqmovnt.s32 q4, q5\n\tvqmovnb.s32 q6, q6\n\t"          \
    "vqmovnt.s32 q6, q7\n\tvqadd.s16 q4, q4, r2\n\tvqadd.s16 q6, q6, r2\n\tldrsh r2, [r1, #8]\n\t"             \
    "ldrsh r3, [r1, #10]\n\tvqmovnb.s16 q0, q4\n\tvqmovnt.s16 q0, q6\n\tvdup.8 q1, r2\n\t"                     \
    "vdup.8 q2, r3\n\tvmax.s8 q0, q0, q1\n\tvmin.s8 q0, q0, q2\n\tb 25b\n"                                     \
    "28:\n\tlsls r10, r10, #4\n\tlsls r11, r11, #4\n\tvshllb.s8 q2, q0, #4\n\tvshllt.s8 q3, q0, #4\n\t"        \
    "vsub.i16 q2, q2, r10\n\tvsub.i16 q3, q3, r10\n\tvshllb.s16 q4, q2, #16\n\t"                               \
    "vshllt.s16 q5, q2, #16\n\tvshllb.s16 q6, q3, #16\n\tvshllt.s16 q7, q3, #16\n\tasr r12, r3, #31\n\t"       \
    "vqrdmulh.s32 q4, q4, r2\n\tvqrdmulh.s32 q5, q5, r2\n\tvqrdmulh.s32 q6, q6, r2\n\t"                        \
    "vqrdmulh.s32 q7, q7, r2\n\tvpt.s32 lt, q4, zr\n\tvaddt.i32 q4, q4, r12\n\tvpt.s32 lt, q5, zr\n\t"         \
    "vaddt.i32 q5, q5, r12\n\tvpt.s32 lt, q6, zr\n\tvaddt.i32 q6, q6, r12\n\tvpt.s32 lt, q7, zr\n\t"           \
    "vaddt.i32 q7, q7, r12\n\tvrshl.s32 q4, r3\n\tvrshl.s32 q5, r3\n\tvrshl.s32 q6, r3\n\t"                    \
    "vrshl.s32 q7, r3\n\tvshllb.s8 q2, q1, #4\n\tvshllt.s8 q1, q1, #4\n\tvsub.i16 q2, q2, r11\n\t"             \
    "vsub.i16 q1, q1, r11\n\tvshllb.s16 q0, q2, #16\n\tvshllt.s16 q2, q2, #16\n\t"                             \
    "vshllb.s16 q3, q1, #16\n\tvshllt.s16 q1, q1, #16\n\tasr r12, r5, #31\n\t"                                 \
    "vqrdmulh.s32 q0, q0, r4\n\tvqrdmulh.s32 q2, q2, r4\n\tvqrdmulh.s32 q3, q3, r4\n\t"                        \
    "vqrdmulh.s32 q1, q1, r4\n\tvpt.s32 lt, q0, zr\n\tvaddt.i32 q0, q0, r12\n\tvpt.s32 lt, q2, zr\n\t"         \
    "vaddt.i32 q2, q2, r12\n\tvpt.s32 lt, q3, zr\n\tvaddt.i32 q3, q3, r12\n\tvpt.s32 lt, q1, zr\n\t"           \
    "vaddt.i32 q1, q1, r12\n\tvrshl.s32 q0, r5\n\tvrshl.s32 q2, r5\n\tvrshl.s32 q3, r5\n\t"                    \
    "vrshl.s32 q1, r5\n\tvadd.i32 q4, q4, q0\n\tvadd.i32 q5, q5, q2\n\tvadd.i32 q6, q6, q3\n\t"                \
    "vadd.i32 q7, q7, q1\n\tasr r12, r8, #31\n\tvqrdmulh.s32 q4, q4, r7\n\tvqrdmulh.s32 q5, q5, r7\n\t"        \
    "vqrdmulh.s32 q6, q6, r7\n\tvqrdmulh.s32 q7, q7, r7\n\tvpt.s32 lt, q4, zr\n\t"                             \
    "vaddt.i32 q4, q4, r12\n\tvpt.s32 lt, q5, zr\n\tvaddt.i32 q5, q5, r12\n\tvpt.s32 lt, q6, zr\n\t"           \
    "vaddt.i32 q6, q6, r12\n\tvpt.s32 lt, q7, zr\n\tvaddt.i32 q7, q7, r12\n\tvrshl.s32 q4, r8\n\t"             \
    "vrshl.s32 q5, r8\n\tvrshl.s32 q6, r8\n\tvrshl.s32 q7, r8\n\tb 29b\n\t"

/* Makes the codes of a tile's blocks. The sums of two pixels by four channels, from the biases on, stand in r0,
 * r2, r4, r6 and r8, r10, r12, lr. Then four vectors have a channel of four pixels each. */
static inline void i8_make_blocks(i8_tile *t) {
    register void *r0 __asm__("r0") = t;
    __asm__ volatile(
        "push {r0, r4-r11, lr}\n"
        "10:\n\tldm r0, {r1, r9, r11}\n\tldmdb r1, {r0, r2, r4, r6}\n\t"
        "ldmdb r1, {r8, r10, r12, lr}\n\t" I8_TWO_PIXELS
        "push {r0, r2, r4, r6, r8, r10, r12, lr}\n\tldr r0, [sp, #32]\n\tldm r0, {r1, r9}\n\t"
        "ldmdb r1, {r0, r2, r4, r6}\n\tldmdb r1, {r8, r10, r12, lr}\n\t" I8_TWO_PIXELS
        "push {r0, r2, r4, r6, r8, r10, r12, lr}\n\tmov r1, sp\n\tldr r0, [sp, #64]\n\t"
        "vld40.32 {q0, q1, q2, q3}, [r1]\n\tvld41.32 {q0, q1, q2, q3}, [r1]\n\t"
        "vld42.32 {q0, q1, q2, q3}, [r1]\n\tvld43.32 {q0, q1, q2, q3}, [r1]\n\tadd sp, #64\n\t"
        "ldr r1, [r0]\n\tldrd r6, r8, [r0, #28]\n\tldm r1!, {r2, r3, r4, r5}\n\t"
        "lsls r7, r6, #1\n\t" I8_TO_CODES(
            "q0", "q1", "q2", "q3", "r2", "r3", "r4", "r5", "r6", "r7",
            "r8") "ldrd r1, r2, [r0, #12]\n\tldrd r3, r4, [r0, #20]\n\tvmov r5, r7, q0[2], q0[0]\n\t"
                  "vmov r6, r8, q0[3], q0[1]\n\tstr r5, [r1]\n\tstr r6, [r1, r2]\n\tstr r7, [r1, r3]\n\t"
                  "str r8, [r1, r4]\n\tldrd r2, r3, [r0, #36]\n\tadd r9, #16\n\tadd r2, r9\n\t"
                  "adds r1, #4\n\tstrd r9, r2, [r0]\n\tstr r1, [r0, #12]\n\tcmp r1, r3\n\tbne 10b\n\t"
                  /* four more pixels */
                  "ldr r2, [r0, #44]\n\tsubs r2, #1\n\tbeq 13f\n\tstr r2, [r0, #44]\n\t"
                  "ldrd r4, r5, [r0, #48]\n\tldrd r6, r7, [r0, #56]\n\tldr r8, [r0, #36]\n\tadd r1, r5\n\t"
                  "add r3, r6\n\tadd r8, r4\n\tstrd r4, r8, [r0]\n\tstr r1, [r0, #12]\n\t"
                  "str r3, [r0, #40]\n\tldrd r1, r2, [r0, #80]\n\tldr r3, [r0, #100]\n\tadd r2, r3\n\t"
                  "str r2, [r0, #84]\n\tldr r1, [r0, #8]\n\tldr r2, [r0, #64]\n"
                  "12:\n\tldrd r3, r4, [r1]\n\tadd r3, r7\n\tadd r4, r7\n\tstrd r3, r4, [r1], #16\n\t"
                  "subs r2, #1\n\tbne 12b\n\tb 10b\n\t" I8_OTHER_WAYS("q0", "q1", "q2", "q3", "r2", "r3", "r4",
                                                                      "r5", "r6", "r7", "r7", "", "")
                      I8_RESIDUAL "13:\n\tpop {r0, r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory" I8_PREDICATE);
}

/* The same where a pixel has at most 16 inputs, and no residual is added: they stay in q0 to q3. Where there
 * are 8, a vector has them twice, and another has the weights of two channels. */
static inline void i8_make_small(i8_tile *t) {
    register void *r0 __asm__("r0") = t;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "9:\n\tldrd r11, r5, [r0, #104]\n\tldrd r6, r7, [r0, #112]\n\tldr r4, [r0, #8]\n\t"
        "add r5, r4\n\tadd r6, r4\n\tadd r7, r4\n\tvctp.8 r11\n\tcmp r11, #8\n\tbne 1f\n\t"
        "ldr r8, [r4]\n\tldr r10, [r4, #4]\n\tvmov q0[2], q0[0], r8, r8\n\t"
        "vmov q0[3], q0[1], r10, r10\n\tldr r8, [r5]\n\tldr r10, [r5, #4]\n\t"
        "vmov q1[2], q1[0], r8, r8\n\tvmov q1[3], q1[1], r10, r10\n\tldr r8, [r6]\n\t"
        "ldr r10, [r6, #4]\n\tvmov q2[2], q2[0], r8, r8\n\tvmov q2[3], q2[1], r10, r10\n\t"
        "ldr r8, [r7]\n\tldr r10, [r7, #4]\n\tvmov q3[2], q3[0], r8, r8\n\t"
        "vmov q3[3], q3[1], r10, r10\n\tb 2f\n"
        "1:\n\tvpstttt\n\tvldrbt.8 q0, [r4]\n\tvldrbt.8 q1, [r5]\n\tvldrbt.8 q2, [r6]\n\t"
        "vldrbt.8 q3, [r7]\n"
        "2:\n\tldrd r1, r2, [r0]\n\tldrd r3, r5, [r0, #12]\n\tldrd r7, r9, [r0, #20]\n\t"
        "ldrd r12, lr, [r0, #28]\n"
        "10:\n\tcmp r11, #8\n\tbne 14f\n\tvldrb.8 q6, [r2], #16\n\tvpstete\n\t"
        "vmladavt.s8 r4, q6, q0\n\tvmladave.s8 r6, q6, q0\n\tvmladavt.s8 r8, q6, q2\n\t"
        "vmladave.s8 r10, q6, q2\n\tvmov q4[2], q4[0], r4, r8\n\tvmov q5[2], q5[0], r6, r10\n\t"
        "vpstete\n\tvmladavt.s8 r6, q6, q1\n\tvmladave.s8 r4, q6, q1\n\t"
        "vmladavt.s8 r10, q6, q3\n\tvmladave.s8 r8, q6, q3\n\tvldrb.8 q7, [r2], #16\n\t"
        "vmov q4[3], q4[1], r4, r8\n\tvmov q5[3], q5[1], r6, r10\n\tvpstete\n\t"
        "vmladavt.s8 r4, q7, q0\n\tvmladave.s8 r6, q7, q0\n\tvmladavt.s8 r8, q7, q2\n\t"
        "vmladave.s8 r10, q7, q2\n\tvmov q6[2], q6[0], r4, r8\n\tvpstete\n\t"
        "vmladavt.s8 r12, q7, q1\n\tvmladave.s8 r4, q7, q1\n\tvmladavt.s8 lr, q7, q3\n\t"
        "vmladave.s8 r8, q7, q3\n\tvmov q6[3], q6[1], r4, r8\n\tvmov q7[2], q7[0], r6, r10\n\t"
        "vmov q7[3], q7[1], r12, lr\n\tldrd r12, lr, [r0, #28]\n"
        "15:\n\tldmdb r1, {r4, r6, r8, r10}\n\tvadd.i32 q4, q4, r4\n\tvadd.i32 q5, q5, r6\n\t"
        "vadd.i32 q6, q6, r8\n\tvadd.i32 q7, q7, r10\n\tlsls r4, r12, #1\n\t"
        "ldm r1!, {r4, r6, r8, r10}\n\t" I8_TO_CODES(
            "q4", "q5", "q6", "q7", "r4", "r6", "r8", "r10", "r12", "r4",
            "lr") "vmov r4, r8, q4[2], q4[0]\n\tvmov r6, r10, q4[3], q4[1]\n\tstr r4, [r3]\n\t"
                  "str r6, [r3, r5]\n\tstr r8, [r3, r7]\n\tstr r10, [r3, r9]\n\tldrd r4, r6, [r0, #36]\n\t"
                  "add r1, r2, #16\n\tadds r3, #4\n\tadd r2, r1, r4\n\tcmp r3, r6\n\tbne 10b\n\t"
                  /* four more pixels */
                  "strd r1, r2, [r0]\n\tldr r2, [r0, #44]\n\tsubs r2, #1\n\tbeq 13f\n\t"
                  "str r2, [r0, #44]\n\tldrd r1, r5, [r0, #48]\n\tadd r2, r1, r4\n\tstrd r1, r2, [r0]\n\t"
                  "ldrd r7, r8, [r0, #56]\n\tldr r4, [r0, #8]\n\tadd r3, r5\n\tadd r6, r7\n\tadd r4, r8\n\t"
                  "str r3, [r0, #12]\n\tstr r6, [r0, #40]\n\tstr r4, [r0, #8]\n\tb 9b\n"
                  "14:\n\tvpst\n\tvldrbt.8 q4, [r2]\n\tadd r2, r11\n\tvmladav.s8 r4, q4, q0\n\t"
                  "vmladav.s8 r6, q4, q1\n\tvmladav.s8 r8, q4, q2\n\tvmladav.s8 r10, q4, q3\n\t"
                  "vmov q4[2], q4[0], r4, r8\n\tvmov q4[3], q4[1], r6, r10\n\tvpst\n\tvldrbt.8 q5, [r2]\n\t"
                  "add r2, r11\n\tvmladav.s8 r4, q5, q0\n\tvmladav.s8 r6, q5, q1\n\t"
                  "vmladav.s8 r8, q5, q2\n\tvmladav.s8 r10, q5, q3\n\tvmov q5[2], q5[0], r4, r8\n\t"
                  "vmov q5[3], q5[1], r6, r10\n\tvpst\n\tvldrbt.8 q6, [r2]\n\tadd r2, r11\n\t"
                  "vmladav.s8 r4, q6, q0\n\tvmladav.s8 r6, q6, q1\n\tvmladav.s8 r8, q6, q2\n\t"
                  "vmladav.s8 r10, q6, q3\n\tvmov q6[2], q6[0], r4, r8\n\tvmov q6[3], q6[1], r6, r10\n\t"
                  "vpst\n\tvldrbt.8 q7, [r2]\n\tadd r2, r11\n\tvmladav.s8 r4, q7, q0\n\t"
                  "vmladav.s8 r6, q7, q1\n\tvmladav.s8 r8, q7, q2\n\tvmladav.s8 r10, q7, q3\n\t"
                  "vmov q7[2], q7[0], r4, r8\n\tvmov q7[3], q7[1], r6, r10\n\tb 15b\n\t" I8_OTHER_WAYS(
                      "q4", "q5", "q6", "q7", "r4", "r6", "r8", "r10", "r12", "r4", "r9", "vctp.8 r11\n\t",
                      "ldr r9, [r0, #24]\n\t") "b 25b\n"
                                               "13:\n\tpop {r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory" I8_PREDICATE);
}

/* The same of pixel 0 alone, from the list that t->from begins with. The last block may have less than four
 * channels. Lanes are channels. */
static inline void i8_make_pixel(i8_tile *t) {
    register void *r0 __asm__("r0") = t;
    __asm__ volatile("push {r0, r4-r11, lr}\n"
                     "10:\n\tldm r0, {r11, r12}\n\tmov r2, r12\n\tldr r9, [r0, #8]\n\t"
                     "ldmdb r11, {r4, r6, r8, r10}\n"
                     "1:\n\tldm r9!, {r1, r3, r5, r7}\n\tlsrs r5, r5, #1\n\tbeq 4f\n\tdls lr, r5\n\tbcc 8f\n"
                     "2:\n\tvldrb.8 q0, [r1], #16\n\tvldrb.8 q1, [r2], #16\n\tvmladava.s8 r4, q1, q0\n\t"
                     "vldrb.8 q2, [r2], #16\n\tvmladava.s8 r6, q2, q0\n\tvldrb.8 q1, [r2], #16\n\t"
                     "vmladava.s8 r8, q1, q0\n\tvldrb.8 q2, [r2], #16\n\tvmladava.s8 r10, q2, q0\n"
                     "8:\n\tvldrb.8 q0, [r1], #16\n\tvldrb.8 q1, [r2], #16\n\tvmladava.s8 r4, q1, q0\n\t"
                     "vldrb.8 q2, [r2], #16\n\tvmladava.s8 r6, q2, q0\n\tvldrb.8 q1, [r2], #16\n\t"
                     "vmladava.s8 r8, q1, q0\n\tvldrb.8 q2, [r2], #16\n\tvmladava.s8 r10, q2, q0\n\t"
                     "le lr, 2b\n"
                     "4:\n\tands r5, r7, #15\n\tbeq 3f\n\tvctp.8 r5\n\tvpstt\n\tvldrbt.8 q0, [r1]\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\tvmladava.s8 r4, q1, q0\n\tvpst\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\tvmladava.s8 r6, q1, q0\n\tvpst\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\tvmladava.s8 r8, q1, q0\n\tvpst\n\t"
                     "vldrbt.8 q1, [r2]\n\tadd r2, r5\n\tvmladava.s8 r10, q1, q0\n"
                     "3:\n\tcmp r7, #0\n\tbge 1b\n\tldr r0, [sp]\n\tmov r1, r11\n\t"
                     "vmov q0[2], q0[0], r4, r8\n\tvmov q0[3], q0[1], r6, r10\n\tldrd r6, r8, [r0, #28]\n\t"
                     "vldrw.32 q1, [r1]\n\tvldrb.s32 q2, [r1, #16]\n\tlsls r7, r6, #1\n\tbcs 20f\n\t"
                     "bmi 22f\n"
                     "23:\n\tvqdmulh.s32 q0, q0, q1\n"
                     "21:\n\tvrshl.s32 q0, q0, q2\n\tldrd r3, r4, [r0, #68]\n\tvqadd.s32 q0, q0, r8\n\t"
                     "vdup.32 q1, r3\n\tvdup.32 q2, r4\n\tldr r5, [r0, #76]\n\tvmax.s32 q0, q0, q1\n\t"
                     "vmin.s32 q0, q0, q2\n\tldrd r3, r4, [r0, #36]\n\tcmp r5, #0\n\tbne 24f\n"
                     "25:\n\tldr r1, [r0, #12]\n\tadd r2, #16\n\tsubs r5, r4, r1\n\tadd r3, r2\n\t"
                     "vctp.32 r5\n\tstrd r2, r3, [r0]\n\tvpst\n\tvstrbt.32 q0, [r1]\n\tadds r1, #4\n\t"
                     "str r1, [r0, #12]\n\tcmp r1, r4\n\tblo 10b\n\tb 13f\n\t"
                     /* as TFLite rounds */
                     "20:\n\tvqrdmulh.s32 q0, q0, q1\n\tbpl 21b\n\tvshr.s32 q3, q0, #31\n\t"
                     "vadd.i32 q0, q0, q3\n\tb 21b\n\t"
                     /* shifts to the left */
                     "22:\n\tvldrb.s32 q3, [r1, #20]\n\tvqshl.s32 q0, q0, q3\n\tb 23b\n\t"
                     /* tables */
                     "24:\n\tmov r7, #128\n\tvadd.i32 q0, q0, r7\n\tlsls r7, r6, #31\n\tbeq 26f\n\t"
                     "add r1, r3\n\tvldrb.s32 q1, [r1, #-4]\n\tvshl.i32 q1, q1, #8\n\tvadd.i32 q0, q0, q1\n"
                     "26:\n\tvldrb.s32 q1, [r5, q0]\n\tvmov q0, q1\n\tb 25b\n"
                     "13:\n\tpop {r0, r4-r11, lr}\n\t"
                     : "+r"(r0)
                     :
                     : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "cc", "memory" I8_PREDICATE);
}

/* Makes a tile's codes. */
static inline void i8_make(i8_tile *t, int kind) {
    if (kind == I8_SMALL)
        i8_make_small(t);
    else if (kind == I8_ONE)
        i8_make_pixel(t);
    else
        i8_make_blocks(t);
}

/* Makes the channels from c on of the first n of a tile's four pixels, 16 at a time, by way of a copy: where a
 * block of four pixels has less than four channels, and where the codes go over the residual. */
__attribute__((noinline)) static void i8_make_apart(i8_tile *t, int kind, int8_t *y, const int8_t *r, int n,
                                                    int32_t c, const i8_layer *k) {
    int8_t codes[64];
    t->flags &= ~I8_DO_ADD;
    for (int i = 0; i < 3; i++) t->y_of[i] = (i + 1) * I8_SIXTEEN;
    for (; c < k->channels; c += I8_SIXTEEN) {
        const int32_t left = k->channels - c, count = left < I8_SIXTEEN ? left : I8_SIXTEEN;
        t->y = codes;
        t->y_end = codes + (count + 3) / I8_FOUR * I8_FOUR;
        t->fours = 1;
        i8_make(t, kind);
        i8_follow(y + c, k->y_step, codes, I8_SIXTEEN, r ? r + c : NULL, k->r_step, n, count, &k->end);
    }
}

/* Whether blocks may add the residual: see i8_add_short. Codes are shifted by the 20 bits of TFLite's. */
static inline int i8_adds_short(const i8_sum *k) {
    return k->left == 20 && k->x_by.shift <= 0 && k->z_by.shift <= 0 && k->y_by.shift < 0;
}

/* Whether the codes of n pixels go over their residual. */
static inline int i8_over(const int8_t *y, const int8_t *r, int n, const i8_layer *k) {
    return r && r + n * k->r_step > y && y + n * k->y_step > r;
}

/* Sets where pixels 1, 2 and 3 lie, of n; those that lack lie where the first one does. */
static inline void i8_set_steps(int32_t *of, int32_t step, int n) {
    for (int i = 0; i < 3; i++) of[i] = i + 1 < n ? (i + 1) * step : 0;
}

/* What a layer's tiles have in common. */
static void i8_set_tile(i8_tile *t, const int8_t *w, const i8_layer *k, int adds) {
    const i8_end *const end = &k->end;
    const int full = k->channels / I8_FOUR * I8_FOUR, way = i8_way(end);
    const int bounded = end->least > -128 || end->most < 127;
    t->first = w + 16;
    t->head = 16 + I8_FOUR * i8_byte_rows(end);
    t->y_back = I8_FOUR * k->y_step - full;
    t->y_four = I8_FOUR * k->y_step;
    t->flags =
        (way < 2 ? I8_DO_TFLITE : 0) | (way & 1 ? I8_DO_ALSO : 0) | (end->how & I8_SEVERAL ? I8_DO_EACH : 0);
    if (adds || end->table || bounded) t->flags |= I8_DO_MORE;
    if (bounded || !end->table) t->flags |= I8_DO_BOUND;
    t->zero = end->zero;
    t->least = end->least;
    t->most = end->most;
    t->table = end->table;
    t->r_four = I8_FOUR * (k->r_step - k->y_step);
}

/* Sets where the rows of n pixels begin: those of pixels 2 and 3, then those of 0 and 1. The first pixel stands
 * for those that lack. */
static inline void i8_place(i8_stretch *list, const int8_t *const *rows, int count, int32_t at, int32_t step,
                            int n, const i8_layer *k) {
    for (int i = 0; i < count; i++) {
        const int8_t *const x = rows[i] + at;
        const uint32_t rest = (uint32_t)k->inputs % I8_SIXTEEN | (uint32_t)(i == count - 1) << 31;
        const int32_t times = k->inputs / I8_SIXTEEN + 1;
        list[i] = (i8_stretch){n > 2 ? x + 2 * step : x, n > 3 ? x + 3 * step : x, times, rest};
        list[count + i] = (i8_stretch){x, n > 1 ? x + step : x, times, rest};
    }
}

/* Makes all channels of `pixels` pixels, each over a stretch of inputs of each row: those of pixel m begin at
 * rows[i][at + m * step]. There are 1 to I8_MOST_ROWS rows. y and r: the first channel of the first pixel, of
 * the output and of the residual. Where there are several rows, each has 16 inputs or more. */
__attribute__((noinline)) static void i8_row_dots(const int8_t *const *rows, int count, int32_t at,
                                                  int32_t step, int pixels, const int8_t *w, int8_t *y,
                                                  const int8_t *r, const i8_layer *k) {
    i8_stretch list[2 * I8_MOST_ROWS];
    i8_tile t;
    const int small = count == 1 && k->inputs <= I8_SIXTEEN;
    const int adds = r && !small && i8_adds_short(k->end.sum);
    const int32_t full = k->channels / I8_FOUR * I8_FOUR;
    /* The codes may go over the residual, but over nothing of it that is still to be read. */
    const int same = y == r && k->y_step == k->r_step;
    const int whole = full == k->channels && (adds || !r) && (same || !i8_over(y, r, pixels, k));
    i8_set_tile(&t, w, k, adds);
    t.x_four = I8_FOUR * step;
    t.rows = 2 * count;
    t.sum = k->end.sum;
    t.inputs = k->inputs;
    for (int m = 0, n; m < pixels; m += n, y += n * k->y_step) {
        const int left = pixels - m, some = left < I8_FOUR ? left : I8_FOUR;
        const int8_t *const z = r ? r + m * k->r_step : NULL;
        const int kind = some == 1 ? I8_ONE : small ? I8_SMALL : I8_FOURS;
        int32_t blocks = !(adds && same) && i8_over(y, z, some, k) ? 0 : full;
        if (kind == I8_ONE) blocks = r ? 0 : k->channels;
        n = whole && left > I8_FOUR ? left - left % I8_FOUR : some;
        i8_place(list, rows, count, at + m * step, step, some, k);
        i8_set_steps(t.y_of, k->y_step, some);
        if (adds) i8_set_steps(t.r_of, k->r_step, some);
        if (kind == I8_SMALL) i8_set_steps(t.x_of, step, some);
        t.from = kind == I8_SMALL ? (void *)(uintptr_t)(rows[0] + at + m * step) : list;
        if (adds) t.flags |= I8_DO_ADD;
        t.w = t.first;
        t.weights = t.w + t.head;
        t.y = y;
        t.y_end = y + blocks;
        t.r = z ? (int32_t)((uintptr_t)z - (uintptr_t)y) : 0;
        t.fours = n < I8_FOUR ? 1 : n / I8_FOUR;
        if (blocks) i8_make(&t, kind);
        if (blocks && r && !adds) i8_follow(y, k->y_step, y, k->y_step, z, k->r_step, n, blocks, &k->end);
        if (blocks < k->channels) i8_make_apart(&t, kind, y, z, n, blocks, k);
    }
}

/* The same of pixels whose inputs lie in one stretch: those of pixel m begin at x[m * step]. */
static inline void i8_dots(const int8_t *x, int32_t step, int pixels, const int8_t *w, int8_t *y,
                           const int8_t *r, const i8_layer *k) {
    i8_row_dots(&x, 1, 0, step, pixels, w, y, r, k);
}
