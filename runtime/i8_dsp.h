/* i8_dsp.h: kernels for integer layers by the DSP instructions of Armv7E-M (Cortex-M4, M7, M33).
 *
 * The inputs of up to four pixels are widened to pairs of 16 bits first, once for all channels. Of each four
 * inputs a pixel has a pair with the first and the third, and later a pair with the second and the fourth, as
 * sxtb16 makes them of a word; the pixels' pairs lie side by side.
 *
 * The inner loops are functions in assembly: compilers move the loads of such loops apart, and then run out of
 * registers. They copy what they need to the stack, where it takes no register to find it. All of this is
 * Thumb-2, for GCC and clang. */
#include "i8.h"

/* Attributes of a function that is assembly alone. It is declared without parameters, since compilers store
 * parameters before the first line where they do not optimize. Its address is a multiple of 4, as adr counts.
 */
#define I8_ASSEMBLY __attribute__((naked, noinline, used, aligned(4)))

/* How blocks end; see i8_blocks. */
enum { I8_TO_SUMS, I8_TO_CODES, I8_TO_POSITIVE, I8_TO_RIGHT = I8_TO_POSITIVE };

/* The offsets of what the functions of i8_blocks keep on the stack: the fields, with places of sizes. */
#define I8_TILE        "[sp]"
#define I8_END         "[sp, #4]"
#define I8_HEAD_BYTES  "[sp, #8]"
#define I8_WEIGHTS_END "[sp, #12]"
#define I8_PLACE       "[sp, #16]"
#define I8_TABLE       "[sp, #24]"
#define I8_NUMBERED    "[sp, #28]"
#define I8_HALF        "[sp, #32]"
#define I8_ENTRY       "[sp, #40]"
#define I8_FINISH      "[sp, #44]"
#define I8_AFTER       "[sp, #48]"
#define I8_HEAD        "[sp, #52]"

/* What the function of some blocks of two channels needs, besides where they lie. */
typedef struct i8_blocks {
    int32_t tile_bytes;   /* of the widened inputs */
    int32_t head_bytes;   /* before a block's weights */
    int32_t weight_bytes; /* of all blocks */
    int32_t y_step;       /* from a pixel to the next */
    const int8_t *table;  /* its middle, or NULL */
    int32_t numbered;     /* channels have the numbers of their tables */
    int32_t half;         /* 2 * zero + 1 */
    int32_t mode;         /* I8_TO_.. */
    int32_t fours;        /* of inputs */
} i8_blocks;

/* A function that is assembly, and what a function of blocks is in truth, which computes those from w on, of
 * the widened inputs x. y: the first code, or the sums of one block, those of the first channel first. And one
 * that widens `count` inputs of four pixels, which lie `step` apart. */
typedef void (*i8_assembly)(void);
typedef void (*i8_blocks_function)(const i8_blocks *k, const int8_t *w, const int8_t *x, void *y);
typedef void (*i8_widen4_function)(int8_t *tile, const int8_t *x, int32_t step, int32_t count);

/* The first instructions: r1 is the weights, r2 the inputs, r3 the place of codes; the addresses of the code
 * that this call takes. The first four inputs are taken before the loop, in which the rest begins where whole
 * sixteens are left. */
#define I8_BEGIN(count)                                                                                        \
    "push {r4-r11, lr}\n"                                                                                      \
    "sub sp, sp, #56\n"                                                                                        \
    "mov r6, r3\n"                                                                                             \
    "ldm r0, {r3-r5, r7-r12}\n"                                                                                \
    "add r3, r3, r2\n"                                                                                         \
    "add r5, r5, r1\n"                                                                                         \
    "stm sp, {r2-r12}\n"                                                                                       \
    "adr.w r4, 4f\n" count "beq 8f\n"                                                                          \
    "adr.w r4, 2f\n"                                                                                           \
    "ands r7, r7, #3\n"                                                                                        \
    "beq 8f\n"                                                                                                 \
    "adr.w r4, 11f\n"                                                                                          \
    "cmp r7, #2\n"                                                                                             \
    "beq 8f\n"                                                                                                 \
    "adr.w r4, 3f\n"                                                                                           \
    "bhi 8f\n"                                                                                                 \
    "adr.w r4, 12f\n"                                                                                          \
    "8:\n"                                                                                                     \
    "adr.w r5, 5f\n"                                                                                           \
    "cmp r11, #1\n"                                                                                            \
    "blo 8f\n"                                                                                                 \
    "adr.w r5, 6f\n"                                                                                           \
    "beq 8f\n"                                                                                                 \
    "adr.w r5, 7f\n"                                                                                           \
    "8:\n"                                                                                                     \
    "adr.w r6, 10f\n"                                                                                          \
    "cmp r8, #0\n"                                                                                             \
    "beq 8f\n"                                                                                                 \
    "adr.w r6, 9f\n"                                                                                           \
    "8:\n"                                                                                                     \
    "orr r4, r4, #1\n"                                                                                         \
    "orr r5, r5, #1\n"                                                                                         \
    "orr r6, r6, #1\n"                                                                                         \
    "add r7, sp, #40\n"                                                                                        \
    "stm r7, {r4-r6}\n"
#define I8_ALL_BUT_ONE "subs r7, r12, #1\n"

/* A block of channels begins: r0 is the tile, sum0 and sum1 are the biases. */
#define I8_BLOCK(sum0, sum1)                                                                                   \
    "1:\n"                                                                                                     \
    "str r1, " I8_HEAD "\n"                                                                                    \
    "ldr r10, " I8_HEAD_BYTES "\n"                                                                             \
    "ldr r0, " I8_TILE "\n"                                                                                    \
    "ldrd " #sum0 ", " #sum1 ", [r1]\n"                                                                        \
    "add r1, r1, r10\n"

/* The loop over inputs, sixteen at a time; the first four have been taken. */
#define I8_LOOP(step, last)                                                                                    \
    "ldr pc, " I8_ENTRY "\n"                                                                                   \
    "2:\n" I8_FOUR(step) "3:\n" I8_FOUR(step) "11:\n" I8_FOUR(step) "12:\n" I8_FOUR(step) "ldr r10, " I8_END   \
                                                                                          "\n"                 \
                                                                                          "cmp r0, r10\n"      \
                                                                                          "bne.w 2b\n"         \
                                                                                          "4:\n" last          \
                                                                                          "ldr pc, " I8_FINISH \
                                                                                          "\n"
#define I8_FOUR(step) step

/* The sums are what is wanted. */
#define I8_KEEP(sums)                                                                                          \
    "5:\n"                                                                                                     \
    "ldr r10, " I8_PLACE "\n"                                                                                  \
    "stm r10, {" sums "}\n"                                                                                    \
    "add sp, sp, #56\npop {r4-r11, pc}\n"

/* How a sum becomes a code, with the multiplier in r12, shifts to the left and to the right in r10 and r11, and
 * half of what is rounded with the zero point in lr. I8_TFLITE: the doubled product's high half, then the
 * shift, both rounded; `positive` where the codes of sums below 0 are all the least one. I8_ONCE: the floor of
 * the high half is exact enough; `right` where nothing is shifted to the left. */
#define I8_POSITIVE_CODE(sum)                                                                                  \
    "lsl " #sum ", " #sum ", r10\n"                                                                            \
    "smmlar " #sum ", " #sum ", r12, lr\n"                                                                     \
    "asr " #sum ", " #sum ", r11\n"                                                                            \
    "ssat " #sum ", #8, " #sum "\n"
#define I8_TFLITE_CODE(sum)                                                                                    \
    "lsl " #sum ", " #sum ", r10\n"                                                                            \
    "smmulr " #sum ", " #sum ", r12\n"                                                                         \
    "add " #sum ", " #sum ", " #sum ", asr #31\n"                                                              \
    "add " #sum ", " #sum ", lr\n"                                                                             \
    "asr " #sum ", " #sum ", r11\n"                                                                            \
    "ssat " #sum ", #8, " #sum "\n"
#define I8_ONCE_CODE(sum) "lsl " #sum ", " #sum ", r10\n" I8_RIGHT_CODE(sum)
#define I8_RIGHT_CODE(sum)                                                                                     \
    "smmla " #sum ", " #sum ", r12, lr\n"                                                                      \
    "asr " #sum ", " #sum ", r11\n"                                                                            \
    "ssat " #sum ", #8, " #sum "\n"

/* What these want of the packed shift, which is in `right`; half has 2 * zero + 1. I8_TFLITE doubles. I8_ONCE
 * has at least two bits to the right, of which the multiplication takes one. */
#define I8_TFLITE_SHIFTS(left, right, half)                                                                    \
    "usat " #left ", #5, " #right "\n"                                                                         \
    "sub " #right ", " #left ", " #right "\n"                                                                  \
    "lsl " #half ", " #half ", " #right "\n"                                                                   \
    "asr " #half ", " #half ", #1\n"                                                                           \
    "add " #left ", " #left ", #1\n"
#define I8_ONCE_SHIFTS(left, right, half)                                                                      \
    "add " #right ", " #right ", #2\n"                                                                         \
    "usat " #left ", #5, " #right "\n"                                                                         \
    "sub " #right ", " #left ", " #right "\n"                                                                  \
    "lsl " #half ", " #half ", " #right "\n"                                                                   \
    "add " #right ", " #right ", #1\n"

/* The same for a channel of a block. */
#define I8_CHANNEL(multiplier_at, shift_at, shifts)                                                            \
    "ldr r0, " I8_HEAD "\n"                                                                                    \
    "ldr lr, " I8_HALF "\n"                                                                                    \
    "ldr r12, [r0, #" #multiplier_at "]\n"                                                                     \
    "ldrsb r11, [r0, #" #shift_at "]\n" shifts(r10, r11, lr)

/* The tables of the two channels: r10 and r12. */
#define I8_TABLES                                                                                              \
    "9:\n"                                                                                                     \
    "ldr r10, " I8_TABLE "\n"                                                                                  \
    "ldr r0, " I8_NUMBERED "\n"                                                                                \
    "mov r12, r10\n"                                                                                           \
    "cbz r0, 8f\n"                                                                                             \
    "ldr r11, " I8_HEAD "\n"                                                                                   \
    "ldr lr, " I8_HEAD_BYTES "\n"                                                                              \
    "add r11, r11, lr\n"                                                                                       \
    "ldrb lr, [r11, #-4]\n"                                                                                    \
    "ldrb r11, [r11, #-3]\n"                                                                                   \
    "add r10, r10, lr, lsl #8\n"                                                                               \
    "add r12, r12, r11, lsl #8\n"                                                                              \
    "8:\n"
#define I8_LOOK_UP(code)      "ldrb " #code ", [r10, " #code "]\n"
#define I8_LOOK_UP_NEXT(code) "ldrb " #code ", [r12, " #code "]\n"

/* The places of the pixels' codes are r0, with the step r10; a pixel's two codes are stored together. */
#define I8_PLACES                                                                                              \
    "10:\n"                                                                                                    \
    "ldrd r0, r10, " I8_PLACE "\n"
#define I8_STORE(first, second, place)                                                                         \
    "bfi " #first ", " #second ", #8, #8\n"                                                                    \
    "strh " #first ", " place "\n"
#define I8_NEXT_BLOCK                                                                                          \
    "ldr r10, " I8_WEIGHTS_END "\n"                                                                            \
    "adds r0, r0, #2\n"                                                                                        \
    "str r0, " I8_PLACE "\n"                                                                                   \
    "cmp r1, r10\n"                                                                                            \
    "bne.w 1b\n"                                                                                               \
    "add sp, sp, #56\npop {r4-r11, pc}\n"

/* Weights of four inputs of both channels, widened: r12 and lr have the first and the third, then the second
 * and the fourth. With few pixels there is room for them as they are, too, in r10 and r11. */
#define I8_EVEN_WEIGHTS                                                                                        \
    "ldrd r12, lr, [r1]\n"                                                                                     \
    "sxtb16 r12, r12\n"                                                                                        \
    "sxtb16 lr, lr\n"
#define I8_ODD_WEIGHTS                                                                                         \
    "ldrd r12, lr, [r1], #8\n"                                                                                 \
    "sxtb16 r12, r12, ror #8\n"                                                                                \
    "sxtb16 lr, lr, ror #8\n"
#define I8_EVEN_KEPT                                                                                           \
    "ldrd r10, r11, [r1], #8\n"                                                                                \
    "sxtb16 r12, r10\n"                                                                                        \
    "sxtb16 lr, r11\n"
#define I8_ODD_KEPT                                                                                            \
    "sxtb16 r12, r10, ror #8\n"                                                                                \
    "sxtb16 lr, r11, ror #8\n"

/* Four inputs: sum += x * w. `add` in the first ones: sums that come from the bias. */
#define I8_MAC(sum, x, w)        "smlad " #sum ", " #x ", " #w ", " #sum "\n"
#define I8_FROM(bias, sum, x, w) "smlad " #sum ", " #x ", " #w ", " #bias "\n"

/* Four pixels: the sums are r2-r5 and r6-r9. */
#define I8_HALF_4                                                                                              \
    "ldrd r10, r11, [r0], #8\n" I8_MAC(r2, r10, r12) I8_MAC(r3, r11, r12) I8_MAC(r6, r10, lr)                  \
        I8_MAC(r7, r11, lr) "ldrd r10, r11, [r0], #8\n" I8_MAC(r4, r10, r12) I8_MAC(r5, r11, r12)              \
            I8_MAC(r8, r10, lr) I8_MAC(r9, r11, lr)
#define I8_FIRST_HALF_4                                                                                        \
    "ldrd r10, r11, [r0, #8]\n" I8_FROM(r2, r4, r10, r12) I8_FROM(r2, r5, r11, r12) I8_FROM(r6, r8, r10, lr)   \
        I8_FROM(r6, r9, r11, lr) "ldrd r10, r11, [r0], #16\n" I8_FROM(r2, r3, r11, r12)                        \
            I8_FROM(r6, r7, r11, lr) I8_MAC(r2, r10, r12) I8_MAC(r6, r10, lr)
#define I8_STEP_4(even, odd)  even I8_HALF_4 odd I8_HALF_4
#define I8_FIRST_4(even, odd) I8_BLOCK(r2, r6) even I8_FIRST_HALF_4 odd I8_HALF_4
#define I8_SUMS_4             "r2-r9"
#define I8_LANE_4(what)       what(r2) what(r3) what(r4) what(r5)
#define I8_NEXT_LANE_4(what)  what(r6) what(r7) what(r8) what(r9)
#define I8_STORE_4                                                                                             \
    "add r11, r0, r10\n" I8_STORE(r2, r6, "[r0]") I8_STORE(r3, r7, "[r0, r10]")                                \
        I8_STORE(r4, r8, "[r0, r10, lsl #1]") I8_STORE(r5, r9, "[r11, r10, lsl #1]")

/* Three pixels: the sums are r2-r4 and r5-r7. */
#define I8_HALF_3                                                                                              \
    "ldm r0!, {r8-r10}\n" I8_MAC(r2, r8, r12) I8_MAC(r3, r9, r12) I8_MAC(r4, r10, r12) I8_MAC(r5, r8, lr)      \
        I8_MAC(r6, r9, lr) I8_MAC(r7, r10, lr)
#define I8_FIRST_HALF_3                                                                                        \
    "ldm r0!, {r8-r10}\n" I8_FROM(r2, r3, r9, r12) I8_FROM(r2, r4, r10, r12) I8_MAC(r2, r8, r12)               \
        I8_FROM(r5, r6, r9, lr) I8_FROM(r5, r7, r10, lr) I8_MAC(r5, r8, lr)
#define I8_STEP_3(even, odd)  even I8_HALF_3 odd I8_HALF_3
#define I8_FIRST_3(even, odd) I8_BLOCK(r2, r5) even I8_FIRST_HALF_3 odd I8_HALF_3
#define I8_SUMS_3             "r2-r7"
#define I8_LANE_3(what)       what(r2) what(r3) what(r4)
#define I8_NEXT_LANE_3(what)  what(r5) what(r6) what(r7)
#define I8_STORE_3            I8_STORE(r2, r5, "[r0]") I8_STORE(r3, r6, "[r0, r10]") I8_STORE(r4, r7, "[r0, r10, lsl #1]")

/* Two pixels: the sums are r2, r3 and r4, r5. */
#define I8_STEP_2(even, odd)                                                                                   \
    even "ldm r0!, {r6-r9}\n" I8_MAC(r2, r6, r12) I8_MAC(r3, r7, r12) I8_MAC(r4, r6, lr) I8_MAC(r5, r7, lr)    \
        odd                                                                                                    \
        I8_MAC(r2, r8, r12) I8_MAC(r3, r9, r12) I8_MAC(r4, r8, lr) I8_MAC(r5, r9, lr)
#define I8_FIRST_2(even, odd)                                                                                  \
    I8_BLOCK(r2, r4)                                                                                           \
    even "ldm r0!, {r6-r9}\n" I8_FROM(r2, r3, r7, r12) I8_FROM(r4, r5, r7, lr) I8_MAC(r2, r6, r12)             \
        I8_MAC(r4, r6, lr) odd                                                                                 \
        I8_MAC(r2, r8, r12) I8_MAC(r3, r9, r12) I8_MAC(r4, r8, lr) I8_MAC(r5, r9, lr)
#define I8_SUMS_2            "r2-r5"
#define I8_LANE_2(what)      what(r2) what(r3)
#define I8_NEXT_LANE_2(what) what(r4) what(r5)
#define I8_STORE_2           I8_STORE(r2, r4, "[r0]") I8_STORE(r3, r5, "[r0, r10]")

/* One pixel: the sums are r2 and r3. */
#define I8_STEP_1(even, odd)                                                                                   \
    even "ldrd r6, r7, [r0], #8\n" I8_MAC(r2, r6, r12) I8_MAC(r3, r6, lr) odd I8_MAC(r2, r7, r12)              \
        I8_MAC(r3, r7, lr)
#define I8_FIRST_1(even, odd) I8_BLOCK(r2, r3) I8_STEP_1(even, odd)
#define I8_SUMS_1             "r2-r3"
#define I8_LANE_1(what)       what(r2)
#define I8_NEXT_LANE_1(what)  what(r3)
#define I8_STORE_1            I8_STORE(r2, r3, "[r0]")

/* The parts of a function of so many pixels. */
#define I8_TO_THE_SUMS(m, even, odd)                                                                           \
    I8_BEGIN(I8_ALL_BUT_ONE) I8_FIRST_##m(even, odd) I8_LOOP(I8_STEP_##m(even, odd), "") I8_KEEP(I8_SUMS_##m)
#define I8_CODES(m, code, shifts)                                                                              \
    I8_CHANNEL(8, 16, shifts)                                                                                  \
    I8_LANE_##m(code) I8_CHANNEL(12, 17, shifts) I8_NEXT_LANE_##m(code) "ldr pc, " I8_AFTER "\n"
#define I8_LAST(m)                                                                                             \
    I8_TABLES I8_LANE_##m(I8_LOOK_UP) I8_NEXT_LANE_##m(I8_LOOK_UP_NEXT) I8_PLACES I8_STORE_##m I8_NEXT_BLOCK
#define I8_TFLITE_END(m)                                                                                       \
    "6:\n" I8_CODES(m, I8_TFLITE_CODE, I8_TFLITE_SHIFTS) "7:\n" I8_CODES(m, I8_POSITIVE_CODE,                  \
                                                                         I8_TFLITE_SHIFTS) I8_LAST(m)
#define I8_ONCE_END(m)                                                                                         \
    "6:\n" I8_CODES(m, I8_ONCE_CODE, I8_ONCE_SHIFTS) "7:\n" I8_CODES(m, I8_RIGHT_CODE, I8_ONCE_SHIFTS)         \
        I8_LAST(m)
#define I8_TFLITE_FUNCTION(m, even, odd) I8_TO_THE_SUMS(m, even, odd) I8_TFLITE_END(m)
#define I8_ONCE_FUNCTION(m, even, odd)   I8_TO_THE_SUMS(m, even, odd) I8_ONCE_END(m)

/* Wide weights: pairs of 16 bits, which need no widening, and which are scaled so that all channels shift to
 * the right by as much, 31 bits and 10 with I8_ONCE, 31 and 13 with I8_TFLITE. r12 is the multiplier; lr what
 * is rounded, with the zero point; r10 the half that I8_TFLITE rounds first: see wide_shift() in
 * plan/dot_layers.c of lcc. */
#define I8_WIDE_WEIGHTS "ldrd r12, lr, [r1], #8\n"
#define I8_WIDE_CODE(sum, right)                                                                               \
    "smmla " #sum ", " #sum ", r12, lr\n"                                                                      \
    "ssat " #sum ", #8, " #sum ", asr #" #right "\n"
#define I8_WIDE_ONCE_CODE(sum)   I8_WIDE_CODE(sum, 9)
#define I8_WIDE_TFLITE_CODE(sum) I8_WIDE_CODE(sum, 12)
#define I8_TIE_CODE(sum)                                                                                       \
    "smmla " #sum ", " #sum ", r12, r10\n"                                                                     \
    "and r0, r10, " #sum ", asr #31\n"                                                                         \
    "sub " #sum ", " #sum ", r0, lsl #1\n"                                                                     \
    "add " #sum ", " #sum ", lr\n"                                                                             \
    "ssat " #sum ", #8, " #sum ", asr #12\n"
#define I8_WIDE_CHANNEL(at) "ldrd r12, lr, [r0, #" #at "]\n"
#define I8_TIE_CHANNEL(at, tie_at)                                                                             \
    "ldr r0, " I8_HEAD "\n"                                                                                    \
    "ldrd r12, lr, [r0, #" #at "]\n"                                                                           \
    "ldr r10, [r0, #" #tie_at "]\n"                                                                            \
    "sub lr, lr, r10\n"
#define I8_WIDE_CODES(m, code)                                                                                 \
    "ldr r0, " I8_HEAD "\n" I8_WIDE_CHANNEL(8) I8_LANE_##m(code) I8_WIDE_CHANNEL(16)                           \
        I8_NEXT_LANE_##m(code) "ldr pc, " I8_AFTER "\n"
#define I8_WIDE_TFLITE_FUNCTION(m)                                                                             \
    I8_TO_THE_SUMS(m, I8_WIDE_WEIGHTS, I8_WIDE_WEIGHTS)                                                        \
    "6:\n" I8_TIE_CHANNEL(8, 24) I8_LANE_##m(I8_TIE_CODE) I8_TIE_CHANNEL(16, 28)                               \
        I8_NEXT_LANE_##m(I8_TIE_CODE) "ldr pc, " I8_AFTER "\n"                                                 \
                                      "7:\n" I8_WIDE_CODES(m, I8_WIDE_TFLITE_CODE) I8_LAST(m)
#define I8_WIDE_ONCE_FUNCTION(m)                                                                               \
    I8_TO_THE_SUMS(m, I8_WIDE_WEIGHTS, I8_WIDE_WEIGHTS)                                                        \
    "6:\n7:\n" I8_WIDE_CODES(m, I8_WIDE_ONCE_CODE) I8_LAST(m)

static void I8_ASSEMBLY i8_blocks1_tflite(void) { __asm__(I8_TFLITE_FUNCTION(1, I8_EVEN_KEPT, I8_ODD_KEPT)); }

static void I8_ASSEMBLY i8_blocks1_wide_tflite(void) { __asm__(I8_WIDE_TFLITE_FUNCTION(1)); }

static void I8_ASSEMBLY i8_blocks1_once(void) { __asm__(I8_ONCE_FUNCTION(1, I8_EVEN_KEPT, I8_ODD_KEPT)); }

static void I8_ASSEMBLY i8_blocks1_wide_once(void) { __asm__(I8_WIDE_ONCE_FUNCTION(1)); }

static void I8_ASSEMBLY i8_blocks2_tflite(void) { __asm__(I8_TFLITE_FUNCTION(2, I8_EVEN_KEPT, I8_ODD_KEPT)); }

static void I8_ASSEMBLY i8_blocks2_wide_tflite(void) { __asm__(I8_WIDE_TFLITE_FUNCTION(2)); }

static void I8_ASSEMBLY i8_blocks2_once(void) { __asm__(I8_ONCE_FUNCTION(2, I8_EVEN_KEPT, I8_ODD_KEPT)); }

static void I8_ASSEMBLY i8_blocks2_wide_once(void) { __asm__(I8_WIDE_ONCE_FUNCTION(2)); }

static void I8_ASSEMBLY i8_blocks3_tflite(void) {
    __asm__(I8_TFLITE_FUNCTION(3, I8_EVEN_WEIGHTS, I8_ODD_WEIGHTS));
}

static void I8_ASSEMBLY i8_blocks3_wide_tflite(void) { __asm__(I8_WIDE_TFLITE_FUNCTION(3)); }

static void I8_ASSEMBLY i8_blocks3_once(void) { __asm__(I8_ONCE_FUNCTION(3, I8_EVEN_WEIGHTS, I8_ODD_WEIGHTS)); }

static void I8_ASSEMBLY i8_blocks3_wide_once(void) { __asm__(I8_WIDE_ONCE_FUNCTION(3)); }

static void I8_ASSEMBLY i8_blocks4_tflite(void) {
    __asm__(I8_TFLITE_FUNCTION(4, I8_EVEN_WEIGHTS, I8_ODD_WEIGHTS));
}

static void I8_ASSEMBLY i8_blocks4_wide_tflite(void) { __asm__(I8_WIDE_TFLITE_FUNCTION(4)); }

static void I8_ASSEMBLY i8_blocks4_once(void) { __asm__(I8_ONCE_FUNCTION(4, I8_EVEN_WEIGHTS, I8_ODD_WEIGHTS)); }

static void I8_ASSEMBLY i8_blocks4_wide_once(void) { __asm__(I8_WIDE_ONCE_FUNCTION(4)); }

/* (x * y + 2^31) / 2^32, rounded down. */
static inline int32_t i8_high(int32_t x, int32_t y) {
    int32_t high;
    __asm__("smmulr %0, %1, %2" : "=r"(high) : "r"(x), "r"(y));
    return high;
}

/* The first and the third byte of a word, as a pair; or the second and the fourth. */
static inline int32_t i8_even(int32_t v) {
    int32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(v));
    return pair;
}

static inline int32_t i8_odd(int32_t v) {
    int32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(v));
    return pair;
}

/* Up to four bytes as a word. */
static inline int32_t i8_some(const int8_t *x, int count) {
    uint32_t v = (uint8_t)x[0];
    if (count > 1) v |= (uint32_t)(uint8_t)x[1] << 8;
    if (count > 2) v |= (uint32_t)(uint8_t)x[2] << 16;
    return (int32_t)v;
}

/* How the codes of a layer are made of its sums: I8_TO_.. */
static inline int32_t i8_mode(const i8_end *k) {
    if (!(k->how & (I8_SHORT | I8_LEFT))) return I8_TO_SUMS;
    if (k->how & I8_TFLITE) return k->how & I8_POSITIVE ? I8_TO_POSITIVE : I8_TO_CODES;
    return k->how & I8_LEFT ? I8_TO_CODES : I8_TO_RIGHT;
}
