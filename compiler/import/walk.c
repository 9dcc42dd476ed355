/* walk.c: whether a node of the file can be imported, and what becomes of its outputs where it cannot. */
#include "import/walk.h"

bool report_fault(importer *im, file_value *v) {
    if (v->node != -1)
        diag_error(im->d, im->at, "tensor \"%s\": %s", show_name(im->scratch, v->name), v->fault);
    v->node = -1;
    return false;
}

static bool check_inputs_are_known(importer *im, bool *all_constant) {
    bool good = true;
    *all_constant = true;
    for (int i = 0; i < im->node->n_in; i++) {
        file_value *v = node_input(im, i);
        if (!v) continue;
        if (v->kind == FILE_UNKNOWN && v->fault) {
            good = report_fault(im, v);
        } else if (v->kind == FILE_UNKNOWN) {
            bool reported = v->node == -1;
            v->node = -1;
            return reported ? false
                            : node_error(im, "its input \"%s\" is made by no node before it",
                                         show_name(im->scratch, v->name));
        }
        *all_constant = *all_constant && v->kind == FILE_CONSTANT;
    }
    return good;
}

static bool check_outputs_are_new(importer *im) {
    for (int i = 0; i < im->node->n_out; i++) {
        const file_value *out = im->node->out[i];
        if (out && out->kind != FILE_UNKNOWN) {
            return node_error(im, "its output \"%s\" exists already", show_name(im->scratch, out->name));
        }
    }
    return true;
}

bool check_node(importer *im, bool *all_constant) {
    return check_outputs_are_new(im) && check_inputs_are_known(im, all_constant);
}

void mark_failed(const file_node *n) {
    for (int i = 0; i < n->n_out; i++) {
        file_value *out = n->out[i];
        if (out && out->kind == FILE_UNKNOWN) out->node = -1;
    }
}
