/* given.h: what the user says about the inputs and outputs of an imported network: sizes that the file leaves
 * open, and other names. */
#ifndef LCC_IMPORT_GIVEN_H
#define LCC_IMPORT_GIVEN_H

#include "base/diag.h"

#include <stdint.h>

enum { GIVEN_RANK = 8 };

/* [NAME=]1,3,320,320 */
typedef struct given_shape {
    const char *text; /* as the user wrote it */
    const char *port; /* the name of the input in the file; NULL: the only input */
    int rank;
    int64_t sizes[GIVEN_RANK];
} given_shape;

/* [NAME=]NEW */
typedef struct given_name {
    const char *text;
    const char *port;   /* the name in the file; NULL: the only one */
    const char *wanted; /* the new name */
} given_name;

typedef struct given_ports {
    given_shape *shapes;
    given_name *inputs, *outputs;
    int n_shapes, n_inputs, n_outputs;
} given_ports;

/* Reads such a text and adds it to `g`. Strings point into it or the arena. Where the text is none, that is an
 * error of the command line. */
void add_given_shape(arena *a, diag *d, given_ports *g, const char *word);
void add_given_input_name(arena *a, diag *d, given_ports *g, const char *word);
void add_given_output_name(arena *a, diag *d, given_ports *g, const char *word);

#endif
