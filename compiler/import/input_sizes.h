/* input_sizes.h: the sizes of a network's input, some of which the file may leave open. */
#ifndef LCC_IMPORT_INPUT_SIZES_H
#define LCC_IMPORT_INPUT_SIZES_H

#include "import/given.h"
#include "import/importer.h"

typedef struct input_sizes {
    const char *name;           /* of the input, in the file */
    const char *sizes_as_shown; /* what the file says: "[batch, 3, height, ?]"; NULL: it says nothing */
    int rank;
    int channels;              /* the axis that holds the channels, where there are four */
    int64_t sizes[GIVEN_RANK]; /* 0: open */
} input_sizes;

/* Sets the sizes that are open to those that the user gives, `given`, which may be NULL. A first size that is
 * open is the batch, which is 1. False after an error: a size is still open, for which the message shows the
 * option to type; the user gives another one than the file; or there is more than one sample. */
bool choose_sizes(importer *im, input_sizes *s, const given_shape *given);

/* Adds a note that shows the option which gives the sizes. Those that are open are shown as usual ones. */
void suggest_sizes(importer *im, const input_sizes *s);

#endif
