/* pack_values.c: the sizes of a layout's parts, and writing its values. See pack.h for the layout. */
#include "base/bfloat.h"
#include "base/half.h"
#include "graph/quant.h"
#include "plan/byte_windows.h"
#include "plan/internal.h"
#include "plan/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 4 /* bytes */ };

/* ---- sizes ---- */

int64_t pack_bias_bytes(const pack_layout *l, const channel_block *b) {
    return (int64_t)b->lanes * type_table[l->bias].bytes;
}

static int64_t whole_words(int64_t bytes) { return (bytes + WORD - 1) / WORD * WORD; }

int64_t pack_byte_row(const channel_block *b) { return whole_words(b->lanes); }

/* The type of a weight as it is stored. */
static elem_type stored_type(const pack_layout *l) { return l->wide || l->widened ? TYPE_I16 : l->weight; }

static int weight_bytes(const pack_layout *l) { return type_table[stored_type(l)].bytes; }

int64_t pack_head_bytes(const pack_layout *l, const channel_block *b) {
    int64_t bias = pack_bias_bytes(l, b);
    if (!l->rescales) return bias;
    if (l->wide) return bias * (l->twice ? 4 : 3) + (l->looks_up ? pack_byte_row(b) : 0);
    return bias + (int64_t)b->lanes * type_table[TYPE_I32].bytes * (1 + l->factors) +
           pack_byte_row(b) * (1 + l->lefts + l->looks_up);
}

int64_t pack_row_bytes(const pack_layout *l, const channel_block *b) {
    return (int64_t)b->lanes * l->depth * weight_bytes(l);
}

int64_t pack_inputs(const pack_layout *l) {
    const int64_t inputs = l->ragged ? l->inputs : (l->inputs + l->depth - 1) / l->depth * l->depth;
    return l->stretches * inputs;
}

/* How many rests there are, and which inputs they are for. */
static int64_t rest_numbers(const pack_layout *l) {
    return l->rests > 0 ? (l->rests + 1) * (int64_t)type_table[TYPE_I16].bytes : 0;
}

int64_t pack_block_bytes(const pack_layout *l, const channel_block *b) {
    int64_t weights = pack_inputs(l) * b->lanes * weight_bytes(l);
    if (l->rests > 0) weights += l->rests * pack_row_bytes(l, b) + rest_numbers(l);
    return pack_head_bytes(l, b) + (l->rescales ? whole_words(weights) : weights);
}

int64_t pack_block_begin(const pack_layout *l, int which) {
    int64_t begin = 0;
    for (int i = 0; i < which; i++) begin += l->blocks[i].repeat * pack_block_bytes(l, &l->blocks[i]);
    return begin;
}

int64_t pack_group_bytes(const pack_layout *l) { return pack_block_begin(l, l->n_blocks); }

int64_t pack_bytes(const pack_layout *l) { return l->groups * pack_group_bytes(l); }

/* ---- writing ---- */

/* Appends a value where there is room for it. */
static void put_value(text *out, elem_type type, double value) {
    uint32_t bits = 0;
    float f = (float)value;
    switch (type) {
    case TYPE_F32: memcpy(&bits, &f, sizeof bits); break;
    case TYPE_F16: bits = half_bits(f); break;
    case TYPE_BF16: bits = bfloat_bits(f); break;
    default: bits = (uint32_t)llround(value); break;
    }
    for (int i = 0; i < type_table[type].bytes; i++)
        out->data[out->size++] = (char)(unsigned char)(bits >> 8 * i);
}

void pack_value(text *out, elem_type type, double value) {
    text_reserve(out, (size_t)type_table[type].bytes);
    put_value(out, type, value);
    out->data[out->size] = 0;
}

/* Appends the values with which a block takes `count` inputs from `input` on, `room` places for each lane. */
static void pack_row(const pack_layout *l, const channel_block *b, elem_type type, pack_source value,
                     const void *data, int output, int input, int count, int room, text *out) {
    for (int j = 0; j < b->n_pieces; j++) {
        piece x = b->pieces[j];
        int lanes = x.kind == ONE_LANE ? 1 : l->t->vectors[x.kind].lanes;
        for (int lane = 0; lane < lanes; lane++) {
            for (int i = 0; i < room; i++) {
                bool real = lane < x.valid && i < count;
                put_value(out, type, real ? value(data, output + lane, input + i) : 0);
            }
        }
        output += x.valid;
    }
}

/* The same where the inputs lie by pairs: the first two of all lanes of a piece, then the next two. */
static void pack_pairs(const pack_layout *l, const channel_block *b, pack_source value, const void *data,
                       int output, int input, int count, text *out) {
    for (int j = 0; j < b->n_pieces; output += b->pieces[j++].valid) {
        for (int first = 0; first < l->depth; first += 2) {
            for (int lane = 0; lane < l->t->vectors[0].lanes; lane++) {
                for (int i = first; i < first + 2; i++) {
                    const bool real = lane < b->pieces[j].valid && i < count;
                    put_value(out, l->weight, real ? value(data, output + lane, input + i) : 0);
                }
            }
        }
    }
}

/* The same where channels lie as channel_of_lane says: `room` places for each lane; or, where inputs lie by
 * pairs, two places for all lanes of a vector, and then the next two. */
static void pack_interleaved(const pack_layout *l, const channel_block *b, elem_type type, pack_source value,
                             const void *data, int output, int input, int room, text *out) {
    const int lanes = l->t->vectors[0].lanes, step = l->pairs && room > 1 ? 2 : room;
    for (int at = 0; at < b->lanes * room; at++) {
        const int vector = at / (lanes * room), in_vector = at % (lanes * room),
                  in_part = in_vector % (lanes * step);
        const int channel = channel_of_lane(l->t, vector, in_part / step);
        const int i = in_vector / (lanes * step) * step + in_part % step;
        put_value(out, type, channel < b->channels ? value(data, output + channel, input + i) : 0);
    }
}

/* Appends one value of the head for each lane of a block, in the order in which the kernel takes them. */
static void pack_head_row(const pack_layout *l, const channel_block *b, elem_type type, pack_source value,
                          const void *data, int output, int which, text *out) {
    const bool summed =
        which == PACK_BIAS || which == PACK_FACTOR || which == PACK_SECOND || which == PACK_RAISED;
    if (l->interleaved && summed) {
        pack_interleaved(l, b, type, value, data, output, which, 1, out);
        return;
    }
    pack_row(l, b, type, value, data, output, which, 1, 1, out);
}

/* Appends the weights of a window, column by column, for each lane. */
static void pack_columns(const pack_layout *l, const channel_block *b, pack_source value, const void *data,
                         int output, text *out) {
    const int columns = l->inputs / l->rows;
    for (int lane = 0; lane < b->lanes; lane++) {
        for (int i = 0; i < l->inputs; i++) {
            const int input = i % l->rows * columns + i / l->rows;
            put_value(out, l->weight, lane < b->channels ? value(data, output + lane, input) : 0);
        }
    }
}

/* Appends zeros until whole words stand behind `begin`. There is room for them. */
static void fill_words(text *out, size_t begin) {
    while ((out->size - begin) % WORD) out->data[out->size++] = 0;
}

/* The head of a block with wide weights: the biases; each lane's multiplier and what is rounded; the ties. */
static void pack_wide_head(const pack_layout *l, const channel_block *b, pack_source value, const void *data,
                           int output, text *out) {
    for (int lane = 0; lane < b->lanes; lane++) {
        const bool real = lane < b->channels;
        put_value(out, TYPE_I32, real ? value(data, output + lane, PACK_MULTIPLIER) : 0);
        put_value(out, TYPE_I32, real ? value(data, output + lane, PACK_ROUNDING) : 0);
    }
    if (l->twice) pack_head_row(l, b, TYPE_I32, value, data, output, PACK_TIE, out);
}

/* Four inputs of all lanes, wide: of each lane the first and the third, then of each the others. */
static void pack_wide_row(const channel_block *b, pack_source value, const void *data, int output, int input,
                          int count, text *out) {
    for (int half = 0; half < 2; half++) {
        for (int lane = 0; lane < b->lanes; lane++) {
            for (int i = half; i < 4; i += 2) {
                const bool real = lane < b->channels && i < count;
                put_value(out, TYPE_I16, real ? value(data, output + lane, input + i) : 0);
            }
        }
    }
}

/* Four inputs of two lanes in pairs: the first and the third, then the others. A pair is the sum of the first
 * lane's weight and 256 times the second one's. */
static void pack_paired_row(const channel_block *b, pack_source value, const void *data, int output, int input,
                            int count, text *out) {
    static const int order[] = {0, 2, 1, 3};
    for (int i = 0; i < 4; i++) {
        double pair = 0;
        for (int lane = b->channels - 1; lane >= 0; lane--)
            pair = 256 * pair + (order[i] < count ? value(data, output + lane, input + order[i]) : 0);
        put_value(out, TYPE_I16, pair);
    }
}

/* Whether something is too much of `count` weights, which are pairs. */
static bool has_too_much(const signed char *weights, size_t count) {
    for (size_t i = 0; i < count; i += 2) {
        if (too_much_of_pair(weights[i], weights[i + 1])) return true;
    }
    return false;
}

/* Moves what is too much to `rest`. */
static void cut_weights(signed char *weights, size_t count, signed char *rest) {
    for (size_t i = 0; i < count; i += 2) {
        const int more = too_much_of_pair(weights[i], weights[i + 1]);
        weights[i] = (signed char)(weights[i] - more);
        rest[i] = (signed char)more;
    }
}

/* Appends the weights of a block that takes four at once, the rests, how many they are, and for which inputs.
 */
static void pack_fours(const pack_layout *l, const channel_block *b, pack_source value, const void *data,
                       int output, text *out) {
    const size_t row = (size_t)pack_row_bytes(l, b),
                 end = out->size + (size_t)(l->inputs + l->depth - 1) / (size_t)l->depth * row;
    signed char *rest = (signed char *)out->data + end;
    text numbers = {.data = out->data + end + (size_t)l->rests * row};
    const size_t behind = (size_t)(numbers.data - out->data) + (size_t)rest_numbers(l);
    int n = 0;
    memset(rest, 0, behind - end);
    if (l->rests) numbers.size = (size_t)type_table[TYPE_I16].bytes;
    for (int i = 0; i < l->inputs; i += l->depth) {
        signed char *weights = (signed char *)out->data + out->size;
        pack_row(l, b, l->weight, value, data, output, i, l->inputs - i < l->depth ? l->inputs - i : l->depth,
                 l->depth, out);
        if (!has_too_much(weights, row)) continue;
        if (n++ == l->rests) abort(); /* a fault of lcc: the plan has counted them */
        cut_weights(weights, row, rest);
        rest += row;
        put_value(&numbers, TYPE_I16, (double)i / l->depth);
    }
    numbers.size = 0;
    if (l->rests) put_value(&numbers, TYPE_I16, n);
    out->size = behind;
}

static void pack_block(const pack_layout *l, const channel_block *b, pack_source value, const void *data,
                       int output, text *out) {
    size_t begin = out->size;
    pack_head_row(l, b, l->bias, value, data, output, PACK_BIAS, out);
    if (l->wide) {
        pack_wide_head(l, b, value, data, output, out);
    } else if (l->rescales) {
        if (l->floats)
            pack_head_row(l, b, TYPE_F32, value, data, output, PACK_SECOND, out);
        else
            pack_head_row(l, b, TYPE_I32, value, data, output, PACK_MULTIPLIER, out);
        if (l->factors && l->doubled)
            pack_head_row(l, b, TYPE_I32, value, data, output, PACK_RAISED, out);
        else if (l->factors)
            pack_head_row(l, b, TYPE_F32, value, data, output, PACK_FACTOR, out);
        pack_head_row(l, b, TYPE_I8, value, data, output, l->lefts ? PACK_RIGHT : PACK_SHIFT, out);
        fill_words(out, begin);
    }
    if (l->lefts) {
        pack_head_row(l, b, TYPE_I8, value, data, output, PACK_LEFT, out);
        fill_words(out, begin);
    }
    if (l->looks_up) {
        pack_head_row(l, b, TYPE_I8, value, data, output, PACK_TABLE, out);
        fill_words(out, begin);
    }
    if (l->rows) pack_columns(l, b, value, data, output, out);
    if (l->fours) pack_fours(l, b, value, data, output, out);
    for (int stretch = 0; stretch < l->stretches && !l->rows && !l->fours; stretch++) {
        for (int i = 0; i < l->inputs; i += l->depth) {
            const int count = l->inputs - i < l->depth ? l->inputs - i : l->depth,
                      input = stretch * l->inputs + i;
            if (l->wide)
                pack_wide_row(b, value, data, output, input, count, out);
            else if (l->interleaved)
                pack_interleaved(l, b, stored_type(l), value, data, output, input, l->depth, out);
            else if (l->pairs)
                pack_pairs(l, b, value, data, output, input, count, out);
            else if (l->paired)
                pack_paired_row(b, value, data, output, input, count, out);
            else
                pack_row(l, b, l->weight, value, data, output, input, count, l->ragged ? count : l->depth, out);
        }
    }
    if (l->rescales) fill_words(out, begin);
}

void pack_values(const pack_layout *l, pack_source value, const void *data, text *out) {
    int output = 0;
    text_reserve(out, (size_t)pack_bytes(l)); /* once, since there are millions of values */
    for (int group = 0; group < l->groups; group++) {
        for (int i = 0; i < l->n_blocks; i++) {
            for (int repeat = 0; repeat < l->blocks[i].repeat; repeat++) {
                pack_block(l, &l->blocks[i], value, data, output, out);
                output += l->blocks[i].channels;
            }
        }
    }
    out->data[out->size] = 0;
}
