/* tile.c: the operations of register tiles: in floats, with weights that are floats or halves, and in integers,
 * with weights of int8. Halves and bytes are widened when they are loaded, so that the loops are the same. A
 * pair of bfloat16 has the room of a float and is loaded like one; only the multiply-add is another. */
#include "emit/tile.h"

#include "graph/quant.h"

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

static const char *load_inputs(arena *a, const target *t, piece x, elem_type type, const char *address) {
    (void)type; /* bytes have been made floats, by staging */
    return load_text(a, t, x, TYPE_F32, address);
}

static const char *spread_float(arena *a, const vector_kind *v, const char *value) {
    return v->by_number ? value : arena_printf(a, "%s_set1(%s)", v->name, value);
}

static const char *number_or_vector(const vector_kind *v) { return v->by_number ? "float" : v->name; }

static const char *narrow_floats(arena *a, const vector_kind *from, const vector_kind *to, const char *v) {
    return arena_printf(a, "%s_low%d(%s)", from->name, to->lanes, v);
}

static const char *multiply_add_floats(arena *a, const vector_kind *v, const char *input, const char *weight,
                                       const char *sum) {
    return arena_printf(a, "%s_fma(%s, %s, %s)", v->name, input, weight, sum);
}

/* Pairs of bfloat16, each in the room of a float. */
static const char *multiply_add_pairs(arena *a, const vector_kind *v, const char *input, const char *weight,
                                      const char *sum) {
    return arena_printf(a, "%s_dot_bf16(%s, %s, %s)", v->name, input, weight, sum);
}

static const char *multiply_add_number(arena *a, const vector_kind *v, const char *input, const char *weight,
                                       const char *sum) {
    return arena_printf(a, "%s_fma%s(%s, %s, %s)", v->name, v->by_number ? "_n" : "", input, weight, sum);
}

const char *finish_sum(arena *a, const target *t, int kind, const attrs *at, const char *sum,
                       const char *residual) {
    const char *v = activation_text(a, t, kind, at->act, at->act_args, sum);
    if (!residual) return v;
    return activation_text(a, t, kind, at->act2, at->act2_args, arena_printf(a, "%s + %s", v, residual));
}

static const char *finish_floats(arena *a, const target *t, piece x, const tile_end *end, const char *sum,
                                 const char *multipliers, const char *shifts, const char *residual) {
    (void)multipliers, (void)shifts;
    return finish_sum(a, t, x.kind, end->at, sum, residual ? load_text(a, t, x, TYPE_F32, residual) : NULL);
}

#define FLOAT_TILE                                                                                             \
    .sum = float_vector, .weight = float_vector, .input = float_vector, .load_input = load_inputs,             \
    .spread = spread_float, .narrow = narrow_floats, .spread_input = number_or_vector,                         \
    .finish = finish_floats, .store = store_text

#define BY_FLOATS .multiply_add = multiply_add_floats, .multiply_add_spread = multiply_add_number
#define BY_PAIRS  .multiply_add = multiply_add_pairs, .multiply_add_spread = multiply_add_pairs

/* ---- integers ---- */

static const char *int_vector(const vector_kind *v) { return v->ints; }

static const char *load_int32(arena *a, const vector_kind *v, const char *address) {
    return arena_printf(a, "%s_load_i32(%s)", v->ints, address);
}

static const char *load_bytes(arena *a, const vector_kind *v, const char *address) {
    return arena_printf(a, "%s_load_i8(%s)", v->ints, address);
}

static const char *spread_int(arena *a, const vector_kind *v, const char *value) {
    return arena_printf(a, "%s_set1(%s)", v->ints, value);
}

static const char *multiply_add_ints(arena *a, const vector_kind *v, const char *input, const char *weight,
                                     const char *sum) {
    return arena_printf(a, "%s_multiply_add(%s, %s, %s)", v->ints, input, weight, sum);
}

static const char *finish_ints(arena *a, const target *t, piece x, const tile_end *end, const char *sum,
                               const char *multipliers, const char *shifts, const char *residual) {
    return end_codes(a, t, x, &end->codes, sum, multipliers, shifts, residual);
}

static const char *store_int8(arena *a, const target *t, piece x, const char *address, const char *v) {
    return store_codes(a, t, x, TYPE_I8, address, v);
}

#define INT_TILE                                                                                               \
    .sum = int_vector, .weight = int_vector, .input = int_vector, .load_bias = load_int32,                     \
    .load_weight = load_bytes, .load_input = load_codes, .spread = spread_int,                                 \
    .multiply_add = multiply_add_ints, .multiply_add_spread = multiply_add_ints, .spread_input = int_vector,   \
    .rescales = true, .load_multiplier = load_int32, .load_shift = load_bytes, .finish = finish_ints,          \
    .store = store_int8

static const tile_kind tile_kinds[TYPE_COUNT] = {
    [TYPE_F32] = {"WEIGHTS", FLOAT_TILE, BY_FLOATS, .load_bias = load_floats, .load_weight = load_floats},
    [TYPE_F16] = {"HALVES", FLOAT_TILE, BY_FLOATS, .load_bias = load_wide, .load_weight = load_halves},
    [TYPE_BF16] = {"WEIGHTS", FLOAT_TILE, BY_PAIRS, .load_bias = load_floats, .load_weight = load_floats},
    [TYPE_I8] = {"CODES", INT_TILE},
};

const tile_kind *tile_kind_of(elem_type weight) { return &tile_kinds[weight]; }

tile_end tile_end_of(emitter *e, const node *n) {
    tile_end end = {.at = &n->a};
    if (is_integer(n) && n->weights[ROLE_WEIGHT]) end.codes = code_end_of(e, n);
    return end;
}

void emit_scales(emitter *e, writer *w, const pack_layout *l, const channel_block *b, const vector_kind *v,
                 const char *from, int at) {
    const tile_kind *kind = tile_kind_of(l->weight);
    const int words = b->lanes * type_table[TYPE_I32].bytes * (1 + l->factors),
              word = type_table[TYPE_I32].bytes;
    arena *a = e->a;
    line(w, "const %s by = %s;", kind->sum(v),
         kind->load_multiplier(a, v, expression(a, from, NULL, NULL, 0, at * word)));
    line(w, "const %s shift = %s;", kind->sum(v),
         kind->load_shift(a, v, expression(a, from, NULL, NULL, 0, words + at)));
    if (l->looks_up)
        line(w, "const %s number = %s;", kind->sum(v),
             kind->load_shift(a, v, expression(a, from, NULL, NULL, 0, words + pack_byte_row(b) + at)));
}
