/* verify_chain.c: runs a chain row by row, in the order in which the code of emit/chain.c makes the rows. */
#include "plan/verify_state.h"

typedef struct chain {
    verifier *v;
    const plan_step *s;
    int thread, cut;            /* the thread, and the part of the output's rows that it does */
    int made[MOST_CHAIN_PARTS]; /* of each part before a window: the row that comes next */
    reading x[MOST_CHAIN_PARTS], residual[MOST_CHAIN_PARTS];
    int residual_from[MOST_CHAIN_PARTS]; /* the part that makes it, or -1 */
    place *out[MOST_CHAIN_PARTS];
    track *made_track[MOST_CHAIN_PARTS];
    staging stage[MOST_CHAIN_PARTS]; /* of the staged parts */
} chain;

static const plan_step *part_of(const chain *k, int i) { return &k->s->parts[i]; }
static const node *node_of(const chain *k, int i) { return &k->v->p->g->nodes[part_of(k, i)->node]; }
static bool is_window(const chain *k, int i) { return part_of(k, i)->kind == STEP_WINDOW; }
static bool is_staged(const chain *k, int i) { return !is_window(k, i) && part_of(k, i)->gemm.staged; }
static bool is_last(const chain *k, int i) { return i + 1 == k->s->n_parts; }

/* In which row of its buffer a part puts a row of its output. */
static int row_slot(const chain *k, int i, int row) {
    if (is_last(k, i)) return k->s->sums_only ? 0 : row;
    return row % k->v->p->buffers[part_of(k, i)->out_buffer].shape.h;
}

/* ---- what a chain may be made of ---- */

static bool check_part(const chain *k, int i) {
    verifier *v = k->v;
    const plan_step *s = part_of(k, i);
    const node *n = node_of(k, i);
    if (s->kind != STEP_GEMM && s->kind != STEP_WINDOW) return fault(v, "no kernel of this kind goes by rows");
    if (is_window(k, i) && n->a.has_residual) return fault(v, "a window in a chain has no residual");
    if (s->kind == STEP_GEMM && n->op != OP_CONV) return fault(v, "it is no convolution");
    if (!is_last(k, i) && (s->gemm.scaled || s->sums >= 0 || s->out_begin != 0))
        return fault(v, "scaled weights, sums and a place in a concat are for the last part alone");
    return check_step(v, s);
}

/* A part that stands in two chains has its weights packed by the first one: in the order and the blocks that
 * the second one takes them in. */
static bool same_packing(const plan *p, const plan_step *x, const plan_step *y) {
    const operand *a = &x->operands[0], *b = &y->operands[0];
    bool same = x->gemm.n_blocks == y->gemm.n_blocks && a->n_runs == b->n_runs;
    for (int i = 0; same && i < x->gemm.n_blocks; i++) {
        const channel_block *c = &x->gemm.blocks[i], *d = &y->gemm.blocks[i];
        same = c->n_pieces == d->n_pieces && c->channels == d->channels && c->lanes == d->lanes &&
               c->repeat == d->repeat;
        for (int j = 0; same && j < c->n_pieces; j++)
            same = c->pieces[j].kind == d->pieces[j].kind && c->pieces[j].valid == d->pieces[j].valid;
    }
    for (int i = 0; same && i < a->n_runs; i++) same = a->runs[i].count == b->runs[i].count;
    for (int i = 0; same && i < a->shape.c; i++) same = a->order[i] == b->order[i];
    for (int i = 0; same && i < p->g->nodes[x->node].shape.c; i++) same = x->out_order[i] == y->out_order[i];
    return same;
}

static bool check_weights(const chain *k, int i) {
    verifier *v = k->v;
    const plan_step *s = part_of(k, i), *packer = v->packers[s->node];
    if (!s->again) {
        v->packers[s->node] = s;
        return true;
    }
    return (packer && same_packing(v->p, packer, s) && packer->weight_begin == s->weight_begin) ||
           fault(v, "its weights are packed for no other chain, or otherwise");
}

static bool check_chain(const chain *k) {
    verifier *v = k->v;
    const plan_step *s = k->s;
    if (s->n_parts < 1 || s->n_parts > MOST_CHAIN_PARTS) return fault(v, "a chain of %d parts", s->n_parts);
    const plan_step *last = &s->parts[s->n_parts - 1];
    if (s->operands != s->parts[0].operands || s->out_buffer != last->out_buffer ||
        s->out_begin != last->out_begin || s->sums != last->sums)
        return fault(v, "a chain reads what its first part reads, and makes what its last part makes");
    for (int i = 0; i < s->n_parts; i++) {
        v->part = i;
        if (!check_part(k, i) || !check_weights(k, i)) return false;
    }
    v->part = -1;
    return chain_weight_type(v->p, s->parts, s->n_parts) != TYPE_COUNT ||
           fault(v, "its parts have weights of different types, and one pointer to them");
}

/* ---- its operands ---- */

/* The input of a part but the first is what the part before it makes, wherever the operand says. */
static bool bind_input(chain *k, int i) {
    verifier *v = k->v;
    if (!read_input(v, part_of(k, i), 0, k->thread, &k->x[i])) return false;
    for (int c = 0; c < k->x[i].n && i > 0; c++) {
        if (k->x[i].slots[c].buffer != part_of(k, i - 1)->out_buffer)
            return fault(v, "it should read buffer %d, which the part before it writes, and reads %d",
                         part_of(k, i - 1)->out_buffer, k->x[i].slots[c].buffer);
    }
    return true;
}

static bool bind_residual(chain *k, int i) {
    verifier *v = k->v;
    reading *r = &k->residual[i];
    if (!node_of(k, i)->a.has_residual) return true;
    if (!read_residual(v, part_of(k, i), k->thread, r)) return false;
    int from = residual_source(v->p, k->s->parts, i);
    k->residual_from[i] = from;
    if (from < 0) return true;
    slot *slots = ARENA_ARRAY(v->a, slot, r->n); /* the code takes it from where that part's row begins */
    for (int c = 0; c < r->n; c++) slots[c] = (slot){part_of(k, from)->out_buffer, c};
    r->slots = slots;
    return true;
}

static bool bind_output(chain *k, int i) {
    verifier *v = k->v;
    const plan_step *s = part_of(k, i);
    const node *n = node_of(k, i);
    place *at = use_place(v, s->out_buffer, k->thread);
    if (!at) return false;
    if (at->width != n->shape.w)
        return fault(v, "its rows have %d pixels, its buffer's %d", n->shape.w, at->width);
    k->out[i] = at;
    k->made_track[i] = output_track(v, at, is_last(k, i) ? s->out_begin : 0, n->shape.c, output_values(v, s));
    return k->made_track[i] != NULL;
}

/* ---- rows ---- */

/* Whether a row that is about to be written is one that the same row of code reads: no, or, of a residual,
 * element by element what is written over it. */
static bool check_overlap(chain *k, int i, const reading *x, int slot_row, int written, bool aligned) {
    bool same = slot_row == written && !x->bound;
    for (int j = 0; j < x->n_sources && slot_row == written; j++) same = same || x->sources[j].at == k->out[i];
    if (!same) return true;
    for (int c = 0; c < x->n; c++) {
        slot s = x->slots[c];
        int begin = k->made_track[i]->begin, at = s.channel - begin;
        if (s.buffer != k->out[i]->buffer || slot_row != written || at < 0 || at >= k->made_track[i]->count)
            continue;
        if (!aligned || at != c)
            return fault(k->v, "row %d of buffer %d is written while it is read", written, s.buffer);
    }
    return true;
}

static bool write_row(chain *k, int i, int row) {
    const place *at = k->out[i];
    int slot_row = row_slot(k, i, row);
    const track *t = k->made_track[i];
    record_pixels(k->v, k->thread, true, at, (int64_t)slot_row * at->width, (int64_t)(slot_row + 1) * at->width,
                  t->begin, t->begin + t->count);
    return write_rows(k->v, k->out[i], k->made_track[i], slot_row, row, 1);
}

static bool make_row(chain *k, int i, int row);

static bool make_rows_before(chain *k, int i, int need) {
    for (; k->made[i - 1] < need; k->made[i - 1]++) {
        if (!make_row(k, i - 1, k->made[i - 1])) return false;
    }
    k->v->part = i;
    return true;
}

static bool make_window_row(chain *k, int i, int row) {
    verifier *v = k->v;
    const attrs *a = &node_of(k, i)->a;
    int height = part_of(k, i)->operands[0].shape.h, top = row * a->stride[0] - a->pad[TOP];
    int end = top + (a->kernel[0] - 1) * a->dilation[0] + 1;
    if (i > 0 && !make_rows_before(k, i, end < height ? end : height)) return false;
    for (int iy = top; iy < end; iy += a->dilation[0]) {
        if (iy < 0 || iy >= height) continue;
        int slot_row = i > 0 ? row_slot(k, i - 1, iy) : iy;
        if (!read_row(v, &k->x[i], iy, slot_row) ||
            !check_overlap(k, i, &k->x[i], slot_row, row_slot(k, i, row), false))
            return false;
    }
    return add_to_sums(v, part_of(k, i), k->thread, k->cut, row);
}

/* Copies the rows of the part before to the ring, each as soon as it is made. */
static bool stage_made_rows(chain *k, int i, int row) {
    staging *g = &k->stage[i];
    for (int end = begin_row_of_stage(k->v, g, row); g->next < end; g->next++) {
        bool inside = g->next >= 0 && g->next < part_of(k, i)->operands[0].shape.h;
        if (inside && !make_row(k, i - 1, g->next)) return false;
        k->v->part = i;
        if (!stage_row(k->v, g, &k->x[i], inside ? row_slot(k, i - 1, g->next) : 0)) return false;
    }
    return check_staged(k->v, g, row);
}

static bool read_conv_input(chain *k, int i, int row) {
    verifier *v = k->v;
    const plan_step *s = part_of(k, i);
    if (s->gemm.staged) return i > 0 ? stage_made_rows(k, i, row) : stage_rows(v, &k->stage[i], &k->x[i], row);
    int stride = node_of(k, i)->a.stride[0];
    int slot_row = i > 0 ? row_slot(k, i - 1, row) : row * stride;
    return read_row(v, &k->x[i], row * stride, slot_row) &&
           check_overlap(k, i, &k->x[i], slot_row, row_slot(k, i, row), false);
}

static bool make_conv_row(chain *k, int i, int row) {
    verifier *v = k->v;
    if (i > 0 && !is_staged(k, i) && !make_row(k, i - 1, row)) return false;
    v->part = i;
    if (!read_conv_input(k, i, row)) return false;
    if (part_of(k, i)->gemm.scaled && !has_scaled_weights(v, part_of(k, i), k->thread)) return false;
    if (!node_of(k, i)->a.has_residual) return true;
    int from = k->residual_from[i], slot_row = from >= 0 ? row_slot(k, from, row) : row;
    return read_row(v, &k->residual[i], row, slot_row) &&
           check_overlap(k, i, &k->residual[i], slot_row, row_slot(k, i, row), true);
}

static bool make_row(chain *k, int i, int row) {
    k->v->part = i;
    bool good = is_window(k, i) ? make_window_row(k, i, row) : make_conv_row(k, i, row);
    return good && write_row(k, i, row);
}

/* The rows of each part with which a thread begins that makes the output from row `first` on. */
static bool begin_rows(chain *k, int first) {
    for (int i = k->s->n_parts - 1; i > 0; i--) {
        if (is_staged(k, i)) {
            if (!begin_staging(k->v, part_of(k, i), k->thread, first, &k->stage[i])) return false;
            if (k->s->shared) first = k->stage[i].next < 0 ? 0 : k->stage[i].next;
        }
        if (!is_window(k, i)) continue;
        const attrs *a = &node_of(k, i)->a;
        int row = k->s->shared ? first * a->stride[0] - a->pad[TOP] : 0;
        k->made[i - 1] = row < 0 ? 0 : row;
        first = k->s->shared ? k->made[i - 1] : first;
    }
    const plan_step *s = part_of(k, 0);
    return !s->gemm.staged || begin_staging(k->v, s, k->thread, first, &k->stage[0]);
}

static bool run_cut(verifier *v, const plan_step *s, int cut) {
    int thread = thread_of(v, s, cut);
    chain k = {.v = v, .s = s, .thread = thread, .cut = cut};
    v->thread = thread;
    int n = s->n_parts;
    const plan_step *last = &s->parts[n - 1];
    for (int i = 0; i < n; i++) {
        v->part = i;
        if (!bind_input(&k, i) || !bind_residual(&k, i) || !bind_output(&k, i)) return false;
    }
    if (!begin_sums(v, last, thread, cut)) return false;
    if (last->gemm.scaled && !scale_weights(v, last, thread)) return false;
    int h = v->p->g->nodes[last->node].shape.h;
    int first = s->shared ? (int)part_begin(v, h, cut) : 0;
    int end = s->shared ? (int)part_begin(v, h, cut + 1) : h;
    if (!begin_rows(&k, first)) return false;
    for (int row = first; row < end; row++) {
        if (!make_row(&k, n - 1, row)) return false;
    }
    return true;
}

bool verify_chain(verifier *v, const plan_step *s) {
    chain k = {.v = v, .s = s};
    if (!check_chain(&k)) return false;
    for (int t = 0; t < (s->shared ? v->threads : 1); t++) {
        if (!run_cut(v, s, t)) return false;
    }
    return true;
}
