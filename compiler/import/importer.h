/* importer.h: the state of an import, and the values that its nodes read and make.
 *
 * An importer walks once over the nodes of a file, in the order in which they compute. Each value is a
 * constant, or a tensor of the graph together with how the file counts it (view.h). A node whose inputs are all
 * constants is folded (fold.h); other nodes add to the graph (build.h). Nothing here knows a format: the reader
 * of a format turns each node of its file into a `file_node`, reads the node's attributes itself, and calls
 * what is declared here.
 *
 * Where a function fails, it has reported why. The reader then leaves the node's outputs unknown and passes
 * over the nodes that read them, so that it finds the next fault, too. */
#ifndef LCC_IMPORT_IMPORTER_H
#define LCC_IMPORT_IMPORTER_H

#include "import/constant.h"
#include "import/view.h"

#include "base/diag.h"

typedef enum file_value_kind { FILE_UNKNOWN, FILE_CONSTANT, FILE_TENSOR } file_value_kind;

/* A value of the file. Its element type is that of the constant, or of the node of the graph. */
typedef struct file_value {
    const char *name;
    file_value_kind kind;
    constant c;
    quant q;           /* on: the numbers of the constant are codes; a tensor's are those of its node */
    int node;          /* of the graph; -1 for an unknown value whose fault was reported */
    const char *fault; /* why the constant cannot be read, to be reported where it is used; NULL: it can */
    file_view v;
    bool fresh;   /* the node was made for this value */
    int uses;     /* by nodes, and as an output */
    int weighs;   /* how many of the uses are as the weights of a layer */
    bool made_up; /* a program numbered it: the name says nothing */
} file_value;

/* A node of the file, as its reader gives it to the functions below. */
typedef struct file_node {
    const char *type, *name; /* the operator, and the node's own name; either may be empty */
    const char *label; /* what a checkpoint would call the layer, as far as `name` tells; NULL: it does not */
    file_value **in, **out; /* NULL where the node leaves one out */
    int n_in, n_out;
} file_node;

/* The order of axes that the file gives to a feature map. */
typedef enum map_layout { LAYOUT_PLANES /* [1, c, h, w] */, LAYOUT_PIXELS /* [1, h, w, c] */ } map_layout;

/* How the codes are scaled that the node at work makes of codes (graph/quant.h). */
typedef struct code_scales {
    quant q;
    bool one_weight_scale; /* a layer's weights have one scale, else one for each output channel */
} code_scales;

typedef struct refused_operator refused_operator;

typedef struct importer {
    arena *mem, *scratch; /* of the graph, and for the time of the import */
    diag *d;
    loc at; /* the file, for messages */
    graph *g;
    map_layout layout;
    const code_scales *codes;  /* what an op that may have a scale of its own gets; NULL: it gets none */
    bool row;                  /* the maps of the node at work have one row, and the file no axis for it */
    bool planes;               /* each input map is given as one array [h, w] for each channel */
    diag *told, *untold;       /* errors that the user sees, and those that are only counted (walk.h) */
    int n_told, errors_before; /* nodes whose errors the user sees; errors in `d` before the node at work */
    bool failed;               /* a node was not imported */
    const file_node *node;     /* the node at work. NULL: an output is at work, */
    const char *output;        /* which has this name, as messages show it */
    int64_t work;              /* numbers looked at, against MAX_WORK */
    const quantisation *
        *scales;               /* of the integers that the weights of node i of the graph were made of, or NULL
                                */
    int n_scales;              /* nodes that may have such (codes.h) */
    refused_operator *refused; /* the operators that are not supported (walk.h) */
    int n_refused;
} importer;

enum { MAX_WORK = 1 << 29, MAX_LIST = 4096 };

/* The same code computes sizes for tensors and for constants. */
_Static_assert(VIEW_RANK == (int)CONSTANT_RANK, "tensors and constants have the same limit of axes");

/* A name out of the file as messages show it: at most 100 bytes, without control characters. */
const char *show_name(arena *a, const char *name);

/* Reports an error at the node or output at work. Returns false. */
bool node_error(importer *im, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Counts `count` numbers as looked at. False after an error where the import takes too long. */
bool spend(importer *im, int64_t count);

/* --- the inputs of the node at work */

/* Input `i`. NULL where the node leaves it out. */
file_value *node_input(const importer *im, int i);
/* Input `i`, which must be a tensor; input `i`, which must be a constant, and is called `what` in messages.
 * NULL after an error. */
file_value *tensor_input(importer *im, int i);
const constant *constant_input(importer *im, int i, const char *what);
/* Input `i`, a constant that is one number. False after an error. */
bool number_input(importer *im, int i, const char *what, double *out);
/* Input `i`, a constant, as a list of integers; the ends of the 64-bit range are kept, as they stand for "to
 * the end". `what` names it in messages. NULL after an error. */
int64_t *list_input(importer *im, int i, const char *what, int *count);

/* `axis` counted from 0, where negative ones count from the end of `rank` axes. -1 after an error. */
int check_axis(importer *im, int64_t axis, int rank);
/* A number out of the file as an int, at most 2^30 away from 0: too large for every limit of the graph. */
int clamp_int(int64_t number);
/* The product of sizes[from] .. sizes[to - 1]; -1 where it is too large for 64 bits. */
int64_t size_product(const int64_t *sizes, int from, int to);

/* --- the outputs of the node at work; one that the node leaves out is passed over */

/* Output `i` becomes the node `made` of the graph, seen as `v`, or a constant. */
void set_tensor(importer *im, int i, int made, const file_view *v, bool fresh);
void set_constant(importer *im, int i, const constant *c);
/* Output `i` is a constant that cannot be read, for the reason `why`. */
void set_fault(importer *im, int i, const char *why);
/* Output 0 becomes the node that was made for it, seen as `v`, or as a map in the file's layout (as
 * map_or_row_view has it). False where `made` is -1, which stands for an error. */
bool set_result(importer *im, int made, const file_view *v);
bool set_map(importer *im, int made);

/* A map of that shape in the file's layout, and the same without an axis for its only row where the node at
 * work has such maps. */
file_view map_view(const importer *im, shape s);
file_view map_or_row_view(const importer *im, shape s);

#endif
