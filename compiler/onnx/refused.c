/* refused.c: the operators that are not supported. Each is one error, which says how many nodes have it and
 * which is the first: a network has dozens of nodes of the same operator. */
#include "onnx/file.h"

#include <string.h>

typedef struct refused_operator {
    const char *name, *why;
    const file_node *first;
    int count;
} refused_operator;

/* "Erf", "com.microsoft.FusedConv". */
static const char *name_operator(arena *a, const Onnx__NodeProto *n) {
    const char *type = show_name(a, n->op_type ? n->op_type : "");
    return n->domain && *n->domain ? arena_printf(a, "%s.%s", show_name(a, n->domain), type) : type;
}

bool refuse_operator(onnx_file *f, const Onnx__NodeProto *n, const char *why) {
    arena *a = f->im.scratch;
    const char *name = name_operator(a, n);
    for (int i = 0; i < f->n_refused; i++) {
        refused_operator *r = &f->refused[i];
        if (strcmp(r->name, name) != 0 || strcmp(r->why, why) != 0) continue;
        r->count++;
        return false;
    }
    f->refused = arena_grow(a, f->refused, (size_t)f->n_refused, (size_t)f->n_refused + 1, sizeof *f->refused);
    f->refused[f->n_refused++] = (refused_operator){name, why, f->im.node, 1};
    return false;
}

/* The node by its name, else by its first output. */
static const char *show_place(arena *a, const file_node *n) {
    if (*n->name) return arena_printf(a, "\"%s\"", show_name(a, n->name));
    const file_value *out = n->n_out ? n->out[0] : NULL;
    return arena_printf(a, "the one that makes \"%s\"", out ? show_name(a, out->name) : "");
}

void report_refused(onnx_file *f) {
    importer *im = &f->im;
    for (int i = 0; i < f->n_refused; i++) {
        const refused_operator *r = &f->refused[i];
        const char *place = show_place(im->scratch, r->first);
        const char *nodes = r->count == 1 ? arena_printf(im->scratch, "1 node, %s", place)
                                          : arena_printf(im->scratch, "%d nodes, first %s", r->count, place);
        diag_error(im->d, im->at, "operator %s %s: %s", r->name, r->why, nodes);
    }
}
