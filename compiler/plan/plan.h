/* plan.h: from a graph to steps, buffers and arena offsets.
 *
 * A step is one call in the generated code. A shuffle, a split, a concat or a flatten has no step and costs
 * nothing when the code runs: it only changes where the plan says that the channels of a tensor lie. A `slot`
 * is the place of one channel, and every tensor has a slot for each of its channels. A kernel that multiplies
 * by weights takes its input channels in the order in which they lie in memory, and its weights are permuted to
 * match. A kernel that works channel by channel keeps the order that it finds. */
#ifndef LCC_PLAN_H
#define LCC_PLAN_H

#include "graph/graph.h"
#include "plan/tuning.h"
#include "targets/target.h"

typedef enum buffer_kind { BUFFER_ARENA, BUFFER_INPUT, BUFFER_OUTPUT } buffer_kind;

/* Where a chain's output may lie on the input that the chain reads: see overlay.c. */
typedef struct overlay {
    int input;      /* its buffer; -1: nowhere */
    int64_t slack;  /* the output begins at most so many bytes behind the input's first one; may be negative */
    int64_t shared; /* how many bytes the two can have in common */
} overlay;

/* A stretch of memory that holds [h, w, c] elements, pixel after pixel. */
typedef struct plan_buffer {
    buffer_kind kind;
    int port; /* input or output: which; in the arena: the input whose place it is (port.reused), or -1 */
    elem_type type;
    shape shape; /* c is the distance from one pixel to the next, in elements */
    int64_t bytes;
    int inside;        /* the buffer whose bytes these are a part of, or -1; that one is inside of none */
    int64_t inside_at; /* and the first of them there: a whole number of elements */
    bool has_parts;    /* other buffers lie inside of this one */
    overlay over;      /* of a chain's output */
    int64_t offset; /* in the arena, a multiple of the target's `align` unless it lies inside of another one */
    bool own;       /* each thread has a copy: the first thread in the arena, the others in their blocks */
    bool of_part;   /* the copies belong to the parts of the step, whichever thread does them */
    int64_t own_offset; /* in such a thread's block */
    int first, last;    /* the first step that writes it, the last one that uses it; -1: none */
    int until;          /* while planning: the last node known so far to read this buffer */
    const char *what;   /* for comments: the label of the layer whose output it holds */
} plan_buffer;

/* Where one channel of a tensor lies: buffer[pixel * buffer.shape.c + channel]. */
typedef struct slot {
    int buffer, channel;
} slot;

/* Channels begin, begin + step, .. of a buffer, in the order in which a kernel takes them. */
typedef struct run {
    int buffer;
    int begin, step, count;
} run;

/* A tensor as a kernel reads it. */
typedef struct operand {
    shape shape;
    int n_runs;
    run *runs;
    int *order; /* [shape.c]: the channel of the tensor at each position along the runs */
} operand;

typedef enum step_kind {
    STEP_GEMM,        /* conv and dense: register tiles of pixels x output channels */
    STEP_WINDOW,      /* depthwise, max_pool, avg_pool: a vector of channels walks along a row */
    STEP_GLOBAL_POOL, /* global_avg_pool */
    STEP_ELEMENTWISE, /* affine, convert, activations, add, mul */
    STEP_SOFTMAX,
    STEP_UPSAMPLE, /* upsample, resize */
    STEP_PAD,
    STEP_SLICE, /* some of the rows or columns; a slice of channels has no step */
    STEP_WHOLE, /* takes whole tensors, dense and in order, and makes a dense one: see whole.h */
    STEP_CHAIN, /* several of the above, row by row: see fuse.c */
    STEP_COPY,  /* gathers a tensor whose channels are scattered, if a kernel or the caller needs it in one
                   piece */
    STEP_KIND_COUNT
} step_kind;

/* Output channels that one accumulator of a tile holds: a vector of one of the target's kinds, of which the
 * first `valid` lanes are used. */
typedef struct piece {
    int kind; /* index into target.vectors, or ONE_LANE */
    int valid;
} piece;

enum { ONE_LANE = -1, MAX_PIECES = 8, MOST_LANES = 16, MOST_CHAIN_PARTS = 8, MOST_AHEAD = 2 };

/* A block of output channels that a tile computes together. */
typedef struct channel_block {
    int n_pieces;
    piece pieces[MOST_LANES];
    int channels; /* sum of valid */
    int lanes;    /* sum of the kinds' lanes: the width of the packed weights */
    int repeat;   /* number of blocks of this shape that follow each other */
} channel_block;

/* How a GEMM step is cut. */
typedef struct gemm_plan {
    int tile_pixels;
    bool dots;     /* by the target's kernels for dot products: see dots.c */
    int depth;     /* inputs that a tile takes at once, side by side: of integers, and of bfloat16:
                      see byte_tiles.c; else 1 */
    bool gathered; /* .. its inputs are copied to a tile first, where they lie side by side */
    bool fours;    /* .. as uint8, of which it takes four at once: see byte_fours.c */
    int rests;     /* of these: groups of weights behind those of a block */
    int wide;      /* of these: the shift of all channels, where their weights are scaled for it; else 0 */
    bool paired;   /* .. or the weights of two channels lie in pairs: see takes_pairs */
    int n_blocks;
    channel_block *blocks;     /* over out/groups channels */
    bool blocks_outside;       /* the loop over blocks is the outer one, so that weights are read once */
    bool prefetch;             /* the weights are not in the nearest cache, so tiles prefetch them */
    int64_t ahead[MOST_AHEAD]; /* and the last tile those of later steps: so many bytes behind its own */
    int n_ahead;               /* see ahead.c */
    bool scaled;      /* the weights are multiplied by the last operand, a factor for each input channel; or the
                         inputs are, where they are gathered as bfloat16 */
    bool staged;      /* input rows are copied to a ring of rows in scratch, padded and converted */
    int group_stride; /* channels from a group's runs to those of the next group */
    /* If the groups' channels do not lie alike, as behind a shuffle: each group's runs of neighbours in the one
     * buffer that the operand reads, as pairs (begin, count). [groups][table_runs][2]; shorter lists end with
     * (0, 0). Else NULL. */
    const int *run_table;
    int table_runs;
    double cycles; /* by the model of cost, with the best tile; a tuning may choose another one */
} gemm_plan;

/* Whether a depthwise layer goes by the kernel for narrow maps: a row at a time, or all rows. */
typedef enum narrow_way { NARROW_NOT, NARROW_ROW, NARROW_MAP } narrow_way;

/* How a WINDOW step is cut: how many columns of the output are computed together. */
typedef struct window_plan {
    int tile_columns;
    bool dots;         /* by the target's kernels for dot products: see dots.c */
    narrow_way narrow; /* of these: see narrow_way_of */
    bool bytes;        /* of integers: four taps at once, see byte_windows.c */
} window_plan;

struct plan_step {
    step_kind kind;
    int node; /* of the graph: the step computes its tensor; a copy gathers it */
    int n_operands;
    operand *operands; /* the node's own inputs, then its residual */
    int out_buffer, out_begin;
    int *out_order; /* [c]: the channel of the tensor at out_begin + i */
    gemm_plan gemm;
    window_plan window;
    int64_t units; /* of a whole step: into how many stretches of equal length its output is cut for threads */
    int64_t scratch_bytes;
    int scratch;        /* its buffer, or -1 */
    bool shifts_left;   /* a step by dot products: some of its factors do, see I8_BOTH in runtime/i8.h */
    int64_t tile_bytes; /* what a step gathers inputs in, or the parts of a chain */
    int tile;           /* its buffer, or -1; a part of a chain has that of the chain */
    int sums;           /* the buffer of each channel's sum over the pixels, or -1: a window adds them up for a
                           global pool */
    bool sums_only; /* of a chain: only the sums are kept; each row of its output overwrites the one before */
    bool again;     /* of a part: computed a second time; uses the weights packed for another chain */
    bool shared;    /* all threads take part; else the first thread does it alone */
    bool in_place;  /* of an elementwise step: it writes over its first operand */
    const char *words; /* "dense 6 x 4 of f32x16", for people: set last, by plan/kernels.c */
    int64_t macs;
    double cycles;        /* of one core, by the model of cost: plan/tiles.c */
    int64_t weight_begin; /* where its weights begin among those of the file, in bytes: see pack.h */
    int64_t
        weight_bytes; /* of its weights; of a step also what fills up the ones before to the target's `align` */
    plan_step *parts; /* of a chain: its steps, in order; the last one's output is the chain's */
    int n_parts;
};

struct plan {
    arena *mem;
    const graph *g;
    const target *t;
    const tuning *tuning; /* or NULL */
    bool lean; /* memory before speed: allows in place even where the chain then runs on one thread */
    int n_buffers, room_buffers;
    plan_buffer *buffers;
    int n_steps, room_steps;
    plan_step *steps;
    slot **slots;                  /* [n_nodes][c]: the place of each channel of each tensor */
    int64_t arena_bytes;           /* for one thread */
    int64_t thread_bytes;          /* of the block of each further thread */
    int peak_step;                 /* the step with the most live bytes */
    int64_t weights_begin;         /* where the first step's weights begin among those of the file, in bytes */
    const struct byte_ends **ends; /* [n_nodes]: see byte_ends.h; NULL: nobody has asked for them */
};

/* Rounded up to the alignment of buffers in the arena, and of the steps' weights. */
static inline int64_t plan_aligned(const plan *p, int64_t bytes) {
    return (bytes + p->t->align - 1) / p->t->align * p->t->align;
}

enum { LEAST_RAM = -1 };

/* Makes a plan whose arena has at most `max_ram` bytes; 0: no limit; LEAST_RAM: as few as possible. `tuned`:
 * see tuning.h; NULL: tiles are chosen by the model of cost alone. NULL after an error: the limit cannot be
 * met. */
plan *plan_make(const graph *g, const target *t, int64_t max_ram, const tuning *tuned, arena *a, diag *d);

/* Cuts `channels` into at most `room` pieces: full vectors of the widest kind, then the narrowest kind that
 * holds the rest. Returns their number. */
int cut_pieces(const target *t, int channels, piece *out, int room);

/* Whether two pixels can share a vector for this piece of their channels: it fills half of the widest one, and
 * the machine has the functions for it. Of floats only. */
bool pixels_share_piece(const target *t, piece x);

/* Gives each step's weights their place; the first ones begin at byte `begin` of the file's. plan_make has
 * called it with 0: several plans of one file follow each other. */
void plan_place_weights(plan *p, int64_t begin);

/* The work of all steps; the bytes of their weights. */
static inline int64_t plan_macs(const plan *p) {
    int64_t macs = 0;
    for (int i = 0; i < p->n_steps; i++) macs += p->steps[i].macs;
    return macs;
}

static inline int64_t plan_weight_bytes(const plan *p) {
    int64_t bytes = 0;
    for (int i = 0; i < p->n_steps; i++) bytes += p->steps[i].weight_bytes;
    return bytes;
}

/* The cycles of one core that a run takes by the model of cost. */
static inline double plan_cycles(const plan *p) {
    double cycles = 0;
    for (int i = 0; i < p->n_steps; i++) cycles += p->steps[i].cycles;
    return cycles;
}

/* Where the weights of the next plan of the same file begin, in bytes. */
static inline int64_t plan_weights_end(const plan *p) { return p->weights_begin + plan_weight_bytes(p); }

/* Whether a finished plan has a place of its own for the buffer in its arena. */
static inline bool lives_in_arena(const plan_buffer *b) {
    return b->kind == BUFFER_ARENA && b->first >= 0 && b->inside < 0;
}

/* Whether the buffer is the place in the arena of an input that the caller hands over. It lives from the first
 * step on, whichever reads it. */
static inline bool holds_input(const plan_buffer *b) {
    return b->kind == BUFFER_ARENA && b->port >= 0 && b->inside < 0;
}

/* Where in the arena the caller writes such an input. For targets that may be together in one file, inputs lie
 * one behind the other from the arena's first byte on, in their order: so at the same place in all plans for a
 * graph. */
int64_t plan_input_offset(const plan *p, int input_index);

/* Whether no other buffer has bytes of this one. */
static inline bool stands_alone(const plan_buffer *b) { return b->inside < 0 && !b->has_parts; }

/* The buffer that the buffer lies inside of, or itself. */
static inline int outer_buffer(const plan *p, int buffer_index) {
    int inside = p->buffers[buffer_index].inside;
    return inside >= 0 ? inside : buffer_index;
}

/* Whether the two buffers are one, or have bytes in common because they lie inside of one. */
bool share_memory(const plan *p, int x, int y);

/* Bytes of the buffers of the arena that live in any of the steps first .. end - 1, aligned. */
int64_t plan_live_bytes(const plan *p, int first, int end);

/* Whether an operand has runs in a buffer, or in one that shares bytes with it. */
bool reads_buffer(const plan *p, const operand *o, int buffer_index);

/* The part of a chain whose output is the residual of part `to`; -1 if the residual comes from outside of the
 * chain, or if there is none. */
int residual_source(const plan *p, const plan_step *parts, int to);

/* The element type in which a chain's parts count their weights: one type, since the chain passes one pointer
 * for all of them. Pairs of bfloat16 count as floats. TYPE_COUNT: they differ. */
elem_type chain_weight_type(const plan *p, const plan_step *parts, int n);

/* Whether the threads wait for each other behind a step. They need not between two steps that the first thread
 * does alone, nor behind the last step. */
bool meets_behind(const plan *p, int step_index);

typedef struct interval {
    int64_t begin, end;
} interval;

/* Compares intervals for qsort by their beginnings. */
int compare_intervals(const void *x, const void *y);

/* Whether a step multiplies in bfloat16; and whether it makes a scaled copy of its weights, since it does not
 * scale its inputs as it rounds them. */
static inline bool takes_bf16(const plan *p, const plan_step *s) {
    return s->kind == STEP_GEMM && node_weight_type(&p->g->nodes[s->node]) == TYPE_BF16;
}
static inline bool scales_weights(const plan *p, const plan_step *s) {
    return s->gemm.scaled && !takes_bf16(p, s);
}

/* Distance in elements from a buffer's pixel to the next. */
static inline int pixel_stride(const plan *p, int buffer_index) { return p->buffers[buffer_index].shape.c; }

#endif
