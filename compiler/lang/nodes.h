/* nodes.h: makes the nodes of the tree for the grammar: what all nodes of a kind have is set, the rest is zero.
 */
#ifndef LCC_LANG_NODES_H
#define LCC_LANG_NODES_H

#include "lang/parser.h"

expr *new_expr(parser *p, expr_kind kind, loc at);
expr *new_number(parser *p, number n, loc at);
expr *new_bool(parser *p, bool truth, loc at);
expr *new_word(parser *p, expr_kind kind, const char *name, loc at);
expr *new_operation(parser *p, expr_kind kind, operator_kind op, expr *a, expr *b, loc at);
arg *new_arg(parser *p, const char *name, expr *value, loc at);
named *new_named(parser *p, const char *name, expr *value, loc at);
item *new_item(parser *p, item_kind kind, const char *name, loc name_at, loc at);
stmt *new_stmt(parser *p, stmt_kind kind, const char *name, loc name_at, loc at);
body *new_body(parser *p, stmt *first, loc at);

#endif
