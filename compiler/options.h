/* options.h: the command line, parsed and checked. */
#ifndef LCC_OPTIONS_H
#define LCC_OPTIONS_H

#include "base/diag.h"
#include "emit/emit.h"
#include "import/given.h"
#include "lang/lang.h"

#include <stdint.h>

typedef enum emit_kind {
    EMIT_C,
    EMIT_NET,
    EMIT_JSON,
    EMIT_DOT,
    EMIT_MEMORY,
    EMIT_MEMORY_TABLE,
    EMIT_KIND_COUNT
} emit_kind;

/* Words of the command line, in their order. */
typedef struct words {
    const char **at;
    int count;
} words;

typedef struct options {
    const char *
        model; /* as given; never NULL after a parse without errors, unless help, man or version is asked for */
    const char *out;  /* -o, or NULL */
    const char *base; /* of -o FILE.c: "model", or NULL */
    words weights, renames, include_dirs, run, result, calibrate;
    const char *variant, *name, *depfile, *after, *tune; /* or NULL */
    define *defines;
    int n_defines;
    target_list targets;
    storage storage;
    emit_kind emit;
    bool planes;       /* --input-layout nchw */
    given_ports given; /* --input-shape, --input-name, --output-name */
    bool half_weights; /* --weights-dtype f16 */
    int64_t max_ram;   /* bytes; 0: no limit; LEAST_RAM: as few as can be */
    uint64_t seed;
    bool keep_dead, selftest, profile, summary, verbose, check, format;
    bool help, help_man, version;
} options;

/* Everything wrong with the command line is an error in `d` (exit 2). Strings point into argv or the arena. */
options options_parse(arena *a, diag *d, int argc, char **argv);

/* The command less paths, for the banner of the generated code: the same text on every machine. */
const char *options_command(arena *a, const options *o);

/* The targets as --target takes them, the weakest first: "x86-64,x86-64-v3". */
const char *options_targets(arena *a, const options *o);

/* help.c: the same table as text and as a manual page (man(7) macros). */
void help_print(text *out);
void help_print_man(text *out);

#endif
