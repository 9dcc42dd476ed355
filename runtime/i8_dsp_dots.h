/* i8_dsp_dots.h: convolutions and dense layers by the functions of i8_dsp.h and i8_dsp_pairs.h: what widens
 * their inputs, calls these, and adds residuals. */
#include "i8_dsp_pairs.h"

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

/* Sums of `count` codes h, which are divided by two, and o. The larger scale of the two is the one that is
 * halved exactly, so its code is only shifted. r1 is y, r2 is h, r3 is o.
 *
 * I8_ONCE: r4 is the zero point of h << 19, r5 that of o, r6 and r7 the shift to the left and the multiplier
 * that rescale o; r8 the multiplier of the sum, r9 what is rounded of it, with the zero point, r10 its shift to
 * the right. I8_TFLITE: r4 is the zero point of o << 21, r5-r7 its multiplier, what is rounded, with the zero
 * point of h, and its shift to the right; r8-r10 the same of the sum. */
#define I8_ADD_ONCE                                                                                            \
    "ldrsb r11, [r2], #1\n"                                                                                    \
    "ldrsb r12, [r3], #1\n"                                                                                    \
    "rsb r11, r4, r11, lsl #19\n"                                                                              \
    "sub r12, r12, r5\n"                                                                                       \
    "lsl r12, r12, r6\n"                                                                                       \
    "smmlar r11, r12, r7, r11\n"                                                                               \
    "smmla r11, r11, r8, r9\n"                                                                                 \
    "asr r11, r11, r10\n"                                                                                      \
    "ssat r11, #8, r11\n"                                                                                      \
    "strb r11, [r1], #1\n"
#define I8_ADD_TFLITE                                                                                          \
    "ldrsb r12, [r3], #1\n"                                                                                    \
    "ldrsb r11, [r2], #1\n"                                                                                    \
    "rsb r12, r4, r12, lsl #21\n"                                                                              \
    "smmulr r12, r12, r5\n"                                                                                    \
    "add r12, r12, r12, asr #31\n"                                                                             \
    "add r12, r12, r6\n"                                                                                       \
    "asr r12, r12, r7\n"                                                                                       \
    "add r12, r12, r11, lsl #19\n"                                                                             \
    "lsl r12, r12, #1\n"                                                                                       \
    "smmulr r12, r12, r8\n"                                                                                    \
    "add r12, r12, r12, asr #31\n"                                                                             \
    "add r12, r12, r9\n"                                                                                       \
    "asr r12, r12, r10\n"                                                                                      \
    "ssat r12, #8, r12\n"                                                                                      \
    "strb r12, [r1], #1\n"
#define I8_ADD_FUNCTION(add)                                                                                   \
    "push {r4-r11, lr}\n"                                                                                      \
    "ldr lr, [sp, #36]\n"                                                                                      \
    "ldm r0, {r4-r10}\n"                                                                                       \
    "ands r0, lr, #3\n"                                                                                        \
    "add lr, r1, lr\n"                                                                                         \
    "beq 4f\n"                                                                                                 \
    "cmp r0, #2\n"                                                                                             \
    "bhi 3f\n"                                                                                                 \
    "beq 2f\n"                                                                                                 \
    "b 1f\n"                                                                                                   \
    "4:\n" add "3:\n" add "2:\n" add "1:\n" add "cmp r1, lr\n"                                                 \
    "bne 4b\n"                                                                                                 \
    "pop {r4-r11, pc}\n"
typedef void (*i8_add_function)(const int32_t *constants, int8_t *y, const int8_t *h, const int8_t *o,
                                int32_t count);

static void I8_ASSEMBLY i8_add_once(void) { __asm__(I8_ADD_FUNCTION(I8_ADD_ONCE)); }

static void I8_ASSEMBLY i8_add_tflite(void) { __asm__(I8_ADD_FUNCTION(I8_ADD_TFLITE)); }

/* Adds the residual's codes to `count` codes of each of `pixels` pixels, which lie `room` apart. */
static inline void i8_add_codes(const int8_t *codes, int room, int pixels, int32_t count, int8_t *y,
                                const int8_t *r, const i8_layer *k) {
    const i8_adding *const a = k->adding;
    for (int m = 0; m < pixels; m++) {
        ((i8_add_function)a->function)(a->constants, y, a->halved ? r : codes, a->halved ? codes : r, count);
        codes += room;
        y += k->y_step;
        r += k->r_step;
    }
}

/* Makes the sums of a block, and codes of them in the slow way. */
static void i8_finish_block(i8_blocks_function blocks, i8_blocks *b, int pixels, int channels, const int8_t *x,
                            const int8_t *w, int8_t *y, const int8_t *r, const i8_layer *k) {
    int32_t sums[8];
    blocks(b, w, x, sums);
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
    i8_blocks b = {.tile_bytes = 2 * pixels * k->inputs,
                   .head_bytes = head,
                   .weight_bytes = block,
                   .y_step = k->y_step,
                   .table = NULL,
                   .numbered = numbers,
                   .half = 2 * end->zero + 1,
                   .mode = i8_mode(end),
                   .fours = k->inputs / 4};
    int32_t c = 0;
    if (b.mode != I8_TO_SUMS && whole && !end->sum && k->channels > 1) {
        c = k->channels & ~1;
        b.weight_bytes = c / 2 * block;
        b.table = end->table ? end->table + 128 : NULL;
        blocks(&b, w, x, y);
        b.table = NULL;
        w += b.weight_bytes;
    }
    while (c < k->channels) {
        const int32_t left = k->channels - c;
        int8_t codes[4 * SOME];
        if (b.mode == I8_TO_SUMS) {
            b.weight_bytes = block;
            i8_finish_block(blocks, &b, pixels, left < 2 ? 1 : 2, x, w, y + c, r ? r + c : NULL, k);
            c += 2;
        } else {
            const int32_t count = left < SOME ? left : SOME;
            b.y_step = SOME;
            b.weight_bytes = (count + 1) / 2 * block;
            blocks(&b, w, x, codes);
            if (k->adding)
                i8_add_codes(codes, SOME, pixels, count, y + c, r + c, k);
            else
                i8_place_codes(codes, SOME, pixels, count, numbers ? w + head - 4 : NULL, block, y + c,
                               r ? r + c : NULL, k);
            c += count;
        }
        w += b.weight_bytes;
    }
}

/* The same for an even number of channels whose codes are stored as the function makes them. */
static inline void i8_blocks_by(i8_assembly function, const i8_blocks *k, const int8_t *x, const int8_t *w,
                                int8_t *y) {
    ((i8_blocks_function)function)(k, w, x, y);
}
