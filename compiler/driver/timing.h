/* timing.h: a program that runs the code of a network on this machine and prints times. It is made, compiled
 * and run in a temporary folder. The prefix of the network is "timed". */
#ifndef LCC_DRIVER_TIMING_H
#define LCC_DRIVER_TIMING_H

#include "base/scratch.h"
#include "plan/plan.h"

/* Parts of the program's C code: what stands in front, with arrays for the inputs and outputs; the beginning of
 * main, which loads the weights and fills the inputs; and the call of the network, with the copies of those
 * inputs that lie in its arena. */
void timing_print_head(text *out, const plan *p);
void timing_print_main(text *out, const plan *p);
void timing_print_run(text *out, const plan *p);

typedef struct timing {
    const scratch *s;
    plan *p;
    const char *command;   /* for the banner of the code */
    uint64_t weights_hash; /* as for emit_model; 0: of weights without a file */
    bool profile;          /* the program has the hook timed_profile_hook */
} timing;

/* Writes the network's code and `program` into the folder, compiles them with $CC (default: cc) -O2, runs the
 * program, and returns what it printed. The weights are read from a file, so that they cost no time of the
 * compiler. $CC may have several words, such as "ccache gcc". NULL after errors. Strings are in the arena. */
char *timing_run(const timing *t, const text *program, arena *a);

#endif
