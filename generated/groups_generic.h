/* groups_generic.h: groups, written by lcc 0.1.0. Works in C99 and C++.
 *
 * Arrays are flat, in the order [height, width, channels]. Compiled with -O2, no function takes more than 4 KB
 * of stack. */
#ifndef GROUPS_LCC_H
#define GROUPS_LCC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GROUPS_ARENA_BYTES 24192
#define GROUPS_ARENA_ALIGN 64
#define GROUPS_WEIGHTS_BYTES 8400
#define GROUPS_IMAGE_H 12
#define GROUPS_IMAGE_W 12
#define GROUPS_IMAGE_C 6
#define GROUPS_IMAGE_SIZE 864
#define GROUPS_LOGITS_H 1
#define GROUPS_LOGITS_W 1
#define GROUPS_LOGITS_C 4
#define GROUPS_LOGITS_SIZE 4

/* Hands over the contents of groups_generic.weights, GROUPS_WEIGHTS_BYTES bytes, aligned to 4, which must stay where they
 * are. Once, before any run. 0, or -1 where they are not this model's. */
int groups_bind(const void *weights, size_t bytes);

/* Compiled by GCC or clang with -DGROUPS_ARENA_SECTION='".bss.fast"' the static arena lies in that section.
 * An arena in a section whose name begins with .bss takes no room in flash. */

/* Runs the network in a static arena, so one call at a time. */
void groups_run(const int8_t *image, float *logits);

/* The same in the caller's arena, of GROUPS_ARENA_BYTES bytes aligned to GROUPS_ARENA_ALIGN: as many at a time as
 * there are arenas. What the arena held before does not matter. */
void groups_run_in(void *arena, const int8_t *image, float *logits);

/* lcc's version, the target, and the hash of the weights. */
const char *groups_version(void);

/* Runs the network twice on a picture of its own and compares every step with the reference that lcc
 * computed. 0: all is well. GROUPS_SELFTEST_WEIGHTS: the weights are not those that lcc wrote, or not bound. Above 0: the number
 * of the first step that differs. It works in the static arena, which has 3696 bytes more for it. */
#define GROUPS_SELFTEST_WEIGHTS (-1)
int groups_selftest(void);

/* Called before (begin 1) and after (begin 0) each step when the C file is compiled with -DGROUPS_PROFILE; yours
 * to define. `name` is the layer's label. */
#ifdef GROUPS_PROFILE
void groups_profile_hook(int step, const char *name, int begin);
#endif
#define GROUPS_STEPS 8

#ifdef __cplusplus
}
#endif

#endif
