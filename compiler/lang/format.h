/* format.h: the types and functions that the files of the formatter share. format.c cuts a source into lines
 * and writes them; format_align.c aligns neighbouring lines in columns. */
#ifndef LCC_LANG_FORMAT_H
#define LCC_LANG_FORMAT_H

#include "lang/parser.h"

enum {
    INDENT = 4,         /* blanks a level */
    LONGEST_LINE = 120, /* columns; signs are not moved if a line would become longer */
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

/* A sign that may move to the right, so that it is in one column with the same sign of the neighbouring lines.
 */
typedef struct mark {
    int kind;   /* of its token */
    int offset; /* bytes of code before it */
    int column; /* columns before it, with the blanks put in so far */
    int blanks; /* that are inserted before it */
} mark;

typedef struct line {
    int first, count;              /* its tokens; count 0: it has only a comment */
    unsigned comment, comment_end; /* bytes of the source; equal: no comment */
    int comment_column;            /* of the comment, from 0: first in the source, then in the output */
    int level;                     /* of indentation */
    int table;                     /* LINE_ROW: the token that opens the table */
    int width;                     /* of the code in columns, without indentation */
    int n_marks;
    mark *marks;
    const char *code;
    unsigned char kind; /* line_kind */
    bool blank;         /* an empty line goes before it */
    bool continues;     /* it continues the statement of the line before */
    bool hangs;         /* it has only a comment, which continues the comment above it, beside code */
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

/* format_code.c. The text of `count` tokens from `first` on, with the blanks between them. */
const char *format_code(const formatter *f, int first, int count);
/* The width of a text on the screen: the number of bytes that begin a character of UTF-8. */
int count_columns(const char *s, size_t size);

/* format_align.c. Finds the marks of all lines and the blanks before them, sets the code of rows of tables, and
 * sets the columns of comments beside code. */
void align_lines(formatter *f);

#endif
