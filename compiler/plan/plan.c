/* plan.c: lists the steps of a graph, after the passes.
 *
 * Node by node, each tensor gets its slots. Ops that only rearrange channels (CLASS_VIEW and concat) pass their
 * inputs' slots on. Every other op becomes a step that writes a range of channels of one buffer. That is, in
 * this order:
 *   - the caller's array, if the tensor is an output of the network;
 *   - a slice of a concat's buffer, if all of the concat's inputs are made by steps of their own;
 *   - the buffer of an input, in place, if the op allows it and nobody reads that input later;
 *   - else a buffer of its own in the arena.
 * If a kernel cannot walk over scattered channels, a copy gathers them first. The families of networks that lcc
 * is made for need none. */
#include "plan/internal.h"

#include <string.h>

/* A kernel has code for each run. If there are more runs than this, the tensor is gathered instead. */
enum { MAX_GEMM_RUNS = 64, MAX_CHANNELWISE_RUNS = 12 };

typedef struct builder {
    plan *p;
    const graph *g;
    int *last_use;     /* [n_nodes]: the last node that reads the tensor, views included; n_nodes: an output */
    int *concat_of;    /* [n_nodes]: the concat whose buffer the node writes into, or -1 */
    int *concat_begin; /* [n_nodes]: and its first channel there */
    int *port_of;      /* [n_nodes]: the output that the node or concat writes into directly, or -1 */
    int *own_buffer;   /* [n_nodes]: the buffer of a merged concat or an output, or -1: see owned_buffer */
} builder;

static bool is_view(op_kind op) { return op_table[op].class == CLASS_VIEW || op == OP_CONCAT; }

/* Whether the node's step can write into any buffer, in the order of the tensor's channels. */
static bool can_be_placed(const node *n) {
    return !is_view(n->op) && n->op != OP_INPUT && !(n->op == OP_DEPTHWISE && n->a.multiplier > 1);
}

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
        int use = is_view(g->nodes[i].op) ? b->last_use[i] : i;
        for (int j = 0; j < g->nodes[i].n_in; j++) {
            int in = g->nodes[i].in[j];
            if (b->last_use[in] < use) b->last_use[in] = use;
        }
    }
}

/* Finds the outputs that a step can write directly into the caller's array. If a tensor is an output under
 * several names, that is the first one. */
static void find_direct_outputs(builder *b) {
    const graph *g = b->g;
    for (int i = 0; i < g->n_outputs; i++) {
        int n = g->outputs[i].node;
        while (g->nodes[n].op == OP_FLATTEN) n = g->nodes[n].in[0];
        bool placeable = can_be_placed(&g->nodes[n]) || g->nodes[n].op == OP_CONCAT;
        if (placeable && b->port_of[n] < 0) b->port_of[n] = i;
    }
}

/* Finds the concats whose inputs are all made by steps of their own. These steps write into slices of one
 * buffer, so the concat itself costs nothing. */
static void find_merged_concats(builder *b) {
    const graph *g = b->g;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (n->op != OP_CONCAT) continue;
        bool merge = true;
        for (int j = 0; j < n->n_in && merge; j++) {
            int in = n->in[j];
            merge = can_be_placed(&g->nodes[in]) && b->concat_of[in] < 0 && b->port_of[in] < 0;
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
    if (shares && !p->t->strict_c99 && !p->lean) s.c += LINE_BYTES / size;
    return s;
}

/* The buffer that node `index` owns as an output or a merged concat. The first call makes it. */
static int owned_buffer(builder *b, int index) {
    if (b->own_buffer[index] < 0) {
        const node *n = &b->g->nodes[index];
        int out = b->port_of[index];
        b->own_buffer[index] =
            out >= 0 ? add_buffer(b->p, BUFFER_OUTPUT, out, n->type, n->shape, n->label)
                     : add_buffer(b->p, BUFFER_ARENA, -1, n->type, spread_pixels(b->p, n), n->label);
    }
    return b->own_buffer[index];
}

typedef struct destination {
    int buffer, begin; /* buffer -1: anywhere */
    bool in_order;     /* the channels must stand in the tensor's order */
} destination;

static destination find_destination(builder *b, int index) {
    int concat = b->concat_of[index];
    if (concat >= 0) {
        int buffer = owned_buffer(b, concat);
        return (destination){buffer, b->concat_begin[index], b->p->buffers[buffer].kind == BUFFER_OUTPUT};
    }
    if (b->port_of[index] >= 0) return (destination){owned_buffer(b, index), 0, true};
    return (destination){-1, 0, false};
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
    if (p->buffers[buffer].until < b->last_use[index]) p->buffers[buffer].until = b->last_use[index];
}

/* Adds a copy that gathers scattered channels into a new dense buffer, in order. Their new slots. */
static slot *gather(builder *b, int index, const slot *slots, shape s) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    int buffer = add_buffer(p, BUFFER_ARENA, -1, n->type, s, n->label);
    plan_step *copy = add_step(p, STEP_COPY, index);
    copy->n_operands = 1;
    copy->operands = ARENA_ARRAY(p->mem, operand, 1);
    int *order = order_as_given(p, s.c);
    copy->operands[0].shape = s;
    cut_runs(p, slots, order, s.c, true, NULL, &copy->operands[0]);
    copy->out_buffer = buffer;
    copy->out_order = order;
    slot *fresh = ARENA_ARRAY(p->mem, slot, s.c);
    for (int i = 0; i < s.c; i++) fresh[i] = (slot){buffer, i};
    return fresh;
}

/* The operand of a kernel that works channel by channel: the channels in the order in which they lie, or, if
 * `in_order`, in the tensor's own order. If they lie in more than `most` runs of neighbours, they are gathered
 * first. */
static operand channelwise_operand(builder *b, int index, bool in_order, int most) {
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

static operand *one_operand(builder *b, operand o) {
    operand *list = ARENA_ARRAY(b->p->mem, operand, 3);
    list[0] = o;
    return list;
}

/* Puts a step's output at the destination, or into a new buffer. */
static void settle_at(builder *b, int index, plan_step *s, destination d, int *order) {
    const node *n = &b->g->nodes[index];
    if (d.buffer < 0) {
        d.buffer = add_buffer(b->p, BUFFER_ARENA, -1, n->type, spread_pixels(b->p, n), n->label);
    }
    settle(b, index, s, d.buffer, d.begin, order);
}

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
    return in_type != n->type || a->kernel[0] > 1 || a->kernel[1] > 1 || a->pad[TOP] || a->pad[BOTTOM] ||
           a->pad[LEFT] || a->pad[RIGHT];
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
    if (gemm->table_runs > MAX_GEMM_RUNS) return false;
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
            if (o.n_runs <= MAX_GEMM_RUNS || try) return o;
        } else {
            bool regular = groups_are_regular(slots, order, s.c, groups, &gemm->group_stride);
            cut_runs(p, slots, order, s.c / groups, true, NULL, &o);
            o.order = ARENA_ARRAY(p->mem, int, s.c);
            memcpy(o.order, order, (size_t)s.c * sizeof(int));
            if (try || (regular && o.n_runs <= MAX_GEMM_RUNS)) return o;
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
        if (d.buffer < 0 && !reads_buffer(&x, over) && may_overwrite(p, over, index) && !may_end_chain(p, n)) {
            d = (destination){over, operands[1].runs[0].begin, false};
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
        s->scratch_bytes = rows * row * type_table[n->type].bytes;
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
    if (d.buffer < 0 && pair[0].n_runs == 1 && may_overwrite(p, first->buffer, index) &&
        !(count == 2 && reads_buffer(&pair[1], first->buffer))) {
        d = (destination){first->buffer, first->begin, false};
        s->in_place = true;
    }
    settle_at(b, index, s, d, pair[0].order);
}

/* ---- views ---- */

static void plan_view(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    const slot *in = p->slots[n->in[0]];
    int c = n->shape.c;
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
        case OP_SLICE: out[i] = in[n->a.begin + i]; break;
        default: out[i] = in[i]; break;
        }
    }
}

static void plan_input(builder *b, int index) {
    plan *p = b->p;
    const node *n = &b->g->nodes[index];
    int which = 0;
    while (b->g->inputs[which].node != index) which++;
    int buffer = add_buffer(p, BUFFER_INPUT, which, n->type, n->shape, n->label);
    p->buffers[buffer].until = b->g->n_nodes;
    p->slots[index] = ARENA_ARRAY(p->mem, slot, n->shape.c);
    for (int i = 0; i < n->shape.c; i++) p->slots[index][i] = (slot){buffer, i};
}

static void plan_node(builder *b, int index) {
    op_kind op = b->g->nodes[index].op;
    if (is_view(op)) {
        plan_view(b, index);
        return;
    }
    switch (op) {
    case OP_INPUT: plan_input(b, index); break;
    case OP_CONV:
    case OP_DENSE: plan_gemm(b, index); break;
    case OP_DEPTHWISE:
    case OP_MAX_POOL:
    case OP_AVG_POOL: plan_window(b, index); break;
    case OP_GLOBAL_AVG_POOL: plan_channelwise(b, index, STEP_GLOBAL_POOL, MAX_CHANNELWISE_RUNS); break;
    case OP_SOFTMAX: plan_channelwise(b, index, STEP_SOFTMAX, 1); break;
    case OP_UPSAMPLE: plan_channelwise(b, index, STEP_UPSAMPLE, 1); break;
    case OP_PAD: plan_channelwise(b, index, STEP_PAD, 1); break;
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
            direct = x->kind == BUFFER_OUTPUT && x->port == i && at.channel == c;
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
    builder b = {.p = p, .g = g};
    find_last_uses(&b);
    b.concat_of = filled(a, g->n_nodes, -1);
    b.concat_begin = filled(a, g->n_nodes, 0);
    b.port_of = filled(a, g->n_nodes, -1);
    b.own_buffer = filled(a, g->n_nodes, -1);
    find_direct_outputs(&b);
    find_merged_concats(&b);
    for (int i = 0; i < g->n_nodes; i++) plan_node(&b, i);
    plan_outputs(&b);
    keep_sums(p);
    scale_projections(p);
    find_lifetimes(p);
    return p;
}
