/* parser.h: parses sources into trees, and declares what the scanner and the grammar call. */
#ifndef LCC_LANG_PARSER_H
#define LCC_LANG_PARSER_H

#include "lang/ast.h"

enum {
    MAX_SOURCE_BYTES = 8 << 20,
    MAX_TOKENS = 2000000, /* of all files together */
    MAX_NAME_BYTES = 100,
    MAX_STRING_BYTES = 1000,
    MAX_ALTERNATIVES = 256 /* of one choice */
};

/* A number as the scanner read it. */
typedef struct number {
    bool is_real;
    int64_t integer;
    double real;
} number;

/* A token of a source, for the formatter: its kind (parse.h), its bytes from begin to end - 1, and its line. */
typedef struct token {
    int kind;
    unsigned begin, end;
    int line;
} token;

typedef struct token_list {
    token *at;
    int count, room;
} token_list;

typedef struct parser parser;

/* Parses a file. Sets *items to the list of its items, NULL if it has none. False after errors. *tokens counts
 * the tokens of all files; more than MAX_TOKENS are an error. */
bool parse_items(arena *a, diag *d, const source *src, int *tokens, item **items);

/* source.c */

/* A source of `size` bytes with a NUL behind them, which messages call `path`. */
const source *new_source(arena *a, const char *path, const char *contents, size_t size);
/* Reads a file; NULL after an error. */
const source *read_source(arena *a, diag *d, const char *path);

/* Lists the tokens of a file. False after errors: the file must have no syntax error. */
bool parse_tokens(arena *a, diag *d, const source *src, token_list *tokens);

/* Parses a source that holds one expression (-D name=value). NULL after errors. */
expr *parse_expression(arena *a, diag *d, const source *src, int *tokens);

/* Parses a source that holds what stands behind `search` (--search). NULL after errors. */
const named *parse_searched(arena *a, diag *d, const source *src, int *tokens);

/* alternatives.c, for parse.y */

/* A choice in parentheses of these alternatives. More than MAX_ALTERNATIVES are an error. */
expr *new_alternatives(parser *p, expr *first, loc at);
/* A choice in parentheses of first, first + step, .., last. `step` NULL: 1, or 1.0. `word` is the name that
 * stands before the step, which must be `step`. An error, if one of the three is not a number that is written
 * out, or the steps do not lead to the last. */
expr *new_range(parser *p, expr *first, expr *last, const char *word, loc word_at, expr *step, loc at);
/* Sets *x to a number that is written out, perhaps with a sign; false for other expressions. */
bool written_number(const expr *e, double *x);
/* Says of a choice that it stands in a cell of a stage or is the default of a param. Other expressions are
 * left. */
void allow_choice(expr *e);
/* The same for all cells of a table. */
void allow_choices(const table *t);
/* Reports the choices of the file that stand elsewhere. */
void check_places_of_choices(parser *p);

/* parser_state.c, for scan.l and parse.y */

arena *parser_arena(parser *p);
/* Called after a syntax error at a token of that kind. The scanner then skips the rest of the statement, with
 * the bodies that it opens, so that a mistake in the head of a block causes no errors in its lines. */
void parser_skip_statement(parser *p, int kind);
/* Called after a syntax error at `at`. If a parenthesis is open since an earlier line, adds a note on it; else,
 * with `braces`, a note on the open brace. */
void parser_note_open(parser *p, loc at, bool braces);
/* Reports an error, unless more errors were found than are printed. */
void parser_report(parser *p, loc at, const char *what);
void parser_set_items(parser *p, item *first);
void parser_set_expression(parser *p, expr *e);
void parser_set_searched(parser *p, named *first);

#endif
