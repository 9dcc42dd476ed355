/* code_size.h: how many bytes of flash the code of a C file takes, estimated from its text.
 *
 * lcc writes the file itself, so the text is of a known kind: the estimate counts what the functions do (loads,
 * sums, loops, calls, ..) and multiplies each count by the bytes that it takes on the target. These bytes are
 * fitted to measured sizes by tests/mcu/fit_code_size.py, which writes code_size.def. */
#ifndef LCC_CODE_SIZE_H
#define LCC_CODE_SIZE_H

#include "base/arena.h"
#include "base/text.h"
#include "targets/target.h"

#include <stdint.h>

/* The options of GCC that there are estimates for. */
typedef enum code_level { LEVEL_OS, LEVEL_O2, CODE_LEVEL_COUNT } code_level;

/* "-Os", "-O2" */
extern const char *const code_level_names[CODE_LEVEL_COUNT];

#define CODE_FEATURES(X)                                                                                       \
    X(FILES)      /* 1 for each file */                                                                        \
    X(SHARED)     /* functions that stand in the code by themselves */                                         \
    X(PARAMETERS) /* of these */                                                                               \
    X(ONCE)       /* functions that are called once, so that compilers put them where they are called */       \
    X(CALLS)      /* of functions that stand by themselves */                                                  \
    X(ARGUMENTS)  /* of these calls */                                                                         \
    X(FOREIGN)    /* calls of functions and intrinsics that are not in the file */                             \
    X(LOOPS)                                                                                                   \
    X(BRANCHES)                                                                                                \
    X(SUBSCRIPTS)                                                                                              \
    X(SUMS)                                                                                                    \
    X(PRODUCTS)                                                                                                \
    X(DIVISIONS)                                                                                               \
    X(BITS) /* shifts, and, or */                                                                              \
    X(ASSIGNMENTS)                                                                                             \
    X(LARGE)    /* whole numbers that do not fit into an instruction */                                        \
    X(FLOATS)   /* constants of float */                                                                       \
    X(WIDE)     /* integers of 64 bits */                                                                      \
    X(ASSEMBLY) /* instructions of assembly */

typedef enum code_feature {
#define FEATURE(name) FEATURE_##name,
    CODE_FEATURES(FEATURE)
#undef FEATURE
        CODE_FEATURE_COUNT
} code_feature;

typedef struct code_counts {
    double count[CODE_FEATURE_COUNT];
    const char **known; /* functions of the file of which the sizes are known */
    int n_known;
    int64_t constants; /* bytes of the constant arrays and structs, without the weights */
} code_counts;

/* What the functions of a C file of lcc's do, as a compiler would see them with these options: small functions
 * stand in others, and what is called once does too. Functions with one of the names are not counted, but
 * listed in `known`. */
code_counts count_code(arena *a, const text *c, code_level level, const char *const *names, int n_names);

/* Whether there is an estimate for the target. */
bool has_code_model(const target *t);

/* The bytes of the code of a C file, without constants and weights; *constants: those of the constants. The
 * target must have an estimate. */
int64_t estimate_code(arena *a, const text *c, const target *t, code_level level, int64_t *constants);

#endif
