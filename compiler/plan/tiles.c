/* tiles.c: chooses how each kernel is cut, by a model of its cost.
 *
 * For each input channel, a GEMM tile of m pixels by n vectors does m * n multiply-adds, n loads of weights and
 * m loads of pixels. Its accumulators, m * n vectors, and the weights, n vectors, must stay in registers. The
 * cost of a tile is the largest of three times: the arithmetic, the loads, and the latency of the additions,
 * each of which waits for the one before. A microcontroller does one thing after the other, so there it is
 * their sum, with the loop's own instruction. Tiles at the ends, with fewer pixels or channels, are counted as
 * well. Weights that are halves are widened when they are loaded, n vectors for each input channel. This is
 * work beside the multiply-adds, and the more pixels a tile has, the less it weighs. So are bytes, whose
 * products are added by instructions of their own. */
#include "plan/byte_fours.h"
#include "plan/byte_windows.h"
#include "plan/internal.h"
#include "plan/whole.h"

#include <math.h>

/* Whether the machine has a function for tiles of m pixels by n vectors, with weights of `size` bytes. */
static bool is_function(const target *t, int m, int n, int size) {
    const vector_kind *v = &t->vectors[0];
    return m <= v->tile_pixels && n == v->tile_vectors && size == type_table[TYPE_F32].bytes;
}

/* The instructions of such a tile for one input channel. Of floats, one instruction loads the weights of three
 * channels, and one a pixel's three inputs. Of vectors, each is loaded, and two inputs at once. */
static double function_cycles(const target *t, int m, int n) {
    double multiply_adds = (double)m * n / t->fma_per_cycle;
    return t->vectors[0].lanes == 1 ? multiply_adds + (m + 3) / 3.0 : multiply_adds + n + (m + 1) / 2.0;
}

/* Whether pixels share vectors for the last piece of the block. */
static bool shares_last(const target *t, const channel_block *b, int size) {
    return size == type_table[TYPE_F32].bytes && pixels_share_piece(t, b->pieces[b->n_pieces - 1]);
}

/* The vectors of sums that a tile of m pixels by the block has. */
static int count_sums(const target *t, const channel_block *b, int m, int size) {
    return m * b->n_pieces - (shares_last(t, b, size) ? m / 2 : 0);
}

/* Whether a tile of m pixels by the block stays in registers: its sums and weights, and the input of one pixel,
 * or of all of them. Where pixels share vectors, those of two and the one that they share. */
static bool tile_fits(const target *t, const channel_block *b, int m, int size, int depth) {
    enum { CONSTANTS = 1, INPUTS = 3 }; /* constants that change the sign of an input */
    const int n = b->n_pieces;
    if (m > 1 && shares_last(t, b, size)) return count_sums(t, b, m, size) + n + INPUTS <= t->registers;
    if (depth > 1 && t->bytes->by_groups) return m * n + m + n + t->bytes->scratch <= t->registers;
    if (depth > 1) return m * n + n + 1 + CONSTANTS + t->bytes->scratch <= t->registers;
    return m * n + n + (t->keeps_inputs ? m : t->vectors[0].by_number ? 0 : 1) <= t->registers;
}

static double larger(double a, double b) { return a > b ? a : b; }

/* The cycles that a tile of m pixels by the block takes for one input channel, with weights of `size` bytes. In
 * tiles of few pixels compilers make the load of a weight part of the multiply-add, and so load it again for
 * each pixel; they do not where halves are widened. `latency`: of a multiply-add. `far`: the weights come from
 * the second cache. */
static double tile_cycles(const target *t, int m, const channel_block *b, int size, int latency, bool far) {
    enum { FEW_PIXELS = 4, LOADS_PER_CYCLE = 2, FAR_BYTES_PER_CYCLE = 40, INTEGER_OPERATIONS = 3 };
    const int n = b->n_pieces;
    if (is_function(t, m, n, size)) return function_cycles(t, m, n);
    bool narrow = size < type_table[TYPE_F32].bytes, bytes = size == type_table[TYPE_I8].bytes;
    double widening = bytes ? n : narrow ? n * t->widening : 0;
    double arithmetic =
        (count_sums(t, b, m, size) * (bytes ? INTEGER_OPERATIONS : 1) + widening) / t->fma_per_cycle;
    if (t->small) return arithmetic + m + n + 1;
    double loads = (double)(m + (m < FEW_PIXELS && !narrow ? m * n : n)) / LOADS_PER_CYCLE;
    double stream = far ? (double)n * t->vectors[0].lanes * size / FAR_BYTES_PER_CYCLE : 0;
    return larger(larger(arithmetic, loads), larger(stream, latency));
}

/* What a tile takes for an input, or for a pair of them. */
typedef struct tile_inputs {
    double depth; /* of an output channel, over all taps */
    int size;     /* bytes of a weight */
    int side;     /* integers that are taken at once */
    int latency;  /* of a multiply-add */
    double rests; /* of a block, where four bytes are taken at once; else less than 0 */
} tile_inputs;

/* The cycles of a tile that takes several integers at once. */
static double side_cycles(const target *t, int m, int n, const tile_inputs *k) {
    if (k->rests >= 0) return four_tile_cycles(t, m, n, k->depth, k->rests);
    return byte_tile_cycles(t, m, n, k->depth);
}

/* The cycles of a convolution, or of one of its groups, over `rows` rows of `pixels` pixels each, with tiles of
 * m pixels. */
static double gemm_cycles(const target *t, const channel_block *blocks, int n_blocks, int64_t rows, int pixels,
                          int m, tile_inputs k) {
    double total = 0;
    for (int i = 0; i < n_blocks; i++) {
        int n = blocks[i].n_pieces, rest = pixels % m;
        if (k.side > 1) {
            const double full = side_cycles(t, m, n, &k), last = rest ? side_cycles(t, rest, n, &k) : 0;
            total += blocks[i].repeat * (double)rows * (pixels / m * full + last);
            continue;
        }
        bool far = k.depth * blocks[i].lanes * k.size > t->l1_bytes / 2.0;
        double tile = k.depth * tile_cycles(t, m, &blocks[i], k.size, k.latency, far) + 2.0 * m * n + 10;
        double last =
            rest ? k.depth * tile_cycles(t, rest, &blocks[i], k.size, k.latency, far) + 2.0 * rest * n + 10 : 0;
        total += blocks[i].repeat * (double)rows * (pixels / m * tile + last);
    }
    return total;
}

int gemm_weight_size(const plan *p, const plan_step *s) {
    elem_type type = scales_weights(p, s) ? TYPE_F32 : node_weight_type(&p->g->nodes[s->node]);
    return type_table[type].bytes;
}

/* A pair of bfloat16 takes the room and the time of one float. */
static tile_inputs inputs_of_tiles(const plan *p, const plan_step *s, double depth) {
    const int size = gemm_weight_size(p, s);
    if (!takes_bf16(p, s)) return (tile_inputs){depth, size, s->gemm.depth, p->t->fma_latency, -1};
    return (tile_inputs){ceil(depth / BF16_DEPTH), BF16_DEPTH * size, 1, p->t->bf16->latency, -1};
}

enum { MOST_PIXELS = 14 };

/* The tiles by which a step may be cut, and their cycles. */
typedef struct tile_list {
    tile_shape at[MOST_PIXELS * MAX_PIECES];
    double cycles[MOST_PIXELS * MAX_PIECES];
    double costs[MOST_PIXELS * MAX_PIECES]; /* with what their kinds cost in flash */
    int n;
} tile_list;

static double least_cycles(const tile_list *tiles) {
    double least = tiles->cycles[0];
    for (int i = 1; i < tiles->n; i++) least = tiles->cycles[i] < least ? tiles->cycles[i] : least;
    return least;
}

/* What is cut: rows of pixels, by so many channels. */
typedef struct cut_of_step {
    int64_t rows;
    int pixels, out_c;
    bool bytes; /* tiles take several integers at once */
    tile_inputs inputs;
    const four_rests *rests; /* where they take four at once, or NULL */
} cut_of_step;

static int cut_channels(const target *t, const cut_of_step *k, int width, channel_block *blocks) {
    return (k->bytes ? cut_widest : cut_blocks)(t, k->out_c, width, blocks);
}

static void list_tiles(const plan *p, const cut_of_step *k, tile_list *tiles) {
    const target *t = p->t;
    const compactness compact = tuning_compact(p->tuning);
    channel_block blocks[2];
    tiles->n = 0;
    for (int width = 1; width <= (k->bytes ? MOST_BYTE_VECTORS : MAX_PIECES); width++) {
        const int n_blocks = cut_channels(t, k, width, blocks), widest = blocks[0].n_pieces;
        if (widest < width) break;
        tile_inputs inputs = k->inputs;
        if (k->rests) inputs.rests = count_rests(k->rests, blocks, n_blocks).mean;
        for (int m = 1; m <= MOST_PIXELS && m <= k->pixels; m++) {
            if (!tile_fits(t, &blocks[0], m, inputs.size, inputs.side)) break;
            if (m > 1 && compact == COMPACT_LEAST) break;
            const int i = tiles->n++;
            tiles->cycles[i] = gemm_cycles(t, blocks, n_blocks, k->rows, k->pixels, m, inputs);
            tiles->costs[i] = tiles->cycles[i] * (compact ? n_blocks * (k->pixels % m ? 2 : 1) : 1);
            tiles->at[i] = (tile_shape){m, widest};
        }
    }
}

/* Lets a step's tiles take four bytes at once, where that is possible and takes less time than the `tiles` that
 * it has. */
static void try_fours(const plan *p, plan_step *s, cut_of_step *k, tile_list *tiles) {
    if (!takes_fours(p, s)) return;
    four_rests *rests = ARENA_NEW(p->mem, four_rests);
    tile_list *fours = ARENA_NEW(p->mem, tile_list);
    cut_of_step by_fours = *k;
    *rests = find_rests(p, s);
    by_fours.rests = rests;
    by_fours.inputs.side = BYTES_AT_ONCE;
    list_tiles(p, &by_fours, fours);
    if (least_cycles(fours) >= least_cycles(tiles)) return;
    *k = by_fours;
    *tiles = *fours;
    s->gemm.depth = BYTES_AT_ONCE;
    s->gemm.fours = true;
}

void choose_gemm(const plan *p, plan_step *s, bool by_row) {
    const target *t = p->t;
    const node *n = &p->g->nodes[s->node];
    gemm_plan *gemm = &s->gemm;
    if (takes_dots(p, s)) {
        choose_dots(p, s, by_row);
        return;
    }
    by_row = by_row || gemm->staged || n->a.stride[0] > 1 || n->a.stride[1] > 1;
    const int groups = n->op == OP_CONV ? n->a.groups : 1, size = gemm_weight_size(p, s);
    const double depth = (double)s->operands[0].shape.c / groups * n->a.kernel[0] * n->a.kernel[1];
    choose_depth(p, s);
    cut_of_step k = {.rows = by_row ? n->shape.h : 1,
                     .pixels = by_row ? n->shape.w : (int)shape_pixels(n->shape),
                     .out_c = n->shape.c / groups,
                     .bytes = gemm->depth > 1 && !takes_bf16(p, s),
                     .inputs = inputs_of_tiles(p, s, depth)};
    tile_list tiles;
    list_tiles(p, &k, &tiles);
    try_fours(p, s, &k, &tiles);
    const tile_shape *wanted = tuning_find(p->tuning, p->mem, p->g, s->node);
    const int index = tuning_choose(p->tuning, wanted, tiles.at, tiles.costs, tiles.n);
    const double best = tuning_compact(p->tuning) ? tiles.cycles[index] : least_cycles(&tiles);
    gemm->tile_pixels = tiles.at[index].pixels;
    gemm->blocks = ARENA_ARRAY(p->mem, channel_block, 2);
    gemm->n_blocks = cut_channels(t, &k, tiles.at[index].vectors, gemm->blocks);
    gemm->rests = k.rests ? count_rests(k.rests, gemm->blocks, gemm->n_blocks).most : 0;
    double weight_bytes = depth * k.out_c * size;
    gemm->cycles =
        groups * (best + (takes_bf16(p, s) ? depth * k.pixels * (double)k.rows * t->bf16->per_input : 0));
    gemm->prefetch = groups * weight_bytes > t->l1_bytes / 2.0 && !t->strict_c99 && !t->small;
    gemm->blocks_outside = weight_bytes > t->l1_bytes / 2.0 && k.pixels > gemm->tile_pixels && !gemm->gathered;
    s->tile_bytes = gathered_bytes(p, s);
    s->macs = node_macs(p->g, n);
}

/* How many columns of a window are computed side by side, 8 elsewhere. A column's sum takes one tap after the
 * other, and each waits for the one before. So where a row of the window has many taps, and there are registers
 * enough, there may be up to 14, as many in each tile of a row as in the others. */
static int columns_of(const target *t, const node *n) {
    enum { USUAL = 8, MOST = 14, MANY_TAPS = 5, MANY_REGISTERS = 32 };
    bool slow = n->op == OP_DEPTHWISE && n->type == TYPE_F32 && n->a.kernel[1] >= MANY_TAPS;
    if (!slow || t->registers < MANY_REGISTERS) return USUAL;
    int tiles = (n->shape.w + MOST - 1) / MOST;
    return (n->shape.w + tiles - 1) / tiles;
}

void choose_window(const plan *p, plan_step *s) {
    const target *t = p->t;
    const node *n = &p->g->nodes[s->node];
    enum { WIDEST_UNROLLED = 9 };
    const int most_columns[COMPACTNESS_COUNT] = {columns_of(t, n), 4, 2, 0};
    int most = most_columns[tuning_compact(p->tuning)];
    s->macs = node_macs(p->g, n);
    s->window.dots = takes_dots(p, s);
    s->window.bytes = window_takes_bytes(p, s);
    s->shifts_left = s->window.dots && shifts_left(p, &p->g->nodes[s->node]);
    s->window.narrow = s->window.dots ? narrow_way_of(p, n, false) : NARROW_NOT;
    int kernel = n->a.kernel[1];
    int weights = n->op == OP_DEPTHWISE ? kernel : 0;
    int columns = t->registers - weights - 2;
    if (columns > most || s->window.bytes) columns = most;
    if (s->window.bytes && columns < 1) columns = 1;
    if (columns > n->shape.w) columns = n->shape.w;
    bool wide = kernel > WIDEST_UNROLLED || columns < 1 || n->a.pad_value;
    s->window.tile_columns = wide ? 0 : columns;
}

/* The cycles of a GEMM are those of its tiles, or those of reading its weights where that takes longer. Those
 * of a window are its multiply-adds (a pool has as many additions or maxima) and its stores. Those of a step
 * that takes wholes are as its op says. Those of any other step are two for each vector that it reads. */
double predict_cycles(const plan *p, const plan_step *s) {
    enum { WEIGHT_BYTES_PER_CYCLE = 16 };
    const target *t = p->t;
    const node *n = &p->g->nodes[s->node];
    double lanes = t->vectors[0].lanes, total = 0;
    switch (s->kind) {
    case STEP_CHAIN:
        for (int i = 0; i < s->n_parts; i++) total += predict_cycles(p, &s->parts[i]);
        return total;
    case STEP_GEMM:
        total = (double)tensor_bytes(n->weights[ROLE_WEIGHT]) / WEIGHT_BYTES_PER_CYCLE;
        return larger(s->gemm.cycles, total);
    case STEP_WINDOW:
        if (s->window.dots) return window_dots_cycles(p, s);
        if (s->window.bytes) return byte_window_cycles(p, s);
        total = (double)shape_elements(n->shape) / lanes;
        return total * (1 + (double)n->a.kernel[0] * n->a.kernel[1] / t->fma_per_cycle);
    case STEP_GLOBAL_POOL:
        return (s->sums >= 0 ? s->operands[0].shape.c : (double)shape_elements(s->operands[0].shape)) / lanes *
               2;
    case STEP_WHOLE: return whole_cycles(p->g, n, lanes);
    default: return 2 * (double)shape_elements(s->operands[0].shape) / lanes;
    }
}
