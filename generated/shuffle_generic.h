/* shuffle_generic.h: shuffle, written by lcc 0.1.0. Works in C99 and C++.
 *
 * Arrays are flat, in the order [height, width, channels]. Compiled with -O2, no function takes more than 4 KB
 * of stack. */
#ifndef SHUFFLE_LCC_H
#define SHUFFLE_LCC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHUFFLE_ARENA_BYTES 1984
#define SHUFFLE_ARENA_ALIGN 64
#define SHUFFLE_WEIGHTS_BYTES 10112
#define SHUFFLE_IMAGE_H 16
#define SHUFFLE_IMAGE_W 16
#define SHUFFLE_IMAGE_C 3
#define SHUFFLE_IMAGE_SIZE 768
#define SHUFFLE_FEATURES_H 2
#define SHUFFLE_FEATURES_W 2
#define SHUFFLE_FEATURES_C 32
#define SHUFFLE_FEATURES_SIZE 128

/* Hands over the contents of shuffle_generic.weights, SHUFFLE_WEIGHTS_BYTES bytes, aligned to 4, which must stay where they
 * are. Once, before any run. 0, or -1 where they are not this model's. */
int shuffle_bind(const void *weights, size_t bytes);

/* Compiled by GCC or clang with -DSHUFFLE_ARENA_SECTION='".bss.fast"' the static arena lies in that section.
 * An arena in a section whose name begins with .bss takes no room in flash. */

/* Runs the network in a static arena, so one call at a time. */
void shuffle_run(const float *image, float *features);

/* The same in the caller's arena, of SHUFFLE_ARENA_BYTES bytes aligned to SHUFFLE_ARENA_ALIGN: as many at a time as
 * there are arenas. What the arena held before does not matter. */
void shuffle_run_in(void *arena, const float *image, float *features);

/* lcc's version, the target, and the hash of the weights. */
const char *shuffle_version(void);

/* Runs the network twice on a picture of its own and compares every step with the reference that lcc
 * computed. 0: all is well. SHUFFLE_SELFTEST_WEIGHTS: the weights are not those that lcc wrote, or not bound. Above 0: the number
 * of the first step that differs. It works in the static arena, which has 3824 bytes more for it. */
#define SHUFFLE_SELFTEST_WEIGHTS (-1)
int shuffle_selftest(void);

/* Called before (begin 1) and after (begin 0) each step when the C file is compiled with -DSHUFFLE_PROFILE; yours
 * to define. `name` is the layer's label. */
#ifdef SHUFFLE_PROFILE
void shuffle_profile_hook(int step, const char *name, int begin);
#endif
#define SHUFFLE_STEPS 12

#ifdef __cplusplus
}
#endif

#endif
