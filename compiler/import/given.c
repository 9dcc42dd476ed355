/* given.c: reads what the user says about the ports of an imported network, and finds the ports that are meant.
 */
#include "import/given.h"

#include "import/ports.h"

#include <stdlib.h>
#include <string.h>

/* "NAME=" before the rest, which may have no "=": a name out of a file may. NULL for the rest after an error.
 */
static const char *split_port(arena *a, const char *word, const char **name) {
    const char *equals = strrchr(word, '=');
    *name = equals ? arena_strndup(a, word, (size_t)(equals - word)) : NULL;
    return equals == word ? NULL : equals ? equals + 1 : word;
}

static bool parse_shape(arena *a, const char *word, given_shape *out) {
    enum { MOST_DIGITS = 9 };
    *out = (given_shape){.text = word};
    const char *at = split_port(a, word, &out->port);
    while (at) {
        size_t digits = strspn(at, "0123456789");
        if (digits == 0 || digits > MOST_DIGITS || out->rank == GIVEN_RANK) return false;
        out->sizes[out->rank] = strtoll(at, NULL, 10);
        if (out->sizes[out->rank++] == 0) return false;
        at += digits;
        if (!*at) return true;
        if (*at++ != ',') return false;
    }
    return false;
}

static bool parse_name(arena *a, const char *word, given_name *out) {
    *out = (given_name){.text = word};
    out->wanted = split_port(a, word, &out->port);
    return out->wanted && *out->wanted && strcmp(make_identifier(a, out->wanted, ""), out->wanted) == 0;
}

void add_given_shape(arena *a, diag *d, given_ports *g, const char *word) {
    g->shapes = arena_grow(a, g->shapes, (size_t)g->n_shapes, (size_t)g->n_shapes + 1, sizeof *g->shapes);
    if (parse_shape(a, word, &g->shapes[g->n_shapes++])) return;
    diag_error(d, (loc){0},
               "--input-shape %s: expected NAME=SIZES or SIZES, where SIZES is such as 1,3,320,320", word);
}

static void add_name(arena *a, diag *d, const char *option, const char *word, given_name **list, int *count) {
    *list = arena_grow(a, *list, (size_t)*count, (size_t)*count + 1, sizeof **list);
    if (parse_name(a, word, &(*list)[(*count)++])) return;
    diag_error(
        d, (loc){0},
        "%s %s: expected NAME=NEW or NEW, where NEW is letters, digits and _, no digit first, and no word "
        "of the language",
        option, word);
}

void add_given_input_name(arena *a, diag *d, given_ports *g, const char *word) {
    add_name(a, d, "--input-name", word, &g->inputs, &g->n_inputs);
}

void add_given_output_name(arena *a, diag *d, given_ports *g, const char *word) {
    add_name(a, d, "--output-name", word, &g->outputs, &g->n_outputs);
}
