/* space.c: writes candidates: the text of the main file, of which some places are replaced. The places come
 * from the tree, as byte ranges, so that everything else stays as it is written: comments, blanks, ends of
 * lines. */
#include "search/space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool check_space(diag *d, const char *path, search_space *s) {
    s->choices = s->from.choices;
    s->count = s->from.count;
    if (s->count) return true;
    diag_error(
        d, (loc){.src = s->from.file},
        "nothing can be chosen: %s has no line search PARAM, .. and no choice in parentheses such as (3|5); "
        "--search 'PARAM in [..]' adds one",
        path);
    return false;
}

bool space_read(arena *a, diag *d, const char *path, const lang_options *o, search_space *s) {
    return lang_read_choices(a, d, path, o, &s->from) && check_space(d, path, s);
}

bool space_read_text(arena *a, diag *d, const char *path, const char *contents, size_t size,
                     const lang_options *o, search_space *s) {
    return lang_read_choices_text(a, d, path, contents, size, o, &s->from) && check_space(d, path, s);
}

int64_t space_size(const search_space *s) {
    int64_t size = 1;
    for (int i = 0; i < s->count; i++) {
        if (__builtin_mul_overflow(size, s->choices[i].count, &size)) return INT64_MAX;
    }
    return size;
}

void space_picks(const search_space *s, int64_t index, int *picks) {
    for (int i = s->count - 1; i >= 0; i--) {
        picks[i] = (int)(index % s->choices[i].count);
        index /= s->choices[i].count;
    }
}

void space_usual(const search_space *s, int *picks) {
    for (int i = 0; i < s->count; i++) picks[i] = s->choices[i].nearest;
}

/* --- edits --- */

/* A range of the bytes of the file that another text replaces. */
typedef struct edit {
    size_t begin, end;
    const char *text;
    int order; /* in which it was made: edits of the same place keep it */
} edit;

typedef struct editor {
    const lang_choices *from;
    arena *mem;
    edit *edits;
    int count;
    const size_t *lines; /* where each line begins, and the end of the file behind them */
    int n_lines;
    text set;            /* the values for the line `set`: "width = 0.5, depth = 2" */
    const char *newline; /* of the file: "\n" or "\r\n" */
} editor;

static void find_lines(editor *e) {
    const source *src = e->from->file;
    int count = 1;
    for (size_t i = 0; i < src->size; i++) count += src->text[i] == '\n';
    size_t *lines = ARENA_ARRAY(e->mem, size_t, count + 1);
    for (size_t i = 0; i < src->size; i++) {
        if (src->text[i] == '\n') lines[++e->n_lines] = i + 1;
    }
    lines[++e->n_lines] = src->size;
    e->lines = lines;
    e->newline = e->n_lines > 1 && lines[1] > 1 && src->text[lines[1] - 2] == '\r' ? "\r\n" : "\n";
}

static size_t offset_of(const editor *e, int line, int col) { return e->lines[line - 1] + (size_t)col - 1; }

static void replace_bytes(editor *e, size_t begin, size_t end, const char *with) {
    e->edits[e->count] = (edit){begin, end, with, e->count};
    e->count++;
}

static void replace(editor *e, loc at, const char *with) {
    replace_bytes(e, offset_of(e, at.line, at.col), offset_of(e, at.end_line, at.end_col), with);
}

/* Gives a param or cell its value, where it stands or in the line `set`. */
static void give_value(editor *e, const char *name, const char *value, loc place) {
    if (place.src) {
        replace(e, place, value);
    } else {
        text_printf(&e->set, "%s%s = %s", e->set.size ? ", " : "", name, value);
    }
}

static bool is_blank(const char *s, size_t begin, size_t end) {
    return strspn(s + begin, " \t\r") >= end - begin;
}

static bool is_empty(const editor *e, int line) {
    size_t begin = e->lines[line - 1], end = e->lines[line];
    if (end > begin && e->from->file->text[end - 1] == '\n') end--;
    return is_blank(e->from->file->text, begin, end);
}

/* Takes a statement out, with its line if nothing else stands there. */
static void remove_statement(editor *e, loc at) {
    const char *s = e->from->file->text;
    size_t begin = offset_of(e, at.line, at.col), end = offset_of(e, at.end_line, at.end_col);
    size_t line = e->lines[at.line - 1], next = e->lines[at.end_line], line_end = next;
    if (line_end > end && s[line_end - 1] == '\n') line_end--;
    if (is_blank(s, line, begin) && is_blank(s, end, line_end)) {
        /* Of the empty lines around it one goes too. */
        bool empty_above = at.line > 1 && is_empty(e, at.line - 1);
        bool ends = at.end_line == e->n_lines || is_empty(e, at.end_line + 1);
        replace_bytes(e, empty_above && ends ? e->lines[at.line - 2] : line, next, "");
    } else {
        replace_bytes(e, begin, end, "");
    }
}

/* Adds lines behind the last import, else before the first item. */
static void insert_lines(editor *e, const char *lines) {
    const lang_choices *from = e->from;
    const source *src = from->file;
    size_t at = from->last_import.src  ? e->lines[from->last_import.end_line]
                : from->first_item.src ? e->lines[from->first_item.line - 1]
                                       : 0;
    bool open = at > 0 && src->text[at - 1] != '\n'; /* the last line of the file has no end */
    replace_bytes(e, at, at, open ? arena_printf(e->mem, "%s%s", e->newline, lines) : lines);
}

/* A variant's name as the language has it: a string where it is no name, such as "1x". */
static const char *variant_word(arena *a, const char *name) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    bool is_name = name[strspn(name, letters)] == 0 && (*name < '0' || *name > '9');
    return is_name ? name : arena_printf(a, "\"%s\"", name);
}

/* Writes the line `set`, and --variant. */
static void write_lines(editor *e) {
    const lang_choices *from = e->from;
    const char *variant = from->variant ? variant_word(e->mem, from->variant) : NULL;
    const char *lines = "", *set = e->set.size ? arena_printf(e->mem, "set %s", e->set.data) : NULL;
    if (from->variant && from->variant_at.src) {
        replace(e, from->variant_at, variant);
    } else if (from->variant) {
        lines = arena_printf(e->mem, "variant %s%s", variant, e->newline);
    }
    for (int i = 0; i < from->n_statements; i++) {
        if (set) {
            replace(e, from->statements[i], set);
            set = NULL;
        } else {
            remove_statement(e, from->statements[i]);
        }
    }
    if (set) lines = arena_printf(e->mem, "%s%s%s", lines, set, e->newline);
    if (*lines) insert_lines(e, lines);
}

static int compare_edits(const void *one, const void *other) {
    const edit *a = one, *b = other;
    if (a->begin != b->begin) return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end) return a->end < b->end ? -1 : 1; /* what is inserted comes first */
    return a->order < b->order ? -1 : a->order > b->order;
}

static const char *apply_edits(editor *e) {
    const source *src = e->from->file;
    qsort(e->edits, (size_t)e->count, sizeof *e->edits, compare_edits);
    text out = {0};
    size_t at = 0;
    for (int i = 0; i < e->count; i++) {
        text_bytes(&out, src->text + at, e->edits[i].begin - at);
        text_string(&out, e->edits[i].text);
        at = e->edits[i].end;
    }
    text_bytes(&out, src->text + at, src->size - at);
    const char *made = arena_strndup(e->mem, out.data, out.size);
    text_free(&out);
    return made;
}

/* --- candidates --- */

static void write_imports(editor *e) {
    for (int i = 0; i < e->from->n_imports; i++) {
        const lang_import *import = &e->from->imports[i];
        char *full = realpath(import->path, NULL);
        if (full && !strchr(full, '"')) replace(e, import->at, arena_printf(e->mem, "\"%s\"", full));
        free(full);
    }
}

static const char *write_candidate(const search_space *s, const int *picks, arena *a, bool elsewhere) {
    const lang_choices *from = &s->from;
    editor e = {.from = from, .mem = a};
    e.edits = ARENA_ARRAY(a, edit, s->count + from->n_settings + from->n_statements + from->n_imports + 2);
    find_lines(&e);
    for (int i = 0; i < from->n_settings; i++) {
        const lang_setting *given = &from->settings[i];
        give_value(&e, given->name, given->text, given->place);
    }
    for (int i = 0; i < s->count; i++) {
        const lang_choice *c = &s->choices[i];
        give_value(&e, c->name, c->alternatives[picks[i]].text, c->place);
    }
    write_lines(&e);
    if (elsewhere) write_imports(&e);
    const char *made = apply_edits(&e);
    text_free(&e.set);
    return made;
}

const char *space_candidate(const search_space *s, const int *picks, arena *a) {
    return write_candidate(s, picks, a, false);
}

const char *space_candidate_elsewhere(const search_space *s, const int *picks, arena *a) {
    return write_candidate(s, picks, a, true);
}
