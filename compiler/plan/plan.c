/* plan.c: lists the steps of a graph, after the passes.
 *
 * Node by node, each tensor gets its slots. Nodes that only rearrange channels (node_is_view) pass their
 * inputs' slots on. Every other op becomes a step that writes a range of channels of one buffer. That is, in
 * this order:
 *   - the caller's array, if the tensor is an output of the network;
 *   - a part of another tensor's buffer, if it is reshaped or joined to that, as heads of detectors are;
 *   - a slice of a concat's buffer, if all of the concat's inputs are made by steps of their own;
 *   - the buffer of an input, in place, if the op allows it and nobody reads that input later;
 *   - else a buffer of its own in the arena.
 * If a kernel cannot walk over scattered channels, a copy gathers them first. The families of networks that lcc
 * is made for need none. */
#include "graph/quant.h"
#include "plan/builder.h"
#include "plan/byte_ends.h"
#include "plan/whole.h"

#include <string.h>

/* A kernel has code for each run. If there are more runs than this, the tensor is gathered instead: sooner on
 * microcontrollers, where such code takes flash, and stack for its many addresses. */
enum { MAX_CHANNELWISE_RUNS = 12 };

static int most_gemm_runs(const plan *p) { return p->t->small ? 12 : 64; }

/* ---- conv, dense ---- */

/* The order in which a GEMM takes its input channels: group by group, in a group as they lie. */
static int *order_groups_by_place(const plan *p, const slot *slots, int c, int groups) {
    int *order = ARENA_ARRAY(p->mem, int, c);
    int size = c / groups;
    for (int g = 0; g < groups; g++) {
        const int *part = order_by_place(p, slots + g * size, size);
        for (int i = 0; i < size; i++) order[g * size + i] = g * size + part[i];
    }
    return order;
}

/* Whether the channels of each group lie like those of the group before, moved by a fixed distance, which is
 * stored in *stride. */
static bool groups_are_regular(const slot *slots, const int *order, int c, int groups, int *stride) {
    int size = c / groups;
    *stride = 0;
    if (groups == 1) return true;
    *stride = slots[order[size]].channel - slots[order[0]].channel;
    for (int i = size; i < c; i++) {
        slot here = slots[order[i]], before = slots[order[i - size]];
        if (here.buffer != before.buffer || here.channel - before.channel != *stride) return false;
    }
    return true;
}

static bool needs_staging(const node *n, elem_type in_type) {
    if (n->op == OP_DENSE) return false;
    const attrs *a = &n->a;
    bool converts = !is_integer(n) && in_type != n->type; /* codes are read as they are */
    return converts || a->kernel[0] > 1 || a->kernel[1] > 1 || a->pad[TOP] || a->pad[BOTTOM] || a->pad[LEFT] ||
           a->pad[RIGHT];
}

/* Puts the runs of groups that do not lie alike into a table. False if they are in several buffers, or too
 * many. */
static bool tabulate_groups(const plan *p, const slot *slots, const int *order, int c, int groups,
                            gemm_plan *gemm) {
    int size = c / groups;
    operand *parts = ARENA_ARRAY(p->mem, operand, groups);
    gemm->table_runs = 0;
    for (int g = 0; g < groups; g++) {
        cut_runs(p, slots, order + g * size, size, false, NULL, &parts[g]);
        if (parts[g].n_runs > gemm->table_runs) gemm->table_runs = parts[g].n_runs;
    }
    if (gemm->table_runs > most_gemm_runs(p)) return false;
    int *table = ARENA_ARRAY(p->mem, int, groups * gemm->table_runs * 2);
    for (int g = 0; g < groups; g++) {
        for (int i = 0; i < parts[g].n_runs; i++) {
            if (parts[g].runs[i].buffer != slots[order[0]].buffer) return false;
            table[(g * gemm->table_runs + i) * 2] = parts[g].runs[i].begin;
            table[(g * gemm->table_runs + i) * 2 + 1] = parts[g].runs[i].count;
        }
    }
    gemm->run_table = table;
    gemm->group_stride = 0;
    return true;
}

static operand gemm_operand(builder *b, const node *n, gemm_plan *gemm) {
    plan *p = b->p;
    int in = n->in[0], groups = n->a.groups;
    shape s = b->g->nodes[in].shape;
    const slot *slots = p->slots[in];
    if (n->op == OP_DENSE) {
        slots = flatten_slots(p, slots, s);
        s = (shape){1, 1, (int)shape_elements(s)};
        groups = 1;
    }
    gemm->staged = needs_staging(n, b->g->nodes[in].type);
    for (int try = 0;; try++) {
        operand o = {.shape = s};
        const int *order = order_groups_by_place(p, slots, s.c, groups);
        if (gemm->staged) {
            /* The ring holds the channels in this order, one after the other. */
            gemm->group_stride = s.c / groups;
            cut_runs(p, slots, order, s.c, true, NULL, &o);
            if (o.n_runs <= most_gemm_runs(p) || try) return o;
        } else {
            bool regular = groups_are_regular(slots, order, s.c, groups, &gemm->group_stride);
            cut_runs(p, slots, order, s.c / groups, true, NULL, &o);
            o.order = ARENA_ARRAY(p->mem, int, s.c);
            memcpy(o.order, order, (size_t)s.c * sizeof(int));
            if (try || (regular && o.n_runs <= most_gemm_runs(p))) return o;
            if (!regular && tabulate_groups(p, slots, order, s.c, groups, gemm)) return o;
        }
        slots = gather(b, in, slots, s);
    }
}

/* The residual of a GEMM: one run of neighbours. If the kernel may choose the order of its output, it takes the
 * residual's, so that a permuted residual costs nothing. */
static operand residual_operand(builder *b, const node *n, bool in_order) {
    int r = n->in[n->n_in - 1];
    bool fixed = in_order || n->a.groups > 1;
    operand o = channelwise_operand(b, r, fixed, 1);
    return o;
}

static void plan_gemm(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    gemm_plan gemm = {0};
    operand x = gemm_operand(b, n, &gemm);
    destination d = find_destination(b, index);
    operand *operands = one_operand(b, x);
    int *order = order_as_given(p, n->shape.c);
    if (n->a.has_residual) {
        operands[1] = residual_operand(b, n, d.in_order);
        order = operands[1].order;
        int over = operands[1].runs[0].buffer;
        if (!reads_buffer(p, &x, over) && fits_over(b, index, d, over) && !may_end_chain(p, n)) {
            d = (destination){.buffer = over, .begin = operands[1].runs[0].begin};
        }
    }
    plan_step *s = add_step(p, STEP_GEMM, index);
    s->operands = operands;
    s->n_operands = n->a.has_residual ? 2 : 1;
    s->gemm = gemm;
    settle_at(b, index, s, d, order);
    choose_gemm(p, s, false);
    if (gemm.staged) {
        shape in = x.shape;
        int64_t rows = (int64_t)n->a.dilation[0] * (n->a.kernel[0] - 1) + 1;
        int64_t row = (int64_t)(in.w + n->a.pad[LEFT] + n->a.pad[RIGHT]) * in.c;
        /* A tile reads the last inputs of a row in a whole group. */
        s->scratch_bytes = rows * row * type_table[n->type].bytes + (is_integer(n) ? s->gemm.depth - 1 : 0);
    }
}

/* ---- channel by channel ---- */

static void plan_window(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    destination d = find_destination(b, index);
    bool in_order = d.in_order || n->a.has_residual;
    operand x = channelwise_operand(b, n->in[0], in_order, MAX_CHANNELWISE_RUNS);
    operand *operands = one_operand(b, x);
    if (n->a.has_residual) operands[1] = channelwise_operand(b, n->in[1], true, 1);
    plan_step *s = add_step(p, STEP_WINDOW, index);
    s->operands = operands;
    s->n_operands = n->a.has_residual ? 2 : 1;
    int in_c = x.shape.c, multiplier = n->op == OP_DEPTHWISE ? n->a.multiplier : 1;
    int *order = ARENA_ARRAY(p->mem, int, n->shape.c);
    for (int m = 0; m < multiplier; m++) {
        for (int i = 0; i < in_c; i++) order[m * in_c + i] = x.order[i] * multiplier + m;
    }
    settle_at(b, index, s, d, order);
    choose_window(p, s);
}

static void plan_channelwise(builder *b, int index, step_kind kind, int most_runs) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    destination d = find_destination(b, index);
    operand x = channelwise_operand(b, n->in[0], d.in_order, most_runs);
    plan_step *s = add_step(p, kind, index);
    s->operands = one_operand(b, x);
    s->n_operands = 1;
    settle_at(b, index, s, d, x.order);
}

/* A pad of channels makes more of them than it reads, so it takes and makes them in the tensor's order. */
static void plan_pad(builder *b, int index) {
    const node *n = &b->g->nodes[index];
    if (b->g->nodes[n->in[0]].shape.c == n->shape.c) {
        plan_channelwise(b, index, STEP_PAD, 1);
        return;
    }
    destination d = find_destination(b, index);
    operand x = channelwise_operand(b, n->in[0], true, 1);
    plan_step *s = add_step(b->p, STEP_PAD, index);
    s->operands = one_operand(b, x);
    s->n_operands = 1;
    settle_at(b, index, s, d, order_as_given(b->p, n->shape.c));
}

/* Two operands with runs that begin at the same positions: wherever one of the two has no neighbours. */
static void pair_operands(builder *b, int x, int y, bool in_order, operand out[2]) {
    plan *p = b->p;
    shape sx = b->g->nodes[x].shape, sy = b->g->nodes[y].shape;
    int c = sx.c;
    const slot *slots[2] = {p->slots[x], p->slots[y]};
    for (int try = 0;; try++) {
        const int *order = in_order ? order_as_given(p, c) : order_by_place(p, slots[0], c);
        bool *breaks = ARENA_ARRAY(p->mem, bool, c);
        for (int k = 0; k < 2; k++) {
            for (int i = 1; i < c; i++) {
                slot here = slots[k][order[i]], before = slots[k][order[i - 1]];
                if (here.buffer != before.buffer || here.channel != before.channel + 1) breaks[i] = true;
            }
        }
        for (int k = 0; k < 2; k++) {
            out[k] = (operand){.shape = k == 0 ? sx : sy};
            cut_runs(p, slots[k], order, c, false, breaks, &out[k]);
        }
        if (try || out[0].n_runs <= MAX_CHANNELWISE_RUNS) return;
        slots[0] = gather(b, x, slots[0], sx);
        slots[1] = gather(b, y, slots[1], sy);
    }
}

static void plan_elementwise(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    destination d = find_destination(b, index);
    operand pair[2];
    int count = node_own_inputs(n);
    if (count == 2) {
        /* The larger operand is first. An operand of shape [1, 1, c] is broadcast. */
        int x = n->in[0], y = n->in[1];
        if (shape_pixels(b->g->nodes[x].shape) < shape_pixels(b->g->nodes[y].shape)) x = n->in[1], y = n->in[0];
        pair_operands(b, x, y, d.in_order, pair);
    } else {
        pair[0] = channelwise_operand(b, n->in[0], d.in_order, MAX_CHANNELWISE_RUNS);
    }
    plan_step *s = add_step(p, STEP_ELEMENTWISE, index);
    s->n_operands = count;
    s->operands = one_operand(b, pair[0]);
    if (count == 2) s->operands[1] = pair[1];
    const run *first = &pair[0].runs[0];
    if (pair[0].n_runs == 1 && fits_over(b, index, d, first->buffer) &&
        !(count == 2 && reads_buffer(p, &pair[1], first->buffer))) {
        d = (destination){.buffer = first->buffer, .begin = first->begin};
        s->in_place = true;
    }
    settle_at(b, index, s, d, pair[0].order);
}

/* ---- whole tensors ---- */

static void plan_whole(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    const whole_op *op = &whole_table[n->op];
    operand *operands = ARENA_ARRAY(p->mem, operand, n->n_in + 1);
    for (int i = 0; i < n->n_in; i++) operands[i] = whole_operand(b, n->in[i]);
    plan_step *s = add_step(p, STEP_WHOLE, index);
    s->operands = operands;
    s->n_operands = n->n_in;
    s->units = op->units ? op->units(b->g, n) : 1;
    s->scratch_bytes = op->scratch ? op->scratch(b->g, n) : 0;
    s->macs = node_macs(b->g, n);
    settle_at(b, index, s, find_destination(b, index), order_as_given(p, n->shape.c));
}

/* ---- views ---- */

static void plan_view(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    const slot *in = p->slots[n->in[0]];
    int c = n->shape.c;
    if (b->rows[index]) {
        plan_rows(b, index);
        return;
    }
    if (n->op == OP_RESHAPE || (n->op == OP_FLATTEN && b->home_of[index] >= 0)) {
        plan_reshape(b, index);
        return;
    }
    if (n->op == OP_FLATTEN) {
        p->slots[index] = flatten_slots(p, in, b->g->nodes[n->in[0]].shape);
        return;
    }
    slot *out = ARENA_ARRAY(p->mem, slot, c);
    p->slots[index] = out;
    if (n->op == OP_CONCAT) {
        for (int j = 0, at = 0; j < n->n_in; j++) {
            int part = b->g->nodes[n->in[j]].shape.c;
            memcpy(out + at, p->slots[n->in[j]], (size_t)part * sizeof(slot));
            at += part;
        }
        return;
    }
    int groups = n->a.groups, size = n->op == OP_SHUFFLE ? c / groups : 0;
    for (int i = 0; i < c; i++) {
        switch (n->op) {
        case OP_SHUFFLE: out[i] = in[i % groups * size + i / groups]; break; /* (g, n) -> (n, g) */
        case OP_SLICE: out[i] = in[n->a.begin + i * n->a.step]; break;
        default: out[i] = in[i]; break;
        }
    }
}

static void plan_input(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    int which = 0;
    while (b->g->inputs[which].node != index) which++;
    bool reused = b->g->inputs[which].reused;
    int buffer = add_buffer(p, reused ? BUFFER_ARENA : BUFFER_INPUT, which, n->type, n->shape, n->label);
    p->buffers[buffer].until = reused ? b->last_use[index] : b->g->n_nodes;
    p->slots[index] = ARENA_ARRAY(p->mem, slot, n->shape.c);
    for (int i = 0; i < n->shape.c; i++) p->slots[index][i] = (slot){buffer, i};
}

static void plan_node(builder *b, int index) {
    const node *n = &b->g->nodes[index];
    if (node_is_view(n)) {
        plan_view(b, index);
        return;
    }
    if (takes_wholes(b->g, n)) {
        plan_whole(b, index);
        return;
    }
    switch (n->op) {
    case OP_INPUT: plan_input(b, index); break;
    case OP_CONV:
    case OP_DENSE: plan_gemm(b, index); break;
    case OP_DEPTHWISE:
    case OP_MAX_POOL:
    case OP_AVG_POOL: plan_window(b, index); break;
    case OP_GLOBAL_AVG_POOL: plan_channelwise(b, index, STEP_GLOBAL_POOL, MAX_CHANNELWISE_RUNS); break;
    case OP_SOFTMAX: plan_channelwise(b, index, STEP_SOFTMAX, 1); break;
    case OP_UPSAMPLE: plan_channelwise(b, index, STEP_UPSAMPLE, 1); break;
    case OP_RESIZE: plan_channelwise(b, index, STEP_UPSAMPLE, 1); break;
    case OP_PAD: plan_pad(b, index); break;
    case OP_SLICE: plan_channelwise(b, index, STEP_SLICE, 1); break; /* of rows or columns */
    default: plan_elementwise(b, index); break; /* affine, convert, activations, add, mul */
    }
}

/* Adds copies for the outputs that no step writes directly into the caller's array. */
static void plan_outputs(builder *b) {
    plan *p = b->p;
    for (int i = 0; i < b->g->n_outputs; i++) {
        int index = b->g->outputs[i].node;
        shape s = b->g->nodes[index].shape;
        bool direct = true;
        for (int c = 0; c < s.c && direct; c++) {
            slot at = p->slots[index][c];
            const plan_buffer *x = &p->buffers[at.buffer];
            direct = x->kind == BUFFER_OUTPUT && x->port == i && at.channel == c && x->inside_at == 0;
        }
        if (direct) continue;
        slot *fresh = gather(b, index, p->slots[index], s);
        plan_buffer *x = &p->buffers[fresh[0].buffer];
        x->kind = BUFFER_OUTPUT;
        x->port = i;
    }
}

plan *list_steps(const graph *g, const target *t, const tuning *tuned, bool lean, arena *a) {
    plan *p = ARENA_NEW(a, plan);
    *p = (plan){.mem = a, .g = g, .t = t, .tuning = tuned, .lean = lean};
    p->slots = ARENA_ARRAY(a, slot *, g->n_nodes);
    p->ends = ARENA_ARRAY(a, const byte_ends *, g->n_nodes);
    builder b = new_builder(p);
    for (int i = 0; i < g->n_nodes; i++) plan_node(&b, i);
    plan_outputs(&b);
    keep_sums(p);
    scale_projections(p);
    find_lifetimes(p);
    return p;
}
