/* parser_state.h: where the reading of a file stands: what scan.l and parse.y know of each other while they
 * work. */
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
    int *tokens; /* so far, over all files */
    int start;   /* the token that says what follows; 0 once it was given */
    int line, col;
    unsigned offset;    /* bytes read */
    token_list *record; /* where every token is noted, or NULL */

    int parens;                     /* open ( and [ */
    loc open_at;                    /* the first of them */
    int braces;                     /* open { */
    loc brace_at[MAX_KNOWN_BRACES]; /* of the outermost ones */
    bool line_ended;                /* a line ended since the last token, outside parentheses */
    loc line_end;
    int last;           /* the token given last */
    bool skip;          /* pass over the rest of the statement */
    int skip_braces;    /* opened in it */
    const char *unsaid; /* what was wrong with a token met while passing over */
    bool quiet;         /* while passing over it: no messages */
    bool given_up;

    bool has_held; /* a token read but not given yet */
    int held;
    LANG_STYPE held_value;
    loc held_at;

    item *items;
    expr *expression;
};

#endif
