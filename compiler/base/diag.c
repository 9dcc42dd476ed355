/* diag.c: collects messages, and prints them with the line and a caret under the place. */
#include "base/diag.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE } severity;

static const char *const severity_name[] = {
    [SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_NOTE] = "note"};

typedef struct message {
    struct message *next;
    severity kind;
    loc at;
    const char *what;
} message;

struct diag {
    arena *mem;
    message *first, **last;
    int errors;
    int printed_errors; /* errors already counted by a line "N errors" */
    bool hidden;        /* the last error was over the limit: its notes are dropped too */
};

diag *diag_new(arena *a) {
    diag *d = ARENA_NEW(a, diag);
    d->mem = a;
    d->last = &d->first;
    return d;
}

static void add_message(diag *d, severity kind, loc at, const char *format, va_list args) {
    message *m = ARENA_NEW(d->mem, message);
    m->kind = kind;
    m->at = at;
    m->what = arena_vprintf(d->mem, format, args);
    *d->last = m;
    d->last = &m->next;
}

void diag_error(diag *d, loc at, const char *format, ...) {
    d->errors++;
    d->hidden = d->errors > DIAG_MAX_ERRORS;
    if (d->hidden) return;
    va_list args;
    va_start(args, format);
    add_message(d, SEVERITY_ERROR, at, format, args);
    va_end(args);
}

void diag_warning(diag *d, loc at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_message(d, SEVERITY_WARNING, at, format, args);
    va_end(args);
    d->hidden = false;
}

void diag_note(diag *d, loc at, const char *format, ...) {
    if (d->hidden) return;
    va_list args;
    va_start(args, format);
    add_message(d, SEVERITY_NOTE, at, format, args);
    va_end(args);
}

int diag_error_count(const diag *d) { return d->errors; }

/* Finds the bytes of line `number`; false if the source has no such line. */
static bool find_line(const source *src, int number, const char **begin, size_t *length) {
    const char *p = src->text, *end = src->text + src->size;
    for (int i = 1; i < number; i++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p) return false;
        p++;
    }
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    *begin = p;
    *length = (size_t)((stop ? stop : end) - p);
    if (*length && p[*length - 1] == '\r') --*length;
    return true;
}

/* Whether the byte does not begin a character of UTF-8. Such bytes take no column on the screen. */
static bool is_continuation(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

static void print_caret(text *out, loc at) {
    enum { LONGEST_LINE = 400 };
    const char *line;
    size_t length;
    if (!find_line(at.src, at.line, &line, &length) || length > LONGEST_LINE) return;
    text_printf(out, "%5d | ", at.line);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];
        text_char(out, c == '\t' || (c >= ' ' && c != 127) ? (char)c : '?');
    }
    text_string(out, "\n      | ");
    size_t begin = at.col > 0 ? (size_t)at.col - 1 : 0;
    size_t end = at.end_line > at.line ? length : at.end_col > at.col ? (size_t)at.end_col - 1 : begin + 1;
    if (begin > length) begin = length;
    if (end > length) end = length;
    for (size_t i = 0; i < begin; i++) {
        if (!is_continuation(line[i])) text_char(out, line[i] == '\t' ? '\t' : ' ');
    }
    text_char(out, '^');
    for (size_t i = begin + 1; i < end; i++) {
        if (!is_continuation(line[i])) text_char(out, '~');
    }
    text_char(out, '\n');
}

static void print_message(text *out, const message *m) {
    const loc *at = &m->at;
    if (!at->src) {
        text_printf(out, "lcc: ");
    } else if (at->line <= 0) {
        text_printf(out, "%s: ", at->src->path);
    } else {
        text_printf(out, "%s:%d:%d: ", at->src->path, at->line, at->col);
    }
    text_printf(out, "%s: %s\n", severity_name[m->kind], m->what);
    if (at->src && at->line > 0 && at->src->text) print_caret(out, *at);
}

void diag_show(const diag *d, text *out) {
    for (const message *m = d->first; m; m = m->next) print_message(out, m);
}

void diag_print(diag *d, text *out) {
    diag_show(d, out);
    d->first = NULL;
    d->last = &d->first;
    if (d->errors > d->printed_errors) {
        int over = d->errors > DIAG_MAX_ERRORS ? d->errors - DIAG_MAX_ERRORS : 0;
        text_printf(out, "%d error%s", d->errors, d->errors == 1 ? "" : "s");
        if (over) text_printf(out, ", of which %d are not shown", over);
        text_char(out, '\n');
        d->printed_errors = d->errors;
    }
}

/* Levenshtein's distance between words of at most 63 bytes. Longer words are never near. */
static size_t edit_distance(const char *a, const char *b) {
    enum { LONGEST = 63 };
    size_t na = strlen(a), nb = strlen(b);
    if (na > LONGEST || nb > LONGEST) return SIZE_MAX;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (change < best) best = change;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[nb];
}

const char *nearest_word(const char *word, const char *const *candidates, size_t count) {
    const char *best = NULL;
    size_t best_distance = 2 + strlen(word) / 4; /* must be beaten */
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(word, candidates[i]);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
