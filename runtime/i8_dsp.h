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

/* The offsets of the fields of i8_blocks, which its functions copy to the stack, and of what they add. */
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

/* What the function of some blocks of two channels needs. */
typedef struct i8_blocks {
    const int8_t *tile, *end; /* of the widened inputs */
    int32_t head_bytes;       /* before a block's weights */
    const int8_t *weights_end;
    void *y;             /* the first code, or the sums of one block: those of the first channel first */
    int32_t y_step;      /* from a pixel to the next */
    const int8_t *table; /* its middle, or NULL */
    int32_t numbered;    /* channels have the numbers of their tables */
    int32_t half;        /* 2 * zero + 1 */
    int32_t mode;        /* I8_TO_.. */
    int32_t fours;       /* of inputs */
} i8_blocks;

/* A function that is assembly, and what a function of blocks is in truth, which computes those from w on; and
 * one that widens `count` inputs of four pixels, which lie `step` apart. */
typedef void (*i8_assembly)(void);
typedef void (*i8_blocks_function)(const i8_blocks *k, const int8_t *w);
typedef void (*i8_widen4_function)(int8_t *tile, const int8_t *x, int32_t step, int32_t count);

/* The first instructions: r1 is the weights; the addresses of the code that this call takes. The first four
 * inputs are taken before the loop, in which the rest begins where whole sixteens are left. */
#define I8_BEGIN                                                                                               \
    "push {r4-r11, lr}\n"                                                                                      \
    "sub sp, sp, #56\n"                                                                                        \
    "ldm r0, {r2-r12}\n"                                                                                       \
    "stm sp, {r2-r12}\n"                                                                                       \
    "adr.w r4, 4f\n"                                                                                           \
    "subs r7, r12, #1\n"                                                                                       \
    "beq 8f\n"                                                                                                 \
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

/* A block of channels begins: r0 is the tile, sum0 and sum1 are the biases. */
#define I8_BLOCK(sum0, sum1)                                                                                   \
    "1:\n"                                                                                                     \
    "str r1, " I8_HEAD "\n"                                                                                    \
    "ldr r10, " I8_HEAD_BYTES "\n"                                                                             \
    "ldr r0, " I8_TILE "\n"                                                                                    \
    "ldrd " #sum0 ", " #sum1 ", [r1]\n"                                                                        \
    "add r1, r1, r10\n"

/* The loop over inputs, sixteen at a time; the first four have been taken. */
#define I8_LOOP(step)                                                                                          \
    "ldr pc, " I8_ENTRY "\n"                                                                                   \
    "2:\n" I8_FOUR(step) "3:\n" I8_FOUR(step) "11:\n" I8_FOUR(step) "12:\n" I8_FOUR(step) "ldr r10, " I8_END   \
                                                                                          "\n"                 \
                                                                                          "cmp r0, r10\n"      \
                                                                                          "bne.w 2b\n"         \
                                                                                          "4:\n"               \
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
    I8_BEGIN I8_FIRST_##m(even, odd) I8_LOOP(I8_STEP_##m(even, odd)) I8_KEEP(I8_SUMS_##m)
#define I8_CODES(m, code, shifts)                                                                              \
    I8_CHANNEL(8, 16, shifts)                                                                                  \
    I8_LANE_##m(code) I8_CHANNEL(12, 17, shifts) I8_NEXT_LANE_##m(code) "ldr pc, " I8_AFTER "\n"
#define I8_LAST(m)                                                                                             \
    I8_TABLES I8_LANE_##m(I8_LOOK_UP) I8_NEXT_LANE_##m(I8_LOOK_UP_NEXT) I8_PLACES I8_STORE_##m I8_NEXT_BLOCK
#define I8_TFLITE_FUNCTION(m, even, odd)                                                                       \
    I8_TO_THE_SUMS(m, even, odd)                                                                               \
    "6:\n" I8_CODES(m, I8_TFLITE_CODE, I8_TFLITE_SHIFTS) "7:\n" I8_CODES(m, I8_POSITIVE_CODE,                  \
                                                                         I8_TFLITE_SHIFTS) I8_LAST(m)
#define I8_ONCE_FUNCTION(m, even, odd)                                                                         \
    I8_TO_THE_SUMS(m, even, odd)                                                                               \
    "6:\n" I8_CODES(m, I8_ONCE_CODE, I8_ONCE_SHIFTS) "7:\n" I8_CODES(m, I8_RIGHT_CODE, I8_ONCE_SHIFTS)         \
        I8_LAST(m)

/* Wide weights: pairs of 16 bits, which need no widening, and which are scaled so that all channels shift to
 * the right by as much, r11. r12 is the multiplier; lr what is rounded, with the zero point; r10 the half that
 * I8_TFLITE rounds first: see wide_shift() in plan/dots.c of lcc. */
#define I8_WIDE_WEIGHTS "ldrd r12, lr, [r1], #8\n"
#define I8_TIE_CODE(sum)                                                                                       \
    "smmla " #sum ", " #sum ", r12, r10\n"                                                                     \
    "and r0, r10, " #sum ", asr #31\n"                                                                         \
    "sub " #sum ", " #sum ", r0, lsl #1\n"                                                                     \
    "add " #sum ", " #sum ", lr\n"                                                                             \
    "asr " #sum ", " #sum ", r11\n"                                                                            \
    "ssat " #sum ", #8, " #sum "\n"
#define I8_WIDE_CHANNEL(at) "ldrd r12, lr, [r0, #" #at "]\n"
#define I8_TIE_CHANNEL(at, tie_at)                                                                             \
    "ldr r0, " I8_HEAD "\n"                                                                                    \
    "ldrd r12, lr, [r0, #" #at "]\n"                                                                           \
    "ldr r10, [r0, #" #tie_at "]\n"                                                                            \
    "sub lr, lr, r10\n"
#define I8_WIDE_CODES(m)                                                                                       \
    "ldr r0, " I8_HEAD "\n"                                                                                    \
    "ldr r11, " I8_HALF "\n" I8_WIDE_CHANNEL(8) I8_LANE_##m(I8_RIGHT_CODE) I8_WIDE_CHANNEL(16)                 \
        I8_NEXT_LANE_##m(I8_RIGHT_CODE) "ldr pc, " I8_AFTER "\n"
#define I8_WIDE_TFLITE_FUNCTION(m)                                                                             \
    I8_TO_THE_SUMS(m, I8_WIDE_WEIGHTS, I8_WIDE_WEIGHTS)                                                        \
    "6:\n"                                                                                                     \
    "ldr r11, " I8_HALF "\n" I8_TIE_CHANNEL(8, 24) I8_LANE_##m(I8_TIE_CODE) I8_TIE_CHANNEL(16, 28)             \
        I8_NEXT_LANE_##m(I8_TIE_CODE) "ldr pc, " I8_AFTER "\n"                                                 \
                                      "7:\n" I8_WIDE_CODES(m) I8_LAST(m)
#define I8_WIDE_ONCE_FUNCTION(m)                                                                               \
    I8_TO_THE_SUMS(m, I8_WIDE_WEIGHTS, I8_WIDE_WEIGHTS)                                                        \
    "6:\n7:\n" I8_WIDE_CODES(m) I8_LAST(m)

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

static inline void i8_put_pairs(int8_t *tile, int pixels, int32_t v) {
    const int32_t even = i8_even(v), odd = i8_odd(v);
    memcpy(tile, &even, sizeof even);
    memcpy(tile + 4 * pixels, &odd, sizeof odd);
}

/* Widens `count` inputs of each of `pixels` pixels, which begin at x and lie `step` apart, and fills them up to
 * whole fours. `turn`: 0, or what makes int8 of four codes of uint8. */
static void i8_widen(int8_t *tile, int pixels, const int8_t *x, int32_t step, int count, uint32_t turn) {
    for (int m = 0; m < pixels; m++) {
        int8_t *to = tile + 4 * m;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            i8_put_pairs(to, pixels, (int32_t)((uint32_t)i8_word(x + i) ^ turn));
            to += 8 * pixels;
        }
        if (i < count) i8_put_pairs(to, pixels, (int32_t)((uint32_t)i8_some(x + i, count - i) ^ turn));
        x += step;
    }
}

/* The same for four pixels, of which r8-r11 are four inputs each. What is filled up need not be 0, since its
 * weights are. */
#define I8_WIDEN_FOUR(turn)                                                                                    \
    turn(r8) turn(r9) turn(r10) turn(r11) "sxtb16 r2, r8\n"                                                    \
                                          "sxtb16 r3, r9\n"                                                    \
                                          "sxtb16 r12, r10\n"                                                  \
                                          "sxtb16 lr, r11\n"                                                   \
                                          "sxtb16 r8, r8, ror #8\n"                                            \
                                          "sxtb16 r9, r9, ror #8\n"                                            \
                                          "sxtb16 r10, r10, ror #8\n"                                          \
                                          "sxtb16 r11, r11, ror #8\n"                                          \
                                          "stm r0!, {r2, r3, r12, lr}\n"                                       \
                                          "stm r0!, {r8-r11}\n"
#define I8_WIDEN_PIXELS(turn)                                                                                  \
    "push {r3-r11, lr}\n"                                                                                      \
    "mov r4, r1\nadd r5, r1, r2\nadd r6, r5, r2\nadd r7, r6, r2\n"                                             \
    "bic r1, r3, #3\n"                                                                                         \
    "add r1, r0, r1, lsl #3\n"                                                                                 \
    "cmp r0, r1\n"                                                                                             \
    "beq 2f\n"                                                                                                 \
    "1:\n"                                                                                                     \
    "ldr r8, [r4], #4\n"                                                                                       \
    "ldr r9, [r5], #4\n"                                                                                       \
    "ldr r10, [r6], #4\n"                                                                                      \
    "ldr r11, [r7], #4\n" I8_WIDEN_FOUR(                                                                       \
        turn) "cmp r0, r1\n"                                                                                   \
              "bne 1b\n"                                                                                       \
              "ldr r3, [sp]\n"                                                                                 \
              "2:\n"                                                                                           \
              "ands r3, r3, #3\n"                                                                              \
              "beq 9f\n"                                                                                       \
              "cmp r3, #2\n"                                                                                   \
              "bhs 3f\n"                                                                                       \
              "ldrb r8, [r4]\nldrb r9, [r5]\nldrb r10, [r6]\nldrb r11, [r7]\n"                                 \
              "b 4f\n"                                                                                         \
              "3:\n"                                                                                           \
              "ldrh r8, [r4]\nldrh r9, [r5]\nldrh r10, [r6]\nldrh r11, [r7]\n"                                 \
              "beq 4f\n"                                                                                       \
              "ldrb r4, [r4, #2]\nldrb r5, [r5, #2]\nldrb r6, [r6, #2]\nldrb r7, [r7, #2]\n"                   \
              "orr r8, r8, r4, lsl #16\norr r9, r9, r5, lsl #16\n"                                             \
              "orr r10, r10, r6, lsl #16\norr r11, r11, r7, lsl #16\n"                                         \
              "4:\n" I8_WIDEN_FOUR(turn) "9:\n"                                                                \
                                         "pop {r3-r11, pc}\n"
#define I8_NO_TURN(r)
#define I8_TURN(r) "eor " #r ", " #r ", #0x80808080\n"

static void I8_ASSEMBLY i8_widen4(void) { __asm__(I8_WIDEN_PIXELS(I8_NO_TURN)); }

static void I8_ASSEMBLY i8_widen4_u8(void) { __asm__(I8_WIDEN_PIXELS(I8_TURN)); }

static void i8_widen_by(i8_assembly function, int8_t *tile, int pixels, const int8_t *x, int32_t step,
                        int count, uint32_t turn) {
    if (pixels == 4)
        ((i8_widen4_function)function)(tile, x, step, count);
    else
        i8_widen(tile, pixels, x, step, count, turn);
}

/* `inputs`: of a pixel in all, which other targets want to know. */
static inline void i8_gather(int8_t *tile, int32_t inputs, int pixels, const int8_t *x, int32_t step,
                             int count) {
    (void)inputs;
    i8_widen_by(i8_widen4, tile, pixels, x, step, count, 0);
}

/* The same of codes of uint8, less 128. */
static inline void i8_gather_u8(int8_t *tile, int32_t inputs, int pixels, const uint8_t *x, int32_t step,
                                int count) {
    (void)inputs;
    i8_widen_by(i8_widen4_u8, tile, pixels, (const int8_t *)x, step, count, UINT32_C(0x80808080));
}

/* v * by, rounded, where |v| < 2^29 and by.shift is 0 to -29. */
static inline int32_t i8_rescale_right(int32_t v, i8_factor by, uint8_t how) {
    const int right = -by.shift;
    int32_t high;
    if (how & I8_TFLITE) {
        high = i8_high(2 * v, by.multiplier);
        return right ? (high + (high >> 31) + (1 << right >> 1)) >> right : high;
    }
    __asm__("smmla %0, %1, %2, %3" : "=r"(high) : "r"(4 * v), "r"(by.multiplier), "r"(1 << right));
    return high >> (right + 1);
}

/* i8_add, with factors that i8_rescale_right takes. */
static inline int32_t i8_add_right(int32_t x, int32_t z, const i8_sum *k, uint8_t how) {
    const int32_t sum = i8_rescale_right((x - k->x_zero) * (1 << k->left), k->x_by, how) +
                        i8_rescale_right((z - k->z_zero) * (1 << k->left), k->z_by, how);
    return i32_place(i8_rescale_right(sum, k->y_by, how), k->y_zero, k->least, k->most);
}

/* Codes from a buffer of `pixels` rows of `count` channels, `room` apart: within the bounds, through the
 * tables, and with the residual's. numbers: of the tables of the first block's channels, `block` apart; or
 * NULL. */
static void i8_place_codes(const int8_t *codes, int room, int pixels, int count, const int8_t *numbers,
                           int block, int8_t *y, const int8_t *r, const i8_layer *k) {
    const i8_end *const end = &k->end;
    const i8_sum *const sum = end->sum;
    const int right = sum && sum->left <= 20 && sum->x_by.shift <= 0 && sum->z_by.shift <= 0 &&
                      sum->y_by.shift <= 0 && sum->x_by.shift >= -29 && sum->z_by.shift >= -29 &&
                      sum->y_by.shift >= -29;
    for (int c = 0; c < count; c++) {
        const int8_t *const table =
            end->table ? end->table + 128 + (numbers ? numbers[c / 2 * block + c % 2] * 256 : 0) : NULL;
        for (int m = 0; m < pixels; m++) {
            int32_t v = i32_clamp(codes[m * room + c], end->least, end->most);
            if (table) v = table[v];
            if (sum) {
                const int32_t z = r[m * k->r_step + c];
                v = right ? i8_add_right(v, z, sum, end->how) : i8_add(v, z, sum, end->how);
            }
            y[m * k->y_step + c] = (int8_t)v;
        }
    }
}

/* How the codes of a layer are made of its sums: I8_TO_.. */
static inline int32_t i8_mode(const i8_end *k) {
    if (!(k->how & (I8_SHORT | I8_LEFT))) return I8_TO_SUMS;
    if (k->how & I8_TFLITE) return k->how & I8_POSITIVE ? I8_TO_POSITIVE : I8_TO_CODES;
    return k->how & I8_LEFT ? I8_TO_CODES : I8_TO_RIGHT;
}

/* Makes the sums of a block, and codes of them in the slow way. */
static void i8_finish_block(i8_blocks_function blocks, i8_blocks *b, int pixels, int channels, const int8_t *w,
                            int8_t *y, const int8_t *r, const i8_layer *k) {
    int32_t sums[8];
    b->y = sums;
    blocks(b, w);
    for (int lane = 0; lane < channels; lane++) {
        const int number = b->numbered ? w[20 + lane] : 0;
        for (int m = 0; m < pixels; m++)
            y[m * k->y_step + lane] =
                i8_finish(sums[lane * pixels + m], i8_word(w + 8 + 4 * lane), w[16 + lane], number,
                          r ? r + m * k->r_step + lane : NULL, &k->end);
    }
}

/* Makes all channels of `pixels` pixels by a function of blocks, whose weights may be wide. The inputs of the
 * pixels are a tile of i8_gather. y and r: the first channel of the first pixel, of the output and of the
 * residual. */
static void i8_dots_by(i8_assembly function, int wide, int pixels, const int8_t *x, const int8_t *w, int8_t *y,
                       const int8_t *r, const i8_layer *k) {
    enum { SOME = 16 }; /* channels of four pixels that a buffer takes */
    const i8_blocks_function blocks = (i8_blocks_function)function;
    const i8_end *const end = &k->end;
    const int32_t numbers = end->how & I8_SEVERAL ? 4 : 0;
    const int32_t head = (!wide ? 20 : end->how & I8_TFLITE ? 32 : 24) + numbers;
    const int32_t block = head + (wide ? 4 : 2) * k->inputs;
    const int whole = end->least == -128 && end->most == 127;
    i8_blocks b = {.tile = x,
                   .end = x + 2 * pixels * k->inputs,
                   .head_bytes = head,
                   .weights_end = w,
                   .y = y,
                   .y_step = k->y_step,
                   .table = NULL,
                   .numbered = numbers,
                   .half = wide ? k->shift : 2 * end->zero + 1,
                   .mode = i8_mode(end),
                   .fours = k->inputs / 4};
    int32_t c = 0;
    if (b.mode != I8_TO_SUMS && whole && !end->sum && k->channels > 1) {
        c = k->channels & ~1;
        b.weights_end = w + c / 2 * block;
        b.table = end->table ? end->table + 128 : NULL;
        blocks(&b, w);
        b.table = NULL;
    }
    while (c < k->channels) {
        const int32_t left = k->channels - c;
        int8_t codes[4 * SOME];
        w = b.weights_end;
        if (b.mode == I8_TO_SUMS) {
            b.weights_end = w + block;
            i8_finish_block(blocks, &b, pixels, left < 2 ? 1 : 2, w, y + c, r ? r + c : NULL, k);
            c += 2;
        } else {
            const int32_t count = left < SOME ? left : SOME;
            b.y = codes;
            b.y_step = SOME;
            b.weights_end = w + (count + 1) / 2 * block;
            blocks(&b, w);
            i8_place_codes(codes, SOME, pixels, count, numbers ? w + head - 4 : NULL, block, y + c,
                           r ? r + c : NULL, k);
            c += count;
        }
    }
}
