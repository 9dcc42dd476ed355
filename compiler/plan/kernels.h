/* kernels.h: which kernel a step is, as data, and in the words that people read in summaries and comments. */
#ifndef LCC_PLAN_KERNELS_H
#define LCC_PLAN_KERNELS_H

#include "plan/plan.h"

typedef enum kernel_kind {
    KERNEL_DENSE,
    KERNEL_POINTWISE, /* a convolution that reads its input where it lies */
    KERNEL_DIRECT,    /* a convolution whose rows are staged */
    KERNEL_DEPTHWISE,
    KERNEL_MAX_POOL,
    KERNEL_AVERAGE_POOL,
    KERNEL_MEAN, /* global_avg_pool */
    KERNEL_ELEMENTWISE,
    KERNEL_SOFTMAX,
    KERNEL_UPSAMPLE,
    KERNEL_RESIZE,
    KERNEL_SLICE,
    KERNEL_PAD,
    KERNEL_WHOLE, /* named by its op */
    KERNEL_COPY,
    KERNEL_CHAIN,
    KERNEL_KIND_COUNT
} kernel_kind;

kernel_kind kernel_of(const plan *p, const plan_step *s);

/* A name without blanks, for programs: "average_pool". */
const char *kernel_name(kernel_kind kind);

/* The same for the kernel of a step; of one that takes wholes it is its op's. */
const char *step_kernel_name(const plan *p, const plan_step *s);

/* The vectors in which a step computes: "f32x16", or "i32x16" where its node computes with integers. */
const char *step_vector_name(const plan *p, const plan_step *s);

/* Sets the words of all steps of a finished plan, and of their parts. */
void put_into_words(plan *p);

#endif
