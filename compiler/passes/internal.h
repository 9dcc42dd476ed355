/* internal.h: every pass's entry point, one a file. What each does and refuses stands at the top of its file;
 * their order, and why, in passes.c. All of them work on graphs whose weights have no values yet: what they
 * make then has none either. */
#ifndef LCC_PASSES_INTERNAL_H
#define LCC_PASSES_INTERNAL_H

#include "passes/passes.h"

graph *remove_dead(const graph *in, arena *a, diag *d);
graph *remove_no_ops(const graph *in, arena *a, diag *d);
graph *simplify_pools(const graph *in, arena *a, diag *d);
graph *fold_batch_norm(const graph *in, arena *a, diag *d);
graph *fuse_pad(const graph *in, arena *a, diag *d);
graph *fold_affine_into_consumer(const graph *in, arena *a, diag *d);
graph *lower_affine(const graph *in, arena *a, diag *d);
graph *sink_activations(const graph *in, arena *a, diag *d);
graph *fuse_activations(const graph *in, arena *a, diag *d);
graph *fuse_residual(const graph *in, arena *a, diag *d);
graph *remove_dead_channels(const graph *in, arena *a, diag *d);
graph *insert_convert(const graph *in, arena *a, diag *d);
graph *round_weights(const graph *in, arena *a, diag *d);

#endif
