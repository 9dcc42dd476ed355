/* lang.c: makes a graph of a .net file, as one list of calls. */
#include "base/embedded.h"
#include "lang/eval.h"

#include <string.h>

/* By how much a factor of compound scaling multiplies the work of a network. The work is proportional to depth
 * * width^2 * resolution^2 (Tan and Le 2019, equation 3). Factors of other names do not change it. */
static double work_of_factor(const char *name, double factor) {
    if (strcmp(name, "depth") == 0) return factor;
    bool squared = strcmp(name, "width") == 0 || strcmp(name, "resolution") == 0;
    return squared ? factor * factor : 1;
}

/* Keeps phi in the graph, and by how much one step of it multiplies the work, for the summary. */
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
    ev->g->rounding = ev->defaults.rounding;
    note_compound(ev);
    note_variants(ev);
    eval_net(ev, net);
    bool looks = ev->options->check || ev->options->check_padding;
    if (looks && diag_error_count(ev->d) == before) lint_padding(ev);
}

/* Everything up to the values of the params. Sets *net, NULL if there is none. False if the rest cannot be
 * evaluated. */
static bool prepare(evaluator *ev, const source *main_file, const item **net) {
    const embedded_file *prelude = find_embedded("prelude.net");
    if (prelude) ev->prelude = new_source(ev->mem, prelude->name, prelude->text, prelude->size);
    ev->main_file = main_file;
    ev->last_param = &ev->first_param;

    bool loaded = load_program(ev, main_file);
    ev->bytes_before = arena_used(ev->mem);
    if (!loaded) return false;

    *net = declare_items(ev, main_file);
    choose_variant(ev);
    apply_sets(ev);
    apply_defines(ev);
    find_open_choices(ev);
    evaluate_params(ev);
    check_open_choices(ev);
    return !ev->stopped;
}

static graph *evaluate(evaluator *ev, const source *main_file) {
    int before = diag_error_count(ev->d);
    const item *net = NULL;
    if (!prepare(ev, main_file, &net)) return NULL;
    evaluate_defaults(ev);
    if (ev->stopped) return NULL;
    if (net) make_graph(ev, net);
    if (ev->options->note_choices && diag_error_count(ev->d) == before) note_open_choices(ev);
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

static bool read_choices(arena *a, diag *d, const source *main_file, const lang_options *o, lang_choices *c) {
    int before = diag_error_count(d);
    lang_options open = *o; /* the network as it is without a search */
    open.picks = NULL;
    evaluator *ev = ARENA_NEW(a, evaluator);
    *ev = (evaluator){.mem = a, .d = d, .options = &open};
    const item *net = NULL;
    if (!prepare(ev, main_file, &net) || diag_error_count(d) != before) return false;
    describe_choices(ev, c);
    return true;
}

bool lang_read_choices(arena *a, diag *d, const char *path, const lang_options *o, lang_choices *c) {
    const source *src = read_source(a, d, path);
    return src && read_choices(a, d, src, o, c);
}

bool lang_read_choices_text(arena *a, diag *d, const char *path, const char *contents, size_t size,
                            const lang_options *o, lang_choices *c) {
    return read_choices(a, d, new_source(a, path, arena_strndup(a, contents, size), size), o, c);
}
