/* verify_operand.c: which values a step should read, where its kernel looks for them, and whether they are
 * there. */
#include "plan/verify_state.h"

/* ---- what is expected ---- */

const symbolic_value *expect_tensor(const verifier *v, int node_index, shape s, const int *order, int n) {
    symbolic_value *expected = ARENA_ARRAY(v->a, symbolic_value, n);
    int c = v->p->g->nodes[node_index].shape.c;
    for (int i = 0; i < n; i++) {
        int channel = order ? order[i] : i;
        bool flat = shape_pixels(s) == 1;
        expected[i] =
            resolve_value(v->p->g, node_index, flat ? channel / c : EVERY_PIXEL, flat ? channel % c : channel);
    }
    return expected;
}

bool is_permutation(const verifier *v, const int *order, int n) {
    bool *seen = ARENA_ARRAY(v->a, bool, n);
    for (int i = 0; i < n; i++) {
        if (order[i] < 0 || order[i] >= n || seen[order[i]]) return false;
        seen[order[i]] = true;
    }
    return true;
}

const symbolic_value *output_values(const verifier *v, const plan_step *s) {
    int c = v->p->g->nodes[s->node].shape.c;
    if (s->kind == STEP_COPY)
        return expect_tensor(v, s->node, s->operands[0].shape, s->out_order, s->operands[0].shape.c);
    symbolic_value *values = ARENA_ARRAY(v->a, symbolic_value, c);
    for (int i = 0; i < c; i++) values[i] = (symbolic_value){s->node, s->out_order[i], EVERY_PIXEL};
    return values;
}

/* ---- what is there ---- */

static bool same_value(symbolic_value x, symbolic_value y) {
    return x.node == y.node && x.channel == y.channel && x.pixel == y.pixel;
}

static bool is_missing(verifier *v, const place *x, int row, int channel, int position, symbolic_value expected,
                       int expected_row) {
    return fault(v, "at position %d it expects row %d, channel %d of %s; %s", position, expected_row,
                 expected.channel, node_label(v, expected.node), describe_row(v, x, row, channel));
}

static track *find_track(const place *x, int channel, symbolic_value expected, track *last) {
    for (int i = -1; i < x->n_tracks; i++) {
        track *k = i < 0 ? last : x->tracks[i];
        if (k && !k->owner && channel >= k->begin && channel < k->begin + k->count &&
            same_value(k->values[channel - k->begin], expected))
            return k;
    }
    return NULL;
}

static void add_source(reading *x, place *at, track *held, int channel) {
    for (int i = 0; i < x->n_sources; i++) {
        origin *s = &x->sources[i];
        if (s->at != at || s->held != held) continue;
        if (channel < s->begin) s->begin = channel;
        if (channel >= s->end) s->end = channel + 1;
        return;
    }
    x->sources[x->n_sources++] = (origin){at, held, channel, channel + 1};
}

/* Finds the tracks of a map's channels. That is done once, when its first row is read; row `row` of the tensor
 * should lie in `slot_row`. */
static bool bind_map(verifier *v, reading *x, int row, int slot_row) {
    x->bound = true;
    x->sources = ARENA_ARRAY(v->a, origin, x->n);
    track *held = NULL;
    place *at = NULL;
    for (int i = 0; i < x->n; i++) {
        slot s = x->slots[i];
        if (!at || at->buffer != s.buffer) at = use_place(v, s.buffer, x->thread);
        if (!at) return false;
        if (at->width != x->shape.w)
            return fault(v, "it takes rows of %d pixels from a buffer whose rows have %d", x->shape.w,
                         at->width);
        held = find_track(at, s.channel, x->expected[i], held);
        if (!held && find_view(v, at, 0, x->expected[i].node))
            held = find_track(at, s.channel, x->expected[i], held);
        if (!held) return is_missing(v, at, slot_row, s.channel, i, x->expected[i], row);
        add_source(x, at, held, s.channel);
    }
    return true;
}

/* Reads a tensor of one pixel, whose elements may be a whole map's. */
static bool read_point(verifier *v, const reading *x) {
    place *at = NULL;
    for (int i = 0; i < x->n; i++) {
        slot s = x->slots[i];
        symbolic_value want = x->expected[i];
        if (!at || at->buffer != s.buffer) at = use_place(v, s.buffer, x->thread);
        if (!at) return false;
        int stride = (int)(at->pixel_bytes / at->element_bytes);
        int pixel = s.channel / stride, channel = s.channel % stride, row = pixel / at->width;
        int wanted_row = want.pixel / v->p->g->nodes[want.node].shape.w;
        if (s.channel < 0 || row >= at->height)
            return fault(v, "element %d of buffer %d is read, which has fewer", s.channel, s.buffer);
        int64_t before = (int64_t)want.pixel * v->p->g->nodes[want.node].shape.c + want.channel;
        bool found = holds_value(v, at, s.channel, want) ||
                     (find_view(v, at, s.channel - before, want.node) && holds_value(v, at, s.channel, want));
        if (!found) return is_missing(v, at, row, channel, i, want, wanted_row);
    }
    return true;
}

bool read_row(verifier *v, reading *x, int row, int slot_row) {
    if (shape_pixels(x->shape) == 1) {
        if (row != 0) return fault(v, "it reads row %d of a tensor that has one", row);
        if (!read_point(v, x)) return false;
        record_reading(v, x->thread, x);
        return true;
    }
    if (row < 0 || row >= x->shape.h) return fault(v, "it reads row %d of %d", row, x->shape.h);
    if (!x->bound && !bind_map(v, x, row, slot_row)) return false;
    for (int i = 0; i < x->n_sources; i++) {
        const origin *s = &x->sources[i];
        bool inside = slot_row >= 0 && slot_row < s->at->height;
        if (!inside || s->held->rows[slot_row] != row) {
            int at = 0;
            while (x->slots[at].buffer != s->at->buffer || x->slots[at].channel != s->begin) at++;
            return is_missing(v, s->at, slot_row, s->begin, at, x->expected[at], row);
        }
        int64_t width = s->at->width;
        record_pixels(v, x->thread, false, s->at, slot_row * width, (slot_row + 1) * width, s->begin, s->end);
    }
    return true;
}

bool read_all_rows(verifier *v, reading *x) {
    for (int row = 0; row < x->shape.h; row++) {
        if (!read_row(v, x, row, row)) return false;
    }
    return true;
}

void record_reading(verifier *v, int thread, const reading *x) {
    if (v->threads == 1) return;
    for (int i = 0; i < x->n_sources && shape_pixels(x->shape) > 1; i++) {
        const origin *s = &x->sources[i];
        record_pixels(v, thread, false, s->at, 0, shape_pixels(x->shape), s->begin, s->end);
    }
    for (int i = 0; i < x->n && shape_pixels(x->shape) == 1;) {
        int end = i + 1;
        while (end < x->n && x->slots[end].buffer == x->slots[i].buffer &&
               x->slots[end].channel == x->slots[end - 1].channel + 1)
            end++;
        const place *at = use_place(v, x->slots[i].buffer, x->thread);
        if (at) record_elements(v, thread, false, at, x->slots[i].channel, x->slots[end - 1].channel + 1);
        i = end;
    }
}

/* ---- where a kernel looks ---- */

/* The elements of an operand's runs, in their order; they should be `n`. */
static const slot *run_slots(verifier *v, const operand *o, int n, bool strided) {
    slot *slots = ARENA_ARRAY(v->a, slot, n);
    int count = 0;
    for (int i = 0; i < o->n_runs; i++) {
        const run *r = &o->runs[i];
        for (int k = 0; k < r->count && count < n; k++)
            slots[count++] = (slot){r->buffer, r->begin + k * (strided ? r->step : 1)};
        if (count == n && i + 1 < o->n_runs) count = n + 1;
    }
    if (count == n) return slots;
    fault(v, "an operand has %s than %d channels", count < n ? "fewer" : "more", n);
    return NULL;
}

/* Where a GEMM that is not staged finds each group's channels. */
static const slot *group_slots(verifier *v, const plan_step *s, int groups) {
    const operand *o = &s->operands[0];
    int depth = o->shape.c / groups;
    slot *slots = ARENA_ARRAY(v->a, slot, o->shape.c);
    if (s->gemm.run_table) {
        for (int g = 0, at = 0; g < groups; g++) {
            const int *runs = &s->gemm.run_table[g * s->gemm.table_runs * 2];
            for (int i = 0; i < s->gemm.table_runs; i++) {
                for (int k = 0; k < runs[2 * i + 1] && at < (g + 1) * depth; k++)
                    slots[at++] = (slot){o->runs[0].buffer, runs[2 * i] + k};
            }
            if (at == (g + 1) * depth) continue;
            fault(v, "the runs of group %d have fewer than %d channels", g, depth);
            return NULL;
        }
        return slots;
    }
    const slot *first = run_slots(v, o, depth, true);
    for (int i = 0; i < o->shape.c && first; i++) {
        slots[i] = first[i % depth];
        slots[i].channel += i / depth * s->gemm.group_stride;
    }
    return first ? slots : NULL;
}

/* The product of a convolution whose weights take the factors of its input: a mul of a map and factors that lie
 * on one pixel. The map's index among its inputs; -1 after a fault. */
static int scaled_map(verifier *v, int mul) {
    const graph *g = v->p->g;
    const node *n = &g->nodes[mul];
    if (n->op == OP_MUL && n->a.act == OP_IDENTITY && !n->a.has_residual) {
        for (int i = 0; i < 2; i++) {
            if (shape_pixels(g->nodes[n->in[1 - i]].shape) == 1 && shape_pixels(n->shape) > 1) return i;
        }
    }
    fault(v, "weights are scaled, but the input %s is no map times factors", node_label(v, mul));
    return -1;
}

/* The values that a scaled convolution reads instead of its input: those of the map, or of the factors. */
static const symbolic_value *expect_scaled(verifier *v, const plan_step *s, bool factors) {
    const operand *o = &s->operands[0];
    const graph *g = v->p->g;
    symbolic_value *expected = ARENA_ARRAY(v->a, symbolic_value, o->shape.c);
    for (int i = 0; i < o->shape.c; i++) {
        symbolic_value product = resolve_value(g, g->nodes[s->node].in[0], EVERY_PIXEL, o->order[i]);
        int map = scaled_map(v, product.node);
        if (map < 0) return NULL;
        const node *mul = &g->nodes[product.node];
        expected[i] =
            resolve_value(g, mul->in[factors ? 1 - map : map], factors ? 0 : EVERY_PIXEL, product.channel);
    }
    return expected;
}

static bool read_gemm_input(verifier *v, const plan_step *s, reading *out) {
    const node *n = &v->p->g->nodes[s->node];
    const operand *o = &s->operands[0];
    int groups = n->op == OP_DENSE ? 1 : n->a.groups;
    out->n = o->shape.c;
    out->slots = s->gemm.staged ? run_slots(v, o, out->n, true) : group_slots(v, s, groups);
    out->expected =
        s->gemm.scaled ? expect_scaled(v, s, false) : expect_tensor(v, n->in[0], o->shape, o->order, out->n);
    return out->slots && out->expected;
}

/* A window's output positions are its input's, once for each multiple. */
static bool read_window_input(verifier *v, const plan_step *s, reading *out) {
    const node *n = &v->p->g->nodes[s->node];
    const operand *o = &s->operands[0];
    int multiplier = n->op == OP_DEPTHWISE ? n->a.multiplier : 1;
    out->n = n->shape.c;
    slot *slots = ARENA_ARRAY(v->a, slot, out->n);
    int *order = ARENA_ARRAY(v->a, int, out->n);
    const slot *first = run_slots(v, o, o->shape.c, false);
    for (int i = 0; i < out->n && first; i++) {
        slots[i] = first[i % o->shape.c];
        order[i] = s->out_order[i] / multiplier;
    }
    out->slots = slots;
    out->expected = expect_tensor(v, n->in[0], o->shape, order, out->n);
    return first != NULL;
}

/* Which input of the node operand `which` is: where one of two is broadcast, it comes last. */
static int input_of_operand(const graph *g, const node *n, int which) {
    bool swapped = n->n_in == 2 && !n->a.has_residual &&
                   shape_pixels(g->nodes[n->in[0]].shape) < shape_pixels(g->nodes[n->in[1]].shape);
    return n->in[swapped ? 1 - which : which];
}

/* A tensor that a step takes as a whole: one run in the tensor's order, pixel after pixel without a gap. */
static bool read_whole(verifier *v, const plan_step *s, int which, reading *out) {
    int input = v->p->g->nodes[s->node].in[which];
    const operand *o = &s->operands[which];
    const shape want = v->p->g->nodes[input].shape;
    if (o->shape.h != want.h || o->shape.w != want.w || o->shape.c != want.c)
        return fault(v, "operand %d is not of the shape of its tensor", which);
    if (o->n_runs != 1) return fault(v, "operand %d lies in %d pieces", which, o->n_runs);
    bool dense = pixel_stride(v->p, o->runs[0].buffer) == want.c && o->runs[0].begin == 0;
    if (!dense && shape_pixels(want) > 1) return fault(v, "operand %d does not lie dense", which);
    out->n = want.c;
    out->slots = run_slots(v, o, out->n, false);
    out->expected = expect_tensor(v, input, want, NULL, out->n);
    return out->slots != NULL;
}

bool read_input(verifier *v, const plan_step *s, int which, int thread, reading *out) {
    const graph *g = v->p->g;
    const node *n = &g->nodes[s->node];
    const operand *o = &s->operands[which];
    *out = (reading){.shape = o->shape, .thread = thread};
    if (s->kind == STEP_WHOLE) return read_whole(v, s, which, out);
    if (s->kind == STEP_GEMM) return read_gemm_input(v, s, out);
    if (s->kind == STEP_WINDOW) return read_window_input(v, s, out);
    bool copy = s->kind == STEP_COPY,
         grows = s->kind == STEP_PAD; /* it may have more channels than its input */
    int input = copy ? s->node : input_of_operand(g, n, which);
    if (shape_elements(o->shape) != shape_elements(g->nodes[input].shape) ||
        (!copy && !grows && o->shape.c != n->shape.c))
        return fault(v, "operand %d is not of the shape of its tensor", which);
    out->n = o->shape.c;
    out->slots = run_slots(v, o, out->n, copy);
    out->expected = expect_tensor(v, input, o->shape, grows ? o->order : s->out_order, out->n);
    return out->slots != NULL;
}

/* An operand of which kernels know nothing but where its only run begins. */
static bool read_single_run(verifier *v, const operand *o, reading *out) {
    if (o->n_runs != 1) return fault(v, "a residual or factors lie in %d pieces", o->n_runs);
    out->shape = o->shape;
    out->n = o->shape.c;
    out->slots = run_slots(v, o, out->n, false);
    return out->slots != NULL;
}

bool read_residual(verifier *v, const plan_step *s, int thread, reading *out) {
    const node *n = &v->p->g->nodes[s->node];
    *out = (reading){.thread = thread};
    if (s->n_operands < 2) return fault(v, "its residual is no operand");
    if (!read_single_run(v, &s->operands[1], out)) return false;
    out->expected = expect_tensor(v, n->in[n->n_in - 1], out->shape, s->out_order, out->n);
    return true;
}

bool read_factors(verifier *v, const plan_step *s, int thread, reading *out) {
    *out = (reading){.thread = thread};
    if (!read_single_run(v, &s->operands[s->n_operands - 1], out)) return false;
    if (out->n != s->operands[0].shape.c) return fault(v, "there are %d factors", out->n);
    out->expected = expect_scaled(v, s, true);
    return out->expected != NULL;
}
