/* graph.h: the intermediate representation: a network as a flat list of nodes in SSA order.
 *
 * A node makes one tensor, of a static shape [h, w, c] (NHWC, batch 1), from tensors made before it: in[i] <
 * its own index. It keeps its label and its place in the source, so that every later message and every comment
 * in the generated code leads back to a line that somebody typed.
 *
 * lang/ and the importers build a graph with graph_add, weights/ fills in the data of its tensors, and passes/
 * make new graphs from old ones. All others only read it. A finished graph never changes but for the data of
 * its weights. */
#ifndef LCC_GRAPH_H
#define LCC_GRAPH_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/rescale.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum op_kind {
#define OP(id, name, least, most, class, weights) OP_##id,
#include "graph/ops.def"
#undef OP
    OP_COUNT
} op_kind;

typedef enum op_class {
    CLASS_SOURCE,
    CLASS_CONV,
    CLASS_POOL,
    CLASS_UNARY,
    CLASS_ACT,
    CLASS_JOIN,
    CLASS_VIEW,
    CLASS_WHOLE
} op_class;

/* Which tensors of weights an op has. */
typedef enum op_weights { WEIGHTS_NONE, WEIGHTS_WB, WEIGHTS_NORM, WEIGHTS_SCALE } op_weights;

typedef struct op_info {
    const char *name;
    int least_inputs, most_inputs;
    op_class class;
    op_weights weights;
} op_info;

extern const op_info op_table[OP_COUNT];

/* Element types of tensors, buffers, weights and ports. A network's input is f32, uint8 or int8. What a layer
 * makes is f32, or int32 where argmax or argmin make it. A quantised layer makes int8; quantize and requantize
 * may make uint8. The weights of conv, depthwise and dense are f32 or f16, or int8 in a quantised layer, whose
 * biases are int32. Where those of conv or dense are bf16, the layer rounds its inputs to bf16, too. */
typedef enum elem_type {
    TYPE_F32,
    TYPE_F16,
    TYPE_BF16,
    TYPE_U8,
    TYPE_I8,
    TYPE_I16,
    TYPE_I32,
    TYPE_COUNT
} elem_type;

typedef struct type_info {
    const char *name;   /* in a .net file: "f32", "uint8", "int8" */
    const char *c_name; /* in C: "float", "uint8_t", "int8_t"; an f16 is kept as its bits, in "uint16_t" */
    int bytes;
    double least, most; /* what its values lie between: infinities for floats, as inputs may be */
    bool is_float;
    bool is_port; /* an input of a network may have this type */
} type_info;

extern const type_info type_table[TYPE_COUNT];

typedef struct shape {
    int h, w, c; /* each at least 1; limits below */
} shape;

/* Limits, so that no product of sizes overflows 64 bits and no hostile file makes lcc use up the machine. */
enum {
    MAX_CHANNELS = 65536,
    MAX_SIDE = 1 << 20,   /* height or width: as many as a detector has boxes, and some more */
    MAX_KERNEL = 1024,    /* kernel side, stride, dilation, padding */
    MAX_NODES = 20000,    /* layers of a network */
    MAX_TENSOR = 1 << 28, /* elements of one activation */
    MAX_WEIGHTS =
        72 << 20 /* elements of all weights together: 302 MB as floats, and a compilation holds three copies */
};

static inline int64_t shape_pixels(shape s) { return (int64_t)s.h * s.w; }
static inline int64_t shape_elements(shape s) { return (int64_t)s.h * s.w * s.c; }

/* How a padding was written. Once the node is added, attrs.pad holds the resolved sides in any case. */
typedef enum pad_kind { PAD_SAME, PAD_SYMMETRIC, PAD_VALID, PAD_EXPLICIT } pad_kind;

/* Whose names and layouts the checkpoint has. */
typedef enum naming { NAMING_TORCH, NAMING_KERAS } naming;

typedef enum upsample_mode { UPSAMPLE_NEAREST, UPSAMPLE_BILINEAR } upsample_mode;

enum { TOP, BOTTOM, LEFT, RIGHT }; /* sides of a padding */

enum { AXIS_H, AXIS_W, AXIS_C, AXES }; /* axes of a tensor; a set of them has the bits 1 << axis */

/* The size of one axis of a shape. */
static inline int *side_of(shape *s, int axis) {
    return axis == AXIS_H ? &s->h : axis == AXIS_W ? &s->w : &s->c;
}

/* The sizes of a tensor that is counted as one of up to MAX_RANK axes, or an order of these axes. */
enum { MAX_RANK = 8 };
typedef struct axis_list {
    int n;
    int at[MAX_RANK];
} axis_list;

/* What a pad puts around a map: one number, or the map's own values: reflected about its edge, which is not
 * repeated, or those at the edge. */
typedef enum pad_mode { PADS_CONSTANT, PADS_REFLECT, PADS_EDGE, PAD_MODE_COUNT } pad_mode;

/* How depth_to_space counts the channels that become a block of b x b pixels: (row, column, channel), which is
 * DCR of ONNX and the order of TensorFlow, or (channel, row, column), CRD and PyTorch's pixel_shuffle.
 * space_to_depth makes them in that order. */
typedef enum block_order { BLOCKS_DCR, BLOCKS_CRD, BLOCK_ORDER_COUNT } block_order;

/* The numbers of a resize: see resample.h, which has the formulas. */
typedef enum resize_mode { RESIZE_NEAREST, RESIZE_LINEAR, RESIZE_CUBIC, RESIZE_MODE_COUNT } resize_mode;

typedef enum resize_places {
    PLACES_HALF_PIXEL,
    PLACES_PYTORCH,
    PLACES_ALIGN_CORNERS,
    PLACES_ASYMMETRIC,
    PLACES_TF_NEAREST,
    PLACES_SYMMETRIC,
    RESIZE_PLACES_COUNT
} resize_places;

typedef enum resize_rounding {
    ROUND_PREFER_FLOOR,
    ROUND_PREFER_CEIL,
    ROUND_FLOOR,
    ROUND_CEIL,
    RESIZE_ROUNDING_COUNT
} resize_rounding;

typedef struct resizing {
    int size[2]; /* of the output: height, width */
    resize_mode mode;
    resize_places places;     /* which place of the input an output pixel stands for */
    resize_rounding rounding; /* nearest: which pixel that is */
    double coefficient;       /* cubic: Keys's a */
    bool exclude_outside;     /* cubic: pixels beyond the edge count for nothing, else as the edge */
    double scale[2];          /* by which the places grow; 0: output by input size */
} resizing;

/* A set of axes: what attrs.axes holds. */
enum { OVER_H = 1 << AXIS_H, OVER_W = 1 << AXIS_W, OVER_C = 1 << AXIS_C, OVER_ALL = OVER_H | OVER_W | OVER_C };

/* What reduce makes of the numbers along its axes. Its word is reduction_names[..]. */
typedef enum reduction {
    REDUCE_MEAN,
    REDUCE_SUM,
    REDUCE_MAX,
    REDUCE_MIN,
    REDUCE_L1,         /* the sum of |x| */
    REDUCE_L2,         /* the root of the sum of x^2 */
    REDUCE_SUM_SQUARE, /* the sum of x^2 */
    REDUCE_PROD,
    REDUCE_LOG_SUM_EXP, /* log of the sum of exp(x) */
    REDUCTION_COUNT
} reduction;

/* Where nothing else is said, l2_norm divides by at least this. */
#define L2_NORM_EPS 1e-12

extern const char *const reduction_names[REDUCTION_COUNT];

/* The weights of a node. The shapes are the graph's own, whatever the checkpoint's layout was:
 *   conv       weight [out, kh, kw, in/groups]       bias [out]
 *   conv_transpose   the same: weight [o][ky][kx] goes from input pixel (y, x) to output pixel
 *                    (y*stride + ky*dilation - TOP, x*stride + kx*dilation - LEFT)
 *   depthwise  weight [kh, kw, out], out = c*multiplier + m        bias [out]
 *   dense      weight [out, in], inputs in (h, w, c) order         bias [out]
 *   bn         gamma, beta, mean, var: each [c]
 *   constant   weight [h, w, c]
 *   layer_norm, group_norm, rms_norm       gamma [c] (where has_scale), beta [c] (where has_bias)
 *   affine     weight (scale) [c], bias (shift) [c]
 * A quantised conv, conv_transpose, depthwise or dense has int8 weights and an int32 bias, and:
 *   weight_scale  [out], or [1] where attrs.one_weight_scale is set
 * A node that makes codes with a scale for each channel has: output_scale [c] */
typedef enum role {
    ROLE_WEIGHT,
    ROLE_BIAS,
    ROLE_GAMMA,
    ROLE_BETA,
    ROLE_MEAN,
    ROLE_VAR,
    ROLE_WEIGHT_SCALE,
    ROLE_OUTPUT_SCALE,
    ROLE_COUNT
} role;

typedef struct tensor {
    int rank;
    int dims[4];
    int64_t count;  /* product of dims */
    elem_type type; /* in which the emitted code keeps the values */
    float
        *data; /* the values, each one that `type` can hold; NULL until weights/ has bound it. NULL for int32 */
    int32_t *ints; /* the values of an int32 tensor, which a float cannot hold; else NULL */
} tensor;

/* How the integers of a tensor, its codes, stand for real numbers: real = scale * (code - zero). The zero point
 * is the same for all channels. */
typedef struct quant {
    bool on;              /* the tensor holds codes; else nothing else here counts */
    float scale;          /* above 0 */
    const tensor *scales; /* [c], one for each channel; NULL: `scale` holds for all */
    int zero;             /* a number that the element type can hold */
} quant;

/* The numbers that an activation takes: graph/activations.def says how many, and what they are. */
typedef struct act_args {
    double first, second;
} act_args;

/* The words of a .net file for what the enums above name. */
extern const char *const axis_names[AXES];
extern const char *const pad_mode_names[PAD_MODE_COUNT];
extern const char *const block_order_names[BLOCK_ORDER_COUNT];
extern const char *const resize_mode_names[RESIZE_MODE_COUNT];
extern const char *const resize_places_names[RESIZE_PLACES_COUNT];
extern const char *const resize_rounding_names[RESIZE_ROUNDING_COUNT];

/* What a layer was given. Fields that its op does not have keep graph_attrs_init's defaults. */
typedef struct attrs {
    int out;       /* conv, dense: output channels */
    int kernel[2]; /* height, width */
    int stride[2];
    int dilation[2];
    pad_kind padding;
    int pad[4]; /* TOP, BOTTOM, LEFT, RIGHT: given for PAD_EXPLICIT and the op `pad`, else set by the shape rule
                 */
    int output_pad[2]; /* conv_transpose: rows at the bottom and columns at the right that the output has more
                        */
    int groups;        /* conv, conv_transpose, shuffle, group_norm */
    int multiplier;    /* depthwise */
    bool has_bias;     /* conv, depthwise, dense, layer_norm, group_norm */
    bool has_scale;    /* layer_norm, group_norm, rms_norm */
    double eps;        /* the norms */
    act_args args;     /* of an activation */
    bool count_pad;    /* avg_pool: padded positions count in the divisor */
    int factor;        /* upsample; depth_to_space and space_to_depth: a side of their blocks */
    upsample_mode mode;
    resizing resize;
    block_order blocks;
    pad_mode around;       /* pad */
    double fill;           /* pad: the number, where it is constant */
    int pad_channels[2];   /* pad: channels before and behind */
    int axis;              /* AXIS_H, AXIS_W or AXIS_C: the one along which the op works */
    int axes;              /* the set of axes along which the op works */
    int step;              /* from one element that the op takes to the next; below 0: backwards */
    axis_list dims, order; /* transpose: the input counted so (n is 0: [h, w, c]); axis i of the result is
                              axis order.at[i] of dims */
    shape size;        /* the result's shape: reshape; transpose (h is 0: the three axes in their new order) */
    int begin, count;  /* slice: so many places of the axis: begin, begin + step, .. */
    int n_mean, n_std; /* normalize: 1, or the input's channels */
    const double *mean, *std; /* in the arena */
    double divide;
    reduction reduce;      /* reduce */
    bool last;             /* argmax, argmin: of equal numbers the last one, else the first */
    int window;            /* lrn: channels in its window */
    double alpha, beta, k; /* lrn */
    naming naming;

    /* Of a layer that makes codes: how, as far as that was given. node.q is what came of it. */
    quant q;
    bool channel_scales;   /* q has a scale for each channel, in ROLE_OUTPUT_SCALE */
    elem_type code_type;   /* quantize, requantize: TYPE_I8 or TYPE_U8 */
    bool one_weight_scale; /* conv, depthwise, dense: one scale for all weights, else one for each output */

    /* Set by passes only. A value v that the node computes becomes act2(act(v) + residual), where residual is
     * the node's last input, if has_residual. */
    op_kind act, act2; /* OP_IDENTITY: none */
    act_args act_args, act2_args;
    bool has_residual;
    const double *pad_value; /* conv, depthwise: the value of the padding in each input channel; NULL: zeros.
                                Of a quantised layer these are real numbers, too */

    /* Of a quantised node with something fused. The kernel makes codes as `own` says, and act, where it only
     * bounds (act_bounds), bounds these. Else act is a table from codes as `own` says to codes as `acted` says.
     * The residual is added to what that gives, as the op add does it, and act2 bounds the sum. The last of
     * these makes codes as node.q says; where `own` or `acted` is the last, it is off. */
    quant own, acted;
} attrs;

typedef struct node {
    op_kind op;
    int n_in;
    const int *in;
    shape shape;
    elem_type type;
    quant q; /* on: the tensor holds codes of `type` */
    attrs a;
    tensor *weights[ROLE_COUNT];
    const char *label; /* the full label: "features.3.conv.0.0", or "relu6_4" where none was given */
    bool labelled;     /* with @ by the user (or prelude), on this layer or around it */
    loc at;            /* the call in the .net file */
} node;

typedef struct port {
    int node;
    const char *name;
    loc at;
    const char *sizes; /* of a tensor that an imported file does not have as a map: its sizes in the file, "[1,
                          25200, 85]". Its elements lie in the order of these. Else NULL */
    bool reused; /* an input that the caller writes into the arena, whose memory is then used for other tensors
                  */
} port;

typedef struct graph {
    arena *mem;
    const char *name;            /* the net's name */
    const char *variant;         /* the variant chosen, or NULL */
    const char *const *variants; /* the names of all that there are */
    int n_variants;
    const char
        *compound; /* the param of the compound directive, or NULL. One step of it is -D compound=phi+1 */
    double phi;    /* its value */
    double compound_work; /* one step multiplies the work by it, before sizes are rounded to whole layers and
                           * channels */
    loc at;
    node *nodes;
    int n_nodes, room;
    port *inputs, *outputs; /* in the order of the file */
    int n_inputs, n_outputs;
    rescale_rounding rounding; /* of everything that is quantised */
    int64_t weight_elements;   /* so far, against MAX_WEIGHTS */
    /* How many output channels of conv, depthwise and dense passes have removed, because the channel has the
     * same value for every input, or because no output depends on it. */
    int64_t constant_channels, unread_channels;
    /* Nobody needs the values of the weights once they have been used: a pass may take a tensor's memory for
     * the values that replace them, and packing may free it. `data` is NULL then. */
    bool weights_may_go;
} graph;

graph *graph_new(arena *mem, const char *name);
attrs graph_attrs_init(void);

/* Adds an input of the given type and shape. Its node's index, or -1 after an error at `at`. */
int graph_add_input(graph *g, diag *d, const char *name, elem_type type, shape s, loc at);

/* Makes an input hold codes: real = scale * (code - zero). False after an error at the input's place: it is
 * neither uint8 nor int8, the scale is not a number above 0, or its type cannot hold the zero point. */
bool graph_quantise_input(graph *g, diag *d, int input, float scale, int zero);

/* Adds a node, and sets the shapes of its weights. Its index, or -1 after an error at `at`: a wrong number of
 * inputs, shapes that do not fit (the message gives them), or sizes beyond the limits above. `label` may be
 * NULL for joins. */
int graph_add(graph *g, diag *d, op_kind op, const int *in, int n_in, const attrs *a, const char *label,
              loc at);

/* The element type of what a new node makes: int32 for positions, and for a view of them; else f32. */
elem_type type_made(const graph *g, op_kind op, const int *in);

static inline bool makes_positions(op_kind op) { return op == OP_ARGMAX || op == OP_ARGMIN; }

/* The element type of an output: that of its codes, int32 for positions, else f32, to which an input that is
 * one is converted. */
static inline elem_type graph_output_type(const graph *g, int output) {
    const node *n = &g->nodes[g->outputs[output].node];
    return n->q.on || n->type == TYPE_I32 ? n->type : TYPE_F32;
}

/* Names the tensor of node `index` as an output. False after an error (the name is taken). */
bool graph_add_output(graph *g, diag *d, const char *name, int index, loc at);

/* Work and parameters as papers count them: the multiply-adds of conv, depthwise, dense and matmul, and the
 * weights and biases with the norms' gamma and beta. */
int64_t node_macs(const graph *g, const node *n);
int64_t node_params(const node *n);
int64_t graph_macs(const graph *g);
int64_t graph_params(const graph *g);

static inline int64_t tensor_bytes(const tensor *t) { return t->count * type_table[t->type].bytes; }

/* The element type of a node's weights; f32 where it has none. */
static inline elem_type node_weight_type(const node *n) {
    return n->weights[ROLE_WEIGHT] ? n->weights[ROLE_WEIGHT]->type : TYPE_F32;
}

/* Whether some node's weights are of this type. */
bool graph_has_weights_of(const graph *g, elem_type type);

/* Whether all tensors of all nodes have their values. */
bool graph_values_known(const graph *g);

/* Whether the caller writes some input into the arena. */
bool graph_reuses_input(const graph *g);

/* Whether the memory of a tensor's values may be taken or freed: nobody needs the graph's weights later, no
 * other tensor of the graph has the same values, and they are large enough to matter. */
bool graph_weight_may_go(const graph *g, const tensor *t);

/* How many nodes and outputs read each node's tensor; [n_nodes], in the arena. */
int *graph_use_counts(const graph *g, arena *a);

/* Whether the node only renames or reorders channels, or gives bytes another shape, which costs nothing when
 * the code runs: the plan says where each channel lies. */
static inline bool node_is_view(const node *n) {
    if (n->op == OP_CONCAT) return n->a.axis != AXIS_W || n->shape.h == 1;
    if (n->op == OP_SLICE) return n->a.axis == AXIS_C;
    return op_table[n->op].class == CLASS_VIEW || n->op == OP_RESHAPE;
}

/* The op's own inputs. Of a node with has_residual, the last input is that residual. */
static inline int node_own_inputs(const node *n) { return n->n_in - (n->a.has_residual ? 1 : 0); }

#endif
