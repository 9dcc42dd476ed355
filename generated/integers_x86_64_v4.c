/* integers, written by lcc 0.1.0 for x86-64-v4: AVX-512 (Skylake-X, Ice Lake, Zen 4 and later).
 *
 *     lcc integers.net --target x86-64-v4 --storage file --selftest --profile -o integers_x86_64_v4.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 10 steps, 0.10 M multiply-adds, 3648 bytes of arena, 3664 bytes of weights (hash e8ea2ba2ecb25ffa).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "integers_x86_64_v4.h"

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

/* ---- i32x16: 16 integers ---- */

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef int32_t i32x16 __attribute__((vector_size(16 * 4)));
typedef uint32_t i32x16_unsigned __attribute__((vector_size(16 * 4)));
typedef int64_t i32x16_wide __attribute__((vector_size(16 * 8)));
typedef uint64_t i32x16_wide_unsigned __attribute__((vector_size(16 * 8)));
typedef int8_t i32x16_i8 __attribute__((vector_size(16)));
typedef uint8_t i32x16_u8 __attribute__((vector_size(16)));

/* 16 codes of int8 from any address. */
static inline LCC_INLINE i32x16 i32x16_load_i8(const int8_t *p) {
    i32x16_i8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, i32x16);
}

/* 16 int32 that stand among bytes, from any address. */
static inline LCC_INLINE i32x16 i32x16_load_i32(const int8_t *p) {
    i32x16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/* Stores 16 codes of int8 to any address. */
static inline LCC_INLINE void i32x16_store_i8(int8_t *p, i32x16 v) {
    const i32x16_i8 codes = __builtin_convertvector(v, i32x16_i8);
    __builtin_memcpy(p, &codes, sizeof codes);
}

/* Stores the first n codes, 0 < n < 16, and no other byte. */
static inline LCC_INLINE void i32x16_store_i8_part(int8_t *p, i32x16 v, int n) {
    int8_t part[16];
    i32x16_store_i8(part, v);
    for (int i = 0; i < 16; i++) {
        if (i < n) p[i] = part[i];
    }
}

/* x in every lane. */
static inline LCC_INLINE i32x16 i32x16_set1(int32_t x) { return (i32x16){0} + x; }

/* a * b + c; it wraps. */
static inline LCC_INLINE i32x16 i32x16_multiply_add(i32x16 a, i32x16 b, i32x16 c) {
    return (i32x16)((i32x16_unsigned)a * (i32x16_unsigned)b + (i32x16_unsigned)c);
}

/* The larger ones. */
static inline LCC_INLINE i32x16 i32x16_max(i32x16 a, i32x16 b) {
    const i32x16 first = a > b;
    return (a & first) | (b & ~first);
}

/* The smaller ones. */
static inline LCC_INLINE i32x16 i32x16_min(i32x16 a, i32x16 b) {
    const i32x16 first = a < b;
    return (a & first) | (b & ~first);
}

/* v, or the bound beyond which it lies. */
static inline LCC_INLINE i32x16 i32x16_bound(i32x16 v, int32_t least, int32_t most) {
    return i32x16_min(i32x16_max(v, i32x16_set1(least)), i32x16_set1(most));
}

/* zero + v, or the bound beyond which that lies. The sum does not overflow, whatever v is. */
static inline LCC_INLINE i32x16 i32x16_place(i32x16 v, int32_t zero, int32_t least, int32_t most) {
    return i32x16_bound(v, least - zero, most - zero) + zero;
}

/* The codes of a table at the codes v. */
static inline LCC_INLINE i32x16 i32x16_look_up(const int8_t *table, i32x16 v) {
    i32x16 codes = v;
    for (int i = 0; i < 16; i++) codes[i] = table[v[i] + 128];
    return codes;
}

/* v * multiplier, exactly, plus 2^63: so it is not negative, and a shift to the right rounds it down. */
static inline LCC_INLINE void i32x16_multiply(i32x16 v, i32x16 multiplier, i32x16_wide_unsigned *product) {
    const i32x16_wide x = __builtin_convertvector(v, i32x16_wide);
    const i32x16_wide y = __builtin_convertvector(multiplier, i32x16_wide);
    *product = (i32x16_wide_unsigned)x * (i32x16_wide_unsigned)y + (UINT64_C(1) << 63);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. */
static inline LCC_INLINE i32x16 i32x16_rescale_once(i32x16 v, i32x16 multiplier, i32x16 shift) {
    const i32x16_wide_unsigned right =
        __builtin_convertvector((i32x16_unsigned)(31 - shift), i32x16_wide_unsigned);
    const i32x16_wide_unsigned one = (i32x16_wide_unsigned){0} + 1;
    i32x16_wide_unsigned product;
    i32x16_multiply(v, multiplier, &product);
    product = ((product + (one << (right - 1))) >> right) - ((one << 63) >> right);
    return __builtin_convertvector((i32x16_wide)product, i32x16);
}

/* ---- i32x8: 8 integers ---- */

typedef int32_t i32x8 __attribute__((vector_size(8 * 4)));
typedef uint32_t i32x8_unsigned __attribute__((vector_size(8 * 4)));
typedef int64_t i32x8_wide __attribute__((vector_size(8 * 8)));
typedef uint64_t i32x8_wide_unsigned __attribute__((vector_size(8 * 8)));
typedef int8_t i32x8_i8 __attribute__((vector_size(8)));
typedef uint8_t i32x8_u8 __attribute__((vector_size(8)));

/* 8 codes of int8 from any address. */
static inline LCC_INLINE i32x8 i32x8_load_i8(const int8_t *p) {
    i32x8_i8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, i32x8);
}

/* 8 int32 that stand among bytes, from any address. */
static inline LCC_INLINE i32x8 i32x8_load_i32(const int8_t *p) {
    i32x8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/* Stores 8 codes of int8 to any address. */
static inline LCC_INLINE void i32x8_store_i8(int8_t *p, i32x8 v) {
    const i32x8_i8 codes = __builtin_convertvector(v, i32x8_i8);
    __builtin_memcpy(p, &codes, sizeof codes);
}

/* x in every lane. */
static inline LCC_INLINE i32x8 i32x8_set1(int32_t x) { return (i32x8){0} + x; }

/* a * b + c; it wraps. */
static inline LCC_INLINE i32x8 i32x8_multiply_add(i32x8 a, i32x8 b, i32x8 c) {
    return (i32x8)((i32x8_unsigned)a * (i32x8_unsigned)b + (i32x8_unsigned)c);
}

/* The larger ones. */
static inline LCC_INLINE i32x8 i32x8_max(i32x8 a, i32x8 b) {
    const i32x8 first = a > b;
    return (a & first) | (b & ~first);
}

/* The smaller ones. */
static inline LCC_INLINE i32x8 i32x8_min(i32x8 a, i32x8 b) {
    const i32x8 first = a < b;
    return (a & first) | (b & ~first);
}

/* v, or the bound beyond which it lies. */
static inline LCC_INLINE i32x8 i32x8_bound(i32x8 v, int32_t least, int32_t most) {
    return i32x8_min(i32x8_max(v, i32x8_set1(least)), i32x8_set1(most));
}

/* zero + v, or the bound beyond which that lies. The sum does not overflow, whatever v is. */
static inline LCC_INLINE i32x8 i32x8_place(i32x8 v, int32_t zero, int32_t least, int32_t most) {
    return i32x8_bound(v, least - zero, most - zero) + zero;
}

/* v * multiplier, exactly, plus 2^63: so it is not negative, and a shift to the right rounds it down. */
static inline LCC_INLINE void i32x8_multiply(i32x8 v, i32x8 multiplier, i32x8_wide_unsigned *product) {
    const i32x8_wide x = __builtin_convertvector(v, i32x8_wide);
    const i32x8_wide y = __builtin_convertvector(multiplier, i32x8_wide);
    *product = (i32x8_wide_unsigned)x * (i32x8_wide_unsigned)y + (UINT64_C(1) << 63);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. */
static inline LCC_INLINE i32x8 i32x8_rescale_once(i32x8 v, i32x8 multiplier, i32x8 shift) {
    const i32x8_wide_unsigned right =
        __builtin_convertvector((i32x8_unsigned)(31 - shift), i32x8_wide_unsigned);
    const i32x8_wide_unsigned one = (i32x8_wide_unsigned){0} + 1;
    i32x8_wide_unsigned product;
    i32x8_multiply(v, multiplier, &product);
    product = ((product + (one << (right - 1))) >> right) - ((one << 63) >> right);
    return __builtin_convertvector((i32x8_wide)product, i32x8);
}

/* ---- i32x4: 4 integers ---- */

typedef int32_t i32x4 __attribute__((vector_size(4 * 4)));
typedef uint32_t i32x4_unsigned __attribute__((vector_size(4 * 4)));
typedef int64_t i32x4_wide __attribute__((vector_size(4 * 8)));
typedef uint64_t i32x4_wide_unsigned __attribute__((vector_size(4 * 8)));
typedef int8_t i32x4_i8 __attribute__((vector_size(4)));
typedef uint8_t i32x4_u8 __attribute__((vector_size(4)));

/* 4 codes of int8 from any address. */
static inline LCC_INLINE i32x4 i32x4_load_i8(const int8_t *p) {
    i32x4_i8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, i32x4);
}

/* 4 int32 that stand among bytes, from any address. */
static inline LCC_INLINE i32x4 i32x4_load_i32(const int8_t *p) {
    i32x4 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/* Stores 4 codes of int8 to any address. */
static inline LCC_INLINE void i32x4_store_i8(int8_t *p, i32x4 v) {
    const i32x4_i8 codes = __builtin_convertvector(v, i32x4_i8);
    __builtin_memcpy(p, &codes, sizeof codes);
}

/* x in every lane. */
static inline LCC_INLINE i32x4 i32x4_set1(int32_t x) { return (i32x4){0} + x; }

/* a * b + c; it wraps. */
static inline LCC_INLINE i32x4 i32x4_multiply_add(i32x4 a, i32x4 b, i32x4 c) {
    return (i32x4)((i32x4_unsigned)a * (i32x4_unsigned)b + (i32x4_unsigned)c);
}

/* The larger ones. */
static inline LCC_INLINE i32x4 i32x4_max(i32x4 a, i32x4 b) {
    const i32x4 first = a > b;
    return (a & first) | (b & ~first);
}

/* The smaller ones. */
static inline LCC_INLINE i32x4 i32x4_min(i32x4 a, i32x4 b) {
    const i32x4 first = a < b;
    return (a & first) | (b & ~first);
}

/* v, or the bound beyond which it lies. */
static inline LCC_INLINE i32x4 i32x4_bound(i32x4 v, int32_t least, int32_t most) {
    return i32x4_min(i32x4_max(v, i32x4_set1(least)), i32x4_set1(most));
}

/* zero + v, or the bound beyond which that lies. The sum does not overflow, whatever v is. */
static inline LCC_INLINE i32x4 i32x4_place(i32x4 v, int32_t zero, int32_t least, int32_t most) {
    return i32x4_bound(v, least - zero, most - zero) + zero;
}

/* v * multiplier, exactly, plus 2^63: so it is not negative, and a shift to the right rounds it down. */
static inline LCC_INLINE void i32x4_multiply(i32x4 v, i32x4 multiplier, i32x4_wide_unsigned *product) {
    const i32x4_wide x = __builtin_convertvector(v, i32x4_wide);
    const i32x4_wide y = __builtin_convertvector(multiplier, i32x4_wide);
    *product = (i32x4_wide_unsigned)x * (i32x4_wide_unsigned)y + (UINT64_C(1) << 63);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. */
static inline LCC_INLINE i32x4 i32x4_rescale_once(i32x4 v, i32x4 multiplier, i32x4 shift) {
    const i32x4_wide_unsigned right =
        __builtin_convertvector((i32x4_unsigned)(31 - shift), i32x4_wide_unsigned);
    const i32x4_wide_unsigned one = (i32x4_wide_unsigned){0} + 1;
    i32x4_wide_unsigned product;
    i32x4_multiply(v, multiplier, &product);
    product = ((product + (one << (right - 1))) >> right) - ((one << 63) >> right);
    return __builtin_convertvector((i32x4_wide)product, i32x4);
}

/* ---- i32 ---- */

/* x, but at least `least` and at most `most`. */
static inline int32_t i32_clamp(int32_t x, int32_t least, int32_t most) {
    return x < least ? least : x > most ? most : x;
}

/* x / 2^shift, rounded down. */
static inline int64_t i32_floor(int64_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* The same of 32 bits. */
static inline int32_t i32_halve(int32_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* The same where the shift is -31 to -2: the high half of the product is enough. */
static inline int32_t i32_once_short(int32_t x, int32_t multiplier, int shift) {
    const int32_t high = (int32_t)i32_floor((int64_t)x * multiplier, 32);
    return i32_halve(high + ((int32_t)1 << (-shift - 2)), -shift - 1);
}

/* Where the caller keeps the weights: set by bind. */
static const int32_t *weights;

#define WEIGHTS(i) (weights + (i))

#define CODES(i) ((const int8_t *)(const void *)WEIGHTS(0) + (i))

/* What an activation makes of the codes -128, -127, .. 127. */
static const int8_t codes_1[256] = {
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -117, -118, -118, -119, -120, -120, -121, -122, -122, -123, -123,
    -124, -124, -125, -125, -126, -126, -127, -127, -127, -127, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -127, -127, -127, -127, -126, -126, -125, -125, -124, -124, -123, -123, -122,
    -122, -121, -121, -120, -119, -118, -118, -117, -116, -115, -114, -113, -112, -111, -110, -109, -108, -107, -106, -105,
    -104, -103, -102, -100, -99, -98, -96, -95, -94, -92, -91, -89, -88, -86, -85, -83, -82, -80, -78, -77,
    -75, -73, -72, -70, -68, -66, -64, -62, -60, -58, -56, -54, -52, -50, -48, -46, -44, -42, -40, -37,
    -35, -33, -30, -28, -26, -23, -21, -18, -16, -14, -13, -11, -9, -8, -6, -4, -3, -1, 1, 2,
    4, 6, 7, 9, 11, 12, 14, 16, 17, 19, 21, 22, 24, 26, 27, 29, 31, 32, 34, 36,
    37, 39, 41, 42, 44, 46, 47, 49, 51, 52, 54, 56, 57, 59, 61, 62, 64, 66, 67, 69,
    71, 72, 74, 76, 77, 79, 81, 82, 84, 86, 87, 89, 91, 92, 94, 96};

static const int8_t codes_2[256] = {
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -126, -124, -122, -119, -117, -115, -113, -111, -109, -107, -105,
    -102, -100, -98, -96, -94, -92, -90, -87, -85, -83, -81, -79, -77, -75, -73, -70, -68, -66, -64, -62,
    -60, -58, -55, -53, -51, -49, -47, -45, -43, -41, -38, -36, -34, -32, -30, -28, -26, -23, -21, -19,
    -17, -15, -13, -11, -9, -6, -4, -2, 0, 2, 4, 6, 9, 11, 13, 15, 17, 19, 21, 23,
    26, 28, 30, 32, 34, 36, 38, 41, 43, 45, 47, 49, 51, 53, 55, 58, 60, 62, 64, 66,
    68, 70, 73, 75, 77, 79, 81, 83, 85, 87, 90, 92, 94, 96, 98, 100, 102, 105, 107, 109,
    111, 113, 115, 117, 119, 122, 124, 126, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127};

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
    uint64_t until, pause; /* when several threads are tried again, and how long before that they were not */
} learned;

static inline uint64_t recall(const uint64_t *value) { return __atomic_load_n(value, __ATOMIC_RELAXED); }
static inline void keep(uint64_t *to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }

/* Whether the run that begins now is made by one thread. */
static int goes_alone(uint64_t now) { return now < recall(&learned.until); }

/* Learns from a run that is done. Several threads are left alone when they have lost what they had saved, 10
 * milliseconds of it at most, so that it takes more than one thread that is stopped once. They are also left
 * alone when one was waited for that did not run, and it is not known what a run takes without it. That lasts
 * for 0.1 seconds; where it soon turns out that it should have lasted longer, for 0.8, then for 6.4. */
static void learn_from(const team *all, uint64_t began) {
    const uint64_t now = read_ticks(), took = now - began, millisecond = ticks_of_millisecond();
    uint64_t alone = recall(&learned.alone);
    if (all->alone) {
        keep(&learned.alone, alone ? alone - alone / 8 + took / 8 : took);
        return;
    }
    const uint64_t until = recall(&learned.until), pause = recall(&learned.pause);
    if (now < until || (!alone && !all->late)) return;
    if (alone) {
        if (all->late) keep(&learned.alone, alone -= alone / 32); /* it may have been longer than it is now */
        const int64_t most = (int64_t)(10 * millisecond),
                      lead = (int64_t)(recall(&learned.lead) + alone - alone / 8 - took);
        keep(&learned.lead, (uint64_t)(lead < most ? lead : most));
        if (lead >= 0) return;
    }
    const uint64_t least = 100 * millisecond, next = now - until >= pause ? least
                                                     : pause < 64 * least ? 8 * pause
                                                                          : pause;
    keep(&learned.pause, next);
    keep(&learned.lead, 3 * millisecond); /* a thread that has slept for long needs some time to wake */
    keep(&learned.until, now + next);
}

/* One padded row of the input. */
static void stage_row_17x3(const uint8_t *x, uint8_t *row, int iy) {
    if (iy < 0 || iy >= 17) {
        for (int i = 0; i < 57; i++) {
            row[i] = 128;
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        row[i] = 128;
    }
    for (int i = 0; i < 3; i++) {
        row[i + 54] = 128;
    }
    row += 3;
    x += iy * 51;
    memcpy(row, x, 51);
}

/* 9 pixels x 8 channels, over 27 inputs. */
static void tile_9x1_of_27(const uint8_t *const *rows, int at, const int8_t *w, int8_t *y) {
    i32x8 acc0_0 = i32x8_load_i32(w);
    i32x8 acc1_0 = acc0_0;
    i32x8 acc2_0 = acc0_0;
    i32x8 acc3_0 = acc0_0;
    i32x8 acc4_0 = acc0_0;
    i32x8 acc5_0 = acc0_0;
    i32x8 acc6_0 = acc0_0;
    i32x8 acc7_0 = acc0_0;
    i32x8 acc8_0 = acc0_0;
    const int8_t *const scales = w + 32;
    w += 72;
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *x = rows[ky] + at;
        for (int k = 0; k < 9; k++) {
            const i32x8 w0 = i32x8_load_i8(w);
            const i32x8 v0_1 = i32x8_set1(x[k]);
            acc0_0 = i32x8_multiply_add(v0_1, w0, acc0_0);
            const i32x8 v1_1 = i32x8_set1(x[k + 6]);
            acc1_0 = i32x8_multiply_add(v1_1, w0, acc1_0);
            const i32x8 v2_1 = i32x8_set1(x[k + 12]);
            acc2_0 = i32x8_multiply_add(v2_1, w0, acc2_0);
            const i32x8 v3_1 = i32x8_set1(x[k + 18]);
            acc3_0 = i32x8_multiply_add(v3_1, w0, acc3_0);
            const i32x8 v4_1 = i32x8_set1(x[k + 24]);
            acc4_0 = i32x8_multiply_add(v4_1, w0, acc4_0);
            const i32x8 v5_1 = i32x8_set1(x[k + 30]);
            acc5_0 = i32x8_multiply_add(v5_1, w0, acc5_0);
            const i32x8 v6_1 = i32x8_set1(x[k + 36]);
            acc6_0 = i32x8_multiply_add(v6_1, w0, acc6_0);
            const i32x8 v7_1 = i32x8_set1(x[k + 42]);
            acc7_0 = i32x8_multiply_add(v7_1, w0, acc7_0);
            const i32x8 v8_1 = i32x8_set1(x[k + 48]);
            acc8_0 = i32x8_multiply_add(v8_1, w0, acc8_0);
            w += 8;
        }
    }
    {
        const i32x8 by = i32x8_load_i32(scales);
        const i32x8 shift = i32x8_load_i8(scales + 32);
        i32x8_store_i8(y, i32x8_place(i32x8_rescale_once(acc0_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 8, i32x8_place(i32x8_rescale_once(acc1_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 16, i32x8_place(i32x8_rescale_once(acc2_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 24, i32x8_place(i32x8_rescale_once(acc3_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 32, i32x8_place(i32x8_rescale_once(acc4_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 40, i32x8_place(i32x8_rescale_once(acc5_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 48, i32x8_place(i32x8_rescale_once(acc6_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 56, i32x8_place(i32x8_rescale_once(acc7_0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 64, i32x8_place(i32x8_rescale_once(acc8_0, by, shift), -128, -128, 127));
    }
}

static void conv3x3_3_to_8_at_9x9(const uint8_t *x, const int8_t *w, int8_t *y, uint8_t *ring, int part, int parts) {
    const uint8_t *rows[3];
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

/* 14 pixels x 24 channels, over 8 inputs. */
static void tile_14x2_of_8(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x8 acc0_1 = i32x8_load_i32(w + 64);
    i32x16 acc1_0 = acc0_0; i32x8 acc1_1 = acc0_1;
    i32x16 acc2_0 = acc0_0; i32x8 acc2_1 = acc0_1;
    i32x16 acc3_0 = acc0_0; i32x8 acc3_1 = acc0_1;
    i32x16 acc4_0 = acc0_0; i32x8 acc4_1 = acc0_1;
    i32x16 acc5_0 = acc0_0; i32x8 acc5_1 = acc0_1;
    i32x16 acc6_0 = acc0_0; i32x8 acc6_1 = acc0_1;
    i32x16 acc7_0 = acc0_0; i32x8 acc7_1 = acc0_1;
    i32x16 acc8_0 = acc0_0; i32x8 acc8_1 = acc0_1;
    i32x16 acc9_0 = acc0_0; i32x8 acc9_1 = acc0_1;
    i32x16 acc10_0 = acc0_0; i32x8 acc10_1 = acc0_1;
    i32x16 acc11_0 = acc0_0; i32x8 acc11_1 = acc0_1;
    i32x16 acc12_0 = acc0_0; i32x8 acc12_1 = acc0_1;
    i32x16 acc13_0 = acc0_0; i32x8 acc13_1 = acc0_1;
    const int8_t *const scales = w + 96;
    w += 216;
    for (int k = 0; k < 8; k++) {
        const i32x16 w0 = i32x16_load_i8(w);
        const i32x8 w1 = i32x8_load_i8(w + 16);
        const i32x16 v0_0 = i32x16_set1(x[k]);
        const i32x8 v0_1 = i32x8_set1(x[k]);
        acc0_0 = i32x16_multiply_add(v0_0, w0, acc0_0);
        acc0_1 = i32x8_multiply_add(v0_1, w1, acc0_1);
        const i32x16 v1_0 = i32x16_set1(x[k + 8]);
        const i32x8 v1_1 = i32x8_set1(x[k + 8]);
        acc1_0 = i32x16_multiply_add(v1_0, w0, acc1_0);
        acc1_1 = i32x8_multiply_add(v1_1, w1, acc1_1);
        const i32x16 v2_0 = i32x16_set1(x[k + 16]);
        const i32x8 v2_1 = i32x8_set1(x[k + 16]);
        acc2_0 = i32x16_multiply_add(v2_0, w0, acc2_0);
        acc2_1 = i32x8_multiply_add(v2_1, w1, acc2_1);
        const i32x16 v3_0 = i32x16_set1(x[k + 24]);
        const i32x8 v3_1 = i32x8_set1(x[k + 24]);
        acc3_0 = i32x16_multiply_add(v3_0, w0, acc3_0);
        acc3_1 = i32x8_multiply_add(v3_1, w1, acc3_1);
        const i32x16 v4_0 = i32x16_set1(x[k + 32]);
        const i32x8 v4_1 = i32x8_set1(x[k + 32]);
        acc4_0 = i32x16_multiply_add(v4_0, w0, acc4_0);
        acc4_1 = i32x8_multiply_add(v4_1, w1, acc4_1);
        const i32x16 v5_0 = i32x16_set1(x[k + 40]);
        const i32x8 v5_1 = i32x8_set1(x[k + 40]);
        acc5_0 = i32x16_multiply_add(v5_0, w0, acc5_0);
        acc5_1 = i32x8_multiply_add(v5_1, w1, acc5_1);
        const i32x16 v6_0 = i32x16_set1(x[k + 48]);
        const i32x8 v6_1 = i32x8_set1(x[k + 48]);
        acc6_0 = i32x16_multiply_add(v6_0, w0, acc6_0);
        acc6_1 = i32x8_multiply_add(v6_1, w1, acc6_1);
        const i32x16 v7_0 = i32x16_set1(x[k + 56]);
        const i32x8 v7_1 = i32x8_set1(x[k + 56]);
        acc7_0 = i32x16_multiply_add(v7_0, w0, acc7_0);
        acc7_1 = i32x8_multiply_add(v7_1, w1, acc7_1);
        const i32x16 v8_0 = i32x16_set1(x[k + 64]);
        const i32x8 v8_1 = i32x8_set1(x[k + 64]);
        acc8_0 = i32x16_multiply_add(v8_0, w0, acc8_0);
        acc8_1 = i32x8_multiply_add(v8_1, w1, acc8_1);
        const i32x16 v9_0 = i32x16_set1(x[k + 72]);
        const i32x8 v9_1 = i32x8_set1(x[k + 72]);
        acc9_0 = i32x16_multiply_add(v9_0, w0, acc9_0);
        acc9_1 = i32x8_multiply_add(v9_1, w1, acc9_1);
        const i32x16 v10_0 = i32x16_set1(x[k + 80]);
        const i32x8 v10_1 = i32x8_set1(x[k + 80]);
        acc10_0 = i32x16_multiply_add(v10_0, w0, acc10_0);
        acc10_1 = i32x8_multiply_add(v10_1, w1, acc10_1);
        const i32x16 v11_0 = i32x16_set1(x[k + 88]);
        const i32x8 v11_1 = i32x8_set1(x[k + 88]);
        acc11_0 = i32x16_multiply_add(v11_0, w0, acc11_0);
        acc11_1 = i32x8_multiply_add(v11_1, w1, acc11_1);
        const i32x16 v12_0 = i32x16_set1(x[k + 96]);
        const i32x8 v12_1 = i32x8_set1(x[k + 96]);
        acc12_0 = i32x16_multiply_add(v12_0, w0, acc12_0);
        acc12_1 = i32x8_multiply_add(v12_1, w1, acc12_1);
        const i32x16 v13_0 = i32x16_set1(x[k + 104]);
        const i32x8 v13_1 = i32x8_set1(x[k + 104]);
        acc13_0 = i32x16_multiply_add(v13_0, w0, acc13_0);
        acc13_1 = i32x8_multiply_add(v13_1, w1, acc13_1);
        w += 24;
    }
    {
        const i32x16 by = i32x16_load_i32(scales);
        const i32x16 shift = i32x16_load_i8(scales + 96);
        i32x16_store_i8(y, i32x16_place(i32x16_rescale_once(acc0_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 24, i32x16_place(i32x16_rescale_once(acc1_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 48, i32x16_place(i32x16_rescale_once(acc2_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 72, i32x16_place(i32x16_rescale_once(acc3_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 96, i32x16_place(i32x16_rescale_once(acc4_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 120, i32x16_place(i32x16_rescale_once(acc5_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 144, i32x16_place(i32x16_rescale_once(acc6_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 168, i32x16_place(i32x16_rescale_once(acc7_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 192, i32x16_place(i32x16_rescale_once(acc8_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 216, i32x16_place(i32x16_rescale_once(acc9_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 240, i32x16_place(i32x16_rescale_once(acc10_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 264, i32x16_place(i32x16_rescale_once(acc11_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 288, i32x16_place(i32x16_rescale_once(acc12_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 312, i32x16_place(i32x16_rescale_once(acc13_0, by, shift), -128, -128, 127));
    }
    {
        const i32x8 by = i32x8_load_i32(scales + 64);
        const i32x8 shift = i32x8_load_i8(scales + 112);
        i32x8_store_i8(y + 16, i32x8_place(i32x8_rescale_once(acc0_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 40, i32x8_place(i32x8_rescale_once(acc1_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 64, i32x8_place(i32x8_rescale_once(acc2_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 88, i32x8_place(i32x8_rescale_once(acc3_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 112, i32x8_place(i32x8_rescale_once(acc4_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 136, i32x8_place(i32x8_rescale_once(acc5_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 160, i32x8_place(i32x8_rescale_once(acc6_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 184, i32x8_place(i32x8_rescale_once(acc7_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 208, i32x8_place(i32x8_rescale_once(acc8_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 232, i32x8_place(i32x8_rescale_once(acc9_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 256, i32x8_place(i32x8_rescale_once(acc10_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 280, i32x8_place(i32x8_rescale_once(acc11_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 304, i32x8_place(i32x8_rescale_once(acc12_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 328, i32x8_place(i32x8_rescale_once(acc13_1, by, shift), -128, -128, 127));
    }
}

/* 11 pixels x 24 channels, over 8 inputs. */
static void tile_11x2_of_8(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x8 acc0_1 = i32x8_load_i32(w + 64);
    i32x16 acc1_0 = acc0_0; i32x8 acc1_1 = acc0_1;
    i32x16 acc2_0 = acc0_0; i32x8 acc2_1 = acc0_1;
    i32x16 acc3_0 = acc0_0; i32x8 acc3_1 = acc0_1;
    i32x16 acc4_0 = acc0_0; i32x8 acc4_1 = acc0_1;
    i32x16 acc5_0 = acc0_0; i32x8 acc5_1 = acc0_1;
    i32x16 acc6_0 = acc0_0; i32x8 acc6_1 = acc0_1;
    i32x16 acc7_0 = acc0_0; i32x8 acc7_1 = acc0_1;
    i32x16 acc8_0 = acc0_0; i32x8 acc8_1 = acc0_1;
    i32x16 acc9_0 = acc0_0; i32x8 acc9_1 = acc0_1;
    i32x16 acc10_0 = acc0_0; i32x8 acc10_1 = acc0_1;
    const int8_t *const scales = w + 96;
    w += 216;
    for (int k = 0; k < 8; k++) {
        const i32x16 w0 = i32x16_load_i8(w);
        const i32x8 w1 = i32x8_load_i8(w + 16);
        const i32x16 v0_0 = i32x16_set1(x[k]);
        const i32x8 v0_1 = i32x8_set1(x[k]);
        acc0_0 = i32x16_multiply_add(v0_0, w0, acc0_0);
        acc0_1 = i32x8_multiply_add(v0_1, w1, acc0_1);
        const i32x16 v1_0 = i32x16_set1(x[k + 8]);
        const i32x8 v1_1 = i32x8_set1(x[k + 8]);
        acc1_0 = i32x16_multiply_add(v1_0, w0, acc1_0);
        acc1_1 = i32x8_multiply_add(v1_1, w1, acc1_1);
        const i32x16 v2_0 = i32x16_set1(x[k + 16]);
        const i32x8 v2_1 = i32x8_set1(x[k + 16]);
        acc2_0 = i32x16_multiply_add(v2_0, w0, acc2_0);
        acc2_1 = i32x8_multiply_add(v2_1, w1, acc2_1);
        const i32x16 v3_0 = i32x16_set1(x[k + 24]);
        const i32x8 v3_1 = i32x8_set1(x[k + 24]);
        acc3_0 = i32x16_multiply_add(v3_0, w0, acc3_0);
        acc3_1 = i32x8_multiply_add(v3_1, w1, acc3_1);
        const i32x16 v4_0 = i32x16_set1(x[k + 32]);
        const i32x8 v4_1 = i32x8_set1(x[k + 32]);
        acc4_0 = i32x16_multiply_add(v4_0, w0, acc4_0);
        acc4_1 = i32x8_multiply_add(v4_1, w1, acc4_1);
        const i32x16 v5_0 = i32x16_set1(x[k + 40]);
        const i32x8 v5_1 = i32x8_set1(x[k + 40]);
        acc5_0 = i32x16_multiply_add(v5_0, w0, acc5_0);
        acc5_1 = i32x8_multiply_add(v5_1, w1, acc5_1);
        const i32x16 v6_0 = i32x16_set1(x[k + 48]);
        const i32x8 v6_1 = i32x8_set1(x[k + 48]);
        acc6_0 = i32x16_multiply_add(v6_0, w0, acc6_0);
        acc6_1 = i32x8_multiply_add(v6_1, w1, acc6_1);
        const i32x16 v7_0 = i32x16_set1(x[k + 56]);
        const i32x8 v7_1 = i32x8_set1(x[k + 56]);
        acc7_0 = i32x16_multiply_add(v7_0, w0, acc7_0);
        acc7_1 = i32x8_multiply_add(v7_1, w1, acc7_1);
        const i32x16 v8_0 = i32x16_set1(x[k + 64]);
        const i32x8 v8_1 = i32x8_set1(x[k + 64]);
        acc8_0 = i32x16_multiply_add(v8_0, w0, acc8_0);
        acc8_1 = i32x8_multiply_add(v8_1, w1, acc8_1);
        const i32x16 v9_0 = i32x16_set1(x[k + 72]);
        const i32x8 v9_1 = i32x8_set1(x[k + 72]);
        acc9_0 = i32x16_multiply_add(v9_0, w0, acc9_0);
        acc9_1 = i32x8_multiply_add(v9_1, w1, acc9_1);
        const i32x16 v10_0 = i32x16_set1(x[k + 80]);
        const i32x8 v10_1 = i32x8_set1(x[k + 80]);
        acc10_0 = i32x16_multiply_add(v10_0, w0, acc10_0);
        acc10_1 = i32x8_multiply_add(v10_1, w1, acc10_1);
        w += 24;
    }
    {
        const i32x16 by = i32x16_load_i32(scales);
        const i32x16 shift = i32x16_load_i8(scales + 96);
        i32x16_store_i8(y, i32x16_place(i32x16_rescale_once(acc0_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 24, i32x16_place(i32x16_rescale_once(acc1_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 48, i32x16_place(i32x16_rescale_once(acc2_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 72, i32x16_place(i32x16_rescale_once(acc3_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 96, i32x16_place(i32x16_rescale_once(acc4_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 120, i32x16_place(i32x16_rescale_once(acc5_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 144, i32x16_place(i32x16_rescale_once(acc6_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 168, i32x16_place(i32x16_rescale_once(acc7_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 192, i32x16_place(i32x16_rescale_once(acc8_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 216, i32x16_place(i32x16_rescale_once(acc9_0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 240, i32x16_place(i32x16_rescale_once(acc10_0, by, shift), -128, -128, 127));
    }
    {
        const i32x8 by = i32x8_load_i32(scales + 64);
        const i32x8 shift = i32x8_load_i8(scales + 112);
        i32x8_store_i8(y + 16, i32x8_place(i32x8_rescale_once(acc0_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 40, i32x8_place(i32x8_rescale_once(acc1_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 64, i32x8_place(i32x8_rescale_once(acc2_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 88, i32x8_place(i32x8_rescale_once(acc3_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 112, i32x8_place(i32x8_rescale_once(acc4_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 136, i32x8_place(i32x8_rescale_once(acc5_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 160, i32x8_place(i32x8_rescale_once(acc6_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 184, i32x8_place(i32x8_rescale_once(acc7_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 208, i32x8_place(i32x8_rescale_once(acc8_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 232, i32x8_place(i32x8_rescale_once(acc9_1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 256, i32x8_place(i32x8_rescale_once(acc10_1, by, shift), -128, -128, 127));
    }
}

static void conv1x1_8_to_24_at_9x9(const int8_t *x, const int8_t *w, int8_t *y, int part, int parts) {
    for (int b = parts <= 6 ? 0 : PART(1, part); b < (parts <= 6 ? 1 : PART(1, part + 1)); b++) {
        for (int u = parts <= 6 ? PART(6, part) : 0; u < (parts <= 6 ? PART(6, part + 1) : 6); u++) {
            const int p = u * 14;
            if (p < 70) {
                tile_14x2_of_8(x + p * 8, w, y + p * 24);
            } else {
                tile_11x2_of_8(x + p * 8, w, y + p * 24);
            }
        }
    }
}

static void depthwise3x3_row_of_9(const int8_t *x, const int8_t *w, int8_t *y, int top, int ky0, int ky1) {
    {
        i32x16 acc0 = i32x16_load_i32(w);
        i32x16 acc1 = acc0;
        i32x16 acc2 = acc0;
        i32x16 acc3 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const int8_t *row = x + (top + ky) * 216;
            const int8_t *taps = w + (ky * 3 + 9) * 16;
            const i32x16 k0 = i32x16_load_i8(taps);
            const i32x16 k1 = i32x16_load_i8(taps + 16);
            const i32x16 k2 = i32x16_load_i8(taps + 32);
            const i32x16 v0 = i32x16_load_i8(row) - i32x16_set1(-128);
            acc0 = i32x16_multiply_add(v0, k1, acc0);
            acc1 = i32x16_multiply_add(v0, k0, acc1);
            const i32x16 v1 = i32x16_load_i8(row + 24) - i32x16_set1(-128);
            acc0 = i32x16_multiply_add(v1, k2, acc0);
            acc1 = i32x16_multiply_add(v1, k1, acc1);
            acc2 = i32x16_multiply_add(v1, k0, acc2);
            const i32x16 v2 = i32x16_load_i8(row + 48) - i32x16_set1(-128);
            acc1 = i32x16_multiply_add(v2, k2, acc1);
            acc2 = i32x16_multiply_add(v2, k1, acc2);
            acc3 = i32x16_multiply_add(v2, k0, acc3);
            const i32x16 v3 = i32x16_load_i8(row + 72) - i32x16_set1(-128);
            acc2 = i32x16_multiply_add(v3, k2, acc2);
            acc3 = i32x16_multiply_add(v3, k1, acc3);
            const i32x16 v4 = i32x16_load_i8(row + 96) - i32x16_set1(-128);
            acc3 = i32x16_multiply_add(v4, k2, acc3);
        }
        const i32x16 by = i32x16_load_i32(w + 64);
        const i32x16 shift = i32x16_load_i8(w + 64 + 64);
        i32x16_store_i8(y, i32x16_place(i32x16_rescale_once(acc0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 24, i32x16_place(i32x16_rescale_once(acc1, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 48, i32x16_place(i32x16_rescale_once(acc2, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 72, i32x16_place(i32x16_rescale_once(acc3, by, shift), -128, -128, 127));
    }
    {
        i32x16 acc0 = i32x16_load_i32(w);
        i32x16 acc1 = acc0;
        i32x16 acc2 = acc0;
        i32x16 acc3 = acc0;
        i32x16 acc4 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const int8_t *row = x + (top + ky) * 216;
            const int8_t *taps = w + (ky * 3 + 9) * 16;
            const i32x16 k0 = i32x16_load_i8(taps);
            const i32x16 k1 = i32x16_load_i8(taps + 16);
            const i32x16 k2 = i32x16_load_i8(taps + 32);
            const i32x16 v0 = i32x16_load_i8(row + 72) - i32x16_set1(-128);
            acc0 = i32x16_multiply_add(v0, k0, acc0);
            const i32x16 v1 = i32x16_load_i8(row + 96) - i32x16_set1(-128);
            acc0 = i32x16_multiply_add(v1, k1, acc0);
            acc1 = i32x16_multiply_add(v1, k0, acc1);
            const i32x16 v2 = i32x16_load_i8(row + 120) - i32x16_set1(-128);
            acc0 = i32x16_multiply_add(v2, k2, acc0);
            acc1 = i32x16_multiply_add(v2, k1, acc1);
            acc2 = i32x16_multiply_add(v2, k0, acc2);
            const i32x16 v3 = i32x16_load_i8(row + 144) - i32x16_set1(-128);
            acc1 = i32x16_multiply_add(v3, k2, acc1);
            acc2 = i32x16_multiply_add(v3, k1, acc2);
            acc3 = i32x16_multiply_add(v3, k0, acc3);
            const i32x16 v4 = i32x16_load_i8(row + 168) - i32x16_set1(-128);
            acc2 = i32x16_multiply_add(v4, k2, acc2);
            acc3 = i32x16_multiply_add(v4, k1, acc3);
            acc4 = i32x16_multiply_add(v4, k0, acc4);
            const i32x16 v5 = i32x16_load_i8(row + 192) - i32x16_set1(-128);
            acc3 = i32x16_multiply_add(v5, k2, acc3);
            acc4 = i32x16_multiply_add(v5, k1, acc4);
        }
        const i32x16 by = i32x16_load_i32(w + 64);
        const i32x16 shift = i32x16_load_i8(w + 64 + 64);
        i32x16_store_i8(y + 96, i32x16_place(i32x16_rescale_once(acc0, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 120, i32x16_place(i32x16_rescale_once(acc1, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 144, i32x16_place(i32x16_rescale_once(acc2, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 168, i32x16_place(i32x16_rescale_once(acc3, by, shift), -128, -128, 127));
        i32x16_store_i8(y + 192, i32x16_place(i32x16_rescale_once(acc4, by, shift), -128, -128, 127));
    }
}

static void depthwise3x3_row_of_9_v2(const int8_t *x, const int8_t *w, int8_t *y, int top, int ky0, int ky1) {
    {
        i32x8 acc0 = i32x8_load_i32(w);
        i32x8 acc1 = acc0;
        i32x8 acc2 = acc0;
        i32x8 acc3 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const int8_t *row = x + (top + ky) * 216;
            const int8_t *taps = w + (ky * 3 + 9) * 8;
            const i32x8 k0 = i32x8_load_i8(taps);
            const i32x8 k1 = i32x8_load_i8(taps + 8);
            const i32x8 k2 = i32x8_load_i8(taps + 16);
            const i32x8 v0 = i32x8_load_i8(row) - i32x8_set1(-128);
            acc0 = i32x8_multiply_add(v0, k1, acc0);
            acc1 = i32x8_multiply_add(v0, k0, acc1);
            const i32x8 v1 = i32x8_load_i8(row + 24) - i32x8_set1(-128);
            acc0 = i32x8_multiply_add(v1, k2, acc0);
            acc1 = i32x8_multiply_add(v1, k1, acc1);
            acc2 = i32x8_multiply_add(v1, k0, acc2);
            const i32x8 v2 = i32x8_load_i8(row + 48) - i32x8_set1(-128);
            acc1 = i32x8_multiply_add(v2, k2, acc1);
            acc2 = i32x8_multiply_add(v2, k1, acc2);
            acc3 = i32x8_multiply_add(v2, k0, acc3);
            const i32x8 v3 = i32x8_load_i8(row + 72) - i32x8_set1(-128);
            acc2 = i32x8_multiply_add(v3, k2, acc2);
            acc3 = i32x8_multiply_add(v3, k1, acc3);
            const i32x8 v4 = i32x8_load_i8(row + 96) - i32x8_set1(-128);
            acc3 = i32x8_multiply_add(v4, k2, acc3);
        }
        const i32x8 by = i32x8_load_i32(w + 32);
        const i32x8 shift = i32x8_load_i8(w + 32 + 32);
        i32x8_store_i8(y, i32x8_place(i32x8_rescale_once(acc0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 24, i32x8_place(i32x8_rescale_once(acc1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 48, i32x8_place(i32x8_rescale_once(acc2, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 72, i32x8_place(i32x8_rescale_once(acc3, by, shift), -128, -128, 127));
    }
    {
        i32x8 acc0 = i32x8_load_i32(w);
        i32x8 acc1 = acc0;
        i32x8 acc2 = acc0;
        i32x8 acc3 = acc0;
        i32x8 acc4 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const int8_t *row = x + (top + ky) * 216;
            const int8_t *taps = w + (ky * 3 + 9) * 8;
            const i32x8 k0 = i32x8_load_i8(taps);
            const i32x8 k1 = i32x8_load_i8(taps + 8);
            const i32x8 k2 = i32x8_load_i8(taps + 16);
            const i32x8 v0 = i32x8_load_i8(row + 72) - i32x8_set1(-128);
            acc0 = i32x8_multiply_add(v0, k0, acc0);
            const i32x8 v1 = i32x8_load_i8(row + 96) - i32x8_set1(-128);
            acc0 = i32x8_multiply_add(v1, k1, acc0);
            acc1 = i32x8_multiply_add(v1, k0, acc1);
            const i32x8 v2 = i32x8_load_i8(row + 120) - i32x8_set1(-128);
            acc0 = i32x8_multiply_add(v2, k2, acc0);
            acc1 = i32x8_multiply_add(v2, k1, acc1);
            acc2 = i32x8_multiply_add(v2, k0, acc2);
            const i32x8 v3 = i32x8_load_i8(row + 144) - i32x8_set1(-128);
            acc1 = i32x8_multiply_add(v3, k2, acc1);
            acc2 = i32x8_multiply_add(v3, k1, acc2);
            acc3 = i32x8_multiply_add(v3, k0, acc3);
            const i32x8 v4 = i32x8_load_i8(row + 168) - i32x8_set1(-128);
            acc2 = i32x8_multiply_add(v4, k2, acc2);
            acc3 = i32x8_multiply_add(v4, k1, acc3);
            acc4 = i32x8_multiply_add(v4, k0, acc4);
            const i32x8 v5 = i32x8_load_i8(row + 192) - i32x8_set1(-128);
            acc3 = i32x8_multiply_add(v5, k2, acc3);
            acc4 = i32x8_multiply_add(v5, k1, acc4);
        }
        const i32x8 by = i32x8_load_i32(w + 32);
        const i32x8 shift = i32x8_load_i8(w + 32 + 32);
        i32x8_store_i8(y + 96, i32x8_place(i32x8_rescale_once(acc0, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 120, i32x8_place(i32x8_rescale_once(acc1, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 144, i32x8_place(i32x8_rescale_once(acc2, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 168, i32x8_place(i32x8_rescale_once(acc3, by, shift), -128, -128, 127));
        i32x8_store_i8(y + 192, i32x8_place(i32x8_rescale_once(acc4, by, shift), -128, -128, 127));
    }
}

/* 9 pixels x 8 channels, over 24 inputs. */
static void tile_9x1_of_24(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r) {
    i32x8 acc0_0 = i32x8_load_i32(w);
    i32x8 acc1_0 = acc0_0;
    i32x8 acc2_0 = acc0_0;
    i32x8 acc3_0 = acc0_0;
    i32x8 acc4_0 = acc0_0;
    i32x8 acc5_0 = acc0_0;
    i32x8 acc6_0 = acc0_0;
    i32x8 acc7_0 = acc0_0;
    i32x8 acc8_0 = acc0_0;
    const int8_t *const scales = w + 32;
    w += 72;
    for (int k = 0; k < 24; k++) {
        const i32x8 w0 = i32x8_load_i8(w);
        const i32x8 v0_1 = i32x8_set1(x[k]);
        acc0_0 = i32x8_multiply_add(v0_1, w0, acc0_0);
        const i32x8 v1_1 = i32x8_set1(x[k + 24]);
        acc1_0 = i32x8_multiply_add(v1_1, w0, acc1_0);
        const i32x8 v2_1 = i32x8_set1(x[k + 48]);
        acc2_0 = i32x8_multiply_add(v2_1, w0, acc2_0);
        const i32x8 v3_1 = i32x8_set1(x[k + 72]);
        acc3_0 = i32x8_multiply_add(v3_1, w0, acc3_0);
        const i32x8 v4_1 = i32x8_set1(x[k + 96]);
        acc4_0 = i32x8_multiply_add(v4_1, w0, acc4_0);
        const i32x8 v5_1 = i32x8_set1(x[k + 120]);
        acc5_0 = i32x8_multiply_add(v5_1, w0, acc5_0);
        const i32x8 v6_1 = i32x8_set1(x[k + 144]);
        acc6_0 = i32x8_multiply_add(v6_1, w0, acc6_0);
        const i32x8 v7_1 = i32x8_set1(x[k + 168]);
        acc7_0 = i32x8_multiply_add(v7_1, w0, acc7_0);
        const i32x8 v8_1 = i32x8_set1(x[k + 192]);
        acc8_0 = i32x8_multiply_add(v8_1, w0, acc8_0);
        w += 8;
    }
    {
        const i32x8 by = i32x8_load_i32(scales);
        const i32x8 shift = i32x8_load_i8(scales + 32);
        i32x8_store_i8(y, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc0_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 8, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc1_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 8) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 16, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc2_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 16) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 24, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc3_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 24) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 32, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc4_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 32) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 40, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc5_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 40) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 48, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc6_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 48) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 56, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc7_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 56) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
        i32x8_store_i8(y + 64, i32x8_place(i32x8_rescale_once(i32x8_rescale_once((i32x8_place(i32x8_rescale_once(acc8_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x8_set1(1073741824), i32x8_set1(0)) + i32x8_rescale_once((i32x8_load_i8(r + 64) + 128) * 1048576, i32x8_set1(2018634530), i32x8_set1(-2)), i32x8_set1(1789569773), i32x8_set1(-19)), -4, -128, 127));
    }
}

static void conv1x1_24_to_8_row_of_9(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r) {
    tile_9x1_of_24(x, w, y, r);
}

static void chain_9x9x24_to_9x9x8(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r, int8_t *t0, int part, int parts) {
    for (int oy = PART(9, part); oy < PART(9, part + 1); oy++) {
        const int top_0 = oy * 1 - 1;
        const int ky0_0 = top_0 < 0 ? -top_0 : 0;
        const int ky1_0 = 9 - top_0 < 3 ? 9 - top_0 : 3;
        depthwise3x3_row_of_9(x, w, t0, top_0, ky0_0, ky1_0);
        depthwise3x3_row_of_9_v2(x + 16, w + 288, t0 + 16, top_0, ky0_0, ky1_0);
        conv1x1_24_to_8_row_of_9(t0, w + 448, y + oy * 72, r + oy * 72);
    }
    (void)parts;
}

/* One padded row of the input. */
static void stage_row_9x8(const int8_t *x, int8_t *row, int iy) {
    if (iy < 0 || iy >= 9) {
        for (int i = 0; i < 88; i++) {
            row[i] = -4;
        }
        return;
    }
    for (int i = 0; i < 8; i++) {
        row[i] = -4;
    }
    for (int i = 0; i < 8; i++) {
        row[i + 80] = -4;
    }
    row += 8;
    x += iy * 72;
    memcpy(row, x, 72);
}

/* 5 pixels x 16 channels, over 72 inputs. */
static void tile_5x1_of_72(const int8_t *const *rows, int at, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x16 acc1_0 = acc0_0;
    i32x16 acc2_0 = acc0_0;
    i32x16 acc3_0 = acc0_0;
    i32x16 acc4_0 = acc0_0;
    const int8_t *const scales = w + 64;
    w += 144;
    for (int ky = 0; ky < 3; ky++) {
        const int8_t *x = rows[ky] + at;
        for (int k = 0; k < 24; k++) {
            const i32x16 w0 = i32x16_load_i8(w);
            const i32x16 v0_0 = i32x16_set1(x[k]);
            acc0_0 = i32x16_multiply_add(v0_0, w0, acc0_0);
            const i32x16 v1_0 = i32x16_set1(x[k + 16]);
            acc1_0 = i32x16_multiply_add(v1_0, w0, acc1_0);
            const i32x16 v2_0 = i32x16_set1(x[k + 32]);
            acc2_0 = i32x16_multiply_add(v2_0, w0, acc2_0);
            const i32x16 v3_0 = i32x16_set1(x[k + 48]);
            acc3_0 = i32x16_multiply_add(v3_0, w0, acc3_0);
            const i32x16 v4_0 = i32x16_set1(x[k + 64]);
            acc4_0 = i32x16_multiply_add(v4_0, w0, acc4_0);
            w += 16;
        }
    }
    {
        const i32x16 by = i32x16_load_i32(scales);
        const i32x16 shift = i32x16_load_i8(scales + 64);
        i32x16_store_i8(y, i32x16_look_up(codes_1, i32x16_place(i32x16_rescale_once(acc0_0, by, shift), 0, -128, 127)));
        i32x16_store_i8(y + 16, i32x16_look_up(codes_1, i32x16_place(i32x16_rescale_once(acc1_0, by, shift), 0, -128, 127)));
        i32x16_store_i8(y + 32, i32x16_look_up(codes_1, i32x16_place(i32x16_rescale_once(acc2_0, by, shift), 0, -128, 127)));
        i32x16_store_i8(y + 48, i32x16_look_up(codes_1, i32x16_place(i32x16_rescale_once(acc3_0, by, shift), 0, -128, 127)));
        i32x16_store_i8(y + 64, i32x16_look_up(codes_1, i32x16_place(i32x16_rescale_once(acc4_0, by, shift), 0, -128, 127)));
    }
}

static void conv3x3_8_to_16_at_5x5(const int8_t *x, const int8_t *w, int8_t *y, int8_t *ring, int part, int parts) {
    const int8_t *rows[3];
    int next = PART(5, part) * 2 - 1; /* the input row that is copied next */
    for (int oy = PART(5, part); oy < PART(5, part + 1); oy++) {
        for (; next < oy * 2 + 2; next++) {
            stage_row_9x8(x, ring + (next + 1) % 3 * 88, next);
        }
        for (int ky = 0; ky < 3; ky++) {
            rows[ky] = ring + (oy * 2 + ky) % 3 * 88;
        }
        tile_5x1_of_72(rows, 0, w, y + oy * 80);
    }
    (void)parts;
}

static void mean_of_codes_5x5x16(const int8_t *x0, int8_t *y) {
    for (int begin = 0; begin < 16; begin += 16) {
        const int left = 16 - begin, count = left < 16 ? left : 16;
        int32_t sum[16] = {0};
        for (int i = 0; i < 25; i++) {
            const int8_t *from = x0 + begin + i * 16;
            for (int c = 0; c < count; c++) {
                sum[c] += from[c];
            }
        }
        for (int c = 0; c < count; c++) {
            y[begin + c] = (int8_t)i32_clamp(i32_once_short(sum[c] + 2900, 1374389535, -4) - 116, -128, 127);
        }
    }
}

/* 1 pixel x 4 channels, over 16 inputs. */
static void tile_1x1_of_16(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x4 acc0_0 = i32x4_load_i32(w);
    const int8_t *const scales = w + 16;
    w += 36;
    for (int k = 0; k < 16; k++) {
        const i32x4 w0 = i32x4_load_i8(w);
        const i32x4 v0_2 = i32x4_set1(x[k]);
        acc0_0 = i32x4_multiply_add(v0_2, w0, acc0_0);
        w += 4;
    }
    {
        const i32x4 by = i32x4_load_i32(scales);
        const i32x4 shift = i32x4_load_i8(scales + 16);
        i32x4_store_i8(y, i32x4_place(i32x4_rescale_once(acc0_0, by, shift), -128, -128, 127));
    }
}

static void conv1x1_16_to_4_at_1x1(const int8_t *x, const int8_t *w, int8_t *y) {
    tile_1x1_of_16(x, w, y);
}

/* 1 pixel x 16 channels, over 4 inputs. */
static void tile_1x1_of_4(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    const int8_t *const scales = w + 64;
    w += 144;
    for (int k = 0; k < 4; k++) {
        const i32x16 w0 = i32x16_load_i8(w);
        const i32x16 v0_0 = i32x16_set1(x[k]);
        acc0_0 = i32x16_multiply_add(v0_0, w0, acc0_0);
        w += 16;
    }
    {
        const i32x16 by = i32x16_load_i32(scales);
        const i32x16 shift = i32x16_load_i8(scales + 64);
        i32x16_store_i8(y, i32x16_look_up(codes_2, i32x16_place(i32x16_rescale_once(acc0_0, by, shift), 0, -128, 127)));
    }
}

static void conv1x1_4_to_16_at_1x1(const int8_t *x, const int8_t *w, int8_t *y) {
    tile_1x1_of_4(x, w, y);
}

static void mul_5x5x16(const int8_t *x0, const int8_t *z0, int8_t *y) {
    const int8_t *x = x0;
    const int8_t *z = z0;
    for (int p = 0; p < 25; p++) {
        for (int c = 0; c < 16; c++) {
            const int32_t a = *(x + p * 16 + c);
            const int32_t b = *(z + c);
            *(y + p * 16 + c) = (int8_t)i32_clamp(i32_once_short((a + 116) * (b + 128), 1073741824, -7) - 116, -128, 127);
        }
    }
}

static void mean_of_codes_5x5x16_v2(const int8_t *x0, int8_t *y) {
    for (int begin = 0; begin < 16; begin += 16) {
        const int left = 16 - begin, count = left < 16 ? left : 16;
        int32_t sum[16] = {0};
        for (int i = 0; i < 25; i++) {
            const int8_t *from = x0 + begin + i * 16;
            for (int c = 0; c < count; c++) {
                sum[c] += from[c];
            }
        }
        for (int c = 0; c < count; c++) {
            y[begin + c] = (int8_t)i32_clamp(i32_once_short(sum[c] + 2900, 2061584302, -4) - 100, -128, 127);
        }
    }
}

/* 1 pixel x 10 channels, over 16 inputs. */
static void tile_1x1_of_16_v2(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    const int8_t *const scales = w + 64;
    w += 144;
    for (int k = 0; k < 16; k++) {
        const i32x16 w0 = i32x16_load_i8(w);
        const i32x16 v0_0 = i32x16_set1(x[k]);
        acc0_0 = i32x16_multiply_add(v0_0, w0, acc0_0);
        w += 16;
    }
    {
        const i32x16 by = i32x16_load_i32(scales);
        const i32x16 shift = i32x16_load_i8(scales + 64);
        i32x16_store_i8_part(y, i32x16_place(i32x16_rescale_once(acc0_0, by, shift), 10, -128, 127), 10);
    }
}

static void dense_16_to_10(const int8_t *x, const int8_t *w, int8_t *y) {
    tile_1x1_of_16_v2(x, w, y);
}

#define AT(offset) ((int8_t *)(void *)((unsigned char *)arena + (offset)))

/* What each thread, or part, has for itself: the first one in the arena, the others behind it. */
#define OWN(who, offset, own) \
    ((who) == 0 ? AT(offset) : AT(INTEGERS_ARENA_BYTES + (size_t)((who) - 1) * INTEGERS_THREAD_BYTES + (own)))

#ifdef INTEGERS_PROFILE
#define STEP_HOOK(step, name, begin) integers_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

static void run_steps(void *arena, const uint8_t *image, int8_t *scores) {
    const int thread = 0, threads = 1, part = 0, parts = 1;
    (void)thread, (void)threads, (void)part, (void)parts;
    /* 1. conv_1: conv 3x3 stride 2 (integers.net:7)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 288 bytes of weights
     * direct 9 x 1 of i32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)OWN(thread, 0, 0)), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    /* 2. conv_2: conv 1x1 (integers.net:9)
     * [9, 9, 8] -> [9, 9, 24], 0.02 M MACs, 440 bytes of weights
     * pointwise 14 x 2 of i32x16 */
    STEP_HOOK(2, "conv_2", 1);
    conv1x1_8_to_24_at_9x9(AT(1984), CODES(320), AT(0), part, parts);
    STEP_HOOK(2, "conv_2", 0);
    /* 3. depthwise_1: depthwise 3x3 (integers.net:10)
     * conv_3: conv 1x1, + residual (integers.net:11)
     * [9, 9, 24] -> [9, 9, 8], 0.03 M MACs, 752 bytes of weights
     * by rows: depthwise, 8 columns of i32x16, pointwise 9 x 1 of i32x16 */
    STEP_HOOK(3, "conv_3", 1);
    chain_9x9x24_to_9x9x8(AT(0), CODES(768), AT(2688), AT(1984), OWN(thread, 3392, 0), part, parts);
    STEP_HOOK(3, "conv_3", 0);
    /* 4. conv_4: conv 3x3 stride 2, hswish (integers.net:13)
     * [9, 9, 8] -> [5, 5, 16], 0.03 M MACs, 1352 bytes of weights
     * direct 5 x 1 of i32x16 */
    STEP_HOOK(4, "conv_4", 1);
    conv3x3_8_to_16_at_5x5(AT(2688), CODES(1536), AT(0), OWN(thread, 448, 0), part, parts);
    STEP_HOOK(4, "conv_4", 0);
    /* 5. global_avg_pool_1: global_avg_pool (integers.net:15)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(5, "global_avg_pool_1", 1);
    mean_of_codes_5x5x16(AT(0), AT(448));
    STEP_HOOK(5, "global_avg_pool_1", 0);
    /* 6. conv_5: conv 1x1 (integers.net:15)
     * [1, 1, 16] -> [1, 1, 4], 0.00 M MACs, 148 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(6, "conv_5", 1);
    conv1x1_16_to_4_at_1x1(AT(448), CODES(2880), AT(512));
    STEP_HOOK(6, "conv_5", 0);
    /* 7. conv_6: conv 1x1, hsigmoid (integers.net:16)
     * [1, 1, 4] -> [1, 1, 16], 0.00 M MACs, 236 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(7, "conv_6", 1);
    conv1x1_4_to_16_at_1x1(AT(512), CODES(3008), AT(448));
    STEP_HOOK(7, "conv_6", 0);
    /* 8. mul_1: mul (integers.net:14)
     * [5, 5, 16] -> [5, 5, 16]
     * elementwise, in place */
    STEP_HOOK(8, "mul_1", 1);
    mul_5x5x16(AT(0), AT(448), AT(0));
    STEP_HOOK(8, "mul_1", 0);
    /* 9. global_avg_pool_2: global_avg_pool (integers.net:18)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_codes_5x5x16_v2(AT(0), AT(448));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    /* 10. dense_1: dense (integers.net:18)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 448 bytes of weights
     * dense 1 x 1 of i32x16 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(448), CODES(3264), scores);
    STEP_HOOK(10, "dense_1", 0);
}

/* The same by several threads, each of which runs this. */
static void share_steps(void *arena, const uint8_t *image, int8_t *scores, team *all, int thread) {
    const int threads = all->threads, parts = all->alone ? 1 : threads;
    worker me = {all, thread, 0, 0, 0, 0};
    (void)parts;
    if (thread == 0) STEP_HOOK(1, "conv_1", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)OWN(thread, 0, 0)), part, parts); /* 1 */
    }
    if (thread == 0) STEP_HOOK(1, "conv_1", 0);
    if (thread == 0) STEP_HOOK(2, "conv_2", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv1x1_8_to_24_at_9x9(AT(1984), CODES(320), AT(0), part, parts); /* 2 */
    }
    if (thread == 0) STEP_HOOK(2, "conv_2", 0);
    if (thread == 0) STEP_HOOK(3, "conv_3", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        chain_9x9x24_to_9x9x8(AT(0), CODES(768), AT(2688), AT(1984), OWN(thread, 3392, 0), part, parts); /* 3 */
    }
    if (thread == 0) STEP_HOOK(3, "conv_3", 0);
    if (thread == 0) STEP_HOOK(4, "conv_4", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv3x3_8_to_16_at_5x5(AT(2688), CODES(1536), AT(0), OWN(thread, 448, 0), part, parts); /* 4 */
    }
    if (thread == 0) STEP_HOOK(4, "conv_4", 0);
    if (thread == 0) STEP_HOOK(5, "global_avg_pool_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mean_of_codes_5x5x16(AT(0), AT(448)); /* 5 */
    }
    if (thread == 0) STEP_HOOK(5, "global_avg_pool_1", 0);
    if (thread == 0) STEP_HOOK(6, "conv_5", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_16_to_4_at_1x1(AT(448), CODES(2880), AT(512)); /* 6 */
    }
    if (thread == 0) STEP_HOOK(6, "conv_5", 0);
    if (thread == 0) STEP_HOOK(7, "conv_6", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_4_to_16_at_1x1(AT(512), CODES(3008), AT(448)); /* 7 */
    }
    if (thread == 0) STEP_HOOK(7, "conv_6", 0);
    if (thread == 0) STEP_HOOK(8, "mul_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mul_5x5x16(AT(0), AT(448), AT(0)); /* 8 */
    }
    if (thread == 0) STEP_HOOK(8, "mul_1", 0);
    if (thread == 0) STEP_HOOK(9, "global_avg_pool_2", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mean_of_codes_5x5x16_v2(AT(0), AT(448)); /* 9 */
    }
    if (thread == 0) STEP_HOOK(9, "global_avg_pool_2", 0);
    if (thread == 0) STEP_HOOK(10, "dense_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        dense_16_to_10(AT(448), CODES(3264), scores); /* 10 */
    }
    if (thread == 0) STEP_HOOK(10, "dense_1", 0);
}

void integers_run_in(void *arena, const uint8_t *image, int8_t *scores) {
    run_steps(arena, image, scores);
}

/* What the threads of a run have in common. */
typedef struct run_call {
    team all;
    void *arena;
    const uint8_t *image;
    int8_t *scores;
} run_call;

/* What one thread does for a run. */
static void run_job(void *job_context, int thread) {
    run_call *const call = (run_call *)job_context;
    share_steps(call->arena, call->image, call->scores, &call->all, thread);
}

#ifdef _OPENMP
/* Runs a job on threads of OpenMP. */
static void on_openmp(void *context, integers_job job, void *job_context, int threads) {
    (void)context;
#pragma omp parallel num_threads(threads)
    {
        job(job_context, omp_get_thread_num());
        leave(&((run_call *)job_context)->all, omp_get_num_threads());
    }
}
#endif

void integers_run_on(void *arena, int threads, integers_parallel parallel, void *context, const uint8_t *image, int8_t *scores) {
    if (threads < 2) {
        run_steps(arena, image, scores);
        return;
    }
    const uint64_t began = read_ticks();
    run_call call;
    memset(&call.all, 0, sizeof call.all);
    call.all.threads = threads < 64 ? threads : 64;
    call.all.alone = goes_alone(began);
    call.arena = arena;
    call.image = image;
    call.scores = scores;
    if (call.all.alone)
        run_job(&call, 0);
    else
        parallel(context, run_job, &call, call.all.threads);
    learn_from(&call.all, began);
}

void integers_run_threads_in(void *arena, int threads, const uint8_t *image, int8_t *scores) {
#ifdef _OPENMP
    integers_run_on(arena, threads, on_openmp, NULL, image, scores);
#else
    (void)threads;
    run_steps(arena, image, scores);
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
    unsigned char bytes[INTEGERS_ARENA_BYTES + 3740 /* for the self-test */ + (MAX_THREADS - 1) * INTEGERS_THREAD_BYTES];
} static_arena __attribute__((aligned(64)));

void integers_run(const uint8_t *image, int8_t *scores) {
#ifdef _OPENMP
    const int most = omp_get_max_threads(), threads = most < MAX_THREADS ? most : MAX_THREADS;
#else
    const int threads = 1;
#endif
    integers_run_threads_in(static_arena.bytes, threads, image, scores);
}

const char *integers_version(void) {
    return "lcc 0.1.0, x86-64-v4, weights e8ea2ba2ecb25ffa";
}

int integers_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != INTEGERS_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0x10278c2b0afcf276)) return -1;
    weights = (const int32_t *)(const void *)(p + 64);
    return 0;
}


/* What the self-test's inputs hold, from 0 to 255. */
static int input_byte(uint32_t i) { return (int)((i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u); }

/* Whether a tensor of codes is not the reference's, of which `wanted` is a hash. */
static int selftest_codes_differ(const void *codes, int pixels, int pixel, int channels, uint32_t wanted) {
    const unsigned char *const y = (const unsigned char *)codes;
    uint32_t hash = UINT32_C(0x811c9dc5);
    for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++) hash = (hash ^ y[p * pixel + c]) * UINT32_C(0x01000193);
    }
    return hash != wanted;
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
    for (size_t i = 0; i < 3664; i += 4, p += 4) {
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
    uint8_t *const image = (uint8_t *)(void *)(static_arena.bytes + 3648);
    for (int i = 0; i < 867; i++) image[i] = (uint8_t)input_byte((uint32_t)i);
    int8_t *const scores = (int8_t *)(void *)(static_arena.bytes + 4544);
    for (int i = 0; i < 10; i++) static_arena.bytes[4544 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 4608);
    (void)bits;
    static const int64_t before_1[] = {3648, 3648};
    static const int64_t in_1[] = {0, 171, 1984, 2632, 3648, 3648};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 3x3 stride 2 (integers.net:7)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 288 bytes of weights
     * direct 9 x 1 of i32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)OWN(thread, 0, 0)), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    if (selftest_codes_differ(AT(1984), 81, 8, 8, UINT32_C(0xff1aea0d))) return 1;
    static const int64_t before_2[] = {1984, 2632, 3648, 3648};
    static const int64_t in_2[] = {0, 1944, 1984, 2632, 3648, 3648};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. conv_2: conv 1x1 (integers.net:9)
     * [9, 9, 8] -> [9, 9, 24], 0.02 M MACs, 440 bytes of weights
     * pointwise 14 x 2 of i32x16 */
    STEP_HOOK(2, "conv_2", 1);
    conv1x1_8_to_24_at_9x9(AT(1984), CODES(320), AT(0), part, parts);
    STEP_HOOK(2, "conv_2", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    if (selftest_codes_differ(AT(0), 81, 24, 24, UINT32_C(0xa68ecdcd))) return 2;
    static const int64_t before_3[] = {0, 1944, 1984, 2632, 3648, 3648};
    static const int64_t in_3[] = {0, 1944, 1984, 2632, 2688, 3336, 3392, 3608, 3648, 3648};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. depthwise_1: depthwise 3x3 (integers.net:10)
     * conv_3: conv 1x1, + residual (integers.net:11)
     * [9, 9, 24] -> [9, 9, 8], 0.03 M MACs, 752 bytes of weights
     * by rows: depthwise, 8 columns of i32x16, pointwise 9 x 1 of i32x16 */
    STEP_HOOK(3, "conv_3", 1);
    chain_9x9x24_to_9x9x8(AT(0), CODES(768), AT(2688), AT(1984), OWN(thread, 3392, 0), part, parts);
    STEP_HOOK(3, "conv_3", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    if (selftest_codes_differ(AT(2688), 81, 8, 8, UINT32_C(0xa6a0846c))) return 3;
    static const int64_t before_4[] = {2688, 3336, 3648, 3648};
    static const int64_t in_4[] = {0, 400, 448, 712, 2688, 3336, 3648, 3648};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. conv_4: conv 3x3 stride 2, hswish (integers.net:13)
     * [9, 9, 8] -> [5, 5, 16], 0.03 M MACs, 1352 bytes of weights
     * direct 5 x 1 of i32x16 */
    STEP_HOOK(4, "conv_4", 1);
    conv3x3_8_to_16_at_5x5(AT(2688), CODES(1536), AT(0), OWN(thread, 448, 0), part, parts);
    STEP_HOOK(4, "conv_4", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    if (selftest_codes_differ(AT(0), 25, 16, 16, UINT32_C(0xdafe6972))) return 4;
    static const int64_t before_5[] = {0, 400, 3648, 3648};
    static const int64_t in_5[] = {0, 400, 448, 464, 3648, 3648};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. global_avg_pool_1: global_avg_pool (integers.net:15)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(5, "global_avg_pool_1", 1);
    mean_of_codes_5x5x16(AT(0), AT(448));
    STEP_HOOK(5, "global_avg_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    if (selftest_codes_differ(AT(448), 1, 16, 16, UINT32_C(0xaebef337))) return 5;
    static const int64_t before_6[] = {0, 400, 448, 464, 3648, 3648};
    static const int64_t in_6[] = {0, 400, 448, 464, 512, 516, 3648, 3648};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. conv_5: conv 1x1 (integers.net:15)
     * [1, 1, 16] -> [1, 1, 4], 0.00 M MACs, 148 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(6, "conv_5", 1);
    conv1x1_16_to_4_at_1x1(AT(448), CODES(2880), AT(512));
    STEP_HOOK(6, "conv_5", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    if (selftest_codes_differ(AT(512), 1, 4, 4, UINT32_C(0x3ee058ef))) return 6;
    static const int64_t before_7[] = {0, 400, 512, 516, 3648, 3648};
    static const int64_t in_7[] = {0, 400, 448, 464, 512, 516, 3648, 3648};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. conv_6: conv 1x1, hsigmoid (integers.net:16)
     * [1, 1, 4] -> [1, 1, 16], 0.00 M MACs, 236 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(7, "conv_6", 1);
    conv1x1_4_to_16_at_1x1(AT(512), CODES(3008), AT(448));
    STEP_HOOK(7, "conv_6", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    if (selftest_codes_differ(AT(448), 1, 16, 16, UINT32_C(0xb4eae74c))) return 7;
    static const int64_t before_8[] = {0, 400, 448, 464, 3648, 3648};
    static const int64_t in_8[] = {0, 400, 448, 464, 3648, 3648};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. mul_1: mul (integers.net:14)
     * [5, 5, 16] -> [5, 5, 16]
     * elementwise, in place */
    STEP_HOOK(8, "mul_1", 1);
    mul_5x5x16(AT(0), AT(448), AT(0));
    STEP_HOOK(8, "mul_1", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    if (selftest_codes_differ(AT(0), 25, 16, 16, UINT32_C(0x75cd533e))) return 8;
    static const int64_t before_9[] = {0, 400, 3648, 3648};
    static const int64_t in_9[] = {0, 400, 448, 464, 3648, 3648};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. global_avg_pool_2: global_avg_pool (integers.net:18)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_codes_5x5x16_v2(AT(0), AT(448));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    if (selftest_codes_differ(AT(448), 1, 16, 16, UINT32_C(0xefd18311))) return 9;
    static const int64_t before_10[] = {448, 464, 3648, 3648};
    static const int64_t in_10[] = {448, 464, 3648, 3648};
    selftest_guard(static_arena.bytes, before_10, again, 1);
    /* 10. dense_1: dense (integers.net:18)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 448 bytes of weights
     * dense 1 x 1 of i32x16 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(448), CODES(3264), scores);
    STEP_HOOK(10, "dense_1", 0);
    if (!selftest_guard(static_arena.bytes, in_10, again, 0)) return 10;
    if (selftest_codes_differ(scores, 1, 10, 10, UINT32_C(0x65ab65b7))) return 10;
    return 0;
}

int integers_selftest(void) {
    if (selftest_weights() != UINT64_C(0x10278c2b0afcf276)) return INTEGERS_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
