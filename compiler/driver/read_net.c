/* read_net.c: reads a network that comes as a .net file. */
#include "driver/driver.h"

#include "lang/lang.h"

#include <string.h>

lang_options lang_options_of(const job *j) {
    const options *o = &j->o;
    return (lang_options){.variant = o->variant,
                          .search = o->search,
                          .note_choices = o->verbose,
                          .defines = o->defines,
                          .n_defines = o->n_defines,
                          .include_dirs = o->include_dirs.at,
                          .n_include_dirs = o->include_dirs.count,
                          .shipped_dir = j->shipped,
                          .check = o->check,
                          .check_padding = o->weights.count > 0};
}

/* By how much one step of the compound param multiplies the MACs. The network is read again for this, with the
 * param one larger. 0 if it has no such param, or if that network has errors, such as being too large. */
static double measure_compound(const job *j) {
    const graph *now = j->described;
    if (!now->compound || graph_macs(now) == 0) return 0;
    arena *a = arena_new();
    lang_options lang = lang_options_of(j);
    define *defines = ARENA_ARRAY(a, define, lang.n_defines + 1);
    if (lang.n_defines) memcpy(defines, lang.defines, (size_t)lang.n_defines * sizeof *defines);
    defines[lang.n_defines++] = (define){now->compound, arena_printf(a, "%.17g", now->phi + 1)};
    lang.defines = defines;
    const graph *next = lang_compile(a, diag_new(a), j->model, &lang, NULL, NULL);
    double factor = next ? (double)graph_macs(next) / (double)graph_macs(now) : 0;
    arena_free(a);
    return factor;
}

static const loc command_line = {0};

/* Refuses options that are for imported networks. */
static bool check_options(job *j) {
    const options *o = &j->o;
    static const char names[] = "the names of a .net file's inputs and outputs stand in it";
    const char *word = o->planes            ? "--input-layout"
                       : o->given.n_shapes  ? "--input-shape"
                       : o->given.n_inputs  ? "--input-name"
                       : o->given.n_outputs ? "--output-name"
                                            : NULL;
    const char *why = o->planes ? "the inputs of a .net file are [h, w, c]"
                      : o->given.n_shapes
                          ? "the sizes of a .net file's inputs stand in it, or are params for -D"
                          : names;
    if (!word) return true;
    diag_error(j->d, command_line, "%s is for ONNX and TensorFlow Lite models; %s", word, why);
    return false;
}

bool read_net(job *j) {
    const options *o = &j->o;
    lang_options lang = lang_options_of(j);
    if (!check_options(j)) return false;
    j->described = lang_compile(j->mem, j->d, j->model, &lang, &j->files, &j->n_files);
    if (!j->described) return false;
    if (o->summary || o->emit == EMIT_JSON) j->compound_factor = measure_compound(j);
    return true;
}
