/* codes.c: expressions on codes, and the tables that they look up. See codes.h. */
#include "emit/codes.h"
#include "base/table_curves.h"
#include "graph/activations.h"
#include "graph/quant.h"

#include <string.h>

const char *i32_call(const emitter *e, const char *function, const char *arguments) {
    return arena_printf(e->a, "i32%s_%s(%s)", e->suffix, function, arguments);
}

static const char *rescale_function(const emitter *e) {
    return e->p->g->rounding == RESCALE_TFLITE ? "tflite" : "once";
}

/* Whether the factor is 1: every number stays what it is. */
static bool is_one(rescale by) { return by.multiplier == 1 << 30 && by.shift == 1; }

const char *rescaled_text(const emitter *e, const char *v, rescale by) {
    if (is_one(by)) return v;
    return i32_call(e, rescale_function(e), arena_printf(e->a, "%s, %d, %d", v, (int)by.multiplier, by.shift));
}

const char *clamped_text(const emitter *e, const char *v, code_range range) {
    return i32_call(e, "clamp", arena_printf(e->a, "%s, %d, %d", v, range.least, range.most));
}

const char *plus_zero(const emitter *e, const char *v, int zero) {
    if (zero == 0) return v;
    return zero > 0 ? arena_printf(e->a, "%s + %d", v, zero) : arena_printf(e->a, "%s - %d", v, -zero);
}

const char *less_zero(const emitter *e, const char *v, int zero) { return plus_zero(e, v, -zero); }

const char *as_code(const emitter *e, const char *v, int zero, code_range range) {
    return i32_call(e, "place", arena_printf(e->a, "%s, %d, %d, %d", v, zero, range.least, range.most));
}

/* ---- factors ---- */

/* Whether the short functions of i32.h rescale by this factor. */
static bool is_short(const emitter *e, rescale by) {
    return -by.shift >= rescale_least_right(e->p->g->rounding);
}

void declare_list(writer *w, const char *type, const char *name, const int *values, int count) {
    enum { NUMBERS_IN_A_LINE = 12 };
    line(w, "static const %s %s[%d] = {", type, name, count);
    for (int i = 0; i < count; i += NUMBERS_IN_A_LINE) {
        text row = {0};
        for (int k = i; k < count && k < i + NUMBERS_IN_A_LINE; k++)
            text_printf(&row, "%s%d,", k > i ? " " : "", values[k]);
        line(w, "%s", row.data);
        text_free(&row);
    }
    line(w, "};");
}

code_factors declare_factors(emitter *e, writer *w, const rescale *by, const int *order, int count) {
    code_factors f = {true, true, by[order[0]]};
    int *multipliers = ARENA_ARRAY(e->a, int, count), *shifts = ARENA_ARRAY(e->a, int, count);
    for (int i = 0; i < count; i++) {
        multipliers[i] = (int)by[order[i]].multiplier;
        shifts[i] = by[order[i]].shift;
        f.all_short = f.all_short && is_short(e, by[order[i]]);
        f.same = f.same && multipliers[i] == multipliers[0] && shifts[i] == shifts[0];
    }
    if (f.same) return f;
    declare_list(w, "int32_t", "multipliers", multipliers, count);
    declare_list(w, "int8_t", "shifts", shifts, count);
    return f;
}

const char *rescaled_by_text(const emitter *e, const char *v, const code_factors *f, const char *at) {
    if (f->same) return rescaled_text(e, v, f->by);
    return i32_call(e, rescale_function(e), arena_printf(e->a, "%s, multipliers[%s], shifts[%s]", v, at, at));
}

const char *rescaled_code(const emitter *e, const char *v, const code_factors *f, const char *at, int zero,
                          code_range range) {
    if (!f->all_short) return as_code(e, rescaled_by_text(e, v, f, at), zero, range);
    const char *by = f->same ? arena_printf(e->a, "%d, %d", (int)f->by.multiplier, f->by.shift)
                             : arena_printf(e->a, "multipliers[%s], shifts[%s]", at, at);
    const char *scaled =
        i32_call(e, arena_printf(e->a, "%s_short", rescale_function(e)), arena_printf(e->a, "%s, %s", v, by));
    return clamped_text(e, plus_zero(e, scaled, zero), range);
}

/* ---- tables ---- */

const char *table_name(emitter *e, const act_tables *t) {
    enum { CODES_IN_A_LINE = 20 };
    text values = {0};
    int size = t->count * TABLE_CODES;
    for (int i = 0; i < size; i++) {
        const char *before = i == 0 ? "    " : i % CODES_IN_A_LINE == 0 ? ",\n    " : ", ";
        text_printf(&values, "%s%d", before, t->at[i / TABLE_CODES][i % TABLE_CODES]);
    }
    const char *name = map_find(&e->tables->known, values.data);
    if (!name) {
        name = arena_printf(e->a, "codes_%d", ++e->tables->n);
        map_add(e->a, &e->tables->known, arena_strdup(e->a, values.data), arena_strdup(e->a, name));
        if (size > e->tables->largest) e->tables->largest = size;
        if (e->tables->n == 1)
            text_string(&e->tables->out, "/* What an activation makes of the codes -128, -127, .. 127. */\n");
        text_printf(&e->tables->out, "static const int8_t %s[%d] = {\n%s};\n\n", name, size, values.data);
    }
    text_free(&values);
    return name;
}

/* Appends the bytes of a table's curves. */
static void put_curves(const table_curves *k, text *values) {
    for (int part = 0; part < 4; part++) {
        for (int row = 0; row < CURVE_ROWS; row++) {
            const int offset = k->offset[row] & 0xffff;
            const int of_part[] = {offset & 255, offset >> 8, k->slope[row], k->bend[row]};
            text_printf(values, "%d, ", (int8_t)of_part[part]);
        }
        text_string(values, "\n    ");
    }
    text_printf(values, "%d, %d, %d", (int8_t)(k->left_out & 255), (int8_t)(k->left_out >> 8), k->shift);
}

const char *curves_name(emitter *e, const act_tables *t) {
    enum { BYTES = 4 * CURVE_ROWS + 3 };
    text values = {0};
    for (int i = 0; i < t->count; i++) {
        table_curves curves;
        find_curves(t->at[i], e->p->t->bytes->steep_curves, &curves);
        text_string(&values, i ? ",\n    " : "    ");
        put_curves(&curves, &values);
    }
    const char *name = map_find(&e->tables->known, values.data);
    if (!name) {
        name = arena_printf(e->a, "curves_%d", ++e->tables->n_curves);
        map_add(e->a, &e->tables->known, arena_strdup(e->a, values.data), arena_strdup(e->a, name));
        text_printf(&e->tables->out, "static const int8_t %s[%d] = {\n%s};\n\n", name, t->count * BYTES,
                    values.data);
    }
    text_free(&values);
    return name;
}

void declare_table_numbers(emitter *e, writer *w, const act_tables *t, int channels, const int *order) {
    if (t->count < 2) return;
    int *numbers = ARENA_ARRAY(e->a, int, channels);
    for (int i = 0; i < channels; i++) numbers[i] = t->of_channel[order ? order[i] : i];
    declare_list(w, "uint8_t", "table_of", numbers, channels);
}

const char *looked_up_text(emitter *e, const act_tables *t, const char *v, const char *at) {
    const char *name = table_name(e, t);
    if (t->count == 1) return arena_printf(e->a, "%s[%s + 128]", name, v);
    return arena_printf(e->a, "%s[table_of[%s] * %d + %s + 128]", name, at, TABLE_CODES, v);
}

/* ---- sums ---- */

/* rescale((v - zero) << left, by), for a code v. */
static const char *wide_text(const emitter *e, const add_integers *k, const char *v, int zero, rescale by) {
    const char *difference = less_zero(e, v, zero);
    const char *grouped = zero ? arena_printf(e->a, "(%s)", difference) : difference;
    const char *wide = arena_printf(e->a, "%s * %ld", grouped, 1L << k->left);
    if (is_one(by) || !is_short(e, by)) return rescaled_text(e, wide, by);
    return i32_call(e, arena_printf(e->a, "%s_short", rescale_function(e)),
                    arena_printf(e->a, "%s, %d, %d", wide, (int)by.multiplier, by.shift));
}

const char *sum_text(const emitter *e, const add_integers *k, const char *x, const char *z, bool subtract) {
    const char *wide_x = wide_text(e, k, x, k->x_zero, k->x_by),
               *wide_z = wide_text(e, k, z, k->z_zero, k->z_by);
    const char *sum = arena_printf(e->a, "%s %s %s", wide_x, subtract ? "-" : "+", wide_z);
    const code_factors by = {true, is_short(e, k->y_by), k->y_by};
    return rescaled_code(e, sum, &by, NULL, k->y_zero, k->range);
}

/* ---- two codes ---- */

code_factors declare_product(emitter *e, writer *w, const node *n, const int *order) {
    int *given = ARENA_ARRAY(e->a, int, n->shape.c);
    for (int i = 0; i < n->shape.c; i++) given[i] = i;
    return declare_factors(e, w, integers_of_mul(e->p->g, n, e->a).by, order ? order : given, n->shape.c);
}

static const char *product_text(emitter *e, const node *n, const code_factors *by, const char *at,
                                const char *x, const char *z) {
    const mul_integers c = integers_of_mul(e->p->g, n, e->a);
    const char *product =
        arena_printf(e->a, "(%s) * (%s)", less_zero(e, x, c.x_zero), less_zero(e, z, c.z_zero));
    return rescaled_code(e, product, by, at, c.y_zero, c.range);
}

/* Without an activation the range is that of the type, within which both codes are. */
static const char *chosen_text(emitter *e, const node *n, const char *x, const char *z) {
    const char *v = arena_printf(e->a, "%s %s %s ? %s : %s", x, n->op == OP_MAX ? ">" : "<", z, x, z);
    if (n->a.act == OP_IDENTITY) return arena_printf(e->a, "(%s)", v);
    return clamped_text(e, v, codes_within(own_quant(n), n->type, n->a.act, n->a.act_args));
}

const char *joined_codes(emitter *e, const node *n, const code_factors *by, const char *at, const char *x,
                         const char *z) {
    if (n->op == OP_MUL) return product_text(e, n, by, at, x, z);
    if (n->op == OP_MIN || n->op == OP_MAX) return chosen_text(e, n, x, z);
    const add_integers sum = integers_of_add(e->p->g, n);
    return sum_text(e, &sum, x, z, n->op == OP_SUB);
}

const char *stored_code(const emitter *e, const plan_step *s, const char *v) {
    return arena_printf(e->a, "(%s)%s", buffer_type(e, s->out_buffer), v);
}

/* ---- loops ---- */

void for_each_element(emitter *e, writer *w, int count, const char *variable, lanes_body body, void *data) {
    line(w, "for (int %s = 0; %s < %d; %s++) {", variable, variable, count, variable);
    body(e, w, (piece){ONE_ELEMENT, 1}, variable, data);
    line(w, "}");
}

/* The parts end where those of share_vectors end, so that the plan's verifier knows one rule. */
element_share share_of_elements(emitter *e, const plan_step *s, int count) {
    int lanes = e->p->t->vectors[0].lanes, full = count / lanes;
    const char *all = arena_printf(e->a, "%d", count);
    if (!s->shared) return (element_share){"0", all};
    if (full < 2) return (element_share){"0", arena_printf(e->a, "(part == 0 ? %d : 0)", count)};
    const char *first = arena_printf(e->a, "PART(%d, part) * %d", full, lanes);
    const char *end = arena_printf(e->a, "PART(%d, part + 1) * %d", full, lanes);
    if (count > full * lanes) end = arena_printf(e->a, "(part == parts - 1 ? %d : %s)", count, end);
    return (element_share){first, end};
}

void share_elements(emitter *e, const plan_step *s, writer *w, int count, const char *variable, lanes_body body,
                    void *data) {
    const element_share own = share_of_elements(e, s, count);
    line(w, "for (int %s = %s; %s < %s; %s++) {", variable, own.first, variable, own.end, variable);
    body(e, w, (piece){ONE_ELEMENT, 1}, variable, data);
    line(w, "}");
}
