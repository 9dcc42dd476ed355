/* labels.c: reads a file of names, and sees to it that there is one for each class: a list of another network's
 * classes would call a cat a dog. */
#include "labels.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 16 << 20 };

static bool fail(labels *l, const char *why) {
    snprintf(l->wrong, sizeof l->wrong, "%s", why);
    return false;
}

static bool read_text(labels *l, FILE *f) {
    l->text = malloc(MOST_BYTES + 1);
    if (!l->text) return fail(l, "no memory");
    size_t size = fread(l->text, 1, MOST_BYTES, f);
    if (ferror(f)) return fail(l, strerror(errno));
    if (size == MOST_BYTES) return fail(l, "no list of names: 16 MB or more");
    if (memchr(l->text, 0, size)) return fail(l, "no text file");
    l->text[size] = 0;
    return true;
}

/* Ends the line at `line` and returns the next one; NULL where there is none. */
static char *end_line(char *line) {
    size_t length = strcspn(line, "\n");
    char *next = line[length] && line[length + 1] ? line + length + 1 : NULL;
    if (length && line[length - 1] == '\r') length--;
    line[length] = 0;
    return next;
}

bool labels_read(labels *l, const char *path, int classes) {
    memset(l, 0, sizeof *l);
    FILE *f = fopen(path, "rb");
    if (!f) return fail(l, strerror(errno));
    bool good = read_text(l, f);
    fclose(f);
    if (!good) return false;

    int lines = 0;
    for (const char *c = l->text; *c; c++) lines += *c == '\n' || !c[1];
    size_t length = strcspn(l->text, "\r\n");
    int skipped = lines == classes + 1 && length == 10 && !strncmp(l->text, "background", length);
    if (lines - skipped != classes) {
        snprintf(l->wrong, sizeof l->wrong, "%d lines, but the network has %d classes", lines, classes);
        return false;
    }
    l->names = calloc((size_t)classes, sizeof *l->names);
    if (!l->names) return fail(l, "no memory");
    char *line = l->text;
    for (int i = -skipped; i < classes; i++) {
        char *next = end_line(line);
        if (i >= 0) l->names[i] = line;
        line = next;
    }
    return true;
}

void labels_free(labels *l) {
    free(l->names);
    free(l->text);
}
