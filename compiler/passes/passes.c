/* passes.c: the passes in their order, and the loop that runs them. The reasons for the order:
 *
 *   - Dead nodes go first, because they would count as readers.
 *   - No-ops go next, because they keep layers apart that could be joined.
 *   - Reshapes and transposes become as few as they can, before others look at their inputs.
 *   - A norm goes into the layer before it rather than into the one behind, because padding does not matter
 *     there.
 *   - Pads come before the norms in front of layers, because attrs.pad_value must be right for all padding of a
 *     layer.
 *   - Kernels are trimmed when all pads are theirs, and while padding is zeros.
 *   - The norms that are left become affines.
 *   - Activations move to the kernels that make their values and go into them. Transposed convolutions, which
 *     may have norms and activations in them by then, become convolutions. Then residual adds go into kernels,
 *     and may have activations on either side.
 *   - Dead channels go when norms are in the weights and activations in the kernels, because ranges are known
 *     best then.
 *   - Channels are sorted when it is known which are left, and what their codes look up. Those that are alike
 *     in that are paired.
 *   - Nodes wait for their readers when it is known which are left.
 *   - Conversions come when it is known who reads an input.
 *   - Changes of the integer type go when layers have their pads, which keep the type, and may read either.
 *   - Weights are rounded last, when they are what the code will hold, and sums of integers are checked then.
 */
#include "passes/internal.h"
#include "graph/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const pass pass_table[] = {
    {"remove_dead", "drop what no output needs", remove_dead},
    {"remove_no_ops", "drop what gives back its own input", remove_no_ops},
    {"lower_blocks", "make transposes of depth_to_space and space_to_depth", lower_blocks},
    {"join_transposes", "make one of several reshapes and transposes in a row", join_transposes},
    {"simplify_pools", "make whole-window average pools global", simplify_pools},
    {"fold_batch_norm", "fold norms into the layer before them", fold_batch_norm},
    {"lower_pad_value", "make convolutions of depthwise layers that pad another number than 0",
     lower_pad_value},
    {"fuse_pad", "fold explicit pads into windows", fuse_pad},
    {"merge_requantize", "drop changes of the integer type alone", merge_requantize},
    {"trim_kernels", "drop the rows and columns of kernels that meet only padding", trim_kernels},
    {"fold_affine_into_consumer", "fold norms into the layers behind them", fold_affine_into_consumer},
    {"lower_affine", "make one scale and shift of what norms are left", lower_affine},
    {"sink_activations", "move activations through concats and shuffles", sink_activations},
    {"fuse_activations", "let activations ride on the kernel before them", fuse_activations},
    {"lower_conv_transpose", "make convolutions of the transposed ones", lower_conv_transpose},
    {"fuse_residual", "let adds ride on the kernel before them", fuse_residual},
    {"remove_dead_channels", "drop channels on which no output depends", remove_dead_channels},
    {"sort_channels", "bring channels that look up the same table next to each other", sort_channels},
    {"pair_channels", "pair channels whose weights leave their products room in 16 bits", pair_channels},
    {"delay_nodes", "bring nodes next to their readers where nothing lives longer", delay_nodes},
    {"insert_convert", "convert integer inputs where floats are needed", insert_convert},
    {"round_weights", "round weights to halves, for --weights-dtype f16", round_weights},
    {"round_products", "multiply in bfloat16, for --dtype bf16", round_products},
    {"check_sums", "look for sums of integers that may leave 32 bits", check_sums},
    {NULL, NULL, NULL},
};

/* A pass that breaks the graph is a fault of lcc itself, and nothing sensible can follow. */
static void check_graph(const graph *g, const pass *p) {
#ifndef NDEBUG
    arena *scratch = arena_new();
    const char *why = graph_verify(g, scratch);
    if (why) {
        fprintf(stderr, "after %s: %s\n", p->name, why);
        abort();
    }
    arena_free(scratch);
#else
    (void)g, (void)p;
#endif
}

static bool is_left_out(const pass_options *o, const pass *p) {
    return (o->keep_dead && p->run == remove_dead_channels) || (!o->half_weights && p->run == round_weights) ||
           (!o->bf16 && p->run == round_products) || (!o->byte_pairs && p->run == pair_channels);
}

graph *run_passes_with(const pass_options *o, const graph *in, arena *a, diag *d, pass_watch watch,
                       void *data) {
    const graph *from = in;
    graph *to = NULL;
    for (const pass *p = pass_table; p->name; p++) {
        if (is_left_out(o, p)) continue;
        to = p->run(from, a, d);
        if (!to) return NULL;
        check_graph(to, p);
        if (watch) watch(data, p, to);
        from = to;
        if (o->last && strcmp(p->name, o->last) == 0) break;
    }
    return to;
}

graph *run_passes(const graph *in, arena *a, diag *d, pass_watch watch, void *data) {
    return run_passes_with(&(pass_options){0}, in, a, d, watch, data);
}
