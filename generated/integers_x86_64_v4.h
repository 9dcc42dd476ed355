/* integers_x86_64_v4.h: integers, written by lcc 0.1.0. Works in C99 and C++.
 *
 * Arrays are flat, in the order [height, width, channels]. Compiled with -O2, no function takes more than 4 KB
 * of stack. */
#ifndef INTEGERS_LCC_H
#define INTEGERS_LCC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INTEGERS_ARENA_BYTES 4096
#define INTEGERS_ARENA_ALIGN 64
#define INTEGERS_WEIGHTS_BYTES 5904
#define INTEGERS_THREAD_BYTES 1088
#define INTEGERS_IMAGE_H 17
#define INTEGERS_IMAGE_W 17
#define INTEGERS_IMAGE_C 3
#define INTEGERS_IMAGE_SIZE 867
/* Number q of IMAGE stands for INTEGERS_IMAGE_SCALE * (q - INTEGERS_IMAGE_ZERO). */
#define INTEGERS_IMAGE_SCALE 0.0078125f
#define INTEGERS_IMAGE_ZERO (128)
#define INTEGERS_SCORES_H 1
#define INTEGERS_SCORES_W 1
#define INTEGERS_SCORES_C 10
#define INTEGERS_SCORES_SIZE 10
/* Number q of SCORES stands for INTEGERS_SCORES_SCALE * (q - INTEGERS_SCORES_ZERO). */
#define INTEGERS_SCORES_SCALE 0.1f
#define INTEGERS_SCORES_ZERO (10)

/* Hands over the contents of integers_x86_64_v4.weights, INTEGERS_WEIGHTS_BYTES bytes, aligned to 4, which must stay where they
 * are. Once, before any run. 0, or -1 where they are not this model's. */
int integers_bind(const void *weights, size_t bytes);

/* Runs the network in a static arena, so one call at a time. Where the C file is compiled with OpenMP, all its
 * threads take part. */
void integers_run(const uint8_t *image, int8_t *scores);

/* The same in the caller's arena, of INTEGERS_ARENA_BYTES bytes aligned to INTEGERS_ARENA_ALIGN: as many at a time as
 * there are arenas. What the arena held before does not matter. The caller's thread does it alone. */
void integers_run_in(void *arena, const uint8_t *image, int8_t *scores);

/* The same by `threads` threads of OpenMP (64 at most), in an arena with INTEGERS_THREAD_BYTES bytes more for each
 * thread behind the first. Without OpenMP the caller's thread does it alone.
 *
 * The threads take the parts of each step as they come, so one that comes late, or that the system does not run
 * for a while, leaves its parts to the others: no more than what it has begun is waited for. Who waits looks for
 * some microseconds, and then sleeps. The answer depends on nothing of that. Maps that are averaged are added up
 * by parts: the last bits of the answer depend on `threads`, and on nothing else. */
void integers_run_threads_in(void *arena, int threads, const uint8_t *image, int8_t *scores);

/* The same on threads of the caller's, in such an arena: integers_run_on calls
 * parallel(context, job, job_context, threads) once, which calls job(job_context, i) for each i from 0 to
 * threads - 1 and returns when all of them have returned: at the same time on several threads, or one after another
 * on fewer, or on one. `threads` may be less than what integers_run_on was given: 64 at most. With 1 the caller's thread
 * does it alone, and parallel is not called.
 *
 * A job returns when the whole run is done. Any one of them can do it alone, so a pool may leave out jobs that it
 * has not begun when another one has returned; only one has to be run. No i may be run twice, and none after
 * parallel has returned. */
typedef void (*integers_job)(void *job_context, int i);
typedef void (*integers_parallel)(void *context, integers_job job, void *job_context, int threads);
void integers_run_on(void *arena, int threads, integers_parallel parallel, void *context, const uint8_t *image, int8_t *scores);

/* lcc's version, the target, and the hash of the weights. */
const char *integers_version(void);

/* Runs the network twice on a picture of its own and compares every step with the reference that lcc
 * computed. 0: all is well. INTEGERS_SELFTEST_WEIGHTS: the weights are not those that lcc wrote, or not bound. Above 0: the number
 * of the first step that differs. It works in the static arena, which has 3740 bytes more for it. */
#define INTEGERS_SELFTEST_WEIGHTS (-1)
int integers_selftest(void);

/* Called before (begin 1) and after (begin 0) each step when the C file is compiled with -DINTEGERS_PROFILE; yours
 * to define. `name` is the layer's label. */
#ifdef INTEGERS_PROFILE
void integers_profile_hook(int step, const char *name, int begin);
#endif
#define INTEGERS_STEPS 10

#ifdef __cplusplus
}
#endif

#endif
