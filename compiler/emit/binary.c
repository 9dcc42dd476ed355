/* binary.c: two tensors of which one or both are broadcast along some axes. The rows of the result are the
 * outer loop; width and channels are one axis where both tensors go on alike along them. */
#include "emit/codes.h"
#include "graph/binary.h"
#include "graph/quant.h"

const char *binary_text(arena *a, const char *vector, op_kind op, const char *x, const char *y) {
    static const char *const forms[OP_COUNT] = {[OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "/"};
    if (forms[op]) return arena_printf(a, "%s %s %s", x, forms[op], y);
    return arena_printf(a, "%s_%s(%s, %s)", vector, op_table[op].name, x, y);
}

static const char *const names[] = {"x", "z"};

typedef struct row_of_pairs {
    const plan_step *s;
    const node *n;
    const char *x[2]; /* where the row begins in each tensor, and its index there */
    const char *index[2];
    int64_t x_stride[2]; /* from element to element: 1, or 0 where one holds for all */
    const char *y;
    code_factors by; /* of products of codes */
} row_of_pairs;

static void emit_pair(emitter *e, writer *w, piece x, const char *at, void *data) {
    const row_of_pairs *k = data;
    arena *a = e->a;
    const target *t = e->p->t;
    const char *vector = t->vectors[x.kind].name, *values[2];
    for (int i = 0; i < 2; i++) {
        const char *from = expression(a, k->x[i], &at, &k->x_stride[i], 1, 0);
        values[i] = k->x_stride[i] ? load_text(a, t, x, TYPE_F32, from)
                                   : arena_printf(a, "%s_set1(%s[%s])", vector, names[i], k->index[i]);
    }
    const attrs *attributes = &k->n->a;
    const char *v = binary_text(a, vector, k->n->op, values[0], values[1]);
    v = activation_text(a, t, x.kind, attributes->act, attributes->act_args, v);
    line(w, "%s", store_text(a, t, x, expression(a, k->y, &at, &(int64_t){1}, 1, 0), v));
}

static void emit_pair_of_codes(emitter *e, writer *w, piece x, const char *at, void *data) {
    (void)x;
    static const char *const loaded[] = {"a", "b"};
    const row_of_pairs *k = data;
    for (int i = 0; i < 2; i++)
        line(w, "const int32_t %s = *(%s);", loaded[i], expression(e->a, k->x[i], &at, &k->x_stride[i], 1, 0));
    const char *v = joined_codes(e, k->n, &k->by, at, "a", "b");
    line(w, "*(%s) = %s;", expression(e->a, k->y, &at, &(int64_t){1}, 1, 0), stored_code(e, k->s, v));
}

void emit_binary_body(emitter *e, const plan_step *s, writer *w) {
    static const char *const loops[] = {"i", "j"};
    const node *n = &e->p->g->nodes[s->node];
    arena *a = e->a;
    shape out = n->shape;
    int64_t strides[2][3];
    bool alike = true; /* along w and c */
    for (int i = 0; i < 2; i++) {
        shape x = s->operands[i].shape;
        broadcast_strides(x, strides[i]);
        bool none = x.w == 1 && x.c == 1, all = x.w == out.w && x.c == out.c;
        alike = alike && (none || all);
    }
    const bool codes = is_integer(n);
    code_factors by = {.same = true};
    if (codes && n->op == OP_MUL) by = declare_product(e, w, n, NULL);
    bool by_pixel = !(alike && by.same) && out.w > 1 && out.c > 1;
    int inner = by_pixel ? out.c : out.w * out.c;
    const int64_t y_strides[] = {(int64_t)out.w * out.c, out.c};
    row_of_pairs k = {.s = s, .n = n, .by = by, .y = expression(a, "y", loops, y_strides, by_pixel ? 2 : 1, 0)};
    for (int i = 0; i < 2; i++) {
        if (!by_pixel) strides[i][1] = out.c == 1 ? strides[i][1] : strides[i][2];
        k.index[i] = expression(a, "", loops, strides[i], by_pixel ? 2 : 1, 0);
        k.x[i] = expression(a, names[i], loops, strides[i], by_pixel ? 2 : 1, 0);
        k.x_stride[i] = by_pixel ? strides[i][2] : strides[i][1] || strides[i][2] ? 1 : 0;
    }
    begin_shared_loop(e, s, w, "i", out.h);
    if (by_pixel) line(w, "for (int j = 0; j < %d; j++) {", out.w);
    if (codes)
        for_each_element(e, w, inner, "c", emit_pair_of_codes, &k);
    else
        for_each_vector(e, w, inner, "c", emit_pair, &k);
    if (by_pixel) line(w, "}");
    line(w, "}");
}
