/* folder.h: which pictures are in a folder. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>

/* The names lie one behind the other in `text`, each ended by a zero byte, so that they are easily sent. */
typedef struct folder {
    int count, bytes; /* of names, and of text */
    char *text;
    const char **names; /* into text */
    char wrong[256];    /* where it could not be read: why */
} folder;

/* Lists the files whose names end as those of pictures do, in the order of their bytes. False: see f->wrong.
 * Free it in either case. */
bool folder_read(folder *f, const char *path);

/* Points `names` into `text`. False: no memory. */
bool folder_index(folder *f);
void folder_free(folder *f);

#endif
