/* inverted_x86_64_v4.h: inverted, written by lcc 0.1.0. Works in C99 and C++.
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

#define INVERTED_ARENA_BYTES 11712
#define INVERTED_ARENA_ALIGN 64
#define INVERTED_WEIGHTS_BYTES 17920
#define INVERTED_THREAD_BYTES 5888
#define INVERTED_IMAGE_H 17
#define INVERTED_IMAGE_W 17
#define INVERTED_IMAGE_C 3
#define INVERTED_IMAGE_SIZE 867
#define INVERTED_PROBS_H 1
#define INVERTED_PROBS_W 1
#define INVERTED_PROBS_C 10
#define INVERTED_PROBS_SIZE 10

/* Hands over the contents of inverted_x86_64_v4.weights, INVERTED_WEIGHTS_BYTES bytes, aligned to 4, which must stay where they
 * are. Once, before any run. 0, or -1 where they are not this model's. */
int inverted_bind(const void *weights, size_t bytes);

/* Runs the network in a static arena, so one call at a time. Where the C file is compiled with OpenMP, all its
 * threads take part. */
void inverted_run(const uint8_t *image, float *probs);

/* The same in the caller's arena, of INVERTED_ARENA_BYTES bytes aligned to INVERTED_ARENA_ALIGN: as many at a time as
 * there are arenas. What the arena held before does not matter. The caller's thread does it alone. */
void inverted_run_in(void *arena, const uint8_t *image, float *probs);

/* The same by `threads` threads of OpenMP (64 at most), in an arena with INVERTED_THREAD_BYTES bytes more for each
 * thread behind the first. Without OpenMP the caller's thread does it alone.
 *
 * The threads take the parts of each step as they come, so one that comes late, or that the system does not run
 * for a while, leaves its parts to the others: no more than what it has begun is waited for. Who waits looks for
 * some microseconds, and then sleeps. The answer depends on nothing of that. Maps that are averaged are added up
 * by parts: the last bits of the answer depend on `threads`, and on nothing else. */
void inverted_run_threads_in(void *arena, int threads, const uint8_t *image, float *probs);

/* The same on threads of the caller's, in such an arena: inverted_run_on calls
 * parallel(context, job, job_context, threads) once, which calls job(job_context, i) for each i from 0 to
 * threads - 1 and returns when all of them have returned: at the same time on several threads, or one after another
 * on fewer, or on one. `threads` may be less than what inverted_run_on was given: 64 at most. With 1 the caller's thread
 * does it alone, and parallel is not called.
 *
 * A job returns when the whole run is done. Any one of them can do it alone, so a pool may leave out jobs that it
 * has not begun when another one has returned; only one has to be run. No i may be run twice, and none after
 * parallel has returned. */
typedef void (*inverted_job)(void *job_context, int i);
typedef void (*inverted_parallel)(void *context, inverted_job job, void *job_context, int threads);
void inverted_run_on(void *arena, int threads, inverted_parallel parallel, void *context, const uint8_t *image, float *probs);

/* lcc's version, the target, and the hash of the weights. */
const char *inverted_version(void);

/* Runs the network twice on a picture of its own and compares every step with the reference that lcc
 * computed. 0: all is well. INVERTED_SELFTEST_WEIGHTS: the weights are not those that lcc wrote, or not bound. Above 0: the number
 * of the first step that differs. It works in the static arena, which has 3748 bytes more for it. */
#define INVERTED_SELFTEST_WEIGHTS (-1)
int inverted_selftest(void);

/* Called before (begin 1) and after (begin 0) each step when the C file is compiled with -DINVERTED_PROFILE; yours
 * to define. `name` is the layer's label. */
#ifdef INVERTED_PROFILE
void inverted_profile_hook(int step, const char *name, int begin);
#endif
#define INVERTED_STEPS 12

#ifdef __cplusplus
}
#endif

#endif
