/* nodes.c: makes the nodes of the tree for the grammar. */
#include "lang/nodes.h"

expr *new_expr(parser *p, expr_kind kind, loc at) {
    expr *e = ARENA_NEW(parser_arena(p), expr);
    e->kind = (unsigned char)kind;
    e->at = at;
    return e;
}

expr *new_number(parser *p, number n, loc at) {
    expr *e = new_expr(p, n.is_real ? EXPR_REAL : EXPR_INT, at);
    if (n.is_real) {
        e->real = n.real;
    } else {
        e->integer = n.integer;
    }
    return e;
}

expr *new_bool(parser *p, bool truth, loc at) {
    expr *e = new_expr(p, EXPR_BOOL, at);
    e->truth = truth;
    return e;
}

expr *new_word(parser *p, expr_kind kind, const char *name, loc at) {
    expr *e = new_expr(p, kind, at);
    e->name = name;
    return e;
}

expr *new_operation(parser *p, expr_kind kind, operator_kind op, expr *a, expr *b, loc at) {
    expr *e = new_expr(p, kind, at);
    e->operator=(unsigned char) op;
    e->a = a;
    e->b = b;
    return e;
}

arg *new_arg(parser *p, const char *name, expr *value, loc at) {
    arg *g = ARENA_NEW(parser_arena(p), arg);
    *g = (arg){.name = name, .value = value, .at = at};
    return g;
}

named *new_named(parser *p, const char *name, expr *value, loc at) {
    named *n = ARENA_NEW(parser_arena(p), named);
    *n = (named){.name = name, .value = value, .at = at};
    return n;
}

item *new_item(parser *p, item_kind kind, const char *name, loc name_at, loc at) {
    item *i = ARENA_NEW(parser_arena(p), item);
    *i = (item){.kind = kind, .name = name, .name_at = name_at, .at = at};
    return i;
}

stmt *new_stmt(parser *p, stmt_kind kind, const char *name, loc name_at, loc at) {
    stmt *s = ARENA_NEW(parser_arena(p), stmt);
    *s = (stmt){.kind = kind, .name = name, .name_at = name_at, .at = at};
    return s;
}

body *new_body(parser *p, stmt *first, loc at) {
    body *b = ARENA_NEW(parser_arena(p), body);
    *b = (body){first, at};
    return b;
}
