/* parser_state.h: the state while a file is parsed, which scan.l and parse.y share. */
#ifndef LCC_LANG_PARSER_STATE_H
#define LCC_LANG_PARSER_STATE_H

#include "lang/parser.h"
#include "parse.h"

enum { MAX_KNOWN_BRACES = 32 };

struct parser {
    arena *mem;
    diag *d;
    const source *src;
    void *scanner;
    int *tokens; /* how many so far, over all files */
    int start;   /* the first token, which tells what follows; 0 once it was given */
    bool is_file;
    int line, col;
    unsigned offset;    /* bytes read */
    token_list *record; /* takes every token; NULL: they are not recorded */

    int parens;                     /* open ( and [ */
    loc open_at;                    /* the first of them */
    int braces;                     /* open { */
    loc brace_at[MAX_KNOWN_BRACES]; /* places of the outermost ones */
    bool line_ended;                /* a line ended since the last token, outside parentheses */
    loc line_end;
    int last;           /* the token that was given last */
    bool skip;          /* the rest of the statement is to be skipped */
    int skip_braces;    /* open { among what is skipped */
    const char *unsaid; /* an error in a token that was read while skipping */
    bool quiet;         /* set while skipping: no messages */
    bool given_up;      /* too many errors or tokens: the rest of the file is not read */

    bool has_held; /* a token was read that is not given yet */
    int held;
    LANG_STYPE held_value;
    loc held_at;

    item *items;
    expr *expression;
    named *searched;
    expr *first_choice, *last_choice; /* the choices in parentheses, in order */
    int n_choices;
};

#endif
