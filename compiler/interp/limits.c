/* limits.c: which networks the interpreter accepts: those that fit into memory and end in minutes. A few lines
 * of .net can ask for a tensor of 2 GB in double precision, or for years of arithmetic. */
#include "interp/interp.h"

enum { MOST_MEGABYTES = 640, MOST_GIGA_MACS = 400 };

/* The most bytes of values that are live at a time. It follows interp_run, and counts only. */
static int64_t peak_bytes(const graph *g, arena *a) {
    int *readers = graph_use_counts(g, a);
    int64_t now = 0, peak = 0;
    for (int i = 0; i < g->n_inputs; i++)
        now += shape_elements(g->nodes[g->inputs[i].node].shape); /* the caller's */
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        now += shape_elements(n->shape);
        if (now > peak) peak = now;
        for (int o = 0; o < g->n_outputs; o++) {
            if (g->outputs[o].node == i)
                readers[i]--; /* interp_run copies it; the copy stays, and so its size stays in `now` */
        }
        for (int j = 0; j < n->n_in; j++) {
            if (--readers[n->in[j]] == 0) now -= shape_elements(g->nodes[n->in[j]].shape);
        }
        if (readers[i] == 0 && n->op != OP_INPUT) now -= shape_elements(n->shape);
    }
    return (peak + now) * (int64_t)sizeof(double);
}

const char *interp_refusal(const graph *g, arena *a) {
    const int64_t megabyte = 1000000, giga = 1000000000;
    int64_t bytes = peak_bytes(g, a), macs = graph_macs(g);
    if (bytes > MOST_MEGABYTES * megabyte) {
        return arena_printf(
            a, "the reference interpreter would need %lld MB for this network; it takes at most %d MB",
            (long long)(bytes / megabyte), (int)MOST_MEGABYTES);
    }
    if (macs > MOST_GIGA_MACS * giga) {
        return arena_printf(a,
                            "the reference interpreter would have to do %lld thousand million multiply-adds; "
                            "it does at most %d",
                            (long long)(macs / giga), (int)MOST_GIGA_MACS);
    }
    return NULL;
}
