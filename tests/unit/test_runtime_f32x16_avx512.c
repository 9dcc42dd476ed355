/* test_runtime_f32x16_avx512.c: sixteen floats of AVX-512 against double precision. */
#include "runtime_reference.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))),      \
                             apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")
#endif

#include "../../runtime/f32x16_avx512.h"

#define V             f32x16
#define LANES         16
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE 0
#define X86_MAX       1
/* one_plus_exp_minus takes ln 2 as one float. */
#define SIGMOID_ULPS     3.25
#define SIGMOID_FAR_ULPS 6.5
#include "runtime_check.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

RUNTIME_MAIN(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
#else
RUNTIME_SKIPPED
#endif
