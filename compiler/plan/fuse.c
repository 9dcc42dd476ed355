/* fuse.c: neighbouring steps run as one, row by row, so that the tensors between them never exist.
 *
 * A chain is a run of convolutions (all but the first are 1x1) and windows (depthwise or pool): an inverted
 * residual is expand, depthwise, project, and the first stages of a network may be one chain of several blocks.
 * For each row of its output a part asks the part before it for the rows that it needs and that are not there
 * yet: a window for as many as it is high, which lie in a ring, a 1x1 convolution for one. The tensors between
 * shrink from height x width to a few rows, which stay in cache.
 *
 * The price: a convolution by rows has fewer pixels for its tiles and reads its weights once a row. A chain is
 * made where the model of cost says that the traffic saved is worth more; late layers, with small maps and
 * large weights, stay apart. */
#include "plan/internal.h"

#include <string.h>

typedef struct usage {
    int writes, reads; /* steps */
} usage;

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

/* Whether what `a` makes is all that `b` reads, whole, and nobody else sees it. */
static bool are_linked(const plan *p, const usage *use, const plan_step *a, const plan_step *b) {
    return takes_whole_output(p, &b->operands[0], a) && a->out_begin == 0 &&
           p->buffers[a->out_buffer].kind == BUFFER_ARENA && use[a->out_buffer].writes == 1 &&
           use[a->out_buffer].reads == 1;
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
    return is_conv(p, s) && !s->gemm.staged && a->stride[0] == 1 && a->stride[1] == 1;
}

/* Cycles to write a tensor and read it back, by where it fits. */
static double traffic(const plan *p, int buffer_index) {
    double bytes = (double)p->buffers[buffer_index].bytes;
    double rate = bytes > p->t->l2_bytes / 2.0 ? 12 : bytes > p->t->l1_bytes / 2.0 ? 40 : 64;
    return 2 * bytes / rate;
}

/* Cuts the convolution anew for single rows; the cycles that this costs more, the reading of its weights
 * included. */
static double cut_by_row(const plan *p, plan_step *s) {
    double whole = s->gemm.cycles;
    const node *n = &p->g->nodes[s->node];
    choose_gemm(p, s, true);
    double weights = (double)n->weights[ROLE_WEIGHT]->count * type_table[TYPE_F32].bytes;
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

static void shrink(plan *p, int buffer_index, int rows) {
    plan_buffer *b = &p->buffers[buffer_index];
    b->shape.h = rows;
    b->bytes = shape_elements(b->shape) * type_table[b->type].bytes;
}

/* A chain that ends in place writes rows over its own input. That is right where each row has been taken up
 * before: by a convolution that has passed it, not by a window that will look back at it; and by no other
 * thread, which may still want the rows at the seam. */
static bool may_end_in_place(const plan *p, const plan_step *parts, int n) {
    if (!reads_buffer(&parts[0].operands[0], parts[n - 1].out_buffer)) return true;
    if (p->t->threads || n > 3 || is_window(&parts[0])) return false;
    const attrs *first = &p->g->nodes[parts[0].node].a, *a = &p->g->nodes[parts[1].node].a;
    return first->stride[0] == 1 && a->stride[0] == 1 && a->pad[TOP] < (a->kernel[0] - 1) * a->dilation[0] + 1;
}

/* Whether `n` steps can run as one: windows, and convolutions of which all but the first are 1x1; each the only
 * reader of the one before it. Only the last may have a residual. */
static bool can_chain(const plan *p, const usage *use, const plan_step *first, int n) {
    int windows = 0;
    for (int i = 0; i < n; i++) {
        const plan_step *s = &first[i];
        bool window = is_window(s);
        windows += window;
        if (!window && !(i == 0 ? can_begin(p, s) : can_end(p, s))) return false;
        if (i + 1 < n && (s->n_operands > 1 || !are_linked(p, use, s, s + 1))) return false;
    }
    return windows > 0 && may_end_in_place(p, first, n);
}

/* Makes a chain of `n` steps from `first` on, into *out; the cycles that it saves. */
static double make_chain(plan *p, const plan_step *first, int n, plan_step *out) {
    plan_step *parts = ARENA_ARRAY(p->mem, plan_step, n);
    memcpy(parts, first, (size_t)n * sizeof *parts);
    double gain = 0;
    for (int i = 0; i < n; i++) {
        if (!is_window(&parts[i])) gain -= cut_by_row(p, &parts[i]);
        if (i + 1 < n) gain += traffic(p, parts[i].out_buffer);
    }
    *out = parts[n - 1];
    out->kind = STEP_CHAIN;
    out->parts = parts;
    out->n_parts = n;
    out->n_operands = 1;
    out->operands = parts[0].operands;
    out->scratch_bytes = 0;
    out->macs = 0;
    out->kernel = "by rows";
    for (int i = 0; i < n; i++) {
        out->macs += parts[i].macs;
        out->kernel = arena_printf(p->mem, "%s%s %s", out->kernel, i ? "," : ":", parts[i].kernel);
        parts[i].kernel = arena_printf(p->mem, "%s, by rows", parts[i].kernel);
    }
    return gain;
}

/* The tensors between a chain's parts shrink to the rows that the next part looks at. */
static void shrink_between(plan *p, const plan_step *chain) {
    for (int i = 0; i + 1 < chain->n_parts; i++) {
        const plan_step *next = &chain->parts[i + 1];
        shrink(p, chain->parts[i].out_buffer, is_window(next) ? ring_rows(p, next) : 1);
    }
}

void fuse_steps(plan *p) {
    usage *use = ARENA_ARRAY(p->mem, usage, p->n_buffers);
    for (int i = 0; i < p->n_steps; i++) count_step(&p->steps[i], use);
    int kept = 0;
    for (int i = 0; i < p->n_steps;) {
        plan_step chain;
        double most = 0;
        int length = 0;
        for (int n = 2; n <= MOST_CHAIN_PARTS && i + n <= p->n_steps; n++) {
            plan_step candidate;
            if (!can_chain(p, use, &p->steps[i], n)) continue;
            double gain = make_chain(p, &p->steps[i], n, &candidate);
            if (gain < most || gain < 0) continue;
            most = gain;
            length = n;
            chain = candidate;
        }
        if (length) shrink_between(p, &chain);
        p->steps[kept++] = length ? chain : p->steps[i];
        i += length ? length : 1;
    }
    p->n_steps = kept;
}
