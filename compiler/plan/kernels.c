/* kernels.c: the words for kernels. All of them are made here, from the facts that a finished plan holds; what
 * programs want to know of a step they read from the facts. */
#include "plan/kernels.h"

#include "graph/quant.h"

typedef struct kernel_info {
    const char *name;  /* "average_pool" */
    const char *words; /* "average pool" */
} kernel_info;

static const kernel_info kernel_table[KERNEL_KIND_COUNT] = {
    [KERNEL_DENSE] = {"dense", "dense"},
    [KERNEL_POINTWISE] = {"pointwise", "pointwise"},
    [KERNEL_DIRECT] = {"direct", "direct"},
    [KERNEL_DEPTHWISE] = {"depthwise", "depthwise"},
    [KERNEL_MAX_POOL] = {"max_pool", "max pool"},
    [KERNEL_AVERAGE_POOL] = {"average_pool", "average pool"},
    [KERNEL_MEAN] = {"mean", "mean"},
    [KERNEL_ELEMENTWISE] = {"elementwise", "elementwise"},
    [KERNEL_SOFTMAX] = {"softmax", "softmax"},
    [KERNEL_UPSAMPLE] = {"upsample", "upsample"},
    [KERNEL_RESIZE] = {"resize", "resize"},
    [KERNEL_SLICE] = {"slice", "slice"},
    [KERNEL_PAD] = {"pad", "pad"},
    [KERNEL_WHOLE] = {"whole", "whole"},
    [KERNEL_COPY] = {"copy", "copy"},
    [KERNEL_CHAIN] = {"chain", "by rows"},
};

static kernel_kind window_kernel(op_kind op) {
    return op == OP_DEPTHWISE ? KERNEL_DEPTHWISE : op == OP_MAX_POOL ? KERNEL_MAX_POOL : KERNEL_AVERAGE_POOL;
}

kernel_kind kernel_of(const plan *p, const plan_step *s) {
    op_kind op = p->g->nodes[s->node].op;
    switch (s->kind) {
    case STEP_GEMM: return op == OP_DENSE ? KERNEL_DENSE : s->gemm.staged ? KERNEL_DIRECT : KERNEL_POINTWISE;
    case STEP_WINDOW: return window_kernel(op);
    case STEP_GLOBAL_POOL: return KERNEL_MEAN;
    case STEP_SOFTMAX: return KERNEL_SOFTMAX;
    case STEP_UPSAMPLE: return op == OP_RESIZE ? KERNEL_RESIZE : KERNEL_UPSAMPLE;
    case STEP_PAD: return KERNEL_PAD;
    case STEP_WHOLE: return KERNEL_WHOLE;
    case STEP_SLICE: return KERNEL_SLICE;
    case STEP_COPY: return KERNEL_COPY;
    case STEP_CHAIN: return KERNEL_CHAIN;
    case STEP_ELEMENTWISE:
    case STEP_KIND_COUNT: break;
    }
    return KERNEL_ELEMENTWISE;
}

const char *kernel_name(kernel_kind kind) { return kernel_table[kind].name; }

const char *step_kernel_name(const plan *p, const plan_step *s) {
    kernel_kind kind = kernel_of(p, s);
    return kind == KERNEL_WHOLE ? op_table[p->g->nodes[s->node].op].name : kernel_table[kind].name;
}

const char *step_vector_name(const plan *p, const plan_step *s) {
    const vector_kind *widest = &p->t->vectors[0];
    return is_integer(&p->g->nodes[s->node]) ? widest->ints : widest->name;
}

/* "layer norm": the name of an op with blanks. */
static const char *op_words(const plan *p, op_kind op) {
    char *words = arena_strdup(p->mem, op_table[op].name);
    for (char *c = words; *c; c++) {
        if (*c == '_') *c = ' ';
    }
    return words;
}

/* "pointwise 6 x 4 of f32x16, weights once" */
static const char *gemm_words(const plan *p, const plan_step *s, const char *kernel) {
    const gemm_plan *gemm = &s->gemm;
    const bool bf16 = takes_bf16(p, s);
    return arena_printf(p->mem, "%s %d x %d of %s%s%s%s", kernel, gemm->tile_pixels, gemm->blocks[0].n_pieces,
                        step_vector_name(p, s), bf16 ? " by bf16" : "",
                        gemm->blocks_outside ? ", weights once" : "",
                        !gemm->scaled ? ""
                        : bf16        ? ", inputs scaled"
                                      : ", weights scaled");
}

/* "depthwise, 8 columns of f32x16, adding up" */
static const char *window_words(const plan *p, const plan_step *s, const char *kernel) {
    int columns = s->window.tile_columns;
    return arena_printf(p->mem, "%s, %s of %s%s", kernel,
                        columns ? arena_printf(p->mem, "%d columns", columns) : "one column",
                        step_vector_name(p, s), s->sums >= 0 ? ", adding up" : "");
}

static const char *words_for(const plan *p, const plan_step *s) {
    const char *kernel = kernel_table[kernel_of(p, s)].words;
    switch (s->kind) {
    case STEP_GEMM: return gemm_words(p, s, kernel);
    case STEP_WINDOW: return window_words(p, s, kernel);
    case STEP_WHOLE: return op_words(p, p->g->nodes[s->node].op);
    case STEP_GLOBAL_POOL: return s->sums >= 0 ? arena_printf(p->mem, "%s, of sums", kernel) : kernel;
    case STEP_ELEMENTWISE: return s->in_place ? arena_printf(p->mem, "%s, in place", kernel) : kernel;
    default: return kernel;
    }
}

/* "by rows: pointwise .., depthwise .."; each part's own words end in "by rows". */
static const char *chain_words(const plan *p, const plan_step *s) {
    const char *all = words_for(p, s);
    for (int i = 0; i < s->n_parts; i++) {
        const char *part = words_for(p, &s->parts[i]);
        all = arena_printf(p->mem, "%s%s %s", all, i ? "," : ":", part);
        s->parts[i].words = arena_printf(p->mem, "%s, by rows", part);
    }
    return s->sums_only ? arena_printf(p->mem, "%s, nothing but the sums", all) : all;
}

void put_into_words(plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        plan_step *s = &p->steps[i];
        s->words = s->kind == STEP_CHAIN ? chain_words(p, s) : words_for(p, s);
    }
}
