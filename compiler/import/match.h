/* match.h: finds the ports of an imported network that the user's options mean. */
#ifndef LCC_IMPORT_MATCH_H
#define LCC_IMPORT_MATCH_H

#include "import/given.h"
#include "import/importer.h"

/* The ports of one side of the network, by their names in the file. */
typedef struct port_list {
    const char *kind; /* "input", "output" */
    const char *const *names;
    int count;
} port_list;

/* Finds the port that each of the given shapes, or names, is for. Sets shapes[i], or wanted[i], for port i:
 * NULL where nothing is given. False after an error: there is no such port, or it is given twice; or two ports
 * would have the same name. */
bool match_shapes(importer *im, const given_shape *given, int n_given, const port_list *ports,
                  const given_shape **shapes);
bool match_names(importer *im, const given_name *given, int n_given, const port_list *ports,
                 const char **wanted);

#endif
