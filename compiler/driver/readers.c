/* readers.c: chooses the reader of a network's file.
 *
 * The first bytes decide. If no reader recognizes them, the ending of the file's name decides, so that the
 * errors of a damaged file are those of its format. All other files are read as .net files, because text has no
 * special first bytes. */
#include "driver/driver.h"

#include "onnx/onnx.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const reader readers[] = {
    {.name = "ONNX", .ending = ".onnx", .sniff = onnx_sniff, .read = read_onnx, .brings_weights = true},
    {.name = ".net", .ending = ".net", .read = read_net},
};

enum { N_READERS = sizeof readers / sizeof *readers, HEAD = 16 };

/* Reads the first bytes of a regular file. Returns how many were read, at most HEAD. */
static size_t read_head(const char *path, unsigned char *head) {
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    size_t size = fread(head, 1, HEAD, f);
    fclose(f);
    return size;
}

static bool ends_with(const char *path, const char *ending) {
    size_t length = strlen(path), size = strlen(ending);
    return length > size && strcmp(path + length - size, ending) == 0;
}

const reader *find_reader(const char *path) {
    unsigned char head[HEAD];
    size_t size = read_head(path, head);
    for (int i = 0; i < N_READERS; i++) {
        if (readers[i].sniff && readers[i].sniff(head, size)) return &readers[i];
    }
    for (int i = 0; i < N_READERS; i++) {
        if (ends_with(path, readers[i].ending)) return &readers[i];
    }
    return &readers[N_READERS - 1];
}
