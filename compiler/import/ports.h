/* ports.h: the inputs and outputs of an imported network, and its end. */
#ifndef LCC_IMPORT_PORTS_H
#define LCC_IMPORT_PORTS_H

#include "import/importer.h"

/* --- ports.c */

/* A name out of the file as a name that a .net file and C can have: "input.1" becomes input_1. `kind` goes
 * before what begins with a digit, and before nothing. */
const char *make_identifier(arena *a, const char *name, const char *kind);

/* Adds an input of the network, which the file sees as `v`; `value` becomes its tensor. It is called `wanted`,
 * or where that is NULL as in the file. A map (a view of 4 axes) is given as one input for each channel where
 * im->planes asks for it. `q`: how its codes are scaled; off where it holds none. False after an error. */
bool import_input(importer *im, file_value *value, const char *wanted, elem_type type, shape s,
                  const file_view *v, const quant *q);

/* Adds an input of any sizes, whose elements lie in the order of the file. */
bool import_tensor_input(importer *im, file_value *value, const char *wanted, elem_type type,
                         const int64_t *sizes, int rank);

/* Makes the value of that name an output of the network, called `wanted`, or where that is NULL as in the file.
 * NULL as the value: no node makes it. A map in the file's layout is given as [h, w, c], and any other tensor
 * in the order of the file. False after an error. */
bool import_output(importer *im, file_value *value, const char *name, const char *wanted);

/* --- finish.c */

/* The graph without what no output needs, with labels that are unique. NULL after an error. */
graph *finish_graph(importer *im);

#endif
