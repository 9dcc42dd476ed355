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

/* A walk is `begin_node`, the import of the node, and `end_node` for each node, and then `end_nodes`. The
 * errors of twenty nodes are reported as they are; those of further nodes are counted for each operator,
 * because one cause often has dozens of errors.
 *
 * `operator_name`: the name of the node's operator, for that. False: the walk ends here, because of too many
 * errors, or because it takes too long. */
void begin_node(importer *im, const file_node *n);
bool end_node(importer *im, bool good, const char *operator_name);
/* Reports what was counted. Whether all nodes were imported. */
bool end_nodes(importer *im);

/* --- refused.c */

/* Notes that the operator of the node at work is not supported. `name` is the operator's, and `why` ends the
 * sentence that begins with it; both are kept. Returns false. */
bool refuse_operator(importer *im, const char *name, const char *why);
/* Reports them, one error for each of the first twenty operators, and one for all others. */
void report_refused(importer *im);

#endif
