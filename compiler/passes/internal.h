/* internal.h: the entry points of all passes. Each has a file of its own, at whose top stands what it does and
 * what it leaves alone. Their order, and the reasons for it, stand in passes.c. All passes work on graphs whose
 * weights have no values yet, too. The weights that they make then have none either. */
#ifndef LCC_PASSES_INTERNAL_H
#define LCC_PASSES_INTERNAL_H

#include "passes/passes.h"

graph *remove_dead(const graph *in, arena *a, diag *d);
graph *join_transposes(const graph *in, arena *a, diag *d);
graph *remove_no_ops(const graph *in, arena *a, diag *d);
graph *lower_blocks(const graph *in, arena *a, diag *d);
graph *lower_conv_transpose(const graph *in, arena *a, diag *d);
graph *simplify_pools(const graph *in, arena *a, diag *d);
graph *fold_batch_norm(const graph *in, arena *a, diag *d);
graph *lower_pad_value(const graph *in, arena *a, diag *d);
graph *fuse_pad(const graph *in, arena *a, diag *d);
graph *merge_requantize(const graph *in, arena *a, diag *d);
graph *trim_kernels(const graph *in, arena *a, diag *d);
graph *fold_affine_into_consumer(const graph *in, arena *a, diag *d);
graph *lower_affine(const graph *in, arena *a, diag *d);
graph *sink_activations(const graph *in, arena *a, diag *d);
graph *fuse_activations(const graph *in, arena *a, diag *d);
graph *fuse_residual(const graph *in, arena *a, diag *d);
graph *remove_dead_channels(const graph *in, arena *a, diag *d);
graph *sort_channels(const graph *in, arena *a, diag *d);
graph *pair_channels(const graph *in, arena *a, diag *d);
graph *delay_nodes(const graph *in, arena *a, diag *d);
graph *insert_convert(const graph *in, arena *a, diag *d);
graph *round_weights(const graph *in, arena *a, diag *d);
graph *round_products(const graph *in, arena *a, diag *d);
graph *check_sums(const graph *in, arena *a, diag *d);

#endif
