/* internal.h: what the files of plan/ share. */
#ifndef LCC_PLAN_INTERNAL_H
#define LCC_PLAN_INTERNAL_H

#include "plan/plan.h"

/* plan.c: lists all steps, none of them joined, with lifetimes. `lean`: see plan.h. */
plan *list_steps(const graph *g, const target *t, const tuning *tuned, bool lean, arena *a);

/* buffers.c */
int add_buffer(plan *p, buffer_kind kind, int port_index, elem_type type, shape s, const char *what);

/* Adds a buffer that lies inside of another one, from element `begin` of that one on. It has the same type. */
int add_part(plan *p, int buffer_index, int64_t begin, shape s, const char *what);
plan_step *add_step(plan *p, step_kind kind, int node_index);

/* slots.c: orders and runs. */

/* The channels 0 .. n-1 sorted by the place at which they lie; [n], in the arena. */
int *order_by_place(const plan *p, const slot *slots, int n);
int *order_as_given(const plan *p, int n);
bool is_identity(const int *order, int n);

/* Cuts the slots, taken in `order`, into runs. From place to place of a run the channel goes up by one, or, if
 * `strided`, by any constant step. `breaks` (may be NULL): positions that must begin a run. */
void cut_runs(const plan *p, const slot *slots, const int *order, int n, bool strided, const bool *breaks,
              operand *out);

/* Whether an operand is the whole output of a step, in the order in which it lies. */
bool takes_whole_output(const plan *p, const operand *o, const plan_step *maker);

/* Whether step `s` takes each channel of that output once, and nothing else, in whatever order. */
bool takes_all_channels(const plan *p, const plan_step *s, const plan_step *maker);

/* The slots of all elements of a tensor of shape `s`, which a dense layer takes in (h, w, c) order. */
slot *flatten_slots(const plan *p, const slot *slots, shape s);

/* cut.c */

/* Cuts `channels` into blocks of `width` pieces: equal full blocks, which are one entry, and the rest. Their
 * number, at most 2. */
int cut_blocks(const target *t, int channels, int width, channel_block *out);

/* The same, but all pieces are of the widest kind of vectors. */
int cut_widest(const target *t, int channels, int width, channel_block *out);

/* Cuts `channels` into blocks of `width` single lanes, which are one entry, and one for the rest, whose last
 * lanes have no channel; where half of its lanes would have none, it has half of them, but not less than
 * `least`. Their number, at most 2. */
int cut_lanes(int channels, int width, int least, channel_block *out);

/* tiles.c: how kernels are cut, by cost. */
void choose_gemm(const plan *p, plan_step *s,
                 bool by_row); /* by_row: a row of the output at a time, whatever the kernel */
void choose_window(const plan *p, plan_step *s);

/* dots.c: integer layers by dot products. Whether some factors of a layer shift to the left, which the target's
 * kernels must know. */
bool shifts_left(const plan *p, const node *n);

/* Whether the target's kernels compute the step's layer. */
bool takes_dots(const plan *p, const plan_step *s);

/* Cuts such a step, by_row as choose_gemm does. Sets its cycles and the bytes of its tile. */
void choose_dots(const plan *p, plan_step *s, bool by_row);
double window_dots_cycles(const plan *p, const plan_step *s);

/* How a depthwise layer by dot products goes if it is narrow; by_row: it cannot compute all rows at once. */
narrow_way narrow_way_of(const plan *p, const node *n, bool by_row);

/* byte_tiles.c: integer layers whose tiles take several inputs at once. Whether the target's take the step's.
 */
bool takes_bytes(const plan *p, const plan_step *s);

enum {
    BF16_DEPTH = 2,   /* inputs of bfloat16 that a tile takes at once */
    BYTES_AT_ONCE = 4 /* of byte_fours.c */
};

/* Sets how the tiles of such a step take its inputs: depth, gathered. */
void choose_depth(const plan *p, plan_step *s);

/* Bytes of what they gather inputs in. */
int64_t gathered_bytes(const plan *p, const plan_step *s);

/* Cycles of a tile of m pixels by n vectors, over `inputs`; and where it takes four at once, and `rests`. */
double byte_tile_cycles(const target *t, int m, int n, double inputs);
double four_tile_cycles(const target *t, int m, int n, double inputs, double rests);

/* The shift to the right that all channels of a layer take where its weights are stored as 16 bits; 0: they are
 * not. See dots.c. */
int wide_shift(const plan *p, const node *n);
/* .. and the shift to the left by which a channel's weights and bias are scaled for it. */
int wide_scale(const graph *g, int wide, rescale by);
/* Whether a layer's weights may lie as pairs of those of two channels, which a kernel parts when all is summed
 * up. See runtime/i8_dsp_pairs.h. */
bool takes_pairs(const plan *p, const node *n);

/* Bytes of the tile that several steps can share. */
int64_t largest_tile(const plan_step *steps, int n);

/* Bytes of one weight as a convolution's tiles read it. Scaled weights are read from a copy in floats. */
int gemm_weight_size(const plan *p, const plan_step *s);
double predict_cycles(const plan *p, const plan_step *s);

/* legal.c: what may be done. */

/* Whether the step of a node may write over what lies in a buffer: nobody reads that any more, and the new
 * elements have the type of the old ones, since a buffer has one type. */
bool may_overwrite(const plan *p, int buffer_index, int node_index);

/* Whether a convolution may become the end of a chain that threads share. Such a chain may not end in place, so
 * the convolution gets a buffer of its own. */
bool may_end_chain(const plan *p, const node *conv);

/* How many steps write a buffer, and read it; [n_buffers]. */
typedef struct usage {
    int writes, reads;
} usage;
usage *count_uses(const plan *p);

/* Whether `n` steps can run as one: windows and convolutions, one of which looks at several rows. Each must be
 * the only reader of the one before it, save that a later one may take a step's output as its residual. */
bool can_chain(const plan *p, const usage *use, const plan_step *first, int n);

/* Whether a chain's last part writes over what an earlier part reads. */
bool ends_in_place(const plan *p, const plan_step *parts, int n);

/* How many rows must be kept of the tensor between part `i` and the next one, of a chain of `n`. */
int rows_kept(const plan *p, const plan_step *parts, int n, int i);

/* If the squeeze-excite block that begins here can have its depthwise output made twice: how many steps it has,
 * of the `left` that there are, with *window of them before the pool. Else 0. */
int twice_length(const plan *p, const usage *use, const plan_step *first, int left, int *window);

/* Whether step number `factor_index` multiplies a map by factors that the weights of the next step can take. */
bool can_take_factor(const plan *p, int factor_index);

/* fuse.c: chains. */
plan_step make_chain(plan *p, const plan_step *first, int n);

/* Makes the depthwise output of such a block twice. `out` gets the new steps, never more than there were; their
 * number. */
int make_twice(plan *p, const plan_step *first, int window, int n, plan_step *out);

/* Cuts a convolution anew for single rows. The cycles that this costs more, with the reading of its weights; 0
 * for any other step. */
double cut_by_row(const plan *p, plan_step *s);

/* Cycles to write a tensor and read it back, by the cache that holds it. */
double link_traffic(const plan *p, int buffer_index);

/* choose.c: which steps become chains. Lifetimes must be known: see find_lifetimes. */
typedef struct choices choices;
choices *find_choices(const plan *p);

/* Joins steps so that no step has more than `most` bytes live, in the way that is the fastest by the model of
 * cost. `p` may be a copy of the plan that the choices were found for. Returns the most bytes that are live in
 * any step, or -1 if there is no such way. */
int64_t fuse_steps(plan *p, const choices *c, int64_t most);

/* The lowest limit on live bytes that costs less than the model of cost can tell: within it there is a way as
 * fast as the fastest. */
int64_t frugal_live(arena *a, const choices *c);

/* The least `most` for which fuse_steps finds a way. */
int64_t least_live(arena *a, const choices *c);

/* squeeze.c */

/* Lets windows add up their output for the global pools behind them. */
void keep_sums(plan *p);

/* Lets 1x1 convolutions take channel-wise factors into their weights; bytes of such a convolution's scaled
 * weights. */
void scale_projections(plan *p);
int64_t scaled_bytes(const plan *p, const plan_step *s);

/* threads.c: decides which steps threads share, and which buffers each thread has a copy of. */
void plan_threads(plan *p);

/* overlay.c: outputs that are written over the network's input, row by row, while that is read. */

/* Where the output of a chain of `n` parts may lie; `last_step`: the step that has its last part. Lifetimes
 * must be known. */
overlay find_overlay(const plan *p, const plan_step *parts, int n, int last_step);

/* Finds those of all chains of a finished list of steps. */
void find_overlays(plan *p);

/* The bytes that are counted twice where the live bytes of steps first .. end - 1 are added up. */
int64_t overlaid_bytes(const plan *p, int first, int end);

/* layout.c */
void find_lifetimes(plan *p);
void place_buffers(plan *p);

/* The bytes of the arena's buffers, summed up by where their lifetimes begin and end. */
typedef struct live_sums {
    int64_t *begun; /* [n_steps + 1]: of those that begin before a step */
    int64_t *ended; /* [n_steps + 1]: of those that end before it */
} live_sums;

live_sums sum_lifetimes(const plan *p);

/* What plan_live_bytes says of steps [first, end), in no time. */
static inline int64_t live_bytes(const live_sums *s, int first, int end) {
    return s->begun[end] - s->ended[first];
}

/* ahead.c: says of each step which weights of later ones it prefetches. All weights have their places. */
void read_ahead(plan *p);

/* overlaps.c: items with lifetimes [first, last], in steps; they are numbered from 0. */
typedef struct overlaps overlaps;

overlaps *new_overlaps(const plan *p, int n_items);
void clear_overlaps(overlaps *o);
void add_lifetime(overlaps *o, int item_index, int first, int last);
/* The items added so far that live in one of the steps [first, last], into found[], in no order; how many. */
int find_overlaps(const overlaps *o, int first, int last, int *found);

#endif
