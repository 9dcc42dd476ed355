/* target.h: what a machine is: data, read by plan/ and emit/. Adding a target is an entry in targets.c and a
 * section of the runtime. */
#ifndef LCC_TARGET_H
#define LCC_TARGET_H

#include <stdbool.h>

/* A family of vectors that the runtime has for this target: "f32x16" names the type and prefixes its functions.
 */
typedef struct vector_kind {
    const char *name; /* "f32x16" */
    int lanes;
    const char *runtime; /* file under runtime/ that defines it: "f32x16_avx512.h" */
} vector_kind;

enum {
    MAX_VECTOR_KINDS = 3,
    MAX_FILE_TARGETS = 4 /* no machine has more */
};

typedef struct target {
    const char *name; /* "x86-64-v4" */
    const char *what; /* "AVX-512 (Skylake-X, Zen 4 and later)" */
    /* Targets of one machine may stand in one file, which takes the best when it runs: each says what sets it
     * apart, to end the names of its functions. All of them have threads. NULL: stands alone. */
    const char *machine;         /* "x86-64" */
    const char *tag;             /* "avx512" */
    const char *attributes;      /* for the compiler's target pragma: "avx512f,avx512vl,..", or NULL */
    const char *half_attributes; /* what widening halves needs besides: ",f16c", or NULL */
    vector_kind vectors[MAX_VECTOR_KINDS]; /* widest first; lanes 0 ends the list */
    int registers;                         /* vector registers */
    int fma_latency, fma_per_cycle;
    double widening; /* a vector of halves to floats: the time of so many multiply-adds */
    int l1_bytes, l2_bytes;
    bool strict_c99; /* no extension of any compiler */
    bool threads;    /* may have several cores: the code can share its steps among threads, by OpenMP */
} target;

/* The targets of one file: of the same machine, the weakest first. */
typedef struct target_list {
    const target *at[MAX_FILE_TARGETS];
    int count;
} target_list;

/* NULL where the name is unknown. "native" is the best target that this machine runs. */
const target *target_by_name(const char *name);

/* Whether code for `one` runs on fewer machines than code for `other`: both of the same machine. */
bool target_is_above(const target *one, const target *other);

/* Whether this machine, and its operating system, can run code for `t`. */
bool target_runs_here(const target *t);

/* All names, for messages; `count` is set. */
const char *const *target_names(int *count);

#endif
