/* wasm_functions.c: the functions of f32x4_wasm.h as exports of a module, over two vectors in its memory, for
 * wasm_check.js. The target is switched on by the pragma, as generated code does it. */
#include "tried_numbers.h"

#include <stdint.h>
#include <wasm_simd128.h>

#pragma clang attribute push(__attribute__((target("simd128"))), apply_to = function)
#include "../../runtime/f32x4_wasm.h"

#define EXPORT(type, name, parameters)                                                                         \
    __attribute__((visibility("default"))) type name parameters;                                               \
    type name parameters

static float in[4], out[4];
static float scratch[4];

EXPORT(float *, address_in, (void)) { return in; }
EXPORT(float *, address_out, (void)) { return out; }
EXPORT(float *, address_scratch, (void)) { return scratch; }

#define MAP(name)                                                                                              \
    EXPORT(void, map_##name, (void)) { f32x4_store(out, f32x4_##name(f32x4_load(in))); }
MAP(square)
MAP(cube)

/* The activations; activation_reference.c tries the same numbers. */
#define CALL_PLAIN(name)    f32x4_##name(f32x4_load(in))
#define CALL_SLOPE(name)    f32x4_##name(f32x4_load(in), TRIED_SLOPE)
#define CALL_ALPHA(name)    f32x4_##name(f32x4_load(in), TRIED_ALPHA)
#define CALL_EXPONENT(name) f32x4_##name(f32x4_load(in), TRIED_EXPONENT)
#define CALL_BOUNDS(name)   f32x4_##name(f32x4_load(in), TRIED_LOW, TRIED_HIGH)
#define ACTIVATION(id, name, arguments, ...)                                                                   \
    EXPORT(void, map_##name, (void)) { f32x4_store(out, CALL_##arguments(name)); }
#include "../../compiler/graph/activations.def"
#undef ACTIVATION

EXPORT(float, sum, (void)) { return f32x4_sum(f32x4_load(in)); }
EXPORT(float, hmax, (void)) { return f32x4_hmax(f32x4_load(in)); }
EXPORT(void, max, (float a, float b)) { f32x4_store(out, f32x4_max(f32x4_set1(a), f32x4_set1(b))); }
EXPORT(void, min, (float a, float b)) { f32x4_store(out, f32x4_min(f32x4_set1(a), f32x4_set1(b))); }
EXPORT(void, fma, (float a, float b, float c)) {
    f32x4_store(out, f32x4_fma(f32x4_set1(a), f32x4_set1(b), f32x4_set1(c)) + f32x4_zero());
}

/* The first n of four, 0 < n <= 4, from and to any address. */
EXPORT(void, load, (const float *p, int n)) { f32x4_store(out, n < 4 ? f32x4_load_part(p, n) : f32x4_load(p)); }
EXPORT(void, store, (float *p, int n)) {
    if (n < 4)
        f32x4_store_part(p, f32x4_load(in), n);
    else
        f32x4_store(p, f32x4_load(in));
}
EXPORT(void, load_u8, (const uint8_t *p, int n)) {
    f32x4_store(out, n < 4 ? f32x4_load_u8_part(p, n) : f32x4_load_u8(p));
}
EXPORT(void, load_i8, (const int8_t *p, int n)) {
    f32x4_store(out, n < 4 ? f32x4_load_i8_part(p, n) : f32x4_load_i8(p));
}
EXPORT(void, load_f16, (const uint16_t *p)) { f32x4_store(out, f32x4_load_f16(p)); }
EXPORT(void, load_wide, (const uint16_t *p)) { f32x4_store(out, f32x4_load_wide(p)); }
#pragma clang attribute pop
