/* i8_dsp_pairs.h: blocks of two channels whose weights lie in pairs, a byte each, for Armv7E-M: see i8_dsp.h.
 *
 * Of an input, the weights a and b of both channels are one number of 16 bits, a + 256 * b, and a word has two
 * of them, for two inputs. So one multiply-add of the word as it is adds up x * a + 256 * x * b, and sxtb16
 * makes of it what another one needs to add up x * a. Their difference is 256 times the second channel's sum,
 * which must have at most 23 bits and a sign: see takes_pairs() in plan/dot_layers.c of lcc. Weights then take
 * one instruction for each two of them, half as many as where all are widened. */
#include "i8_dsp.h"

/* The sums begin as the biases, and the second channel's are divided in the end. */
#define I8_PAIR_BIAS(first, second) "add " #second ", " #first ", " #second ", lsl #8\n"
#define I8_PART(first, second)                                                                                 \
    "sub " #second ", " #second ", " #first "\n"                                                               \
    "asr " #second ", " #second ", #8\n"

/* Four pixels: see I8_HALF_4. */
#define I8_PAIR_4       "ldr lr, [r1], #4\nsxtb16 r12, lr\n"
#define I8_PAIR_STEP_4  I8_STEP_4(I8_PAIR_4, I8_PAIR_4)
#define I8_PAIR_FIRST_4 I8_FIRST_4(I8_PAIR_BIAS(r2, r6) I8_PAIR_4, I8_PAIR_4)
#define I8_PARTS_4      I8_PART(r2, r6) I8_PART(r3, r7) I8_PART(r4, r8) I8_PART(r5, r9)

/* Three pixels: the sums are r2-r4 and r5-r7, the words of weights r11 and lr. */
#define I8_PAIR_HALF_3(w)                                                                                      \
    "sxtb16 r12, " #w "\n"                                                                                     \
    "ldm r0!, {r8-r10}\n" I8_MAC(r2, r8, r12) I8_MAC(r3, r9, r12) I8_MAC(r4, r10, r12) I8_MAC(r5, r8, w)       \
        I8_MAC(r6, r9, w) I8_MAC(r7, r10, w)
#define I8_PAIR_STEP_3 "ldrd r11, lr, [r1], #8\n" I8_PAIR_HALF_3(r11) I8_PAIR_HALF_3(lr)
#define I8_PAIR_FIRST_3                                                                                        \
    I8_BLOCK(r2, r5)                                                                                           \
    I8_PAIR_BIAS(r2, r5)                                                                                       \
    "ldrd r11, lr, [r1], #8\n"                                                                                 \
    "sxtb16 r12, r11\n"                                                                                        \
    "ldm r0!, {r8-r10}\n" I8_FROM(r2, r3, r9, r12) I8_FROM(r2, r4, r10, r12) I8_MAC(r2, r8, r12)               \
        I8_FROM(r5, r6, r9, r11) I8_FROM(r5, r7, r10, r11) I8_MAC(r5, r8, r11) I8_PAIR_HALF_3(lr)
#define I8_PARTS_3 I8_PART(r2, r5) I8_PART(r3, r6) I8_PART(r4, r7)

/* Two pixels: the sums are r2, r3 and r4, r5, the words of weights r10 and r11. */
#define I8_PAIR_HALF_2(x0, x1, w)                                                                              \
    "sxtb16 r12, " #w "\n" I8_MAC(r2, x0, r12) I8_MAC(r3, x1, r12) I8_MAC(r4, x0, w) I8_MAC(r5, x1, w)
#define I8_PAIR_STEP_2                                                                                         \
    "ldm r0!, {r6-r9}\n"                                                                                       \
    "ldrd r10, r11, [r1], #8\n" I8_PAIR_HALF_2(r6, r7, r10) I8_PAIR_HALF_2(r8, r9, r11)
#define I8_PAIR_FIRST_2                                                                                        \
    I8_BLOCK(r2, r4)                                                                                           \
    I8_PAIR_BIAS(r2, r4)                                                                                       \
    "mov r3, r2\n"                                                                                             \
    "mov r5, r4\n" I8_PAIR_STEP_2
#define I8_PARTS_2 I8_PART(r2, r4) I8_PART(r3, r5)

/* The functions of two to four pixels. */
#define I8_PAIR_SUMS(m)                                                                                        \
    I8_BEGIN(I8_ALL_BUT_ONE) I8_PAIR_FIRST_##m I8_LOOP(I8_PAIR_STEP_##m, I8_PARTS_##m) I8_KEEP(I8_SUMS_##m)

/* One pixel: the sums are r2 and r3, the end of the inputs lr. Eight inputs are taken at a time; four, where
 * they are an odd number of fours, before the loop, to which I8_SECOND_ENTRY leads from there. */
#define I8_SECOND_ENTRY "[sp, #36]"
#define I8_PAIR_1(x, w) "sxtb16 r12, " #w "\n" I8_MAC(r2, x, r12) I8_MAC(r3, x, w)
#define I8_EIGHT_1                                                                                             \
    "ldm r0!, {r4-r7}\n"                                                                                       \
    "ldm r1!, {r8-r11}\n" I8_PAIR_1(r4, r8) I8_PAIR_1(r5, r9) I8_PAIR_1(r6, r10) I8_PAIR_1(r7, r11)
#define I8_HALF_OF_ALL "lsrs r7, r12, #1\n"
#define I8_PAIR_SUMS_1                                                                                         \
    I8_BEGIN(I8_HALF_OF_ALL)                                                                                   \
    "tst r12, #1\n"                                                                                            \
    "beq 8f\n"                                                                                                 \
    "str r4, " I8_SECOND_ENTRY "\n"                                                                            \
    "adr.w r4, 13f\n"                                                                                          \
    "orr r4, r4, #1\n"                                                                                         \
    "str r4, " I8_ENTRY "\n"                                                                                   \
    "8:\n" I8_BLOCK(r2, r3)                                                                                    \
        I8_PAIR_BIAS(r2, r3) "ldr lr, " I8_END "\n"                                                            \
                             "ldr pc, " I8_ENTRY "\n"                                                          \
                             "13:\n"                                                                           \
                             "ldrd r4, r5, [r0], #8\n"                                                         \
                             "ldrd r8, r9, [r1], #8\n" I8_PAIR_1(r4, r8)                                       \
                                 I8_PAIR_1(r5, r9) "ldr pc, " I8_SECOND_ENTRY "\n"                             \
                                                   "2:\n" I8_EIGHT_1 "3:\n" I8_EIGHT_1 "11:\n" I8_EIGHT_1      \
                                                   "12:\n" I8_EIGHT_1 "cmp r0, lr\n"                           \
                                                   "bne.w 2b\n"                                                \
                                                   "4:\n" I8_PART(r2, r3) "ldr pc, " I8_FINISH                 \
                                                                          "\n" I8_KEEP(I8_SUMS_1)

static void I8_ASSEMBLY i8_blocks1_pairs_tflite(void) { __asm__(I8_PAIR_SUMS_1 I8_TFLITE_END(1)); }

static void I8_ASSEMBLY i8_blocks1_pairs_once(void) { __asm__(I8_PAIR_SUMS_1 I8_ONCE_END(1)); }

static void I8_ASSEMBLY i8_blocks2_pairs_tflite(void) { __asm__(I8_PAIR_SUMS(2) I8_TFLITE_END(2)); }

static void I8_ASSEMBLY i8_blocks2_pairs_once(void) { __asm__(I8_PAIR_SUMS(2) I8_ONCE_END(2)); }

static void I8_ASSEMBLY i8_blocks3_pairs_tflite(void) { __asm__(I8_PAIR_SUMS(3) I8_TFLITE_END(3)); }

static void I8_ASSEMBLY i8_blocks3_pairs_once(void) { __asm__(I8_PAIR_SUMS(3) I8_ONCE_END(3)); }

static void I8_ASSEMBLY i8_blocks4_pairs_tflite(void) { __asm__(I8_PAIR_SUMS(4) I8_TFLITE_END(4)); }

static void I8_ASSEMBLY i8_blocks4_pairs_once(void) { __asm__(I8_PAIR_SUMS(4) I8_ONCE_END(4)); }
