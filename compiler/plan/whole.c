/* whole.c: the table of ops whose steps take their operands as wholes. */
#include "plan/whole.h"
#include "graph/axes.h"
#include "graph/binary.h"

/* Threads share the outermost axis, unless it is the only one. */
static int64_t outermost_axis(const node *n) {
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
};

bool takes_wholes(const graph *g, const node *n) {
    const whole_op *op = &whole_table[n->op];
    return op->cycles > 0 && (!op->applies || op->applies(g, n));
}

int64_t rows_of_output(const node *n) { return n->shape.h; }

int64_t pixels_of_output(const node *n) { return shape_pixels(n->shape); }

double whole_cycles(const graph *g, const node *n, double lanes) {
    const whole_op *op = &whole_table[n->op];
    double work = op->work ? (double)op->work(g, n) : (double)shape_elements(n->shape);
    return op->cycles * work / (op->by_vectors ? lanes : 1);
}
