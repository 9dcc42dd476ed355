/* foreign_main.c: runs a model once on a machine that Python cannot load into: inputs come from standard input,
 * one behind the other, outputs go to standard output. "ports.h", which machines.py writes, has them,
 * bind_model() and call_model(). Weights that are not in the program are an input, too, and the first. */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "model.h"
#include "ports.h"

/* read() and write() of all bytes; false at the end of the file or an error. */
static int read_all(char *to, size_t bytes) {
    while (bytes > 0) {
        ssize_t got = read(0, to, bytes);
        if (got <= 0) return 0;
        to += got;
        bytes -= (size_t)got;
    }
    return 1;
}

static int write_all(const char *from, size_t bytes) {
    while (bytes > 0) {
        ssize_t put = write(1, from, bytes);
        if (put <= 0) return 0;
        from += put;
        bytes -= (size_t)put;
    }
    return 1;
}

int main(void) {
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        if (!read_all(inputs[i].at, inputs[i].bytes)) return 1;
    if (!bind_model()) return 2;
    call_model();
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        if (!write_all(outputs[i].at, outputs[i].bytes)) return 1;
    return 0;
}
