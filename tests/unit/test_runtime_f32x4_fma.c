/* test_runtime_f32x4_fma.c: four floats of AVX2 and FMA against double precision. */
#include "runtime_reference.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif

#include "../../runtime/f32x4_fma.h"

#define V             f32x4
#define LANES         4
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE 0
#define X86_MAX       1
#include "runtime_check.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

RUNTIME_MAIN(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#else
RUNTIME_SKIPPED
#endif
