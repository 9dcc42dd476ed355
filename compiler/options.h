/* options.h: the command line, parsed and checked. */
#ifndef LCC_OPTIONS_H
#define LCC_OPTIONS_H

#include "base/diag.h"
#include "emit/emit.h"
#include "import/given.h"
#include "lang/lang.h"
#include "search/limits.h"
#include "search/score.h"

#include <stdint.h>

typedef enum emit_kind {
    EMIT_C,
    EMIT_NET,
    EMIT_JSON,
    EMIT_DOT,
    EMIT_MEMORY,
    EMIT_MEMORY_TABLE,
    EMIT_HTML,
    EMIT_SVG,
    EMIT_KIND_COUNT
} emit_kind;

/* Words of the command line, in the order in which they were given. */
typedef struct words {
    const char **at;
    int count;
} words;

/* What --int8-without leaves out. */
typedef enum quantize_step { STEP_EQUALISATION, STEP_CORRECTION, STEP_RANGES, QUANTIZE_STEPS } quantize_step;

enum { LEAST_FLASH = -1 };

typedef struct options {
    /* As given. NULL only after errors, or if help, the man page or the version is asked for. */
    const char *model;
    const char *out;  /* -o, or NULL */
    const char *base; /* of -o FILE.c: "model", or NULL */
    words weights, renames, include_dirs, run, result, calibrate, keep_f32;
    const char *variant, *search, *name, *depfile, *after, *tune, *times, *cc; /* or NULL */
    define *defines;
    int n_defines;
    target_list targets;
    storage storage;
    emit_kind emit;
    bool planes;                  /* --input-layout nchw */
    given_ports given;            /* --input-shape, --input-name, --output-name */
    bool half_weights;            /* --weights-dtype f16 */
    bool int8;                    /* --dtype int8 */
    bool bf16;                    /* --dtype bf16 */
    bool integer_outputs;         /* --output-dtype int8 */
    bool without[QUANTIZE_STEPS]; /* --int8-without */
    bool int8_pairs;              /* --int8-pairs */
    const char *labels;           /* --labels, or NULL */
    int64_t max_ram;              /* bytes; 0: no limit; LEAST_RAM: the smallest arena that can be found */
    int64_t max_flash;            /* the same of flash: bytes; 0; LEAST_FLASH */
    uint64_t seed;
    const char *fit;     /* --fit as given, or NULL */
    limits limits;       /* .. and parsed */
    double clock;        /* --clock: hertz; 0: not given. --measure sets it to what it finds */
    bool measure;        /* --measure */
    bool fit_compound;   /* --fit-compound */
    score_options score; /* --score, --scores, -j, --budget, --work */
    bool keep_dead, reuse_input, selftest, profile, summary, verbose, check, format, list, list_ops;
    bool help, help_man, version;
} options;

/* Parses the command line. All its mistakes are errors in `d`, with which lcc exits with 2. Strings of the
 * result point into argv or the arena. */
options options_parse(arena *a, diag *d, int argc, char **argv);

/* The words of --emit. */
extern const char *const emit_names[EMIT_KIND_COUNT];

/* Checks which options need each other, and which cannot be given together, as options_parse does last; sets
 * o->base. Mistakes are errors in `d`. */
void options_check(options *o, arena *a, diag *d);

/* The command for the banner of the generated code. Files are named without their folders, so that the text is
 * the same on every machine. */
const char *options_command(arena *a, const options *o);

/* The targets as --target takes them, the weakest first: "x86-64,x86-64-v3". */
const char *options_targets(arena *a, const options *o);

/* Whether weights are rounded, whose loss of accuracy is measured. */
static inline bool options_round(const options *o) { return o->half_weights || o->bf16; }

/* help.c: appends the table of options as text, and as a manual page (man(7) macros). */
void help_print(text *out);
void help_print_man(text *out);

#endif
