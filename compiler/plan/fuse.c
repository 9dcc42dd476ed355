/* fuse.c: neighbouring steps run as one, row by row, so that the tensors between them never exist.
 *
 * A chain is a run of convolutions (all but the first are 1x1) and windows (depthwise or pool): an inverted
 * residual is expand, depthwise, project, and the first stages of a network may be one chain of several blocks.
 * For each row of its output a part asks the part before it for the rows that it needs and that are not there
 * yet: a window for as many as it is high, which lie in a ring, a 1x1 convolution for one. The tensors between
 * shrink from height x width to a few rows, which stay in cache.
 *
 * The price: a convolution by rows has fewer pixels for its tiles and reads its weights once a row. Which
 * chains are worth that is for plan/choose.c to say; here is which there can be.
 *
 * A squeeze-excite block needs its depthwise output twice: for the factors, and scaled by them. It can be
 * stored between, or made twice: a chain that ends in nothing but the sums over each channel, and behind the
 * small layers the same chain again, with the projection at its end. */
#include "plan/internal.h"

#include <string.h>

static void count_step(const plan_step *s, usage *use) {
    use[s->out_buffer].writes++;
    for (int j = 0; j < s->n_operands; j++) {
        for (int k = 0; k < s->operands[j].n_runs; k++) {
            bool seen = false;
            for (int l = 0; l < k; l++)
                seen = seen || s->operands[j].runs[l].buffer == s->operands[j].runs[k].buffer;
            if (!seen) use[s->operands[j].runs[k].buffer].reads++;
        }
    }
}

usage *count_uses(const plan *p) {
    usage *use = ARENA_ARRAY(p->mem, usage, p->n_buffers);
    for (int i = 0; i < p->n_steps; i++) count_step(&p->steps[i], use);
    return use;
}

static bool is_conv(const plan *p, const plan_step *s) {
    return s->kind == STEP_GEMM && p->g->nodes[s->node].op == OP_CONV;
}

/* A convolution behind a channel-wise factor stays by itself: it may take the factor, see plan/squeeze.c. */
static bool can_begin(const plan *p, const plan_step *s) {
    return is_conv(p, s) && s->n_operands == 1 && p->g->nodes[p->g->nodes[s->node].in[0]].op != OP_MUL;
}

static bool is_window(const plan_step *s) { return s->kind == STEP_WINDOW && s->n_operands == 1; }

/* A 1x1 convolution that takes the window's rows one by one. */
static bool can_end(const plan *p, const plan_step *s) {
    const attrs *a = &p->g->nodes[s->node].a;
    return is_conv(p, s) && !s->gemm.staged && !s->gemm.scaled && a->stride[0] == 1 && a->stride[1] == 1;
}

double link_traffic(const plan *p, int buffer_index) {
    double bytes = (double)p->buffers[buffer_index].bytes;
    double rate = bytes > p->t->l2_bytes / 2.0 ? 12 : bytes > p->t->l1_bytes / 2.0 ? 40 : 64;
    return 2 * bytes / rate;
}

double cut_by_row(const plan *p, plan_step *s) {
    if (!is_conv(p, s)) return 0;
    double whole = s->gemm.cycles;
    const node *n = &p->g->nodes[s->node];
    choose_gemm(p, s, true);
    double weights = (double)n->weights[ROLE_WEIGHT]->count * gemm_weight_size(p, s);
    double rate = weights > p->t->l2_bytes / 2.0 ? 16 : weights > p->t->l1_bytes / 2.0 ? 128 : 1e9;
    return s->gemm.cycles - whole + weights / rate * (n->shape.h - 1);
}

/* The rows of the tensor between a convolution and the window that must be kept. */
static int ring_rows(const plan *p, const plan_step *window) {
    const attrs *a = &p->g->nodes[window->node].a;
    int reach = (a->kernel[0] - 1) * a->dilation[0] + 1;
    int rows = reach > a->stride[0] ? reach : a->stride[0];
    int height = window->operands[0].shape.h;
    return rows < height ? rows : height;
}

static bool has_residual(const plan *p, const plan_step *s) {
    return s->kind == STEP_GEMM && p->g->nodes[s->node].a.has_residual;
}

/* How many rows further than its own output a part has its input made, where it passes row by row; -1 where it
 * does not, or where it may be behind. */
static int lookahead(const plan *p, const plan_step *s) {
    const attrs *a = &p->g->nodes[s->node].a;
    int ahead = is_window(s) ? (a->kernel[0] - 1) * a->dilation[0] - a->pad[TOP] : 0;
    bool same = a->stride[0] == 1 && p->g->nodes[s->node].shape.h == s->operands[0].shape.h;
    return same ? ahead : -1;
}

/* Rows of part `from`'s output that must be kept for part `to` to add them to its own; 0 where they do not stay
 * in step. */
static int rows_for_residual(const plan *p, const plan_step *parts, int from, int to) {
    int rows = 1;
    for (int i = from + 1; i <= to; i++) {
        int ahead = lookahead(p, &parts[i]);
        if (ahead < 0) return 0;
        rows += ahead;
    }
    return rows;
}

int residual_source(const plan *p, const plan_step *parts, int to) {
    if (!has_residual(p, &parts[to])) return -1;
    for (int i = 0; i < to; i++) {
        if (reads_buffer(&parts[to].operands[1], parts[i].out_buffer)) return i;
    }
    return -1;
}

/* Whether what part `i` makes is all that the next one reads, whole, and nobody outside of the chain sees it.
 */
static bool is_link(const plan *p, const usage *use, const plan_step *parts, int n, int i) {
    const plan_step *s = &parts[i];
    int reads = 1;
    for (int to = i + 1; to < n; to++) {
        if (residual_source(p, parts, to) != i) continue;
        if (!takes_whole_output(p, &parts[to].operands[1], s) || !rows_for_residual(p, parts, i, to))
            return false;
        reads++;
    }
    return takes_whole_output(p, &parts[i + 1].operands[0], s) && s->out_begin == 0 &&
           p->buffers[s->out_buffer].kind == BUFFER_ARENA && use[s->out_buffer].writes == 1 &&
           use[s->out_buffer].reads == reads;
}

int rows_kept(const plan *p, const plan_step *parts, int n, int i) {
    int rows = is_window(&parts[i + 1]) ? ring_rows(p, &parts[i + 1]) : 1;
    for (int to = i + 1; to < n; to++) {
        int needed = residual_source(p, parts, to) == i ? rows_for_residual(p, parts, i, to) : 0;
        if (needed > rows) rows = needed;
    }
    int height = p->g->nodes[parts[i].node].shape.h;
    return rows < height ? rows : height;
}

static void shrink(plan *p, int buffer_index, int rows) {
    plan_buffer *b = &p->buffers[buffer_index];
    b->shape.h = rows;
    b->bytes = shape_elements(b->shape) * type_table[b->type].bytes;
}

/* Whether the residual of part `i` of a chain is where the chain's last part writes. */
static bool is_residual_overwritten(const plan *p, const plan_step *parts, int n, int i) {
    return has_residual(p, &parts[i]) && reads_buffer(&parts[i].operands[1], parts[n - 1].out_buffer);
}

bool ends_in_place(const plan *p, const plan_step *parts, int n) {
    bool over = reads_buffer(&parts[0].operands[0], parts[n - 1].out_buffer);
    for (int i = 0; i + 1 < n; i++) over = over || is_residual_overwritten(p, parts, n, i);
    return over;
}

/* A chain that ends in place writes rows over its own input, or over a residual of an earlier part. That is
 * right where each row has been taken up before: by a convolution that has passed it, not by a window that will
 * look back at it; and by no other thread, which may still want the rows at the seam: a lean plan leaves such a
 * chain to one thread. */
static bool may_end_in_place(const plan *p, const plan_step *parts, int n) {
    if (!ends_in_place(p, parts, n)) return true;
    if (p->t->threads && !p->lean) return false;
    for (int i = 0; i + 1 < n; i++) {
        if (is_residual_overwritten(p, parts, n, i) && !rows_for_residual(p, parts, i, n - 1)) return false;
    }
    if (!reads_buffer(&parts[0].operands[0], parts[n - 1].out_buffer)) return true;
    if (n > 3 || is_window(&parts[0])) return false;
    const attrs *first = &p->g->nodes[parts[0].node].a, *a = &p->g->nodes[parts[1].node].a;
    return first->stride[0] == 1 && a->stride[0] == 1 && a->pad[TOP] < (a->kernel[0] - 1) * a->dilation[0] + 1;
}

elem_type chain_weight_type(const plan *p, const plan_step *parts, int n) {
    elem_type type = TYPE_COUNT;
    for (int i = 0; i < n; i++) {
        const node *part = &p->g->nodes[parts[i].node];
        if (!part->weights[ROLE_WEIGHT]) continue;
        if (type != TYPE_COUNT && node_weight_type(part) != type) return TYPE_COUNT;
        type = node_weight_type(part);
    }
    return type == TYPE_COUNT ? TYPE_F32 : type;
}

/* A residual may be the output of an earlier part, which then keeps so many rows more, or come from outside. */
bool can_chain(const plan *p, const usage *use, const plan_step *first, int n) {
    int windows = 0;
    for (int i = 0; i < n; i++) {
        const plan_step *s = &first[i];
        bool window = is_window(s);
        windows += window;
        if (!window && !(i == 0 ? can_begin(p, s) : can_end(p, s))) return false;
        if (i + 1 == n) break;
        if (!is_link(p, use, first, n, i)) return false;
    }
    return windows > 0 && chain_weight_type(p, first, n) != TYPE_COUNT && may_end_in_place(p, first, n);
}

/* A chain of these parts, which are its own. */
static plan_step join_parts(plan_step *parts, int n) {
    plan_step s = parts[n - 1];
    s.kind = STEP_CHAIN;
    s.parts = parts;
    s.n_parts = n;
    s.n_operands = 1;
    s.operands = parts[0].operands;
    s.scratch_bytes = 0;
    s.macs = 0;
    for (int i = 0; i < n; i++) s.macs += parts[i].macs;
    return s;
}

/* The tensors between a chain's parts shrink to the rows that the next part looks at. */
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

/* Whether step `s`, between the window and the projection, leaves alone what the second chain will read. */
static bool leaves_alone(const plan *p, const plan_step *s, const plan_step *first, const plan_step *window) {
    bool of_sums = s->kind == STEP_GLOBAL_POOL && s->sums == window->sums;
    for (int i = 0; i < s->n_operands && !of_sums; i++) {
        if (reads_buffer(&s->operands[i], window->out_buffer)) return false;
    }
    for (const plan_step *part = first; part <= window; part++) {
        if (reads_buffer(&part->operands[0], s->out_buffer)) return false;
        if (has_residual(p, part) && reads_buffer(&part->operands[1], s->out_buffer)) return false;
    }
    return s->kind != STEP_CHAIN && p->buffers[s->out_buffer].kind == BUFFER_ARENA;
}

/* A 1x1 convolution, its weights scaled, that takes the window's rows one by one. */
static bool projects(const plan *p, const plan_step *s, const plan_step *window) {
    return s->kind == STEP_GEMM && s->gemm.scaled && takes_whole_output(p, &s->operands[0], window) &&
           p->g->nodes[s->node].a.stride[0] == 1 && p->g->nodes[s->node].a.stride[1] == 1;
}

static bool may_be_made_twice(const plan *p, const usage *use, const plan_step *first, int n) {
    const plan_step *window = &first[n - 1];
    if (!is_window(window) || window->sums < 0 || window->out_begin != 0) return false;
    const usage *of_map =
        &use[window->out_buffer]; /* read by the pool, which has the sums, and the projection */
    return p->buffers[window->out_buffer].kind == BUFFER_ARENA && of_map->writes == 1 && of_map->reads == 2 &&
           (n == 1 || can_chain(p, use, first, n));
}

int twice_length(const plan *p, const usage *use, const plan_step *first, int left, int *window) {
    for (int n = 1; n < MOST_CHAIN_PARTS && n < left; n++) {
        if (!may_be_made_twice(p, use, first, n)) continue;
        for (int i = n; i < left; i++) {
            if (projects(p, &first[i], &first[n - 1])) {
                plan_step parts[MOST_CHAIN_PARTS];
                memcpy(parts, first, (size_t)n * sizeof *parts);
                parts[n] = first[i];
                *window = n;
                bool one_type = chain_weight_type(p, parts, n + 1) != TYPE_COUNT;
                return one_type && may_end_in_place(p, parts, n + 1) ? i + 1 : 0;
            }
            if (!leaves_alone(p, &first[i], first, &first[n - 1])) break;
        }
    }
    return 0;
}

/* Has the step read buffer `to` where it read `from`: its operands become its own. */
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

/* The chain that keeps nothing but sums. Its rows lie in buffers of their own. */
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
        if (first[i].sums == first[window - 1].sums) { /* the pool, which no longer has a map to read */
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
    parts[window].scratch_bytes = scaled_bytes(p, &parts[window]);
    shrink_between(p, parts, window + 1);
    out[count++] = join_parts(parts, window + 1);
    return count;
}
