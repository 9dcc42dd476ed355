/* pack.h: how the weights of a plan lie in the program.
 *
 * A kernel reads its weights from front to back, so they are stored in that order. The output channels of a
 * layer are cut into blocks (see channel_block). A block begins with a row of biases, one for each of its
 * lanes. Then come the weights, input by input, those of one input lane by lane:
 *
 *     bias[lanes], then for each group of `depth` inputs: for each lane: weight[depth]
 *
 * Multiply-adds take one input at a time: depth is 1. Instructions for dot products take 2, 4 or 16 inputs at
 * once, and these lie side by side for each lane. A lane without a channel holds zeros, and so does a place
 * behind the last input of a stretch. A stretch is a number of inputs that the kernel reads without a jump,
 * such as a row of a window; a group of inputs never reaches into the next stretch.
 *
 * A block of a quantised layer begins with all that its sums need: a bias and a multiplier for each lane, both
 * int32, and a shift for each lane, int8, filled up to whole words. Where tiles take several inputs at once,
 * the factor that multiplier and shift say stands between the two, as a float. Where floats are proved to make
 * all codes of a layer, the factors are those of a float_rescale, and its second floats stand in place of the
 * multipliers. Where codes are made BY_DOUBLING, DOUBLED_POINT and the shift stand in place of the factor, as
 * an int32. If channels look up different tables, the number of each lane's table follows, int8, filled up in
 * the same way. Its weights are filled up to whole words, too. So a block is words of int32, then bytes.
 *
 * A depthwise layer's window may be the inputs of a dot product, too. Then all weights of a block's first lane
 * come first, column by column, then those of the second lane, and so on.
 *
 * Where four bytes are taken at once (byte_fours.h), rests follow the weights of a block: weights[4] for each
 * lane, as many as the block with the most has. Behind these stand numbers of 16 bits: how many there are, and
 * for each the group of inputs that it is for.
 *
 * All values are little-endian. Each step's weights begin at a multiple of 64 bytes. */
#ifndef LCC_PLAN_PACK_H
#define LCC_PLAN_PACK_H

#include "base/text.h"
#include "graph/integers.h"
#include "plan/plan.h"

typedef struct pack_layout {
    const target *t;
    elem_type weight, bias; /* element types */
    bool rescales;          /* multipliers and shifts follow the biases */
    bool lefts;             /* another shift follows, to the left; the first one is to the right then */
    bool factors;           /* .. and between the two the factors that both say, as floats */
    bool floats;   /* .. by which sums become codes alone; what goes with them, as floats, too, stands in
                      place of the multipliers: see byte_ends.h. Shifts mean nothing then */
    bool doubled;  /* .. BY_DOUBLING: int32 stand in place of the factors, by how much to shift to the left */
    bool looks_up; /* the number of each lane's table follows its shift */
    int depth;     /* inputs side by side: 1, 2, 4 or 16 */
    bool pairs;    /* .. pair by pair, each of all lanes of a vector */
    int rows;      /* of a window whose weights stand channel by channel, column by column; else 0 */
    bool widened;  /* weights of 16 bits */
    bool interleaved; /* biases, factors and weights: those of a lane are those of its channel_of_lane */
    bool ragged;      /* of a stretch's last inputs side by side there may be less. Where a tile holds more than
                         half as many, they are filled up: that takes fewer instructions */
    bool wide;        /* weights of 16 bits, scaled: see wide_shift */
    bool twice;       /* .. and they round as TFLite does */
    bool paired;      /* the weights of both lanes for an input are one number of 16 bits: see takes_pairs */
    bool fours;       /* weights are cut so that four inputs may be taken at once: see byte_fours.h */
    int rests;        /* .. then a block has room for so many */
    int stretches, inputs; /* so many stretches of so many inputs each */
    int groups;            /* of the convolution: each has all blocks, for output channels of its own */
    int n_blocks;
    const channel_block *blocks;
} pack_layout;

/* The layout of a conv or dense step's weights as they are stored, and of their copy in floats that a step with
 * scaled weights makes when it runs. */
pack_layout pack_layout_of_gemm(const plan *p, const plan_step *s);
pack_layout pack_layout_of_scaled(const plan *p, const plan_step *s);

/* The layout of a depthwise step's weights for a run of `channels` neighbouring output channels. Each run of
 * the input has one, and each multiple of the channels, in the order in which the kernel takes them. */
pack_layout pack_layout_of_window(const plan *p, const plan_step *s, int channels);

/* Whether the kernel of a quantised layer subtracts the zero point from its inputs: a depthwise with padding
 * does, since it leaves out what lies outside of the map. For all others the bias contains the zero point. */
bool subtracts_zero(const node *n);

/* Whether a staged convolution reads a whole row of its window without a jump. */
bool reads_whole_rows(const node *n);

/* Of a step by dot products: whether its kernel reads the rows of windows where they lie; whether the inputs of
 * its pixels are gathered as bytes, since they do not lie side by side; and the bytes of the inputs that its
 * tile holds widened. */
bool reads_rows(const plan *p, const plan_step *s);

/* Whether its staged rows, which are of uint8, become int8 as they are staged: its kernels take no other. */
bool turns_rows(const plan *p, const plan_step *s);

/* Whether the rows of its windows are joined before they are widened, since each would have to be filled up. */
bool joins_rows(const plan *p, const plan_step *s);
bool gathers_bytes(const plan *p, const plan_step *s);
int64_t widened_bytes(const plan *p, const plan_step *s);

/* The type in which kernels count weights: a pair of bfloat16 as one float. */
static inline elem_type pack_unit(const pack_layout *l) {
    return l->weight == TYPE_BF16 ? TYPE_F32 : l->weight;
}

/* Bytes of a block's biases; of these with multipliers and shifts; of the weights of one group of `depth`
 * inputs, for all lanes; of a block; of all blocks of one of the convolution's groups; of everything. */
int64_t pack_bias_bytes(const pack_layout *l, const channel_block *b);
/* Bytes of a byte for each lane, filled up to whole words: of the shifts, and of the numbers of tables. */
int64_t pack_byte_row(const channel_block *b);
int64_t pack_head_bytes(const pack_layout *l, const channel_block *b);
int64_t pack_row_bytes(const pack_layout *l, const channel_block *b);
/* Inputs of an output channel, with those that the last group of `depth` is filled up with. */
int64_t pack_inputs(const pack_layout *l);
int64_t pack_block_bytes(const pack_layout *l, const channel_block *b);
int64_t pack_group_bytes(const pack_layout *l);
int64_t pack_bytes(const pack_layout *l);

/* Bytes between the beginning of a group and the first block of shape `which`. */
int64_t pack_block_begin(const pack_layout *l, int which);

/* Inputs that stand for what the head of a block has. */
enum {
    PACK_BIAS = -1,
    PACK_MULTIPLIER = -2,
    PACK_SHIFT = -3,
    PACK_TABLE = -4,
    PACK_ROUNDING = -5,
    PACK_TIE = -6,
    PACK_RIGHT = -7,
    PACK_LEFT = -8,
    PACK_FACTOR = -9,
    PACK_SECOND = -10,
    PACK_RAISED = -11
};

/* The weight with which an output channel takes an input, or for one of these its bias and so on. Outputs and
 * inputs are counted as the kernel walks: output 0 is the first lane of the first block of the first group, and
 * input i is number i % inputs of stretch i / inputs. */
typedef double (*pack_source)(const void *data, int output, int input);

/* Of a step that gathers the inputs of its pixels in a tile: the bytes of a pixel, and from one to the next. */
int64_t gathered_inputs(const plan *p, const plan_step *s);
int64_t gathered_step(const plan *p, const plan_step *s);

/* Fills weights[inputs] with those of an output channel of a conv or dense step, of int8: outputs and inputs as
 * above. */
void read_weights(const plan *p, const plan_step *s, int output, int *weights);

/* Appends a value of this type; integers are exact, floats are rounded to the nearest. */
void pack_value(text *out, elem_type type, double value);

/* Appends the weights of a layout, pack_bytes(l) in all. */
void pack_values(const pack_layout *l, pack_source value, const void *data, text *out);

/* Appends the weights of all steps, each at its weight_begin; `out` holds what lies before the plan's.
 * last: frees the values of the weights as they are packed, where the graph says that they may go. */
void pack_plan(const plan *p, bool last, text *out);

/* How the sums of a layer by dot products become codes. A channel whose code is the same for any input, and
 * whose sums or factor are too large for the kernels' short ways, has no weights, and a bias and a factor that
 * give that code: such are dead channels, with a scale next to nothing. */
typedef struct dot_integers {
    const rescale *by;    /* [out] */
    const int32_t *fixed; /* [out]: the bias of such a channel, else 0 */
    const bool *is_fixed; /* [out] */
    int64_t most;         /* the largest sum of the others, without its sign */
} dot_integers;

dot_integers integers_of_dots(const plan *p, const node *n);

/* The short way of runtime/i8.h that rescales all sums of the layer: I8_SHORT, or I8_LEFT where the target
 * knows that. */
typedef enum short_way { SHORT_NOT, SHORT_RIGHT, SHORT_LEFT } short_way;
short_way short_way_of(const plan *p, const node *n);

#endif
