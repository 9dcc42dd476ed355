/* targets.c: the machines that lcc knows, a table entry each.
 *
 * All code paths are the same for all of them: plan/ and emit/ read these numbers and names. Latencies and
 * caches are those of a common machine of the kind. They steer the choice of tiles, and nothing breaks where
 * they are off. */
#include "targets/target.h"
#include "targets/native.h"

#include <stddef.h>
#include <string.h>

/* Floats by the functions of a file; integers by the vector extensions of the compiler, and in strict C99. */
#define FLOATS(n, file) .name = "f32x" #n, .lanes = (n), .runtime = (file)
#define INTS(n)         .ints = "i32x" #n, .ints_runtime = "i32xN.h"
#define ONE_INT         .ints = "i32x1", .ints_runtime = "i32x1_c99.h"

/* What targets of the same cores have in common. */
#define ON_AVX512                                                                                              \
    .machine = "x86-64", .half_attributes = ",f16c", .intrinsics = "immintrin.h",                              \
    .runs_here = runs_on_this_x86_64, .registers = 32, .fma_latency = 4, .fma_per_cycle = 2, .widening = 1,    \
    .l1_bytes = 32 << 10, .l2_bytes = 1 << 20, .align = 64, .threads = true
#define ON_AARCH64                                                                                             \
    .intrinsics = "arm_neon.h", .registers = 32, .fma_latency = 4, .fma_per_cycle = 2, .widening = 1,          \
    .l1_bytes = 64 << 10, .l2_bytes = 512 << 10, .align = 64, .threads = true

/* Cycles of a Cortex-M4: loads take two, multiply-adds of pairs one, and each of the weights' words is widened
 * by two instructions. */
static const dot_kernels dsp_kernels = {
    .runtime = {"i8_dsp.h", "i8_dsp_pairs.h", "i8_dsp_dots.h"},
    .window_runtime = "i8_dsp_window.h",
    .narrow_runtime = "i8_dsp_narrow.h",
    .map_runtime = "i8_dsp_map.h",
    .pixels = 4,
    .channels = 2,
    .depth = 4,
    .widened = 2,
    .by_pixels = true,
    .pairs = true,
    .wide_pixels = 32,
    .window_channels = 4,
    .window_least = 4,
    .per_mac = 0.9,
    .per_tap = 1.8,
    .per_input = 1.3,
    .per_output = 7,
    .per_block = 30,
    .per_row = 50,
    .window_columns = 4,
};

/* Cycles of a Cortex-M55, which takes two for most instructions on vectors of 16 bytes. */
static const dot_kernels helium_kernels = {
    .runtime = {"i8_helium.h", "i8_helium_dots.h"},
    .pixels = 4,
    .channels = 4,
    .depth = 16,
    .ragged = true,
    .most_rows = 5,
    .widened = 0,
    .window_runtime = "i8_helium_window.h",
    .map_runtime = "i8_helium_map.h",
    .window_channels = 4,
    .window_least = 4,
    .most_taps = 32,
    .per_mac = 0.2,
    .per_tap = 0.8,
    .per_input = 0.2,
    .per_output = 3,
    .per_block = 20,
    .window_columns = 1,
};

/* Multiply-adds of four bytes, two a cycle. An input in all lanes is a load, and a change of sign. */
static const byte_tiles vnni_tiles = {.depth = 4,
                                      .raises = true,
                                      .windows = true,
                                      .fused = true,
                                      .rounds_down = true,
                                      .per_dot = 0.5,
                                      .per_input = 0.25,
                                      .per_weight = 0,
                                      .per_end = 3};

/* Products of bytes in 16 bits, two of which have room there, then sums of pairs: three instructions for four
 * inputs. */
static const byte_tiles neon_tiles = {.depth = 4,
                                      .pairs = true,
                                      .windows = true,
                                      .gathers = true,
                                      .doubles = true,
                                      .by_groups = true,
                                      .looks_up_tiles = true,
                                      .scratch = 6,
                                      .fused = true,
                                      .per_dot = 1.5,
                                      .per_input = 0.5,
                                      .per_weight = 0,
                                      .per_end = 4,
                                      .per_store = 6};

static const byte_tiles dotprod_tiles = {.depth = 4,
                                         .windows = true,
                                         .fused = true,
                                         .gathers = true,
                                         .doubles = true,
                                         .by_groups = true,
                                         .looks_up_tiles = true,
                                         .scratch = 0,
                                         .per_dot = 0.5,
                                         .per_input = 0,
                                         .per_weight = 0,
                                         .per_end = 4,
                                         .per_store = 6};

/* Multiply-adds of pairs and additions, four a cycle. Weights are widened as they are loaded. SSE2 takes three
 * instructions for that, and one more to keep an input. */
static const byte_tiles sse2_tiles = {.depth = 2,
                                      .widens = true,
                                      .windows = true,
                                      .tests_twice = true,
                                      .per_dot = 0.6,
                                      .per_input = 0.25,
                                      .per_weight = 0.6,
                                      .per_end = 4};

static const byte_tiles avx512_tiles = {.depth = 2,
                                        .widens = true,
                                        .windows = true,
                                        .fused = true,
                                        .rounds_down = true,
                                        .per_dot = 0.5,
                                        .per_input = 0.1,
                                        .per_weight = 0.4,
                                        .per_end = 4};

static const byte_tiles avx2_tiles = {.depth = 2,
                                      .widens = true,
                                      .gathers = true,
                                      .windows = true,
                                      .turns = true,
                                      .tests_twice = true,
                                      .fused = true,
                                      .joins = true,
                                      .looks_up_tiles = true,
                                      .curves = true,
                                      .steep_curves = true,
                                      .fours = true,
                                      .per_dot = 0.5,
                                      .per_input = 0.1,
                                      .per_weight = 0.4,
                                      .per_end = 4,
                                      .per_four = 0.97,
                                      .per_four_input = 0.1};

/* Two products of pairs a cycle, as of floats. Rounding is a load of each of two vectors, one instruction and
 * one store. */
static const bf16_tiles avx512_bf16 = {.latency = 6, .per_input = 0.1};

static const bf16_tiles neon_bf16 = {.latency = 4, .per_input = 0.5};

/* Pairs of int16. V8, which compiles for node and Chrome, loads all inputs of a tile before it multiplies the
 * first, so they take registers, too. Packing codes takes as long for one vector as for four. */
static const byte_tiles wasm_tiles = {.depth = 2,
                                      .widens = true,
                                      .windows = true,
                                      .looks_up_tiles = true,
                                      .curves = true,
                                      .tests_twice = true,
                                      .scratch = 4,
                                      .per_dot = 1,
                                      .per_input = 0.5,
                                      .per_weight = 0.5,
                                      .per_end = 3,
                                      .per_store = 6};

const target target_table[] = {
    {
        .name = "generic",
        .what = "any machine with IEEE 754 floats, strict C99",
        .runs_here = runs_everywhere,
        .vectors = {{FLOATS(1, "f32x1_c99.h"), ONE_INT}},
        .registers = 16,
        .fma_latency = 8, /* a multiplication, then an addition */
        .fma_per_cycle = 1,
        .widening = 5,
        .l1_bytes = 32 << 10,
        .l2_bytes = 256 << 10,
        .align = 64,
        .strict_c99 = true,
    },
    {
        .name = "x86-64",
        .what = "SSE2 (every x86-64)",
        .machine = "x86-64",
        .tag = "sse2",
        .attributes = "sse2",
        .intrinsics = "immintrin.h",
        .runs_here = runs_on_this_x86_64,
        .vectors = {{FLOATS(4, "f32x4_sse2.h"), INTS(4), .byte_dots = "i32x4_sse2.h"}},
        .bytes = &sse2_tiles,
        .registers = 16,
        .fma_latency = 8,
        .fma_per_cycle = 1,
        .widening = 4,
        .l1_bytes = 32 << 10,
        .l2_bytes = 256 << 10,
        .align = 64,
        .threads = true,
    },
    {
        .name = "x86-64-v3",
        .what = "AVX2 and FMA (Haswell, Zen and later)",
        .machine = "x86-64",
        .tag = "avx2",
        .attributes = "avx2,fma",
        /* Every processor with AVX2 has it, and clang 14 cannot ask for it by name. */
        .half_attributes = ",f16c",
        .intrinsics = "immintrin.h",
        .runs_here = runs_on_this_x86_64,
        .vectors = {{FLOATS(8, "f32x8_avx2.h"), INTS(8), .own_ints = "i32x8_codes.h",
                     .byte_inputs = "i32x8_inputs.h", .byte_dots = "i32x8_avx2.h",
                     .byte_ends = "i32x8_joined.h", .byte_windows = "i32x8_turns.h"},
                    {FLOATS(4, "f32x4_fma.h"), INTS(4)}},
        .bytes = &avx2_tiles,
        .registers = 16,
        .fma_latency = 4,
        .fma_per_cycle = 2,
        .widening = 0.2, /* beside the multiply-adds, on a Zen 5 */
        .l1_bytes = 32 << 10,
        .l2_bytes = 512 << 10,
        .align = 64,
        .threads = true,
    },
    {
        .name = "x86-64-v4",
        .what = "AVX-512 (Skylake-X, Ice Lake, Zen 4 and later)",
        .tag = "avx512",
        .attributes = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma",
        .vectors = {{FLOATS(16, "f32x16_avx512.h"), INTS(16), .halves = true, .own_ints = "i32x16_rescale.h",
                     .byte_dots = "i32x16_bw.h", .byte_ends = "i32x16_avx512.h"},
                    {FLOATS(8, "f32x8_avx2.h"), INTS(8)},
                    {FLOATS(4, "f32x4_fma.h"), INTS(4)}},
        .bytes = &avx512_tiles,
        ON_AVX512,
    },
    {
        .name = "x86-64-v4-vnni",
        .what = "AVX-512 with VNNI and VBMI (Ice Lake, Zen 4 and later)",
        .tag = "vnni",
        .attributes = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi,avx2,fma",
        .vectors = {{FLOATS(16, "f32x16_avx512.h"), INTS(16), .halves = true, .own_ints = "i32x16_rescale.h",
                     .byte_dots = "i32x16_vnni.h", .byte_ends = "i32x16_avx512.h"},
                    {FLOATS(8, "f32x8_avx2.h"), INTS(8)},
                    {FLOATS(4, "f32x4_fma.h"), INTS(4)}},
        .bytes = &vnni_tiles,
        ON_AVX512,
    },
    {
        .name = "x86-64-v4-bf16",
        .what = "AVX-512 with VNNI, VBMI and BF16 (Sapphire Rapids, Zen 4 and later)",
        .tag = "bf16",
        .attributes = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi,avx512bf16,avx2,fma",
        .vectors = {{FLOATS(16, "f32x16_avx512.h"), INTS(16), .halves = true, .own_ints = "i32x16_rescale.h",
                     .byte_dots = "i32x16_vnni.h", .byte_ends = "i32x16_avx512.h",
                     .bf16_runtime = "f32x16_bf16.h"},
                    {FLOATS(8, "f32x8_avx2.h"), INTS(8), .bf16_runtime = "f32x8_bf16.h"},
                    {FLOATS(4, "f32x4_fma.h"), INTS(4), .bf16_runtime = "f32x4_bf16.h"}},
        .bytes = &vnni_tiles,
        .bf16 = &avx512_bf16,
        ON_AVX512,
    },
    {
        .name = "aarch64",
        .what = "Advanced SIMD (every 64-bit Arm of the A profile)",
        .runs_here = runs_on_this_aarch64,
        .vectors = {{FLOATS(4, "f32x4_neon.h"), INTS(4), .own_ints = "i32x4_codes.h",
                     .byte_dots = "i32x4_smull.h", .byte_ends = "i32x4_neon.h"}},
        .bytes = &neon_tiles,
        ON_AARCH64,
    },
    {
        .name = "aarch64-dotprod",
        .what = "Advanced SIMD with dot products (Armv8.2: Cortex-A55, A75 and later, Neoverse, Apple M1)",
        .condition = "defined(__ARM_FEATURE_DOTPROD)",
        .condition_words = "an Arm with dot products, as by -march=armv8.2-a+dotprod",
        .vectors = {{FLOATS(4, "f32x4_neon.h"), INTS(4), .own_ints = "i32x4_codes.h",
                     .byte_dots = "i32x4_dotprod.h", .byte_ends = "i32x4_neon.h"}},
        .bytes = &dotprod_tiles,
        ON_AARCH64,
    },
    {
        .name = "aarch64-bf16",
        .what = "Advanced SIMD with dot products and BF16 (Armv8.6: Cortex-A510, A710 and later, Neoverse V1, "
                "Apple M2)",
        .condition = "defined(__ARM_FEATURE_DOTPROD) && defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)",
        .condition_words = "an Arm with dot products and BF16, as by -march=armv8.2-a+dotprod+bf16",
        .vectors = {{FLOATS(4, "f32x4_neon.h"), INTS(4), .own_ints = "i32x4_codes.h",
                     .byte_dots = "i32x4_dotprod.h", .byte_ends = "i32x4_neon.h",
                     .bf16_runtime = "f32x4_bfdot.h"}},
        .bytes = &dotprod_tiles,
        .bf16 = &neon_bf16,
        ON_AARCH64,
    },
    {
        .name = "wasm32",
        .what = "WebAssembly with simd128",
        .attributes = "simd128",
        .intrinsics = "wasm_simd128.h",
        .vectors = {{FLOATS(4, "f32x4_wasm.h"), INTS(4), .byte_dots = "i32x4_wasm.h"}},
        .bytes = &wasm_tiles,
        .registers = 16,      /* of the machine that runs it, which is likely an x86-64 or an aarch64 */
        .keeps_inputs = true, /* V8 loads them all before it multiplies the first */
        .calls = true,        /* V8 keeps fewer vectors in registers the larger a function is */
        .fma_latency = 8,
        .fma_per_cycle = 1,
        .widening = 4,
        .l1_bytes = 32 << 10,
        .l2_bytes = 512 << 10,
        .align = 64,
    },
    {
        .name = "cortex-m4",
        .what = "Armv7E-M with the DSP extension (Cortex-M4, M7, M33)",
        .condition = "defined(__ARM_FEATURE_DSP)",
        .condition_words = "an Arm with the DSP extension, as by -mcpu=cortex-m4",
        .vectors = {{FLOATS(1, "f32x1_c99.h"), ONE_INT, .own_runtime = "f32x1_fpv4.h", .tile_pixels = 4,
                     .tile_vectors = 4}},
        .dots = &dsp_kernels,
        .registers = 32,
        .fma_latency = 3,
        .fma_per_cycle = 1,
        .widening = 5,
        .l1_bytes = 32 << 10,
        .l2_bytes = 256 << 10,
        .align = 8,
        .small = true,
    },
    {
        .name = "cortex-m55",
        .what = "Armv8.1-M with Helium (Cortex-M55, M85)",
        .condition = "defined(__ARM_FEATURE_MVE)",
        .condition_words = "an Arm with Helium, as by -mcpu=cortex-m55",
        .intrinsics = "arm_mve.h",
        .vectors = {{FLOATS(4, "f32x4_mve.h"), INTS(4), .own_ints = "i32xN_mve.h", .tile_pixels = 3,
                     .tile_vectors = 2, .by_number = true}},
        .dots = &helium_kernels,
        .registers = 8,
        .fma_latency = 3,
        .fma_per_cycle = 1,
        .widening = 5,
        .l1_bytes = 32 << 10,
        .l2_bytes = 256 << 10,
        .align = 16,
        .small = true,
    },
    {.name = NULL},
};

bool target_runs_here(const target *t) { return t->runs_here && t->runs_here(t); }

/* The table goes from weak to strong, so the last target that runs here is the strongest. */
static const target *native_target(void) {
    const target *best = NULL;
    for (const target *t = target_table; t->name; t++) {
        if (target_runs_here(t)) best = t;
    }
    return best;
}

const target *target_by_name(const char *name) {
    if (strcmp(name, "native") == 0) return native_target();
    for (const target *t = target_table; t->name; t++) {
        if (strcmp(t->name, name) == 0) return t;
    }
    return NULL;
}

bool target_takes_fours(const target *t) { return t->bytes && t->bytes->fours; }

bool targets_take_fours(const target_list *targets) {
    for (int i = 0; i < targets->count; i++) {
        if (target_takes_fours(targets->at[i])) return true;
    }
    return false;
}

const char *targets_with_bf16(arena *a) {
    const char *list = NULL;
    for (const target *t = target_table; t->name; t++) {
        if (t->bf16) list = list ? arena_printf(a, "%s and %s", list, t->name) : t->name;
    }
    return list;
}

bool target_is_stronger(const target *one, const target *other) { return one > other; }

const char *const *target_names(arena *a, int *count) {
    int n = 1;
    while (target_table[n - 1].name) n++;
    const char **names = ARENA_ARRAY(a, const char *, n);
    names[0] = "native";
    for (int i = 1; i < n; i++) names[i] = target_table[i - 1].name;
    *count = n;
    return names;
}
