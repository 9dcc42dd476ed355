/* activation_reference.c: the references of graph/activations.c for tests in other languages.
 *
 * Without arguments it prints the table as JSON: name, ulps, from, below. With a name it reads floats from
 * standard input and writes the activation of each as a double, with the numbers of tried_numbers.h where it
 * takes some. Both are in the machine's byte order. */
#include "graph/activations.h"
#include "tried_numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON has no infinity: "from" is null where the promise holds for all x. */
static void print_row(const activation *f, bool first) {
    printf("%s{\"name\": \"%s\", \"ulps\": %g, ", first ? "[" : ",\n ", f->name, f->ulps);
    if (isinf(f->ulps_from)) {
        printf("\"from\": null, ");
    } else {
        printf("\"from\": %g, ", f->ulps_from);
    }
    printf("\"below\": %g}", f->error_below);
}

static void print_table(void) {
    bool first = true;
    for (int op = 0; op < OP_COUNT; op++) {
        if (!is_activation((op_kind)op)) continue;
        print_row(&activation_table[op], first);
        first = false;
    }
    printf("]\n");
}

static const act_args tried[] = {
    [ARGUMENTS_SLOPE] = {(double)TRIED_SLOPE, 0},
    [ARGUMENTS_ALPHA] = {(double)TRIED_ALPHA, 0},
    [ARGUMENTS_EXPONENT] = {(double)TRIED_EXPONENT, 0},
    [ARGUMENTS_BOUNDS] = {(double)TRIED_LOW, (double)TRIED_HIGH},
};

static const activation *find_activation(const char *name) {
    for (int op = 0; op < OP_COUNT; op++) {
        if (is_activation((op_kind)op) && strcmp(activation_table[op].name, name) == 0) {
            return &activation_table[op];
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc == 1) {
        print_table();
        return 0;
    }
    const activation *f = find_activation(argv[1]);
    if (argc != 2 || !f) return 2;
    float x;
    while (fread(&x, sizeof x, 1, stdin) == 1) {
        double y = f->value((double)x, tried[f->arguments]);
        fwrite(&y, sizeof y, 1, stdout);
    }
    return 0;
}
