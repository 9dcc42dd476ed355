/* shuffle, written by lcc 0.1.0 for x86-64-v4: AVX-512 (Skylake-X, Ice Lake, Zen 4 and later).
 *
 *     lcc shuffle.net --target x86-64-v4 --storage file --selftest --profile -o shuffle_x86_64_v4.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 13 steps, 0.02 M multiply-adds, 1984 bytes of arena, 11648 bytes of weights (hash ad13724b03d529d7).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "shuffle_x86_64_v4.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif

/* ---- f32x16: 16 floats ---- */

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef __m512 f32x16;

/* 16 floats from any address. */
static inline LCC_INLINE f32x16 f32x16_load(const float *p) { return _mm512_loadu_ps(p); }

/* 16 floats to any address. */
static inline LCC_INLINE void f32x16_store(float *p, f32x16 v) { _mm512_storeu_ps(p, v); }

/* The first n floats, 0 < n < 16, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE f32x16 f32x16_load_part(const float *p, int n) {
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1u), p);
}

/* Stores the first n lanes, 0 < n < 16, and no other byte. */
static inline LCC_INLINE void f32x16_store_part(float *p, f32x16 v, int n) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1u), v);
}

/* x in every lane. */
static inline LCC_INLINE f32x16 f32x16_set1(float x) { return _mm512_set1_ps(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x16 f32x16_zero(void) { return _mm512_setzero_ps(); }

/* 8 floats from any address, twice. */
static inline LCC_INLINE f32x16 f32x16_load_twice(const float *p) {
    return _mm512_broadcast_f32x8(_mm256_loadu_ps(p));
}

/* The low half of a, and the high half of b. A blend of integers may go to any unit, and one of floats only to
 * those that multiply (Zen 5). */
static inline LCC_INLINE f32x16 f32x16_halves(f32x16 a, f32x16 b) {
    return _mm512_castsi512_ps(_mm512_mask_blend_epi32(0xff00, _mm512_castps_si512(a), _mm512_castps_si512(b)));
}

/* The low half to p, and the high half to q. */
static inline LCC_INLINE void f32x16_store_halves(float *p, float *q, f32x16 v) {
    _mm256_storeu_ps(p, _mm512_castps512_ps256(v));
    _mm256_storeu_ps(q, _mm512_extractf32x8_ps(v, 1));
}

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x16 f32x16_fma(f32x16 a, f32x16 b, f32x16 c) { return _mm512_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x16 f32x16_max(f32x16 a, f32x16 b) { return _mm512_max_ps(a, b); }

/* max(v, 0); NaN stays. */
static inline LCC_INLINE f32x16 f32x16_relu(f32x16 v) { return f32x16_max(f32x16_zero(), v); }

/* ---- f32x8: 8 floats ---- */

typedef __m256 f32x8;

/* 8 floats from any address. */
static inline LCC_INLINE f32x8 f32x8_load(const float *p) { return _mm256_loadu_ps(p); }

/* 8 floats to any address. */
static inline LCC_INLINE void f32x8_store(float *p, f32x8 v) { _mm256_storeu_ps(p, v); }

/* x in every lane. */
static inline LCC_INLINE f32x8 f32x8_set1(float x) { return _mm256_set1_ps(x); }

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x8 f32x8_fma(f32x8 a, f32x8 b, f32x8 c) { return _mm256_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x8 f32x8_max(f32x8 a, f32x8 b) { return _mm256_max_ps(a, b); }

/* Where the caller keeps the weights: set by bind. */
static const float *weights;

#define WEIGHTS(i) (weights + (i))

/* The first of `units` in a part; its end is where part + 1 begins. */
#define PART(units, part) ((int)((int64_t)(units) * (part) / parts))

/* What the threads of a run share. */
typedef struct team {
    int threads;   /* and parts of a step */
    int taken[64]; /* of each part: the last step in which a thread took it */
    int apart[16]; /* puts what follows into another line of the cache */
    int done;      /* parts that are done, of all steps together */
    int asleep;    /* threads that sleep until `done` or `left` changes */
    int left;      /* threads that have left the run */
    int late;      /* whether somebody was waited for that did not run */
    int alone;     /* whether the caller's thread makes the run alone */
} team;

/* What one of these threads knows. */
typedef struct worker {
    team *all;
    int thread;
    int step;  /* the number of the step at work; the first one is 1 */
    int parts; /* of that step */
    int tried; /* how many of them it has found taken, or has done */
    int due;   /* what `done` is when that step is done */
} worker;

/* Tells the processor that this thread waits. */
static inline void wait_a_moment(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/* A clock that costs nothing to read, and how far it goes in a millisecond: on x86, at 2.5 GHz. Where there is
 * none, it stands still. */
static inline uint64_t read_ticks(void) {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return 0;
#endif
}

static inline uint64_t ticks_of_millisecond(void) {
#if defined(__aarch64__)
    uint64_t hertz;
    __asm__("mrs %0, cntfrq_el0" : "=r"(hertz));
    return hertz / 1000;
#else
    return 2500000;
#endif
}

#if defined(__linux__) && defined(__x86_64__) && !defined(__ILP32__)
static void call_futex(int *word, long operation, long value) {
    long result = 202;
    __asm__ volatile("xorl %%r10d, %%r10d\n\tsyscall"
                     : "+a"(result)
                     : "D"(word), "S"(operation), "d"(value)
                     : "rcx", "r10", "r11", "cc", "memory");
}
#define HAS_FUTEX 1
#elif defined(__linux__) && defined(__aarch64__) && !defined(__ILP32__)
static void call_futex(int *word, long operation, long value) {
    __asm__ volatile("mov x0, %0\n\tmov x1, %1\n\tmov x2, %2\n\tmov x3, xzr\n\tmov x8, #98\n\tsvc #0"
                     :
                     : "r"(word), "r"(operation), "r"(value)
                     : "x0", "x1", "x2", "x3", "x8", "cc", "memory");
}
#define HAS_FUTEX 1
#elif defined(__unix__) || defined(__APPLE__)
#include <sched.h>
#endif

/* Sleeps while the word has the value, unless woken; or lets other threads run. May return early. */
static void sleep_while(int *word, int value) {
#ifdef HAS_FUTEX
    call_futex(word, 128, value); /* FUTEX_WAIT_PRIVATE */
#elif defined(__unix__) || defined(__APPLE__)
    (void)word, (void)value;
    sched_yield();
#else
    (void)word, (void)value;
    wait_a_moment();
#endif
}

/* Adds 1 to the word; where it has become `due`, wakes those who sleep for that. Returns what it has become. */
static int count_up(team *all, int *word, int due) {
    const int now = __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
#ifdef HAS_FUTEX
    if (now == due && __atomic_load_n(&all->asleep, __ATOMIC_SEQ_CST))
        call_futex(word, 129, 0x7fffffff); /* FUTEX_WAKE_PRIVATE */
#else
    (void)all, (void)due;
#endif
    return now;
}

/* Waits until the word is `due` or more. */
static void wait_until(team *all, int *word, int due) {
    for (int turns = 0; turns < 2000; turns++) {
        if (__atomic_load_n(word, __ATOMIC_ACQUIRE) >= due) return;
        wait_a_moment();
    }
    const uint64_t began = read_ticks();
    __atomic_add_fetch(&all->asleep, 1, __ATOMIC_SEQ_CST);
    for (int now; (now = __atomic_load_n(word, __ATOMIC_SEQ_CST)) < due;) sleep_while(word, now);
    __atomic_sub_fetch(&all->asleep, 1, __ATOMIC_RELAXED);
    if (read_ticks() - began > ticks_of_millisecond() / 2) __atomic_store_n(&all->late, 1, __ATOMIC_RELAXED);
}

/* Takes a part of the step and returns its number. Where none is left it waits until all are done, and returns
 * -1. */
static int take_part(worker *me) {
    team *const all = me->all;
    for (; me->tried < me->parts; me->tried++) {
        const int part = (me->thread + me->tried) % me->parts;
        int last = __atomic_load_n(&all->taken[part], __ATOMIC_RELAXED);
        if (last < me->step && __atomic_compare_exchange_n(&all->taken[part], &last, me->step, 0,
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return part;
    }
    wait_until(all, &all->done, me->due);
    return -1;
}

/* The thread's first part of the next step, which has so many; -1 where there is none for it. */
static inline int first_part(worker *me, int parts) {
    me->step++;
    me->parts = parts;
    me->tried = 0;
    me->due += parts;
    return take_part(me);
}

/* The thread has done its part. Its next one of the same step; -1 when all parts are done. */
static inline int next_part(worker *me) {
    if (count_up(me->all, &me->all->done, me->due) >= me->due) return -1;
    me->tried++;
    return take_part(me);
}

#ifdef _OPENMP
/* Leaves the run when all its threads do. OpenMP would let those wait who are first, with a processor each. */
static void leave(team *all, int threads) {
    if (count_up(all, &all->left, threads) < threads) wait_until(all, &all->left, threads);
}
#endif

/* What was learned of the runs so far, in ticks. All runs of the process share it: what makes threads slow is
 * the machine. Two runs at a time may lose what one of them learns, which does no harm. */
static struct {
    uint64_t alone; /* what a run takes by one thread, the average of the last ones; 0: that is not known */
    uint64_t lead;  /* how much time several threads have saved, less an eighth of `alone` for each run */
    uint64_t until; /* when several threads are tried again */
    uint64_t pause; /* how long before that they were not */
    uint64_t tried; /* how long all the runs took that several threads have made since then */
    uint64_t woken; /* when a run by several threads began that was the first one for 0.1 seconds */
    uint64_t ended; /* when a run by several threads ended last */
} learned;

static inline uint64_t recall(const uint64_t *value) { return __atomic_load_n(value, __ATOMIC_RELAXED); }
static inline void keep(uint64_t *to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }

/* Whether the run that begins now is made by one thread. */
static int goes_alone(uint64_t now) { return now < recall(&learned.until); }

/* Learns from a run that is done. Several threads are left alone when they have lost what they had saved. Of
 * that, no more counts than 3 milliseconds and a quarter of the time that they have run since the last pause,
 * 40 milliseconds at most: where they have run well for long, a program that takes a processor now and then
 * does not end that; where they have just been tried, it is known soon that they are slow. After a pause of 0.1
 * seconds they may lose 40 within 60 milliseconds: threads that have slept for long need some time to wake, and
 * so do the processors of a virtual machine. They are also left alone when one was waited for that did not run,
 * and it is not known what a run takes without it. That lasts for 0.1 seconds. Where several threads did not
 * then run for four times as long, it lasts for eight times as long, but not longer than 6.4 seconds or 256
 * runs: next to no runs are slow because several threads are tried. */
static void learn_from(const team *all, uint64_t began) {
    const uint64_t now = read_ticks(), took = now - began, millisecond = ticks_of_millisecond();
    uint64_t alone = recall(&learned.alone);
    if (all->alone) {
        keep(&learned.alone, alone ? alone - alone / 8 + took / 8 : took);
        return;
    }
    const uint64_t until = recall(&learned.until), pause = recall(&learned.pause);
    if (began - recall(&learned.ended) > 100 * millisecond) {
        keep(&learned.woken, began);
        keep(&learned.lead, 40 * millisecond);
    }
    keep(&learned.ended, now);
    if (now < until || (!alone && !all->late)) return;
    if (alone) {
        if (all->late) keep(&learned.alone, alone -= alone / 32); /* it may have been longer than it is now */
        const uint64_t earned = 3 * millisecond + recall(&learned.tried) / 4, woke = recall(&learned.woken),
                       most = now - woke < 60 * millisecond || earned > 40 * millisecond ? 40 * millisecond
                                                                                         : earned;
        const int64_t lead = (int64_t)(recall(&learned.lead) + alone - alone / 8 - took);
        keep(&learned.lead, lead < (int64_t)most ? (uint64_t)lead : most);
        if (lead >= 0) {
            keep(&learned.tried, recall(&learned.tried) + took);
            return;
        }
    }
    const uint64_t least = 100 * millisecond, longest = alone * 256 > 64 * least ? alone * 256 : 64 * least;
    const uint64_t next = recall(&learned.tried) >= 4 * pause ? least : 8 * pause;
    keep(&learned.pause, next < longest ? next : longest);
    keep(&learned.tried, 0);
    keep(&learned.until, now + recall(&learned.pause));
}

/* One padded row of the input, as floats. */
static void stage_row_16x3(const float *x, float *row, int iy) {
    if (iy < 0 || iy >= 16) {
        for (int i = 0; i < 54; i++) {
            row[i] = 0.0f;
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        row[i] = 0.0f;
    }
    for (int i = 0; i < 3; i++) {
        row[i + 51] = 0.0f;
    }
    row += 3;
    x += iy * 48;
    for (int i = 0; i < 48; i += 16) {
        f32x16_store(row + i, f32x16_load(x + i));
    }
}

/* 8 pixels x 8 channels, over 27 inputs. */
static void tile_8x1_of_27(const float *const *rows, int at, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load_twice(w);
    f32x16 acc2_0 = acc0_0;
    f32x16 acc4_0 = acc0_0;
    f32x16 acc6_0 = acc0_0;
    w += 8;
    for (int ky = 0; ky < 3; ky++) {
        const float *x = rows[ky] + at;
        for (int k = 0; k < 9; k++) {
            const f32x16 w0 = f32x16_load_twice(w);
            const f32x16 v0_0 = f32x16_set1(x[k]);
            const f32x16 v1_0 = f32x16_set1(x[k + 6]);
            const f32x16 v1_1 = f32x16_halves(v0_0, v1_0);
            acc0_0 = f32x16_fma(v1_1, w0, acc0_0);
            const f32x16 v2_0 = f32x16_set1(x[k + 12]);
            const f32x16 v3_0 = f32x16_set1(x[k + 18]);
            const f32x16 v3_1 = f32x16_halves(v2_0, v3_0);
            acc2_0 = f32x16_fma(v3_1, w0, acc2_0);
            const f32x16 v4_0 = f32x16_set1(x[k + 24]);
            const f32x16 v5_0 = f32x16_set1(x[k + 30]);
            const f32x16 v5_1 = f32x16_halves(v4_0, v5_0);
            acc4_0 = f32x16_fma(v5_1, w0, acc4_0);
            const f32x16 v6_0 = f32x16_set1(x[k + 36]);
            const f32x16 v7_0 = f32x16_set1(x[k + 42]);
            const f32x16 v7_1 = f32x16_halves(v6_0, v7_0);
            acc6_0 = f32x16_fma(v7_1, w0, acc6_0);
            w += 8;
        }
    }
    f32x16_store_halves(y, y + 8, f32x16_relu(acc0_0));
    f32x16_store_halves(y + 16, y + 24, f32x16_relu(acc2_0));
    f32x16_store_halves(y + 32, y + 40, f32x16_relu(acc4_0));
    f32x16_store_halves(y + 48, y + 56, f32x16_relu(acc6_0));
}

static void conv3x3_3_to_8_row_of_8(const float *const *rows, const float *w, float *y) {
    tile_8x1_of_27(rows, 0, w, y);
}

static void max3x3_row_of_4(const float *x, float *y, int top, int ky0, int ky1) {
    {
        f32x8 acc0 = f32x8_set1(-3.402823466e+38f);
        f32x8 acc1 = f32x8_set1(-3.402823466e+38f);
        f32x8 acc2 = f32x8_set1(-3.402823466e+38f);
        f32x8 acc3 = f32x8_set1(-3.402823466e+38f);
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 3 * 64;
            const f32x8 v0 = f32x8_load(row);
            acc0 = f32x8_max(acc0, v0);
            const f32x8 v1 = f32x8_load(row + 8);
            acc0 = f32x8_max(acc0, v1);
            acc1 = f32x8_max(acc1, v1);
            const f32x8 v2 = f32x8_load(row + 16);
            acc1 = f32x8_max(acc1, v2);
            const f32x8 v3 = f32x8_load(row + 24);
            acc1 = f32x8_max(acc1, v3);
            acc2 = f32x8_max(acc2, v3);
            const f32x8 v4 = f32x8_load(row + 32);
            acc2 = f32x8_max(acc2, v4);
            const f32x8 v5 = f32x8_load(row + 40);
            acc2 = f32x8_max(acc2, v5);
            acc3 = f32x8_max(acc3, v5);
            const f32x8 v6 = f32x8_load(row + 48);
            acc3 = f32x8_max(acc3, v6);
            const f32x8 v7 = f32x8_load(row + 56);
            acc3 = f32x8_max(acc3, v7);
        }
        f32x8_store(y, acc0);
        f32x8_store(y + 8, acc1);
        f32x8_store(y + 16, acc2);
        f32x8_store(y + 24, acc3);
    }
}

static void chain_16x16x3_to_4x4x8(const float *x, const float *w, float *y, float *ring, float *t0, int part, int parts) {
    int made_0 = PART(4, part) * 2 - 1; /* the row of part 1 that comes next */
    if (made_0 < 0) made_0 = 0;
    const float *rows[3];
    int next = made_0 * 2 - 1; /* the input row that is copied next */
    for (int oy = PART(4, part); oy < PART(4, part + 1); oy++) {
        const int top_1 = oy * 2 - 1;
        const int ky0_1 = top_1 < 0 ? -top_1 : 0;
        const int ky1_1 = 8 - top_1 < 3 ? 8 - top_1 : 3;
        const int need_0 = top_1 + 3 < 8 ? top_1 + 3 : 8;
        for (; made_0 < need_0; made_0++) {
            for (; next < made_0 * 2 + 2; next++) {
                stage_row_16x3(x, ring + (next + 1) % 3 * 54, next);
            }
            for (int ky = 0; ky < 3; ky++) {
                rows[ky] = ring + (made_0 * 2 + ky) % 3 * 54;
            }
            conv3x3_3_to_8_row_of_8(rows, w, t0 + made_0 % 3 * 64);
        }
        max3x3_row_of_4(t0, y + oy * 32, top_1, ky0_1, ky1_1);
    }
    (void)parts;
}

static void depthwise3x3_row_of_2(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x8 acc0 = f32x8_load(w);
        f32x8 acc1 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 32;
            const float *taps = w + (ky * 3 + 1) * 8;
            const f32x8 k0 = f32x8_load(taps);
            const f32x8 k1 = f32x8_load(taps + 8);
            const f32x8 k2 = f32x8_load(taps + 16);
            const f32x8 v0 = f32x8_load(row);
            acc0 = f32x8_fma(v0, k1, acc0);
            const f32x8 v1 = f32x8_load(row + 8);
            acc0 = f32x8_fma(v1, k2, acc0);
            acc1 = f32x8_fma(v1, k0, acc1);
            const f32x8 v2 = f32x8_load(row + 16);
            acc1 = f32x8_fma(v2, k1, acc1);
            const f32x8 v3 = f32x8_load(row + 24);
            acc1 = f32x8_fma(v3, k2, acc1);
        }
        f32x8_store(y, acc0);
        f32x8_store(y + 8, acc1);
    }
}

static void depthwise3x3_8_at_2x2(const float *x, const float *w, float *y) {
    for (int oy = 0; oy < 2; oy++) {
        const int top = oy * 2 - 1;
        const int ky0 = top < 0 ? -top : 0;
        const int ky1 = 4 - top < 3 ? 4 - top : 3;
        depthwise3x3_row_of_2(x, w, y + oy * 16, top, ky0, ky1);
    }
}

/* 4 pixels x 12 channels, over 8 inputs. */
static void tile_4x1_of_8(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 8; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 8]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 16]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 24]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    f32x16_store_part(y, f32x16_relu(acc0_0), 12);
    f32x16_store_part(y + 24, f32x16_relu(acc1_0), 12);
    f32x16_store_part(y + 48, f32x16_relu(acc2_0), 12);
    f32x16_store_part(y + 72, f32x16_relu(acc3_0), 12);
}

static void conv1x1_8_to_12_at_2x2(const float *x, const float *w, float *y) {
    tile_4x1_of_8(x, w, y);
}

/* 8 pixels x 12 channels, over 8 inputs. */
static void tile_8x1_of_8(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    f32x16 acc4_0 = acc0_0;
    f32x16 acc5_0 = acc0_0;
    f32x16 acc6_0 = acc0_0;
    f32x16 acc7_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 8; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 8]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 16]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 24]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        const f32x16 v4_0 = f32x16_set1(x[k + 32]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        const f32x16 v5_0 = f32x16_set1(x[k + 40]);
        acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
        const f32x16 v6_0 = f32x16_set1(x[k + 48]);
        acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
        const f32x16 v7_0 = f32x16_set1(x[k + 56]);
        acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
        w += 16;
    }
    f32x16_store_part(y, f32x16_relu(acc0_0), 12);
    f32x16_store_part(y + 12, f32x16_relu(acc1_0), 12);
    f32x16_store_part(y + 24, f32x16_relu(acc2_0), 12);
    f32x16_store_part(y + 36, f32x16_relu(acc3_0), 12);
    f32x16_store_part(y + 48, f32x16_relu(acc4_0), 12);
    f32x16_store_part(y + 60, f32x16_relu(acc5_0), 12);
    f32x16_store_part(y + 72, f32x16_relu(acc6_0), 12);
    f32x16_store_part(y + 84, f32x16_relu(acc7_0), 12);
}

static void conv1x1_8_to_12_at_4x4(const float *x, const float *w, float *y) {
    for (int p = 0; p < 16; p += 8) {
        tile_8x1_of_8(x + p * 8, w, y + p * 12);
    }
}

static void depthwise3x3_row_of_2_v2(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x16 acc0 = f32x16_load(w);
        f32x16 acc1 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 48;
            const float *taps = w + (ky * 3 + 1) * 16;
            const f32x16 k0 = f32x16_load(taps);
            const f32x16 k1 = f32x16_load(taps + 16);
            const f32x16 k2 = f32x16_load(taps + 32);
            const f32x16 v0 = f32x16_load_part(row, 12);
            acc0 = f32x16_fma(v0, k1, acc0);
            const f32x16 v1 = f32x16_load_part(row + 12, 12);
            acc0 = f32x16_fma(v1, k2, acc0);
            acc1 = f32x16_fma(v1, k0, acc1);
            const f32x16 v2 = f32x16_load_part(row + 24, 12);
            acc1 = f32x16_fma(v2, k1, acc1);
            const f32x16 v3 = f32x16_load_part(row + 36, 12);
            acc1 = f32x16_fma(v3, k2, acc1);
        }
        f32x16_store_part(y, acc0, 12);
        f32x16_store_part(y + 12, acc1, 12);
    }
}

static void depthwise3x3_12_at_2x2(const float *x, const float *w, float *y) {
    for (int oy = 0; oy < 2; oy++) {
        const int top = oy * 2 - 1;
        const int ky0 = top < 0 ? -top : 0;
        const int ky1 = 4 - top < 3 ? 4 - top : 3;
        depthwise3x3_row_of_2_v2(x, w, y + oy * 24, top, ky0, ky1);
    }
}

/* 4 pixels x 12 channels, over 12 inputs. */
static void tile_4x1_of_12(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 12; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 12]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 24]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 36]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    f32x16_store_part(y, f32x16_relu(acc0_0), 12);
    f32x16_store_part(y + 24, f32x16_relu(acc1_0), 12);
    f32x16_store_part(y + 48, f32x16_relu(acc2_0), 12);
    f32x16_store_part(y + 72, f32x16_relu(acc3_0), 12);
}

static void conv1x1_12_to_12_at_2x2(const float *x, const float *w, float *y) {
    tile_4x1_of_12(x, w, y);
}

/* 4 pixels x 12 channels, over 12 inputs. */
static void tile_4x1_of_12_v2(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 6; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1((x + 6)[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1((x + 6)[k + 24]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1((x + 6)[k + 48]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1((x + 6)[k + 72]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    for (int k = 0; k < 6; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1((x + 18)[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1((x + 18)[k + 24]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1((x + 18)[k + 48]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1((x + 18)[k + 72]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    f32x16_store_part(y, f32x16_relu(acc0_0), 12);
    f32x16_store_part(y + 12, f32x16_relu(acc1_0), 12);
    f32x16_store_part(y + 24, f32x16_relu(acc2_0), 12);
    f32x16_store_part(y + 36, f32x16_relu(acc3_0), 12);
}

static void conv1x1_12_to_12_at_2x2_v2(const float *x, const float *w, float *y) {
    tile_4x1_of_12_v2(x, w, y);
}

static void depthwise3x3_row_of_2_v3(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x16 acc0 = f32x16_load(w);
        f32x16 acc1 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 24;
            const float *taps = w + (ky * 3 + 1) * 16;
            const f32x16 k0 = f32x16_load(taps);
            const f32x16 k1 = f32x16_load(taps + 16);
            const f32x16 k2 = f32x16_load(taps + 32);
            const f32x16 v0 = f32x16_load_part(row, 12);
            acc0 = f32x16_fma(v0, k1, acc0);
            acc1 = f32x16_fma(v0, k0, acc1);
            const f32x16 v1 = f32x16_load_part(row + 12, 12);
            acc0 = f32x16_fma(v1, k2, acc0);
            acc1 = f32x16_fma(v1, k1, acc1);
        }
        f32x16_store_part(y, acc0, 12);
        f32x16_store_part(y + 12, acc1, 12);
    }
}

static void depthwise3x3_12_at_2x2_v2(const float *x, const float *w, float *y) {
    for (int oy = 0; oy < 2; oy++) {
        const int top = oy * 1 - 1;
        const int ky0 = top < 0 ? -top : 0;
        const int ky1 = 2 - top < 3 ? 2 - top : 3;
        depthwise3x3_row_of_2_v3(x, w, y + oy * 24, top, ky0, ky1);
    }
}

/* 4 pixels x 12 channels, over 12 inputs. */
static void tile_4x1_of_12_v3(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 12; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 12]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 24]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 36]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    f32x16_store_part(y, f32x16_relu(acc0_0), 12);
    f32x16_store_part(y + 12, f32x16_relu(acc1_0), 12);
    f32x16_store_part(y + 24, f32x16_relu(acc2_0), 12);
    f32x16_store_part(y + 36, f32x16_relu(acc3_0), 12);
}

static void conv1x1_12_to_12_at_2x2_v3(const float *x, const float *w, float *y) {
    tile_4x1_of_12_v3(x, w, y);
}

/* 4 pixels x 12 channels, over 12 inputs. */
static void tile_4x1_of_12_v4(const float *x0, const float *x1, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 3; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1((x0 + 3)[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1((x0 + 3)[k + 24]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1((x0 + 3)[k + 48]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1((x0 + 3)[k + 72]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    for (int k = 0; k < 3; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1((x0 + 15)[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1((x0 + 15)[k + 24]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1((x0 + 15)[k + 48]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1((x0 + 15)[k + 72]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    for (int k = 0; k < 6; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1((x1 + 6)[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1((x1 + 6)[k + 12]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1((x1 + 6)[k + 24]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1((x1 + 6)[k + 36]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        w += 16;
    }
    f32x16_store_part(y, f32x16_relu(acc0_0), 12);
    f32x16_store_part(y + 12, f32x16_relu(acc1_0), 12);
    f32x16_store_part(y + 24, f32x16_relu(acc2_0), 12);
    f32x16_store_part(y + 36, f32x16_relu(acc3_0), 12);
}

static void conv1x1_12_to_12_at_2x2_v4(const float *x0, const float *x1, const float *w, float *y) {
    tile_4x1_of_12_v4(x0, x1, w, y);
}

/* 4 pixels x 32 channels, over 24 inputs. */
static void tile_4x2_of_24(const float *x0, const float *x1, const float *x2, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc0_1 = f32x16_load(w + 16);
    f32x16 acc1_0 = acc0_0; f32x16 acc1_1 = acc0_1;
    f32x16 acc2_0 = acc0_0; f32x16 acc2_1 = acc0_1;
    f32x16 acc3_0 = acc0_0; f32x16 acc3_1 = acc0_1;
    w += 32;
    for (int k = 0; k < 3; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 w1 = f32x16_load(w + 16);
        const f32x16 v0_0 = f32x16_set1(x0[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x16_fma(v0_0, w1, acc0_1);
        const f32x16 v1_0 = f32x16_set1(x0[k + 24]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x16_fma(v1_0, w1, acc1_1);
        const f32x16 v2_0 = f32x16_set1(x0[k + 48]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x16_fma(v2_0, w1, acc2_1);
        const f32x16 v3_0 = f32x16_set1(x0[k + 72]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x16_fma(v3_0, w1, acc3_1);
        w += 32;
    }
    for (int k = 0; k < 3; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 w1 = f32x16_load(w + 16);
        const f32x16 v0_0 = f32x16_set1((x0 + 12)[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x16_fma(v0_0, w1, acc0_1);
        const f32x16 v1_0 = f32x16_set1((x0 + 12)[k + 24]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x16_fma(v1_0, w1, acc1_1);
        const f32x16 v2_0 = f32x16_set1((x0 + 12)[k + 48]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x16_fma(v2_0, w1, acc2_1);
        const f32x16 v3_0 = f32x16_set1((x0 + 12)[k + 72]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x16_fma(v3_0, w1, acc3_1);
        w += 32;
    }
    for (int k = 0; k < 6; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 w1 = f32x16_load(w + 16);
        const f32x16 v0_0 = f32x16_set1(x1[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x16_fma(v0_0, w1, acc0_1);
        const f32x16 v1_0 = f32x16_set1(x1[k + 12]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x16_fma(v1_0, w1, acc1_1);
        const f32x16 v2_0 = f32x16_set1(x1[k + 24]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x16_fma(v2_0, w1, acc2_1);
        const f32x16 v3_0 = f32x16_set1(x1[k + 36]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x16_fma(v3_0, w1, acc3_1);
        w += 32;
    }
    for (int k = 0; k < 12; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 w1 = f32x16_load(w + 16);
        const f32x16 v0_0 = f32x16_set1(x2[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x16_fma(v0_0, w1, acc0_1);
        const f32x16 v1_0 = f32x16_set1(x2[k + 12]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x16_fma(v1_0, w1, acc1_1);
        const f32x16 v2_0 = f32x16_set1(x2[k + 24]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x16_fma(v2_0, w1, acc2_1);
        const f32x16 v3_0 = f32x16_set1(x2[k + 36]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x16_fma(v3_0, w1, acc3_1);
        w += 32;
    }
    f32x16_store(y, f32x16_relu(acc0_0));
    f32x16_store(y + 16, f32x16_relu(acc0_1));
    f32x16_store(y + 32, f32x16_relu(acc1_0));
    f32x16_store(y + 48, f32x16_relu(acc1_1));
    f32x16_store(y + 64, f32x16_relu(acc2_0));
    f32x16_store(y + 80, f32x16_relu(acc2_1));
    f32x16_store(y + 96, f32x16_relu(acc3_0));
    f32x16_store(y + 112, f32x16_relu(acc3_1));
}

static void conv1x1_24_to_32_at_2x2(const float *x0, const float *x1, const float *x2, const float *w, float *y) {
    tile_4x2_of_24(x0, x1, x2, w, y);
}

#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))

/* What each thread, or part, has for itself: the first one in the arena, the others behind it. */
#define OWN(who, offset, own) \
    ((who) == 0 ? AT(offset) : AT(SHUFFLE_ARENA_BYTES + (size_t)((who) - 1) * SHUFFLE_THREAD_BYTES + (own)))

#ifdef SHUFFLE_PROFILE
#define STEP_HOOK(step, name, begin) shuffle_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

static void run_steps(void *arena, const float *image, float *features) {
    const int thread = 0, threads = 1, part = 0, parts = 1;
    (void)thread, (void)threads, (void)part, (void)parts;
    /* 1. conv_1: conv 3x3 stride 2, relu (shuffle.net:6)
     * max_pool_1: max_pool 3x3 stride 2 (shuffle.net:7)
     * [16, 16, 3] -> [4, 4, 8], 0.01 M MACs, 896 bytes of weights
     * by rows: direct 8 x 1 of f32x16, max pool, 4 columns of f32x16 */
    STEP_HOOK(1, "max_pool_1", 1);
    chain_16x16x3_to_4x4x8(image, WEIGHTS(0), AT(1472), OWN(thread, 768, 0), OWN(thread, 0, 704), part, parts);
    STEP_HOOK(1, "max_pool_1", 0);
    /* 2. shortcut_depthwise: depthwise 3x3 stride 2 (prelude.net:74)
     * [4, 4, 8] -> [2, 2, 8], 0.00 M MACs, 320 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(2, "shortcut_depthwise", 1);
    depthwise3x3_8_at_2x2(AT(1472), WEIGHTS(224), AT(1152));
    STEP_HOOK(2, "shortcut_depthwise", 0);
    /* 3. shortcut: conv 1x1, relu (prelude.net:75)
     * [2, 2, 8] -> [2, 2, 12], 0.00 M MACs, 576 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(3, "shortcut", 1);
    conv1x1_8_to_12_at_2x2(AT(1152), WEIGHTS(304), AT(768));
    STEP_HOOK(3, "shortcut", 0);
    /* 4. reduce: conv 1x1, relu (prelude.net:84)
     * [4, 4, 8] -> [4, 4, 12], 0.00 M MACs, 576 bytes of weights
     * pointwise 8 x 1 of f32x16 */
    STEP_HOOK(4, "reduce", 1);
    conv1x1_8_to_12_at_4x4(AT(1472), WEIGHTS(448), AT(0));
    STEP_HOOK(4, "reduce", 0);
    /* 5. depthwise: depthwise 3x3 stride 2 (prelude.net:85)
     * [4, 4, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(5, "depthwise", 1);
    depthwise3x3_12_at_2x2(AT(0), WEIGHTS(592), AT(1152));
    STEP_HOOK(5, "depthwise", 0);
    /* 6. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(6, "expand", 1);
    conv1x1_12_to_12_at_2x2(AT(1152), WEIGHTS(752), AT(768) + 12);
    STEP_HOOK(6, "expand", 0);
    /* 7. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(7, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v2(AT(768), WEIGHTS(960), AT(0));
    STEP_HOOK(7, "reduce", 0);
    /* 8. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(8, "depthwise", 1);
    depthwise3x3_12_at_2x2_v2(AT(0), WEIGHTS(1168), AT(192));
    STEP_HOOK(8, "depthwise", 0);
    /* 9. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(9, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(192), WEIGHTS(1328), AT(0));
    STEP_HOOK(9, "expand", 0);
    /* 10. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(10, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v4(AT(768), AT(0), WEIGHTS(1536), AT(192));
    STEP_HOOK(10, "reduce", 0);
    /* 11. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(11, "depthwise", 1);
    depthwise3x3_12_at_2x2_v2(AT(192), WEIGHTS(1744), AT(384));
    STEP_HOOK(11, "depthwise", 0);
    /* 12. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(12, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(384), WEIGHTS(1904), AT(192));
    STEP_HOOK(12, "expand", 0);
    /* 13. conv_9: conv 1x1, relu (shuffle.net:11)
     * [2, 2, 24] -> [2, 2, 32], 0.00 M MACs, 3200 bytes of weights
     * pointwise 4 x 2 of f32x16 */
    STEP_HOOK(13, "conv_9", 1);
    conv1x1_24_to_32_at_2x2(AT(768), AT(0), AT(192), WEIGHTS(2112), features);
    STEP_HOOK(13, "conv_9", 0);
}

/* The same by several threads, each of which runs this. */
static void share_steps(void *arena, const float *image, float *features, team *all, int thread) {
    const int threads = all->threads, parts = all->alone ? 1 : threads;
    worker me = {all, thread, 0, 0, 0, 0};
    (void)parts;
    if (thread == 0) STEP_HOOK(1, "max_pool_1", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        chain_16x16x3_to_4x4x8(image, WEIGHTS(0), AT(1472), OWN(thread, 768, 0), OWN(thread, 0, 704), part, parts); /* 1 */
    }
    if (thread == 0) STEP_HOOK(1, "max_pool_1", 0);
    if (thread == 0) STEP_HOOK(2, "shortcut_depthwise", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        depthwise3x3_8_at_2x2(AT(1472), WEIGHTS(224), AT(1152)); /* 2 */
    }
    if (thread == 0) STEP_HOOK(2, "shortcut_depthwise", 0);
    if (thread == 0) STEP_HOOK(3, "shortcut", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_8_to_12_at_2x2(AT(1152), WEIGHTS(304), AT(768)); /* 3 */
    }
    if (thread == 0) STEP_HOOK(3, "shortcut", 0);
    if (thread == 0) STEP_HOOK(4, "reduce", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_8_to_12_at_4x4(AT(1472), WEIGHTS(448), AT(0)); /* 4 */
    }
    if (thread == 0) STEP_HOOK(4, "reduce", 0);
    if (thread == 0) STEP_HOOK(5, "depthwise", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        depthwise3x3_12_at_2x2(AT(0), WEIGHTS(592), AT(1152)); /* 5 */
    }
    if (thread == 0) STEP_HOOK(5, "depthwise", 0);
    if (thread == 0) STEP_HOOK(6, "expand", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_12_to_12_at_2x2(AT(1152), WEIGHTS(752), AT(768) + 12); /* 6 */
    }
    if (thread == 0) STEP_HOOK(6, "expand", 0);
    if (thread == 0) STEP_HOOK(7, "reduce", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_12_to_12_at_2x2_v2(AT(768), WEIGHTS(960), AT(0)); /* 7 */
    }
    if (thread == 0) STEP_HOOK(7, "reduce", 0);
    if (thread == 0) STEP_HOOK(8, "depthwise", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        depthwise3x3_12_at_2x2_v2(AT(0), WEIGHTS(1168), AT(192)); /* 8 */
    }
    if (thread == 0) STEP_HOOK(8, "depthwise", 0);
    if (thread == 0) STEP_HOOK(9, "expand", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_12_to_12_at_2x2_v3(AT(192), WEIGHTS(1328), AT(0)); /* 9 */
    }
    if (thread == 0) STEP_HOOK(9, "expand", 0);
    if (thread == 0) STEP_HOOK(10, "reduce", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_12_to_12_at_2x2_v4(AT(768), AT(0), WEIGHTS(1536), AT(192)); /* 10 */
    }
    if (thread == 0) STEP_HOOK(10, "reduce", 0);
    if (thread == 0) STEP_HOOK(11, "depthwise", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        depthwise3x3_12_at_2x2_v2(AT(192), WEIGHTS(1744), AT(384)); /* 11 */
    }
    if (thread == 0) STEP_HOOK(11, "depthwise", 0);
    if (thread == 0) STEP_HOOK(12, "expand", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_12_to_12_at_2x2_v3(AT(384), WEIGHTS(1904), AT(192)); /* 12 */
    }
    if (thread == 0) STEP_HOOK(12, "expand", 0);
    if (thread == 0) STEP_HOOK(13, "conv_9", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_24_to_32_at_2x2(AT(768), AT(0), AT(192), WEIGHTS(2112), features); /* 13 */
    }
    if (thread == 0) STEP_HOOK(13, "conv_9", 0);
}

void shuffle_run_in(void *arena, const float *image, float *features) {
    run_steps(arena, image, features);
}

/* What the threads of a run have in common. */
typedef struct run_call {
    team all;
    void *arena;
    const float *image;
    float *features;
} run_call;

/* What one thread does for a run. */
static void run_job(void *job_context, int thread) {
    run_call *const call = (run_call *)job_context;
    share_steps(call->arena, call->image, call->features, &call->all, thread);
}

#ifdef _OPENMP
/* Runs a job on threads of OpenMP. */
static void on_openmp(void *context, shuffle_job job, void *job_context, int threads) {
    (void)context;
#pragma omp parallel num_threads(threads)
    {
        job(job_context, omp_get_thread_num());
        leave(&((run_call *)job_context)->all, omp_get_num_threads());
    }
}
#endif

void shuffle_run_on(void *arena, int threads, shuffle_parallel parallel, void *context, const float *image, float *features) {
    if (threads < 2) {
        run_steps(arena, image, features);
        return;
    }
    const uint64_t began = read_ticks();
    run_call call;
    memset(&call.all, 0, sizeof call.all);
    call.all.threads = threads < 64 ? threads : 64;
    call.all.alone = goes_alone(began);
    call.arena = arena;
    call.image = image;
    call.features = features;
    if (call.all.alone)
        run_job(&call, 0);
    else
        parallel(context, run_job, &call, call.all.threads);
    learn_from(&call.all, began);
}

void shuffle_run_threads_in(void *arena, int threads, const float *image, float *features) {
#ifdef _OPENMP
    shuffle_run_on(arena, threads, on_openmp, NULL, image, features);
#else
    (void)threads;
    run_steps(arena, image, features);
#endif
}

/* The most threads that run() takes. */
#ifndef MAX_THREADS
#ifdef _OPENMP
#define MAX_THREADS 16
#else
#define MAX_THREADS 1
#endif
#endif

static struct {
    unsigned char bytes[SHUFFLE_ARENA_BYTES + 3828 /* for the self-test */ + (MAX_THREADS - 1) * SHUFFLE_THREAD_BYTES];
} static_arena __attribute__((aligned(64)));

void shuffle_run(const float *image, float *features) {
#ifdef _OPENMP
    const int most = omp_get_max_threads(), threads = most < MAX_THREADS ? most : MAX_THREADS;
#else
    const int threads = 1;
#endif
    shuffle_run_threads_in(static_arena.bytes, threads, image, features);
}

const char *shuffle_version(void) {
    return "lcc 0.1.0, x86-64-v4, weights ad13724b03d529d7";
}

int shuffle_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != SHUFFLE_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0x35afcda36bc5a401)) return -1;
    weights = (const float *)(const void *)(p + 64);
    return 0;
}


/* What the self-test's inputs hold, from 0 to 255. */
static int input_byte(uint32_t i) { return (int)((i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u); }

/* What element i counts in the sums that are compared: from 1/2 to 1, of either sign, by a hash. */
static double selftest_factor(uint32_t i) {
    uint32_t x = i * UINT32_C(2654435761);
    x = (x ^ x >> 15) * UINT32_C(2246822519);
    x ^= x >> 13;
    const double size = 0.5 + (double)(x >> 8) / 33554432.0;
    return x & 1 ? size : -size;
}

/* Whether a tensor differs from the reference: for each `part` of its elements `sums` has their sum, and how
 * far from it rounding may lead. *bits is a hash of the tensor, which must be the same in the second run. */
static int selftest_differs(const float *y, int pixels, int pixel, int channels, int part, const double *sums,
                            uint32_t *bits, int again) {
    uint32_t i = 0, hash = UINT32_C(0x811c9dc5);
    int left = part;
    double got = 0;
    for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++, i++) {
            union {
                float value;
                uint32_t bits;
            } element;
            element.value = y[p * pixel + c];
            hash = (hash ^ element.bits) * UINT32_C(0x01000193);
            got += (double)element.value * selftest_factor(i);
            if (--left > 0 && (p + 1 < pixels || c + 1 < channels)) continue;
            const double off = got > sums[0] ? got - sums[0] : sums[0] - got;
            if (!(off <= sums[1])) return 1;
            sums += 2;
            got = 0;
            left = part;
        }
    }
    if (again) return *bits != hash;
    *bits = hash;
    return 0;
}

/* What is not live holds: as floats, in either byte order, 3e38 in the first run and -8e37 in the second; as
 * bytes 127, and -128 or -2. */
static unsigned char selftest_poison(int64_t at, int again) {
    return (unsigned char)(!again ? 127 : (at & 3) % 3 == 0 ? 254 : 128);
}

/* Poisons what is not live in the arena, or says whether the poison is still there. `live`: begin and end of
 * each stretch that is, then the arena's end, twice. */
static int selftest_guard(unsigned char *arena, const int64_t *live, int again, int fill) {
    for (int64_t at = 0;; at = live[1], live += 2) {
        for (; at < live[0]; at++) {
            if (fill) arena[at] = selftest_poison(at, again);
            if (arena[at] != selftest_poison(at, again)) return 0;
        }
        if (live[0] == live[1]) return 1;
    }
}

/* The hash of the weights, as they lie in memory now. */
static uint64_t selftest_weights(void) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!weights) return 0;
    const volatile unsigned char *p = (const volatile unsigned char *)(const volatile void *)WEIGHTS(0);
    for (size_t i = 0; i < 11648; i += 4, p += 4) {
        uint32_t word = p[0];
        word |= (uint32_t)p[1] << 8;
        word |= (uint32_t)p[2] << 16;
        word |= (uint32_t)p[3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Runs all steps; the number of the first one that differs, or 0. `again`: the second run. */
static int selftest_run(int again) {
    void *const arena = static_arena.bytes;
    const int thread = 0, threads = 1, part = 0, parts = 1;
    (void)thread, (void)threads, (void)part, (void)parts;
    float *const image = (float *)(void *)(static_arena.bytes + 1984);
    for (int i = 0; i < 768; i++) image[i] = (float)input_byte((uint32_t)i) / 128.0f - 1.0f;
    float *const features = (float *)(void *)(static_arena.bytes + 5056);
    for (int i = 0; i < 512; i++) static_arena.bytes[5056 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 5568);
    static const int64_t before_1[] = {1984, 1984};
    static const int64_t in_1[] = {0, 1416, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 3x3 stride 2, relu (shuffle.net:6)
     * max_pool_1: max_pool 3x3 stride 2 (shuffle.net:7)
     * [16, 16, 3] -> [4, 4, 8], 0.01 M MACs, 896 bytes of weights
     * by rows: direct 8 x 1 of f32x16, max pool, 4 columns of f32x16 */
    STEP_HOOK(1, "max_pool_1", 1);
    chain_16x16x3_to_4x4x8(image, WEIGHTS(0), AT(1472), OWN(thread, 768, 0), OWN(thread, 0, 704), part, parts);
    STEP_HOOK(1, "max_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    static const double sums_1[] = {7.82720382, 0.00021};
    if (selftest_differs(AT(1472), 16, 8, 8, 128, sums_1, &bits[0], again)) return 1;
    static const int64_t before_2[] = {1472, 1984, 1984, 1984};
    static const int64_t in_2[] = {1152, 1280, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. shortcut_depthwise: depthwise 3x3 stride 2 (prelude.net:74)
     * [4, 4, 8] -> [2, 2, 8], 0.00 M MACs, 320 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(2, "shortcut_depthwise", 1);
    depthwise3x3_8_at_2x2(AT(1472), WEIGHTS(224), AT(1152));
    STEP_HOOK(2, "shortcut_depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    static const double sums_2[] = {5.99720472, 0.0002};
    if (selftest_differs(AT(1152), 4, 8, 8, 32, sums_2, &bits[1], again)) return 2;
    static const int64_t before_3[] = {1152, 1280, 1472, 1984, 1984, 1984};
    static const int64_t in_3[] = {768, 1280, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. shortcut: conv 1x1, relu (prelude.net:75)
     * [2, 2, 8] -> [2, 2, 12], 0.00 M MACs, 576 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(3, "shortcut", 1);
    conv1x1_8_to_12_at_2x2(AT(1152), WEIGHTS(304), AT(768));
    STEP_HOOK(3, "shortcut", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    static const double sums_3[] = {-0.187514366, 0.00014};
    if (selftest_differs(AT(768), 4, 24, 12, 48, sums_3, &bits[2], again)) return 3;
    static const int64_t before_4[] = {768, 1152, 1472, 1984, 1984, 1984};
    static const int64_t in_4[] = {0, 1152, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. reduce: conv 1x1, relu (prelude.net:84)
     * [4, 4, 8] -> [4, 4, 12], 0.00 M MACs, 576 bytes of weights
     * pointwise 8 x 1 of f32x16 */
    STEP_HOOK(4, "reduce", 1);
    conv1x1_8_to_12_at_4x4(AT(1472), WEIGHTS(448), AT(0));
    STEP_HOOK(4, "reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    static const double sums_4[] = {9.44855542, 0.00028};
    if (selftest_differs(AT(0), 16, 12, 12, 192, sums_4, &bits[3], again)) return 4;
    static const int64_t before_5[] = {0, 1152, 1984, 1984};
    static const int64_t in_5[] = {0, 1344, 1984, 1984};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. depthwise: depthwise 3x3 stride 2 (prelude.net:85)
     * [4, 4, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(5, "depthwise", 1);
    depthwise3x3_12_at_2x2(AT(0), WEIGHTS(592), AT(1152));
    STEP_HOOK(5, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    static const double sums_5[] = {1.72377272, 0.00026};
    if (selftest_differs(AT(1152), 4, 12, 12, 48, sums_5, &bits[4], again)) return 5;
    static const int64_t before_6[] = {768, 1344, 1984, 1984};
    static const int64_t in_6[] = {768, 1344, 1984, 1984};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(6, "expand", 1);
    conv1x1_12_to_12_at_2x2(AT(1152), WEIGHTS(752), AT(768) + 12);
    STEP_HOOK(6, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    static const double sums_6[] = {-13.4953976, 0.00039};
    if (selftest_differs(AT(768) + 12, 4, 24, 12, 48, sums_6, &bits[5], again)) return 6;
    static const int64_t before_7[] = {768, 1152, 1984, 1984};
    static const int64_t in_7[] = {0, 192, 768, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(7, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v2(AT(768), WEIGHTS(960), AT(0));
    STEP_HOOK(7, "reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    static const double sums_7[] = {3.19122644, 0.00026};
    if (selftest_differs(AT(0), 4, 12, 12, 48, sums_7, &bits[6], again)) return 7;
    static const int64_t before_8[] = {0, 192, 768, 1152, 1984, 1984};
    static const int64_t in_8[] = {0, 384, 768, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(8, "depthwise", 1);
    depthwise3x3_12_at_2x2_v2(AT(0), WEIGHTS(1168), AT(192));
    STEP_HOOK(8, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    static const double sums_8[] = {1.80952293, 0.00025};
    if (selftest_differs(AT(192), 4, 12, 12, 48, sums_8, &bits[7], again)) return 8;
    static const int64_t before_9[] = {192, 384, 768, 1152, 1984, 1984};
    static const int64_t in_9[] = {0, 384, 768, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(9, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(192), WEIGHTS(1328), AT(0));
    STEP_HOOK(9, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    static const double sums_9[] = {-12.8841153, 0.00062};
    if (selftest_differs(AT(0), 4, 12, 12, 48, sums_9, &bits[8], again)) return 9;
    static const int64_t before_10[] = {0, 192, 768, 1152, 1984, 1984};
    static const int64_t in_10[] = {0, 384, 768, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_10, again, 1);
    /* 10. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(10, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v4(AT(768), AT(0), WEIGHTS(1536), AT(192));
    STEP_HOOK(10, "reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_10, again, 0)) return 10;
    static const double sums_10[] = {-1.66172614, 0.00024};
    if (selftest_differs(AT(192), 4, 12, 12, 48, sums_10, &bits[9], again)) return 10;
    static const int64_t before_11[] = {0, 384, 768, 1152, 1984, 1984};
    static const int64_t in_11[] = {0, 576, 768, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_11, again, 1);
    /* 11. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * depthwise, 2 columns of f32x16 */
    STEP_HOOK(11, "depthwise", 1);
    depthwise3x3_12_at_2x2_v2(AT(192), WEIGHTS(1744), AT(384));
    STEP_HOOK(11, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_11, again, 0)) return 11;
    static const double sums_11[] = {-6.68531251, 0.00019};
    if (selftest_differs(AT(384), 4, 12, 12, 48, sums_11, &bits[10], again)) return 11;
    static const int64_t before_12[] = {0, 192, 384, 576, 768, 1152, 1984, 1984};
    static const int64_t in_12[] = {0, 576, 768, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_12, again, 1);
    /* 12. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 832 bytes of weights
     * pointwise 4 x 1 of f32x16 */
    STEP_HOOK(12, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(384), WEIGHTS(1904), AT(192));
    STEP_HOOK(12, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_12, again, 0)) return 12;
    static const double sums_12[] = {1.33453316, 0.00038};
    if (selftest_differs(AT(192), 4, 12, 12, 48, sums_12, &bits[11], again)) return 12;
    static const int64_t before_13[] = {0, 384, 768, 1152, 1984, 1984};
    static const int64_t in_13[] = {0, 384, 768, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_13, again, 1);
    /* 13. conv_9: conv 1x1, relu (shuffle.net:11)
     * [2, 2, 24] -> [2, 2, 32], 0.00 M MACs, 3200 bytes of weights
     * pointwise 4 x 2 of f32x16 */
    STEP_HOOK(13, "conv_9", 1);
    conv1x1_24_to_32_at_2x2(AT(768), AT(0), AT(192), WEIGHTS(2112), features);
    STEP_HOOK(13, "conv_9", 0);
    if (!selftest_guard(static_arena.bytes, in_13, again, 0)) return 13;
    static const double sums_13[] = {-27.1127439, 0.00048};
    if (selftest_differs(features, 4, 32, 32, 128, sums_13, &bits[12], again)) return 13;
    return 0;
}

int shuffle_selftest(void) {
    if (selftest_weights() != UINT64_C(0x35afcda36bc5a401)) return SHUFFLE_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
