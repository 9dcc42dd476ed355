/* i8_dsp_window.h: depthwise layers by the DSP instructions of Armv7E-M: see i8_dsp.h.
 *
 * Channels are taken four at a time, in two halves, since a word of bytes widens to two pairs. The columns of a
 * half are widened into rows on the stack, with the padding; then a function in assembly makes four columns of
 * two channels at a time. */
#include "i8_dsp.h"

/* The offsets of the fields of i8_columns, which its functions copy to the stack. Behind them are, for each of
 * two channels, its bias, multiplier, half, shifts to the right and to the left; then the weights. */
#define I8_X_AND_Y      "[sp]"
#define I8_ADVANCES     "[sp, #8]"
#define I8_STEP_AND_END "[sp, #16]"
#define I8_SECOND       "[sp, #24]"
#define I8_CODE_ADDRESS "[sp, #32]"

/* What the function of some columns of two channels of a depthwise layer needs. Its input are rows of widened
 * pairs of both channels. It makes four columns at a time. */
typedef struct i8_columns {
    const int32_t *x;
    int8_t *y;
    int32_t x_advance, y_advance; /* to the next four columns, in bytes */
    int32_t y_step;               /* from a column to the next */
    int8_t *y_end;                /* behind the last four */
    int32_t second;               /* where the second channel's codes are, behind the first one's; 0: nowhere */
    int32_t mode;                 /* I8_TO_.. */
    int32_t half;                 /* 2 * zero + 1 */
} i8_columns;

/* What functions in assembly are in truth. Columns: of the channels `lane` and `lane` + 2 of a block. Widening:
 * two channels of `count` pixels, which lie `step` apart. */
typedef void (*i8_columns_function)(const i8_columns *k, const int8_t *block, const int8_t *weights,
                                    int32_t lane);
typedef void (*i8_widen_function)(int32_t *x, const int8_t *from, int32_t step, int32_t count);

/* The first instructions: fields, and how a channel ends. r2 is the weights, r3 the lane, r11 the mode. */
#define I8_CHANNEL_END(bias_at, multiplier_at, shift_at, shifts)                                               \
    "mov r6, lr\n"                                                                                             \
    "ldr r4, [r1, #" #bias_at "]\n"                                                                            \
    "ldr r5, [r1, #" #multiplier_at "]\n"                                                                      \
    "ldrsb r7, [r0, #" #shift_at "]\n" shifts(r8, r7, r6) "stm r12!, {r4-r8}\n"
#define I8_BEGIN_COLUMNS(bytes, shifts)                                                                        \
    "push {r4-r11, lr}\n"                                                                                      \
    "sub sp, sp, #" #bytes "\n"                                                                                \
    "ldm r0, {r4-r12}\n"                                                                                       \
    "stm sp, {r4-r12}\n"                                                                                       \
    "mov lr, r12\n"                                                                                            \
    "add r0, r1, r3\n"                                                                                         \
    "add r1, r1, r3, lsl #2\n"                                                                                 \
    "add r12, sp, #36\n" I8_CHANNEL_END(0, 16, 32, shifts)                                                     \
        I8_CHANNEL_END(8, 24, 34, shifts) "lsls r3, r3, #3\n"

/* Weights of eight taps, or of one, are widened: of even lanes, then of odd ones. */
#define I8_WIDEN(r, rotated) "sxtb16 " #r ", " #r rotated "\n"
#define I8_WIDEN_EIGHT(rotated)                                                                                \
    I8_WIDEN(r0, rotated)                                                                                      \
    I8_WIDEN(r1, rotated)                                                                                      \
    I8_WIDEN(r4, rotated)                                                                                      \
    I8_WIDEN(r5, rotated)                                                                                      \
    I8_WIDEN(r6, rotated) I8_WIDEN(r7, rotated) I8_WIDEN(r8, rotated) I8_WIDEN(r9, rotated)
#define I8_EIGHT_WEIGHTS                                                                                       \
    "ldm r2!, {r0, r1, r4-r9}\n"                                                                               \
    "cbnz r3, 8f\n" I8_WIDEN_EIGHT("") "b 9f\n"                                                                \
                                       "8:\n" I8_WIDEN_EIGHT(", ror #8") "9:\n"                                \
                                                                         "stm r12!, {r0, r1, r4-r9}\n"
#define I8_ONE_WEIGHT                                                                                          \
    "ldr r0, [r2]\n"                                                                                           \
    "ror r0, r0, r3\n" I8_WIDEN(r0, "") "str r0, [r12]\n"
#define I8_BEGIN_3(shifts) I8_BEGIN_COLUMNS(112, shifts) I8_EIGHT_WEIGHTS I8_ONE_WEIGHT
#define I8_BEGIN_5(shifts)                                                                                     \
    I8_BEGIN_COLUMNS(176, shifts) I8_EIGHT_WEIGHTS I8_EIGHT_WEIGHTS I8_EIGHT_WEIGHTS I8_ONE_WEIGHT
#define I8_LEAVE_3 "add sp, sp, #112\npop {r4-r11, pc}\n"
#define I8_LEAVE_5 "add sp, sp, #176\npop {r4-r11, pc}\n"

/* How codes are made; then the beginning of four columns, whose sums are r2-r5 and r6-r9. */
#define I8_FIRST_COLUMNS                                                                                       \
    "adr.w r4, 6f\n"                                                                                           \
    "cmp r11, #1\n"                                                                                            \
    "beq 8f\n"                                                                                                 \
    "adr.w r4, 7f\n"                                                                                           \
    "8:\n"                                                                                                     \
    "orr r4, r4, #1\n"                                                                                         \
    "str r4, " I8_CODE_ADDRESS "\n"                                                                            \
    "1:\n"                                                                                                     \
    "ldr r0, " I8_X_AND_Y "\n"                                                                                 \
    "ldr r2, [sp, #36]\n"                                                                                      \
    "ldr r6, [sp, #56]\n"

/* Both channels of a column: the first sum, the second sum, inputs, weights. Sums begin as the first column's,
 * which are the biases until its first tap. */
#define I8_TAP(first, second, x, w)                                                                            \
    "smlabb " #first ", " #x ", " #w ", " #first "\n"                                                          \
    "smlatt " #second ", " #x ", " #w ", " #second "\n"
#define I8_BEGIN_TAP(first, second, x, w)                                                                      \
    "smlabb " #first ", " #x ", " #w ", r2\n"                                                                  \
    "smlatt " #second ", " #x ", " #w ", r6\n"
#define I8_BEGIN_TAP_1(x, w)        I8_BEGIN_TAP(r3, r7, x, w)
#define I8_BEGIN_TAP_2(x, w)        I8_BEGIN_TAP(r4, r8, x, w)
#define I8_BEGIN_TAP_3(x, w)        I8_BEGIN_TAP(r5, r9, x, w)
#define I8_TAP_0(x, w)              I8_TAP(r2, r6, x, w)
#define I8_TAP_1(x, w)              I8_TAP(r3, r7, x, w)
#define I8_TAP_2(x, w)              I8_TAP(r4, r8, x, w)
#define I8_TAP_3(x, w)              I8_TAP(r5, r9, x, w)
#define I8_TWO_COLUMNS(row, column) "ldrd r1, lr, [r0, #(" #row " + 4 * " #column ")]\n"
#define I8_ONE_COLUMN(row, column)  "ldr lr, [r0, #(" #row " + 4 * " #column ")]\n"
#define I8_TWO_TAPS(w)              "ldrd r10, r11, [sp, #(76 + 4 * (" #w "))]\n"
#define I8_THREE_TAPS(w)            I8_TWO_TAPS(w) "ldr r12, [sp, #(84 + 4 * (" #w "))]\n"

/* One row of a window: its place in the input, in bytes, and the place of its weights. Three taps with steps of
 * 1 and of 2; then the last two of five. */
#define I8_ROW_3_1(row, w)                                                                                     \
    I8_THREE_TAPS(w)                                                                                           \
    I8_TWO_COLUMNS(row, 0)                                                                                     \
    I8_TAP_0(r1, r10)                                                                                          \
    I8_TAP_0(lr, r11)                                                                                          \
    I8_TAP_1(lr, r10)                                                                                          \
    I8_TWO_COLUMNS(row, 2)                                                                                     \
    I8_TAP_0(r1, r12)                                                                                          \
    I8_TAP_1(r1, r11)                                                                                          \
    I8_TAP_2(r1, r10)                                                                                          \
    I8_TAP_1(lr, r12)                                                                                          \
    I8_TAP_2(lr, r11)                                                                                          \
    I8_TAP_3(lr, r10) I8_TWO_COLUMNS(row, 4) I8_TAP_2(r1, r12) I8_TAP_3(r1, r11) I8_TAP_3(lr, r12)
#define I8_ROW_3_1_FIRST(row, w)                                                                               \
    I8_THREE_TAPS(w)                                                                                           \
    I8_TWO_COLUMNS(row, 2)                                                                                     \
    I8_BEGIN_TAP_1(r1, r11)                                                                                    \
    I8_BEGIN_TAP_2(r1, r10)                                                                                    \
    I8_BEGIN_TAP_3(lr, r10)                                                                                    \
    I8_TAP_0(r1, r12)                                                                                          \
    I8_TAP_1(lr, r12)                                                                                          \
    I8_TAP_2(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 0)                                                                                     \
    I8_TAP_0(r1, r10)                                                                                          \
    I8_TAP_0(lr, r11)                                                                                          \
    I8_TAP_1(lr, r10) I8_TWO_COLUMNS(row, 4) I8_TAP_2(r1, r12) I8_TAP_3(r1, r11) I8_TAP_3(lr, r12)
#define I8_ROW_3_2_FIRST(row, w)                                                                               \
    I8_THREE_TAPS(w)                                                                                           \
    I8_TWO_COLUMNS(row, 6)                                                                                     \
    I8_BEGIN_TAP_2(r1, r12)                                                                                    \
    I8_BEGIN_TAP_3(r1, r10)                                                                                    \
    I8_TAP_3(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 4)                                                                                     \
    I8_BEGIN_TAP_1(r1, r12)                                                                                    \
    I8_TAP_2(r1, r10)                                                                                          \
    I8_TAP_2(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 2)                                                                                     \
    I8_TAP_0(r1, r12)                                                                                          \
    I8_TAP_1(r1, r10)                                                                                          \
    I8_TAP_1(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 0) I8_TAP_0(r1, r10) I8_TAP_0(lr, r11) I8_ONE_COLUMN(row, 8) I8_TAP_3(lr, r12)
#define I8_ROW_3_2(row, w)                                                                                     \
    I8_THREE_TAPS(w)                                                                                           \
    I8_TWO_COLUMNS(row, 0)                                                                                     \
    I8_TAP_0(r1, r10)                                                                                          \
    I8_TAP_0(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 2)                                                                                     \
    I8_TAP_0(r1, r12)                                                                                          \
    I8_TAP_1(r1, r10)                                                                                          \
    I8_TAP_1(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 4)                                                                                     \
    I8_TAP_1(r1, r12)                                                                                          \
    I8_TAP_2(r1, r10)                                                                                          \
    I8_TAP_2(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 6)                                                                                     \
    I8_TAP_2(r1, r12) I8_TAP_3(r1, r10) I8_TAP_3(lr, r11) I8_ONE_COLUMN(row, 8) I8_TAP_3(lr, r12)
#define I8_ROW_5_1(row, w)       I8_ROW_3_1(row, w) I8_LAST_TWO_1(row, w)
#define I8_ROW_5_1_FIRST(row, w) I8_ROW_3_1_FIRST(row, w) I8_LAST_TWO_1(row, w)
#define I8_LAST_TWO_1(row, w)                                                                                  \
    I8_TWO_TAPS(3 + w)                                                                                         \
    I8_ONE_COLUMN(row, 3)                                                                                      \
    I8_TAP_0(lr, r10)                                                                                          \
    I8_TWO_COLUMNS(row, 4)                                                                                     \
    I8_TAP_0(r1, r11)                                                                                          \
    I8_TAP_1(r1, r10)                                                                                          \
    I8_TAP_1(lr, r11)                                                                                          \
    I8_TAP_2(lr, r10) I8_TWO_COLUMNS(row, 6) I8_TAP_2(r1, r11) I8_TAP_3(r1, r10) I8_TAP_3(lr, r11)
#define I8_ROW_5_2(row, w)       I8_ROW_3_2(row, w) I8_LAST_TWO_2(row, w)
#define I8_ROW_5_2_FIRST(row, w) I8_ROW_3_2_FIRST(row, w) I8_LAST_TWO_2(row, w)
#define I8_LAST_TWO_2(row, w)                                                                                  \
    I8_TWO_TAPS(3 + w)                                                                                         \
    I8_TWO_COLUMNS(row, 3)                                                                                     \
    I8_TAP_0(r1, r10)                                                                                          \
    I8_TAP_0(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 5)                                                                                     \
    I8_TAP_1(r1, r10)                                                                                          \
    I8_TAP_1(lr, r11)                                                                                          \
    I8_TWO_COLUMNS(row, 7)                                                                                     \
    I8_TAP_2(r1, r10) I8_TAP_2(lr, r11) I8_TWO_COLUMNS(row, 9) I8_TAP_3(r1, r10) I8_TAP_3(lr, r11)

/* All rows of a window. The rows of the input have room for 17 and for 12 columns. */
#define I8_ROWS_3(row) row##_FIRST(0, 0) row(68, 3) row(136, 6)
#define I8_ROWS_5(row) row##_FIRST(0, 0) row(48, 5) row(96, 10) row(144, 15) row(192, 20)

/* The codes of the sums. */
#define I8_COLUMN_CODES(code)                                                                                  \
    "ldrd r12, lr, [sp, #40]\n"                                                                                \
    "ldrd r11, r10, [sp, #48]\n" I8_LANE_4(code) "ldrd r12, lr, [sp, #60]\n"                                   \
                                                 "ldrd r11, r10, [sp, #68]\n" I8_NEXT_LANE_4(code)

/* The codes are stored, those of the second channel first, since they may have to be overwritten. */
#define I8_STORE_COLUMNS                                                                                       \
    "9:\n"                                                                                                     \
    "ldrd r10, r11, " I8_STEP_AND_END "\n"                                                                     \
    "ldr lr, " I8_SECOND "\n"                                                                                  \
    "ldrd r0, r1, " I8_X_AND_Y "\n"                                                                            \
    "add r12, r1, r10\n"                                                                                       \
    "strb r6, [r1, lr]\n"                                                                                      \
    "strb r7, [r12, lr]\n"                                                                                     \
    "add r6, r1, r10, lsl #1\n"                                                                                \
    "add r7, r12, r10, lsl #1\n"                                                                               \
    "strb r8, [r6, lr]\n"                                                                                      \
    "strb r9, [r7, lr]\n"                                                                                      \
    "strb r2, [r1]\n"                                                                                          \
    "strb r3, [r12]\n"                                                                                         \
    "strb r4, [r6]\n"                                                                                          \
    "strb r5, [r7]\n"                                                                                          \
    "ldrd r2, r3, " I8_ADVANCES "\n"                                                                           \
    "add r0, r0, r2\n"                                                                                         \
    "add r1, r1, r3\n"                                                                                         \
    "strd r0, r1, " I8_X_AND_Y "\n"                                                                            \
    "cmp r1, r11\n"                                                                                            \
    "bne.w 1b\n"

#define I8_COLUMNS(size, row, shifts, code, other)                                                             \
    I8_BEGIN_##size(shifts)                                                                                    \
        I8_FIRST_COLUMNS I8_ROWS_##size(row) "ldr pc, " I8_CODE_ADDRESS "\n"                                   \
                                             "6:\n" I8_COLUMN_CODES(code) "b.w 9f\n"                           \
                                                                          "7:\n" I8_COLUMN_CODES(other)        \
                                                                              I8_STORE_COLUMNS I8_LEAVE_##size
#define I8_TFLITE_COLUMNS(size, row) I8_COLUMNS(size, row, I8_TFLITE_SHIFTS, I8_TFLITE_CODE, I8_POSITIVE_CODE)
#define I8_ONCE_COLUMNS(size, row)   I8_COLUMNS(size, row, I8_ONCE_SHIFTS, I8_ONCE_CODE, I8_RIGHT_CODE)

/* Windows of 3 by 3, with steps of 1, for I8_TFLITE. */
I8_ASSEMBLY
static void i8_columns3_1_tflite(void) { __asm__(I8_TFLITE_COLUMNS(3, I8_ROW_3_1)); }

/* Windows of 3 by 3, with steps of 1, for I8_ONCE. */
I8_ASSEMBLY
static void i8_columns3_1_once(void) { __asm__(I8_ONCE_COLUMNS(3, I8_ROW_3_1)); }

/* Windows of 3 by 3, with steps of 2, for I8_TFLITE. */
I8_ASSEMBLY
static void i8_columns3_2_tflite(void) { __asm__(I8_TFLITE_COLUMNS(3, I8_ROW_3_2)); }

/* Windows of 3 by 3, with steps of 2, for I8_ONCE. */
I8_ASSEMBLY
static void i8_columns3_2_once(void) { __asm__(I8_ONCE_COLUMNS(3, I8_ROW_3_2)); }

/* Windows of 5 by 5, with steps of 1, for I8_TFLITE. */
I8_ASSEMBLY
static void i8_columns5_1_tflite(void) { __asm__(I8_TFLITE_COLUMNS(5, I8_ROW_5_1)); }

/* Windows of 5 by 5, with steps of 1, for I8_ONCE. */
I8_ASSEMBLY
static void i8_columns5_1_once(void) { __asm__(I8_ONCE_COLUMNS(5, I8_ROW_5_1)); }

/* Windows of 5 by 5, with steps of 2, for I8_TFLITE. */
I8_ASSEMBLY
static void i8_columns5_2_tflite(void) { __asm__(I8_TFLITE_COLUMNS(5, I8_ROW_5_2)); }

/* Windows of 5 by 5, with steps of 2, for I8_ONCE. */
I8_ASSEMBLY
static void i8_columns5_2_once(void) { __asm__(I8_ONCE_COLUMNS(5, I8_ROW_5_2)); }

/* The function that widens the first and the third channel, or the others. */
#define I8_WIDEN_COLUMNS(rotated)                                                                              \
    "push {r4-r7}\n"                                                                                           \
    "subs r3, r3, #4\n"                                                                                        \
    "blo 2f\n"                                                                                                 \
    "1:\n"                                                                                                     \
    "ldr r4, [r1]\n"                                                                                           \
    "ldr r5, [r1, r2]\n"                                                                                       \
    "add r1, r1, r2, lsl #1\n"                                                                                 \
    "ldr r6, [r1]\n"                                                                                           \
    "ldr r7, [r1, r2]\n"                                                                                       \
    "add r1, r1, r2, lsl #1\n"                                                                                 \
    "sxtb16 r4, r4" rotated "\n"                                                                               \
    "sxtb16 r5, r5" rotated "\n"                                                                               \
    "sxtb16 r6, r6" rotated "\n"                                                                               \
    "sxtb16 r7, r7" rotated "\n"                                                                               \
    "stm r0!, {r4-r7}\n"                                                                                       \
    "subs r3, r3, #4\n"                                                                                        \
    "bhs 1b\n"                                                                                                 \
    "2:\n"                                                                                                     \
    "adds r3, r3, #4\n"                                                                                        \
    "beq 4f\n"                                                                                                 \
    "3:\n"                                                                                                     \
    "ldr r4, [r1]\n"                                                                                           \
    "add r1, r1, r2\n"                                                                                         \
    "sxtb16 r4, r4" rotated "\n"                                                                               \
    "str r4, [r0], #4\n"                                                                                       \
    "subs r3, r3, #1\n"                                                                                        \
    "bne 3b\n"                                                                                                 \
    "4:\n"                                                                                                     \
    "pop {r4-r7}\n"                                                                                            \
    "bx lr\n"

I8_ASSEMBLY
static void i8_widen_even(void) { __asm__(I8_WIDEN_COLUMNS("")); }

I8_ASSEMBLY
static void i8_widen_odd(void) { __asm__(I8_WIDEN_COLUMNS(", ror #8")); }

/* The same for both halves of three rows, those of the second half 204 bytes behind the first. rows: NULL where
 * there is nothing to widen. */
typedef void (*i8_widen3_function)(int32_t *x, const int8_t *const *rows, int32_t step, int32_t count,
                                   int32_t offset);

I8_ASSEMBLY
static void i8_widen3(void) {
    __asm__("push {r4-r11, lr}\n"
            "mov r10, r1\n"
            "mov r11, #3\n"
            "mov r12, r0\n"
            "mov lr, r3\n"
            "1:\n"
            "ldr r1, [r10], #4\n"
            "cmp r1, #0\n"
            "beq 5f\n"
            "ldr r0, [sp, #36]\n"
            "add r1, r1, r0\n"
            "mov r0, r12\n"
            "subs r3, lr, #4\n"
            "blo 3f\n"
            "2:\n"
            "ldr r4, [r1]\n"
            "ldr r5, [r1, r2]\n"
            "add r1, r1, r2, lsl #1\n"
            "ldr r6, [r1]\n"
            "ldr r7, [r1, r2]\n"
            "add r1, r1, r2, lsl #1\n"
            "sxtb16 r8, r4\n"
            "sxtb16 r9, r5\n"
            "strd r8, r9, [r0]\n"
            "sxtb16 r8, r6\n"
            "sxtb16 r9, r7\n"
            "strd r8, r9, [r0, #8]\n"
            "sxtb16 r4, r4, ror #8\n"
            "sxtb16 r5, r5, ror #8\n"
            "strd r4, r5, [r0, #204]\n"
            "sxtb16 r6, r6, ror #8\n"
            "sxtb16 r7, r7, ror #8\n"
            "strd r6, r7, [r0, #212]\n"
            "add r0, r0, #16\n"
            "subs r3, r3, #4\n"
            "bhs 2b\n"
            "3:\n"
            "adds r3, r3, #4\n"
            "beq 5f\n"
            "4:\n"
            "ldr r4, [r1]\n"
            "add r1, r1, r2\n"
            "sxtb16 r5, r4\n"
            "sxtb16 r4, r4, ror #8\n"
            "str r4, [r0, #204]\n"
            "str r5, [r0], #4\n"
            "subs r3, r3, #1\n"
            "bne 4b\n"
            "5:\n"
            "add r12, r12, #68\n"
            "subs r11, r11, #1\n"
            "bne 1b\n"
            "pop {r4-r11, pc}\n");
}

/* The columns that some columns of a row of the output see, and how the call of a function makes these: less
 * than four; four to seven; or a multiple of four. */
typedef struct i8_stretch {
    int take, ox;            /* columns of the output, from ox on */
    int lead, first, inside; /* columns of padding at the left; the first one inside of the map, and how many */
} i8_stretch;

/* Widens two channels, `lane` and `lane` + 2 of up to four, of what a stretch sees of a row. */
static inline void i8_widen_row(int32_t *x, const int8_t *row, int channels, int lane, i8_assembly even,
                                i8_assembly odd, const i8_stretch *s, const i8_window *k) {
    row += s->first * k->x_pixel;
    x += s->lead;
    if (channels == 4) {
        ((i8_widen_function)(lane ? odd : even))(x, row, k->x_pixel, s->inside);
        return;
    }
    for (int i = 0; i < s->inside; i++, row += k->x_pixel)
        x[i] = i8_even((int32_t)((uint32_t)i8_some(row, channels) >> 8 * lane));
}

/* Widens the channels from c on, by i8_widen3. */
static inline void i8_widen_rows(i8_assembly widen3, int32_t *x, const int8_t *const *rows, int c,
                                 const i8_stretch *s, const i8_window *k) {
    ((i8_widen3_function)widen3)(x, rows, k->x_pixel, s->inside, s->first * k->x_pixel + c);
}

/* Makes the columns of a stretch of less than four, of two channels. y: the first code. */
static void i8_few_columns(i8_columns_function columns, i8_columns *h, const int8_t *block,
                           const int8_t *weights, int lane, int take, int8_t *y, int32_t y_step) {
    int8_t few[16];
    h->y = few;
    h->y_step = 4;
    h->y_advance = 16;
    h->y_end = few + 16;
    columns(h, block, weights, lane);
    for (int i = 0; i < take; i++) {
        y[i * y_step] = few[4 * i];
        if (h->second) y[i * y_step + 2] = few[4 * i + 2];
    }
}

/* The next stretch of a row, behind `end`. room: columns of the input that fit; size: of the window. x: the
 * rows, where this writes the padding. */
static void i8_next_stretch(i8_stretch *s, int end, int room, int size, const int8_t *const *rows, int32_t *x,
                            const i8_window *k) {
    const int most = ((room - size) / k->stride + 1) / 4 * 4, left = k->out_w - end;
    const int32_t zero = (int32_t)((uint32_t)(uint16_t)k->zero * UINT32_C(0x10001));
    s->ox = left < 4 && end ? k->out_w - 4 : end;
    if (left < 4)
        s->take = end ? 4 : left;
    else if (left < 8)
        s->take = most < 8 ? 4 : left;
    else
        s->take = left < most ? left / 4 * 4 : most;
    const int count = (s->take < 4 ? 3 : s->take - 1) * k->stride + size, begin = s->ox * k->stride - k->pad;
    s->lead = begin < 0 ? (-begin < count ? -begin : count) : 0;
    s->first = begin + s->lead;
    s->inside = k->in_w - s->first < count - s->lead ? k->in_w - s->first : count - s->lead;
    if (s->inside < 0) s->inside = 0;
    const int rows_of_both = size == 3 ? 6 : 5;
    for (int i = 0; i < rows_of_both; i++) {
        const int ky = i < size ? i : i - size;
        int32_t *const to = x + i * room;
        for (int j = 0; j < (rows[ky] ? s->lead : count); j++) to[j] = zero;
        for (int j = s->lead + s->inside; j < count; j++) to[j] = zero;
    }
}

/* What becomes of a row's codes behind the sums: bounds, then the tables of the channels. */
static void i8_end_row(int8_t *y, const int8_t *w, int block_bytes, const i8_window *k) {
    const i8_end *const end = &k->end;
    const int all_codes = end->least == -128 && end->most == 127;
    for (int c = 0; c < k->channels; c++) {
        const int number = end->how & I8_SEVERAL ? w[c / 4 * block_bytes + 36 + c % 4] : 0;
        const int8_t *const table = end->table ? end->table + number * 256 + 128 : NULL;
        int8_t *at = y + c;
        for (int ox = all_codes && table ? k->out_w : 0; ox > 0; ox--, at += k->y_pixel) *at = table[*at];
        for (int ox = all_codes && table ? k->out_w : 0; ox < k->out_w; ox++) {
            const int32_t v = i32_clamp(*at, end->least, end->most);
            *at = table ? table[v] : (int8_t)v;
            at += k->y_pixel;
        }
    }
}

/* Makes one row of a depthwise layer by a function of columns: with factors that are I8_SHORT or I8_LEFT, and
 * without a residual. rows: of the window, NULL where it lies outside of the map. The window is `size` by
 * `size`, 3 or 5, with steps of 1 or 2. */
static void i8_depthwise_by(i8_assembly function, int size, const int8_t *const *rows, const int8_t *w,
                            int8_t *y, const i8_window *k) {
    const i8_columns_function columns = (i8_columns_function)function;
    const int room = size == 3 ? 17 : 12, head = k->end.how & I8_SEVERAL ? 40 : 36;
    const int block_bytes = head + 4 * size * size;
    int32_t x[2 * 3 * 17]; /* both halves of 3 rows, or one of 5 */
    for (int end = 0; end < k->out_w;) {
        i8_stretch s;
        i8_next_stretch(&s, end, room, size, rows, x, k);
        const int groups = (s.take + 3) / 4, advance = groups > 1 ? (s.take - 4) / (groups - 1) : 4;
        i8_columns h = {.x = x,
                        .x_advance = advance * k->stride * 4,
                        .y_advance = advance * k->y_pixel,
                        .y_step = k->y_pixel,
                        .mode = i8_mode(&k->end),
                        .half = 2 * k->end.zero + 1};
        const int8_t *block = w;
        const int32_t span = groups * h.y_advance;
        int8_t *to = y + s.ox * k->y_pixel;
        for (int c = 0; c < k->channels; c += 4, to += 4) {
            const int channels = k->channels - c < 4 ? k->channels - c : 4;
            const int both = size == 3 && channels == 4;
            if (both) i8_widen_rows(i8_widen3, x + s.lead, rows, c, &s, k);
            for (int lane = 0; lane < 2 && lane < channels; lane++) {
                for (int ky = 0; ky < size && !both; ky++) {
                    if (rows[ky])
                        i8_widen_row(x + ky * room, rows[ky] + c, channels, lane, i8_widen_even, i8_widen_odd,
                                     &s, k);
                }
                h.x = both && lane ? x + 3 * 17 : x;
                h.second = lane + 2 < channels ? 2 : 0;
                if (s.take < 4) {
                    i8_few_columns(columns, &h, block, block + head, lane, s.take, to + lane, k->y_pixel);
                    continue;
                }
                h.y = to + lane;
                h.y_end = h.y + span;
                columns(&h, block, block + head, lane);
            }
            block += block_bytes;
        }
        end = s.ox + s.take;
    }
    if (k->end.table || k->end.least != -128 || k->end.most != 127) i8_end_row(y, w, block_bytes, k);
}

/* Makes one row of a depthwise layer. rows: of the window, NULL where it lies outside of the map. */
static inline void i8_depthwise(const int8_t *const *rows, const int8_t *w, int8_t *y, const int8_t *r,
                                const i8_window *k) {
    enum { WIDTH = 4 };
    for (int c = 0; c < k->channels; c += WIDTH) {
        const int8_t *const factors = w + 4 * WIDTH, *const shifts = factors + 4 * WIDTH;
        const int8_t *const numbers = shifts + (WIDTH + 3) / 4 * 4;
        const int8_t *const weights = k->end.how & I8_SEVERAL ? numbers + (WIDTH + 3) / 4 * 4 : numbers;
        for (int ox = 0; ox < k->out_w; ox++) {
            for (int lane = 0; lane < WIDTH && c + lane < k->channels; lane++) {
                int32_t sum = i8_word(w + 4 * lane);
                for (int ky = 0; ky < k->kernel_h; ky++) {
                    for (int kx = 0; kx < k->kernel_w; kx++) {
                        const int ix = ox * k->stride - k->pad + kx * k->dilation;
                        const int inside = rows[ky] && ix >= 0 && ix < k->in_w;
                        const int32_t x = inside ? rows[ky][ix * k->x_pixel + c + lane] : k->zero;
                        sum += x * weights[(ky * k->kernel_w + kx) * WIDTH + lane];
                    }
                }
                const int number = k->end.how & I8_SEVERAL ? numbers[lane] : 0;
                y[ox * k->y_pixel + c + lane] =
                    i8_finish(sum, i8_word(factors + 4 * lane), shifts[lane], number,
                              r ? r + ox * k->r_pixel + c + lane : NULL, &k->end);
            }
        }
        w = weights + k->kernel_h * k->kernel_w * WIDTH;
    }
}
