/* inverted_generic.h: inverted, written by lcc 0.1.0. Works in C99 and C++.
 *
 * Arrays are flat, in the order [height, width, channels]. Compiled with -O2, no function takes more than 4 KB
 * of stack. */
#ifndef INVERTED_LCC_H
#define INVERTED_LCC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INVERTED_ARENA_BYTES 10112
#define INVERTED_ARENA_ALIGN 64
#define INVERTED_WEIGHTS_BYTES 17256
#define INVERTED_IMAGE_H 17
#define INVERTED_IMAGE_W 17
#define INVERTED_IMAGE_C 3
#define INVERTED_IMAGE_SIZE 867
#define INVERTED_PROBS_H 1
#define INVERTED_PROBS_W 1
#define INVERTED_PROBS_C 10
#define INVERTED_PROBS_SIZE 10

/* Hands over the contents of inverted_generic.weights, INVERTED_WEIGHTS_BYTES bytes, aligned to 4, which must stay where they
 * are. Once, before any run. 0, or -1 where they are not this model's. */
int inverted_bind(const void *weights, size_t bytes);

/* Compiled by GCC or clang with -DINVERTED_ARENA_SECTION='".bss.fast"' the static arena lies in that section.
 * An arena in a section whose name begins with .bss takes no room in flash. */

/* Runs the network in a static arena, so one call at a time. */
void inverted_run(const uint8_t *image, float *probs);

/* The same in the caller's arena, of INVERTED_ARENA_BYTES bytes aligned to INVERTED_ARENA_ALIGN: as many at a time as
 * there are arenas. What the arena held before does not matter. */
void inverted_run_in(void *arena, const uint8_t *image, float *probs);

/* lcc's version, the target, and the hash of the weights. */
const char *inverted_version(void);

/* Runs the network twice on a picture of its own and compares every step with the reference that lcc
 * computed. 0: all is well. INVERTED_SELFTEST_WEIGHTS: the weights are not those that lcc wrote, or not bound. Above 0: the number
 * of the first step that differs. It works in the static arena, which has 3744 bytes more for it. */
#define INVERTED_SELFTEST_WEIGHTS (-1)
int inverted_selftest(void);

/* Called before (begin 1) and after (begin 0) each step when the C file is compiled with -DINVERTED_PROFILE; yours
 * to define. `name` is the layer's label. */
#ifdef INVERTED_PROFILE
void inverted_profile_hook(int step, const char *name, int begin);
#endif
#define INVERTED_STEPS 11

#ifdef __cplusplus
}
#endif

#endif
