/* i8.h: what the kernels for integer layers must know of a layer, and how they end: on targets with
 * instructions for dot products.
 *
 * Codes are int8. A kernel adds up x * w in 32 bits, from a bias that contains the zero points. Then it
 * rescales the sum by a factor of its channel, see i32.h, and so on: i8_finish. Where the short ways of the
 * flags hold, a kernel may take them; they give the same codes. */
#include <stdint.h>

enum {
    I8_ONCE = 0,
    I8_TFLITE = 1, /* how factors round */
    /* All sums have at most 30 bits and a sign. All factors shift to the right, besides the 31 bits: by 2 to 22
     * bits with I8_ONCE, by 1 to 22 with I8_TFLITE; or they are 0. i8_helium.h asks for no more than 1 to 31
     * bits, and is given nothing else. */
    I8_SHORT = 2,
    I8_POSITIVE = 4, /* `least` is not below `zero`: how sums below 0 round does not matter */
    I8_SEVERAL = 8,  /* each channel has the number of its table */
    /* Like I8_SHORT, but factors may shift to the left, or to the right by less. The sums, so shifted to the
     * left (with I8_ONCE by two bits more), have at most 30 bits and a sign. With I8_TFLITE it is I8_POSITIVE,
     * too, or all shift to the right. */
    I8_LEFT = 16,
    I8_BOTH = 32 /* i8_helium.h, with I8_ONCE: each channel has a shift to the left, before the product, too */
};

typedef struct i8_factor {
    int32_t multiplier;
    int32_t shift;
} i8_factor;

/* How a residual is added: see i8_add. */
typedef struct i8_sum {
    i8_factor x_by, z_by, y_by;
    int16_t left, x_zero, z_zero, y_zero, least, most;
} i8_sum;

/* How a residual is added by i8_dsp_dots.h, where one of the codes is divided by two: what its function needs.
 */
typedef struct i8_adding {
    void (*function)(void);
    int32_t halved; /* the residual's code is the one that is divided by two */
    int32_t constants[8];
} i8_adding;

/* What is made of a sum. */
typedef struct i8_end {
    const int8_t *table; /* what the activation makes of the codes -128 to 127; NULL: there is none */
    const i8_sum *sum;   /* NULL: no residual is added */
    int16_t zero, least, most;
    uint8_t how; /* I8_.. */
} i8_end;

/* A convolution or a dense layer. The weights of a few channels are a block: biases, multipliers, both int32,
 * and shifts, filled up to whole words; shifts to the left, where I8_BOTH is set, and numbers of tables, where
 * I8_SEVERAL is set, both filled up too; then weights. */
typedef struct i8_layer {
    i8_end end;
    int32_t inputs; /* of a pixel, as the weights are packed */
    int32_t channels;
    int32_t y_step, r_step;  /* from a pixel to the next, of the output and of the residual */
    const i8_adding *adding; /* NULL: there is no residual, or end.sum says how it is added */
} i8_layer;

/* A depthwise layer: one row of it. */
typedef struct i8_window {
    i8_end end;
    int16_t channels;
    int16_t kernel_h, kernel_w, stride, dilation, pad; /* along the row; columns of padding at the left */
    int16_t in_w, out_w;
    int32_t x_pixel, y_pixel, r_pixel; /* from a pixel to the next */
    int16_t zero;                      /* the code of the padding */
} i8_window;

/* A layer without weights, whose channels have factors: the map is multiplied by a code of each channel, or
 * averaged. Its factors are short: I8_SHORT. */
typedef struct i8_map {
    const int32_t *multipliers;
    const int8_t *shifts;
    int32_t pixels, x_pixel, y_pixel; /* how many; from one to the next */
    int16_t channels, each;           /* each: 1, or 0 where all channels have the first factor */
    int16_t x_zero, z_zero, zero, least, most;
    uint8_t how; /* I8_ONCE or I8_TFLITE */
} i8_map;

/* An int32 that stands among bytes, at an address that is a multiple of 4. */
static inline int32_t i8_word(const int8_t *p) {
    int32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline int32_t i8_rescale(int32_t v, int32_t multiplier, int32_t shift, uint8_t how) {
    return how & I8_TFLITE ? i32_tflite(v, multiplier, shift) : i32_once(v, multiplier, shift);
}

/* x + z, codes of two scales. */
static inline int32_t i8_add(int32_t x, int32_t z, const i8_sum *k, uint8_t how) {
    const int32_t one = (int32_t)1 << k->left;
    const int32_t wide_x = i8_rescale((x - k->x_zero) * one, k->x_by.multiplier, k->x_by.shift, how);
    const int32_t wide_z = i8_rescale((z - k->z_zero) * one, k->z_by.multiplier, k->z_by.shift, how);
    const int32_t sum = i8_rescale(wide_x + wide_z, k->y_by.multiplier, k->y_by.shift, how);
    return i32_place(sum, k->y_zero, k->least, k->most);
}

/* The code that is stored of a sum: rescaled, within its bounds, through the table of the activation, and with
 * the residual's code, to which `r` points if there is one. `number`: of the table. */
static inline int8_t i8_finish(int32_t sum, int32_t multiplier, int32_t shift, int number, const int8_t *r,
                               const i8_end *k) {
    int32_t v = i32_place(i8_rescale(sum, multiplier, shift, k->how), k->zero, k->least, k->most);
    if (k->table) v = k->table[number * 256 + v + 128];
    return (int8_t)(k->sum ? i8_add(v, *r, k->sum, k->how) : v);
}
