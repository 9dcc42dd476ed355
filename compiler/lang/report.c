/* report.c: reports the errors of an evaluation, and limits its steps, depth and memory. Each place is reported
 * once, with the blocks and functions around it, and with the word that was probably meant. */
#include "lang/eval.h"

#include <string.h>

static bool same_place(loc a, loc b) {
    return a.src == b.src && a.line == b.line && a.col == b.col && a.end_col == b.end_col;
}

bool was_reported(const evaluator *ev, loc at) {
    for (int i = 0; i < ev->n_reported; i++) {
        if (same_place(ev->reported[i], at)) return true;
    }
    return false;
}

bool is_first_report(evaluator *ev, loc at) {
    if (ev->stopped || was_reported(ev, at)) return false;
    if (ev->n_reported == MAX_ERRORS) {
        ev->stopped = true; /* further errors would not be printed */
        return false;
    }
    ev->reported[ev->n_reported++] = at;
    return true;
}

void note_frames(evaluator *ev) {
    enum { MOST_FRAMES = 4 };
    int i = 0;
    for (const frame *f = ev->frames; f && i < MOST_FRAMES; f = f->up, i++) {
        diag_note(ev->d, f->at, "in %s, used from here", f->what);
    }
}

void eval_error(evaluator *ev, loc at, const char *format, ...) {
    if (!is_first_report(ev, at)) return;
    va_list args;
    va_start(args, format);
    diag_error(ev->d, at, "%s", arena_vprintf(ev->mem, format, args));
    va_end(args);
    note_frames(ev);
}

bool enter(evaluator *ev, loc at, int cost) {
    if (ev->stopped) return false;
    const char *limit = NULL;
    if (++ev->steps > MAX_STEPS)
        limit = "the network takes too long to evaluate: more than a million steps up to here";
    if (arena_used(ev->mem) - ev->bytes_before > MAX_EVAL_BYTES) {
        limit = "the network takes too much memory to evaluate: more than 96 MB up to here";
    }
    if (ev->depth + cost > MAX_DEPTH) {
        limit = ev->frames ? arena_printf(ev->mem, "nested too deeply: does %s use itself without end?",
                                          ev->frames->what)
                           : "nested too deeply";
    }
    if (limit) {
        eval_error(ev, at, "%s", limit);
        ev->stopped = true;
        return false;
    }
    ev->depth += cost;
    return true;
}

void leave(evaluator *ev, int cost) { ev->depth -= cost; }

word_list *start_words(evaluator *ev, loc at) {
    if (ev->stopped || was_reported(ev, at)) return NULL;
    ev->words.count = 0;
    return &ev->words;
}

void add_word(word_list *l, const char *word) {
    if (l && l->count < sizeof l->words / sizeof *l->words) l->words[l->count++] = word;
}

void add_map_words(word_list *l, const map *m) {
    for (size_t i = 0; l && i < m->room; i++) {
        if (m->slots[i].name) add_word(l, m->slots[i].name);
    }
}

const char *did_you_mean(evaluator *ev, const char *word, const word_list *l) {
    /* Words of two letters get no hint, because any two of them are near each other. */
    const char *nearest = l ? foreign_word(word, l) : NULL;
    if (!nearest && l && strlen(word) > 2) nearest = nearest_word(word, l->words, l->count);
    return nearest ? arena_printf(ev->mem, "; did you mean '%s'?", nearest) : "";
}
