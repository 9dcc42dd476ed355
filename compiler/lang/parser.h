/* parser.h: from a source to its tree, and what scanner and parser know of each other while they work. */
#ifndef LCC_LANG_PARSER_H
#define LCC_LANG_PARSER_H

#include "lang/ast.h"

enum {
    MAX_SOURCE_BYTES = 8 << 20,
    MAX_TOKENS = 2000000, /* of all files together */
    MAX_NAME_BYTES = 100,
    MAX_STRING_BYTES = 1000
};

/* A number as the scanner read it. */
typedef struct number {
    bool is_real;
    int64_t integer;
    double real;
} number;

/* A word or sign of a source, for the formatter: its kind (parse.h), its bytes [begin, end) and its line. */
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

/* The items of a file in *items (NULL where it has none); false after errors. *tokens counts up over all files.
 */
bool parse_items(arena *a, diag *d, const source *src, int *tokens, item **items);

/* source.c: a text that messages call `path`; a file, read, or NULL after an error. */
const source *new_source(arena *a, const char *path, const char *contents, size_t size);
const source *read_source(arena *a, diag *d, const char *path);

/* The words and signs of a file that has no syntax error; false after errors. */
bool parse_tokens(arena *a, diag *d, const source *src, token_list *tokens);

/* The single expression that `src` holds (-D name=value); NULL after errors. */
expr *parse_expression(arena *a, diag *d, const source *src, int *tokens);

/* parser_state.c, for scan.l and parse.y. */
arena *parser_arena(parser *p);
/* After a syntax error at a token: the scanner passes over the rest of the statement, with any braces that it
 * opens, so that one mistake in the head of a block does not make its lines be read as something else. */
void parser_skip_statement(parser *p, int kind);
/* After a syntax error at `at`, on an earlier line: the parenthesis, or else with `braces` the brace, that is
 * open. */
void parser_note_open(parser *p, loc at, bool braces);
void parser_report(parser *p, loc at, const char *what);
void parser_set_items(parser *p, item *first);
void parser_set_expression(parser *p, expr *e);

#endif
