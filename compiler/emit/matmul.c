/* matmul.c: the product of two tensors: for each h, [m, k] times [k, n].
 *
 * A tile has up to ROWS rows and two vectors of columns of the result in registers. For each k it reads the
 * second factor's row once, and multiplies it by one number of each of its rows of the first. */
#include "emit/internal.h"

enum { ROWS = 4 };

typedef struct product {
    int rows, k, n; /* of the tile; the length of the sums; columns */
} product;

static void emit_tile(emitter *e, writer *w, const product *m, const piece *x, const char *const *at, int n) {
    const target *t = e->p->t;
    arena *a = e->a;
    const char *names[2];
    line(w, "{");
    for (int r = 0; r < m->rows; r++) {
        for (int j = 0; j < n; j++) {
            const char *v = t->vectors[x[j].kind].name;
            line(w, "%s s%dx%d = %s_zero();", v, r, j, v);
        }
    }
    line(w, "for (int i = 0; i < %d; i++) {", m->k);
    for (int j = 0; j < n; j++) {
        names[0] = "i", names[1] = at[j];
        const char *from = expression(a, "d", names, (int64_t[]){m->n, 1}, 2, 0);
        line(w, "const %s d%d = %s;", t->vectors[x[j].kind].name, j, load_text(a, t, x[j], TYPE_F32, from));
    }
    for (int r = 0; r < m->rows; r++) {
        for (int j = 0; j < n; j++) {
            const char *v = t->vectors[x[j].kind].name;
            const char *factor = expression(a, "", (const char *[]){"i"}, (int64_t[]){1}, 1, (int64_t)r * m->k);
            line(w, "s%dx%d = %s_fma(%s_set1(a[%s]), d%d, s%dx%d);", r, j, v, v, factor, j, r, j);
        }
    }
    line(w, "}");
    for (int r = 0; r < m->rows; r++) {
        for (int j = 0; j < n; j++) {
            const char *to = expression(a, "b", &at[j], (int64_t[]){1}, 1, (int64_t)r * m->n);
            line(w, "%s", store_text(a, t, x[j], to, arena_printf(a, "s%dx%d", r, j)));
        }
    }
    line(w, "}");
}

static void emit_single(emitter *e, writer *w, piece x, const char *at, void *data) {
    emit_tile(e, w, data, &x, &at, 1);
}

/* All columns of the rows from `a` on, into those from `b` on. */
static void emit_rows(emitter *e, writer *w, product m) {
    int lanes = e->p->t->vectors[0].lanes, pairs = m.n / (2 * lanes);
    const piece both[2] = {{0, lanes}, {0, lanes}};
    if (pairs) {
        const char *at[2] = {"j", arena_printf(e->a, "j + %d", lanes)};
        line(w, "for (int j = 0; j < %d; j += %d) {", pairs * 2 * lanes, 2 * lanes);
        emit_tile(e, w, &m, both, at, 2);
        line(w, "}");
    }
    int left = m.n / lanes - 2 * pairs;
    if (left) emit_single(e, w, both[0], arena_printf(e->a, "%d", pairs * 2 * lanes), &m);
    for_each_rest(e, w, m.n, emit_single, &m);
}

void emit_matmul_body(emitter *e, const plan_step *s, writer *w) {
    const shape out = e->p->g->nodes[s->node].shape, x = s->operands[0].shape, z = s->operands[1].shape;
    product m = {ROWS, x.c, out.c};
    const char *names[] = {"h", "r"}, *first = "0", *end = arena_printf(e->a, "%d", out.w);
    bool several = out.h > 1;
    if (several) {
        begin_shared_loop(e, s, w, "h", out.h);
    } else {
        first = share_begin(e, s, out.w), end = share_end(e, s, out.w);
    }
    line(w, "const float *const d = %s;",
         expression(e->a, "z", names, (int64_t[]){several && z.h > 1 ? (int64_t)z.w * z.c : 0}, 1, 0));
    line(w, "int r = %s;", first);
    for (m.rows = ROWS; m.rows > 0; m.rows -= ROWS - 1) {
        bool needed = m.rows == 1 ? out.w % ROWS || (s->shared && !several) : out.w >= ROWS;
        if (!needed) continue;
        line(w, "for (; r + %d <= %s; r += %d) {", m.rows, end, m.rows);
        line(w, "const float *const a = %s;",
             expression(e->a, "x", names, (int64_t[]){several && x.h > 1 ? (int64_t)x.w * x.c : 0, x.c}, 2, 0));
        line(w, "float *const b = %s;",
             expression(e->a, "y", names, (int64_t[]){several ? (int64_t)out.w * out.c : 0, out.c}, 2, 0));
        emit_rows(e, w, m);
        line(w, "}");
    }
    if (several) line(w, "}");
}
