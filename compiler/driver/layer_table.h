/* layer_table.h: the rows of the summary and of the report, one for each layer of the network. */
#ifndef LCC_LAYER_TABLE_H
#define LCC_LAYER_TABLE_H

#include "driver/driver.h"

typedef struct layer_row {
    int node;          /* the layer, in the network as its file describes it */
    shape shape;       /* of what the row's last node makes */
    const char *type;  /* its element type, if it holds quantised integers; else "" */
    const char *codes; /* what these mean, "[0.0235, -128]"; else "" */
    double decibels;   /* signal to noise against the float network; NAN where it was not measured */
    const char *label; /* "" where it has none */
    const char *op;    /* "conv 3x3 /2 + bn + relu6" */
    const char *kept;  /* "3 of 8": how many channels are left after the passes; "" if none was removed */
    int64_t params, macs;
    const char *kernel;    /* the kernel in words, or why there is none: "(fused)", "(no copy)" */
    const plan_step *part; /* the step, or the part of a chain, that computes it; NULL: none */
    int step;              /* the step of the plan, counted from 0; -1: none */
} layer_row;

/* The rows in the order of the network. j->plan is the plan that they show. */
layer_row *list_layers(const job *j, int *count);

/* The types of the weights of conv, depthwise and dense layers: "f32", "int8", or "int8, f16" where they
 * differ. f32 where there are none. */
const char *show_weight_types(arena *a, const graph *g);

#endif
