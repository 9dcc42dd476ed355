/* verify_step.c: runs a step that is no chain, and says what belongs to each part of it, as emit/gemm.c,
 * window.c, elementwise.c, reshape.c, whole.c and share.c write it. */
#include "graph/quant.h"
#include "plan/verify_state.h"

/* ---- what holds for any step ---- */

static bool check_gemm(verifier *v, const plan_step *s) {
    const node *n = &v->p->g->nodes[s->node];
    const operand *o = &s->operands[0];
    bool dense = n->op == OP_DENSE;
    int groups = dense ? 1 : n->a.groups, depth = o->shape.c / groups, channels = 0;
    for (int i = 0; i < s->gemm.n_blocks; i++) {
        const channel_block *b = &s->gemm.blocks[i];
        int valid = 0;
        for (int j = 0; j < b->n_pieces; j++) valid += b->pieces[j].valid;
        if (valid != b->channels) return fault(v, "block %d of its tiles has %d channels", i, valid);
        channels += b->channels * b->repeat;
    }
    if (channels != n->shape.c / groups) return fault(v, "its tiles make %d channels of a group", channels);
    for (int g = 0; g < groups; g++) {
        int *within = ARENA_ARRAY(v->a, int, depth);
        for (int i = 0; i < depth; i++) within[i] = o->order[g * depth + i] - g * depth;
        if (!is_permutation(v, within, depth)) return fault(v, "group %d takes an input twice", g);
    }
    bool point = dense || (n->a.kernel[0] == 1 && n->a.kernel[1] == 1 &&
                           n->a.pad[TOP] + n->a.pad[BOTTOM] == 0 && n->a.pad[LEFT] + n->a.pad[RIGHT] == 0);
    if (!s->gemm.staged && !point) return fault(v, "its window needs rows that are staged");
    if (s->gemm.staged && s->gemm.group_stride != depth && groups > 1)
        return fault(v, "groups lie %d apart in its ring", s->gemm.group_stride);
    if (s->gemm.scaled && (s->gemm.staged || groups > 1))
        return fault(v, "weights are scaled of a convolution that is staged, or has groups");
    return true;
}

static bool check_shape(verifier *v, const plan_step *s, int which, int input) {
    shape in = v->p->g->nodes[input].shape, has = s->operands[which].shape;
    bool flat = has.h == 1 && has.w == 1 && has.c == shape_elements(in);
    if (flat || (in.h == has.h && in.w == has.w && in.c == has.c)) return true;
    return fault(v, "operand %d is %d x %d x %d, its tensor %d x %d x %d", which, has.h, has.w, has.c, in.h,
                 in.w, in.c);
}

/* Elements are converted where a kernel stages its input or goes element by element, and nowhere else. Kernels
 * of quantised layers take codes of any type as their first operand. */
static bool check_types(verifier *v, const plan_step *s) {
    const plan_buffer *buffers = v->p->buffers;
    elem_type type = v->p->g->nodes[s->node].type;
    if (buffers[s->out_buffer].type != type)
        return fault(v, "its elements are %s, its buffer's %s", type_table[type].name,
                     type_table[buffers[s->out_buffer].type].name);
    bool codes = is_integer(&v->p->g->nodes[s->node]) && (s->kind == STEP_GEMM || s->kind == STEP_WINDOW);
    bool converts = s->kind == STEP_COPY || s->kind == STEP_ELEMENTWISE || s->gemm.staged || codes;
    for (int i = converts; i < s->n_operands; i++) {
        const operand *o = &s->operands[i];
        /* Positions are int32, whatever they are the positions of. */
        if (s->kind == STEP_WHOLE) type = v->p->g->nodes[v->p->g->nodes[s->node].in[i]].type;
        for (int k = 0; k < o->n_runs; k++) {
            if (buffers[o->runs[k].buffer].type != type)
                return fault(v, "operand %d has elements of another type than it makes", i);
        }
    }
    return true;
}

/* A step that takes wholes has all inputs of its node as operands, and its output lies dense and in order. */
static bool check_whole(verifier *v, const plan_step *s) {
    const node *n = &v->p->g->nodes[s->node];
    if (s->n_operands != n->n_in) return fault(v, "it has %d operands of %d", s->n_operands, n->n_in);
    for (int i = 0; i < n->shape.c; i++) {
        if (s->out_order[i] != i) return fault(v, "its output's channels are not in order");
    }
    bool dense = pixel_stride(v->p, s->out_buffer) == n->shape.c && s->out_begin == 0;
    if (!dense && shape_pixels(n->shape) > 1) return fault(v, "its output does not lie dense");
    if (s->units < 1 || shape_elements(n->shape) % s->units)
        return fault(v, "its output is cut into %lld parts", (long long)s->units);
    return true;
}

bool check_step(verifier *v, const plan_step *s) {
    const node *n = &v->p->g->nodes[s->node];
    if (s->n_operands < 1 && s->kind != STEP_WHOLE) return fault(v, "it has no operands");
    if (!check_types(v, s)) return false;
    if (s->kind == STEP_WHOLE) return check_whole(v, s);
    if (s->kind == STEP_COPY)
        return check_shape(v, s, 0, s->node) && (is_permutation(v, s->out_order, s->operands[0].shape.c) ||
                                                 fault(v, "its output's channels are in no order"));
    if (!is_permutation(v, s->out_order, n->shape.c)) return fault(v, "its output's channels are in no order");
    if (n->a.has_residual && s->kind != STEP_GEMM && s->kind != STEP_WINDOW)
        return fault(v, "its kernel adds no residual");
    if (s->kind == STEP_ELEMENTWISE) return true;
    if (!check_shape(v, s, 0, n->in[0])) return false;
    if (n->a.has_residual && s->n_operands > 1 && !check_shape(v, s, 1, n->in[n->n_in - 1])) return false;
    return s->kind != STEP_GEMM || check_gemm(v, s);
}

/* ---- what belongs to a part ---- */

/* Output pixels first .. last - 1, positions begin .. end - 1 among the channels. */
typedef struct region {
    int64_t first, last;
    int begin, end;
} region;

typedef struct parts {
    verifier *v;
    const plan_step *s;
    int thread, part;
    int n, room;
    region *all;
    bool flat; /* pixels and channels are one row: first and last count elements */
} parts;

static void add_region(parts *x, int64_t first, int64_t last, int begin, int end) {
    if (first >= last || begin >= end) return;
    if (x->n == x->room) {
        int room = x->room ? x->room * 2 : 8;
        x->all = arena_grow(x->v->a, x->all, (size_t)x->n, (size_t)room, sizeof *x->all);
        x->room = room;
    }
    x->all[x->n++] = (region){first, last, begin, end};
}

static int64_t own_begin(const parts *x, int64_t units) { return part_begin(x->v, units, x->part); }
static int64_t own_end(const parts *x, int64_t units) { return part_begin(x->v, units, x->part + 1); }

/* share_vectors: full vectors are parted, the rest is the last part's; few are all the first one's. */
static void own_vectors(const parts *x, int64_t count, int64_t out[2][2]) {
    int64_t lanes = x->v->p->t->vectors[0].lanes, full = count / lanes;
    out[0][0] = out[0][1] = out[1][0] = out[1][1] = 0;
    if (full < 2) {
        out[0][1] = x->part == 0 ? count : 0;
        return;
    }
    out[0][0] = own_begin(x, full) * lanes;
    out[0][1] = own_end(x, full) * lanes;
    if (x->part != x->v->threads - 1) return;
    out[1][0] = full * lanes;
    out[1][1] = count;
}

/* Each run's vectors, over all pixels. */
static void part_by_channels(parts *x, int64_t pixels) {
    const operand *o = &x->s->operands[0];
    int c = x->v->p->g->nodes[x->s->node].shape.c;
    for (int i = 0, at = 0; at < c && o->n_runs; at += o->runs[i++ % o->n_runs].count) {
        int64_t own[2][2];
        own_vectors(x, o->runs[i % o->n_runs].count, own);
        for (int k = 0; k < 2; k++) add_region(x, 0, pixels, at + (int)own[k][0], at + (int)own[k][1]);
    }
}

static void part_gemm(parts *x) {
    const plan_step *s = x->s;
    const node *n = &x->v->p->g->nodes[s->node];
    const gemm_plan *cut = &s->gemm;
    bool dense = n->op == OP_DENSE;
    int64_t pixels = shape_pixels(n->shape), m = cut->tile_pixels, tiles = (pixels + m - 1) / m;
    int groups = dense ? 1 : n->a.groups, threads = x->v->threads;
    if (!dense && (cut->staged || n->a.stride[0] > 1 || n->a.stride[1] > 1)) {
        int64_t w = n->shape.w;
        add_region(x, own_begin(x, n->shape.h) * w, own_end(x, n->shape.h) * w, 0, n->shape.c);
        return;
    }
    enum { ENOUGH_TILES = 16 };
    bool by_pixels = tiles > 1 ? threads <= tiles : threads == 1;
    if (!cut->blocks_outside && pixels >= ENOUGH_TILES * m) by_pixels = true;
    if (by_pixels) {
        int64_t last = own_end(x, tiles) * m;
        add_region(x, own_begin(x, tiles) * m, last < pixels ? last : pixels, 0, n->shape.c);
        return;
    }
    for (int g = 0, at = 0; g < groups; g++) {
        for (int i = 0; i < cut->n_blocks; i++) {
            const channel_block *b = &cut->blocks[i];
            add_region(x, 0, pixels, at + (int)own_begin(x, b->repeat) * b->channels,
                       at + (int)own_end(x, b->repeat) * b->channels);
            at += b->repeat * b->channels;
        }
    }
}

static bool is_flat(const verifier *v, const plan_step *s) {
    const node *n = &v->p->g->nodes[s->node];
    if (n->op == OP_AFFINE || pixel_stride(v->p, s->out_buffer) != n->shape.c) return false;
    for (int i = 0; i < s->n_operands; i++) {
        const operand *o = &s->operands[i];
        if (o->n_runs != 1 || pixel_stride(v->p, o->runs[0].buffer) != n->shape.c ||
            shape_pixels(o->shape) != shape_pixels(n->shape))
            return false;
    }
    return true;
}

static void part_elementwise(parts *x) {
    const node *n = &x->v->p->g->nodes[x->s->node];
    int64_t pixels = shape_pixels(n->shape);
    x->flat = is_flat(x->v, x->s);
    if (x->flat) {
        int64_t own[2][2];
        own_vectors(x, shape_elements(n->shape), own);
        for (int k = 0; k < 2; k++) add_region(x, own[k][0], own[k][1], 0, n->shape.c);
    } else if (pixels > 1) {
        add_region(x, own_begin(x, pixels), own_end(x, pixels), 0, n->shape.c);
    } else {
        part_by_channels(x, 1);
    }
}

static void part_rows(parts *x) {
    shape s = x->v->p->g->nodes[x->s->node].shape;
    add_region(x, own_begin(x, s.h) * s.w, own_end(x, s.h) * s.w, 0, s.c);
}

static parts find_part(verifier *v, const plan_step *s, int part) {
    parts x = {.v = v, .s = s, .thread = thread_of(v, s, part), .part = part};
    enum { ENOUGH_ROWS = 7 };
    const node *n = &v->p->g->nodes[s->node];
    int64_t pixels = shape_pixels(n->shape);
    bool whole = !s->shared || (s->kind == STEP_GLOBAL_POOL && s->sums >= 0);
    if (whole || s->kind == STEP_SOFTMAX || s->kind == STEP_COPY) {
        bool copy = s->kind == STEP_COPY;
        add_region(&x, 0, copy ? shape_pixels(s->operands[0].shape) : pixels, 0,
                   copy ? s->operands[0].shape.c : n->shape.c);
    } else if (s->kind == STEP_WHOLE) {
        int64_t unit = shape_elements(n->shape) / s->units;
        x.flat = true;
        add_region(&x, own_begin(&x, s->units) * unit, own_end(&x, s->units) * unit, 0, n->shape.c);
    } else if (s->kind == STEP_GEMM) {
        part_gemm(&x);
    } else if (s->kind == STEP_ELEMENTWISE) {
        part_elementwise(&x);
    } else if (s->kind == STEP_GLOBAL_POOL || (s->kind == STEP_WINDOW && n->shape.h < ENOUGH_ROWS)) {
        part_by_channels(&x, pixels);
    } else {
        part_rows(&x);
    }
    return x;
}

/* ---- operands ---- */

/* What a step reads, and whether it reads each element just before it writes the one at the same position. */
typedef struct input {
    reading r;
    bool in_step;
} input;

static int find_inputs(verifier *v, const plan_step *s, int thread, input *out) {
    const node *n = &v->p->g->nodes[s->node];
    int count = 0;
    bool elementwise = s->kind == STEP_ELEMENTWISE;
    if (s->kind == STEP_GLOBAL_POOL && s->sums >= 0) return 0;
    for (int i = 0; i < (elementwise || s->kind == STEP_WHOLE ? s->n_operands : 1); i++) {
        input *x = &out[count++];
        if (!read_input(v, s, i, thread, &x->r)) return -1;
        bool whole = shape_pixels(x->r.shape) == shape_pixels(n->shape);
        x->in_step = (elementwise || s->kind == STEP_SOFTMAX) && whole;
    }
    bool adds = s->kind == STEP_GEMM || s->kind == STEP_WINDOW; /* a copy only moves what its node makes */
    if (adds && n->a.has_residual) {
        input *x = &out[count++];
        if (!read_residual(v, s, thread, &x->r)) return -1;
        if (x->r.n != n->shape.c) {
            fault(v, "its residual has %d channels", x->r.n);
            return -1;
        }
        x->in_step = true;
    }
    return count;
}

/* Kernels of these kinds take one run; those of elementwise pairs take runs that are cut alike. */
static bool check_runs(verifier *v, const plan_step *s) {
    const operand *o = s->operands;
    bool single =
        s->kind == STEP_SOFTMAX || s->kind == STEP_UPSAMPLE || s->kind == STEP_PAD || s->kind == STEP_SLICE;
    if (single && o[0].n_runs != 1) return fault(v, "its operand lies in %d pieces", o[0].n_runs);
    if (s->kind != STEP_ELEMENTWISE || s->n_operands < 2) return true;
    bool same = o[0].n_runs == o[1].n_runs;
    for (int i = 0; same && i < o[0].n_runs; i++) same = o[0].runs[i].count == o[1].runs[i].count;
    return same || fault(v, "its operands are cut into different runs");
}

/* What is written over an operand must be read before: element by element, at the same place. */
static bool check_in_place(verifier *v, const plan_step *s, const input *x, const track *out) {
    for (int i = 0; i < x->r.n; i++) {
        slot at = x->r.slots[i];
        if (at.buffer != s->out_buffer) continue;
        int stride = pixel_stride(v->p, at.buffer), channel = at.channel % stride - out->begin;
        if (channel < 0 || channel >= out->count) continue;
        if (!x->in_step || at.channel - out->begin != i)
            return fault(v, "it writes over what it reads still: position %d of an operand", i);
    }
    return true;
}

/* A part's share of an operand that is read in step with the output. */
static void record_in_step(verifier *v, const parts *share, const input *x) {
    for (int i = 0; i < share->n; i++) {
        const region *g = &share->all[i];
        for (int from = g->begin; from < g->end;) {
            const slot *at = &x->r.slots[from];
            int to = from + 1;
            while (to < g->end && x->r.slots[to].buffer == at->buffer &&
                   x->r.slots[to].channel == x->r.slots[to - 1].channel + 1)
                to++;
            const place *place_at = use_place(v, at->buffer, share->thread);
            if (place_at && share->flat)
                record_elements(v, share->thread, false, place_at, g->first, g->last);
            else if (place_at && shape_pixels(x->r.shape) == 1)
                record_elements(v, share->thread, false, place_at, at->channel, at->channel + to - from);
            else if (place_at)
                record_pixels(v, share->thread, false, place_at, g->first, g->last, at->channel,
                              at->channel + to - from);
            from = to;
        }
    }
}

static void record_output(verifier *v, const parts *share, const place *out, const track *k) {
    for (int i = 0; i < share->n; i++) {
        const region *g = &share->all[i];
        if (share->flat)
            record_elements(v, share->thread, true, out, g->first, g->last);
        else
            record_pixels(v, share->thread, true, out, g->first, g->last, k->begin + g->begin,
                          k->begin + g->end);
    }
}

/* ---- running it ---- */

/* The kernel's own data: staged rows, scaled weights, sums. */
static bool run_scratch(verifier *v, const plan_step *s, reading *x, int thread, int part) {
    const node *n = &v->p->g->nodes[s->node];
    int h = n->shape.h;
    if (s->kind == STEP_WINDOW) return begin_sums(v, s, thread, part);
    if (s->kind == STEP_WHOLE) return s->scratch < 0 || fill_scratch(v, s, thread);
    if (s->kind != STEP_GEMM) return true;
    if (s->gemm.scaled && !scale_weights(v, s, thread)) return false;
    if (!s->gemm.staged) return true;
    int first = s->shared ? (int)part_begin(v, h, part) : 0;
    int end = s->shared ? (int)part_begin(v, h, part + 1) : h;
    staging g;
    if (!begin_staging(v, s, thread, first, &g)) return false;
    for (int oy = first; oy < end; oy++) {
        if (!stage_rows(v, &g, x, oy)) return false;
    }
    return true;
}

/* Rows that a window adds to its sums: each part its own rows, or its own channels of all of them. */
static bool run_sums(verifier *v, const plan_step *s) {
    int h = v->p->g->nodes[s->node].shape.h;
    for (int row = 0; s->kind == STEP_WINDOW && row < h; row++) {
        if (!add_to_sums(v, s, 0, 0, row)) return false;
    }
    return true;
}

/* A pool that has nothing left to do but divide the sums, the first part's and the others'. */
static bool read_sums(verifier *v, const plan_step *s) {
    const node *n = &v->p->g->nodes[s->node];
    int c = n->shape.c, height = v->p->g->nodes[n->in[0]].shape.h;
    int copies = v->p->buffers[s->sums].own ? v->threads : 1;
    slot *slots = ARENA_ARRAY(v->a, slot, c);
    symbolic_value *expected = ARENA_ARRAY(v->a, symbolic_value, c);
    for (int i = 0; i < c; i++) {
        slots[i] = (slot){s->sums, i};
        expected[i] = resolve_value(v->p->g, n->in[0], EVERY_PIXEL, s->out_order[i]);
        expected[i].pixel = SUM_OF_PIXELS;
    }
    for (int t = 0; t < copies; t++) {
        reading x = {.shape = {1, 1, c}, .n = c, .slots = slots, .expected = expected, .thread = t};
        v->unrecorded = true;
        bool good = read_row(v, &x, 0, 0);
        v->unrecorded = false;
        if (!good) return false;
        record_reading(v, 0, &x);
    }
    for (int row = 0; row < height; row++) {
        if (!v->summed[s->sums] || v->summed[s->sums][row] != 1)
            return fault(v, "row %d has not been added to the sums once", row);
    }
    return true;
}

static bool write_output(verifier *v, const plan_step *s, place *out, track *k) {
    shape made = s->kind == STEP_COPY ? s->operands[0].shape : v->p->g->nodes[s->node].shape;
    if (out->width != made.w) return fault(v, "its rows have %d pixels, its buffer's %d", made.w, out->width);
    return write_rows(v, out, k, 0, 0, made.h);
}

/* What is read for a part, before anybody writes. */
static bool read_inputs(verifier *v, const plan_step *s, int part, const track *out) {
    int thread = thread_of(v, s, part);
    input *inputs = ARENA_ARRAY(v->a, input, s->n_operands + 2);
    int n = find_inputs(v, s, thread, inputs);
    parts share = find_part(v, s, part);
    for (int i = 0; i < n; i++) {
        input *x = &inputs[i];
        v->thread = thread;
        v->unrecorded = true; /* not all of it, but the part's share */
        bool good = read_all_rows(v, &x->r) && check_in_place(v, s, x, out);
        v->unrecorded = false;
        if (!good) return false;
        if (x->in_step)
            record_in_step(v, &share, x);
        else
            record_reading(v, thread, &x->r);
    }
    return n >= 0 && run_scratch(v, s, n ? &inputs[0].r : NULL, thread, part);
}

bool verify_single(verifier *v, const plan_step *s) {
    v->thread = -1;
    if (!check_step(v, s) || !check_runs(v, s)) return false;
    int threads = s->shared ? v->threads : 1;
    const symbolic_value *values = output_values(v, s);
    int count = s->kind == STEP_COPY ? s->operands[0].shape.c : v->p->g->nodes[s->node].shape.c;
    for (int t = 0; t < threads; t++) {
        v->thread = thread_of(v, s, t);
        place *out = use_place(v, s->out_buffer, v->thread);
        track *k = out ? output_track(v, out, s->out_begin, count, values) : NULL;
        if (!k || !read_inputs(v, s, t, k)) return false;
        if (s->kind == STEP_GLOBAL_POOL && s->sums >= 0 && !read_sums(v, s)) return false;
        parts share = find_part(v, s, t);
        record_output(v, &share, out, k);
    }
    if (!run_sums(v, s)) return false;
    place *out = use_place(v, s->out_buffer, 0);
    return out && write_output(v, s, out, output_track(v, out, s->out_begin, count, values));
}
