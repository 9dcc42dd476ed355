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

/* --- the walk */

enum { MOST_TOLD = 20, MOST_ERRORS = 500 };

void begin_node(importer *im, const file_node *n) {
    if (!im->told) {
        im->told = im->d;
        im->untold = diag_new(im->scratch);
    }
    im->node = n;
    im->row = false;
    im->d = im->n_told < MOST_TOLD ? im->told : im->untold;
    im->errors_before = diag_error_count(im->d);
}

/* Marks the outputs of a node that failed, so that nodes which read them report nothing. */
static void mark_failed(const file_node *n) {
    for (int i = 0; i < n->n_out; i++) {
        file_value *out = n->out[i];
        if (out && out->kind == FILE_UNKNOWN) out->node = -1;
    }
}

bool end_node(importer *im, bool good, const char *operator_name) {
    bool reported = diag_error_count(im->d) > im->errors_before;
    if (!good || reported) {
        mark_failed(im->node);
        im->failed = true;
    }
    if (reported && im->d == im->untold) {
        refuse_operator(im, operator_name, "is in nodes with further errors");
    } else if (reported) {
        im->n_told++;
    }
    return im->n_told + im->n_refused < MOST_ERRORS && im->work <= MAX_WORK;
}

bool end_nodes(importer *im) {
    if (im->told) im->d = im->told;
    im->node = NULL;
    report_refused(im);
    return !im->failed && im->work <= MAX_WORK;
}
