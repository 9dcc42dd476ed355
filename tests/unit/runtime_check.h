/* runtime_check.h: the tests of one family of vectors. The file that includes it has included
 * runtime_reference.h and the family's header, and defines V (the family's name), LANES, ROUNDED_ONCE and
 * ROUNDED_TWICE (1 where V_fma may round so) and X86_MAX (1 where V_max and V_min give their second argument
 * where one is NaN, 0 where they give NaN). It may define OWN_PROMISES, promises with a comma behind each: of
 * the activations that they name these hold in place of what graph/activations.def says; and FLUSHES, 1 where
 * the machine takes subnormal floats for 0, and makes 0 of subnormal results; and PIXELS_SHARE, if the
 * functions are there by which two pixels share a vector. */
#ifndef OWN_PROMISES
#define OWN_PROMISES
#endif

#ifndef FLUSHES
#define FLUSHES 0
#endif

#define PASTE(a, b)  a##_##b
#define EXPAND(a, b) PASTE(a, b)
#define F(name)      EXPAND(V, name)
#define TEXT(a)      #a
#define NAME(a)      TEXT(a)

/* Every function of one argument as a map over LANES floats. */
#define MAP(name)                                                                                              \
    static void map_##name(const float *in, float *out) { F(store)(out, F(name)(F(load)(in))); }
MAP(square)
MAP(cube)

/* The activations. One that takes numbers is tried with two sets of them. */
#define CALL_PLAIN(name, v, kind)    F(name)(v)
#define CALL_SLOPE(name, v, kind)    F(name)(v, kind##_SLOPE)
#define CALL_ALPHA(name, v, kind)    F(name)(v, kind##_ALPHA)
#define CALL_EXPONENT(name, v, kind) F(name)(v, kind##_EXPONENT)
#define CALL_BOUNDS(name, v, kind)   F(name)(v, kind##_LOW, kind##_HIGH)
#define ACTIVATION(id, name, arguments, ...)                                                                   \
    static void map_##name(const float *in, float *out) {                                                      \
        F(store)(out, CALL_##arguments(name, F(load)(in), TRIED));                                             \
    }                                                                                                          \
    static void map_##name##_other(const float *in, float *out) {                                              \
        F(store)(out, CALL_##arguments(name, F(load)(in), OTHER));                                             \
    }
#include "graph/activations.def"
#undef ACTIVATION

typedef struct function_check {
    const char *name;
    void (*map)(const float *in, float *out);
    double (*reference)(double x, act_args args);
    act_args args;
    promise promised;
} function_check;

static const function_check helper_checks[] = {
    {"square", map_square, reference_square, {0, 0}, {OP_INPUT, 0.5, -INFINITY, 0}},
    {"cube", map_cube, reference_cube, {0, 0}, {OP_INPUT, 1.5, -INFINITY, 0}},
};

typedef struct activation_maps {
    op_kind op;
    void (*map)(const float *in, float *out);
    void (*map_other)(const float *in, float *out);
} activation_maps;

static const activation_maps all_maps[] = {
#define ACTIVATION(id, name, ...) {OP_##id, map_##name, map_##name##_other},
#include "graph/activations.def"
#undef ACTIVATION
};

/* The largest error seen of one function, and where. */
typedef struct worst {
    double ulps, at;
    double below, below_at;
} worst;

/* Whether x is 0, or the machine may take it, or what comes between it and the result, for 0. */
static bool is_tiny(double x) { return fabs(x) <= 0x1p-110; }

static void look(const function_check *c, const float *in, worst *w) {
    float out[LANES];
    double from = c->promised.from;
    c->map(in, out);
    for (int i = 0; i < LANES; i++) {
        double x = (double)in[i];
        double truth = c->reference(x, c->args);
        if (FLUSHES && (is_tiny(x) || (is_tiny(truth) && is_tiny((double)out[i])))) continue;
        if (x < from) {
            double error = isnan(out[i]) ? INFINITY : fabs((double)out[i] - truth);
            if (isnan(truth) && isnan(out[i])) error = 0; /* swish(-inf) */
            if (error > w->below) *w = (worst){w->ulps, w->at, error, x};
            continue;
        }
        double error = ulps(out[i], truth);
        if (error > w->ulps) *w = (worst){error, x, w->below, w->below_at};
    }
}

/* Floats of every exponent and both signs, then the stretch where the functions bend, then the special values.
 */
static void check_function(const function_check *c) {
    static const float special[] = {
        0.0f,       -0.0f,      INFINITY,   -INFINITY, NAN,    -NAN,   0x1p-149f, -0x1p-149f, 0x1p-126f,
        -0x1p-126f, 0x1p-127f,  88.0f,      -88.0f,    87.0f,  -87.0f, 104.0f,    -104.0f,    88.72283f,
        88.72284f,  -87.33654f, -87.33655f, -103.972f, 89.0f,  -3.0f,  3.0f,      6.0f,       0.34657f,
        -0.34657f,  1.0f,       -1.0f,      10.0f,     -10.0f, 9.01f,  9.02f,     3.4e38f,    -3.4e38f};
    const int n_special = (int)(sizeof special / sizeof special[0]);
    worst w = {0, 0, 0, 0};
    float in[LANES];
    for (uint64_t bits = 0; bits < (uint64_t)1 << 32; bits += (uint64_t)4001 * SPARSE * LANES) {
        for (int i = 0; i < LANES; i++) in[i] = float_of_bits((uint32_t)(bits + (uint64_t)i * 4001 * SPARSE));
        look(c, in, &w);
    }
    for (int step = 0; step < 400000; step += LANES * SPARSE) {
        for (int i = 0; i < LANES; i++) in[i] = -110.0f + (float)(step + i) * (205.0f / 400000.0f);
        look(c, in, &w);
    }
    for (int i = 0; i < n_special; i++) {
        for (int lane = 0; lane < LANES; lane++) in[lane] = special[(i + lane) % n_special];
        look(c, in, &w);
    }
    printf("%s_%s: %.3f ulp at %.9g", NAME(V), c->name, w.ulps, w.at);
    if (w.below > 0) printf("; below %g, %.3g at %.9g", c->promised.from, w.below, w.below_at);
    printf("\n");
    assert_true(w.ulps <= c->promised.max_ulps);
    assert_true(w.below <= c->promised.max_below);
}

/* An activation against the table's reference, by one promise. */
static void check_activation(const activation_maps *m, promise promised) {
    const activation *f = &activation_table[m->op];
    check_function(&(function_check){f->name, m->map, f->value, tried_args[f->arguments], promised});
    if (f->arguments == ARGUMENTS_PLAIN) return;
    check_function(&(function_check){f->name, m->map_other, f->value, other_args[f->arguments], promised});
}

static void test_functions(void **state) {
    (void)state;
    static const promise own_promises[] = {OWN_PROMISES{OP_INPUT, 0, 0, 0}};
    for (size_t i = 0; i < sizeof helper_checks / sizeof *helper_checks; i++) check_function(&helper_checks[i]);
    for (size_t i = 0; i < sizeof all_maps / sizeof *all_maps; i++) {
        const activation *f = &activation_table[all_maps[i].op];
        bool has_own = false;
        for (size_t k = 0; k < sizeof own_promises / sizeof *own_promises; k++) {
            if (own_promises[k].op != all_maps[i].op) continue;
            has_own = true;
            check_activation(&all_maps[i], own_promises[k]);
        }
        if (has_own) continue;
        check_activation(&all_maps[i], (promise){all_maps[i].op, f->ulps, f->ulps_from, f->error_below});
    }
}

/* Far out sigmoid is exactly 0 or 1 and swish 0 or its argument. swish(-inf) is NaN, as in the reference, which
 * is x times sigmoid(x). */
static void test_far_sigmoids(void **state) {
    (void)state;
    static const float far[] = {89.0f, 89.1f, 104.0f, 1e3f, 1e10f, 3e38f, INFINITY};
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        float in[LANES], sigmoid[LANES], swish[LANES];
        for (int sign = 0; sign < 2; sign++) {
            for (int k = 0; k < LANES; k++) in[k] = (k + sign) % 2 ? far[i] : -far[i];
            map_sigmoid(in, sigmoid);
            map_swish(in, swish);
            for (int k = 0; k < LANES; k++) {
                assert_true(sigmoid[k] == ((k + sign) % 2 ? 1.0f : 0.0f));
                if ((k + sign) % 2)
                    assert_true(swish[k] == far[i]);
                else
                    assert_true(isinf(far[i]) ? isnan(swish[k]) : swish[k] == 0.0f);
            }
        }
    }
}

/* Whether `got` is what the family's maximum (or minimum) of a and b should be, `chosen` being a > b ? a : b.
 * Only x86's way says which of two zeros. */
static bool is_extreme(float got, float a, float b, float chosen) {
    if (X86_MAX) return memcmp(&got, &chosen, sizeof got) == 0;
    return isnan(a) || isnan(b) ? isnan(got) != 0 : got == chosen;
}

/* The maximum and the minimum, NaN and all; fma; the operators. */
static void test_arithmetic(void **state) {
    (void)state;
    static const float values[] = {0.0f,
                                   -0.0f,
                                   1.0f,
                                   -1.0f,
                                   1.5f,
                                   0x1.000002p0f,
                                   -0x1.fffffep-1f,
                                   NAN,
                                   INFINITY,
                                   -INFINITY,
                                   1e-3f,
                                   3e8f,
                                   FLUSHES ? 0x1p-100f : 0x1p-140f};
    const int n = (int)(sizeof values / sizeof values[0]);
    for (int i = 0; i < n * n; i++) {
        float a = values[i / n], b = values[i % n], c = values[(i + i / n) % n], out[LANES];
        F(store)(out, F(max)(F(set1)(a), F(set1)(b)));
        for (int k = 0; k < LANES; k++) assert_true(is_extreme(out[k], a, b, a > b ? a : b));
        F(store)(out, F(min)(F(set1)(a), F(set1)(b)));
        for (int k = 0; k < LANES; k++) assert_true(is_extreme(out[k], a, b, a < b ? a : b));

        F(store)(out, F(fma)(F(set1)(a), F(set1)(b), F(set1)(c)));
        volatile float product = a * b;
        float once = fmaf(a, b, c), twice = product + c;
        for (int k = 0; k < LANES; k++) {
            bool is_once = out[k] == once || (isnan(out[k]) && isnan(once));
            bool is_twice = out[k] == twice || (isnan(out[k]) && isnan(twice));
            assert_true((is_once && ROUNDED_ONCE) || (is_twice && ROUNDED_TWICE));
        }

        V x = F(set1)(a), y = F(set1)(b);
        F(store)(out, (x + y) - x * y / F(set1)(3.0f));
        float truth = (a + b) - product / 3.0f;
        for (int k = 0; k < LANES; k++) assert_true(out[k] == truth || (isnan(out[k]) && isnan(truth)));
    }
}

/* Loads and stores at every offset within a vector's alignment; zero and set1. */
static void test_whole_vectors(void **state) {
    (void)state;
    float in[3 * LANES], out[3 * LANES];
    for (int i = 0; i < 3 * LANES; i++) in[i] = (float)(i + 1);
    for (int offset = 0; offset <= LANES; offset++) {
        for (int i = 0; i < 3 * LANES; i++) out[i] = -1.0f;
        F(store)(out + offset, F(load)(in + 2 * LANES - offset));
        for (int i = 0; i < 3 * LANES; i++) {
            bool inside = i >= offset && i < offset + LANES;
            assert_true(out[i] == (inside ? in[2 * LANES - 2 * offset + i] : -1.0f));
        }
    }
    F(store)(out, F(zero)());
    for (int i = 0; i < LANES; i++) assert_true(out[i] == 0.0f);
    F(store)(out, F(set1)(2.5f));
    for (int i = 0; i < LANES; i++) assert_true(out[i] == 2.5f);
}

static void test_bytes(void **state) {
    (void)state;
    uint8_t u8[256 + LANES];
    int8_t i8[256 + LANES];
    for (int i = 0; i < 256 + LANES; i++) {
        u8[i] = (uint8_t)i;
        i8[i] = (int8_t)(i < 128 ? i : (i & 127) - 128);
    }
    float out[LANES];
    for (int i = 0; i < 256; i++) {
        F(store)(out, F(load_u8)(u8 + i));
        for (int k = 0; k < LANES; k++) assert_true(out[k] == (float)u8[i + k]);
        F(store)(out, F(load_i8)(i8 + i));
        for (int k = 0; k < LANES; k++) assert_true(out[k] == (float)i8[i + k]);
    }
    uint8_t *end = bytes_before_guard(LANES);
    memset(end, 0xfe, LANES);
    F(store)(out, F(load_u8)(end));
    for (int k = 0; k < LANES; k++) assert_true(out[k] == 254.0f);
    F(store)(out, F(load_i8)((const int8_t *)end));
    for (int k = 0; k < LANES; k++) assert_true(out[k] == -2.0f);
}

/* All finite halves, at every lane and at the end of memory; floats among halves. */
static void test_halves(void **state) {
    (void)state;
    float out[LANES];
    uint16_t *end = (uint16_t *)(void *)bytes_before_guard(2 * LANES);
    for (uint32_t i = 0; i < 0x10000; i++) {
        for (uint32_t k = 0; k < LANES; k++) {
            uint16_t bits = (uint16_t)(i + 4099 * k);
            end[k] = (bits & 0x7c00) == 0x7c00 ? (uint16_t)(bits & 0x83ff) : bits;
        }
        F(store)(out, F(load_f16)(end));
        for (int k = 0; k < LANES; k++) {
            assert_true(out[k] == half_value(end[k]));
            if (end[k] != 0x8000) assert_true((end[k] >> 15) == (signbit(out[k]) != 0));
        }
    }
    uint16_t pairs[2 * LANES + 1];
    float in[LANES];
    for (int k = 0; k < LANES; k++) in[k] = (float)(k + 1) * -1.37f;
    for (int offset = 0; offset < 2; offset++) {
        memcpy(pairs + offset, in, sizeof in);
        F(store)(out, F(load_wide)(pairs + offset));
        assert_memory_equal(out, in, sizeof in);
    }
}

/* Sums against double precision; the largest lane wherever it stands. */
static void test_across_lanes(void **state) {
    (void)state;
    for (int round = 0; round < 100; round++) {
        float in[LANES];
        double sum = 0, size = 0;
        for (int i = 0; i < LANES; i++) {
            in[i] = sinf((float)(round * LANES + i)) * 1000.0f;
            sum += (double)in[i];
            size += fabs((double)in[i]);
        }
        assert_true(fabs((double)F(sum)(F(load)(in)) - sum) <= size * 0x1p-23);
        in[round % LANES] = 2000.0f;
        assert_true(F(hmax)(F(load)(in)) == 2000.0f);
        for (int i = 0; i < LANES; i++) in[i] = -1000.0f - (float)((i + round) % LANES);
        assert_true(F(hmax)(F(load)(in)) == -1000.0f);
    }
}

#if LANES > 1
/* Parts of a vector of n lanes at the end of memory: the lanes, zeros behind them, no byte touched beyond.
 * Always inlined, so that n is the constant that it is in generated code, or not, as the caller has it. */
static inline __attribute__((always_inline)) void check_part(int n) {
    float out[LANES + 2], values[LANES];
    unsigned char *end = bytes_before_guard((size_t)n * 4);
    for (int i = 0; i < LANES; i++) values[i] = (float)(i + 1) * 1.25f;

    memcpy(end, values, (size_t)n * 4);
    F(store)(out, F(load_part)((const float *)(void *)end, n));
    for (int i = 0; i < LANES; i++) assert_true(out[i] == (i < n ? values[i] : 0.0f));

    memset(end, 0xff, (size_t)n * 4);
    F(store_part)((float *)(void *)end, F(load)(values), n);
    assert_memory_equal(end, values, (size_t)n * 4);

    for (int i = 0; i < LANES + 2; i++) out[i] = -1.0f;
    F(store_part)(out + 1, F(load)(values), n);
    for (int i = 0; i < LANES + 2; i++) assert_true(out[i] == (i >= 1 && i <= n ? values[i - 1] : -1.0f));

    unsigned char *bytes = bytes_before_guard((size_t)n);
    for (int i = 0; i < n; i++) bytes[i] = (unsigned char)(120 + 3 * i);
    F(store)(out, F(load_u8_part)(bytes, n));
    for (int i = 0; i < LANES; i++) assert_true(out[i] == (i < n ? (float)(120 + 3 * i) : 0.0f));
    F(store)(out, F(load_i8_part)((const int8_t *)bytes, n));
    for (int i = 0; i < LANES; i++) {
        int value = 120 + 3 * i;
        assert_true(out[i] == (i < n ? (float)(value > 127 ? value - 256 : value) : 0.0f));
    }
}

static void test_parts(void **state) {
    (void)state;
    for (volatile int n = 1; n < LANES; n++) {
        int unknown = n;
        check_part(unknown);
    }
    check_part(1);
    check_part(2);
    check_part(3);
#if LANES > 4
    check_part(4);
    check_part(5);
    check_part(7);
#endif
#if LANES > 8
    check_part(8);
    check_part(11);
    check_part(15);
#endif
}
#endif

#ifdef PIXELS_SHARE
/* What two pixels share: each half comes from its own place, and goes there; nothing beside it is touched. */
static void test_shared_vectors(void **state) {
    (void)state;
    enum { HALF = LANES / 2 };
    float low[HALF], high[HALF], out[LANES], places[LANES + 4];
    for (int i = 0; i < HALF; i++) {
        low[i] = (float)i + 1.5f;
        high[i] = (float)i - 100.25f;
    }
    F(store)(out, F(load_twice)(low));
    for (int i = 0; i < LANES; i++) assert_true(out[i] == low[i % HALF]);
    F(store)(out, F(load_halves)(low, high));
    for (int i = 0; i < LANES; i++) assert_true(out[i] == (i < HALF ? low[i] : high[i - HALF]));
    F(store)(out, F(halves)(F(load_twice)(low), F(load_twice)(high)));
    for (int i = 0; i < LANES; i++) assert_true(out[i] == (i < HALF ? low[i] : high[i - HALF]));
    for (int i = 0; i < LANES + 4; i++) places[i] = -1.0f;
    F(store_halves)(places + HALF + 3, places + 1, F(load_halves)(low, high));
    for (int i = 0; i < LANES + 4; i++) {
        float wanted = -1.0f;
        if (i >= 1 && i <= HALF) wanted = high[i - 1];
        if (i >= HALF + 3 && i < LANES + 3) wanted = low[i - HALF - 3];
        assert_true(places[i] == wanted);
    }
}
#endif

static const struct CMUnitTest runtime_tests[] = {
    cmocka_unit_test(test_functions),      cmocka_unit_test(test_far_sigmoids),
    cmocka_unit_test(test_arithmetic),     cmocka_unit_test(test_whole_vectors),
    cmocka_unit_test(test_bytes),          cmocka_unit_test(test_across_lanes),
    cmocka_unit_test(test_halves),
#if LANES > 1
    cmocka_unit_test(test_parts),
#endif
#ifdef PIXELS_SHARE
    cmocka_unit_test(test_shared_vectors),
#endif
};
