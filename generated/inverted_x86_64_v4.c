/* inverted, written by lcc 0.1.0 for x86-64-v4: AVX-512 (Skylake-X, Ice Lake, Zen 4 and later).
 *
 *     lcc inverted.net --target x86-64-v4 --storage file --selftest --profile -o inverted_x86_64_v4.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 12 steps, 0.12 M multiply-adds, 11712 bytes of arena, 17856 bytes of weights (hash df05b8c15b130f6a).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "inverted_x86_64_v4.h"

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

/* 16 bytes 0..255 as floats. */
static inline LCC_INLINE f32x16 f32x16_load_u8(const uint8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i_u *)(const void *)p)));
}

/* The first eight lanes: no instruction. */
static inline LCC_INLINE __m256 f32x16_low8(f32x16 v) { return _mm512_castps512_ps256(v); }

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x16 f32x16_fma(f32x16 a, f32x16 b, f32x16 c) { return _mm512_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x16 f32x16_max(f32x16 a, f32x16 b) { return _mm512_max_ps(a, b); }

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x16 f32x16_min(f32x16 a, f32x16 b) { return _mm512_min_ps(a, b); }

/* min(max(v, 0), 6); NaN stays. */
static inline LCC_INLINE f32x16 f32x16_relu6(f32x16 v) {
    return f32x16_min(f32x16_set1(6.0f), f32x16_max(f32x16_zero(), v));
}

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline LCC_INLINE f32x16 f32x16_hsigmoid(f32x16 v) {
    return f32x16_relu6(v + f32x16_set1(3.0f)) * f32x16_set1(1.0f / 6.0f);
}

/* v * hsigmoid(v). */
static inline LCC_INLINE f32x16 f32x16_hswish(f32x16 v) { return v * f32x16_hsigmoid(v); }

/* exp(x) = 2^n (1 + h): sets *n and returns h. `limited` is x, or the nearest bound where x may lie too far
 * out: n is made of it alone. For |limited| <= 104; the relative error is 2^-28. Where x lies above the bound h
 * grows without end, to infinity, so that the overflow comes from h and 2^n stays finite. */
static inline LCC_INLINE f32x16 f32x16_exp_parts(f32x16 x, f32x16 limited, f32x16 *n) {
    *n = _mm512_roundscale_ps(limited * f32x16_set1(1.442695f), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    f32x16 r = _mm512_fnmadd_ps(*n, f32x16_set1(0.693145751953125f), x);
    r = _mm512_fnmadd_ps(*n, f32x16_set1(1.4286068e-06f), r);
    f32x16 q = f32x16_fma(r, f32x16_set1(0.0013838903f), f32x16_set1(0.0083691925f));
    q = f32x16_fma(r, q, f32x16_set1(0.041668102f));
    q = f32x16_fma(r, q, f32x16_set1(0.16666517f));
    q = f32x16_fma(r, q, f32x16_set1(0.49999994f));
    return f32x16_fma(r * r, q, r);
}

/* exp(x): 0 below -104, infinity above 88.73; NaN stays. */
static inline LCC_INLINE f32x16 f32x16_exp(f32x16 x) {
    x = f32x16_max(f32x16_set1(-104.0f), f32x16_min(f32x16_set1(89.0f), x));
    f32x16 n;
    f32x16 h = f32x16_exp_parts(x, x, &n);
    return _mm512_scalef_ps(f32x16_set1(1.0f) + h, n);
}

/* ---- f32x8: 8 floats ---- */

typedef __m256 f32x8;

/* 8 floats to any address. */
static inline LCC_INLINE void f32x8_store(float *p, f32x8 v) { _mm256_storeu_ps(p, v); }

/* x in every lane. */
static inline LCC_INLINE f32x8 f32x8_set1(float x) { return _mm256_set1_ps(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x8 f32x8_zero(void) { return _mm256_setzero_ps(); }

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x8 f32x8_fma(f32x8 a, f32x8 b, f32x8 c) { return _mm256_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x8 f32x8_max(f32x8 a, f32x8 b) { return _mm256_max_ps(a, b); }

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x8 f32x8_min(f32x8 a, f32x8 b) { return _mm256_min_ps(a, b); }

/* min(max(v, 0), 6); NaN stays. */
static inline LCC_INLINE f32x8 f32x8_relu6(f32x8 v) {
    return f32x8_min(f32x8_set1(6.0f), f32x8_max(f32x8_zero(), v));
}

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline LCC_INLINE f32x8 f32x8_hsigmoid(f32x8 v) {
    return f32x8_relu6(v + f32x8_set1(3.0f)) * f32x8_set1(1.0f / 6.0f);
}

/* v * hsigmoid(v). */
static inline LCC_INLINE f32x8 f32x8_hswish(f32x8 v) { return v * f32x8_hsigmoid(v); }

/* ---- f32x4: 4 floats ---- */

typedef __m128 f32x4;

/* Lanes 0 .. n-1 all ones, the others zero. */
static inline LCC_INLINE __m128i f32x4_mask(int n) {
    return _mm_cmpgt_epi32(_mm_set1_epi32(n), _mm_setr_epi32(0, 1, 2, 3));
}

/* 4 floats from any address. */
static inline LCC_INLINE f32x4 f32x4_load(const float *p) { return _mm_loadu_ps(p); }

/* Stores the first n lanes, 0 < n < 4, and no other byte. */
static inline LCC_INLINE void f32x4_store_part(float *p, f32x4 v, int n) {
    _mm_maskstore_ps(p, f32x4_mask(n), v);
}

/* x in every lane. */
static inline LCC_INLINE f32x4 f32x4_set1(float x) { return _mm_set1_ps(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x4 f32x4_zero(void) { return _mm_setzero_ps(); }

/* The first n bytes, 0 < n <= 4, in the low end of 16, zeros behind. Of four, compilers make one load. */
static inline LCC_INLINE __m128i f32x4_bytes(const uint8_t *p, int n) {
    uint32_t bytes = p[0];
    if (n > 1) bytes |= (uint32_t)p[1] << 8;
    if (n > 2) bytes |= (uint32_t)p[2] << 16;
    if (n > 3) bytes |= (uint32_t)p[3] << 24;
    return _mm_cvtsi32_si128((int)bytes);
}

/* The first n of them, 0 < n < 4, zeros behind. */
static inline LCC_INLINE f32x4 f32x4_load_u8_part(const uint8_t *p, int n) {
    return _mm_cvtepi32_ps(_mm_cvtepu8_epi32(f32x4_bytes(p, n)));
}

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x4 f32x4_fma(f32x4 a, f32x4 b, f32x4 c) { return _mm_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_max(f32x4 a, f32x4 b) { return _mm_max_ps(a, b); }

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_min(f32x4 a, f32x4 b) { return _mm_min_ps(a, b); }

/* min(max(v, 0), 6); NaN stays. */
static inline LCC_INLINE f32x4 f32x4_relu6(f32x4 v) {
    return f32x4_min(f32x4_set1(6.0f), f32x4_max(f32x4_zero(), v));
}

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline LCC_INLINE f32x4 f32x4_hsigmoid(f32x4 v) {
    return f32x4_relu6(v + f32x4_set1(3.0f)) * f32x4_set1(1.0f / 6.0f);
}

/* v * hsigmoid(v). */
static inline LCC_INLINE f32x4 f32x4_hswish(f32x4 v) { return v * f32x4_hsigmoid(v); }

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
static void stage_row_17x3(const uint8_t *x, float *row, int iy) {
    static const float padding[3] = {127.5f, 127.5f, 127.5f};
    if (iy < 0 || iy >= 17) {
        for (int i = 0; i < 57; i++) {
            row[i] = padding[i % 3];
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        row[i] = padding[i % 3];
    }
    for (int i = 0; i < 3; i++) {
        row[i + 54] = padding[i % 3];
    }
    row += 3;
    x += iy * 51;
    for (int i = 0; i < 48; i += 16) {
        f32x16_store(row + i, f32x16_load_u8(x + i));
    }
    f32x4_store_part(row + 48, f32x4_load_u8_part(x + 48, 3), 3);
}

/* 9 pixels x 8 channels, over 27 inputs. */
static void tile_9x1_of_27(const float *const *rows, int at, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load_twice(w);
    f32x16 acc2_0 = acc0_0;
    f32x16 acc4_0 = acc0_0;
    f32x16 acc6_0 = acc0_0;
    f32x8 acc8_0 = f32x16_low8(acc0_0);
    w += 8;
    for (int ky = 0; ky < 3; ky++) {
        const float *x = rows[ky] + at;
        for (int k = 0; k < 9; k++) {
            const f32x16 w0 = f32x16_load_twice(w);
            const f32x8 w0_low = f32x16_low8(w0);
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
            const f32x8 v8_1 = f32x8_set1(x[k + 48]);
            acc8_0 = f32x8_fma(v8_1, w0_low, acc8_0);
            w += 8;
        }
    }
    f32x16_store_halves(y, y + 8, f32x16_hswish(acc0_0));
    f32x16_store_halves(y + 16, y + 24, f32x16_hswish(acc2_0));
    f32x16_store_halves(y + 32, y + 40, f32x16_hswish(acc4_0));
    f32x16_store_halves(y + 48, y + 56, f32x16_hswish(acc6_0));
    f32x8_store(y + 64, f32x8_hswish(acc8_0));
}

static void conv3x3_3_to_8_at_9x9(const uint8_t *x, const float *w, float *y, float *ring, int part, int parts) {
    const float *rows[3];
    int next = PART(9, part) * 2 - 1; /* the input row that is copied next */
    for (int oy = PART(9, part); oy < PART(9, part + 1); oy++) {
        for (; next < oy * 2 + 2; next++) {
            stage_row_17x3(x, ring + (next + 1) % 3 * 57, next);
        }
        for (int ky = 0; ky < 3; ky++) {
            rows[ky] = ring + (oy * 2 + ky) % 3 * 57;
        }
        tile_9x1_of_27(rows, 0, w, y + oy * 72);
    }
    (void)parts;
}

/* 9 pixels x 32 channels, over 8 inputs. */
__attribute__((noinline)) static void tile_9x2_of_8(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc0_1 = f32x16_load(w + 16);
    f32x16 acc1_0 = acc0_0; f32x16 acc1_1 = acc0_1;
    f32x16 acc2_0 = acc0_0; f32x16 acc2_1 = acc0_1;
    f32x16 acc3_0 = acc0_0; f32x16 acc3_1 = acc0_1;
    f32x16 acc4_0 = acc0_0; f32x16 acc4_1 = acc0_1;
    f32x16 acc5_0 = acc0_0; f32x16 acc5_1 = acc0_1;
    f32x16 acc6_0 = acc0_0; f32x16 acc6_1 = acc0_1;
    f32x16 acc7_0 = acc0_0; f32x16 acc7_1 = acc0_1;
    f32x16 acc8_0 = acc0_0; f32x16 acc8_1 = acc0_1;
    w += 32;
    for (int k = 0; k < 8; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 w1 = f32x16_load(w + 16);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x16_fma(v0_0, w1, acc0_1);
        const f32x16 v1_0 = f32x16_set1(x[k + 8]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x16_fma(v1_0, w1, acc1_1);
        const f32x16 v2_0 = f32x16_set1(x[k + 16]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x16_fma(v2_0, w1, acc2_1);
        const f32x16 v3_0 = f32x16_set1(x[k + 24]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x16_fma(v3_0, w1, acc3_1);
        const f32x16 v4_0 = f32x16_set1(x[k + 32]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        acc4_1 = f32x16_fma(v4_0, w1, acc4_1);
        const f32x16 v5_0 = f32x16_set1(x[k + 40]);
        acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
        acc5_1 = f32x16_fma(v5_0, w1, acc5_1);
        const f32x16 v6_0 = f32x16_set1(x[k + 48]);
        acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
        acc6_1 = f32x16_fma(v6_0, w1, acc6_1);
        const f32x16 v7_0 = f32x16_set1(x[k + 56]);
        acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
        acc7_1 = f32x16_fma(v7_0, w1, acc7_1);
        const f32x16 v8_0 = f32x16_set1(x[k + 64]);
        acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
        acc8_1 = f32x16_fma(v8_0, w1, acc8_1);
        w += 32;
    }
    f32x16_store(y, f32x16_hswish(acc0_0));
    f32x16_store(y + 16, f32x16_hswish(acc0_1));
    f32x16_store(y + 32, f32x16_hswish(acc1_0));
    f32x16_store(y + 48, f32x16_hswish(acc1_1));
    f32x16_store(y + 64, f32x16_hswish(acc2_0));
    f32x16_store(y + 80, f32x16_hswish(acc2_1));
    f32x16_store(y + 96, f32x16_hswish(acc3_0));
    f32x16_store(y + 112, f32x16_hswish(acc3_1));
    f32x16_store(y + 128, f32x16_hswish(acc4_0));
    f32x16_store(y + 144, f32x16_hswish(acc4_1));
    f32x16_store(y + 160, f32x16_hswish(acc5_0));
    f32x16_store(y + 176, f32x16_hswish(acc5_1));
    f32x16_store(y + 192, f32x16_hswish(acc6_0));
    f32x16_store(y + 208, f32x16_hswish(acc6_1));
    f32x16_store(y + 224, f32x16_hswish(acc7_0));
    f32x16_store(y + 240, f32x16_hswish(acc7_1));
    f32x16_store(y + 256, f32x16_hswish(acc8_0));
    f32x16_store(y + 272, f32x16_hswish(acc8_1));
}

static void conv1x1_8_to_32_row_of_9(const float *x, const float *w, float *y) {
    tile_9x2_of_8(x, w, y);
}

static void depthwise5x5_row_of_5(const float *x, const float *w, float *y, float *sums, int top, int ky0, int ky1) {
    f32x16 total = f32x16_load(sums);
    {
        f32x16 acc0 = f32x16_load(w);
        f32x16 acc1 = acc0;
        f32x16 acc2 = acc0;
        f32x16 acc3 = acc0;
        f32x16 acc4 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 5 * 288;
            const float *taps = w + (ky * 5 + 1) * 16;
            const f32x16 k0 = f32x16_load(taps);
            const f32x16 k1 = f32x16_load(taps + 16);
            const f32x16 k2 = f32x16_load(taps + 32);
            const f32x16 k3 = f32x16_load(taps + 48);
            const f32x16 k4 = f32x16_load(taps + 64);
            const f32x16 v0 = f32x16_load(row);
            acc0 = f32x16_fma(v0, k2, acc0);
            acc1 = f32x16_fma(v0, k0, acc1);
            const f32x16 v1 = f32x16_load(row + 32);
            acc0 = f32x16_fma(v1, k3, acc0);
            acc1 = f32x16_fma(v1, k1, acc1);
            const f32x16 v2 = f32x16_load(row + 64);
            acc0 = f32x16_fma(v2, k4, acc0);
            acc1 = f32x16_fma(v2, k2, acc1);
            acc2 = f32x16_fma(v2, k0, acc2);
            const f32x16 v3 = f32x16_load(row + 96);
            acc1 = f32x16_fma(v3, k3, acc1);
            acc2 = f32x16_fma(v3, k1, acc2);
            const f32x16 v4 = f32x16_load(row + 128);
            acc1 = f32x16_fma(v4, k4, acc1);
            acc2 = f32x16_fma(v4, k2, acc2);
            acc3 = f32x16_fma(v4, k0, acc3);
            const f32x16 v5 = f32x16_load(row + 160);
            acc2 = f32x16_fma(v5, k3, acc2);
            acc3 = f32x16_fma(v5, k1, acc3);
            const f32x16 v6 = f32x16_load(row + 192);
            acc2 = f32x16_fma(v6, k4, acc2);
            acc3 = f32x16_fma(v6, k2, acc3);
            acc4 = f32x16_fma(v6, k0, acc4);
            const f32x16 v7 = f32x16_load(row + 224);
            acc3 = f32x16_fma(v7, k3, acc3);
            acc4 = f32x16_fma(v7, k1, acc4);
            const f32x16 v8 = f32x16_load(row + 256);
            acc3 = f32x16_fma(v8, k4, acc3);
            acc4 = f32x16_fma(v8, k2, acc4);
        }
        const f32x16 y0 = f32x16_hswish(acc0);
        f32x16_store(y, y0);
        const f32x16 y1 = f32x16_hswish(acc1);
        f32x16_store(y + 32, y1);
        const f32x16 y2 = f32x16_hswish(acc2);
        f32x16_store(y + 64, y2);
        const f32x16 y3 = f32x16_hswish(acc3);
        f32x16_store(y + 96, y3);
        const f32x16 y4 = f32x16_hswish(acc4);
        f32x16_store(y + 128, y4);
        total = total + (y0 + y1 + y2 + y3 + y4);
    }
    f32x16_store(sums, total);
}

static void chain_9x9x8_to_5x5x32(const float *x, const float *w, float *y, float *t0, float *sums, float *others, int part, int parts, int count) {
    int made_0 = PART(5, part) * 2 - 2; /* the row of part 1 that comes next */
    if (made_0 < 0) made_0 = 0;
    for (const int end = part + count; part < end; part++) {
        if (part > 0) sums = others + (part - 1) * (INVERTED_THREAD_BYTES / 4);
        for (int c = 0; c < 32; c += 16) {
            f32x16_store(sums + c, f32x16_zero());
        }
        for (int oy = PART(5, part); oy < PART(5, part + 1); oy++) {
            const int top_1 = oy * 2 - 2;
            const int ky0_1 = top_1 < 0 ? -top_1 : 0;
            const int ky1_1 = 9 - top_1 < 5 ? 9 - top_1 : 5;
            const int need_0 = top_1 + 5 < 9 ? top_1 + 5 : 9;
            for (; made_0 < need_0; made_0++) {
                conv1x1_8_to_32_row_of_9(x + made_0 * 72, w, t0 + made_0 % 5 * 288);
            }
            for (int c = 0; c < 32; c += 16) {
                depthwise5x5_row_of_5(t0 + c, w + c * 26 + 288, y + oy * 160 + c, sums + c, top_1, ky0_1, ky1_1);
            }
        }
    }
    (void)parts;
}

static void mean_of_sums_5x5x32(const float *sums, const float *others, float *y, int parts) {
    for (int c = 0; c < 32; c += 16) {
        {
            f32x16 sum = f32x16_load(sums + c);
            for (int i = 1; i < parts; i++) {
                sum = sum + f32x16_load(others + (i - 1) * (INVERTED_THREAD_BYTES / 4) + c);
            }
            f32x16_store(y + c, sum * f32x16_set1(0.04f));
        }
    }
}

/* 1 pixel x 2 channels, over 32 inputs. */
static void tile_1x1_of_32(const float *x, const float *w, float *y) {
    f32x4 acc0_0 = f32x4_load(w);
    w += 4;
    for (int k = 0; k < 32; k++) {
        const f32x4 w0 = f32x4_load(w);
        const f32x4 v0_2 = f32x4_set1(x[k]);
        acc0_0 = f32x4_fma(v0_2, w0, acc0_0);
        w += 4;
    }
    f32x4_store_part(y, f32x4_hswish(acc0_0), 2);
}

static void conv1x1_32_to_2_at_1x1(const float *x, const float *w, float *y) {
    tile_1x1_of_32(x, w, y);
}

/* 1 pixel x 32 channels, over 2 inputs. */
static void tile_1x2_of_2(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc0_1 = f32x16_load(w + 16);
    w += 32;
    for (int k = 0; k < 2; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 w1 = f32x16_load(w + 16);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x16_fma(v0_0, w1, acc0_1);
        w += 32;
    }
    f32x16_store(y, f32x16_hsigmoid(acc0_0));
    f32x16_store(y + 16, f32x16_hsigmoid(acc0_1));
}

static void conv1x1_2_to_32_at_1x1(const float *x, const float *w, float *y) {
    tile_1x2_of_2(x, w, y);
}

static void mul_5x5x32(const float *x0, const float *z0, float *y) {
    const float *x = x0;
    const float *z = z0;
    for (int p = 0; p < 25; p++) {
        for (int c = 0; c < 32; c += 16) {
            f32x16_store(y + p * 32 + c, f32x16_load(x + p * 32 + c) * f32x16_load(z + c));
        }
    }
}

/* 13 pixels x 16 channels, over 32 inputs. */
static void tile_13x1_of_32(const float *x, const float *w, float *y) {
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
    f32x16 acc12_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 32; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 32]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 64]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 96]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        const f32x16 v4_0 = f32x16_set1(x[k + 128]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        const f32x16 v5_0 = f32x16_set1(x[k + 160]);
        acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
        const f32x16 v6_0 = f32x16_set1(x[k + 192]);
        acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
        const f32x16 v7_0 = f32x16_set1(x[k + 224]);
        acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
        const f32x16 v8_0 = f32x16_set1(x[k + 256]);
        acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
        const f32x16 v9_0 = f32x16_set1(x[k + 288]);
        acc9_0 = f32x16_fma(v9_0, w0, acc9_0);
        const f32x16 v10_0 = f32x16_set1(x[k + 320]);
        acc10_0 = f32x16_fma(v10_0, w0, acc10_0);
        const f32x16 v11_0 = f32x16_set1(x[k + 352]);
        acc11_0 = f32x16_fma(v11_0, w0, acc11_0);
        const f32x16 v12_0 = f32x16_set1(x[k + 384]);
        acc12_0 = f32x16_fma(v12_0, w0, acc12_0);
        w += 16;
    }
    f32x16_store(y, acc0_0);
    f32x16_store(y + 16, acc1_0);
    f32x16_store(y + 32, acc2_0);
    f32x16_store(y + 48, acc3_0);
    f32x16_store(y + 64, acc4_0);
    f32x16_store(y + 80, acc5_0);
    f32x16_store(y + 96, acc6_0);
    f32x16_store(y + 112, acc7_0);
    f32x16_store(y + 128, acc8_0);
    f32x16_store(y + 144, acc9_0);
    f32x16_store(y + 160, acc10_0);
    f32x16_store(y + 176, acc11_0);
    f32x16_store(y + 192, acc12_0);
}

/* 12 pixels x 16 channels, over 32 inputs. */
static void tile_12x1_of_32(const float *x, const float *w, float *y) {
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
    for (int k = 0; k < 32; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 32]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 64]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 96]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        const f32x16 v4_0 = f32x16_set1(x[k + 128]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        const f32x16 v5_0 = f32x16_set1(x[k + 160]);
        acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
        const f32x16 v6_0 = f32x16_set1(x[k + 192]);
        acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
        const f32x16 v7_0 = f32x16_set1(x[k + 224]);
        acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
        const f32x16 v8_0 = f32x16_set1(x[k + 256]);
        acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
        const f32x16 v9_0 = f32x16_set1(x[k + 288]);
        acc9_0 = f32x16_fma(v9_0, w0, acc9_0);
        const f32x16 v10_0 = f32x16_set1(x[k + 320]);
        acc10_0 = f32x16_fma(v10_0, w0, acc10_0);
        const f32x16 v11_0 = f32x16_set1(x[k + 352]);
        acc11_0 = f32x16_fma(v11_0, w0, acc11_0);
        w += 16;
    }
    f32x16_store(y, acc0_0);
    f32x16_store(y + 16, acc1_0);
    f32x16_store(y + 32, acc2_0);
    f32x16_store(y + 48, acc3_0);
    f32x16_store(y + 64, acc4_0);
    f32x16_store(y + 80, acc5_0);
    f32x16_store(y + 96, acc6_0);
    f32x16_store(y + 112, acc7_0);
    f32x16_store(y + 128, acc8_0);
    f32x16_store(y + 144, acc9_0);
    f32x16_store(y + 160, acc10_0);
    f32x16_store(y + 176, acc11_0);
}

static void conv1x1_32_to_16_at_5x5(const float *x, const float *w, float *y) {
    tile_13x1_of_32(x, w, y);
    tile_12x1_of_32(x + 416, w, y + 208);
}

/* 5 pixels x 48 channels, over 16 inputs. */
static void tile_5x3_of_16(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    f32x16 acc0_1 = f32x16_load(w + 16);
    f32x16 acc0_2 = f32x16_load(w + 32);
    f32x16 acc1_0 = acc0_0; f32x16 acc1_1 = acc0_1; f32x16 acc1_2 = acc0_2;
    f32x16 acc2_0 = acc0_0; f32x16 acc2_1 = acc0_1; f32x16 acc2_2 = acc0_2;
    f32x16 acc3_0 = acc0_0; f32x16 acc3_1 = acc0_1; f32x16 acc3_2 = acc0_2;
    f32x16 acc4_0 = acc0_0; f32x16 acc4_1 = acc0_1; f32x16 acc4_2 = acc0_2;
    w += 48;
    for (int k = 0; k < 16; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 w1 = f32x16_load(w + 16);
        const f32x16 w2 = f32x16_load(w + 32);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x16_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x16_fma(v0_0, w2, acc0_2);
        const f32x16 v1_0 = f32x16_set1(x[k + 16]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x16_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x16_fma(v1_0, w2, acc1_2);
        const f32x16 v2_0 = f32x16_set1(x[k + 32]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x16_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x16_fma(v2_0, w2, acc2_2);
        const f32x16 v3_0 = f32x16_set1(x[k + 48]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x16_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x16_fma(v3_0, w2, acc3_2);
        const f32x16 v4_0 = f32x16_set1(x[k + 64]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        acc4_1 = f32x16_fma(v4_0, w1, acc4_1);
        acc4_2 = f32x16_fma(v4_0, w2, acc4_2);
        w += 48;
    }
    f32x16_store(y, f32x16_hswish(acc0_0));
    f32x16_store(y + 16, f32x16_hswish(acc0_1));
    f32x16_store(y + 32, f32x16_hswish(acc0_2));
    f32x16_store(y + 48, f32x16_hswish(acc1_0));
    f32x16_store(y + 64, f32x16_hswish(acc1_1));
    f32x16_store(y + 80, f32x16_hswish(acc1_2));
    f32x16_store(y + 96, f32x16_hswish(acc2_0));
    f32x16_store(y + 112, f32x16_hswish(acc2_1));
    f32x16_store(y + 128, f32x16_hswish(acc2_2));
    f32x16_store(y + 144, f32x16_hswish(acc3_0));
    f32x16_store(y + 160, f32x16_hswish(acc3_1));
    f32x16_store(y + 176, f32x16_hswish(acc3_2));
    f32x16_store(y + 192, f32x16_hswish(acc4_0));
    f32x16_store(y + 208, f32x16_hswish(acc4_1));
    f32x16_store(y + 224, f32x16_hswish(acc4_2));
}

static void conv1x1_16_to_48_row_of_5(const float *x, const float *w, float *y) {
    tile_5x3_of_16(x, w, y);
}

static void depthwise3x3_row_of_5(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x16 acc0 = f32x16_load(w);
        f32x16 acc1 = acc0;
        f32x16 acc2 = acc0;
        f32x16 acc3 = acc0;
        f32x16 acc4 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 3 * 240;
            const float *taps = w + (ky * 3 + 1) * 16;
            const f32x16 k0 = f32x16_load(taps);
            const f32x16 k1 = f32x16_load(taps + 16);
            const f32x16 k2 = f32x16_load(taps + 32);
            const f32x16 v0 = f32x16_load(row);
            acc0 = f32x16_fma(v0, k1, acc0);
            acc1 = f32x16_fma(v0, k0, acc1);
            const f32x16 v1 = f32x16_load(row + 48);
            acc0 = f32x16_fma(v1, k2, acc0);
            acc1 = f32x16_fma(v1, k1, acc1);
            acc2 = f32x16_fma(v1, k0, acc2);
            const f32x16 v2 = f32x16_load(row + 96);
            acc1 = f32x16_fma(v2, k2, acc1);
            acc2 = f32x16_fma(v2, k1, acc2);
            acc3 = f32x16_fma(v2, k0, acc3);
            const f32x16 v3 = f32x16_load(row + 144);
            acc2 = f32x16_fma(v3, k2, acc2);
            acc3 = f32x16_fma(v3, k1, acc3);
            acc4 = f32x16_fma(v3, k0, acc4);
            const f32x16 v4 = f32x16_load(row + 192);
            acc3 = f32x16_fma(v4, k2, acc3);
            acc4 = f32x16_fma(v4, k1, acc4);
        }
        f32x16_store(y, f32x16_hswish(acc0));
        f32x16_store(y + 48, f32x16_hswish(acc1));
        f32x16_store(y + 96, f32x16_hswish(acc2));
        f32x16_store(y + 144, f32x16_hswish(acc3));
        f32x16_store(y + 192, f32x16_hswish(acc4));
    }
}

static void chain_5x5x16_to_5x5x48(const float *x, const float *w, float *y, float *t0, int part, int parts) {
    int made_0 = PART(5, part) - 1; /* the row of part 1 that comes next */
    if (made_0 < 0) made_0 = 0;
    for (int oy = PART(5, part); oy < PART(5, part + 1); oy++) {
        const int top_1 = oy * 1 - 1;
        const int ky0_1 = top_1 < 0 ? -top_1 : 0;
        const int ky1_1 = 5 - top_1 < 3 ? 5 - top_1 : 3;
        const int need_0 = top_1 + 3 < 5 ? top_1 + 3 : 5;
        for (; made_0 < need_0; made_0++) {
            conv1x1_16_to_48_row_of_5(x + made_0 * 80, w, t0 + made_0 % 3 * 240);
        }
        for (int c = 0; c < 48; c += 16) {
            depthwise3x3_row_of_5(t0 + c, w + c * 10 + 816, y + oy * 240 + c, top_1, ky0_1, ky1_1);
        }
    }
    (void)parts;
}

/* 13 pixels x 16 channels, over 48 inputs. */
static void tile_13x1_of_48(const float *x, const float *w, float *y, const float *r) {
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
    f32x16 acc12_0 = acc0_0;
    w += 16;
    for (int k = 0; k < 48; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 48]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 96]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 144]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        const f32x16 v4_0 = f32x16_set1(x[k + 192]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        const f32x16 v5_0 = f32x16_set1(x[k + 240]);
        acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
        const f32x16 v6_0 = f32x16_set1(x[k + 288]);
        acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
        const f32x16 v7_0 = f32x16_set1(x[k + 336]);
        acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
        const f32x16 v8_0 = f32x16_set1(x[k + 384]);
        acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
        const f32x16 v9_0 = f32x16_set1(x[k + 432]);
        acc9_0 = f32x16_fma(v9_0, w0, acc9_0);
        const f32x16 v10_0 = f32x16_set1(x[k + 480]);
        acc10_0 = f32x16_fma(v10_0, w0, acc10_0);
        const f32x16 v11_0 = f32x16_set1(x[k + 528]);
        acc11_0 = f32x16_fma(v11_0, w0, acc11_0);
        const f32x16 v12_0 = f32x16_set1(x[k + 576]);
        acc12_0 = f32x16_fma(v12_0, w0, acc12_0);
        w += 16;
    }
    f32x16_store(y, acc0_0 + f32x16_load(r));
    f32x16_store(y + 16, acc1_0 + f32x16_load(r + 16));
    f32x16_store(y + 32, acc2_0 + f32x16_load(r + 32));
    f32x16_store(y + 48, acc3_0 + f32x16_load(r + 48));
    f32x16_store(y + 64, acc4_0 + f32x16_load(r + 64));
    f32x16_store(y + 80, acc5_0 + f32x16_load(r + 80));
    f32x16_store(y + 96, acc6_0 + f32x16_load(r + 96));
    f32x16_store(y + 112, acc7_0 + f32x16_load(r + 112));
    f32x16_store(y + 128, acc8_0 + f32x16_load(r + 128));
    f32x16_store(y + 144, acc9_0 + f32x16_load(r + 144));
    f32x16_store(y + 160, acc10_0 + f32x16_load(r + 160));
    f32x16_store(y + 176, acc11_0 + f32x16_load(r + 176));
    f32x16_store(y + 192, acc12_0 + f32x16_load(r + 192));
}

/* 12 pixels x 16 channels, over 48 inputs. */
static void tile_12x1_of_48(const float *x, const float *w, float *y, const float *r) {
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
    for (int k = 0; k < 48; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        const f32x16 v1_0 = f32x16_set1(x[k + 48]);
        acc1_0 = f32x16_fma(v1_0, w0, acc1_0);
        const f32x16 v2_0 = f32x16_set1(x[k + 96]);
        acc2_0 = f32x16_fma(v2_0, w0, acc2_0);
        const f32x16 v3_0 = f32x16_set1(x[k + 144]);
        acc3_0 = f32x16_fma(v3_0, w0, acc3_0);
        const f32x16 v4_0 = f32x16_set1(x[k + 192]);
        acc4_0 = f32x16_fma(v4_0, w0, acc4_0);
        const f32x16 v5_0 = f32x16_set1(x[k + 240]);
        acc5_0 = f32x16_fma(v5_0, w0, acc5_0);
        const f32x16 v6_0 = f32x16_set1(x[k + 288]);
        acc6_0 = f32x16_fma(v6_0, w0, acc6_0);
        const f32x16 v7_0 = f32x16_set1(x[k + 336]);
        acc7_0 = f32x16_fma(v7_0, w0, acc7_0);
        const f32x16 v8_0 = f32x16_set1(x[k + 384]);
        acc8_0 = f32x16_fma(v8_0, w0, acc8_0);
        const f32x16 v9_0 = f32x16_set1(x[k + 432]);
        acc9_0 = f32x16_fma(v9_0, w0, acc9_0);
        const f32x16 v10_0 = f32x16_set1(x[k + 480]);
        acc10_0 = f32x16_fma(v10_0, w0, acc10_0);
        const f32x16 v11_0 = f32x16_set1(x[k + 528]);
        acc11_0 = f32x16_fma(v11_0, w0, acc11_0);
        w += 16;
    }
    f32x16_store(y, acc0_0 + f32x16_load(r));
    f32x16_store(y + 16, acc1_0 + f32x16_load(r + 16));
    f32x16_store(y + 32, acc2_0 + f32x16_load(r + 32));
    f32x16_store(y + 48, acc3_0 + f32x16_load(r + 48));
    f32x16_store(y + 64, acc4_0 + f32x16_load(r + 64));
    f32x16_store(y + 80, acc5_0 + f32x16_load(r + 80));
    f32x16_store(y + 96, acc6_0 + f32x16_load(r + 96));
    f32x16_store(y + 112, acc7_0 + f32x16_load(r + 112));
    f32x16_store(y + 128, acc8_0 + f32x16_load(r + 128));
    f32x16_store(y + 144, acc9_0 + f32x16_load(r + 144));
    f32x16_store(y + 160, acc10_0 + f32x16_load(r + 160));
    f32x16_store(y + 176, acc11_0 + f32x16_load(r + 176));
}

static void conv1x1_48_to_16_at_5x5(const float *x, const float *w, float *y, const float *r, int part, int parts) {
    for (int b = parts <= 2 ? 0 : PART(1, part); b < (parts <= 2 ? 1 : PART(1, part + 1)); b++) {
        for (int u = parts <= 2 ? PART(2, part) : 0; u < (parts <= 2 ? PART(2, part + 1) : 2); u++) {
            const int p = u * 13;
            if (p < 13) {
                tile_13x1_of_48(x + p * 48, w, y + p * 16, r + p * 16);
            } else {
                tile_12x1_of_48(x + p * 48, w, y + p * 16, r + p * 16);
            }
        }
    }
}

static void mean_of_5x5x16(const float *x0, float *y) {
    {
        f32x16 sum = f32x16_zero();
        for (int p = 0; p < 25; p++) {
            sum = sum + f32x16_load(x0 + p * 16);
        }
        f32x16_store(y, sum * f32x16_set1(0.04f));
    }
}

/* 1 pixel x 10 channels, over 16 inputs. */
static void tile_1x1_of_16(const float *x, const float *w, float *y) {
    f32x16 acc0_0 = f32x16_load(w);
    w += 16;
    for (int k = 0; k < 16; k++) {
        const f32x16 w0 = f32x16_load(w);
        const f32x16 v0_0 = f32x16_set1(x[k]);
        acc0_0 = f32x16_fma(v0_0, w0, acc0_0);
        w += 16;
    }
    f32x16_store_part(y, acc0_0, 10);
}

static void dense_16_to_10(const float *x, const float *w, float *y) {
    tile_1x1_of_16(x, w, y);
}

static void softmax_of_10(const float *x, float *y) {
    float most = x[0], sum = 0.0f;
    for (int i = 1; i < 10; i++) {
        if (x[i] > most) most = x[i];
    }
    f32x16_store_part(y, f32x16_exp(f32x16_load_part(x, 10) - f32x16_set1(most)), 10);
    for (int i = 0; i < 10; i++) {
        sum += y[i];
    }
    const float scale = 1.0f / sum;
    f32x16_store_part(y, f32x16_load_part(y, 10) * f32x16_set1(scale), 10);
}

#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))

/* What each thread, or part, has for itself: the first one in the arena, the others behind it. */
#define OWN(who, offset, own) \
    ((who) == 0 ? AT(offset) : AT(INVERTED_ARENA_BYTES + (size_t)((who) - 1) * INVERTED_THREAD_BYTES + (own)))

#ifdef INVERTED_PROFILE
#define STEP_HOOK(step, name, begin) inverted_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

static void run_steps(void *arena, const uint8_t *image, float *probs) {
    const int thread = 0, threads = 1, part = 0, parts = 1;
    (void)thread, (void)threads, (void)part, (void)parts;
    /* 1. conv_1: conv 3x3 stride 2, hswish (inverted.net:6)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 896 bytes of weights
     * direct 9 x 1 of f32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, WEIGHTS(0), AT(8960), OWN(thread, 0, 0), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    /* 2. expand: conv 1x1, hswish (prelude.net:29)
     * depthwise: depthwise 5x5 stride 2, hswish (prelude.net:31)
     * [9, 9, 8] -> [5, 5, 32], 0.04 M MACs, 4480 bytes of weights
     * by rows: pointwise 9 x 2 of f32x16, depthwise, 5 columns of f32x16, adding up */
    STEP_HOOK(2, "depthwise", 1);
    chain_9x9x8_to_5x5x32(AT(8960), WEIGHTS(224), AT(5760), OWN(thread, 0, 128), OWN(part, 11584, 0), AT(INVERTED_ARENA_BYTES + 0), part, threads, threads / parts);
    STEP_HOOK(2, "depthwise", 0);
    /* 3. se.global_avg_pool_1: global_avg_pool (prelude.net:18)
     * [5, 5, 32] -> [1, 1, 32]
     * mean, of sums */
    STEP_HOOK(3, "se.global_avg_pool_1", 1);
    mean_of_sums_5x5x32(AT(11584), AT(INVERTED_ARENA_BYTES + 0), AT(0), threads);
    STEP_HOOK(3, "se.global_avg_pool_1", 0);
    /* 4. se.reduce: conv 1x1, hswish (prelude.net:19)
     * [1, 1, 32] -> [1, 1, 2], 0.00 M MACs, 528 bytes of weights
     * pointwise 1 x 1 of f32x16 */
    STEP_HOOK(4, "se.reduce", 1);
    conv1x1_32_to_2_at_1x1(AT(0), WEIGHTS(1344), AT(128));
    STEP_HOOK(4, "se.reduce", 0);
    /* 5. se.expand: conv 1x1, hsigmoid (prelude.net:20)
     * [1, 1, 2] -> [1, 1, 32], 0.00 M MACs, 432 bytes of weights
     * pointwise 1 x 2 of f32x16 */
    STEP_HOOK(5, "se.expand", 1);
    conv1x1_2_to_32_at_1x1(AT(128), WEIGHTS(1488), AT(0));
    STEP_HOOK(5, "se.expand", 0);
    /* 6. se.mul_1: mul (prelude.net:17)
     * [5, 5, 32] -> [5, 5, 32]
     * elementwise, in place */
    STEP_HOOK(6, "se.mul_1", 1);
    mul_5x5x32(AT(5760), AT(0), AT(5760));
    STEP_HOOK(6, "se.mul_1", 0);
    /* 7. project: conv 1x1 (prelude.net:35)
     * [5, 5, 32] -> [5, 5, 16], 0.01 M MACs, 2112 bytes of weights
     * pointwise 13 x 1 of f32x16 */
    STEP_HOOK(7, "project", 1);
    conv1x1_32_to_16_at_5x5(AT(5760), WEIGHTS(1584), AT(8960));
    STEP_HOOK(7, "project", 0);
    /* 8. expand: conv 1x1, hswish (prelude.net:29)
     * depthwise: depthwise 3x3, hswish (prelude.net:31)
     * [5, 5, 16] -> [5, 5, 48], 0.03 M MACs, 5184 bytes of weights
     * by rows: pointwise 5 x 3 of f32x16, depthwise, 5 columns of f32x16 */
    STEP_HOOK(8, "depthwise", 1);
    chain_5x5x16_to_5x5x48(AT(8960), WEIGHTS(2112), AT(0), OWN(thread, 4800, 0), part, parts);
    STEP_HOOK(8, "depthwise", 0);
    /* 9. project: conv 1x1, + residual (prelude.net:35)
     * [5, 5, 48] -> [5, 5, 16], 0.02 M MACs, 3136 bytes of weights
     * pointwise 13 x 1 of f32x16 */
    STEP_HOOK(9, "project", 1);
    conv1x1_48_to_16_at_5x5(AT(0), WEIGHTS(3408), AT(4800), AT(8960), part, parts);
    STEP_HOOK(9, "project", 0);
    /* 10. global_avg_pool_2: global_avg_pool (inverted.net:9)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(10, "global_avg_pool_2", 1);
    mean_of_5x5x16(AT(4800), AT(0));
    STEP_HOOK(10, "global_avg_pool_2", 0);
    /* 11. dense_1: dense (inverted.net:9)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 1088 bytes of weights
     * dense 1 x 1 of f32x16 */
    STEP_HOOK(11, "dense_1", 1);
    dense_16_to_10(AT(0), WEIGHTS(4192), AT(64));
    STEP_HOOK(11, "dense_1", 0);
    /* 12. softmax_1: softmax (inverted.net:9)
     * [1, 1, 10] -> [1, 1, 10]
     * softmax */
    STEP_HOOK(12, "softmax_1", 1);
    softmax_of_10(AT(64), probs);
    STEP_HOOK(12, "softmax_1", 0);
}

/* The same by several threads, each of which runs this. */
static void share_steps(void *arena, const uint8_t *image, float *probs, team *all, int thread) {
    const int threads = all->threads, parts = all->alone ? 1 : threads;
    worker me = {all, thread, 0, 0, 0, 0};
    (void)parts;
    if (thread == 0) STEP_HOOK(1, "conv_1", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv3x3_3_to_8_at_9x9(image, WEIGHTS(0), AT(8960), OWN(thread, 0, 0), part, parts); /* 1 */
    }
    if (thread == 0) STEP_HOOK(1, "conv_1", 0);
    if (thread == 0) STEP_HOOK(2, "depthwise", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        chain_9x9x8_to_5x5x32(AT(8960), WEIGHTS(224), AT(5760), OWN(thread, 0, 128), OWN(part, 11584, 0), AT(INVERTED_ARENA_BYTES + 0), part, threads, threads / parts); /* 2 */
    }
    if (thread == 0) STEP_HOOK(2, "depthwise", 0);
    if (thread == 0) STEP_HOOK(3, "se.global_avg_pool_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mean_of_sums_5x5x32(AT(11584), AT(INVERTED_ARENA_BYTES + 0), AT(0), threads); /* 3 */
    }
    if (thread == 0) STEP_HOOK(3, "se.global_avg_pool_1", 0);
    if (thread == 0) STEP_HOOK(4, "se.reduce", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_32_to_2_at_1x1(AT(0), WEIGHTS(1344), AT(128)); /* 4 */
    }
    if (thread == 0) STEP_HOOK(4, "se.reduce", 0);
    if (thread == 0) STEP_HOOK(5, "se.expand", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_2_to_32_at_1x1(AT(128), WEIGHTS(1488), AT(0)); /* 5 */
    }
    if (thread == 0) STEP_HOOK(5, "se.expand", 0);
    if (thread == 0) STEP_HOOK(6, "se.mul_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mul_5x5x32(AT(5760), AT(0), AT(5760)); /* 6 */
    }
    if (thread == 0) STEP_HOOK(6, "se.mul_1", 0);
    if (thread == 0) STEP_HOOK(7, "project", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_32_to_16_at_5x5(AT(5760), WEIGHTS(1584), AT(8960)); /* 7 */
    }
    if (thread == 0) STEP_HOOK(7, "project", 0);
    if (thread == 0) STEP_HOOK(8, "depthwise", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        chain_5x5x16_to_5x5x48(AT(8960), WEIGHTS(2112), AT(0), OWN(thread, 4800, 0), part, parts); /* 8 */
    }
    if (thread == 0) STEP_HOOK(8, "depthwise", 0);
    if (thread == 0) STEP_HOOK(9, "project", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv1x1_48_to_16_at_5x5(AT(0), WEIGHTS(3408), AT(4800), AT(8960), part, parts); /* 9 */
    }
    if (thread == 0) STEP_HOOK(9, "project", 0);
    if (thread == 0) STEP_HOOK(10, "global_avg_pool_2", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mean_of_5x5x16(AT(4800), AT(0)); /* 10 */
    }
    if (thread == 0) STEP_HOOK(10, "global_avg_pool_2", 0);
    if (thread == 0) STEP_HOOK(11, "dense_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        dense_16_to_10(AT(0), WEIGHTS(4192), AT(64)); /* 11 */
    }
    if (thread == 0) STEP_HOOK(11, "dense_1", 0);
    if (thread == 0) STEP_HOOK(12, "softmax_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        softmax_of_10(AT(64), probs); /* 12 */
    }
    if (thread == 0) STEP_HOOK(12, "softmax_1", 0);
}

void inverted_run_in(void *arena, const uint8_t *image, float *probs) {
    run_steps(arena, image, probs);
}

/* What the threads of a run have in common. */
typedef struct run_call {
    team all;
    void *arena;
    const uint8_t *image;
    float *probs;
} run_call;

/* What one thread does for a run. */
static void run_job(void *job_context, int thread) {
    run_call *const call = (run_call *)job_context;
    share_steps(call->arena, call->image, call->probs, &call->all, thread);
}

#ifdef _OPENMP
/* Runs a job on threads of OpenMP. */
static void on_openmp(void *context, inverted_job job, void *job_context, int threads) {
    (void)context;
#pragma omp parallel num_threads(threads)
    {
        job(job_context, omp_get_thread_num());
        leave(&((run_call *)job_context)->all, omp_get_num_threads());
    }
}
#endif

void inverted_run_on(void *arena, int threads, inverted_parallel parallel, void *context, const uint8_t *image, float *probs) {
    if (threads < 2) {
        run_steps(arena, image, probs);
        return;
    }
    const uint64_t began = read_ticks();
    run_call call;
    memset(&call.all, 0, sizeof call.all);
    call.all.threads = threads < 64 ? threads : 64;
    call.all.alone = goes_alone(began);
    call.arena = arena;
    call.image = image;
    call.probs = probs;
    if (call.all.alone)
        run_job(&call, 0);
    else
        parallel(context, run_job, &call, call.all.threads);
    learn_from(&call.all, began);
}

void inverted_run_threads_in(void *arena, int threads, const uint8_t *image, float *probs) {
#ifdef _OPENMP
    inverted_run_on(arena, threads, on_openmp, NULL, image, probs);
#else
    (void)threads;
    run_steps(arena, image, probs);
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
    unsigned char bytes[INVERTED_ARENA_BYTES + 3748 /* for the self-test */ + (MAX_THREADS - 1) * INVERTED_THREAD_BYTES];
} static_arena __attribute__((aligned(64)));

void inverted_run(const uint8_t *image, float *probs) {
#ifdef _OPENMP
    const int most = omp_get_max_threads(), threads = most < MAX_THREADS ? most : MAX_THREADS;
#else
    const int threads = 1;
#endif
    inverted_run_threads_in(static_arena.bytes, threads, image, probs);
}

const char *inverted_version(void) {
    return "lcc 0.1.0, x86-64-v4, weights df05b8c15b130f6a";
}

int inverted_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != INVERTED_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0x0cb30de811f4211c)) return -1;
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
    for (size_t i = 0; i < 17856; i += 4, p += 4) {
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
    uint8_t *const image = (uint8_t *)(void *)(static_arena.bytes + 11712);
    for (int i = 0; i < 867; i++) image[i] = (uint8_t)input_byte((uint32_t)i);
    float *const probs = (float *)(void *)(static_arena.bytes + 12608);
    for (int i = 0; i < 40; i++) static_arena.bytes[12608 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 12672);
    static const int64_t before_1[] = {11712, 11712};
    static const int64_t in_1[] = {0, 684, 8960, 11552, 11712, 11712};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 3x3 stride 2, hswish (inverted.net:6)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 896 bytes of weights
     * direct 9 x 1 of f32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, WEIGHTS(0), AT(8960), OWN(thread, 0, 0), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    static const double sums_1[] = {0.777293333, 0.00016};
    if (selftest_differs(AT(8960), 81, 8, 8, 648, sums_1, &bits[0], again)) return 1;
    static const int64_t before_2[] = {8960, 11552, 11712, 11712};
    static const int64_t in_2[] = {0, 11552, 11584, 11712, 11712, 11712};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. expand: conv 1x1, hswish (prelude.net:29)
     * depthwise: depthwise 5x5 stride 2, hswish (prelude.net:31)
     * [9, 9, 8] -> [5, 5, 32], 0.04 M MACs, 4480 bytes of weights
     * by rows: pointwise 9 x 2 of f32x16, depthwise, 5 columns of f32x16, adding up */
    STEP_HOOK(2, "depthwise", 1);
    chain_9x9x8_to_5x5x32(AT(8960), WEIGHTS(224), AT(5760), OWN(thread, 0, 128), OWN(part, 11584, 0), AT(INVERTED_ARENA_BYTES + 0), part, threads, threads / parts);
    STEP_HOOK(2, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    static const double sums_2[] = {-0.60244757, 0.00012};
    if (selftest_differs(AT(5760), 25, 32, 32, 800, sums_2, &bits[1], again)) return 2;
    static const int64_t before_3[] = {5760, 8960, 11584, 11712, 11712, 11712};
    static const int64_t in_3[] = {0, 128, 5760, 8960, 11584, 11712, 11712, 11712};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. se.global_avg_pool_1: global_avg_pool (prelude.net:18)
     * [5, 5, 32] -> [1, 1, 32]
     * mean, of sums */
    STEP_HOOK(3, "se.global_avg_pool_1", 1);
    mean_of_sums_5x5x32(AT(11584), AT(INVERTED_ARENA_BYTES + 0), AT(0), threads);
    STEP_HOOK(3, "se.global_avg_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    static const double sums_3[] = {-0.167142688, 9.2e-06};
    if (selftest_differs(AT(0), 1, 32, 32, 32, sums_3, &bits[2], again)) return 3;
    static const int64_t before_4[] = {0, 128, 5760, 8960, 11712, 11712};
    static const int64_t in_4[] = {0, 136, 5760, 8960, 11712, 11712};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. se.reduce: conv 1x1, hswish (prelude.net:19)
     * [1, 1, 32] -> [1, 1, 2], 0.00 M MACs, 528 bytes of weights
     * pointwise 1 x 1 of f32x16 */
    STEP_HOOK(4, "se.reduce", 1);
    conv1x1_32_to_2_at_1x1(AT(0), WEIGHTS(1344), AT(128));
    STEP_HOOK(4, "se.reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    static const double sums_4[] = {0.0381071606, 1.5e-06};
    if (selftest_differs(AT(128), 1, 2, 2, 2, sums_4, &bits[3], again)) return 4;
    static const int64_t before_5[] = {128, 136, 5760, 8960, 11712, 11712};
    static const int64_t in_5[] = {0, 136, 5760, 8960, 11712, 11712};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. se.expand: conv 1x1, hsigmoid (prelude.net:20)
     * [1, 1, 2] -> [1, 1, 32], 0.00 M MACs, 432 bytes of weights
     * pointwise 1 x 2 of f32x16 */
    STEP_HOOK(5, "se.expand", 1);
    conv1x1_2_to_32_at_1x1(AT(128), WEIGHTS(1488), AT(0));
    STEP_HOOK(5, "se.expand", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    static const double sums_5[] = {1.15597717, 5e-05};
    if (selftest_differs(AT(0), 1, 32, 32, 32, sums_5, &bits[4], again)) return 5;
    static const int64_t before_6[] = {0, 128, 5760, 8960, 11712, 11712};
    static const int64_t in_6[] = {0, 128, 5760, 8960, 11712, 11712};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. se.mul_1: mul (prelude.net:17)
     * [5, 5, 32] -> [5, 5, 32]
     * elementwise, in place */
    STEP_HOOK(6, "se.mul_1", 1);
    mul_5x5x32(AT(5760), AT(0), AT(5760));
    STEP_HOOK(6, "se.mul_1", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    static const double sums_6[] = {-0.294309311, 5.7e-05};
    if (selftest_differs(AT(5760), 25, 32, 32, 800, sums_6, &bits[5], again)) return 6;
    static const int64_t before_7[] = {5760, 8960, 11712, 11712};
    static const int64_t in_7[] = {5760, 10560, 11712, 11712};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. project: conv 1x1 (prelude.net:35)
     * [5, 5, 32] -> [5, 5, 16], 0.01 M MACs, 2112 bytes of weights
     * pointwise 13 x 1 of f32x16 */
    STEP_HOOK(7, "project", 1);
    conv1x1_32_to_16_at_5x5(AT(5760), WEIGHTS(1584), AT(8960));
    STEP_HOOK(7, "project", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    static const double sums_7[] = {-0.163881791, 8.1e-05};
    if (selftest_differs(AT(8960), 25, 16, 16, 400, sums_7, &bits[6], again)) return 7;
    static const int64_t before_8[] = {8960, 10560, 11712, 11712};
    static const int64_t in_8[] = {0, 7680, 8960, 10560, 11712, 11712};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. expand: conv 1x1, hswish (prelude.net:29)
     * depthwise: depthwise 3x3, hswish (prelude.net:31)
     * [5, 5, 16] -> [5, 5, 48], 0.03 M MACs, 5184 bytes of weights
     * by rows: pointwise 5 x 3 of f32x16, depthwise, 5 columns of f32x16 */
    STEP_HOOK(8, "depthwise", 1);
    chain_5x5x16_to_5x5x48(AT(8960), WEIGHTS(2112), AT(0), OWN(thread, 4800, 0), part, parts);
    STEP_HOOK(8, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    static const double sums_8[] = {-0.0259487526, 6.2e-05};
    if (selftest_differs(AT(0), 25, 48, 48, 1200, sums_8, &bits[7], again)) return 8;
    static const int64_t before_9[] = {0, 4800, 8960, 10560, 11712, 11712};
    static const int64_t in_9[] = {0, 6400, 8960, 10560, 11712, 11712};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. project: conv 1x1, + residual (prelude.net:35)
     * [5, 5, 48] -> [5, 5, 16], 0.02 M MACs, 3136 bytes of weights
     * pointwise 13 x 1 of f32x16 */
    STEP_HOOK(9, "project", 1);
    conv1x1_48_to_16_at_5x5(AT(0), WEIGHTS(3408), AT(4800), AT(8960), part, parts);
    STEP_HOOK(9, "project", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    static const double sums_9[] = {1.55625017, 0.00012};
    if (selftest_differs(AT(4800), 25, 16, 16, 400, sums_9, &bits[8], again)) return 9;
    static const int64_t before_10[] = {4800, 6400, 11712, 11712};
    static const int64_t in_10[] = {0, 64, 4800, 6400, 11712, 11712};
    selftest_guard(static_arena.bytes, before_10, again, 1);
    /* 10. global_avg_pool_2: global_avg_pool (inverted.net:9)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(10, "global_avg_pool_2", 1);
    mean_of_5x5x16(AT(4800), AT(0));
    STEP_HOOK(10, "global_avg_pool_2", 0);
    if (!selftest_guard(static_arena.bytes, in_10, again, 0)) return 10;
    static const double sums_10[] = {0.463248798, 1.4e-05};
    if (selftest_differs(AT(0), 1, 16, 16, 16, sums_10, &bits[9], again)) return 10;
    static const int64_t before_11[] = {0, 64, 11712, 11712};
    static const int64_t in_11[] = {0, 104, 11712, 11712};
    selftest_guard(static_arena.bytes, before_11, again, 1);
    /* 11. dense_1: dense (inverted.net:9)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 1088 bytes of weights
     * dense 1 x 1 of f32x16 */
    STEP_HOOK(11, "dense_1", 1);
    dense_16_to_10(AT(0), WEIGHTS(4192), AT(64));
    STEP_HOOK(11, "dense_1", 0);
    if (!selftest_guard(static_arena.bytes, in_11, again, 0)) return 11;
    static const double sums_11[] = {0.68816262, 1.6e-05};
    if (selftest_differs(AT(64), 1, 10, 10, 10, sums_11, &bits[10], again)) return 11;
    static const int64_t before_12[] = {64, 104, 11712, 11712};
    static const int64_t in_12[] = {64, 104, 11712, 11712};
    selftest_guard(static_arena.bytes, before_12, again, 1);
    /* 12. softmax_1: softmax (inverted.net:9)
     * [1, 1, 10] -> [1, 1, 10]
     * softmax */
    STEP_HOOK(12, "softmax_1", 1);
    softmax_of_10(AT(64), probs);
    STEP_HOOK(12, "softmax_1", 0);
    if (!selftest_guard(static_arena.bytes, in_12, again, 0)) return 12;
    static const double sums_12[] = {0.0685938643, 5.7e-06};
    if (selftest_differs(probs, 1, 10, 10, 10, sums_12, &bits[11], again)) return 12;
    return 0;
}

int inverted_selftest(void) {
    if (selftest_weights() != UINT64_C(0x0cb30de811f4211c)) return INVERTED_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
