/* builder.h: what the files share that list the steps of a graph: see builder.c and plan.c. */
#ifndef LCC_PLAN_BUILDER_H
#define LCC_PLAN_BUILDER_H

#include "plan/internal.h"

typedef struct builder {
    plan *p;
    const graph *g;
    int *last_use;     /* [n_nodes]: the last node that reads the tensor, views included; n_nodes: an output */
    int *concat_of;    /* [n_nodes]: the concat whose buffer the node writes into, or -1 */
    int *concat_begin; /* [n_nodes]: and its first channel there */
    int *port_of;      /* [n_nodes]: the output that the node or concat writes into directly, or -1 */
    int *home_of;      /* [n_nodes]: the reshape or concat whose bytes the node's tensor is a part of, or -1 */
    int64_t *home_at;  /* [n_nodes]: and the tensor's first element there */
    int *own_buffer;   /* [n_nodes]: the buffer that the tensor goes into because of these, or -1 */
    bool *rows;        /* [n_nodes]: a concat of its inputs' bytes, one behind the other */
    bool *dense;       /* [n_nodes]: a step reads the tensor as a whole, so it should lie dense and in order */
} builder;

/* Where a step writes. */
typedef struct destination {
    int buffer, begin; /* buffer -1: anywhere */
    bool in_order;     /* the channels must stand in the tensor's order */
    bool dense;        /* of a new buffer: its pixels follow each other without a gap */
} destination;

/* A builder of `p`, which knows where tensors should go. */
builder new_builder(plan *p);

destination find_destination(builder *b, int index);

/* Puts a step's output at the destination, or into a new buffer. Channel order[i] of the tensor lies at the
 * destination's channel begin + i. */
void settle_at(builder *b, int index, plan_step *s, destination d, int *order);

/* Whether a step with that destination may write over what lies in a buffer, instead of into a new one. */
bool fits_over(const builder *b, int index, destination d, int buffer_index);

/* The place of a node that only changes the shape of its input (reshape, flatten): where the input lies, if
 * that is dense. Else a copy is added. */
void plan_reshape(builder *b, int index);

/* The place of a concat whose inputs lie one behind the other. Those that do not lie there yet are copied. */
void plan_rows(builder *b, int index);

/* Adds a copy that gathers scattered channels into a new dense buffer, in order. Their new slots. */
slot *gather(builder *b, int index, const slot *slots, shape s);

/* The operand of a kernel that works channel by channel: the channels in the order in which they lie, or, if
 * `in_order`, in the tensor's own order. If they lie in more than `most` runs of neighbours, they are gathered
 * first. */
operand channelwise_operand(builder *b, int index, bool in_order, int most);

/* The operand of a step that takes a tensor as a whole: element (y, x, c) lies at ((y * w) + x) * C + c behind
 * its first one. It is gathered first if it does not lie so. */
operand whole_operand(builder *b, int index);

/* A list of operands, of which this is the first, with room for two more. */
operand *one_operand(builder *b, operand o);

#endif
