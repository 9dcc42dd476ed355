/* lang.c: from a .net file to a graph, as one list of calls; and what bounds and reports the evaluation. */
#include "base/embedded.h"
#include "base/file.h"
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
        ev->stopped = true; /* more would not be shown */
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
        limit = "the network takes too long to unfold: more than a million steps by here";
    if (arena_used(ev->mem) - ev->bytes_before > MAX_EVAL_BYTES) {
        limit = "the network takes too much memory to unfold: more than 96 MB by here";
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
    /* Every word of two letters is near to every other. */
    const char *nearest = l && strlen(word) > 2 ? nearest_word(word, l->words, l->count) : NULL;
    return nearest ? arena_printf(ev->mem, "; did you mean '%s'?", nearest) : "";
}

static const source *new_source(arena *a, const char *path, const char *contents, size_t size) {
    source *src = ARENA_NEW(a, source);
    *src = (source){path, contents, size};
    return src;
}

const source *read_source(arena *a, diag *d, const char *path) {
    size_t size;
    const char *why;
    const char *contents = read_file(a, path, MAX_SOURCE_BYTES, &size, &why);
    if (contents) return new_source(a, path, contents, size);
    diag_error(d, (loc){.src = new_source(a, path, NULL, 0)}, "%s", why);
    return NULL;
}

/* How the work of a network goes with a factor of compound scaling: as depth * width^2 * resolution^2 (Tan and
 * Le 2019, equation 3). Other names say nothing about work. */
static double work_of_factor(const char *name, double factor) {
    if (strcmp(name, "depth") == 0) return factor;
    bool squared = strcmp(name, "width") == 0 || strcmp(name, "resolution") == 0;
    return squared ? factor * factor : 1;
}

/* For the summary, which says what one step of phi costs. */
static void note_compound(evaluator *ev) {
    static const scope outermost;
    const param *phi = ev->compound ? map_find(&ev->params, ev->compound) : NULL;
    if (!phi || !is_number(phi->v)) return;
    ev->g->compound = phi->name;
    ev->g->phi = as_real(phi->v);
    ev->g->compound_work = 1;
    for (const param *p = ev->first_param; p; p = p->next) {
        value base = p->base ? eval_expr(ev, &outermost, p->base) : (value){0};
        if (p->base && is_number(base)) ev->g->compound_work *= work_of_factor(p->name, as_real(base));
    }
}

static void make_graph(evaluator *ev, const item *net) {
    int before = diag_error_count(ev->d);
    ev->g = graph_new(ev->mem, net->name);
    ev->g->at = net->name_at;
    ev->g->variant = ev->variant;
    note_compound(ev);
    eval_net(ev, net);
    bool looks = ev->options->check || ev->options->check_padding;
    if (looks && diag_error_count(ev->d) == before) lint_padding(ev);
}

static graph *evaluate(evaluator *ev, const source *main_file) {
    int before = diag_error_count(ev->d);
    const embedded_file *prelude = find_embedded("prelude.net");
    if (prelude) ev->prelude = new_source(ev->mem, prelude->name, prelude->text, prelude->size);
    ev->last_param = &ev->first_param;

    bool loaded = load_program(ev, main_file);
    ev->bytes_before = arena_used(ev->mem);
    if (!loaded) return NULL;

    const item *net = declare_items(ev, main_file);
    choose_variant(ev);
    apply_defines(ev);
    evaluate_params(ev);
    evaluate_defaults(ev);
    if (ev->stopped) return NULL;
    if (net) make_graph(ev, net);
    if (ev->options->check && !ev->stopped) lint_program(ev, main_file, net);
    return diag_error_count(ev->d) == before ? ev->g : NULL;
}

static graph *compile_source(arena *a, diag *d, const source *main_file, const lang_options *o,
                             const char *const **files, int *n_files) {
    evaluator *ev = ARENA_NEW(a, evaluator);
    *ev = (evaluator){.mem = a, .d = d, .options = o};
    graph *g = evaluate(ev, main_file);
    if (files) {
        const char **all =
            arena_grow(a, *files, (size_t)*n_files, (size_t)(*n_files + ev->n_files), sizeof *all);
        if (ev->n_files) memcpy(all + *n_files, ev->files, (size_t)ev->n_files * sizeof *all);
        *files = all;
        *n_files += ev->n_files;
    }
    return g;
}

graph *lang_compile(arena *a, diag *d, const char *path, const lang_options *o, const char *const **files,
                    int *n_files) {
    const source *src = read_source(a, d, path);
    return src ? compile_source(a, d, src, o, files, n_files) : NULL;
}

graph *lang_compile_text(arena *a, diag *d, const char *path, const char *contents, size_t size,
                         const lang_options *o) {
    const char *copy = arena_strndup(a, contents, size);
    return compile_source(a, d, new_source(a, path, copy, size), o, NULL, NULL);
}
