/* parser_state.c: what the scanner and the grammar share: memory, messages, and skipping a statement after an
 * error. */
#include "lang/parser_state.h"

arena *parser_arena(parser *p) { return p->mem; }
void parser_set_items(parser *p, item *first) { p->items = first; }
void parser_set_expression(parser *p, expr *e) { p->expression = e; }

void parser_set_searched(parser *p, named *first) { p->searched = first; }

void parser_report(parser *p, loc at, const char *what) {
    if (p->given_up) return;
    diag_error(p->d, at, "%s", what);
    if (diag_error_count(p->d) > DIAG_MAX_ERRORS) p->given_up = true; /* no more would be shown */
}

void parser_note_open(parser *p, loc at, bool braces) {
    const loc *open = p->parens                                                  ? &p->open_at
                      : braces && p->braces > 0 && p->braces <= MAX_KNOWN_BRACES ? &p->brace_at[p->braces - 1]
                                                                                 : NULL;
    if (!p->given_up && open && open->line < at.line)
        diag_note(p->d, *open, "this is not closed before the error");
}

void parser_skip_statement(parser *p, int kind) {
    if (kind == NL || kind == END) return;
    p->skip = true;
    p->skip_braces = kind == LBRACE ? 1 : 0;
}
