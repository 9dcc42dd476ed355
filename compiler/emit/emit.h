/* emit.h: from a plan to the text of the C file, its header and its weights. Nothing here touches a file. */
#ifndef LCC_EMIT_H
#define LCC_EMIT_H

#include "base/text.h"
#include "emit/code_size.h"
#include "plan/plan.h"

typedef enum storage { STORAGE_EMBED, STORAGE_INCBIN, STORAGE_FILE } storage;

typedef struct emit_options {
    const char *prefix;    /* of all public symbols: a C identifier */
    const char *base_name; /* of the files, without folder and ".c": "model" */
    const char *command;   /* the command without its paths, for the banner */
    storage storage;
    bool selftest, profile;
    bool frees_weights; /* nobody needs the graph's weights later: they go as they are packed, where the graph
                           allows it */
    uint64_t weights_hash;
    bool seeded; /* the weights come from a seed: the banner says that predictions mean nothing */
} emit_options;

/* What the C file takes of a microcontroller's flash, in bytes: see code_size.h. Without what it calls of the C
 * library, such as memcpy or expf. */
typedef struct flash_size {
    bool known; /* the target has an estimate, or it was measured */
    bool measured;
    int64_t code[CODE_LEVEL_COUNT]; /* for GCC's -Os and -O2 */
    int64_t constants;              /* arrays and structs beside the weights */
    int64_t weights;
} flash_size;

/* All of it, with the level that takes more. */
static inline int64_t flash_bytes(const flash_size *f) {
    int64_t code = f->code[LEVEL_OS] > f->code[LEVEL_O2] ? f->code[LEVEL_OS] : f->code[LEVEL_O2];
    return code + f->constants + f->weights;
}

typedef struct emitted {
    text c, h;
    flash_size flash;
    int64_t arena_bytes, thread_bytes; /* what the header asks for: the largest of all targets */
    int64_t weights_bytes;             /* those of all targets */
    int64_t selftest_bytes;            /* by which the self-test makes the static arena larger, else 0 */
    text weights; /* incbin and file: the contents of base_name.weights; embed: the bytes of the literal */

    /* The literal stands behind `c` in the C file. It is three times as large as the weights, so it is made in
     * pieces while it is written: see next_literal_piece. */
    bool has_literal;
    size_t literal_at, literal_column; /* how far it is made: bytes of the weights, characters of the line */
} emitted;

/* One plan for each target, the weakest first; with several, the code takes the best when it runs. Their
 * weights follow each other: see plan_place_weights. False after errors. The caller frees the texts. */
bool emit_model(plan *const *plans, int n_plans, const emit_options *o, arena *a, diag *d, emitted *out);

/* The inputs that the self-test runs the network on, one array for each. They cover the whole range of the
 * input's type, and are the same on every machine. */
const double *const *selftest_inputs(const graph *g, arena *a);

/* Appends the next piece of the literal; false where there is none left. `state` points to the emitted. */
bool next_literal_piece(void *state, text *piece);

#endif
