/* groups, written by lcc 0.1.0 for x86-64-v4: AVX-512 (Skylake-X, Ice Lake, Zen 4 and later).
 *
 *     lcc groups.net --target x86-64-v4 --storage file --selftest --profile -o groups_x86_64_v4.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 9 steps, 0.09 M multiply-adds, 24192 bytes of arena, 8976 bytes of weights (hash 9dca2ea530c847df).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "groups_x86_64_v4.h"

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

/* 16 bytes -128..127 as floats. */
static inline LCC_INLINE f32x16 f32x16_load_i8(const int8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i_u *)(const void *)p)));
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

/* 0 in every lane. */
static inline LCC_INLINE f32x8 f32x8_zero(void) { return _mm256_setzero_ps(); }

/* 8 bytes -128..127 as floats. */
static inline LCC_INLINE f32x8 f32x8_load_i8(const int8_t *p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i_u *)(const void *)p)));
}

/* ---- f32x4: 4 floats ---- */

typedef __m128 f32x4;

/* 4 floats from any address. */
static inline LCC_INLINE f32x4 f32x4_load(const float *p) { return _mm_loadu_ps(p); }

/* 4 floats to any address. */
static inline LCC_INLINE void f32x4_store(float *p, f32x4 v) { _mm_storeu_ps(p, v); }

/* x in every lane. */
static inline LCC_INLINE f32x4 f32x4_set1(float x) { return _mm_set1_ps(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x4 f32x4_zero(void) { return _mm_setzero_ps(); }

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x4 f32x4_fma(f32x4 a, f32x4 b, f32x4 c) { return _mm_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_max(f32x4 a, f32x4 b) { return _mm_max_ps(a, b); }

/* max(v, 0); NaN stays. */
static inline LCC_INLINE f32x4 f32x4_relu(f32x4 v) { return f32x4_max(f32x4_zero(), v); }

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
static void stage_row_12x6(const int8_t *x, float *row, int iy) {
    x += iy * 72;
    for (int i = 0; i < 64; i += 16) {
        f32x16_store(row + i, f32x16_load_i8(x + i));
    }
    f32x8_store(row + 64, f32x8_load_i8(x + 64));
}

/* 12 pixels x 24 channels, over 6 inputs. */
__attribute__((noinline)) static void tile_12x2_of_6(const float *const *rows, int at, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc0_1 = f32x16_load_twice(w + 16);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0; f32x16 acc2_1 = acc0_1;
    f32x16 acc3_0 = acc0_0;
    f32x16 acc4_0 = acc0_0; f32x16 acc4_1 = acc0_1;
    f32x16 acc5_0 = acc0_0;
    f32x16 acc6_0 = acc0_0; f32x16 acc6_1 = acc0_1;
    f32x16 acc7_0 = acc0_0;
    f32x16 acc8_0 = acc0_0; f32x16 acc8_1 = acc0_1;
    f32x16 acc9_0 = acc0_0;
    f32x16 acc10_0 = acc0_0; f32x16 acc10_1 = acc0_1;
    f32x16 acc11_0 = acc0_0;
    w += 24;
    for (int ky = 0; ky < 1; ky++) {
        const float *x = rows[ky] + at;
        for (int k = 0; k < 6; k++) {
            const f32x16 w0 = f32x16_load(w);
            const f32x16 w1 = f32x16_load_twice(w + 16);
            const f32x16 v0_0 = f32x16_set1(x[k]);
            acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
            const f32x16 v1_0 = f32x16_set1(x[k + 6]);
            acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
            const f32x16 v1_1 = f32x16_halves(v0_0, v1_0);
            acc0_1 = f32x16_fma(v1_1, w1, acc0_1);
            const f32x16 v2_0 = f32x16_set1(x[k + 12]);
            acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
            const f32x16 v3_0 = f32x16_set1(x[k + 18]);
            acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
            const f32x16 v3_1 = f32x16_halves(v2_0, v3_0);
            acc2_1 = f32x16_fma(v3_1, w1, acc2_1);
            const f32x16 v4_0 = f32x16_set1(x[k + 24]);
            acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
            const f32x16 v5_0 = f32x16_set1(x[k + 30]);
            acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
            const f32x16 v5_1 = f32x16_halves(v4_0, v5_0);
            acc4_1 = f32x16_fma(v5_1, w1, acc4_1);
            const f32x16 v6_0 = f32x16_set1(x[k + 36]);
            acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
            const f32x16 v7_0 = f32x16_set1(x[k + 42]);
            acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
            const f32x16 v7_1 = f32x16_halves(v6_0, v7_0);
            acc6_1 = f32x16_fma(v7_1, w1, acc6_1);
            const f32x16 v8_0 = f32x16_set1(x[k + 48]);
            acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
            const f32x16 v9_0 = f32x16_set1(x[k + 54]);
            acc9_0 = f32x16_fma(v9_0, w0, acc9_0);
            const f32x16 v9_1 = f32x16_halves(v8_0, v9_0);
            acc8_1 = f32x16_fma(v9_1, w1, acc8_1);
            const f32x16 v10_0 = f32x16_set1(x[k + 60]);
            acc10_0 = f32x16_fma(v10_0, w0, acc10_0);
            const f32x16 v11_0 = f32x16_set1(x[k + 66]);
            acc11_0 = f32x16_fma(v11_0, w0, acc11_0);
            const f32x16 v11_1 = f32x16_halves(v10_0, v11_0);
            acc10_1 = f32x16_fma(v11_1, w1, acc10_1);
            w += 24;
        }
    }
    f32x16_store(y, f32x16_relu(acc0_0));
    f32x16_store_halves(y + 16, y + 40, f32x16_relu(acc0_1));
    f32x16_store(y + 24, f32x16_relu(acc1_0));
    f32x16_store(y + 48, f32x16_relu(acc2_0));
    f32x16_store_halves(y + 64, y + 88, f32x16_relu(acc2_1));
    f32x16_store(y + 72, f32x16_relu(acc3_0));
    f32x16_store(y + 96, f32x16_relu(acc4_0));
    f32x16_store_halves(y + 112, y + 136, f32x16_relu(acc4_1));
    f32x16_store(y + 120, f32x16_relu(acc5_0));
    f32x16_store(y + 144, f32x16_relu(acc6_0));
    f32x16_store_halves(y + 160, y + 184, f32x16_relu(acc6_1));
    f32x16_store(y + 168, f32x16_relu(acc7_0));
    f32x16_store(y + 192, f32x16_relu(acc8_0));
    f32x16_store_halves(y + 208, y + 232, f32x16_relu(acc8_1));
    f32x16_store(y + 216, f32x16_relu(acc9_0));
    f32x16_store(y + 240, f32x16_relu(acc10_0));
    f32x16_store_halves(y + 256, y + 280, f32x16_relu(acc10_1));
    f32x16_store(y + 264, f32x16_relu(acc11_0));
}

static void conv1x1_6_to_24_at_12x12(const int8_t *x, const float *w, float *y, float *ring, int part, int parts) {
    const float *rows[1];
    int next = PART(12, part); /* the input row that is copied next */
    for (int oy = PART(12, part); oy < PART(12, part + 1); oy++) {
        for (; next < oy + 1; next++) {
            stage_row_12x6(x, ring, next);
        }
        for (int ky = 0; ky < 1; ky++) {
            rows[ky] = ring;
        }
        tile_12x2_of_6(rows, 0, w, y + oy * 288);
    }
    (void)parts;
}

static void average3x3_row_of_6(const float *x, float *y, int top, int ky0, int ky1) {
    {
        f32x16 acc0 = f32x16_zero();
        f32x16 acc1 = f32x16_zero();
        f32x16 acc2 = f32x16_zero();
        f32x16 acc3 = f32x16_zero();
        f32x16 acc4 = f32x16_zero();
        f32x16 acc5 = f32x16_zero();
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 288;
            const f32x16 v0 = f32x16_load(row);
            acc0 = acc0 + v0;
            const f32x16 v1 = f32x16_load(row + 24);
            acc0 = acc0 + v1;
            acc1 = acc1 + v1;
            const f32x16 v2 = f32x16_load(row + 48);
            acc1 = acc1 + v2;
            const f32x16 v3 = f32x16_load(row + 72);
            acc1 = acc1 + v3;
            acc2 = acc2 + v3;
            const f32x16 v4 = f32x16_load(row + 96);
            acc2 = acc2 + v4;
            const f32x16 v5 = f32x16_load(row + 120);
            acc2 = acc2 + v5;
            acc3 = acc3 + v5;
            const f32x16 v6 = f32x16_load(row + 144);
            acc3 = acc3 + v6;
            const f32x16 v7 = f32x16_load(row + 168);
            acc3 = acc3 + v7;
            acc4 = acc4 + v7;
            const f32x16 v8 = f32x16_load(row + 192);
            acc4 = acc4 + v8;
            const f32x16 v9 = f32x16_load(row + 216);
            acc4 = acc4 + v9;
            acc5 = acc5 + v9;
            const f32x16 v10 = f32x16_load(row + 240);
            acc5 = acc5 + v10;
            const f32x16 v11 = f32x16_load(row + 264);
            acc5 = acc5 + v11;
        }
        f32x16_store(y, acc0 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 2)));
        f32x16_store(y + 48, acc1 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x16_store(y + 96, acc2 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x16_store(y + 144, acc3 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x16_store(y + 192, acc4 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x16_store(y + 240, acc5 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 3)));
    }
}

static void average3x3_row_of_6_v2(const float *x, float *y, int top, int ky0, int ky1) {
    {
        f32x8 acc0 = f32x8_zero();
        f32x8 acc1 = f32x8_zero();
        f32x8 acc2 = f32x8_zero();
        f32x8 acc3 = f32x8_zero();
        f32x8 acc4 = f32x8_zero();
        f32x8 acc5 = f32x8_zero();
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 288;
            const f32x8 v0 = f32x8_load(row);
            acc0 = acc0 + v0;
            const f32x8 v1 = f32x8_load(row + 24);
            acc0 = acc0 + v1;
            acc1 = acc1 + v1;
            const f32x8 v2 = f32x8_load(row + 48);
            acc1 = acc1 + v2;
            const f32x8 v3 = f32x8_load(row + 72);
            acc1 = acc1 + v3;
            acc2 = acc2 + v3;
            const f32x8 v4 = f32x8_load(row + 96);
            acc2 = acc2 + v4;
            const f32x8 v5 = f32x8_load(row + 120);
            acc2 = acc2 + v5;
            acc3 = acc3 + v5;
            const f32x8 v6 = f32x8_load(row + 144);
            acc3 = acc3 + v6;
            const f32x8 v7 = f32x8_load(row + 168);
            acc3 = acc3 + v7;
            acc4 = acc4 + v7;
            const f32x8 v8 = f32x8_load(row + 192);
            acc4 = acc4 + v8;
            const f32x8 v9 = f32x8_load(row + 216);
            acc4 = acc4 + v9;
            acc5 = acc5 + v9;
            const f32x8 v10 = f32x8_load(row + 240);
            acc5 = acc5 + v10;
            const f32x8 v11 = f32x8_load(row + 264);
            acc5 = acc5 + v11;
        }
        f32x8_store(y, acc0 * f32x8_set1(1.0f / (float)((ky1 - ky0) * 2)));
        f32x8_store(y + 48, acc1 * f32x8_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x8_store(y + 96, acc2 * f32x8_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x8_store(y + 144, acc3 * f32x8_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x8_store(y + 192, acc4 * f32x8_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x8_store(y + 240, acc5 * f32x8_set1(1.0f / (float)((ky1 - ky0) * 3)));
    }
}

static void average_pool3x3_24_at_6x6(const float *x, float *y) {
    for (int oy = 0; oy < 6; oy++) {
        const int top = oy * 2 - 1;
        const int ky0 = top < 0 ? -top : 0;
        const int ky1 = 12 - top < 3 ? 12 - top : 3;
        average3x3_row_of_6(x, y + oy * 288, top, ky0, ky1);
    }
    for (int oy = 0; oy < 6; oy++) {
        const int top = oy * 2 - 1;
        const int ky0 = top < 0 ? -top : 0;
        const int ky1 = 12 - top < 3 ? 12 - top : 3;
        average3x3_row_of_6_v2(x + 16, y + oy * 288 + 16, top, ky0, ky1);
    }
}

/* 12 pixels x 12 channels, over 24 inputs. */
static void tile_12x1_of_24(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    f32x16 acc4_0 = acc0_0;
    f32x16 acc5_0 = acc0_0;
    f32x16 acc6_0 = acc0_0;
    f32x16 acc7_0 = acc0_0;
    f32x16 acc8_0 = acc0_0;
    f32x16 acc9_0 = acc0_0;
    f32x16 acc10_0 = acc0_0;
    f32x16 acc11_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 24; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 24]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 48]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 72]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        const f32x16 v4_0 = f32x16_set1(x[k + 96]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        const f32x16 v5_0 = f32x16_set1(x[k + 120]);
        acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
        const f32x16 v6_0 = f32x16_set1(x[k + 144]);
        acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
        const f32x16 v7_0 = f32x16_set1(x[k + 168]);
        acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
        const f32x16 v8_0 = f32x16_set1(x[k + 192]);
        acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
        const f32x16 v9_0 = f32x16_set1(x[k + 216]);
        acc9_0 = f32x16_fma(v9_0, w0, acc9_0);
        const f32x16 v10_0 = f32x16_set1(x[k + 240]);
        acc10_0 = f32x16_fma(v10_0, w0, acc10_0);
        const f32x16 v11_0 = f32x16_set1(x[k + 264]);
        acc11_0 = f32x16_fma(v11_0, w0, acc11_0);
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
    f32x16_store_part(y + 96, f32x16_relu(acc8_0), 12);
    f32x16_store_part(y + 108, f32x16_relu(acc9_0), 12);
    f32x16_store_part(y + 120, f32x16_relu(acc10_0), 12);
    f32x16_store_part(y + 132, f32x16_relu(acc11_0), 12);
}

static void conv1x1_24_to_12_row_of_12(const float *x, const float *w, float *y) {
    tile_12x1_of_24(x, w, y);
}

static void depthwise3x3_row_of_6(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x16 acc0 = f32x16_load(w);
        f32x16 acc1 = acc0;
        f32x16 acc2 = acc0;
        f32x16 acc3 = acc0;
        f32x16 acc4 = acc0;
        f32x16 acc5 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 3 * 144;
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
            acc2 = f32x16_fma(v3, k0, acc2);
            const f32x16 v4 = f32x16_load_part(row + 48, 12);
            acc2 = f32x16_fma(v4, k1, acc2);
            const f32x16 v5 = f32x16_load_part(row + 60, 12);
            acc2 = f32x16_fma(v5, k2, acc2);
            acc3 = f32x16_fma(v5, k0, acc3);
            const f32x16 v6 = f32x16_load_part(row + 72, 12);
            acc3 = f32x16_fma(v6, k1, acc3);
            const f32x16 v7 = f32x16_load_part(row + 84, 12);
            acc3 = f32x16_fma(v7, k2, acc3);
            acc4 = f32x16_fma(v7, k0, acc4);
            const f32x16 v8 = f32x16_load_part(row + 96, 12);
            acc4 = f32x16_fma(v8, k1, acc4);
            const f32x16 v9 = f32x16_load_part(row + 108, 12);
            acc4 = f32x16_fma(v9, k2, acc4);
            acc5 = f32x16_fma(v9, k0, acc5);
            const f32x16 v10 = f32x16_load_part(row + 120, 12);
            acc5 = f32x16_fma(v10, k1, acc5);
            const f32x16 v11 = f32x16_load_part(row + 132, 12);
            acc5 = f32x16_fma(v11, k2, acc5);
        }
        f32x16_store_part(y, acc0, 12);
        f32x16_store_part(y + 12, acc1, 12);
        f32x16_store_part(y + 24, acc2, 12);
        f32x16_store_part(y + 36, acc3, 12);
        f32x16_store_part(y + 48, acc4, 12);
        f32x16_store_part(y + 60, acc5, 12);
    }
}

static void chain_12x12x24_to_6x6x12(const float *x, const float *w, float *y, float *t0, int part, int parts) {
    int made_0 = PART(6, part) * 2 - 1; /* the row of part 1 that comes next */
    if (made_0 < 0) made_0 = 0;
    for (int oy = PART(6, part); oy < PART(6, part + 1); oy++) {
        const int top_1 = oy * 2 - 1;
        const int ky0_1 = top_1 < 0 ? -top_1 : 0;
        const int ky1_1 = 12 - top_1 < 3 ? 12 - top_1 : 3;
        const int need_0 = top_1 + 3 < 12 ? top_1 + 3 : 12;
        for (; made_0 < need_0; made_0++) {
            conv1x1_24_to_12_row_of_12(x + made_0 * 288, w, t0 + made_0 % 3 * 144);
        }
        depthwise3x3_row_of_6(t0, w + 400, y + oy * 72, top_1, ky0_1, ky1_1);
    }
    (void)parts;
}

/* 12 pixels x 8 channels, over 4 inputs. */
static void tile_12x1_of_4(const float *x, const float *w, float *y, const int *runs) {
    f32x16 acc0_0 = f32x16_load_twice(w);
    f32x16 acc2_0 = acc0_0;
    f32x16 acc4_0 = acc0_0;
    f32x16 acc6_0 = acc0_0;
    f32x16 acc8_0 = acc0_0;
    f32x16 acc10_0 = acc0_0;
    w += 8;
    for (int i = 0; i < 3; i++) {
        const float *from = x + runs[2 * i];
        for (int k = 0; k < runs[2 * i + 1]; k++) {
            const f32x16 w0 = f32x16_load_twice(w);
            const f32x16 v0_0 = f32x16_set1(from[k]);
            const f32x16 v1_0 = f32x16_set1(from[k + 12]);
            const f32x16 v1_1 = f32x16_halves(v0_0, v1_0);
            acc0_0 = f32x16_fma(v1_1, w0, acc0_0);
            const f32x16 v2_0 = f32x16_set1(from[k + 24]);
            const f32x16 v3_0 = f32x16_set1(from[k + 36]);
            const f32x16 v3_1 = f32x16_halves(v2_0, v3_0);
            acc2_0 = f32x16_fma(v3_1, w0, acc2_0);
            const f32x16 v4_0 = f32x16_set1(from[k + 48]);
            const f32x16 v5_0 = f32x16_set1(from[k + 60]);
            const f32x16 v5_1 = f32x16_halves(v4_0, v5_0);
            acc4_0 = f32x16_fma(v5_1, w0, acc4_0);
            const f32x16 v6_0 = f32x16_set1(from[k + 72]);
            const f32x16 v7_0 = f32x16_set1(from[k + 84]);
            const f32x16 v7_1 = f32x16_halves(v6_0, v7_0);
            acc6_0 = f32x16_fma(v7_1, w0, acc6_0);
            const f32x16 v8_0 = f32x16_set1(from[k + 96]);
            const f32x16 v9_0 = f32x16_set1(from[k + 108]);
            const f32x16 v9_1 = f32x16_halves(v8_0, v9_0);
            acc8_0 = f32x16_fma(v9_1, w0, acc8_0);
            const f32x16 v10_0 = f32x16_set1(from[k + 120]);
            const f32x16 v11_0 = f32x16_set1(from[k + 132]);
            const f32x16 v11_1 = f32x16_halves(v10_0, v11_0);
            acc10_0 = f32x16_fma(v11_1, w0, acc10_0);
            w += 8;
        }
    }
    f32x16_store_halves(y, y + 48, f32x16_relu(acc0_0));
    f32x16_store_halves(y + 96, y + 144, f32x16_relu(acc2_0));
    f32x16_store_halves(y + 192, y + 240, f32x16_relu(acc4_0));
    f32x16_store_halves(y + 288, y + 336, f32x16_relu(acc6_0));
    f32x16_store_halves(y + 384, y + 432, f32x16_relu(acc8_0));
    f32x16_store_halves(y + 480, y + 528, f32x16_relu(acc10_0));
}

static void conv1x1_12_to_24_at_6x6(const float *x, const float *w, float *y) {
    static const int runs[3][6] = {
        {0, 2, 4, 1, 8, 1},
        {2, 1, 5, 2, 9, 1},
        {3, 1, 7, 1, 10, 2},
    };
    for (int g = 0; g < 3; g++) {
        for (int p = 0; p < 36; p += 12) {
            tile_12x1_of_4(x + p * 12, w + g * 40, y + g * 8 + p * 48, runs[g]);
        }
    }
}

/* 12 pixels x 4 channels, over 16 inputs. */
static void tile_12x1_of_16(const float *x, const float *w, float *y) {
    f32x4 acc0_0 = f32x4_load(w);
    f32x4 acc1_0 = acc0_0;
    f32x4 acc2_0 = acc0_0;
    f32x4 acc3_0 = acc0_0;
    f32x4 acc4_0 = acc0_0;
    f32x4 acc5_0 = acc0_0;
    f32x4 acc6_0 = acc0_0;
    f32x4 acc7_0 = acc0_0;
    f32x4 acc8_0 = acc0_0;
    f32x4 acc9_0 = acc0_0;
    f32x4 acc10_0 = acc0_0;
    f32x4 acc11_0 = acc0_0;
    w += 4;
    for (int k = 0; k < 16; k++) {
        const f32x4 w0 = f32x4_load(w);
        const f32x4 v0_2 = f32x4_set1(x[k]);
        acc0_0 = f32x4_fma(v0_2, w0, acc0_0);
        const f32x4 v1_2 = f32x4_set1(x[k + 48]);
        acc1_0 = f32x4_fma(v1_2, w0, acc1_0);
        const f32x4 v2_2 = f32x4_set1(x[k + 96]);
        acc2_0 = f32x4_fma(v2_2, w0, acc2_0);
        const f32x4 v3_2 = f32x4_set1(x[k + 144]);
        acc3_0 = f32x4_fma(v3_2, w0, acc3_0);
        const f32x4 v4_2 = f32x4_set1(x[k + 192]);
        acc4_0 = f32x4_fma(v4_2, w0, acc4_0);
        const f32x4 v5_2 = f32x4_set1(x[k + 240]);
        acc5_0 = f32x4_fma(v5_2, w0, acc5_0);
        const f32x4 v6_2 = f32x4_set1(x[k + 288]);
        acc6_0 = f32x4_fma(v6_2, w0, acc6_0);
        const f32x4 v7_2 = f32x4_set1(x[k + 336]);
        acc7_0 = f32x4_fma(v7_2, w0, acc7_0);
        const f32x4 v8_2 = f32x4_set1(x[k + 384]);
        acc8_0 = f32x4_fma(v8_2, w0, acc8_0);
        const f32x4 v9_2 = f32x4_set1(x[k + 432]);
        acc9_0 = f32x4_fma(v9_2, w0, acc9_0);
        const f32x4 v10_2 = f32x4_set1(x[k + 480]);
        acc10_0 = f32x4_fma(v10_2, w0, acc10_0);
        const f32x4 v11_2 = f32x4_set1(x[k + 528]);
        acc11_0 = f32x4_fma(v11_2, w0, acc11_0);
        w += 4;
    }
    f32x4_store(y, f32x4_relu(acc0_0));
    f32x4_store(y + 12, f32x4_relu(acc1_0));
    f32x4_store(y + 24, f32x4_relu(acc2_0));
    f32x4_store(y + 36, f32x4_relu(acc3_0));
    f32x4_store(y + 48, f32x4_relu(acc4_0));
    f32x4_store(y + 60, f32x4_relu(acc5_0));
    f32x4_store(y + 72, f32x4_relu(acc6_0));
    f32x4_store(y + 84, f32x4_relu(acc7_0));
    f32x4_store(y + 96, f32x4_relu(acc8_0));
    f32x4_store(y + 108, f32x4_relu(acc9_0));
    f32x4_store(y + 120, f32x4_relu(acc10_0));
    f32x4_store(y + 132, f32x4_relu(acc11_0));
}

static void conv1x1_48_to_12_at_6x6(const float *x, const float *w, float *y, int part, int parts) {
    for (int g = 0; g < 3; g++) {
        for (int b = parts <= 3 ? 0 : PART(1, part); b < (parts <= 3 ? 1 : PART(1, part + 1)); b++) {
            for (int u = parts <= 3 ? PART(3, part) : 0; u < (parts <= 3 ? PART(3, part + 1) : 3); u++) {
                const int p = u * 12;
                tile_12x1_of_16(x + g * 16 + p * 48, w + g * 68, y + g * 4 + p * 12);
            }
        }
    }
}

static void depthwise3x3_row_of_6_v2(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x16 acc0 = f32x16_load(w);
        f32x16 acc1 = acc0;
        f32x16 acc2 = acc0;
        f32x16 acc3 = acc0;
        f32x16 acc4 = acc0;
        f32x16 acc5 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 72;
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
            acc2 = f32x16_fma(v1, k0, acc2);
            const f32x16 v2 = f32x16_load_part(row + 24, 12);
            acc1 = f32x16_fma(v2, k2, acc1);
            acc2 = f32x16_fma(v2, k1, acc2);
            acc3 = f32x16_fma(v2, k0, acc3);
            const f32x16 v3 = f32x16_load_part(row + 36, 12);
            acc2 = f32x16_fma(v3, k2, acc2);
            acc3 = f32x16_fma(v3, k1, acc3);
            acc4 = f32x16_fma(v3, k0, acc4);
            const f32x16 v4 = f32x16_load_part(row + 48, 12);
            acc3 = f32x16_fma(v4, k2, acc3);
            acc4 = f32x16_fma(v4, k1, acc4);
            acc5 = f32x16_fma(v4, k0, acc5);
            const f32x16 v5 = f32x16_load_part(row + 60, 12);
            acc4 = f32x16_fma(v5, k2, acc4);
            acc5 = f32x16_fma(v5, k1, acc5);
        }
        f32x16_store_part(y, acc0, 12);
        f32x16_store_part(y + 12, acc1, 12);
        f32x16_store_part(y + 24, acc2, 12);
        f32x16_store_part(y + 36, acc3, 12);
        f32x16_store_part(y + 48, acc4, 12);
        f32x16_store_part(y + 60, acc5, 12);
    }
}

static void depthwise3x3_12_at_6x6(const float *x, const float *w, float *y) {
    for (int oy = 0; oy < 6; oy++) {
        const int top = oy * 1 - 1;
        const int ky0 = top < 0 ? -top : 0;
        const int ky1 = 6 - top < 3 ? 6 - top : 3;
        depthwise3x3_row_of_6_v2(x, w, y + oy * 72, top, ky0, ky1);
    }
}

/* 12 pixels x 16 channels, over 4 inputs. */
static void tile_12x1_of_4_v2(const float *x, const float *w, float *y, const float *r, const int *runs) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc1_0 = acc0_0;
    f32x16 acc2_0 = acc0_0;
    f32x16 acc3_0 = acc0_0;
    f32x16 acc4_0 = acc0_0;
    f32x16 acc5_0 = acc0_0;
    f32x16 acc6_0 = acc0_0;
    f32x16 acc7_0 = acc0_0;
    f32x16 acc8_0 = acc0_0;
    f32x16 acc9_0 = acc0_0;
    f32x16 acc10_0 = acc0_0;
    f32x16 acc11_0 = acc0_0;
    w += 16;
    for (int i = 0; i < 3; i++) {
        const float *from = x + runs[2 * i];
        for (int k = 0; k < runs[2 * i + 1]; k++) {
            const f32x16 w0 = f32x16_load(w);
            const f32x16 v0_0 = f32x16_set1(from[k]);
            acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
            const f32x16 v1_0 = f32x16_set1(from[k + 12]);
            acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
            const f32x16 v2_0 = f32x16_set1(from[k + 24]);
            acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
            const f32x16 v3_0 = f32x16_set1(from[k + 36]);
            acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
            const f32x16 v4_0 = f32x16_set1(from[k + 48]);
            acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
            const f32x16 v5_0 = f32x16_set1(from[k + 60]);
            acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
            const f32x16 v6_0 = f32x16_set1(from[k + 72]);
            acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
            const f32x16 v7_0 = f32x16_set1(from[k + 84]);
            acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
            const f32x16 v8_0 = f32x16_set1(from[k + 96]);
            acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
            const f32x16 v9_0 = f32x16_set1(from[k + 108]);
            acc9_0 = f32x16_fma(v9_0, w0, acc9_0);
            const f32x16 v10_0 = f32x16_set1(from[k + 120]);
            acc10_0 = f32x16_fma(v10_0, w0, acc10_0);
            const f32x16 v11_0 = f32x16_set1(from[k + 132]);
            acc11_0 = f32x16_fma(v11_0, w0, acc11_0);
            w += 16;
        }
    }
    f32x16_store(y, f32x16_relu(acc0_0 + f32x16_load(r)));
    f32x16_store(y + 48, f32x16_relu(acc1_0 + f32x16_load(r + 48)));
    f32x16_store(y + 96, f32x16_relu(acc2_0 + f32x16_load(r + 96)));
    f32x16_store(y + 144, f32x16_relu(acc3_0 + f32x16_load(r + 144)));
    f32x16_store(y + 192, f32x16_relu(acc4_0 + f32x16_load(r + 192)));
    f32x16_store(y + 240, f32x16_relu(acc5_0 + f32x16_load(r + 240)));
    f32x16_store(y + 288, f32x16_relu(acc6_0 + f32x16_load(r + 288)));
    f32x16_store(y + 336, f32x16_relu(acc7_0 + f32x16_load(r + 336)));
    f32x16_store(y + 384, f32x16_relu(acc8_0 + f32x16_load(r + 384)));
    f32x16_store(y + 432, f32x16_relu(acc9_0 + f32x16_load(r + 432)));
    f32x16_store(y + 480, f32x16_relu(acc10_0 + f32x16_load(r + 480)));
    f32x16_store(y + 528, f32x16_relu(acc11_0 + f32x16_load(r + 528)));
}

static void conv1x1_12_to_48_at_6x6(const float *x, const float *w, float *y, const float *r) {
    static const int runs[3][6] = {
        {0, 2, 4, 1, 8, 1},
        {2, 1, 5, 2, 9, 1},
        {3, 1, 7, 1, 10, 2},
    };
    for (int g = 0; g < 3; g++) {
        for (int p = 0; p < 36; p += 12) {
            tile_12x1_of_4_v2(x + p * 12, w + g * 80, y + g * 16 + p * 48, r + g * 16 + p * 48, runs[g]);
        }
    }
}

static void average3x3_row_of_2(const float *x, float *y, int top, int ky0, int ky1) {
    {
        f32x16 acc0 = f32x16_zero();
        f32x16 acc1 = f32x16_zero();
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 288;
            const f32x16 v0 = f32x16_load(row);
            acc0 = acc0 + v0;
            const f32x16 v1 = f32x16_load(row + 48);
            acc0 = acc0 + v1;
            const f32x16 v2 = f32x16_load(row + 96);
            acc0 = acc0 + v2;
            const f32x16 v3 = f32x16_load(row + 144);
            acc1 = acc1 + v3;
            const f32x16 v4 = f32x16_load(row + 192);
            acc1 = acc1 + v4;
            const f32x16 v5 = f32x16_load(row + 240);
            acc1 = acc1 + v5;
        }
        f32x16_store(y, acc0 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x16_store(y + 48, acc1 * f32x16_set1(1.0f / (float)((ky1 - ky0) * 3)));
    }
}

static void average_pool3x3_48_at_2x2(const float *x, float *y) {
    for (int c = 0; c < 48; c += 16) {
        for (int oy = 0; oy < 2; oy++) {
            const int top = oy * 3 - 0;
            const int ky0 = top < 0 ? -top : 0;
            const int ky1 = 6 - top < 3 ? 6 - top : 3;
            average3x3_row_of_2(x + c, y + oy * 96 + c, top, ky0, ky1);
        }
    }
}

/* 1 pixel x 4 channels, over 192 inputs. */
static void tile_1x1_of_192(const float *x, const float *w, float *y) {
    f32x4 acc0_0 = f32x4_load(w);
    w += 4;
    for (int k = 0; k < 192; k++) {
        const f32x4 w0 = f32x4_load(w);
        const f32x4 v0_2 = f32x4_set1(x[k]);
        acc0_0 = f32x4_fma(v0_2, w0, acc0_0);
        w += 4;
    }
    f32x4_store(y, acc0_0);
}

static void dense_192_to_4(const float *x, const float *w, float *y, int part, int parts) {
    for (int b = parts == 1 ? 0 : PART(1, part); b < (parts == 1 ? 1 : PART(1, part + 1)); b++) {
        tile_1x1_of_192(x, w, y);
    }
}

#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))

/* What each thread, or part, has for itself: the first one in the arena, the others behind it. */
#define OWN(who, offset, own) \
    ((who) == 0 ? AT(offset) : AT(GROUPS_ARENA_BYTES + (size_t)((who) - 1) * GROUPS_THREAD_BYTES + (own)))

#ifdef GROUPS_PROFILE
#define STEP_HOOK(step, name, begin) groups_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

static void run_steps(void *arena, const int8_t *image, float *logits) {
    const int thread = 0, threads = 1, part = 0, parts = 1;
    (void)thread, (void)threads, (void)part, (void)parts;
    /* 1. conv_1: conv 1x1, relu (groups.net:6)
     * [12, 12, 6] -> [12, 12, 24], 0.02 M MACs, 672 bytes of weights
     * direct 12 x 2 of f32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv1x1_6_to_24_at_12x12(image, WEIGHTS(0), AT(0), OWN(thread, 13824, 0), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    /* 2. avg_pool_1: avg_pool 3x3 stride 2 (prelude.net:48)
     * [12, 12, 24] -> [6, 6, 24], 32 bytes of weights
     * average pool, 6 columns of f32x16 */
    STEP_HOOK(2, "avg_pool_1", 1);
    average_pool3x3_24_at_6x6(AT(0), AT(13824));
    STEP_HOOK(2, "avg_pool_1", 0);
    /* 3. reduce: conv 1x1, relu (prelude.net:56)
     * depthwise: depthwise 3x3 stride 2 (prelude.net:58)
     * [12, 12, 24] -> [6, 6, 12], 0.05 M MACs, 2240 bytes of weights
     * by rows: pointwise 12 x 1 of f32x16, depthwise, 6 columns of f32x16 */
    STEP_HOOK(3, "depthwise", 1);
    chain_12x12x24_to_6x6x12(AT(0), WEIGHTS(176), AT(22464), OWN(thread, 20736, 0), part, parts);
    STEP_HOOK(3, "depthwise", 0);
    /* 4. expand: conv 1x1 in 3 groups, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 24], 0.00 M MACs, 480 bytes of weights
     * pointwise 12 x 1 of f32x16 */
    STEP_HOOK(4, "expand", 1);
    conv1x1_12_to_24_at_6x6(AT(22464), WEIGHTS(736), AT(13824) + 24);
    STEP_HOOK(4, "expand", 0);
    /* 5. reduce: conv 1x1 in 3 groups, relu (prelude.net:56)
     * [6, 6, 48] -> [6, 6, 12], 0.01 M MACs, 848 bytes of weights
     * pointwise 12 x 1 of f32x16 */
    STEP_HOOK(5, "reduce", 1);
    conv1x1_48_to_12_at_6x6(AT(13824), WEIGHTS(864), AT(0), part, parts);
    STEP_HOOK(5, "reduce", 0);
    /* 6. depthwise: depthwise 3x3 (prelude.net:58)
     * [6, 6, 12] -> [6, 6, 12], 0.00 M MACs, 656 bytes of weights
     * depthwise, 6 columns of f32x16 */
    STEP_HOOK(6, "depthwise", 1);
    depthwise3x3_12_at_6x6(AT(0), WEIGHTS(1072), AT(6912));
    STEP_HOOK(6, "depthwise", 0);
    /* 7. expand: conv 1x1 in 3 groups, + residual, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 48], 0.01 M MACs, 960 bytes of weights
     * pointwise 12 x 1 of f32x16 */
    STEP_HOOK(7, "expand", 1);
    conv1x1_12_to_48_at_6x6(AT(6912), WEIGHTS(1232), AT(0), AT(13824));
    STEP_HOOK(7, "expand", 0);
    /* 8. avg_pool_2: avg_pool 3x3 stride 3 (groups.net:9)
     * [6, 6, 48] -> [2, 2, 48]
     * average pool, 2 columns of f32x16 */
    STEP_HOOK(8, "avg_pool_2", 1);
    average_pool3x3_48_at_2x2(AT(0), AT(6912));
    STEP_HOOK(8, "avg_pool_2", 0);
    /* 9. dense_1: dense (groups.net:10)
     * [1, 1, 192] -> [1, 1, 4], 0.00 M MACs, 3088 bytes of weights
     * dense 1 x 1 of f32x16 */
    STEP_HOOK(9, "dense_1", 1);
    dense_192_to_4(AT(6912), WEIGHTS(1472), logits, part, parts);
    STEP_HOOK(9, "dense_1", 0);
}

/* The same by several threads, each of which runs this. */
static void share_steps(void *arena, const int8_t *image, float *logits, team *all, int thread) {
    const int threads = all->threads, parts = all->alone ? 1 : threads;
    worker me = {all, thread, 0, 0, 0, 0};
    (void)parts;
    if (thread == 0) STEP_HOOK(1, "conv_1", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv1x1_6_to_24_at_12x12(image, WEIGHTS(0), AT(0), OWN(thread, 13824, 0), part, parts); /* 1 */
    }
    if (thread == 0) STEP_HOOK(1, "conv_1", 0);
    if (thread == 0) STEP_HOOK(2, "avg_pool_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        average_pool3x3_24_at_6x6(AT(0), AT(13824)); /* 2 */
    }
    if (thread == 0) STEP_HOOK(2, "avg_pool_1", 0);
    if (thread == 0) STEP_HOOK(3, "depthwise", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        chain_12x12x24_to_6x6x12(AT(0), WEIGHTS(176), AT(22464), OWN(thread, 20736, 0), part, parts); /* 3 */
    }
    if (thread == 0) STEP_HOOK(3, "depthwise", 0);
    if (thread == 0) STEP_HOOK(4, "expand", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_12_to_24_at_6x6(AT(22464), WEIGHTS(736), AT(13824) + 24); /* 4 */
    }
    if (thread == 0) STEP_HOOK(4, "expand", 0);
    if (thread == 0) STEP_HOOK(5, "reduce", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv1x1_48_to_12_at_6x6(AT(13824), WEIGHTS(864), AT(0), part, parts); /* 5 */
    }
    if (thread == 0) STEP_HOOK(5, "reduce", 0);
    if (thread == 0) STEP_HOOK(6, "depthwise", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        depthwise3x3_12_at_6x6(AT(0), WEIGHTS(1072), AT(6912)); /* 6 */
    }
    if (thread == 0) STEP_HOOK(6, "depthwise", 0);
    if (thread == 0) STEP_HOOK(7, "expand", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_12_to_48_at_6x6(AT(6912), WEIGHTS(1232), AT(0), AT(13824)); /* 7 */
    }
    if (thread == 0) STEP_HOOK(7, "expand", 0);
    if (thread == 0) STEP_HOOK(8, "avg_pool_2", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        average_pool3x3_48_at_2x2(AT(0), AT(6912)); /* 8 */
    }
    if (thread == 0) STEP_HOOK(8, "avg_pool_2", 0);
    if (thread == 0) STEP_HOOK(9, "dense_1", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        dense_192_to_4(AT(6912), WEIGHTS(1472), logits, part, parts); /* 9 */
    }
    if (thread == 0) STEP_HOOK(9, "dense_1", 0);
}

void groups_run_in(void *arena, const int8_t *image, float *logits) {
    run_steps(arena, image, logits);
}

/* What the threads of a run have in common. */
typedef struct run_call {
    team all;
    void *arena;
    const int8_t *image;
    float *logits;
} run_call;

/* What one thread does for a run. */
static void run_job(void *job_context, int thread) {
    run_call *const call = (run_call *)job_context;
    share_steps(call->arena, call->image, call->logits, &call->all, thread);
}

#ifdef _OPENMP
/* Runs a job on threads of OpenMP. */
static void on_openmp(void *context, groups_job job, void *job_context, int threads) {
    (void)context;
#pragma omp parallel num_threads(threads)
    {
        job(job_context, omp_get_thread_num());
        leave(&((run_call *)job_context)->all, omp_get_num_threads());
    }
}
#endif

void groups_run_on(void *arena, int threads, groups_parallel parallel, void *context, const int8_t *image, float *logits) {
    if (threads < 2) {
        run_steps(arena, image, logits);
        return;
    }
    const uint64_t began = read_ticks();
    run_call call;
    memset(&call.all, 0, sizeof call.all);
    call.all.threads = threads < 64 ? threads : 64;
    call.all.alone = goes_alone(began);
    call.arena = arena;
    call.image = image;
    call.logits = logits;
    if (call.all.alone)
        run_job(&call, 0);
    else
        parallel(context, run_job, &call, call.all.threads);
    learn_from(&call.all, began);
}

void groups_run_threads_in(void *arena, int threads, const int8_t *image, float *logits) {
#ifdef _OPENMP
    groups_run_on(arena, threads, on_openmp, NULL, image, logits);
#else
    (void)threads;
    run_steps(arena, image, logits);
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
    unsigned char bytes[GROUPS_ARENA_BYTES + 3700 /* for the self-test */ + (MAX_THREADS - 1) * GROUPS_THREAD_BYTES];
} static_arena __attribute__((aligned(64)));

void groups_run(const int8_t *image, float *logits) {
#ifdef _OPENMP
    const int most = omp_get_max_threads(), threads = most < MAX_THREADS ? most : MAX_THREADS;
#else
    const int threads = 1;
#endif
    groups_run_threads_in(static_arena.bytes, threads, image, logits);
}

const char *groups_version(void) {
    return "lcc 0.1.0, x86-64-v4, weights 9dca2ea530c847df";
}

int groups_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != GROUPS_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0x5ba7d51dbdb16cbc)) return -1;
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
    for (size_t i = 0; i < 8976; i += 4, p += 4) {
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
    int8_t *const image = (int8_t *)(void *)(static_arena.bytes + 24192);
    for (int i = 0; i < 864; i++) image[i] = (int8_t)(input_byte((uint32_t)i) - 128);
    float *const logits = (float *)(void *)(static_arena.bytes + 25088);
    for (int i = 0; i < 16; i++) static_arena.bytes[25088 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 25152);
    static const int64_t before_1[] = {24192, 24192};
    static const int64_t in_1[] = {0, 14112, 24192, 24192};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 1x1, relu (groups.net:6)
     * [12, 12, 6] -> [12, 12, 24], 0.02 M MACs, 672 bytes of weights
     * direct 12 x 2 of f32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv1x1_6_to_24_at_12x12(image, WEIGHTS(0), AT(0), OWN(thread, 13824, 0), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    static const double sums_1[] = {-440.009352, 0.074};
    if (selftest_differs(AT(0), 144, 24, 24, 3456, sums_1, &bits[0], again)) return 1;
    static const int64_t before_2[] = {0, 13824, 24192, 24192};
    static const int64_t in_2[] = {0, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. avg_pool_1: avg_pool 3x3 stride 2 (prelude.net:48)
     * [12, 12, 24] -> [6, 6, 24], 32 bytes of weights
     * average pool, 6 columns of f32x16 */
    STEP_HOOK(2, "avg_pool_1", 1);
    average_pool3x3_24_at_6x6(AT(0), AT(13824));
    STEP_HOOK(2, "avg_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    static const double sums_2[] = {-357.060592, 0.024};
    if (selftest_differs(AT(13824), 36, 48, 24, 864, sums_2, &bits[1], again)) return 2;
    static const int64_t before_3[] = {0, 20736, 24192, 24192};
    static const int64_t in_3[] = {0, 24192, 24192, 24192};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. reduce: conv 1x1, relu (prelude.net:56)
     * depthwise: depthwise 3x3 stride 2 (prelude.net:58)
     * [12, 12, 24] -> [6, 6, 12], 0.05 M MACs, 2240 bytes of weights
     * by rows: pointwise 12 x 1 of f32x16, depthwise, 6 columns of f32x16 */
    STEP_HOOK(3, "depthwise", 1);
    chain_12x12x24_to_6x6x12(AT(0), WEIGHTS(176), AT(22464), OWN(thread, 20736, 0), part, parts);
    STEP_HOOK(3, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    static const double sums_3[] = {-1680.86847, 0.029};
    if (selftest_differs(AT(22464), 36, 12, 12, 432, sums_3, &bits[2], again)) return 3;
    static const int64_t before_4[] = {13824, 20736, 22464, 24192, 24192, 24192};
    static const int64_t in_4[] = {13824, 20736, 22464, 24192, 24192, 24192};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. expand: conv 1x1 in 3 groups, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 24], 0.00 M MACs, 480 bytes of weights
     * pointwise 12 x 1 of f32x16 */
    STEP_HOOK(4, "expand", 1);
    conv1x1_12_to_24_at_6x6(AT(22464), WEIGHTS(736), AT(13824) + 24);
    STEP_HOOK(4, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    static const double sums_4[] = {-2120.54583, 0.037};
    if (selftest_differs(AT(13824) + 24, 36, 48, 24, 864, sums_4, &bits[3], again)) return 4;
    static const int64_t before_5[] = {13824, 20736, 24192, 24192};
    static const int64_t in_5[] = {0, 1728, 13824, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. reduce: conv 1x1 in 3 groups, relu (prelude.net:56)
     * [6, 6, 48] -> [6, 6, 12], 0.01 M MACs, 848 bytes of weights
     * pointwise 12 x 1 of f32x16 */
    STEP_HOOK(5, "reduce", 1);
    conv1x1_48_to_12_at_6x6(AT(13824), WEIGHTS(864), AT(0), part, parts);
    STEP_HOOK(5, "reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    static const double sums_5[] = {1056.93437, 0.025};
    if (selftest_differs(AT(0), 36, 12, 12, 432, sums_5, &bits[4], again)) return 5;
    static const int64_t before_6[] = {0, 1728, 13824, 20736, 24192, 24192};
    static const int64_t in_6[] = {0, 1728, 6912, 8640, 13824, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. depthwise: depthwise 3x3 (prelude.net:58)
     * [6, 6, 12] -> [6, 6, 12], 0.00 M MACs, 656 bytes of weights
     * depthwise, 6 columns of f32x16 */
    STEP_HOOK(6, "depthwise", 1);
    depthwise3x3_12_at_6x6(AT(0), WEIGHTS(1072), AT(6912));
    STEP_HOOK(6, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    static const double sums_6[] = {-548.436022, 0.038};
    if (selftest_differs(AT(6912), 36, 12, 12, 432, sums_6, &bits[5], again)) return 6;
    static const int64_t before_7[] = {6912, 8640, 13824, 20736, 24192, 24192};
    static const int64_t in_7[] = {0, 8640, 13824, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. expand: conv 1x1 in 3 groups, + residual, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 48], 0.01 M MACs, 960 bytes of weights
     * pointwise 12 x 1 of f32x16 */
    STEP_HOOK(7, "expand", 1);
    conv1x1_12_to_48_at_6x6(AT(6912), WEIGHTS(1232), AT(0), AT(13824));
    STEP_HOOK(7, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    static const double sums_7[] = {-5086.74488, 0.11};
    if (selftest_differs(AT(0), 36, 48, 48, 1728, sums_7, &bits[6], again)) return 7;
    static const int64_t before_8[] = {0, 6912, 24192, 24192};
    static const int64_t in_8[] = {0, 7680, 24192, 24192};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. avg_pool_2: avg_pool 3x3 stride 3 (groups.net:9)
     * [6, 6, 48] -> [2, 2, 48]
     * average pool, 2 columns of f32x16 */
    STEP_HOOK(8, "avg_pool_2", 1);
    average_pool3x3_48_at_2x2(AT(0), AT(6912));
    STEP_HOOK(8, "avg_pool_2", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    static const double sums_8[] = {-205.819738, 0.028};
    if (selftest_differs(AT(6912), 4, 48, 48, 192, sums_8, &bits[7], again)) return 8;
    static const int64_t before_9[] = {6912, 7680, 24192, 24192};
    static const int64_t in_9[] = {6912, 7680, 24192, 24192};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. dense_1: dense (groups.net:10)
     * [1, 1, 192] -> [1, 1, 4], 0.00 M MACs, 3088 bytes of weights
     * dense 1 x 1 of f32x16 */
    STEP_HOOK(9, "dense_1", 1);
    dense_192_to_4(AT(6912), WEIGHTS(1472), logits, part, parts);
    STEP_HOOK(9, "dense_1", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    static const double sums_9[] = {-112.150233, 0.0079};
    if (selftest_differs(logits, 1, 4, 4, 4, sums_9, &bits[8], again)) return 9;
    return 0;
}

int groups_selftest(void) {
    if (selftest_weights() != UINT64_C(0x5ba7d51dbdb16cbc)) return GROUPS_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
