/* refused.c: the operators that are not supported. Each is one error, which says how many nodes have it and
 * which is the first: a network has dozens of nodes of the same operator. */
#include "import/walk.h"

#include <string.h>

struct refused_operator {
    const char *name, *why;
    const file_node *first;
    int count;
};

bool refuse_operator(importer *im, const char *name, const char *why) {
    for (int i = 0; i < im->n_refused; i++) {
        refused_operator *r = &im->refused[i];
        if (strcmp(r->name, name) != 0 || strcmp(r->why, why) != 0) continue;
        r->count++;
        return false;
    }
    im->refused = arena_grow(im->scratch, im->refused, (size_t)im->n_refused, (size_t)im->n_refused + 1,
                             sizeof *im->refused);
    im->refused[im->n_refused++] = (refused_operator){name, why, im->node, 1};
    return false;
}

/* The node by its name, else by its first output. */
static const char *show_place(arena *a, const file_node *n) {
    if (*n->name) return arena_printf(a, "\"%s\"", show_name(a, n->name));
    const file_value *out = n->n_out ? n->out[0] : NULL;
    return arena_printf(a, "the one that makes \"%s\"", out ? show_name(a, out->name) : "");
}

void report_refused(importer *im) {
    enum { MOST_TOLD = 20 };
    int left = 0;
    for (int i = 0; i < im->n_refused; i++) {
        const refused_operator *r = &im->refused[i];
        if (i >= MOST_TOLD) {
            left += r->count;
            continue;
        }
        const char *place = show_place(im->scratch, r->first);
        const char *nodes = r->count == 1 ? arena_printf(im->scratch, "1 node, %s", place)
                                          : arena_printf(im->scratch, "%d nodes, first %s", r->count, place);
        diag_error(im->d, im->at, "operator %s %s: %s", r->name, r->why, nodes);
    }
    if (left)
        diag_error(im->d, im->at, "%d more operators are not supported: %d nodes", im->n_refused - MOST_TOLD,
                   left);
}
