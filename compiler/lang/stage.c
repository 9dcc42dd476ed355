/* stage.c: a table of blocks, as papers print their architectures. Each row makes a group of instances. */
#include "lang/eval.h"

#include <string.h>

typedef struct stage {
    const stmt *st;
    callable what;
    stage_place counters;
    int columns;
} stage;

/* Counts the columns. False after an error: a column is there twice, or there are too many. */
static bool check_columns(evaluator *ev, stage *s) {
    map seen = {0};
    bool good = true;
    for (const column *c = s->st->table->columns; c; c = c->next) {
        s->columns++;
        if (!map_add(ev->mem, &seen, c->name, (void *)(size_t)c)) {
            eval_error(ev, c->at, "there is already a column '%s'", c->name);
            good = false;
        }
    }
    if (s->columns > MAX_ARGS) {
        eval_error(ev, s->st->at, "more than %d columns", MAX_ARGS);
        good = false;
    }
    return good;
}

/* Evaluates the cells of a row. All but `repeat` become arguments, *n of them, in `list`. False after an error.
 */
static bool read_row(evaluator *ev, const place *p, const stage *s, const row *r, given *list, int *n,
                     int64_t *repeat) {
    int cells = 0;
    for (const expr *e = r->cells; e; e = e->next) cells++;
    if (cells != s->columns) {
        eval_error(ev, r->at, "%d cells in a table of %d columns", cells, s->columns);
        return false;
    }
    bool good = true;
    *n = 0;
    *repeat = 1;
    const expr *e = r->cells;
    for (const column *c = s->st->table->columns; c; c = c->next, e = e->next) {
        value v = eval_expr(ev, p->scope, e);
        if (c->function && !is_poison(v)) v = call_function_by_name(ev, c->at, c->function, v);
        if (strcmp(c->name, "repeat") == 0) {
            good = to_whole(ev, e->at, "repeat", v, 0, MAX_NODES, repeat) && good;
        } else {
            list[(*n)++] = (given){c->name, v, e->at};
        }
    }
    return good;
}

/* Sets the stride to 1, for all instances of a row but the first. */
static void clear_stride(given *list, int n) {
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i].name, "stride") == 0) list[i].v = int_value(1);
    }
}

/* Makes one instance. Its label and the blocks that it makes see n, row and rep. */
static int make_instance(evaluator *ev, const place *p, const stage *s, const given *list, int n, loc at,
                         int x) {
    stage_place *counters = ARENA_NEW(ev->mem, stage_place);
    *counters = s->counters;
    place where = {.scope = new_scope(ev, p->scope, p->scope->in), .prefix = p->prefix, .stage = counters};
    const char *own = NULL;
    if (s->st->label) {
        define_variable(ev, where.scope, "n", int_value(counters->n));
        define_variable(ev, where.scope, "row", int_value(counters->row));
        define_variable(ev, where.scope, "rep", int_value(counters->rep));
        own = eval_label(ev, where.scope, s->st->label);
    }
    return apply_callable(ev, &where, &s->what, list, n, own, at, x);
}

/* "stage" NAME [ label ] table */
int eval_stage(evaluator *ev, const place *p, const stmt *st, int x) {
    stage s = {.st = st};
    if (find_structure(st->name)) {
        eval_error(ev, st->name_at, "a stage is made of blocks; '%s' is none", st->name);
        return POISONED_TENSOR;
    }
    bool known = find_callable(ev, p->scope, st->name, st->name_at, &s.what);
    if (!check_columns(ev, &s)) return POISONED_TENSOR;
    given *list = ARENA_ARRAY(ev->mem, given, s.columns);
    for (const row *r = st->table->rows; r && !ev->stopped; r = r->next, s.counters.row++) {
        int n;
        int64_t repeat;
        if (!enter(ev, r->at, 0)) break;
        bool good = read_row(ev, p, &s, r, list, &n, &repeat);
        if (!good || !known) {
            x = POISONED_TENSOR;
            continue;
        }
        for (s.counters.rep = 0; s.counters.rep < repeat && !ev->stopped; s.counters.rep++) {
            if (s.counters.rep == 1) clear_stride(list, n);
            if (!enter(ev, r->at, 0)) break;
            x = make_instance(ev, p, &s, list, n, r->at, x);
            s.counters.n++;
        }
    }
    return x;
}
