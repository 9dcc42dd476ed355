/* internal.h: what the files of plan/ share. */
#ifndef LCC_PLAN_INTERNAL_H
#define LCC_PLAN_INTERNAL_H

#include "plan/plan.h"

/* buffers.c */
int add_buffer(plan *p, buffer_kind kind, int port_index, elem_type type, shape s, const char *what);
plan_step *add_step(plan *p, step_kind kind, int node_index);

/* slots.c: orders and runs. */

/* The channels 0 .. n-1 sorted by the place at which they lie; [n], in the arena. */
int *order_by_place(const plan *p, const slot *slots, int n);
int *order_as_given(const plan *p, int n);
bool is_identity(const int *order, int n);

/* Cuts the slots, taken in `order`, into runs. Each run's places go up by one (or, where `strided`, by any
 * step). `breaks` (may be NULL): positions that must begin a run. */
void cut_runs(const plan *p, const slot *slots, const int *order, int n, bool strided, const bool *breaks,
              operand *out);

bool reads_buffer(const operand *o, int buffer_index);

/* Whether an operand is all that the step makes, as it lies. */
bool takes_whole_output(const plan *p, const operand *o, const plan_step *maker);

/* The slots of a tensor that a dense layer takes flat: (h, w, c) order. */
slot *flatten_slots(const plan *p, const slot *slots, shape s);

/* tiles.c: how kernels are cut, by cost. */
void choose_gemm(const plan *p, plan_step *s,
                 bool by_row); /* by_row: a row of the output at a time, whatever the kernel */
void choose_window(const plan *p, plan_step *s);
double predict_cycles(const plan *p, const plan_step *s);

/* fuse.c: joins neighbouring steps into chains. */
void fuse_steps(plan *p);

/* squeeze.c: windows add up for the global pools behind them; convolutions take channel-wise factors. */
void keep_sums(plan *p);
void scale_projections(plan *p);

/* threads.c: which steps are shared, and what each thread keeps for its own. */
void plan_threads(plan *p);

/* layout.c */
void find_lifetimes(plan *p);
void place_buffers(plan *p);

#endif
