/* walk.h: what the walk of every reader over the nodes of its file needs: whether a node can be imported, and
 * the operators that are not supported. */
#ifndef LCC_IMPORT_WALK_H
#define LCC_IMPORT_WALK_H

#include "import/importer.h"

/* --- walk.c */

/* Whether the outputs of the node at work are new, and all its inputs known. An input that no node before this
 * one makes, or that cannot be read, is an error, which is reported once. An input whose node failed is none,
 * because that node's error was reported. *all_constant says whether no input is a tensor of the graph. */
bool check_node(importer *im, bool *all_constant);

/* Reports, once, that the constant cannot be read. Returns false. */
bool report_fault(importer *im, file_value *v);

/* Marks the outputs of a node that failed, so that nodes which read them report nothing. */
void mark_failed(const file_node *n);

/* --- refused.c */

/* Notes that the operator of the node at work is not supported. `name` is the operator's, and `why` ends the
 * sentence that begins with it; both are kept. Returns false. */
bool refuse_operator(importer *im, const char *name, const char *why);
/* Reports them, one error for each operator. */
void report_refused(importer *im);

#endif
