/* prototypes.h: the functions of the emitted file that its header declares, and the one that runs all steps.
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

/* The function that runs all steps of a target, or of the chosen target where `suffix` is "". `team`: what a
 * call passes for the parameter by which the threads meet; it is left out where no target of the file has
 * threads that meet. */
signature run_steps_signature(const emitter *e, const char *team, const char *thread, const char *threads);
const char *run_steps_prototype(const emitter *e, const char *suffix);

#endif
