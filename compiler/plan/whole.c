/* whole.c: the table of ops whose steps take their operands as wholes. */
#include "plan/whole.h"
#include "graph/along.h"
#include "graph/axes.h"
#include "graph/binary.h"

/* Threads share the outermost axis, unless it is the only one. */
static int64_t outermost_axis(const graph *g, const node *n) {
    (void)g;
    const axis_walk w = walk_of_transpose(&n->a);
    return w.n > 1 ? w.count[0] : 1;
}

/* Along the width of several rows. Any other concat has a place for each input, and no step. */
static bool joins_columns(const graph *g, const node *n) {
    (void)g;
    return n->a.axis == AXIS_W && n->shape.h > 1;
}

static bool meets_otherwise(const graph *g, const node *n) { return !meets_by_channel(g, n); }

#define BINARY                                                                                                 \
    { .applies = meets_otherwise, .cycles = 1.5, .by_vectors = true, .units = rows_of_output }

static shape operand_shape(const graph *g, const node *n) { return g->nodes[n->in[0]].shape; }

static int64_t operand_elements(const graph *g, const node *n) { return shape_elements(operand_shape(g, n)); }

/* A softmax over the channels alone has a kernel of its own. */
static bool is_along_others(const graph *g, const node *n) {
    (void)g;
    return n->a.axes != OVER_C;
}

/* The places of what works along axes and makes a number for each; and of what keeps the axes, whose places are
 * stretches of neighbours unless it walks in several steps across them. */
static int64_t places_of_reduced(const graph *g, const node *n) {
    return walk_along(operand_shape(g, n), n->a.axes).places;
}

static int64_t places_of_kept(const graph *g, const node *n) {
    const along k = walk_along(operand_shape(g, n), n->a.axes);
    return k.across && k.steps > 1 ? 1 : k.places;
}

bool sums_by_channels(const node *n) {
    enum { VECTOR = 16 };
    return n->a.groups > 1 && n->shape.c / n->a.groups < VECTOR;
}

static int64_t scratch_of_groups(const graph *g, const node *n) {
    (void)g;
    return sums_by_channels(n) ? 2 * (int64_t)n->shape.c * (int64_t)sizeof(float) : 0;
}

static int least_int(int x, int y) { return x < y ? x : y; }

void lrn_margins(const node *n, int margins[2]) {
    int before = (n->a.window - 1) / 2, most = n->shape.c - 1;
    margins[0] = least_int(before, most);
    margins[1] = least_int(n->a.window - 1 - before, most);
}

static int64_t scratch_of_lrn(const graph *g, const node *n) {
    (void)g;
    int margins[2];
    lrn_margins(n, margins);
    return ((int64_t)n->shape.c + margins[0] + margins[1]) * (int64_t)sizeof(float);
}

/* The matrices of a product, or the rows of the only one. */
static int64_t parts_of_product(const graph *g, const node *n) {
    (void)g;
    return n->shape.h > 1 ? n->shape.h : n->shape.w;
}

const whole_op whole_table[OP_COUNT] = {
    [OP_CONSTANT] = {.cycles = 1, .by_vectors = true},
    [OP_CONCAT] = {.applies = joins_columns, .cycles = 1, .by_vectors = true, .units = rows_of_output},
    [OP_TRANSPOSE] = {.cycles = 1.5, .units = outermost_axis},
    [OP_ADD] = BINARY,
    [OP_SUB] = BINARY,
    [OP_MUL] = BINARY,
    [OP_DIV] = BINARY,
    [OP_MIN] = BINARY,
    [OP_MAX] = BINARY,
    [OP_POW] = BINARY,
    [OP_SOFTMAX] = {is_along_others, 12, true, .units = places_of_kept},
    [OP_LOG_SOFTMAX] = {.cycles = 12, .by_vectors = true, .units = places_of_kept},
    [OP_L2_NORM] = {.cycles = 3, .by_vectors = true, .units = places_of_kept},
    [OP_REDUCE] = {.cycles = 2, .by_vectors = true, .work = operand_elements, .units = places_of_reduced},
    [OP_ARGMAX] = {.cycles = 2, .work = operand_elements, .units = places_of_reduced},
    [OP_ARGMIN] = {.cycles = 2, .work = operand_elements, .units = places_of_reduced},
    [OP_LAYER_NORM] = {.cycles = 5, .by_vectors = true, .units = pixels_of_output},
    [OP_RMS_NORM] = {.cycles = 4, .by_vectors = true, .units = pixels_of_output},
    [OP_GROUP_NORM] = {.cycles = 5, .by_vectors = true, .scratch = scratch_of_groups},
    [OP_LRN] = {.cycles = 12, .by_vectors = true, .units = pixels_of_output, .scratch = scratch_of_lrn},
    [OP_MATMUL] = {.cycles = 1, .by_vectors = true, .work = node_macs, .units = parts_of_product},
};

bool takes_wholes(const graph *g, const node *n) {
    const whole_op *op = &whole_table[n->op];
    return op->cycles > 0 && (!op->applies || op->applies(g, n));
}

int64_t rows_of_output(const graph *g, const node *n) {
    (void)g;
    return n->shape.h;
}

int64_t pixels_of_output(const graph *g, const node *n) {
    (void)g;
    return shape_pixels(n->shape);
}

double whole_cycles(const graph *g, const node *n, double lanes) {
    const whole_op *op = &whole_table[n->op];
    double work = op->work ? (double)op->work(g, n) : (double)shape_elements(n->shape);
    return op->cycles * work / (op->by_vectors ? lanes : 1);
}
