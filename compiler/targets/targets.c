/* targets.c: the machines that lcc knows, a table entry each, and which of them this machine is.
 *
 * All code paths are the same for all of them: plan/ and emit/ read these numbers and names. `attributes` is
 * what the compiler's target pragma takes (runtime/README.md has the lines around it); it lists what the
 * runtime's headers use, and no more, so that "native" asks the processor for just these. Latencies and caches
 * are those of a common machine of the kind: they steer the choice of tiles, and nothing breaks where they are
 * off. Of the targets of one machine, each runs all that those above it in the table do. */
#include "targets/target.h"

#include <stddef.h>
#include <string.h>

static const target targets[] = {
    {
        .name = "generic",
        .what = "any machine with IEEE 754 floats, strict C99",
        .vectors = {{"f32x1", 1, "f32x1_c99.h"}},
        .registers = 16,
        .fma_latency = 8, /* a multiplication, then an addition */
        .fma_per_cycle = 1,
        .widening = 5,
        .l1_bytes = 32 << 10,
        .l2_bytes = 256 << 10,
        .strict_c99 = true,
    },
    {
        .name = "x86-64",
        .what = "SSE2 (every x86-64)",
        .machine = "x86-64",
        .tag = "sse2",
        .attributes = "sse2",
        .vectors = {{"f32x4", 4, "f32x4_sse2.h"}},
        .registers = 16,
        .fma_latency = 8,
        .fma_per_cycle = 1,
        .widening = 4,
        .l1_bytes = 32 << 10,
        .l2_bytes = 256 << 10,
        .threads = true,
    },
    {
        .name = "x86-64-v3",
        .what = "AVX2 and FMA (Haswell, Zen and later)",
        .machine = "x86-64",
        .tag = "avx2",
        .attributes = "avx2,fma",
        .half_attributes =
            ",f16c", /* every processor with AVX2 has it, and clang 14 cannot ask for it by name */
        .vectors = {{"f32x8", 8, "f32x8_avx2.h"}, {"f32x4", 4, "f32x4_fma.h"}},
        .registers = 16,
        .fma_latency = 4,
        .fma_per_cycle = 2,
        .widening = 0.2, /* beside the multiply-adds, on a Zen 5 */
        .l1_bytes = 32 << 10,
        .l2_bytes = 512 << 10,
        .threads = true,
    },
    {
        .name = "x86-64-v4",
        .what = "AVX-512 (Skylake-X, Ice Lake, Zen 4 and later)",
        .machine = "x86-64",
        .tag = "avx512",
        .attributes = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma",
        .half_attributes = ",f16c",
        .vectors = {{"f32x16", 16, "f32x16_avx512.h"},
                    {"f32x8", 8, "f32x8_avx2.h"},
                    {"f32x4", 4, "f32x4_fma.h"}},
        .registers = 32,
        .fma_latency = 4,
        .fma_per_cycle = 2,
        .widening = 1,
        .l1_bytes = 32 << 10,
        .l2_bytes = 1 << 20,
        .threads = true,
    },
    {
        .name = "aarch64",
        .what = "Advanced SIMD (every 64-bit Arm of the A profile)",
        .vectors = {{"f32x4", 4, "f32x4_neon.h"}},
        .registers = 32,
        .fma_latency = 4,
        .fma_per_cycle = 2,
        .widening = 1,
        .l1_bytes = 64 << 10,
        .l2_bytes = 512 << 10,
        .threads = true,
    },
    {
        .name = "wasm32",
        .what = "WebAssembly with simd128",
        .attributes = "simd128",
        .vectors = {{"f32x4", 4, "f32x4_wasm.h"}},
        .registers = 16, /* of the machine that runs it, which is likely an x86-64 or an aarch64 */
        .fma_latency = 8,
        .fma_per_cycle = 1,
        .widening = 4,
        .l1_bytes = 32 << 10,
        .l2_bytes = 512 << 10,
    },
};

enum { TARGET_COUNT = sizeof targets / sizeof targets[0] };

/* The name of the best of the targets that this machine, and its operating system, can run. */
static const char *native_name(void) {
#if defined(__x86_64__)
    bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return v4 ? "x86-64-v4" : v3 ? "x86-64-v3" : "x86-64";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "generic";
#endif
}

const target *target_by_name(const char *name) {
    if (strcmp(name, "native") == 0) name = native_name();
    for (int i = 0; i < TARGET_COUNT; i++)
        if (strcmp(targets[i].name, name) == 0) return &targets[i];
    return NULL;
}

bool target_is_above(const target *one, const target *other) { return one > other; }

bool target_runs_here(const target *t) {
    const target *best = target_by_name("native");
    bool below =
        t->machine && best->machine && strcmp(t->machine, best->machine) == 0 && target_is_above(best, t);
    return t == best || below || t->strict_c99;
}

const char *const *target_names(int *count) {
    static const char *const names[] = {"native",    "generic", "x86-64", "x86-64-v3",
                                        "x86-64-v4", "aarch64", "wasm32"};
    *count = (int)(sizeof names / sizeof names[0]);
    return names;
}
