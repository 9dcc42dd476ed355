/* i8_dsp_narrow.h: depthwise layers of narrow maps by the DSP instructions of Armv7E-M: see i8_dsp.h.
 *
 * The output has 3 to 6 columns, whose sums all stay in registers. On such a map much of each window lies
 * outside, and what lies outside is not computed: codes are taken less their zero point, so that the padding is
 * 0.
 *
 * Two channels of the input, a half of four as in i8_dsp_window.h, are widened to planes on the stack, in which
 * two neighbours of a row are a pair. A word of weights has two neighbours, too, so that smlad adds two taps of
 * one channel at once. Of the taps w0 to w4 of a row, the words are A = (w0, w1), B = (w2, w3), C = (w1, w2)
 * and D = (w3, w4); where a window's row begins at the second code of a pair, w0 takes the upper half of that
 * pair alone, by A, and the last tap may take a lower half alone, by C or D.
 *
 * A function in assembly makes several rows of the output, one channel after the other. Its code has a piece
 * for each row of the window, all alike, and jumps to where as many are left as are inside of the map. */
#include "i8_dsp_window.h"

/* Words of both planes, at most 80, and of weights: of five rows for six columns of 5 by 5 with steps of 2. */
#define I8_NARROW_WORDS 110
#define I8_NARROW_ROWS  6 /* of the output in a call */

/* What the function of two channels of a narrow layer needs. */
typedef struct i8_narrow {
    const int32_t *x;    /* the first channel's plane */
    int32_t x_second;    /* from there to the second one, in bytes */
    const int32_t *rows; /* of the output; see i8_list_rows */
    int8_t *y;           /* the first channel's first code */
    int32_t y_step;      /* from a column to the next */
    int32_t y_row;       /* from a row to the next */
    const int8_t *table; /* its middle, or NULL */
    int32_t numbered;    /* channels have the numbers of their tables */
    int32_t half;        /* 2 * zero + 1 */
    int32_t mode;        /* I8_TO_.. */
    int32_t channels;    /* 1 or 2 */
    int32_t *words;      /* room for the words of weights of both */
} i8_narrow;

/* How pixels become planes. */
typedef struct i8_pairs {
    const int8_t *const *rows, *const *rows_end; /* of the input */
    int32_t step;                                /* from a pixel to the next */
    int32_t minus;                               /* a pair of -zero */
    int32_t second; /* from the first channel's plane to the second one's, in bytes */
    int32_t count;  /* pixels of a row */
    int32_t pitch;  /* of a row of a plane, in bytes */
    int32_t odd;    /* not 0: the first pixel is the upper half of its pair */
} i8_pairs;

/* What functions in assembly are in truth. Narrow: of the channels `lane` and `lane` + 2 of a block. Pairs: of
 * two of the channels from c on; x is the first word that is written. */
typedef void (*i8_narrow_function)(const i8_narrow *k, const int8_t *block, const int8_t *weights,
                                   int32_t lane);
typedef void (*i8_pairs_function)(int32_t *x, const i8_pairs *k, int32_t c);

/* ---- planes ---- */

#define I8_PAIR_PIXEL(r, rotated) "sxtab16 " #r ", r7, " #r rotated "\n"
#define I8_TO_PAIRS(rotated)                                                                                   \
    "push {r2, r4-r11, lr}\n"                                                                                  \
    "ldm r1, {r4-r10}\n"                                                                                       \
    "cmp r9, #3\n"                                                                                             \
    "it eq\n"                                                                                                  \
    "cmpeq r10, #8\n"                                                                                          \
    "bne 1f\n"                                                                                                 \
    "add r8, r8, r0\n"                                                                                         \
    "7:\n"                                                                                                     \
    "ldr r3, [r4], #4\n"                                                                                       \
    "add r3, r3, r2\n"                                                                                         \
    "ldr r10, [r3]\n"                                                                                          \
    "ldr r11, [r3, r6]\n"                                                                                      \
    "ldr r12, [r3, r6, lsl #1]\n" I8_PAIR_PIXEL(r10, rotated) I8_PAIR_PIXEL(r11, rotated) I8_PAIR_PIXEL(       \
        r12, rotated) "pkhbt r9, r10, r11, lsl #16\n"                                                          \
                      "pkhtb r11, r11, r10, asr #16\n"                                                         \
                      "uxth r10, r12\n"                                                                        \
                      "lsr r12, r12, #16\n"                                                                    \
                      "strd r9, r10, [r0], #8\n"                                                               \
                      "strd r11, r12, [r8], #8\n"                                                              \
                      "cmp r4, r5\n"                                                                           \
                      "bne 7b\n"                                                                               \
                      "pop {r2, r4-r11, pc}\n"                                                                 \
                      "1:\n"                                                                                   \
                      "ldr r8, [r1, #16]\n"                                                                    \
                      "ldr r9, [r1, #20]\n"                                                                    \
                      "ldr r10, [r1, #28]\n"                                                                   \
                      "ldr r11, [sp]\n"                                                                        \
                      "ldr r2, [r4], #4\n"                                                                     \
                      "mov r3, r0\n"                                                                           \
                      "add r8, r8, r0\n"                                                                       \
                      "add r2, r2, r11\n"                                                                      \
                      "cmp r10, #0\n"                                                                          \
                      "beq 2f\n"                                                                               \
                      "ldr r10, [r2]\n"                                                                        \
                      "add r2, r2, r6\n" I8_PAIR_PIXEL(                                                        \
                          r10,                                                                                 \
                          rotated) "lsl r11, r10, #16\n"                                                       \
                                   "str r11, [r3], #4\n"                                                       \
                                   "lsr r10, r10, #16\n"                                                       \
                                   "lsl r10, r10, #16\n"                                                       \
                                   "str r10, [r8], #4\n"                                                       \
                                   "subs r9, r9, #1\n"                                                         \
                                   "2:\n"                                                                      \
                                   "subs r9, r9, #4\n"                                                         \
                                   "blo 4f\n"                                                                  \
                                   "3:\n"                                                                      \
                                   "ldr r5, [r2]\n"                                                            \
                                   "ldr r10, [r2, r6]\n"                                                       \
                                   "add r2, r2, r6, lsl #1\n"                                                  \
                                   "ldr r11, [r2]\n"                                                           \
                                   "ldr r12, [r2, r6]\n"                                                       \
                                   "add r2, r2, r6, lsl #1\n" I8_PAIR_PIXEL(r5, rotated)                       \
                                       I8_PAIR_PIXEL(r10, rotated) I8_PAIR_PIXEL(r11, rotated) I8_PAIR_PIXEL(  \
                                           r12,                                                                \
                                           rotated) "pkhbt lr, r5, r10, lsl #16\n"                             \
                                                    "pkhtb r10, r10, r5, asr #16\n"                            \
                                                    "pkhbt r5, r11, r12, lsl #16\n"                            \
                                                    "pkhtb r12, r12, r11, asr #16\n"                           \
                                                    "strd lr, r5, [r3], #8\n"                                  \
                                                    "strd r10, r12, [r8], #8\n"                                \
                                                    "subs r9, r9, #4\n"                                        \
                                                    "bhs 3b\n"                                                 \
                                                    "4:\n"                                                     \
                                                    "adds r9, r9, #2\n"                                        \
                                                    "bmi 5f\n"                                                 \
                                                    "ldr r5, [r2]\n"                                           \
                                                    "ldr r10, [r2, r6]\n"                                      \
                                                    "add r2, r2, r6, lsl #1\n" I8_PAIR_PIXEL(r5, rotated)      \
                                                        I8_PAIR_PIXEL(                                         \
                                                            r10,                                               \
                                                            rotated) "pkhbt lr, r5, r10, lsl #16\n"            \
                                                                     "pkhtb r10, r10, r5, asr #16\n"           \
                                                                     "str lr, [r3], #4\n"                      \
                                                                     "str r10, [r8], #4\n"                     \
                                                                     "subs r9, r9, #2\n"                       \
                                                                     "5:\n"                                    \
                                                                     "adds r9, r9, #1\n"                       \
                                                                     "bne 6f\n"                                \
                                                                     "ldr r5, [r2]\n" I8_PAIR_PIXEL(           \
                                                                         r5, rotated) "uxth lr, r5\n"          \
                                                                                      "str lr, [r3]\n"         \
                                                                                      "lsr r5, r5, #16\n"      \
                                                                                      "str r5, [r8]\n"         \
                                                                                      "6:\n"                   \
                                                                                      "ldr r5, [r1, #24]\n"    \
                                                                                      "ldr r10, [r1, #4]\n"    \
                                                                                      "add r0, r0, r5\n"       \
                                                                                      "cmp r4, r10\n"          \
                                                                                      "bne 1b\n"               \
                                                                                      "pop {r2, r4-r11, pc}\n"

/* The first and the third channel, or the others. */
I8_ASSEMBLY
static void i8_pairs_even(void) { __asm__(I8_TO_PAIRS("")); }

I8_ASSEMBLY
static void i8_pairs_odd(void) { __asm__(I8_TO_PAIRS(", ror #8")); }

/* ---- the function of two channels ---- */

/* What its frame has: first what the end of a row takes by one ldm, which are the place of the codes, the step
 * between columns, shifts to the left and to the right, multiplier and half. Behind all of this are the words
 * of weights of both channels. */
#define I8_NARROW_PLACE "[sp]"
#define I8_NARROW_STEP  "[sp, #4]"
#define I8_NARROW_TABLE "[sp, #24]"
#define I8_NARROW_LIST  "[sp, #28]"
#define I8_NARROW_PLANE "[sp, #32]" /* and the words of weights */
#define I8_NARROW_BIAS  "[sp, #40]"
#define I8_NARROW_CODE  "[sp, #44]"
#define I8_NARROW_LANE  "[sp, #48]" /* of the block: a byte's place, and a word's */
#define I8_NARROW_LEFT  "[sp, #56]"
#define I8_NARROW_K     "[sp, #60]"
#define I8_NARROW_ROW   "[sp, #64]"

/* The words of weights of a row of the window, of both channels: r0 and r1 are where they go. */
#define I8_TAPS_5(rotated)                                                                                     \
    "ldm r2!, {r4-r8}\n" I8_WIDEN(r4, rotated) I8_WIDEN(r5, rotated) I8_WIDEN(r6, rotated)                     \
        I8_WIDEN(r7, rotated) I8_WIDEN(r8, rotated) "pkhbt r9, r4, r5, lsl #16\n"                              \
                                                    "pkhbt r10, r6, r7, lsl #16\n"
#define I8_SECOND_TAPS_5                                                                                       \
    "pkhtb r9, r5, r4, asr #16\n"                                                                              \
    "pkhtb r10, r7, r6, asr #16\n"
#define I8_WORDS_5_1(rotated)                                                                                  \
    I8_TAPS_5(rotated)                                                                                         \
    "pkhbt r11, r5, r6, lsl #16\n"                                                                             \
    "pkhbt r12, r7, r8, lsl #16\n"                                                                             \
    "stm r0!, {r9-r12}\n" I8_SECOND_TAPS_5 "pkhtb r11, r6, r5, asr #16\n"                                      \
    "pkhtb r12, r8, r7, asr #16\n"                                                                             \
    "stm r1!, {r9-r12}\n"
#define I8_WORDS_5_2(rotated)                                                                                  \
    I8_TAPS_5(rotated)                                                                                         \
    "pkhbt r11, r7, r8, lsl #16\n"                                                                             \
    "stm r0!, {r9-r11}\n" I8_SECOND_TAPS_5 "pkhtb r11, r8, r7, asr #16\n"                                      \
    "stm r1!, {r9-r11}\n"
#define I8_WORDS_3(rotated)                                                                                    \
    "ldm r2!, {r4-r6}\n" I8_WIDEN(r4, rotated) I8_WIDEN(r5, rotated)                                           \
        I8_WIDEN(r6, rotated) "pkhbt r9, r4, r5, lsl #16\n"                                                    \
                              "pkhbt r10, r5, r6, lsl #16\n"                                                   \
                              "stm r0!, {r9, r10}\n"                                                           \
                              "pkhtb r9, r5, r4, asr #16\n"                                                    \
                              "pkhtb r10, r6, r5, asr #16\n"                                                   \
                              "stm r1!, {r9, r10}\n"
#define I8_WORDS_3_1(rotated) I8_WORDS_3(rotated)
#define I8_WORDS_3_2(rotated) I8_WORDS_3(rotated)

/* Taps: a sum, a pair of the input and a word of weights. Both halves; the lower half and the last tap; the
 * upper half and w0. */
#define I8_BOTH_HALVES(sum, x, w) "smlad " #sum ", " #x ", " #w ", " #sum "\n"
#define I8_LOWER(sum, x, w)       "smlabt " #sum ", " #x ", " #w ", " #sum "\n"
#define I8_UPPER(sum, x, w)       "smlatb " #sum ", " #x ", " #w ", " #sum "\n"
#define I8_TWO_PAIRS              "ldrd r12, lr, [r0], #8\n"
#define I8_ONE_PAIR               "ldr r12, [r0], #4\n"

/* A row of the window: its words of weights, all pairs of the input's row, and their taps. With steps of 1 the
 * first pair begins at the first column of the map, A to D are r8-r11 with 5 taps, A and C are r8 and r9
 * with 3. With steps of 2 it begins where the first window does, and A, B and D are r8-r10. */
#define I8_NARROW_5_1_3                                                                                        \
    "ldm r1!, {r8-r11}\n" I8_TWO_PAIRS I8_BOTH_HALVES(r2, r12, r9) I8_BOTH_HALVES(r3, r12, r10)                \
        I8_BOTH_HALVES(r4, r12, r8) I8_LOWER(r2, lr, r11) I8_BOTH_HALVES(r3, lr, r11)                          \
            I8_BOTH_HALVES(r4, lr, r9)
#define I8_NARROW_5_1_4 I8_NARROW_5_1_3 I8_UPPER(r5, r12, r8) I8_BOTH_HALVES(r5, lr, r10)
#define I8_NARROW_5_1_5                                                                                        \
    I8_NARROW_5_1_4 I8_BOTH_HALVES(r6, lr, r8)                                                                 \
    I8_ONE_PAIR I8_LOWER(r4, r12, r11) I8_BOTH_HALVES(r5, r12, r11) I8_BOTH_HALVES(r6, r12, r9)
#define I8_NARROW_5_1_6                                                                                        \
    I8_NARROW_5_1_4 I8_BOTH_HALVES(r6, lr, r8) I8_UPPER(r7, lr, r8) I8_ONE_PAIR I8_LOWER(r4, r12, r11)         \
        I8_BOTH_HALVES(r5, r12, r11) I8_BOTH_HALVES(r6, r12, r9) I8_BOTH_HALVES(r7, r12, r10)
#define I8_NARROW_3_1_3                                                                                        \
    "ldrd r8, r9, [r1], #8\n" I8_TWO_PAIRS I8_BOTH_HALVES(r2, r12, r9) I8_BOTH_HALVES(r3, r12, r8)             \
        I8_UPPER(r4, r12, r8) I8_LOWER(r3, lr, r9) I8_BOTH_HALVES(r4, lr, r9)
#define I8_NARROW_3_1_4 I8_NARROW_3_1_3 I8_BOTH_HALVES(r5, lr, r8)
#define I8_NARROW_3_1_5                                                                                        \
    I8_NARROW_3_1_4 I8_UPPER(r6, lr, r8)                                                                       \
    I8_ONE_PAIR I8_LOWER(r5, r12, r9) I8_BOTH_HALVES(r6, r12, r9)
#define I8_NARROW_3_1_6 I8_NARROW_3_1_5 I8_BOTH_HALVES(r7, r12, r8)

#define I8_NARROW_5_2(a, b, c, x)  I8_LOWER(a, x, r10) I8_BOTH_HALVES(b, x, r9) I8_BOTH_HALVES(c, x, r8)
#define I8_NARROW_5_2_END(b, c, x) I8_LOWER(b, x, r10) I8_BOTH_HALVES(c, x, r9)
#define I8_NARROW_5_2_BEGIN                                                                                    \
    "ldm r1!, {r8-r10}\n" I8_TWO_PAIRS I8_BOTH_HALVES(r2, r12, r8) I8_BOTH_HALVES(r2, lr, r9)                  \
        I8_BOTH_HALVES(r3, lr, r8) I8_TWO_PAIRS                                                                \
        I8_NARROW_5_2(r2, r3, r4, r12)
#define I8_NARROW_5_2_3                                                                                        \
    I8_NARROW_5_2_BEGIN I8_NARROW_5_2_END(r3, r4, lr)                                                          \
    I8_ONE_PAIR I8_LOWER(r4, r12, r10)
#define I8_NARROW_5_2_4                                                                                        \
    I8_NARROW_5_2_BEGIN I8_NARROW_5_2(r3, r4, r5, lr)                                                          \
    I8_TWO_PAIRS I8_NARROW_5_2_END(r4, r5, r12) I8_LOWER(r5, lr, r10)
#define I8_NARROW_5_2_5                                                                                        \
    I8_NARROW_5_2_BEGIN I8_NARROW_5_2(r3, r4, r5, lr)                                                          \
    I8_TWO_PAIRS I8_NARROW_5_2(r4, r5, r6, r12) I8_NARROW_5_2_END(r5, r6, lr) I8_ONE_PAIR I8_LOWER(r6, r12, r10)
#define I8_NARROW_5_2_6                                                                                        \
    I8_NARROW_5_2_BEGIN I8_NARROW_5_2(r3, r4, r5, lr)                                                          \
    I8_TWO_PAIRS I8_NARROW_5_2(r4, r5, r6, r12) I8_NARROW_5_2(r5, r6, r7, lr) I8_TWO_PAIRS I8_NARROW_5_2_END(  \
        r6, r7, r12) I8_LOWER(r7, lr, r10)
#define I8_NARROW_3_2(a, b, x) I8_LOWER(a, x, r9) I8_BOTH_HALVES(b, x, r8)
#define I8_NARROW_3_2_BEGIN                                                                                    \
    "ldrd r8, r9, [r1], #8\n" I8_TWO_PAIRS I8_BOTH_HALVES(r2, r12, r8) I8_NARROW_3_2(r2, r3, lr) I8_TWO_PAIRS  \
    I8_NARROW_3_2(r3, r4, r12)
#define I8_NARROW_3_2_3 I8_NARROW_3_2_BEGIN I8_LOWER(r4, lr, r9)
#define I8_NARROW_3_2_4                                                                                        \
    I8_NARROW_3_2_BEGIN I8_NARROW_3_2(r4, r5, lr)                                                              \
    I8_ONE_PAIR I8_LOWER(r5, r12, r9)
#define I8_NARROW_3_2_5                                                                                        \
    I8_NARROW_3_2_BEGIN I8_NARROW_3_2(r4, r5, lr)                                                              \
    I8_TWO_PAIRS I8_NARROW_3_2(r5, r6, r12) I8_LOWER(r6, lr, r9)
#define I8_NARROW_3_2_6                                                                                        \
    I8_NARROW_3_2_BEGIN I8_NARROW_3_2(r4, r5, lr)                                                              \
    I8_TWO_PAIRS I8_NARROW_3_2(r5, r6, r12) I8_NARROW_3_2(r6, r7, lr) I8_ONE_PAIR I8_LOWER(r7, r12, r9)
#define I8_PIECES_3(row) row row row
#define I8_PIECES_5(row) row row row row row

/* For each number of columns: the sums begin as the bias, become codes, are looked up, and are stored. */
#define I8_COPIES_3             "mov r3, r2\nmov r4, r2\n"
#define I8_COPIES_4             I8_COPIES_3 "mov r5, r2\n"
#define I8_COPIES_5             I8_COPIES_4 "mov r6, r2\n"
#define I8_COPIES_6             I8_COPIES_5 "mov r7, r2\n"
#define I8_COLUMNS_3(what)      what(r2) what(r3) what(r4)
#define I8_COLUMNS_4(what)      I8_COLUMNS_3(what) what(r5)
#define I8_COLUMNS_5(what)      I8_COLUMNS_4(what) what(r6)
#define I8_COLUMNS_6(what)      I8_COLUMNS_5(what) what(r7)
#define I8_NARROW_LOOK_UP(code) "ldrb " #code ", [r0, " #code "]\n"
#define I8_PUT_3                "strb r2, [r8]\nstrb r3, [r8, r9]\nstrb r4, [r8, r9, lsl #1]\n"
#define I8_PUT_4                I8_PUT_3 "add r1, r8, r9\nstrb r5, [r1, r9, lsl #1]\n"
#define I8_PUT_5                I8_PUT_4 "strb r6, [r8, r9, lsl #2]\n"
#define I8_PUT_6                I8_PUT_5 "strb r7, [r1, r9, lsl #2]\n"

/* weights: bytes of a channel's words; words: I8_WORDS_.. */
#define I8_NARROW_BEGIN(size, weights, words)                                                                  \
    "push {r4-r11, lr}\n"                                                                                      \
    "sub sp, sp, #68\n"                                                                                        \
    "str r0, " I8_NARROW_K "\n"                                                                                \
    "add r4, r1, r3\n"                                                                                         \
    "add r5, r1, r3, lsl #2\n"                                                                                 \
    "strd r4, r5, " I8_NARROW_LANE "\n"                                                                        \
    "ldr r4, [r0, #12]\n"                                                                                      \
    "ldr r5, [r0, #16]\n"                                                                                      \
    "strd r4, r5, " I8_NARROW_PLACE "\n"                                                                       \
    "ldr r4, [r0, #20]\n"                                                                                      \
    "str r4, " I8_NARROW_ROW "\n"                                                                              \
    "ldrd r6, r7, [r0, #36]\n"                                                                                 \
    "str r7, " I8_NARROW_LEFT "\n"                                                                             \
    "adr.w r4, 6f\n"                                                                                           \
    "cmp r6, #1\n"                                                                                             \
    "beq 8f\n"                                                                                                 \
    "adr.w r4, 7f\n"                                                                                           \
    "8:\n"                                                                                                     \
    "orr r4, r4, #1\n"                                                                                         \
    "str r4, " I8_NARROW_CODE "\n"                                                                             \
    "ldr r4, [r0]\n"                                                                                           \
    "ldr r0, [r0, #44]\n"                                                                                      \
    "strd r4, r0, " I8_NARROW_PLANE "\n"                                                                       \
    "add r1, r0, #" #weights "\n"                                                                              \
    "mov lr, #" #size "\n"                                                                                     \
    "cmp r3, #0\n"                                                                                             \
    "bne.w 5f\n"                                                                                               \
    "4:\n" words("") "subs lr, lr, #1\n"                                                                       \
                     "bne 4b\n"                                                                                \
                     "b.w 3f\n"                                                                                \
                     "5:\n" words(", ror #8") "subs lr, lr, #1\n"                                              \
                                              "bne 5b\n"

/* A channel begins. */
#define I8_NARROW_CHANNEL(shifts)                                                                              \
    "3:\n"                                                                                                     \
    "ldr r3, " I8_NARROW_K "\n"                                                                                \
    "ldrd r0, r1, " I8_NARROW_LANE "\n"                                                                        \
    "ldr r4, [r1]\n"                                                                                           \
    "str r4, " I8_NARROW_BIAS "\n"                                                                             \
    "ldr r12, [r1, #16]\n"                                                                                     \
    "ldrsb r11, [r0, #32]\n"                                                                                   \
    "ldr lr, [r3, #32]\n" shifts(r10, r11, lr) "add r4, sp, #8\n"                                              \
                                               "stm r4, {r10-r12, lr}\n"                                       \
                                               "ldrd r4, r5, [r3, #24]\n"                                      \
                                               "cbz r5, 8f\n"                                                  \
                                               "ldrb r5, [r0, #36]\n"                                          \
                                               "add r4, r4, r5, lsl #8\n"                                      \
                                               "8:\n"                                                          \
                                               "ldr r5, [r3, #8]\n"                                            \
                                               "strd r4, r5, " I8_NARROW_TABLE "\n"

/* A row of the output: its sums. Behind the last one the list has a way out. */
#define I8_NARROW_SUMS(copies, pieces)                                                                         \
    "1:\n"                                                                                                     \
    "ldr r12, " I8_NARROW_LIST "\n"                                                                            \
    "ldm r12!, {r0, r1, lr}\n"                                                                                 \
    "str r12, " I8_NARROW_LIST "\n"                                                                            \
    "ldrd r3, r4, " I8_NARROW_PLANE "\n"                                                                       \
    "ldr r2, " I8_NARROW_BIAS "\n"                                                                             \
    "add r0, r0, r3\n"                                                                                         \
    "add r1, r1, r4\n" copies "add pc, lr\n"                                                                   \
    "nop\n"                                                                                                    \
    "b.w 2f\n" pieces

/* The codes of a row, and the end of a channel. */
#define I8_NARROW_CODES(columns, put, weights, code, other)                                                    \
    "ldr r0, " I8_NARROW_TABLE "\n"                                                                            \
    "ldm sp, {r8-r12, lr}\n"                                                                                   \
    "ldr pc, " I8_NARROW_CODE "\n"                                                                             \
    "6:\n" columns(code) "b.w 8f\n"                                                                            \
                         "7:\n" columns(other) "8:\n"                                                          \
                                               "cbz r0, 9f\n" columns(                                         \
                                                   I8_NARROW_LOOK_UP) "9:\n" put "ldr r1, " I8_NARROW_ROW "\n" \
                                                                      "add r8, r8, r1\n"                       \
                                                                      "str r8, " I8_NARROW_PLACE "\n"          \
                                                                      "b.w 1b\n"                               \
                                                                      "2:\n"                                   \
                                                                      "ldr r4, " I8_NARROW_LEFT "\n"           \
                                                                      "subs r4, r4, #1\n"                      \
                                                                      "beq 9f\n"                               \
                                                                      "str r4, " I8_NARROW_LEFT "\n"           \
                                                                      "ldrd r4, r5, " I8_NARROW_LANE "\n"      \
                                                                      "add r4, r4, #2\n"                       \
                                                                      "add r5, r5, #8\n"                       \
                                                                      "strd r4, r5, " I8_NARROW_LANE "\n"      \
                                                                      "ldr r0, " I8_NARROW_K "\n"              \
                                                                      "ldr r4, [r0, #12]\n"                    \
                                                                      "add r4, r4, #2\n"                       \
                                                                      "str r4, " I8_NARROW_PLACE "\n"          \
                                                                      "ldrd r4, r5, " I8_NARROW_PLANE "\n"     \
                                                                      "ldr r6, [r0, #4]\n"                     \
                                                                      "add r4, r4, r6\n"                       \
                                                                      "add r5, r5, #" #weights "\n"            \
                                                                      "strd r4, r5, " I8_NARROW_PLANE "\n"     \
                                                                      "b.w 3b\n"                               \
                                                                      "9:\n"                                   \
                                                                      "add sp, sp, #68\n"                      \
                                                                      "pop {r4-r11, pc}\n"

/* The whole, and the two ways to round. */
#define I8_NARROW(size, stride, columns, weights, shifts, code, other)                                         \
    I8_NARROW_BEGIN(size, weights, I8_WORDS_##size##_##stride)                                                 \
    I8_NARROW_CHANNEL(shifts)                                                                                  \
    I8_NARROW_SUMS(I8_COPIES_##columns, I8_PIECES_##size(I8_NARROW_##size##_##stride##_##columns))             \
    I8_NARROW_CODES(I8_COLUMNS_##columns, I8_PUT_##columns, weights, code, other)
#define I8_NARROW_TFLITE(size, stride, columns, weights)                                                       \
    I8_NARROW(size, stride, columns, weights, I8_TFLITE_SHIFTS, I8_TFLITE_CODE, I8_POSITIVE_CODE)
#define I8_NARROW_ONCE(size, stride, columns, weights)                                                         \
    I8_NARROW(size, stride, columns, weights, I8_ONCE_SHIFTS, I8_ONCE_CODE, I8_RIGHT_CODE)

/* The functions: of a window's taps along a side, its step, the columns of the output, and how it rounds. */
I8_ASSEMBLY
static void i8_narrow3_1_3_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 1, 3, 24)); }

I8_ASSEMBLY
static void i8_narrow3_1_3_once(void) { __asm__(I8_NARROW_ONCE(3, 1, 3, 24)); }

I8_ASSEMBLY
static void i8_narrow3_1_4_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 1, 4, 24)); }

I8_ASSEMBLY
static void i8_narrow3_1_4_once(void) { __asm__(I8_NARROW_ONCE(3, 1, 4, 24)); }

I8_ASSEMBLY
static void i8_narrow3_1_5_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 1, 5, 24)); }

I8_ASSEMBLY
static void i8_narrow3_1_5_once(void) { __asm__(I8_NARROW_ONCE(3, 1, 5, 24)); }

I8_ASSEMBLY
static void i8_narrow3_1_6_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 1, 6, 24)); }

I8_ASSEMBLY
static void i8_narrow3_1_6_once(void) { __asm__(I8_NARROW_ONCE(3, 1, 6, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_3_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 2, 3, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_3_once(void) { __asm__(I8_NARROW_ONCE(3, 2, 3, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_4_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 2, 4, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_4_once(void) { __asm__(I8_NARROW_ONCE(3, 2, 4, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_5_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 2, 5, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_5_once(void) { __asm__(I8_NARROW_ONCE(3, 2, 5, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_6_tflite(void) { __asm__(I8_NARROW_TFLITE(3, 2, 6, 24)); }

I8_ASSEMBLY
static void i8_narrow3_2_6_once(void) { __asm__(I8_NARROW_ONCE(3, 2, 6, 24)); }

I8_ASSEMBLY
static void i8_narrow5_1_3_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 1, 3, 80)); }

I8_ASSEMBLY
static void i8_narrow5_1_3_once(void) { __asm__(I8_NARROW_ONCE(5, 1, 3, 80)); }

I8_ASSEMBLY
static void i8_narrow5_1_4_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 1, 4, 80)); }

I8_ASSEMBLY
static void i8_narrow5_1_4_once(void) { __asm__(I8_NARROW_ONCE(5, 1, 4, 80)); }

I8_ASSEMBLY
static void i8_narrow5_1_5_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 1, 5, 80)); }

I8_ASSEMBLY
static void i8_narrow5_1_5_once(void) { __asm__(I8_NARROW_ONCE(5, 1, 5, 80)); }

I8_ASSEMBLY
static void i8_narrow5_1_6_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 1, 6, 80)); }

I8_ASSEMBLY
static void i8_narrow5_1_6_once(void) { __asm__(I8_NARROW_ONCE(5, 1, 6, 80)); }

I8_ASSEMBLY
static void i8_narrow5_2_3_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 2, 3, 60)); }

I8_ASSEMBLY
static void i8_narrow5_2_3_once(void) { __asm__(I8_NARROW_ONCE(5, 2, 3, 60)); }

I8_ASSEMBLY
static void i8_narrow5_2_4_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 2, 4, 60)); }

I8_ASSEMBLY
static void i8_narrow5_2_4_once(void) { __asm__(I8_NARROW_ONCE(5, 2, 4, 60)); }

I8_ASSEMBLY
static void i8_narrow5_2_5_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 2, 5, 60)); }

I8_ASSEMBLY
static void i8_narrow5_2_5_once(void) { __asm__(I8_NARROW_ONCE(5, 2, 5, 60)); }

I8_ASSEMBLY
static void i8_narrow5_2_6_tflite(void) { __asm__(I8_NARROW_TFLITE(5, 2, 6, 60)); }

I8_ASSEMBLY
static void i8_narrow5_2_6_once(void) { __asm__(I8_NARROW_ONCE(5, 2, 6, 60)); }

/* ---- layers ---- */

/* Bytes of code of a row of the window: an instruction for each tap or pair of taps, one for two words of the
 * input, and one for the weights. */
static inline int32_t i8_piece_bytes(int32_t size, int32_t stride, int32_t columns, int32_t words) {
    const int32_t pairs = (size + 1) / 2, odd = columns % 2;
    const int32_t taps = stride == 2 ? pairs * columns : pairs * columns - (size == 5 ? 4 : 2) + odd;
    return 4 * (taps + (words + 1) / 2 + 1);
}

/* Lists the rows of the output, three words for each: where its window begins in a plane and in the words of
 * weights, and how far the code of its first row is from where the function jumps; then the way out. seen: rows
 * of the input. */
static void i8_list_rows(int32_t *list, int32_t seen, int32_t top, int32_t count, int32_t words,
                         const i8_window *k) {
    const int32_t size = k->kernel_h, way_out = 4;
    const int32_t piece = i8_piece_bytes(size, k->stride, k->out_w, words);
    const int32_t weights = size == 3 ? 8 : k->stride == 1 ? 16 : 12;
    for (int32_t i = 0; i < count; i++, top += k->stride) {
        const int32_t first = top < 0 ? -top : 0, end = seen - top < size ? seen - top : size;
        const int32_t inside = end > first ? end - first : 0;
        list[3 * i] = (top + first) * 4 * words;
        list[3 * i + 1] = first * weights;
        list[3 * i + 2] = way_out + (size - inside) * piece;
    }
    list[3 * count] = list[3 * count + 1] = list[3 * count + 2] = 0;
}

/* What i8_pairs_even and i8_pairs_odd do, for a last block of less than four channels. */
static void i8_few_pairs(int32_t *x, const i8_pairs *k, int32_t c, int32_t lane, int32_t channels) {
    for (const int8_t *const *row = k->rows; row < k->rows_end; row++, x += k->pitch / 4) {
        const int8_t *from = *row + c + lane;
        for (int32_t i = 0; i < k->count; i++, from += k->step) {
            const int32_t at = i + (k->odd != 0);
            for (int32_t plane = 0; lane + 2 * plane < channels; plane++) {
                const uint32_t code = (uint32_t)(from[2 * plane] + (int16_t)k->minus);
                int32_t *const to = x + plane * (k->second / 4) + at / 2;
                *to = (int32_t)(at % 2 ? ((uint32_t)*to & 0xffffU) | code << 16 : code & 0xffffU);
            }
        }
    }
}

/* Widens the channels `lane` and `lane` + 2 of a block, whose first channel is c, by one of the functions. */
static inline void i8_make_pairs(i8_assembly even, i8_assembly odd, int32_t *x, const i8_pairs *k, int32_t c,
                                 int32_t lane, int32_t channels) {
    if (channels == 4 && k->rows < k->rows_end)
        ((i8_pairs_function)(lane ? odd : even))(x, k, c);
    else
        i8_few_pairs(x, k, c, lane, channels);
}

/* Makes `count` rows of a depthwise layer's narrow output, at most I8_NARROW_ROWS, by a function of its
 * columns, with factors that are I8_SHORT or I8_LEFT, and without a residual. rows: those of the map that are
 * seen, `seen` of them; the first window begins `top` rows below the first of these. With steps of 1 the output
 * is as wide as the map. Biases are those of codes less their zero point. */
static void i8_depthwise_narrow(i8_assembly function, const int8_t *const *rows, int32_t seen, int32_t top,
                                int32_t count, const int8_t *w, int8_t *y, const i8_window *k) {
    const i8_end *const end = &k->end;
    const int32_t size = k->kernel_h, lead = k->stride == 1 ? 0 : k->pad;
    const int32_t words = k->stride == 1 ? (k->out_w + 1) / 2 : k->out_w + size / 2;
    const int32_t head = end->how & I8_SEVERAL ? 40 : 36, block_bytes = head + 4 * size * size;
    const int32_t used = (k->out_w - 1) * k->stride + size - lead, plane = seen * words;
    const int whole = end->least == -128 && end->most == 127;
    int32_t x[I8_NARROW_WORDS], list[3 * I8_NARROW_ROWS + 3];
    i8_pairs pairs = {.rows = rows,
                      .rows_end = rows + seen,
                      .step = k->x_pixel,
                      .minus = (int32_t)((uint32_t)(uint16_t)-k->zero * UINT32_C(0x10001)),
                      .second = 4 * plane,
                      .count = k->in_w < used ? k->in_w : used,
                      .pitch = 4 * words,
                      .odd = lead % 2};
    i8_narrow h = {.x = x,
                   .x_second = 4 * plane,
                   .rows = list,
                   .y_step = k->y_pixel,
                   .y_row = k->out_w * k->y_pixel,
                   .table = whole && end->table ? end->table + 128 : NULL,
                   .numbered = whole && end->table ? end->how & I8_SEVERAL : 0,
                   .half = 2 * end->zero + 1,
                   .mode = i8_mode(end),
                   .words = x + 2 * plane};
    i8_list_rows(list, seen, top, count, words, k);
    if (k->stride == 1 && k->in_w % 2 == 0 &&
        count > 1) { /* the whole map lies in a row, and so does its plane */
        pairs.count *= seen;
        pairs.rows_end = rows + 1;
    }
    for (int32_t i = 0; i < 2 * plane; i++) x[i] = 0;
    const int8_t *block = w;
    for (int32_t c = 0; c < k->channels; c += 4, block += block_bytes) {
        const int32_t channels = k->channels - c < 4 ? k->channels - c : 4;
        for (int32_t lane = 0; lane < 2 && lane < channels; lane++) {
            i8_make_pairs(i8_pairs_even, i8_pairs_odd, x + lead / 2, &pairs, c, lane, channels);
            h.y = y + c + lane;
            h.channels = lane + 2 < channels ? 2 : 1;
            ((i8_narrow_function)function)(&h, block, block + head, lane);
        }
    }
    for (int32_t i = 0; i < count && !whole; i++) i8_end_row(y + i * h.y_row, w, block_bytes, k);
}
