/* format_align.c: aligns neighbouring lines in columns. Within a group of lines these stand below each other:
 * the = of params, lets, functions and settings, and the ? and : behind it; the label of a layer and the first
 * -> behind it, and so on as long as the lines have the same form; the cells of a table; and the comments
 * beside code.
 *
 * A group ends at an empty line, at a comment on a line of its own, and at a line that continues a statement.
 */
#include "lang/format.h"
#include "parse.h"

#include <string.h>

static int kind_of(const formatter *f, int t) { return f->tokens.at[t].kind; }

static int larger(int a, int b) { return a > b ? a : b; }

/* +1 for an opening sign, -1 for a closing one, 0 for other tokens. */
static int depth_change(int kind) {
    if (kind == LPAREN || kind == LBRACKET || kind == LBRACE) return 1;
    return kind == RPAREN || kind == RBRACKET || kind == RBRACE ? -1 : 0;
}

/* --- marks --- */

static bool may_move(line_kind kind, int sign, int n_marks) {
    switch (kind) {
    case LINE_PARAM:
    case LINE_LET:
    case LINE_FN:
    case LINE_SETTING: return n_marks ? sign == QUESTION || sign == COLON : sign == ASSIGN;
    case LINE_CHAIN: return sign == AT || sign == ARROW;
    default: return false;
    }
}

/* Sets the code and the width of a line, and finds its signs that may move. */
static void find_marks(const formatter *f, line *l) {
    mark found[MOST_MARKS];
    int depth = 0, n = 0, offset = 0, at = 0;
    l->code = format_code(f, l->first, l->count);
    for (int t = l->first; t < l->first + l->count; t++) {
        const token *it = &f->tokens.at[t];
        bool blank = t > l->first && !f->tight[t];
        offset += blank;
        at += blank;
        if (depth == 0 && n < MOST_MARKS && may_move((line_kind)l->kind, it->kind, n)) {
            found[n++] = (mark){it->kind, offset, at, 0};
        }
        depth += depth_change(it->kind);
        offset += (int)(it->end - it->begin);
        at += count_columns(f->src->text + it->begin, it->end - it->begin);
    }
    l->width = at;
    if (l->kind == LINE_CHAIN && (n < 2 || found[0].kind != AT || found[1].kind != ARROW)) n = 0;
    if (n == 0) return;
    l->n_marks = n;
    l->marks = ARENA_ARRAY(f->mem, mark, n);
    memcpy(l->marks, found, (size_t)n * sizeof *found);
}

static bool alike(const line *a, const line *b, int marks) {
    if (a->n_marks < marks || b->n_marks < marks) return false;
    for (int i = 0; i < marks; i++) {
        if (a->marks[i].kind != b->marks[i].kind) return false;
    }
    return true;
}

/* Puts mark i of these lines into one column, unless a line would become too long. */
static void align_mark(line *const *lines, int n, int i) {
    int to = 0;
    for (int k = 0; k < n; k++) to = larger(to, lines[k]->level * INDENT + lines[k]->marks[i].column);
    for (int k = 0; k < n; k++) {
        int more = to - lines[k]->level * INDENT - lines[k]->marks[i].column;
        if (more && lines[k]->level * INDENT + lines[k]->width + more > LONGEST_LINE) return;
    }
    for (int k = 0; k < n; k++) {
        line *l = lines[k];
        int more = to - l->level * INDENT - l->marks[i].column;
        l->marks[i].blanks = more;
        l->width += more;
        for (int m = i; m < l->n_marks; m++) l->marks[m].column += more;
    }
}

/* Aligns mark by mark. Mark i is aligned within each run of neighbouring lines whose marks up to i are of the
 * same kinds. */
static void align_marks(line *const *lines, int n) {
    for (int i = 0; i < MOST_MARKS; i++) {
        bool any = false;
        for (int from = 0, to; from < n; from = to) {
            to = from + 1;
            if (lines[from]->n_marks <= i) continue;
            any = true;
            while (to < n && alike(lines[from], lines[to], i + 1)) to++;
            align_mark(lines + from, to - from, i);
        }
        if (!any) return;
    }
}

static bool begins_group(const line *l) { return l->blank || l->count == 0 || l->continues; }

/* Aligns the group of settings that begins at line `from`: lines of the same kind and indentation. Returns the
 * line behind the group. */
static int align_settings(formatter *f, int from, line **group) {
    int n = 0, i = from;
    int kind = f->lines[from].kind, level = f->lines[from].level;
    do {
        group[n++] = &f->lines[i++];
    } while (i < f->n_lines && !begins_group(&f->lines[i]) && f->lines[i].kind == kind &&
             f->lines[i].level == level);
    align_marks(group, n);
    return i;
}

/* Aligns the group of labelled layers that begins at line `from`. Layers without a label and the braces of an
 * `if` between them do not end the group. Returns the line behind the group. */
static int align_chains(formatter *f, int from, line **group) {
    int n = 0, i = from;
    for (; i < f->n_lines; i++) {
        const line *l = &f->lines[i];
        bool opens = kind_of(f, l->first + l->count - 1) == LBRACE && l->count;
        bool ends_if = l->kind == LINE_ENDIF && l->count == 1;
        if (i > from && !ends_if && begins_group(l)) break;
        if (l->kind == LINE_CHAIN ? opens : !ends_if && !(l->kind == LINE_IF && opens)) break;
        if (l->n_marks) group[n++] = &f->lines[i];
    }
    align_marks(group, n);
    return larger(i, from + 1);
}

/* --- tables --- */

typedef enum cell_kind { CELL_WORD, CELL_INTEGER, CELL_OTHER } cell_kind;

enum { MOST_COLUMNS = 64 };

typedef struct column_width {
    int all;        /* of the widest cell, the header included */
    int cells;      /* of the widest cell below the header */
    cell_kind kind; /* of the cells below the header; CELL_OTHER where they differ */
} column_width;

/* The token behind the cell that begins at t: a bar, or the one behind the last token of the row. */
static int end_of_cell(const formatter *f, const line *l, int t) {
    int depth = 0;
    for (; t < l->first + l->count; t++) {
        if (depth == 0 && kind_of(f, t) == BAR) break;
        depth += depth_change(kind_of(f, t));
    }
    return t;
}

static cell_kind find_cell_kind(const formatter *f, int t, int count) {
    int kind = kind_of(f, t);
    if (count == 1 && (kind == NAME || kind == STRING || kind == TRUE || kind == FALSE)) return CELL_WORD;
    if (kind == MINUS && count == 2) kind = kind_of(f, t + 1), t++, count--;
    const token *it = &f->tokens.at[t];
    const char *digits = f->src->text + it->begin;
    bool whole = strspn(digits, "0123456789") >= it->end - it->begin;
    return count == 1 && kind == NUMBER && whole ? CELL_INTEGER : CELL_OTHER;
}

/* Measures the columns. False if the table cannot be aligned: a row is on several lines, a cell is empty, or
 * there are too many columns. */
static bool measure_table(const formatter *f, const line *header, const line *end, column_width *columns) {
    memset(columns, 0, MOST_COLUMNS * sizeof *columns);
    for (const line *l = header; l < end; l++) {
        if (l->count == 0) continue;
        if (l->continues) return false;
        int c = 0;
        for (int t = l->first; t < l->first + l->count; c++) {
            int stop = end_of_cell(f, l, t);
            if (c == MOST_COLUMNS || stop == t) return false;
            const char *code = format_code(f, t, stop - t);
            int width = count_columns(code, strlen(code));
            column_width *its = &columns[c];
            its->all = larger(its->all, width);
            if (l > header) {
                cell_kind kind = find_cell_kind(f, t, stop - t);
                its->kind = its->cells == 0 || its->kind == kind ? kind : CELL_OTHER;
                its->cells = larger(its->cells, width);
            }
            t = stop + 1;
        }
    }
    return true;
}

/* The number of blanks before a cell. The whole numbers of a column are aligned on the right, and its words on
 * the left, as a block in the middle of the column. Words in the first column have no blanks before them. Other
 * cells and headers are centred one by one. An odd blank goes to the left. */
static int blanks_before(const column_width *c, bool is_header, bool is_first, int width) {
    int block = is_header || c->kind == CELL_OTHER ? width : c->cells;
    if (is_first && c->kind == CELL_WORD) return 0;
    int left = (c->all - block + 1) / 2;
    return !is_header && c->kind == CELL_INTEGER ? left + block - width : left;
}

static void align_row(const formatter *f, line *l, bool is_header, const column_width *columns) {
    text code_of_row = {0};
    int c = 0;
    for (int t = l->first; t < l->first + l->count; c++) {
        int stop = end_of_cell(f, l, t);
        const char *code = format_code(f, t, stop - t);
        int width = count_columns(code, strlen(code));
        int left = blanks_before(&columns[c], is_header, c == 0, width);
        bool last = stop >= l->first + l->count;
        text_printf(&code_of_row, "%*s%s", left, "", code);
        if (!last) text_printf(&code_of_row, "%*s | ", columns[c].all - left - width, "");
        t = stop + 1;
    }
    l->code = arena_strndup(f->mem, code_of_row.data, code_of_row.size);
    l->width = count_columns(code_of_row.data, code_of_row.size);
    text_free(&code_of_row);
}

/* Aligns the table whose header is line `from`. Returns the line behind the table. */
static int align_table(formatter *f, int from) {
    column_width columns[MOST_COLUMNS];
    int end = from + 1, close = f->match[f->lines[from].table];
    while (end < f->n_lines && (f->lines[end].count == 0 || f->lines[end].first < close)) end++;
    if (measure_table(f, &f->lines[from], &f->lines[end], columns)) {
        for (int i = from; i < end; i++) {
            if (f->lines[i].count) align_row(f, &f->lines[i], i == from, columns);
        }
    }
    return end;
}

/* --- comments --- */

/* Puts the comments beside code into one column, from line `from` on. A group of them ends at an empty line, at
 * a comment on a line of its own, at another indentation, and at a line that is much longer or shorter. Returns
 * the line behind the group. */
static int align_comments(formatter *f, int from) {
    enum { DISTANCE = 4, MOST_MOVED = 24 };
    int most = 0, least = LONGEST_LINE, i = from;
    for (; i < f->n_lines; i++) {
        const line *l = &f->lines[i];
        bool parts = l->blank || (l->count == 0 && !l->hangs) || (l->count && l->level != f->lines[from].level);
        if (i > from && parts) break;
        if (l->count == 0 || l->comment == l->comment_end) continue;
        int end = l->level * INDENT + l->width;
        if (most && (end > least + MOST_MOVED || end < most - MOST_MOVED)) break;
        most = larger(most, end);
        if (end < least) least = end;
    }
    for (int k = from; k < i; k++) f->lines[k].comment_column = most + DISTANCE;
    return larger(i, from + 1);
}

void align_lines(formatter *f) {
    line **group = ARENA_ARRAY(f->mem, line *, f->n_lines);
    for (int i = 0; i < f->n_lines; i++) {
        if (f->lines[i].count) find_marks(f, &f->lines[i]);
    }
    for (int i = 0; i < f->n_lines;) {
        const line *l = &f->lines[i];
        if (l->kind == LINE_ROW) {
            i = align_table(f, i);
        } else if (l->kind == LINE_CHAIN) {
            i = align_chains(f, i, group);
        } else if (l->kind != LINE_OTHER && l->kind != LINE_IF && l->kind != LINE_ENDIF) {
            i = align_settings(f, i, group);
        } else {
            i++;
        }
    }
    for (int i = 0; i < f->n_lines;) i = align_comments(f, i);
}
