/* tile.c: the operations of register tiles in floats, with weights that are floats or halves. Halves are
 * widened when they are loaded, so that all else is the same for both. */
#include "emit/tile.h"

#include "emit/internal.h"

static const char *float_vector(const vector_kind *v) { return v->name; }

static const char *load_floats(arena *a, const vector_kind *v, const char *address) {
    return arena_printf(a, "%s_load(%s)", v->name, address);
}

/* Floats that lie among halves: two halves' room for each. */
static const char *load_wide(arena *a, const vector_kind *v, const char *address) {
    return arena_printf(a, "%s_load_wide(%s)", v->name, address);
}

static const char *load_halves(arena *a, const vector_kind *v, const char *address) {
    return arena_printf(a, "%s_load_f16(%s)", v->name, address);
}

static const char *load_inputs(arena *a, const target *t, piece x, const char *address) {
    return load_text(a, t, x, TYPE_F32, address);
}

static const char *spread_float(arena *a, const vector_kind *v, const char *value) {
    return arena_printf(a, "%s_set1(%s)", v->name, value);
}

static const char *narrow_floats(arena *a, const vector_kind *from, const vector_kind *to, const char *v) {
    return arena_printf(a, "%s_low%d(%s)", from->name, to->lanes, v);
}

static const char *multiply_add_floats(arena *a, const vector_kind *v, const char *input, const char *weight,
                                       const char *sum) {
    return arena_printf(a, "%s_fma(%s, %s, %s)", v->name, input, weight, sum);
}

static const char *finish_floats(arena *a, const target *t, piece x, const attrs *at, const char *sum,
                                 const char *residual) {
    const char *v = activation_text(a, t, x.kind, at->act, at->act_args, sum);
    if (!residual) return v;
    v = arena_printf(a, "%s + %s", v, load_text(a, t, x, TYPE_F32, residual));
    return activation_text(a, t, x.kind, at->act2, at->act2_args, v);
}

#define FLOAT_TILE                                                                                             \
    .sum = float_vector, .weight = float_vector, .input = float_vector, .load_input = load_inputs,             \
    .spread = spread_float, .narrow = narrow_floats, .multiply_add = multiply_add_floats,                      \
    .finish = finish_floats

static const tile_kind tile_kinds[TYPE_COUNT] = {
    [TYPE_F32] = {"WEIGHTS", FLOAT_TILE, .load_bias = load_floats, .load_weight = load_floats},
    [TYPE_F16] = {"HALVES", FLOAT_TILE, .load_bias = load_wide, .load_weight = load_halves},
};

const tile_kind *tile_kind_of(elem_type weight) { return &tile_kinds[weight]; }
