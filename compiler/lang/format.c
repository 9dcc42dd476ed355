/* format.c: lcc --format: the text of a file in the standard style.
 *
 * The text is not printed from the tree, because the tree has no comments. Tokens, comments and ends of lines
 * stay as they are; ends of lines are part of the language. Only blanks, indentation, empty lines and the
 * columns of format_align.c change.
 *
 * A { whose } is on another line ends its line, and that } begins its line. A line within parentheses is
 * indented one level more than the line that opened them. A line that begins with -> is indented one level more
 * than its statement. There is at most one empty line at a time, and none behind { or before }. */
#include "lang/format.h"
#include "lang/lang.h"
#include "parse.h"

#include <string.h>

typedef struct open_brace {
    int token, line;
    int statement, statement_first; /* of the statement that the brace is in, as in the cutter */
} open_brace;

/* The state while the text is cut into lines. */
typedef struct cutter {
    formatter *f;
    int *brackets; /* for each open ( and [: its line */
    int n_brackets;
    open_brace *braces;
    int n_braces;
    int statement;       /* the line on which the statement began */
    int statement_first; /* its first token */
} cutter;

/* The text between two tokens. */
typedef struct gap {
    unsigned at, end; /* bytes of the source */
    int newlines;     /* since the last token or comment */
    bool comments;    /* the gap had a comment already */
} gap;

static int kind_of(const formatter *f, int t) { return f->tokens.at[t].kind; }

static bool opens(int kind) { return kind == LPAREN || kind == LBRACKET; }
static bool closes(int kind) { return kind == RPAREN || kind == RBRACKET; }

/* Whether the token ends an operand. A minus behind it is then a subtraction, and a [ an index. */
static bool ends_operand(int kind) {
    return kind == NAME || kind == STRING || kind == NUMBER || kind == TRUE || kind == FALSE || closes(kind);
}

/* Whether the token is a brace whose other brace is on another line. */
static bool spans_lines(const formatter *f, int t) {
    const token *at = f->tokens.at;
    return (at[t].kind == LBRACE || at[t].kind == RBRACE) && at[t].line != at[f->match[t]].line;
}

static void match_braces(formatter *f) {
    f->match = ARENA_ARRAY(f->mem, int, f->tokens.count);
    int *open = ARENA_ARRAY(f->mem, int, f->tokens.count);
    int n = 0;
    for (int t = 0; t < f->tokens.count; t++) {
        if (kind_of(f, t) == LBRACE) {
            open[n++] = t;
        } else if (kind_of(f, t) == RBRACE) {
            f->match[t] = open[--n];
            f->match[open[n]] = t;
        }
    }
}

/* The largest number of lines: those of the source that are not empty, and one more for each brace. */
static size_t most_lines(const formatter *f) {
    size_t lines = 1;
    bool empty = true;
    for (size_t i = 0; i < f->src->size; i++) {
        char c = f->src->text[i];
        if (!strchr(" \t\r\n", c)) empty = false;
        if (c == '{' || c == '}') lines++;
        if (c == '\n' && !empty) lines++;
        if (c == '\n') empty = true;
    }
    return lines;
}

/* --- blanks between tokens --- */

static bool is_tight(const cutter *c, int t) {
    int kind = kind_of(c->f, t), before = kind_of(c->f, t - 1);
    if (kind == COMMA || kind == DOT || closes(kind)) return true;
    if (opens(before) || before == DOT || before == AT) return true;
    /* The bars of a choice, (3|5|7), stand closer than those of a table. */
    if (kind == TO || before == TO || (c->n_brackets && (kind == BAR || before == BAR))) return true;
    if (kind == LPAREN) return before == NAME;
    if (kind == LBRACKET) return ends_operand(before);
    if (kind == COLON) return kind_of(c->f, c->statement_first) == INPUT && t == c->statement_first + 2;
    return false;
}

static void note_blanks(cutter *c, int t, bool begins_statement) {
    bool *tight = c->f->tight;
    tight[t] = tight[t] || (t > 0 && is_tight(c, t));
    /* A number and then a name: that is `step` in a range. */
    bool behind_step = t > 1 && kind_of(c->f, t - 1) == NAME && kind_of(c->f, t - 2) == NUMBER;
    bool is_sign =
        kind_of(c->f, t) == MINUS && (begins_statement || behind_step || !ends_operand(kind_of(c->f, t - 1)));
    if (is_sign && t + 1 < c->f->tokens.count) tight[t + 1] = true;
}

/* --- lines --- */

static line *add_line(cutter *c, bool blank) {
    formatter *f = c->f;
    line *l = &f->lines[f->n_lines++];
    const line *above = f->n_lines > 1 ? l - 1 : NULL;
    bool behind_brace = above && above->count && kind_of(f, above->first + above->count - 1) == LBRACE;
    l->blank = blank && above && !behind_brace && c->n_brackets == 0;
    return l;
}

static int column_of(const source *src, unsigned at) {
    unsigned begin = at;
    while (begin > 0 && src->text[begin - 1] != '\n') begin--;
    return count_columns(src->text + begin, at - begin);
}

/* Adds the comment that begins at g->at, either beside the code before it or on a line of its own. */
static void take_comment(cutter *c, gap *g) {
    formatter *f = c->f;
    const char *bytes = f->src->text;
    const char *newline = memchr(bytes + g->at, '\n', g->end - g->at);
    unsigned next = newline ? (unsigned)(newline - bytes) : g->end, end = next;
    while (strchr(" \t\r", bytes[end - 1])) end--;
    int here = column_of(f->src, g->at);
    line *above = f->n_lines ? &f->lines[f->n_lines - 1] : NULL;
    bool beside = above && above->count && g->newlines == 0 && !g->comments;
    line *l = beside ? above : add_line(c, g->newlines > 1);
    if (!beside) {
        bool has_comment = above && above->comment < above->comment_end && (above->count || above->hangs);
        l->hangs = has_comment && g->newlines == 1 && above->comment_column == here;
    }
    l->comment = g->at;
    l->comment_end = end;
    l->comment_column = here;
    *g = (gap){.at = next, .end = g->end, .comments = true};
}

/* Adds the comments up to the next token, and counts the ends of lines before it. */
static gap pass_gap(cutter *c, unsigned at, unsigned end) {
    gap g = {.at = at, .end = end};
    while (g.at < g.end) {
        char here = c->f->src->text[g.at];
        if (here == '#') {
            take_comment(c, &g);
        } else {
            g.newlines += here == '\n';
            g.at++;
        }
    }
    return g;
}

static line_kind find_kind(const cutter *c, int t) {
    const formatter *f = c->f;
    int kind = kind_of(f, t);
    if (kind == PARAM) return LINE_PARAM;
    if (kind == LET) return LINE_LET;
    if (kind == FN) return LINE_FN;
    if (kind == IF) return LINE_IF;
    if (c->n_braces == 0) return LINE_OTHER;
    int owner = kind_of(f, c->braces[c->n_braces - 1].statement_first);
    if (owner == VARIANTS || owner == STAGE) return LINE_ROW;
    if (owner == COMPOUND) return LINE_SETTING;
    return kind == NAME ? LINE_CHAIN : LINE_OTHER;
}

/* Sets the indentation and the kind of a line whose first token is t. */
static void begin_line(cutter *c, line *l, int t) {
    formatter *f = c->f;
    int kind = kind_of(f, t), closing = 0;
    l->first = t;
    l->continues = true;
    while (t + closing < f->tokens.count && closes(kind_of(f, t + closing)) && closing < c->n_brackets &&
           f->tokens.at[t + closing].line == f->tokens.at[t].line) {
        closing++;
    }
    if (closing) {
        l->level = f->lines[c->brackets[c->n_brackets - closing]].level;
    } else if (c->n_brackets) {
        l->level = f->lines[c->brackets[c->n_brackets - 1]].level + 1;
    } else if (kind == RBRACE) {
        const line *opening = &f->lines[c->braces[c->n_braces - 1].line];
        l->level = opening->level;
        if (opening->kind == LINE_IF) l->kind = LINE_ENDIF;
    } else if (kind == ARROW) {
        l->level = f->lines[c->statement].level + 1;
        /* An empty line within a statement goes. */
        for (line *x = l; x->blank = false, (x - 1)->count == 0; x--) {
        }
    } else {
        l->continues = false;
        l->level = c->n_braces ? f->lines[c->braces[c->n_braces - 1].line].level + 1 : 0;
        l->kind = (unsigned char)find_kind(c, t);
        l->table = c->n_braces ? c->braces[c->n_braces - 1].token : 0;
        c->statement = (int)(l - f->lines);
        c->statement_first = t;
    }
}

static void take_token(cutter *c, int t) {
    formatter *f = c->f;
    int kind = kind_of(f, t), here = f->n_lines - 1;
    if (opens(kind)) c->brackets[c->n_brackets++] = here;
    if (closes(kind)) c->n_brackets--;
    if (kind == LBRACE) {
        c->braces[c->n_braces++] = (open_brace){t, here, c->statement, c->statement_first};
        c->statement_first = t + 1;
    } else if (kind == RBRACE) {
        const open_brace *opened = &c->braces[--c->n_braces];
        c->statement = opened->statement;
        c->statement_first = opened->statement_first;
    }
    f->lines[here].count++;
}

static void cut_lines(formatter *f) {
    int n = f->tokens.count;
    cutter c = {.f = f, .brackets = ARENA_ARRAY(f->mem, int, n), .braces = ARENA_ARRAY(f->mem, open_brace, n)};
    unsigned at = 0;
    for (int t = 0; t < n; t++) {
        gap g = pass_gap(&c, at, f->tokens.at[t].begin);
        bool behind = t > 0 && kind_of(f, t - 1) == LBRACE && spans_lines(f, t - 1);
        bool before = kind_of(f, t) == RBRACE && spans_lines(f, t);
        bool begins = t == 0 || g.newlines || g.comments || behind || before;
        if (begins) begin_line(&c, add_line(&c, g.newlines > 1 && !before), t);
        note_blanks(&c, t, t == c.statement_first);
        take_token(&c, t);
        at = f->tokens.at[t].end;
    }
    pass_gap(&c, at, (unsigned)f->src->size);
}

/* A comment on a line of its own is indented as the code below it; before a closing sign, one level more. */
static void indent_comments(formatter *f) {
    const line *below = NULL;
    for (line *l = f->lines + f->n_lines - 1; l >= f->lines; l--) {
        if (l->count) {
            below = l;
        } else if (below) {
            int kind = kind_of(f, below->first);
            l->level = below->level + (kind == RBRACE || closes(kind));
        }
    }
}

/* --- the text --- */

static void print_blanks(text *out, int n) { text_printf(out, "%*s", n, ""); }

static void print_line(const formatter *f, const line *l, text *out) {
    if (l->blank) text_char(out, '\n');
    int at = l->level * INDENT;
    const char *code = l->code;
    if (l->count) {
        int done = 0;
        print_blanks(out, at);
        for (int i = 0; i < l->n_marks; i++) {
            text_bytes(out, code + done, (size_t)(l->marks[i].offset - done));
            print_blanks(out, l->marks[i].blanks);
            done = l->marks[i].offset;
        }
        text_string(out, code + done);
        at += l->width;
    }
    if (l->comment < l->comment_end) {
        bool beside = l->count || l->hangs;
        int to = beside ? l->comment_column : at;
        print_blanks(out, l->count ? to - at : to);
        text_bytes(out, f->src->text + l->comment, l->comment_end - l->comment);
    }
    text_char(out, '\n');
}

static bool format_source(arena *a, diag *d, const source *src, text *out) {
    formatter f = {.mem = a, .src = src};
    if (!parse_tokens(a, d, src, &f.tokens)) return false;
    f.tight = ARENA_ARRAY(a, bool, f.tokens.count);
    f.lines = ARENA_ARRAY(a, line, most_lines(&f));
    match_braces(&f);
    cut_lines(&f);
    indent_comments(&f);
    align_lines(&f);
    for (int i = 0; i < f.n_lines; i++) print_line(&f, &f.lines[i], out);
    return true;
}

bool lang_format(arena *a, diag *d, const char *path, text *out) {
    const source *src = read_source(a, d, path);
    return src && format_source(a, d, src, out);
}

bool lang_format_text(arena *a, diag *d, const char *path, const char *contents, size_t size, text *out) {
    return format_source(a, d, new_source(a, path, arena_strndup(a, contents, size), size), out);
}
