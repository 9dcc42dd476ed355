/* format.h: what the formatter's parts share: format.c cuts a source into lines and writes them;
 * format_align.c puts what belongs together into columns. */
#ifndef LCC_LANG_FORMAT_H
#define LCC_LANG_FORMAT_H

#include "lang/parser.h"

enum {
    INDENT = 4,         /* blanks a level */
    LONGEST_LINE = 120, /* columns; nothing is moved beyond */
    MOST_MARKS = 12
};

typedef enum line_kind {
    LINE_OTHER,
    LINE_PARAM,
    LINE_LET,
    LINE_FN,
    LINE_SETTING, /* of a compound */
    LINE_CHAIN,
    LINE_ROW,  /* of a table, its header included */
    LINE_IF,   /* opens the body of an `if` */
    LINE_ENDIF /* closes it */
} line_kind;

/* A sign that may move to the right to stand below its like. */
typedef struct mark {
    int kind;   /* of its token */
    int offset; /* bytes of code before it */
    int column; /* columns before it, with the blanks put in so far */
    int blanks; /* to put in before it */
} mark;

typedef struct line {
    int first, count;              /* its tokens; 0: it has only a comment */
    unsigned comment, comment_end; /* bytes of the source; equal: no comment */
    int comment_column;            /* where it stood, then where it goes, from 0 */
    int level;                     /* of indentation */
    int table;                     /* LINE_ROW: the token that opens the table */
    int width;                     /* of the code in columns, without indentation */
    int n_marks;
    mark *marks;
    const char *code;
    unsigned char kind; /* line_kind */
    bool blank;         /* an empty line goes before it */
    bool continues;     /* the statement of the line before goes on */
    bool hangs;         /* a comment that goes on, below the one beside the code above */
} line;

typedef struct formatter {
    arena *mem;
    const source *src;
    token_list tokens;
    int *match;  /* of a brace: the other one */
    bool *tight; /* of a token: no blank before it */
    line *lines;
    int n_lines;
} formatter;

/* format_code.c. The code of tokens [first, first + count). */
const char *format_code(const formatter *f, int first, int count);
/* Columns on the screen: bytes that begin a character of UTF-8. */
int count_columns(const char *s, size_t size);

/* format_align.c. Finds the marks of lines and the blanks before them, sets the code of rows of tables, and
 * then the columns of comments beside code. */
void align_lines(formatter *f);

#endif
