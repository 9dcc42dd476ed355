/* graph.h: the intermediate representation: a network as a flat list of nodes in SSA order.
 *
 * A node makes one tensor, of a static shape [h, w, c] (NHWC, batch 1), from tensors made before it: in[i] <
 * its own index. It keeps the label and the place in the source that it came from, so that every later message
 * and every comment in the generated code leads back to a line that somebody typed.
 *
 * Who writes: lang/ builds a graph with graph_add; weights/ fills the tensors' data; passes/ make new graphs
 * from old ones. Who reads: everybody. A finished graph is not changed in place, save for the weights' data. */
#ifndef LCC_GRAPH_H
#define LCC_GRAPH_H

#include "base/arena.h"
#include "base/diag.h"

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
    CLASS_VIEW
} op_class;

/* Which tensors of weights an op has. */
typedef enum op_weights { WEIGHTS_NONE, WEIGHTS_WB, WEIGHTS_NORM } op_weights;

typedef struct op_info {
    const char *name;
    int least_inputs, most_inputs;
    op_class class;
    op_weights weights;
} op_info;

extern const op_info op_table[OP_COUNT];

/* Element types of tensors, buffers, weights and ports. A network's input is f32, uint8 or int8; what a layer
 * makes is f32; the weights of conv, depthwise and dense are f32 or f16. */
typedef enum elem_type { TYPE_F32, TYPE_F16, TYPE_U8, TYPE_I8, TYPE_I16, TYPE_I32, TYPE_COUNT } elem_type;

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

/* Limits that keep every product of sizes inside 64 bits and a hostile file from eating the machine. */
enum {
    MAX_CHANNELS = 65536,
    MAX_SIDE = 65536,     /* height or width */
    MAX_KERNEL = 1024,    /* kernel side, stride, dilation, padding */
    MAX_NODES = 20000,    /* layers of a network */
    MAX_TENSOR = 1 << 28, /* elements of one activation */
    MAX_WEIGHTS =
        72 << 20 /* elements of all weights together: 302 MB as floats, and a compilation holds three copies */
};

static inline int64_t shape_pixels(shape s) { return (int64_t)s.h * s.w; }
static inline int64_t shape_elements(shape s) { return (int64_t)s.h * s.w * s.c; }

/* How a padding was written. Whatever it was, attrs.pad holds the resolved sides once the node is added. */
typedef enum pad_kind { PAD_SAME, PAD_SYMMETRIC, PAD_VALID, PAD_EXPLICIT } pad_kind;

/* Whose names and layouts the checkpoint has. */
typedef enum naming { NAMING_TORCH, NAMING_KERAS } naming;

typedef enum upsample_mode { UPSAMPLE_NEAREST, UPSAMPLE_BILINEAR } upsample_mode;

enum { TOP, BOTTOM, LEFT, RIGHT }; /* sides of a padding */

/* The weights of a node. The shapes are the graph's own, whatever the checkpoint's layout was:
 *   conv       weight [out, kh, kw, in/groups]       bias [out]
 *   depthwise  weight [kh, kw, out], out = c*multiplier + m        bias [out]
 *   dense      weight [out, in], inputs in (h, w, c) order         bias [out]
 *   bn         gamma, beta, mean, var: each [c]
 *   affine     weight (scale) [c], bias (shift) [c] */
typedef enum role { ROLE_WEIGHT, ROLE_BIAS, ROLE_GAMMA, ROLE_BETA, ROLE_MEAN, ROLE_VAR, ROLE_COUNT } role;

typedef struct tensor {
    int rank;
    int dims[4];
    int64_t count;  /* product of dims */
    elem_type type; /* in which the emitted code keeps the values */
    float *data;    /* the values, each one that `type` can hold; NULL until weights/ has bound it */
} tensor;

/* What a layer was given. Fields that an op does not have stay zero; graph_attrs_init gives the defaults. */
typedef struct attrs {
    int out;       /* conv, dense: output channels */
    int kernel[2]; /* height, width */
    int stride[2];
    int dilation[2];
    pad_kind padding;
    int pad[4]; /* TOP, BOTTOM, LEFT, RIGHT; given for PAD_EXPLICIT and the op `pad`, else resolved by the shape
                   rule */
    int groups; /* conv, shuffle */
    int multiplier; /* depthwise */
    bool has_bias;  /* conv, depthwise, dense */
    double eps;     /* bn */
    double slope;   /* leaky_relu */
    bool count_pad; /* avg_pool: padded positions count in the divisor */
    int factor;     /* upsample */
    upsample_mode mode;
    int begin, count;         /* slice: channels [begin, begin + count) */
    int n_mean, n_std;        /* normalize: 1, or the input's channels */
    const double *mean, *std; /* in the arena */
    double divide;
    naming naming;

    /* Set by passes only. A value v that the node computes becomes act2(act(v) + residual), where residual is
     * the node's last input, if has_residual. */
    op_kind act, act2; /* OP_IDENTITY: none */
    double act_slope, act2_slope;
    bool has_residual;
    const double *pad_value; /* conv, depthwise: value of the padding of each input channel; NULL: zeros */
} attrs;

typedef struct node {
    op_kind op;
    int n_in;
    const int *in;
    shape shape;
    elem_type type;
    attrs a;
    tensor *weights[ROLE_COUNT];
    const char *label; /* the full label: "features.3.conv.0.0", or "relu6_4" where none was given */
    bool labelled;     /* the label was written by the user (or prelude) on this layer, or around it, with @ */
    loc at;            /* the call in the .net file */
} node;

typedef struct port {
    int node;
    const char *name;
    loc at;
} port;

typedef struct graph {
    arena *mem;
    const char *name;    /* the net's name */
    const char *variant; /* the variant chosen, or NULL */
    const char
        *compound; /* the param of the compound directive, or NULL: one step of it is -D compound=phi+1 */
    double phi;    /* its value */
    double compound_work; /* by which one step of it multiplies the work, before rounding to whole layers and
                             channels */
    loc at;
    node *nodes;
    int n_nodes, room;
    port *inputs, *outputs; /* in the order of the file */
    int n_inputs, n_outputs;
    int64_t weight_elements; /* so far, against MAX_WEIGHTS */
    /* Output channels of conv, depthwise and dense that passes have removed: for every input the same value,
     * and of no effect on any output. */
    int64_t constant_channels, unread_channels;
} graph;

graph *graph_new(arena *mem, const char *name);
attrs graph_attrs_init(void);

/* Adds an input of the given type and shape; its node's index, or -1 after an error at `at`. */
int graph_add_input(graph *g, diag *d, const char *name, elem_type type, shape s, loc at);

/* Adds a node; its index, or -1 after an error at `at`: wrong number of inputs, shapes that do not fit (the
 * message gives them), sizes beyond the limits above. `label` may be NULL for joins. The weights' shapes are
 * set here. */
int graph_add(graph *g, diag *d, op_kind op, const int *in, int n_in, const attrs *a, const char *label,
              loc at);

/* Names the tensor of node `index` as an output; false after an error (the name is taken). */
bool graph_add_output(graph *g, diag *d, const char *name, int index, loc at);

/* The op of that name; OP_COUNT where there is none. "silu" is swish. */
op_kind op_by_name(const char *name);

/* Work and parameters, as papers count them: MACs of conv, depthwise and dense; weights, biases and norms'
 * gamma, beta. */
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

/* How many times each node's tensor is read: by nodes and as an output. [n_nodes], in the arena. */
int *graph_use_counts(const graph *g, arena *a);

/* The last input of a node with has_residual is that residual; the others are the op's own. */
static inline int node_own_inputs(const node *n) { return n->n_in - (n->a.has_residual ? 1 : 0); }

#endif
