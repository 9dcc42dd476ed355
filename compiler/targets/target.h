/* target.h: what a machine is: data, which plan/ and emit/ read. To add a target, add an entry to the table in
 * targets.c, and a header to runtime/ if its vectors have none yet.
 *
 * Of two targets of one machine, the stronger one has more instructions: its code is faster and runs on fewer
 * processors. The stronger processor runs the weaker target's code, too. */
#ifndef LCC_TARGET_H
#define LCC_TARGET_H

#include "base/arena.h"

#include <stdbool.h>

/* A family of vectors that the runtime has for this target: "f32x16" names the type and prefixes its functions.
 */
typedef struct vector_kind {
    const char *name; /* "f32x16" */
    int lanes;
    const char *runtime; /* file under runtime/ that defines it: "f32x16_avx512.h" */
    /* The integers in as many lanes, for quantised layers: "i32x16", and their file: "i32xN.h". */
    const char *ints, *ints_runtime;
    /* Files with functions that stand for those of the same names in `runtime` and `ints_runtime`, the first
     * one with more; or NULL. */
    const char *own_runtime, *own_ints;
    /* Files with the functions by which tiles of integers take several inputs at once, and end: see byte_tiles;
     * before them one with those that put inputs in a tile, or NULL. */
    const char *byte_inputs, *byte_dots, *byte_ends;
    /* A file with the functions for windows that go before those of i32xN_pairs.h, or NULL: see
     * byte_tiles.turns.
     */
    const char *byte_windows;
    /* A file with the functions by which tiles of floats multiply pairs of bfloat16, or NULL: see bf16_tiles.
     */
    const char *bf16_runtime;
    /* The functions V_tile_MxN are there, which make the sums of a tile of floats of M pixels by N vectors, for
     * N = tile_vectors and M up to tile_pixels; and those that begin and end it. 0: they are not. */
    int tile_pixels, tile_vectors;
    /* V_fma_n(x, b, c) is there, which multiplies by one number for all lanes: a tile's inputs need no vector.
     */
    bool by_number;
    /* V_load_twice, V_halves, V_load_halves and V_store_halves are there, by which two pixels share a vector
     * where only half of its lanes have channels. */
    bool halves;
} vector_kind;

/* The kernels that a target has for integer layers, instead of tiles of vectors: functions of one header under
 * runtime/ that all layers share. They take several inputs at once, by instructions for dot products. */
typedef struct dot_kernels {
    const char *runtime[3]; /* "i8_dsp.h", ..: those that call others come behind them */
    int pixels;    /* of a convolution: so many at most in one call, which computes all channels of them */
    int channels;  /* whose weights lie together */
    int depth;     /* inputs of each that lie side by side */
    bool ragged;   /* the last of them, where there are less, are not filled up; a kernel may read the rows of a
                      window where they lie, and takes any number of pixels that it does not read from a tile */
    int most_rows; /* of such a window */
    int widened;   /* bytes of an input in the tile that a call reads; 0: inputs may be read where they lie,
                      and are gathered as bytes where they do not lie side by side */
    bool by_pixels;  /* there is a function for each number of pixels and each way to round: i8_blocks4_once */
    bool pairs;      /* where weights of two channels may lie in pairs: i8_blocks4_pairs_once */
    int wide_pixels; /* so many, and the weights of a convolution are stored as 16 bits; 0: never */
    const char *window_runtime, *map_runtime; /* depthwise layers, and layers without weights, have headers of
                                                 their own */
    const char *narrow_runtime; /* depthwise layers with few columns have one, too, or NULL: see narrow_way */
    int window_channels, window_least; /* of them: whose weights lie together, and where few are left */
    int most_taps;                     /* of a window of theirs; 0: any number */
    /* Cycles: of a multiply-add of a convolution and of a depthwise layer, of an input that is gathered, of an
     * output that is made, and of the call that makes the channels of one block; of a row of a channel of a
     * depthwise layer, which makes so many columns at once. */
    double per_mac, per_tap, per_input, per_output, per_block, per_row;
    int window_columns;
} dot_kernels;

/* How the tiles of integer layers take several inputs at once, by functions of the widest vectors: V_dot adds
 * up the products of `depth` inputs, which lie side by side, and as many weights for each lane. V_endN makes
 * codes of the sums of N vectors. */
typedef struct byte_tiles {
    int depth;    /* 2 or 4 */
    bool widens;  /* inputs are read as int16, which are made of them in a tile first; else as bytes */
    bool raises;  /* inputs are read as uint8: int8 are raised by 128 as they are read; else as int8, and uint8
                     are lowered */
    bool windows; /* depthwise layers take four taps at once, by V_columnN or V_pair, and V_dots: see
                     plan/byte_windows.c */
    bool turns;   /* the two vectors of such a layer's block have four channels in turns, by V_turn,
                     V_end_both and V_end_turns */
    bool looks_up_tiles; /* V_look_up_tile is there: tables are looked up for the codes of several pixels */
    bool curves;         /* .. or evaluated as curves: see base/table_curves.h */
    bool steep_curves;   /* .. by either shift */
    bool gathers;        /* V_gather is there, or V_gather_i16: it copies inputs that lie some bytes apart */
    bool by_groups;      /* V_dot_0 to V_dot_3 are there, which take one group of four of a vector of inputs */
    int scratch;         /* registers that a tile needs beside its sums, its weights and its inputs */
    bool tests_twice;    /* where floats are tested, they round as RESCALE_TFLITE does, too */
    bool doubles;        /* sums are rescaled once by the upper half of a doubled product: see BY_DOUBLING */
    bool fused;          /* floats are multiplied and added with one rounding */
    bool joins;          /* V_join1 and V_join2 are there, which make the codes of several pixels at once, and
                            proved sums may follow what is tested */
    bool rounds_down;    /* .. which an instruction may say: down */
    bool pairs; /* the weights of a vector lie by pairs of inputs: the first pair of all lanes, then the next */
    bool fours; /* V_dot_four is there, which takes four uint8 where weights allow it: see plan/byte_fours.c */
    /* Cycles: of V_dot, beside a load; of what else an input takes, and a vector of weights; of a vector that
     * becomes codes, and of the codes of a pixel, however many they are. */
    double per_dot, per_input, per_weight, per_end, per_store;
    double per_four, per_four_input; /* the same of V_dot_four, and of what else four inputs take */
} byte_tiles;

/* How tiles of floats multiply in bfloat16: V_dot_bf16 adds up the products of a pair of inputs and of a pair
 * of weights for each lane, and V_put_bf16 makes pairs of floats. A pair takes the room of one float. */
typedef struct bf16_tiles {
    int latency;      /* cycles of V_dot_bf16; as many are done in a cycle as multiply-adds of floats */
    double per_input; /* cycles of an input that is rounded, beside its part of a tile's rows */
} bf16_tiles;

enum {
    MOST_BYTE_VECTORS = 4, /* of a tile, which become one vector of codes */
    MAX_VECTOR_KINDS = 3,
    MAX_FILE_TARGETS = 5 /* no machine has more */
};

typedef struct target target;

struct target {
    const char *name; /* "x86-64-v4" */
    const char *what; /* "AVX-512 (Skylake-X, Zen 4 and later)" */
    /* Targets of one machine may stand in one file, which takes the strongest that the processor runs. All of
     * them have threads. NULL: the target stands alone. */
    const char *machine; /* "x86-64" */
    const char *tag;     /* "avx512": the end of its functions' names in such a file; NULL where machine is */
    /* What the compiler's target pragma takes, with commas between, or NULL. It lists what the runtime's
     * headers use, and no more. A file of several targets asks the processor for each of them. */
    const char *attributes;      /* "avx512f,avx512vl,.." */
    const char *half_attributes; /* what widening halves needs besides: ",f16c", or NULL */
    const char *intrinsics;      /* the compiler's header that the runtime's headers include, or NULL */
    /* Whether the machine that lcc runs on, and its operating system, can run this target's code (native.c).
     * NULL: it never can. */
    bool (*runs_here)(const target *t);
    vector_kind vectors[MAX_VECTOR_KINDS]; /* widest first; lanes 0 ends the list */
    const dot_kernels *dots;               /* or NULL */
    const byte_tiles *bytes;               /* or NULL: tiles of integers take one input at a time */
    const bf16_tiles *bf16;                /* or NULL: the machine has no such products */
    int registers;                         /* vector registers */
    bool keeps_inputs;                     /* the inputs of all pixels of a tile take registers at once */
    bool calls; /* steps, tiles and rows are not inlined, and a table has the steps, for wasm-opt */
    int fma_latency, fma_per_cycle; /* cycles; multiply-adds of a vector */
    double widening;                /* a vector of halves to floats: the time of so many multiply-adds */
    int l1_bytes, l2_bytes;
    /* Bytes, a power of two: the arena, its buffers and each step's weights begin at multiples of it. A line of
     * the cache where there is one, else what the widest load likes best. */
    int align;
    bool strict_c99; /* no extension of any compiler */
    bool small;      /* a microcontroller: memory is scarce, flash too, and there is no cache to speak of */
    /* What the user's compiler must have been told, as a condition of the preprocessor, and the same in words;
     * or NULL. */
    const char *condition, *condition_words;
    bool threads; /* may have several cores: the code can share its steps among threads, by OpenMP */
};

/* The targets of one file: of the same machine, the weakest first. */
typedef struct target_list {
    const target *at[MAX_FILE_TARGETS];
    int count;
} target_list;

/* Every target; the last one has a NULL name. The weaker of two targets of one machine comes first, and what
 * runs on any machine comes before all others. */
extern const target target_table[];

/* NULL where the name is unknown. "native" is the strongest target that this machine runs. */
const target *target_by_name(const char *name);

/* Whether code for `one` runs on fewer processors than code for `other`. Both are of the same machine, and from
 * the table. */
bool target_is_stronger(const target *one, const target *other);

/* "x86-64-v4-bf16 and ..": the targets that have what --dtype bf16 needs, for messages. */
const char *targets_with_bf16(arena *a);

/* Whether it, or one of them, has tiles that take four bytes at once: see byte_tiles. */
bool target_takes_fours(const target *t);
bool targets_take_fours(const target_list *targets);

bool target_runs_here(const target *t);

/* All names, "native" first, for messages. `count` is set. */
const char *const *target_names(arena *a, int *count);

#endif
