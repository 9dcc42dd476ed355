/* labels.h: what the classes are called: a text file with one name a line. */
#ifndef LABELS_H
#define LABELS_H

#include <stdbool.h>

typedef struct labels {
    char *text;         /* the file, cut into lines */
    const char **names; /* one for each class */
    char wrong[256];    /* where they could not be read: why */
} labels;

/* Reads the names of `classes` classes. A first line "background" too many is passed over: networks without
 * that class count from the second. False: see l->wrong. Free it in either case. */
bool labels_read(labels *l, const char *path, int classes);
void labels_free(labels *l);

#endif
