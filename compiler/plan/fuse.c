/* fuse.c: makes chains. Neighbouring steps run as one, row by row, so that the tensors between them never
 * exist.
 *
 * A chain is a run of convolutions and windows (depthwise or pool). An inverted residual is expand, depthwise,
 * project; a block of RegNet is 1x1, grouped 3x3, 1x1; the first stages of a network may be one chain of
 * several blocks. To make a row of its output, a part asks the part before it for the rows that it needs and
 * that are not there yet. A window needs as many rows as it is high, and they lie in a ring; a 1x1 convolution
 * needs one; a staged convolution copies each row to a ring of its own as soon as it is made. So the tensors
 * between the parts shrink from height x width to a few rows, which stay in the cache.
 *
 * The price is that a convolution by rows has fewer pixels for its tiles and reads its weights once for each
 * row. choose.c says which chains are worth that, and legal.c says which chains are possible.
 *
 * A squeeze-excite block needs its depthwise output twice: once for the factors, and once to be multiplied by
 * them. The output can be stored. It can also be made twice: a first chain ends with it and keeps only the sums
 * over each channel; behind the small layers a second chain makes it again, with the projection at its end. */
#include "plan/internal.h"

#include <string.h>

double link_traffic(const plan *p, int buffer_index) {
    double bytes = (double)p->buffers[buffer_index].bytes;
    double rate = bytes > p->t->l2_bytes / 2.0 ? 12 : bytes > p->t->l1_bytes / 2.0 ? 40 : 64;
    return 2 * bytes / rate;
}

double cut_by_row(const plan *p, plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    if (s->kind == STEP_WINDOW && s->window.narrow) {
        const double whole_map = predict_cycles(p, s);
        s->window.narrow = narrow_way_of(p, n, true);
        return predict_cycles(p, s) - whole_map;
    }
    if (s->kind != STEP_GEMM || n->op != OP_CONV) return 0;
    double whole = s->gemm.cycles;
    choose_gemm(p, s, true);
    if (s->gemm.staged) return s->gemm.cycles - whole; /* it goes by rows in any case */
    double weights = (double)n->weights[ROLE_WEIGHT]->count * gemm_weight_size(p, s);
    double rate = weights > p->t->l2_bytes / 2.0 ? 16 : weights > p->t->l1_bytes / 2.0 ? 128 : 1e9;
    return s->gemm.cycles - whole + weights / rate * (n->shape.h - 1);
}

static void shrink(plan *p, int buffer_index, int rows) {
    plan_buffer *b = &p->buffers[buffer_index];
    b->shape.h = rows;
    b->bytes = shape_elements(b->shape) * type_table[b->type].bytes;
}

/* A chain of these parts. The array becomes the chain's own. */
static plan_step join_parts(plan_step *parts, int n) {
    plan_step s = parts[n - 1];
    s.kind = STEP_CHAIN;
    s.parts = parts;
    s.n_parts = n;
    s.n_operands = 1;
    s.operands = parts[0].operands;
    s.scratch_bytes = 0;
    s.tile_bytes = largest_tile(parts, n);
    s.macs = 0;
    for (int i = 0; i < n; i++) s.macs += parts[i].macs;
    return s;
}

/* The tensors between a chain's parts shrink to the rows that are needed at the same time. */
static void shrink_between(plan *p, const plan_step *parts, int n) {
    for (int i = 0; i + 1 < n; i++) shrink(p, parts[i].out_buffer, rows_kept(p, parts, n, i));
}

static plan_step *copy_parts(plan *p, const plan_step *first, int n) {
    plan_step *parts = ARENA_ARRAY(p->mem, plan_step, n);
    memcpy(parts, first, (size_t)n * sizeof *parts);
    for (int i = 0; i < n; i++) cut_by_row(p, &parts[i]);
    return parts;
}

plan_step make_chain(plan *p, const plan_step *first, int n) {
    plan_step *parts = copy_parts(p, first, n);
    shrink_between(p, parts, n);
    return join_parts(parts, n);
}

/* ---- squeeze-excite, the depthwise output made twice ---- */

/* Makes the step read buffer `to` where it read `from`. The step gets its own copy of its operands. */
static void read_instead(const plan *p, plan_step *s, int from, int to) {
    operand *operands = ARENA_ARRAY(p->mem, operand, s->n_operands);
    for (int j = 0; j < s->n_operands; j++) {
        const operand *o = &s->operands[j];
        operands[j] = *o;
        operands[j].runs = ARENA_ARRAY(p->mem, run, o->n_runs);
        for (int i = 0; i < o->n_runs; i++) {
            operands[j].runs[i] = o->runs[i];
            if (o->runs[i].buffer == from) operands[j].runs[i].buffer = to;
        }
    }
    s->operands = operands;
}

/* The chain that keeps only the sums. Its rows lie in new buffers, since the second chain needs the old ones.
 */
static plan_step make_sums_only(plan *p, const plan_step *first, int n) {
    plan_step *parts = copy_parts(p, first, n);
    for (int i = 0; i < n; i++) {
        const plan_buffer *b = &p->buffers[first[i].out_buffer];
        shape rows = {i + 1 < n ? rows_kept(p, first, n, i) : 1, b->shape.w, b->shape.c};
        int buffer = add_buffer(p, BUFFER_ARENA, -1, b->type, rows, b->what);
        parts[i].out_buffer = buffer;
        for (int to = i + 1; to < n; to++) read_instead(p, &parts[to], first[i].out_buffer, buffer);
    }
    plan_step s = join_parts(parts, n);
    s.sums_only = true;
    return s;
}

int make_twice(plan *p, const plan_step *first, int window, int n, plan_step *out) {
    const plan_step *project = &first[n - 1];
    int count = 0;
    out[count++] = make_sums_only(p, first, window);
    for (int i = window; i + 1 < n; i++) {
        out[count] = first[i];
        /* The pool has the sums, and no map to read. */
        if (first[i].sums == first[window - 1].sums) {
            operand *none = ARENA_NEW(p->mem, operand);
            none->shape = first[i].operands[0].shape;
            out[count].operands = none;
        }
        count++;
    }
    plan_step *parts = ARENA_ARRAY(p->mem, plan_step, window + 1);
    memcpy(parts, first, (size_t)window * sizeof *parts);
    parts[window] = *project;
    for (int i = 0; i <= window; i++) {
        cut_by_row(p, &parts[i]);
        parts[i].again = i < window;
    }
    parts[window - 1].sums = -1;
    choose_window(p, &parts[window - 1]);
    cut_by_row(p, &parts[window - 1]);
    parts[window].scratch_bytes = scaled_bytes(p, &parts[window]);
    shrink_between(p, parts, window + 1);
    out[count++] = join_parts(parts, window + 1);
    return count;
}
