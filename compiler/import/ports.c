/* ports.c: the inputs and outputs of the network, under names that a .net file and C can have. */
#include "import/ports.h"

#include "import/build.h"

#include <string.h>

/* --- names */

static bool is_word_of_language(const char *name) {
    static const char *const words[] = {"import",  "param", "in",    "compound", "variants", "variant",
                                        "default", "fn",    "block", "net",      "let",      "require",
                                        "if",      "else",  "input", "from",     "stage",    "as",
                                        "output",  "true",  "false", "or",       "and",      "not"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], name) == 0) return true;
    }
    return false;
}

const char *make_identifier(arena *a, const char *name, const char *kind) {
    enum { LONGEST = 80 };
    char *s = arena_strndup(a, name, strnlen(name, LONGEST));
    for (char *c = s; *c; c++) {
        bool plain =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_';
        if (!plain) *c = '_';
    }
    if (!*s || (*s >= '0' && *s <= '9')) return arena_printf(a, "%s_%s", kind, *s ? s : "0");
    return is_word_of_language(s) ? arena_printf(a, "%s_0", s) : s;
}

static bool is_port(const graph *g, const char *name) {
    for (int i = 0; i < g->n_inputs; i++) {
        if (strcmp(g->inputs[i].name, name) == 0) return true;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        if (strcmp(g->outputs[i].name, name) == 0) return true;
    }
    return false;
}

/* The port's name in the graph. Names of the file that differ only in characters that C does not have become
 * the same, so a number is appended to further ones. NULL after an error: a port has the wanted name already.
 */
static const char *name_port(importer *im, const char *name, const char *wanted, const char *kind) {
    if (wanted && is_port(im->g, wanted)) {
        diag_error(im->d, im->at, "--%s-name: another port is called %s already", kind, wanted);
        return NULL;
    }
    if (wanted) return arena_strdup(im->mem, wanted);
    const char *plain = make_identifier(im->mem, name, kind), *unique = plain;
    for (int i = 2; is_port(im->g, unique); i++) unique = arena_printf(im->mem, "%s_%d", plain, i);
    return unique;
}

/* --- inputs */

static int add_input(importer *im, const char *name, elem_type type, shape s, const quant *q) {
    int made = graph_add_input(im->g, im->d, name, type, s, im->at);
    if (made >= 0) im->g->nodes[made].q = *q;
    return made;
}

/* Adds one input for each channel, and their concat. A caller who has planes then gives each plane as it is. */
static int add_planes(importer *im, const char *name, elem_type type, shape s, const quant *q) {
    enum { MOST_PLANES = 64 };
    int planes[MOST_PLANES];
    if (s.c > MOST_PLANES) {
        diag_error(im->d, im->at, "input \"%s\" has %d channels; at most %d can be given as planes", name, s.c,
                   MOST_PLANES);
        return -1;
    }
    for (int c = 0; c < s.c; c++) {
        const char *plane = s.c == 1 ? name : arena_printf(im->mem, "%s_%d", name, c);
        planes[c] = add_input(im, plane, type, (shape){s.h, s.w, 1}, q);
        if (planes[c] < 0) return -1;
    }
    if (s.c == 1) return planes[0];
    attrs a = graph_attrs_init();
    return graph_add(im->g, im->d, OP_CONCAT, planes, s.c, &a, NULL, im->at);
}

bool import_input(importer *im, file_value *value, const char *wanted, elem_type type, shape s,
                  const file_view *v, const quant *q) {
    const char *name = name_port(im, value->name, wanted, "input");
    if (!name) return false;
    int made = im->planes && v->rank == 4 ? add_planes(im, name, type, s, q) : add_input(im, name, type, s, q);
    if (made < 0) return false;
    value->kind = FILE_TENSOR;
    value->node = made;
    value->v = *v;
    return true;
}

/* "[1, 25200, 85]" */
static const char *show_sizes(arena *a, const file_view *v) {
    const char *all = "[";
    for (int i = 0; i < v->rank; i++)
        all = arena_printf(a, "%s%s%lld", all, i ? ", " : "", (long long)view_size(v, i));
    return arena_printf(a, "%s]", all);
}

bool import_tensor_input(importer *im, file_value *value, const char *wanted, elem_type type,
                         const int64_t *sizes, int rank) {
    shape s;
    file_view v = ordered_view(sizes, rank, &s);
    if (!import_input(im, value, wanted, type, s, &v, &(quant){0})) return false;
    im->g->inputs[im->g->n_inputs - 1].sizes = show_sizes(im->mem, &v);
    return true;
}

/* --- outputs */

/* Whether the value is a map in the file's layout, or a list of its channels. */
static bool is_plain(const importer *im, const file_value *x) {
    shape s = im->g->nodes[x->node].shape;
    file_view map = map_view(im, s), vector = view_vector(s.c);
    return view_equal(&x->v, &map) || (s.h == 1 && s.w == 1 && view_equal(&x->v, &vector));
}

bool import_output(importer *im, file_value *value, const char *name, const char *wanted) {
    const char *shown = show_name(im->scratch, name);
    if (!value || value->kind != FILE_TENSOR) {
        if (!value || value->node != -1) {
            diag_error(im->d, im->at, "output \"%s\" is %s", shown,
                       value && value->kind == FILE_CONSTANT ? "the same for every input" : "made by no node");
        }
        return false;
    }
    im->node = NULL;
    im->output = shown;
    file_value x = *value;
    if (!undo_shuffle(im, &x)) return false;
    bool plain = is_plain(im, &x);
    arrangement a = in_order(&x.v);
    if (!plain && !arrange(im, &x, &a)) return false;
    const char *called = name_port(im, name, wanted, "output");
    if (!called || !graph_add_output(im->g, im->d, called, x.node, im->at)) return false;
    if (!plain) im->g->outputs[im->g->n_outputs - 1].sizes = show_sizes(im->mem, &x.v);
    return true;
}
