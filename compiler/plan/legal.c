/* legal.c: which steps may be joined, made twice, or take in the factors of the step before: every question
 * whose wrong answer would be wrong code. Whether it pays is asked in choose.c.
 *
 * The answers are facts about steps, and none of them changes a plan: fuse.c and squeeze.c do that.
 * plan/verify.c does not use them. It runs the finished plan, and so finds an answer that was wrong. */
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
    for (int i = 0; i < p->n_buffers; i++) use[i].writes += holds_input(&p->buffers[i]); /* by the caller */
    return use;
}

bool may_overwrite(const plan *p, int buffer_index, int node_index) {
    const plan_buffer *b = &p->buffers[outer_buffer(p, buffer_index)];
    bool same_type = b->type == p->g->nodes[node_index].type;
    return b->kind == BUFFER_ARENA && same_type && b->until <= node_index;
}

/* ---- steps as parts of a chain ---- */

static bool is_conv(const plan *p, const plan_step *s) {
    return s->kind == STEP_GEMM && p->g->nodes[s->node].op == OP_CONV;
}

/* A chain begins with a convolution that has no residual, or with a window. A convolution behind a
 * multiplication is left out, since it may take the factors into its weights: see can_take_factor. */
static bool can_begin(const plan *p, const plan_step *s) {
    return is_conv(p, s) && s->n_operands == 1 && p->g->nodes[p->g->nodes[s->node].in[0]].op != OP_MUL;
}

static bool is_window(const plan_step *s) { return s->kind == STEP_WINDOW && s->n_operands == 1; }

/* Whether the step is a convolution that copies its input's rows to a ring of its own, such as a grouped 3x3.
 */
static bool is_staged(const plan_step *s) { return s->kind == STEP_GEMM && s->gemm.staged; }

/* A 1x1 convolution takes the rows of the part before it one by one, and a staged one copies them as they are
 * made. So both may stand anywhere in a chain. */
static bool can_follow(const plan *p, const plan_step *s) {
    const attrs *a = &p->g->nodes[s->node].a;
    if (!is_conv(p, s) || s->gemm.scaled) return false;
    return s->gemm.staged || (a->stride[0] == 1 && a->stride[1] == 1);
}

static bool has_residual(const plan *p, const plan_step *s) {
    return s->kind == STEP_GEMM && p->g->nodes[s->node].a.has_residual;
}

/* ---- rows that a chain keeps ---- */

/* How many rows of its input a window needs at the same time. */
static int ring_rows(const plan *p, const plan_step *window) {
    const attrs *a = &p->g->nodes[window->node].a;
    int reach = (a->kernel[0] - 1) * a->dilation[0] + 1;
    int rows = reach > a->stride[0] ? reach : a->stride[0];
    int height = window->operands[0].shape.h;
    return rows < height ? rows : height;
}

/* By how many rows this part's input runs ahead of its output; -1 if stride or height differ, since then the
 * distance is not the same for all rows. */
static int lookahead(const plan *p, const plan_step *s) {
    const attrs *a = &p->g->nodes[s->node].a;
    int ahead = is_window(s) || is_staged(s) ? (a->kernel[0] - 1) * a->dilation[0] - a->pad[TOP] : 0;
    bool same = a->stride[0] == 1 && p->g->nodes[s->node].shape.h == s->operands[0].shape.h;
    return same ? ahead : -1;
}

/* How many rows of part `from`'s output must be kept so that part `to` can add them to its own; 0 if the two
 * parts do not go at the same pace. */
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
        if (reads_buffer(p, &parts[to].operands[1], parts[i].out_buffer)) return i;
    }
    return -1;
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

/* ---- chains ---- */

/* Whether the chain alone reads what part `i` makes: the next part, which takes it whole, and parts that add it
 * as their residual. Then only some of its rows need to exist at a time. */
static bool is_link(const plan *p, const usage *use, const plan_step *parts, int n, int i) {
    const plan_step *s = &parts[i];
    int reads = 1;
    for (int to = i + 1; to < n; to++) {
        if (residual_source(p, parts, to) != i) continue;
        if (!takes_whole_output(p, &parts[to].operands[1], s) || !rows_for_residual(p, parts, i, to))
            return false;
        reads++;
    }
    return takes_all_channels(p, &parts[i + 1], s) && s->out_begin == 0 &&
           p->buffers[s->out_buffer].kind == BUFFER_ARENA && stands_alone(&p->buffers[s->out_buffer]) &&
           use[s->out_buffer].writes == 1 && use[s->out_buffer].reads == reads;
}

/* Whether the chain's last part writes over the residual of part `i`. */
static bool is_residual_overwritten(const plan *p, const plan_step *parts, int n, int i) {
    return has_residual(p, &parts[i]) && reads_buffer(p, &parts[i].operands[1], parts[n - 1].out_buffer);
}

bool ends_in_place(const plan *p, const plan_step *parts, int n) {
    bool over = reads_buffer(p, &parts[0].operands[0], parts[n - 1].out_buffer);
    for (int i = 0; i + 1 < n; i++) over = over || is_residual_overwritten(p, parts, n, i);
    return over;
}

/* Whether the chain's last part writes over bytes that some part reads by another buffer, in other rows. */
static bool ends_in_another_shape(const plan *p, const plan_step *parts, int n) {
    int out = parts[n - 1].out_buffer;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < parts[i].n_operands; j++) {
            const operand *o = &parts[i].operands[j];
            for (int k = 0; k < o->n_runs; k++) {
                if (o->runs[k].buffer != out && share_memory(p, o->runs[k].buffer, out)) return true;
            }
        }
    }
    return false;
}

/* A chain may end in place, over its own input or over the residual of an earlier part, only if every row was
 * read before it is overwritten. A convolution has passed a row once it has read it. A window has not: it looks
 * back at rows, so the chain's input may not be a window's. If threads share the chain, another thread may
 * still read the rows where the shares meet; so such a chain runs on one thread, which only a lean plan
 * accepts. */
static bool may_end_in_place(const plan *p, const plan_step *parts, int n) {
    if (ends_in_another_shape(p, parts, n)) return false;
    if (!ends_in_place(p, parts, n)) return true;
    if (p->t->threads && !p->lean) return false;
    for (int i = 0; i + 1 < n; i++) {
        if (is_residual_overwritten(p, parts, n, i) && !rows_for_residual(p, parts, i, n - 1)) return false;
    }
    if (!reads_buffer(p, &parts[0].operands[0], parts[n - 1].out_buffer)) return true;
    if (n > 3 || is_window(&parts[0])) return false;
    for (int i = 0; i < n; i++) {
        const attrs *a = &p->g->nodes[parts[i].node].a;
        if (a->stride[0] != 1 || a->pad[TOP] > (a->kernel[0] - 1) * a->dilation[0]) return false;
    }
    return true;
}

/* Steps are listed before it is known which of them become chains, so this is a guess: a convolution behind a
 * window will often be the end of a chain. Without threads the chain may still end in place, but not over what
 * its own window reads, as in a block without expansion. */
bool may_end_chain(const plan *p, const node *conv) {
    const node *before = &p->g->nodes[conv->in[0]];
    bool window = before->op == OP_DEPTHWISE || before->op == OP_MAX_POOL || before->op == OP_AVG_POOL ||
                  (before->op == OP_CONV && before->a.kernel[0] > 1);
    bool over_input = window && conv->a.has_residual && conv->in[1] == before->in[0];
    return window && !p->lean && (p->t->threads || over_input);
}

elem_type chain_weight_type(const plan *p, const plan_step *parts, int n) {
    elem_type type = TYPE_COUNT;
    for (int i = 0; i < n; i++) {
        const node *part = &p->g->nodes[parts[i].node];
        if (!part->weights[ROLE_WEIGHT]) continue;
        const elem_type own = takes_bf16(p, &parts[i]) ? TYPE_F32 : node_weight_type(part);
        if (type != TYPE_COUNT && own != type) return TYPE_COUNT;
        type = own;
    }
    return type == TYPE_COUNT ? TYPE_F32 : type;
}

bool can_chain(const plan *p, const usage *use, const plan_step *first, int n) {
    int windows = 0;
    for (int i = 0; i < n; i++) {
        const plan_step *s = &first[i];
        bool window = is_window(s);
        windows += window || (i > 0 && is_staged(s));
        if (!window && !(i == 0 ? can_begin(p, s) : can_follow(p, s))) return false;
        if (i + 1 == n) break;
        if (!is_link(p, use, first, n, i)) return false;
    }
    return windows > 0 && chain_weight_type(p, first, n) != TYPE_COUNT && may_end_in_place(p, first, n);
}

/* ---- squeeze-excite, its depthwise output made twice ---- */

/* Whether step `s`, which runs between the two chains, leaves alone what the second chain will read again. */
static bool leaves_alone(const plan *p, const plan_step *s, const plan_step *first, const plan_step *window) {
    bool of_sums = s->kind == STEP_GLOBAL_POOL && s->sums == window->sums;
    for (int i = 0; i < s->n_operands && !of_sums; i++) {
        if (reads_buffer(p, &s->operands[i], window->out_buffer)) return false;
    }
    for (const plan_step *part = first; part <= window; part++) {
        if (reads_buffer(p, &part->operands[0], s->out_buffer)) return false;
        if (has_residual(p, part) && reads_buffer(p, &part->operands[1], s->out_buffer)) return false;
    }
    return s->kind != STEP_CHAIN && p->buffers[s->out_buffer].kind == BUFFER_ARENA;
}

/* Whether the step is a 1x1 convolution with scaled weights that takes the window's rows one by one. */
static bool projects(const plan *p, const plan_step *s, const plan_step *window) {
    return s->kind == STEP_GEMM && s->gemm.scaled && takes_whole_output(p, &s->operands[0], window) &&
           p->g->nodes[s->node].a.stride[0] == 1 && p->g->nodes[s->node].a.stride[1] == 1;
}

/* Whether the first `n` steps can be a chain that ends with a window whose map only two steps read: the pool,
 * which has the sums, and the projection. */
static bool may_be_made_twice(const plan *p, const usage *use, const plan_step *first, int n) {
    const plan_step *window = &first[n - 1];
    if (!is_window(window) || window->sums < 0 || window->out_begin != 0) return false;
    const usage *of_map = &use[window->out_buffer];
    return p->buffers[window->out_buffer].kind == BUFFER_ARENA &&
           stands_alone(&p->buffers[window->out_buffer]) && of_map->writes == 1 && of_map->reads == 2 &&
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

/* ---- factors ---- */

static bool is_whole_run(const operand *o) {
    const run *r = &o->runs[0];
    return o->n_runs == 1 && (r->step == 1 || r->count == 1) && is_identity(o->order, o->shape.c);
}

/* Whether the step multiplies each channel of a map by a factor of its own. */
static bool is_channel_factor(const plan *p, const plan_step *s) {
    return s->kind == STEP_ELEMENTWISE && p->g->nodes[s->node].op == OP_MUL && s->n_operands == 2 &&
           p->g->nodes[s->node].a.act == OP_IDENTITY && shape_pixels(s->operands[0].shape) > 1 &&
           shape_pixels(s->operands[1].shape) == 1 && is_whole_run(&s->operands[0]) &&
           is_whole_run(&s->operands[1]);
}

static bool touches_buffer(const plan *p, const plan_step *s, int buffer_index) {
    bool touches = share_memory(p, s->out_buffer, buffer_index);
    for (int i = 0; i < s->n_operands; i++) touches = touches || reads_buffer(p, &s->operands[i], buffer_index);
    return touches;
}

bool can_take_factor(const plan *p, int factor_index) {
    if (factor_index + 1 >= p->n_steps) return false;
    const plan_step *factor = &p->steps[factor_index], *s = factor + 1;
    const node *n = &p->g->nodes[s->node];
    if (!is_channel_factor(p, factor)) return false;
    if (s->kind != STEP_GEMM || n->op != OP_CONV || s->gemm.staged || n->a.groups > 1 || n->q.on) return false;
    /* The convolution may write over the map, which it would then read: the map is also its residual. */
    if (reads_buffer(p, &factor->operands[0], s->out_buffer)) return false;
    /* The product is not made any more. Nobody else may read it: not the caller, not the convolution as its
     * residual, and no later step. */
    int map = factor->out_buffer;
    if (p->buffers[map].kind != BUFFER_ARENA || share_memory(p, s->out_buffer, map)) return false;
    if (n->a.has_residual && reads_buffer(p, &s->operands[1], map)) return false;
    for (int i = factor_index + 2; i < p->n_steps; i++) {
        if (touches_buffer(p, &p->steps[i], map)) return false;
    }
    const operand *x = &s->operands[0];
    return takes_whole_output(p, x, factor) && is_identity(x->order, x->shape.c);
}
