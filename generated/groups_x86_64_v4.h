/* groups_x86_64_v4.h: groups, written by lcc 0.1.0. Works in C99 and C++.
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
#define GROUPS_WEIGHTS_BYTES 9040
#define GROUPS_THREAD_BYTES 1728
#define GROUPS_IMAGE_H 12
#define GROUPS_IMAGE_W 12
#define GROUPS_IMAGE_C 6
#define GROUPS_IMAGE_SIZE 864
#define GROUPS_LOGITS_H 1
#define GROUPS_LOGITS_W 1
#define GROUPS_LOGITS_C 4
#define GROUPS_LOGITS_SIZE 4

/* Hands over the contents of groups_x86_64_v4.weights, GROUPS_WEIGHTS_BYTES bytes, aligned to 4, which must stay where they
 * are. Once, before any run. 0, or -1 where they are not this model's. */
int groups_bind(const void *weights, size_t bytes);

/* Runs the network in a static arena, so one call at a time. Where the C file is compiled with OpenMP, all its
 * threads take part. */
void groups_run(const int8_t *image, float *logits);

/* The same in the caller's arena, of GROUPS_ARENA_BYTES bytes aligned to GROUPS_ARENA_ALIGN: as many at a time as
 * there are arenas. What the arena held before does not matter. The caller's thread does it alone. */
void groups_run_in(void *arena, const int8_t *image, float *logits);

/* The same by `threads` threads of OpenMP (64 at most), in an arena with GROUPS_THREAD_BYTES bytes more for each
 * thread behind the first. Without OpenMP the caller's thread does it alone.
 *
 * The threads take the parts of each step as they come, so one that comes late, or that the system does not run
 * for a while, leaves its parts to the others: no more than what it has begun is waited for. Who waits looks for
 * some microseconds, and then sleeps. The answer depends on nothing of that. */
void groups_run_threads_in(void *arena, int threads, const int8_t *image, float *logits);

/* The same on threads of the caller's, in such an arena: groups_run_on calls
 * parallel(context, job, job_context, threads) once, which calls job(job_context, i) for each i from 0 to
 * threads - 1 and returns when all of them have returned: at the same time on several threads, or one after another
 * on fewer, or on one. `threads` may be less than what groups_run_on was given: 64 at most. With 1 the caller's thread
 * does it alone, and parallel is not called.
 *
 * A job returns when the whole run is done. Any one of them can do it alone, so a pool may leave out jobs that it
 * has not begun when another one has returned; only one has to be run. No i may be run twice, and none after
 * parallel has returned. */
typedef void (*groups_job)(void *job_context, int i);
typedef void (*groups_parallel)(void *context, groups_job job, void *job_context, int threads);
void groups_run_on(void *arena, int threads, groups_parallel parallel, void *context, const int8_t *image, float *logits);

/* lcc's version, the target, and the hash of the weights. */
const char *groups_version(void);

/* Runs the network twice on a picture of its own and compares every step with the reference that lcc
 * computed. 0: all is well. GROUPS_SELFTEST_WEIGHTS: the weights are not those that lcc wrote, or not bound. Above 0: the number
 * of the first step that differs. It works in the static arena, which has 3700 bytes more for it. */
#define GROUPS_SELFTEST_WEIGHTS (-1)
int groups_selftest(void);

/* Called before (begin 1) and after (begin 0) each step when the C file is compiled with -DGROUPS_PROFILE; yours
 * to define. `name` is the layer's label. */
#ifdef GROUPS_PROFILE
void groups_profile_hook(int step, const char *name, int begin);
#endif
#define GROUPS_STEPS 9

#ifdef __cplusplus
}
#endif

#endif
