/* builder.c: where the tensor of each node goes while the steps are listed, and the operands that steps read.
 *
 * What is known before the first step is listed: who reads a tensor last, which tensors are written into the
 * caller's arrays, and which into parts of another tensor's buffer. Then each step asks for its destination,
 * and settles there. */
#include "plan/builder.h"
#include "plan/whole.h"

#include <string.h>

/* Whether the node's step can write a whole buffer in the order of the tensor's channels. */
static bool can_be_placed(const node *n) {
    return !node_is_view(n) && n->op != OP_INPUT && !(n->op == OP_DEPTHWISE && n->a.multiplier > 1);
}

/* Whether it can also write into some of the channels of a buffer. */
static bool can_be_sliced(const graph *g, const node *n) { return can_be_placed(n) && !takes_wholes(g, n); }

static int *filled(arena *a, int n, int value) {
    int *x = ARENA_ARRAY(a, int, n);
    for (int i = 0; i < n; i++) x[i] = value;
    return x;
}

static void find_last_uses(builder *b) {
    const graph *g = b->g;
    b->last_use = ARENA_ARRAY(b->p->mem, int, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) b->last_use[i] = i;
    for (int i = 0; i < g->n_outputs; i++) b->last_use[g->outputs[i].node] = g->n_nodes;
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        int use = node_is_view(&g->nodes[i]) ? b->last_use[i] : i;
        for (int j = 0; j < g->nodes[i].n_in; j++) {
            int in = g->nodes[i].in[j];
            if (b->last_use[in] < use) b->last_use[in] = use;
        }
    }
}

/* Whether the result of a concat is its inputs one behind the other, element by element. */
static bool is_concat_of_rows(const node *n) {
    int64_t before = n->a.axis == AXIS_H ? 1 : n->a.axis == AXIS_W ? n->shape.h : shape_pixels(n->shape);
    return n->op == OP_CONCAT && before == 1;
}

/* Finds the outputs that a step can write directly into the caller's array. If a tensor is an output under
 * several names, that is the first one. */
static void find_direct_outputs(builder *b) {
    const graph *g = b->g;
    for (int i = 0; i < g->n_outputs; i++) {
        int n = g->outputs[i].node;
        while (g->nodes[n].op == OP_FLATTEN) n = g->nodes[n].in[0];
        bool placeable =
            can_be_placed(&g->nodes[n]) || g->nodes[n].op == OP_CONCAT || g->nodes[n].op == OP_RESHAPE;
        if (placeable && b->port_of[n] < 0) b->port_of[n] = i;
    }
}

/* Finds the concats whose inputs are all made by steps of their own. These steps write into slices of one
 * buffer, so the concat itself costs nothing. */
static void find_merged_concats(builder *b) {
    const graph *g = b->g;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (n->op != OP_CONCAT || n->a.axis != AXIS_C) continue;
        bool merge = true;
        for (int j = 0; j < n->n_in && merge; j++) {
            int in = n->in[j];
            merge = can_be_sliced(g, &g->nodes[in]) && b->concat_of[in] < 0 && b->port_of[in] < 0;
            for (int k = 0; k < j; k++) merge = merge && n->in[k] != in;
        }
        if (!merge) continue;
        for (int j = 0, begin = 0; j < n->n_in; j++) {
            b->concat_of[n->in[j]] = i;
            b->concat_begin[n->in[j]] = begin;
            begin += g->nodes[n->in[j]].shape.c;
        }
    }
}

/* The shape of a map's own buffer. Pixels that lie a multiple of 1 KB apart share a few sets of the nearest
 * cache, and a kernel that walks along a column would push them out of it again and again. So each of these
 * pixels gets one more cache line. */
static shape spread_pixels(const plan *p, const node *n) {
    enum { SHARED_BYTES = 1024, LINE_BYTES = 64 };
    shape s = n->shape;
    int size = type_table[n->type].bytes;
    bool shares = shape_pixels(s) > 1 && (int64_t)s.c * size % SHARED_BYTES == 0;
    if (shares && !p->t->strict_c99 && !p->t->small && !p->lean) s.c += LINE_BYTES / size;
    return s;
}

/* The buffer that node `index` has because it is an output, a concat, or a part of another tensor's bytes. The
 * first call makes it. */
static int owned_buffer(builder *b, int index) {
    if (b->own_buffer[index] >= 0) return b->own_buffer[index];
    const node *n = &b->g->nodes[index];
    int out = b->port_of[index], made;
    if (b->home_of[index] >= 0) {
        int home = owned_buffer(b, b->home_of[index]);
        made = add_part(b->p, home, b->home_at[index], n->shape, n->label);
    } else if (out >= 0) {
        made = add_buffer(b->p, BUFFER_OUTPUT, out, n->type, n->shape, n->label);
    } else {
        shape room = b->dense[index] ? n->shape : spread_pixels(b->p, n);
        made = add_buffer(b->p, BUFFER_ARENA, -1, n->type, room, n->label);
    }
    return b->own_buffer[index] = made;
}

static bool has_home(const builder *b, int index) { return b->home_of[index] >= 0 || b->port_of[index] >= 0; }

destination find_destination(builder *b, int index) {
    int concat = b->concat_of[index];
    if (concat >= 0) {
        int buffer = owned_buffer(b, concat);
        bool in_order = has_home(b, concat) || b->dense[concat];
        return (destination){.buffer = buffer, .begin = b->concat_begin[index], .in_order = in_order};
    }
    if (has_home(b, index)) return (destination){.buffer = owned_buffer(b, index), .in_order = true};
    return (destination){.buffer = -1, .in_order = b->dense[index], .dense = b->dense[index]};
}

/* Records that node `last` is among those that read what lies in a buffer. */
static void keep_until(builder *b, int buffer, int last) {
    plan_buffer *x = &b->p->buffers[outer_buffer(b->p, buffer)];
    if (x->until < last) x->until = last;
}

/* Records that node `index` lies in the channels begin .. begin + c - 1 of `buffer`, with channel order[i] of
 * the tensor at begin + i. */
static void settle(builder *b, int index, plan_step *s, int buffer, int begin, int *order) {
    plan *p = b->p;
    int c = b->g->nodes[index].shape.c;
    s->out_buffer = buffer;
    s->out_begin = begin;
    s->out_order = order;
    p->slots[index] = ARENA_ARRAY(p->mem, slot, c);
    for (int i = 0; i < c; i++) p->slots[index][order[i]] = (slot){buffer, begin + i};
    keep_until(b, buffer, b->last_use[index]);
}

/* Adds a copy of node `index`, whose channels lie at `slots`, to a dense buffer of shape `s`, in order. */
static void gather_into(builder *b, int index, const slot *slots, shape s, int buffer) {
    plan *p = b->p;
    plan_step *copy = add_step(p, STEP_COPY, index);
    copy->n_operands = 1;
    copy->operands = ARENA_ARRAY(p->mem, operand, 1);
    int *order = order_as_given(p, s.c);
    copy->operands[0].shape = s;
    cut_runs(p, slots, order, s.c, true, NULL, &copy->operands[0]);
    copy->out_buffer = buffer;
    copy->out_order = order;
}

/* The slots of a tensor of `c` channels that lie in order from the beginning of a buffer's pixels. */
static slot *slots_in_order(builder *b, int buffer, int c) {
    slot *slots = ARENA_ARRAY(b->p->mem, slot, c);
    for (int i = 0; i < c; i++) slots[i] = (slot){buffer, i};
    return slots;
}

slot *gather(builder *b, int index, const slot *slots, shape s) {
    const node *n = &b->g->nodes[index];
    int buffer = add_buffer(b->p, BUFFER_ARENA, -1, n->type, s, n->label);
    gather_into(b, index, slots, s, buffer);
    return slots_in_order(b, buffer, s.c);
}

operand channelwise_operand(builder *b, int index, bool in_order, int most) {
    plan *p = b->p;
    shape s = b->g->nodes[index].shape;
    operand o = {.shape = s};
    const slot *slots = p->slots[index];
    int *order = in_order ? order_as_given(p, s.c) : order_by_place(p, slots, s.c);
    cut_runs(p, slots, order, s.c, false, NULL, &o);
    if (o.n_runs > most) {
        slots = gather(b, index, slots, s);
        cut_runs(p, slots, order_as_given(p, s.c), s.c, false, NULL, &o);
    }
    return o;
}

operand *one_operand(builder *b, operand o) {
    operand *list = ARENA_ARRAY(b->p->mem, operand, 3);
    list[0] = o;
    return list;
}

void settle_at(builder *b, int index, plan_step *s, destination d, int *order) {
    const node *n = &b->g->nodes[index];
    if (d.buffer < 0) {
        shape room = d.dense ? n->shape : spread_pixels(b->p, n);
        d.buffer = add_buffer(b->p, BUFFER_ARENA, -1, n->type, room, n->label);
    }
    settle(b, index, s, d.buffer, d.begin, order);
}

bool fits_over(const builder *b, int index, destination d, int buffer_index) {
    bool as_dense = !d.dense || pixel_stride(b->p, buffer_index) == b->g->nodes[index].shape.c;
    return d.buffer < 0 && as_dense && may_overwrite(b->p, buffer_index, index);
}

/* Whether element (y, x, c) of a tensor lies at ((y * w) + x) * C + c behind its first one. */
static bool lies_dense(const plan *p, const slot *slots, shape s) {
    for (int i = 1; i < s.c; i++) {
        if (slots[i].buffer != slots[0].buffer || slots[i].channel != slots[0].channel + i) return false;
    }
    return shape_pixels(s) == 1 || (slots[0].channel == 0 && pixel_stride(p, slots[0].buffer) == s.c);
}

operand whole_operand(builder *b, int index) {
    plan *p = b->p;
    shape s = b->g->nodes[index].shape;
    const slot *slots = p->slots[index];
    if (!lies_dense(p, slots, s)) slots = gather(b, index, slots, s);
    operand o = {.shape = s};
    cut_runs(p, slots, order_as_given(p, s.c), s.c, false, NULL, &o);
    return o;
}

/* ---- tensors in the bytes of others ---- */

/* Whether a tensor lies in these bytes: dense, from element `begin` of the buffer on. */
static bool lies_at(const plan *p, const slot *slots, shape s, int buffer_index, int64_t begin) {
    const plan_buffer *b = &p->buffers[slots[0].buffer], *want = &p->buffers[buffer_index];
    int64_t size = type_table[b->type].bytes;
    return outer_buffer(p, slots[0].buffer) == outer_buffer(p, buffer_index) && lies_dense(p, slots, s) &&
           b->inside_at + slots[0].channel * size == want->inside_at + begin * size;
}

void plan_reshape(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    int in = n->in[0], buffer;
    shape s = b->g->nodes[in].shape;
    const slot *slots = p->slots[in];
    if (has_home(b, index)) {
        buffer = owned_buffer(b, index);
        if (!lies_at(p, slots, s, buffer, 0))
            gather_into(b, in, slots, s, add_part(p, buffer, 0, s, b->g->nodes[in].label));
    } else {
        if (!lies_dense(p, slots, s)) slots = gather(b, in, slots, s);
        buffer = add_part(p, slots[0].buffer, slots[0].channel, n->shape, n->label);
    }
    keep_until(b, buffer, b->last_use[index]);
    p->slots[index] = slots_in_order(b, buffer, n->shape.c);
}

void plan_rows(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    int buffer = owned_buffer(b, index);
    int64_t begin = 0;
    for (int j = 0; j < n->n_in; j++) {
        int in = n->in[j];
        shape s = b->g->nodes[in].shape;
        if (!lies_at(p, p->slots[in], s, buffer, begin))
            gather_into(b, in, p->slots[in], s, add_part(p, buffer, begin, s, b->g->nodes[in].label));
        begin += shape_elements(s);
    }
    keep_until(b, buffer, b->last_use[index]);
    p->slots[index] = slots_in_order(b, buffer, n->shape.c);
}

/* Whether nothing has a claim yet on where node `index` goes, and its tensor can go anywhere as a whole. */
static bool is_free(const builder *b, int index) {
    const node *n = &b->g->nodes[index];
    bool movable = can_be_placed(n) || n->op == OP_RESHAPE || n->op == OP_FLATTEN || b->rows[index] ||
                   (n->op == OP_CONCAT && b->concat_of[n->in[0]] == index);
    return movable && b->concat_of[index] < 0 && !has_home(b, index);
}

/* Whether a concat of flat tensors is made of its inputs' bytes: not if they lie in its channels anyway, nor if
 * they would have to be copied, which its readers may do without. */
static bool gains_from_rows(const builder *b, int index) {
    const node *n = &b->g->nodes[index];
    if (n->a.axis != AXIS_C) return true;
    for (int j = 0; j < n->n_in; j++) {
        for (int k = 0; k < j; k++) {
            if (n->in[k] == n->in[j]) return false;
        }
        if (!is_free(b, n->in[j])) return false;
    }
    return true;
}

/* Lets the inputs of node `index`, whose tensor has a place, go there at once. */
static void claim_inputs(builder *b, int index) {
    const node *n = &b->g->nodes[index];
    int64_t begin = 0;
    for (int j = 0; j < n->n_in; j++) {
        int in = n->in[j];
        if (is_free(b, in)) {
            b->home_of[in] = index;
            b->home_at[in] = begin;
        }
        begin += shape_elements(b->g->nodes[in].shape);
    }
}

/* Finds the tensors that become parts of others' bytes. It goes from the end, since what a tensor is a part of
 * may itself be a part. */
static void find_homes(builder *b) {
    const graph *g = b->g;
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        const node *n = &g->nodes[i];
        b->rows[i] = is_concat_of_rows(n) && b->concat_of[n->in[0]] != i && gains_from_rows(b, i);
        bool reshapes = n->op == OP_RESHAPE || n->op == OP_FLATTEN;
        if (b->rows[i] || (reshapes && has_home(b, i))) claim_inputs(b, i);
    }
}

/* Finds the tensors that are read as wholes. */
static void find_dense(builder *b) {
    const graph *g = b->g;
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        const node *n = &g->nodes[i];
        bool whole = takes_wholes(g, n);
        b->dense[i] = b->dense[i] || whole || b->rows[i];
        bool passes_on = whole || n->op == OP_RESHAPE || (n->op == OP_FLATTEN && b->dense[i]);
        for (int j = 0; j < n->n_in && passes_on; j++) b->dense[n->in[j]] = true;
    }
}

builder new_builder(plan *p) {
    builder b = {.p = p, .g = p->g};
    arena *a = p->mem;
    find_last_uses(&b);
    b.concat_of = filled(a, p->g->n_nodes, -1);
    b.concat_begin = filled(a, p->g->n_nodes, 0);
    b.port_of = filled(a, p->g->n_nodes, -1);
    b.own_buffer = filled(a, p->g->n_nodes, -1);
    b.home_of = filled(a, p->g->n_nodes, -1);
    b.home_at = ARENA_ARRAY(a, int64_t, p->g->n_nodes);
    b.dense = ARENA_ARRAY(a, bool, p->g->n_nodes);
    b.rows = ARENA_ARRAY(a, bool, p->g->n_nodes);
    find_direct_outputs(&b);
    find_merged_concats(&b);
    find_homes(&b);
    find_dense(&b);
    return b;
}
