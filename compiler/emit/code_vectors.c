/* code_vectors.c: the C of what is done with vectors of codes. See code_vectors.h. */
#include "emit/code_vectors.h"

const char *ints_of(const target *t, piece x) { return t->vectors[x.kind].ints; }

static const char *type_suffix(elem_type type) { return type == TYPE_U8 ? "u8" : "i8"; }

const char *load_codes(arena *a, const target *t, piece x, elem_type type, const char *address) {
    if (x.valid < t->vectors[x.kind].lanes)
        return arena_printf(a, "%s_load_%s_part(%s, %d)", ints_of(t, x), type_suffix(type), address, x.valid);
    return arena_printf(a, "%s_load_%s(%s)", ints_of(t, x), type_suffix(type), address);
}

const char *store_codes(arena *a, const target *t, piece x, elem_type type, const char *address,
                        const char *v) {
    if (x.valid < t->vectors[x.kind].lanes)
        return arena_printf(a, "%s_store_%s_part(%s, %s, %d);", ints_of(t, x), type_suffix(type), address, v,
                            x.valid);
    return arena_printf(a, "%s_store_%s(%s, %s);", ints_of(t, x), type_suffix(type), address, v);
}

const char *rescale_lanes(arena *a, const char *vector, rescale_rounding how, const char *v,
                          const char *multipliers, const char *shifts) {
    return arena_printf(a, "%s_rescale_%s(%s, %s, %s)", vector, rescale_rounding_names[how], v, multipliers,
                        shifts);
}

const char *rescale_all(arena *a, const char *vector, rescale_rounding how, const char *v, rescale by) {
    return rescale_lanes(a, vector, how, v, arena_printf(a, "%s_set1(%d)", vector, (int)by.multiplier),
                         arena_printf(a, "%s_set1(%d)", vector, by.shift));
}

const char *place_code(arena *a, const char *vector, const char *v, int zero, code_range range) {
    return arena_printf(a, "%s_place(%s, %d, %d, %d)", vector, v, zero, range.least, range.most);
}

/* (v - zero) * 2^left, of a code v. */
static const char *widen(arena *a, const char *v, int zero, int left) {
    const char *from_zero =
        zero ? arena_printf(a, "(%s %c %d)", v, zero < 0 ? '+' : '-', zero < 0 ? -zero : zero) : v;
    return left ? arena_printf(a, "%s * %d", from_zero, 1 << left) : from_zero;
}

const char *sum_of_codes(arena *a, const char *vector, rescale_rounding how, const add_integers *k,
                         const char *x, const char *z, bool subtract) {
    x = rescale_all(a, vector, how, widen(a, x, k->x_zero, k->left), k->x_by);
    z = rescale_all(a, vector, how, widen(a, z, k->z_zero, k->left), k->z_by);
    const char *sum = arena_printf(a, "%s %c %s", x, subtract ? '-' : '+', z);
    return place_code(a, vector, rescale_all(a, vector, how, sum, k->y_by), k->y_zero, k->range);
}

const char *look_up(arena *a, const char *vector, const char *table, const char *number, const char *v) {
    if (number) return arena_printf(a, "%s_look_up_each(%s, %s, %s)", vector, table, number, v);
    return arena_printf(a, "%s_look_up(%s, %s)", vector, table, v);
}

code_end code_end_of(emitter *e, const node *n) {
    const graph *g = e->p->g;
    const kernel_integers k = integers_of_kernel(g, n, e->a);
    code_end end = {.how = g->rounding, .zero = k.y_zero, .range = k.range, .adds = n->a.has_residual};
    const act_tables t = tables_of_node(g, n, e->a);
    if (t.count) end.table = table_name(e, &t);
    end.tables = t;
    end.several = has_channel_tables(g, n);
    if (end.adds) end.add = integers_of_residual(g, n);
    return end;
}

const char *end_codes(arena *a, const target *t, piece x, const code_end *end, const char *sum,
                      const char *multipliers, const char *shifts, const char *residual) {
    const char *vector = ints_of(t, x);
    const char *v = rescale_lanes(a, vector, end->how, sum, multipliers, shifts);
    v = place_code(a, vector, v, end->zero, end->range);
    if (end->table) v = look_up(a, vector, end->table, end->several ? "number" : NULL, v);
    if (!residual) return v;
    return sum_of_codes(a, vector, end->how, &end->add, v, load_codes(a, t, x, TYPE_I8, residual), false);
}
