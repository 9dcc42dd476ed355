/* operators.h: what a reader tells of the operators that it takes, for --list-ops. */
#ifndef LCC_IMPORT_OPERATORS_H
#define LCC_IMPORT_OPERATORS_H

#include <stdbool.h>

typedef struct operator_row {
    const char *name;
    const char *forms; /* the forms that are taken, in a few words; "" where all are */
    bool of_constants; /* only where all inputs are constants */
} operator_row;

#endif
