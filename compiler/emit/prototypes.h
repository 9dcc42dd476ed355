/* prototypes.h: the functions of the emitted file that its header declares, and those that run all steps.
 *
 * What the header declares, what the file defines and what the file itself calls are printed from one table. */
#ifndef LCC_PROTOTYPES_H
#define LCC_PROTOTYPES_H

#include "emit/internal.h"

typedef enum entry_kind {
    ENTRY_BIND,
    ENTRY_RUN,
    ENTRY_RUN_IN,
    ENTRY_RUN_THREADS_IN,
    ENTRY_RUN_ON,
    ENTRY_ARENA,
    ENTRY_VERSION,
    ENTRY_SELFTEST,
    ENTRY_PROFILE_HOOK,
    ENTRY_COUNT
} entry_kind;

/* "void model_run_in(void *arena, const float *image, float *probs)": how the header declares an entry point,
 * and how the file defines it. */
const char *entry_declaration(const emitter *e, entry_kind which);
const char *entry_definition(const emitter *e, entry_kind which);

/* "model_run_in(static_arena.bytes, image, probs)": a call from another entry point, which passes its own ports
 * on. `first`: what is passed for the parameters before the ports. */
const char *entry_call(const emitter *e, entry_kind which, const char *const *first);

/* The function that runs all steps of a target, or of the chosen target where `suffix` is "": run_steps, by the
 * caller's thread alone; `shared`: share_steps, in which each of several threads does its parts of them. It
 * takes the arena and the ports, and if `shared` the team of threads and the thread's number. A call passes
 * what stands behind `from`: "", or "call->". */
signature steps_signature(const emitter *e, bool shared, const char *from);
const char *steps_prototype(const emitter *e, bool shared, const char *suffix);
const char *steps_call(const emitter *e, bool shared, const char *suffix, const char *from);

#endif
