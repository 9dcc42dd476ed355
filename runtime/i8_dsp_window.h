/* i8_dsp_window.h: depthwise layers by the DSP instructions of Armv7E-M: see i8_dsp.h.
 *
 * Channels are taken four at a time, in two halves, since a word of bytes widens to two pairs. The columns of a
 * half are widened into rows on the stack, with the padding; then a function in assembly makes four columns of
 * two channels at a time. */
#include "i8_dsp.h"

/* ---- depthwise ---- */

/* The offsets of the fields of i8_columns, which its functions copy to the stack. */
#define I8_X_AND_Y      "[sp]"
#define I8_ADVANCES     "[sp, #8]"
#define I8_STEP_AND_END "[sp, #16]"
#define I8_SECOND       "[sp, #24]"
#define I8_HOW          "[sp, #28]"
#define I8_CODE_ADDRESS "[sp, #32]"

/* The end of the sums of a channel of a depthwise layer. */
typedef struct i8_channel {
    int32_t bias, multiplier, half, right; /* half: of what is rounded, with the zero point */
} i8_channel;

/* What the function of some columns of two channels of a depthwise layer needs. Its input are rows of widened
 * pairs of both channels. It makes four columns at a time. */
typedef struct i8_columns {
    const int32_t *x;
    int8_t *y;
    int32_t x_advance, y_advance; /* to the next four columns, in bytes */
    int32_t y_step;               /* from a column to the next */
    int8_t *y_end;                /* behind the last four */
    int32_t second;               /* where the second channel's codes are, behind the first one's; 0: nowhere */
    int32_t mode;                 /* I8_TO_CODES or I8_TO_POSITIVE */
    const void *code;             /* its own */
    i8_channel channels[2];
    int32_t weights[25]; /* pairs of both channels, 9 or 25 */
} i8_columns;

/* A function of columns in truth: see i8_assembly. */
typedef void (*i8_columns_function)(const i8_columns *k);

/* The first instructions copy the fields, 26 words or 42. */
#define I8_COPY_3                                                                                              \
    "push {r4-r11, lr}\n"                                                                                      \
    "sub sp, sp, #104\n"                                                                                       \
    "mov r9, sp\n"                                                                                             \
    "ldm r0!, {r1-r8}\n"                                                                                       \
    "stm r9!, {r1-r8}\n"                                                                                       \
    "ldm r0!, {r1-r8}\n"                                                                                       \
    "stm r9!, {r1-r8}\n"                                                                                       \
    "ldm r0!, {r1-r8, r10, r11}\n"                                                                             \
    "stm r9!, {r1-r8, r10, r11}\n"
#define I8_COPY_5                                                                                              \
    "push {r4-r11, lr}\n"                                                                                      \
    "sub sp, sp, #168\n"                                                                                       \
    "mov r9, sp\n"                                                                                             \
    "ldm r0!, {r1-r8, r10, r11}\n"                                                                             \
    "stm r9!, {r1-r8, r10, r11}\n"                                                                             \
    "ldm r0!, {r1-r8, r10, r11}\n"                                                                             \
    "stm r9!, {r1-r8, r10, r11}\n"                                                                             \
    "ldm r0!, {r1-r8, r10, r11}\n"                                                                             \
    "stm r9!, {r1-r8, r10, r11}\n"                                                                             \
    "ldm r0!, {r1-r8, r10-r12, lr}\n"                                                                          \
    "stm r9!, {r1-r8, r10-r12, lr}\n"
#define I8_LEAVE_3                                                                                             \
    "add sp, sp, #104\n"                                                                                       \
    "pop {r4-r11, pc}\n"
#define I8_LEAVE_5                                                                                             \
    "add sp, sp, #168\n"                                                                                       \
    "pop {r4-r11, pc}\n"

/* How codes are made; then the beginning of four columns, whose sums are r2-r5 and r6-r9. */
#define I8_BEGIN_COLUMNS                                                                                       \
    "ldr r3, " I8_HOW "\n"                                                                                     \
    "adr.w r4, 6f\n"                                                                                           \
    "cmp r3, #1\n"                                                                                             \
    "beq 8f\n"                                                                                                 \
    "adr.w r4, 7f\n"                                                                                           \
    "8:\n"                                                                                                     \
    "orr r4, r4, #1\n"                                                                                         \
    "str r4, " I8_CODE_ADDRESS "\n"                                                                            \
    "1:\n"                                                                                                     \
    "ldr r0, " I8_X_AND_Y "\n"                                                                                 \
    "ldr r2, [sp, #36]\n"                                                                                      \
    "ldr r6, [sp, #52]\n"                                                                                      \
    "mov r3, r2\n"                                                                                             \
    "mov r4, r2\n"                                                                                             \
    "mov r5, r2\n"                                                                                             \
    "mov r7, r6\n"                                                                                             \
    "mov r8, r6\n"                                                                                             \
    "mov r9, r6\n"

/* Both channels of a column: the first sum, the second sum, inputs, weights. */
#define I8_TAP(first, second, x, w)                                                                            \
    "smlabb " #first ", " #x ", " #w ", " #first "\n"                                                          \
    "smlatt " #second ", " #x ", " #w ", " #second "\n"
#define I8_TAP_0(x, w)              I8_TAP(r2, r6, x, w)
#define I8_TAP_1(x, w)              I8_TAP(r3, r7, x, w)
#define I8_TAP_2(x, w)              I8_TAP(r4, r8, x, w)
#define I8_TAP_3(x, w)              I8_TAP(r5, r9, x, w)
#define I8_TWO_COLUMNS(row, column) "ldrd r1, lr, [r0, #(" #row " + 4 * " #column ")]\n"
#define I8_ONE_COLUMN(row, column)  "ldr lr, [r0, #(" #row " + 4 * " #column ")]\n"
#define I8_TWO_TAPS(w)              "ldrd r10, r11, [sp, #(68 + 4 * (" #w "))]\n"
#define I8_THREE_TAPS(w)            I8_TWO_TAPS(w) "ldr r12, [sp, #(76 + 4 * (" #w "))]\n"

/* One row of a window: its place in the input, in bytes, and the place of its weights. Three taps with steps of
 * 1 and of 2; then the last two of five. */
#define I8_ROW_3_1(row, w)                                                                                     \
    I8_THREE_TAPS(w)                                                                                           \
    I8_TWO_COLUMNS(row, 0)                                                                                     \
    I8_TAP_0(r1, r10) I8_TAP_0(lr, r11) I8_TAP_1(lr, r10) I8_TWO_COLUMNS(row, 2) I8_TAP_0(r1, r12)             \
        I8_TAP_1(r1, r11) I8_TAP_2(r1, r10) I8_TAP_1(lr, r12) I8_TAP_2(lr, r11) I8_TAP_3(lr, r10)              \
            I8_TWO_COLUMNS(row, 4) I8_TAP_2(r1, r12) I8_TAP_3(r1, r11) I8_TAP_3(lr, r12)
#define I8_ROW_3_2(row, w)                                                                                     \
    I8_THREE_TAPS(w)                                                                                           \
    I8_TWO_COLUMNS(row, 0)                                                                                     \
    I8_TAP_0(r1, r10) I8_TAP_0(lr, r11) I8_TWO_COLUMNS(row, 2) I8_TAP_0(r1, r12) I8_TAP_1(r1, r10)             \
        I8_TAP_1(lr, r11) I8_TWO_COLUMNS(row, 4) I8_TAP_1(r1, r12) I8_TAP_2(r1, r10) I8_TAP_2(lr, r11)         \
            I8_TWO_COLUMNS(row, 6) I8_TAP_2(r1, r12) I8_TAP_3(r1, r10) I8_TAP_3(lr, r11) I8_ONE_COLUMN(row, 8) \
                I8_TAP_3(lr, r12)
#define I8_ROW_5_1(row, w)                                                                                     \
    I8_ROW_3_1(row, w)                                                                                         \
    I8_TWO_TAPS(3 + w)                                                                                         \
    I8_ONE_COLUMN(row, 3)                                                                                      \
    I8_TAP_0(lr, r10) I8_TWO_COLUMNS(row, 4) I8_TAP_0(r1, r11) I8_TAP_1(r1, r10) I8_TAP_1(lr, r11)             \
        I8_TAP_2(lr, r10) I8_TWO_COLUMNS(row, 6) I8_TAP_2(r1, r11) I8_TAP_3(r1, r10) I8_TAP_3(lr, r11)
#define I8_ROW_5_2(row, w)                                                                                     \
    I8_ROW_3_2(row, w)                                                                                         \
    I8_TWO_TAPS(3 + w)                                                                                         \
    I8_TWO_COLUMNS(row, 3)                                                                                     \
    I8_TAP_0(r1, r10) I8_TAP_0(lr, r11) I8_TWO_COLUMNS(row, 5) I8_TAP_1(r1, r10) I8_TAP_1(lr, r11)             \
        I8_TWO_COLUMNS(row, 7) I8_TAP_2(r1, r10) I8_TAP_2(lr, r11) I8_TWO_COLUMNS(row, 9) I8_TAP_3(r1, r10)    \
            I8_TAP_3(lr, r11)

/* All rows of a window. The rows of the input have room for 18 and for 12 columns. */
#define I8_ROWS_3(row) row(0, 0) row(72, 3) row(144, 6)
#define I8_ROWS_5(row) row(0, 0) row(48, 5) row(96, 10) row(144, 15) row(192, 20)

/* The codes of the sums. */
#define I8_COLUMN_CODES(code)                                                                                  \
    "ldrd r12, lr, [sp, #40]\n"                                                                                \
    "ldr r11, [sp, #48]\n" I8_LANE_4(code, r12) "ldrd r12, lr, [sp, #56]\n"                                    \
                                                "ldr r11, [sp, #64]\n" I8_NEXT_LANE_4(code, r12)

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

#define I8_TFLITE_COLUMNS(size, row)                                                                           \
    I8_COPY_##size I8_BEGIN_COLUMNS I8_ROWS_##size(                                                            \
        row) "ldr pc, " I8_CODE_ADDRESS "\n"                                                                   \
             "6:\n" I8_COLUMN_CODES(I8_TFLITE_CODE) "b.w 9f\n"                                                 \
                                                    "7:\n" I8_COLUMN_CODES(I8_POSITIVE_CODE)                   \
                                                        I8_STORE_COLUMNS I8_LEAVE_##size
#define I8_ONCE_COLUMNS(size, row)                                                                             \
    I8_COPY_##size I8_BEGIN_COLUMNS I8_ROWS_##size(row) "6:\n7:\n" I8_COLUMN_CODES(I8_ONCE_CODE)               \
        I8_STORE_COLUMNS I8_LEAVE_##size

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

/* Widens two of up to four channels of `count` pixels, which lie `step` apart: the first and the third one, or
 * the others where `odd` is 8. */
static void i8_widen_columns(int32_t *x, const int8_t *from, int32_t step, int count, int channels, int odd) {
    if (channels < 4) {
        for (; count > 0; count--, from += step)
            *x++ = i8_even((int32_t)((uint32_t)i8_some(from, channels) >> odd));
        return;
    }
    if (odd) {
        for (; count > 1; count -= 2, x += 2, from += 2 * step) {
            const int32_t v = i8_odd(i8_word(from)), next = i8_odd(i8_word(from + step));
            x[0] = v;
            x[1] = next;
        }
        if (count) *x = i8_odd(i8_word(from));
        return;
    }
    for (; count > 1; count -= 2, x += 2, from += 2 * step) {
        const int32_t v = i8_even(i8_word(from)), next = i8_even(i8_word(from + step));
        x[0] = v;
        x[1] = next;
    }
    if (count) *x = i8_even(i8_word(from));
}

/* The columns from `first` on of a row of a depthwise layer's input, widened, with the padding. */
static void i8_widen_row(int32_t *x, const int8_t *row, int first, int count, int channels, int odd,
                         const i8_window *k) {
    const int32_t zero = (int32_t)((uint32_t)(uint16_t)k->zero * UINT32_C(0x10001));
    for (; count && first < 0; first++, count--) *x++ = zero;
    const int inside = k->in_w - first < count ? k->in_w - first : count;
    if (inside > 0) {
        i8_widen_columns(x, row + first * k->x_pixel, k->x_pixel, inside, channels, odd);
        x += inside;
        count -= inside;
    }
    for (; count; count--) *x++ = zero;
}

/* Prepares one half of a block of four channels: how they end, and their weights. Rows outside of the map have
 * no weights: their share goes to the bias. size: of the window that the functions know. odd: 0, or 8. */
static void i8_prepare_columns(i8_columns *h, int size, const int8_t *const *rows, const int8_t *w, int odd,
                               const i8_window *k) {
    const int8_t *weights = w + (k->end.how & I8_SEVERAL ? 40 : 36);
    const int less = k->end.how & I8_TFLITE ? 0 : 1;
    int32_t *to = h->weights;
    for (int i = 0; i < 2; i++) {
        const int lane = odd / 8 + 2 * i;
        i8_channel *const channel = &h->channels[i];
        channel->bias = i8_word(w + 4 * lane);
        channel->multiplier = i8_word(w + 16 + 4 * lane);
        channel->right = -w[32 + lane] - less;
        channel->half = (2 * k->end.zero + 1) * (1 << channel->right) / 2;
        for (int ky = 0; ky < k->kernel_h; ky++) {
            for (int kx = 0; kx < k->kernel_w && !rows[ky]; kx++)
                channel->bias += k->zero * weights[(ky * k->kernel_w + kx) * 4 + lane];
        }
    }
    for (int ky = 0; ky < size; ky++) {
        const int taps = ky < k->kernel_h && rows[ky] ? k->kernel_w : 0;
        int kx = 0;
        for (; kx < taps; kx++)
            *to++ = i8_even((int32_t)((uint32_t)i8_word(weights + (ky * k->kernel_w + kx) * 4) >> odd));
        for (; kx < size; kx++) *to++ = 0;
    }
}

/* Makes the columns of a row from `ox` on, of two channels: less than four, four to seven, or a multiple of
 * four. y: the first code. count: columns of the input. second: whether there is a second channel. */
static void i8_run_columns(i8_columns_function columns, i8_columns *h, int take, int8_t *y, int second,
                           const i8_window *k) {
    int8_t few[16];
    const int groups = (take + 3) / 4, advance = groups > 1 ? (take - 4) / (groups - 1) : 4;
    h->y = take < 4 ? few : y;
    h->y_step = take < 4 ? 4 : k->y_pixel;
    h->x_advance = advance * k->stride * 4;
    h->y_advance = advance * h->y_step;
    h->y_end = h->y + groups * h->y_advance;
    h->second = second ? 2 : 0;
    columns(h);
    for (int i = 0; i < take && take < 4; i++) {
        y[i * k->y_pixel] = few[4 * i];
        if (second) y[i * k->y_pixel + 2] = few[4 * i + 2];
    }
}

/* What becomes of a row's codes behind the sums: bounds, then the tables of the channels. */
static void i8_end_row(int8_t *y, const int8_t *w, int block_bytes, const i8_window *k) {
    const i8_end *const end = &k->end;
    for (int c = 0; c < k->channels; c++) {
        const int number = end->how & I8_SEVERAL ? w[c / 4 * block_bytes + 36 + c % 4] : 0;
        const int8_t *const table = end->table ? end->table + number * 256 + 128 : NULL;
        int8_t *at = y + c;
        for (int ox = 0; ox < k->out_w; ox++) {
            const int32_t v = i32_clamp(*at, end->least, end->most);
            *at = table ? table[v] : (int8_t)v;
            at += k->y_pixel;
        }
    }
}

/* Makes one row of a depthwise layer by a function of columns: with factors that are I8_SHORT, and without a
 * residual. rows: of the window, NULL where it lies outside of the map. size: 3 or 5; the window has at most
 * that, and steps of 1 or 2. */
static void i8_depthwise_by(i8_assembly function, int size, const int8_t *const *rows, const int8_t *w,
                            int8_t *y, const i8_window *k) {
    const i8_columns_function columns = (i8_columns_function)function;
    const int room = size == 3 ? 18 : 12, most = ((room - size) / k->stride + 1) / 4 * 4;
    const int block_bytes = (k->end.how & I8_SEVERAL ? 40 : 36) + 4 * k->kernel_h * k->kernel_w;
    int32_t x[60];
    i8_columns h = {.x = x, .mode = k->end.how & I8_POSITIVE ? I8_TO_POSITIVE : I8_TO_CODES};
    for (int c = 0; c < k->channels; c += c % 4 ? 3 : 1) {
        const int lane = c % 4, channels = k->channels - c + lane;
        i8_prepare_columns(&h, size, rows, w + c / 4 * block_bytes, 8 * lane, k);
        for (int ox = 0; ox < k->out_w;) {
            const int left = k->out_w - ox;
            if (left < 4 && ox > 0) ox = k->out_w - 4;
            const int take = left >= 8            ? (left < most ? left / 4 * 4 : most)
                             : left < 4 && ox > 0 ? 4
                             : left > most        ? most
                                                  : left;
            const int count = (take < 4 ? 3 : take - 1) * k->stride + size;
            for (int ky = 0; ky < k->kernel_h; ky++) {
                if (rows[ky])
                    i8_widen_row(x + ky * room, rows[ky] + c - lane, ox * k->stride - k->pad, count, channels,
                                 8 * lane, k);
            }
            i8_run_columns(columns, &h, take, y + ox * k->y_pixel + c, lane + 2 < channels, k);
            ox += take;
        }
    }
    if (k->end.table || k->end.least != -128 || k->end.most != 127) i8_end_row(y, w, block_bytes, k);
}

static inline void i8_depthwise3_1_tflite(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                          const i8_window *k) {
    i8_depthwise_by(i8_columns3_1_tflite, 3, rows, w, y, k);
}

static inline void i8_depthwise3_1_once(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                        const i8_window *k) {
    i8_depthwise_by(i8_columns3_1_once, 3, rows, w, y, k);
}

static inline void i8_depthwise3_2_tflite(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                          const i8_window *k) {
    i8_depthwise_by(i8_columns3_2_tflite, 3, rows, w, y, k);
}

static inline void i8_depthwise3_2_once(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                        const i8_window *k) {
    i8_depthwise_by(i8_columns3_2_once, 3, rows, w, y, k);
}

static inline void i8_depthwise5_1_tflite(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                          const i8_window *k) {
    i8_depthwise_by(i8_columns5_1_tflite, 5, rows, w, y, k);
}

static inline void i8_depthwise5_1_once(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                        const i8_window *k) {
    i8_depthwise_by(i8_columns5_1_once, 5, rows, w, y, k);
}

static inline void i8_depthwise5_2_tflite(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                          const i8_window *k) {
    i8_depthwise_by(i8_columns5_2_tflite, 5, rows, w, y, k);
}

static inline void i8_depthwise5_2_once(const int8_t *const *rows, const int8_t *w, int8_t *y,
                                        const i8_window *k) {
    i8_depthwise_by(i8_columns5_2_once, 5, rows, w, y, k);
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
