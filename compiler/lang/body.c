/* body.c: the walk over a network. Statements are evaluated in order, and each takes the tensor that the one
 * before it returns. */
#include "lang/eval.h"

#include <string.h>

/* body = "{" { stmt } "}". A body has its own scope, and shares the instance of the block that it belongs to.
 */

static int eval_body(evaluator *ev, const place *outer, const body *b, int x);
static int eval_chain(evaluator *ev, const place *p, const call *chain, int x);

static void name_tensor(evaluator *ev, const place *p, const char *name, loc at, int x) {
    int *kept = ARENA_NEW(ev->mem, int);
    *kept = x;
    if (!map_add(ev->mem, &p->scope->in->tensors, name, kept)) {
        eval_error(ev, at, "there is already a tensor '%s' here", name);
    }
}

static bool may_add_port(evaluator *ev, loc at) {
    if (ev->stopped) return false;
    if (ev->g->n_inputs + ev->g->n_outputs < MAX_PORTS) return true;
    eval_error(ev, at, "the network has more than %d inputs and outputs", MAX_PORTS);
    ev->stopped = true;
    return false;
}

static void report_unknown_type(evaluator *ev, const stmt *st) {
    word_list *l = start_words(ev, st->word_at);
    for (elem_type t = 0; t < TYPE_COUNT; t++) {
        if (type_table[t].is_port) add_word(l, type_table[t].name);
    }
    eval_error(ev, st->word_at, "an input is uint8, int8 or f32, not '%s'%s", st->word,
               did_you_mean(ev, st->word, l));
}

/* Warns of sizes in the order of PyTorch: pictures of 3 rows are rare, and of 3 channels frequent. */
static void check_order(evaluator *ev, const stmt *st, shape s) {
    enum { COLOURS = 3, LEAST_SIDE = 32 };
    if (s.h != COLOURS || s.w < LEAST_SIDE || s.c < LEAST_SIDE) return;
    diag_warning(ev->d, st->dims->at,
                 "%d rows of %d pixels with %d channels: is this NCHW? Sizes are [h, w, c], so "
                 "that [%d, %d, %d] is a picture of three colours",
                 s.h, s.w, s.c, s.w, s.c, COLOURS);
}

/* "input" NAME ":" NAME "[" expr { "," expr } "]" [ "->" chain ] */
static int eval_input(evaluator *ev, place *p, const stmt *st, int x) {
    (void)x;
    static const char *const sides[3] = {"the height", "the width", "the number of channels"};
    elem_type type = 0;
    while (type < TYPE_COUNT && !(type_table[type].is_port && strcmp(type_table[type].name, st->word) == 0))
        type++;
    bool good = type < TYPE_COUNT;
    if (!good) report_unknown_type(ev, st);
    int64_t dims[3];
    int n = 0;
    for (const expr *e = st->dims; e; e = e->next, n++) {
        if (n >= 3) continue;
        value v = eval_expr(ev, p->scope, e);
        int most = n == 2 ? MAX_CHANNELS : MAX_SIDE;
        if (!to_whole(ev, e->at, sides[n], v, 1, most, &dims[n])) good = false;
    }
    if (n != 3) eval_error(ev, st->at, "an input has three sizes, [h, w, c]; here are %d", n);
    quant q = {0};
    given *list;
    int n_given = eval_args(ev, p->scope, st->args, &list);
    if (type < TYPE_COUNT && !take_input_codes(ev, list, n_given, type, &q)) good = false;
    int node_index = POISONED_TENSOR;
    if (good && n == 3 && may_add_port(ev, st->at)) {
        shape s = {(int)dims[0], (int)dims[1], (int)dims[2]};
        check_order(ev, st, s);
        node_index = graph_add_input(ev->g, ev->d, st->name, type, s, st->at);
        if (node_index < 0) {
            is_first_report(ev, st->at);
            note_frames(ev);
            node_index = POISONED_TENSOR;
        } else if (q.on) {
            graph_quantise_input(ev->g, ev->d, node_index, q.scale, q.zero);
        }
    }
    name_tensor(ev, p, st->name, st->name_at, node_index);
    return eval_chain(ev, p, st->chain, node_index);
}

/* "from" NAME [ "->" chain ] */
static int eval_from(evaluator *ev, place *p, const stmt *st, int x) {
    x = named_tensor(ev, p->scope, st->name, st->name_at);
    return eval_chain(ev, p, st->chain, x);
}

static int eval_named_chain(evaluator *ev, place *p, const stmt *st, int x) {
    x = eval_chain(ev, p, st->chain, x);
    if (st->name) name_tensor(ev, p, st->name, st->name_at, x);
    return x;
}

static int eval_output(evaluator *ev, place *p, const stmt *st, int x) {
    (void)p;
    if (x == NO_TENSOR) eval_error(ev, st->at, "no tensor flows into this output");
    if (x < 0 || !may_add_port(ev, st->at)) return POISONED_TENSOR;
    if (!graph_add_output(ev->g, ev->d, st->name, x, st->at)) {
        is_first_report(ev, st->at);
        note_frames(ev);
    }
    return x;
}

static int eval_if(evaluator *ev, place *p, const stmt *st, int x) {
    /* A chain of `else if` is a loop here, so that a long chain needs no stack. */
    for (;;) {
        bool good, truth = eval_condition(ev, p->scope, st->value, &good);
        if (!good) return POISONED_TENSOR;
        if (truth) return eval_body(ev, p, st->then, x);
        if (!st->other) return x;
        const stmt *only = st->other->first;
        if (!only || only->kind != STMT_IF || only->next) return eval_body(ev, p, st->other, x);
        st = only;
    }
}

static int eval_let_stmt(evaluator *ev, place *p, const stmt *st, int x) {
    eval_let(ev, p, st);
    return x;
}

static int eval_require_stmt(evaluator *ev, place *p, const stmt *st, int x) {
    if (!eval_require(ev, p, st)) p->failed = true;
    return x;
}

static int eval_stage_stmt(evaluator *ev, place *p, const stmt *st, int x) { return eval_stage(ev, p, st, x); }

typedef int (*statement)(evaluator *ev, place *p, const stmt *st, int x);

static const statement statements[STMT_KINDS] = {
    [STMT_LET] = eval_let_stmt,
    [STMT_REQUIRE] = eval_require_stmt,
    [STMT_IF] = eval_if,
    [STMT_INPUT] = eval_input,
    [STMT_FROM] = eval_from,
    [STMT_STAGE] = eval_stage_stmt,
    [STMT_CHAIN] = eval_named_chain,
    [STMT_OUTPUT] = eval_output,
};

static int eval_body(evaluator *ev, const place *outer, const body *b, int x) {
    if (!enter(ev, b->at, BODY_DEPTH)) return POISONED_TENSOR;
    place inner = {.scope = new_scope(ev, outer->scope, outer->scope->in), .prefix = outer->prefix};
    for (const stmt *st = b->first; st && !inner.failed && !ev->stopped; st = st->next) {
        if (!enter(ev, st->at, 0)) break;
        x = statements[st->kind](ev, &inner, st, x);
    }
    leave(ev, BODY_DEPTH);
    return ev->stopped || inner.failed ? POISONED_TENSOR : x;
}

/* --- calls --- */

/* call = NAME [ "(" [ arg { "," arg } ] ")" ] [ label ] [ body ] ; */
static int eval_call(evaluator *ev, const place *p, const call *c, int x) {
    structure form = find_structure(c->name);
    if (form) return form(ev, p, c, x);
    callable what;
    given *list;
    bool known = find_callable(ev, p->scope, c->name, c->at, &what);
    int n = eval_args(ev, p->scope, c->args, &list);
    const char *own = c->label ? eval_label(ev, p->scope, c->label) : NULL;
    if (c->body) eval_error(ev, c->at, "'%s' takes no body in braces", c->name);
    if (!known || c->body) return POISONED_TENSOR;
    return apply_callable(ev, p, &what, list, n, own, c->at, x);
}

static int eval_chain(evaluator *ev, const place *p, const call *chain, int x) {
    for (const call *c = chain; c; c = c->next) {
        if (!enter(ev, c->at, 0)) return POISONED_TENSOR;
        x = eval_call(ev, p, c, x);
    }
    return x;
}

int eval_net(evaluator *ev, const item *net) {
    instance *in = ARENA_NEW(ev->mem, instance);
    *in = (instance){.in = NO_TENSOR, .is_net = true};
    place p = {.scope = new_scope(ev, NULL, in), .prefix = ""};
    ev->run_body = eval_body;
    int x = eval_body(ev, &p, net->body, NO_TENSOR);
    if (!ev->stopped && ev->g->n_outputs == 0 && ev->n_reported == 0) {
        eval_error(ev, net->name_at, "net '%s' has no output: `output name`", net->name);
    }
    return x;
}
