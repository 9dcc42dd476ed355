/* lang.h: makes a graph of the text of a .net file. Does not depend on the values of weights, on plans or on C.
 */
#ifndef LCC_LANG_H
#define LCC_LANG_H

#include "graph/graph.h"

/* -D name=value. `value` is an expression of the language. */
typedef struct define {
    const char *name, *value;
} define;

typedef struct lang_options {
    const char *search; /* --search: what stands behind `search`, in place of the files' statements; or NULL */
    const int *picks;   /* for each choice of lang_read_choices the number of an alternative; NULL: no search */
    const char *variant; /* --variant, or NULL */
    const define *defines;
    int n_defines;
    const char *const *include_dirs; /* -I */
    int n_include_dirs;
    const char *shipped_dir; /* the folder of the networks that come with lcc, searched last; may be NULL */
    bool check; /* check the whole text, including what is not evaluated, and warn of unused names */
    bool
        note_choices; /* add a note where choices of the main file are open, and are their first alternatives */
    bool check_padding; /* warn if `naming` and the padding seem to come from different libraries */
} lang_options;

/* Reads, parses and evaluates the file `path` and the files that it imports. Returns NULL after errors; `d` has
 * as many of them as were found. With `check` it also returns NULL, without an error, if the file is a library
 * of blocks without a net. Time and memory are limited for every input. The graph's variant is the chosen one.
 * The paths of the files that were read are appended to *files, in order, for dependency tracking; they are in
 * the arena. `files` may be NULL. */
graph *lang_compile(arena *a, diag *d, const char *path, const lang_options *o, const char *const **files,
                    int *n_files);

/* Appends the text of the file `path` to *out in the standard style. Tokens and comments stay as they are.
 * False, with nothing appended, after errors. */
bool lang_format(arena *a, diag *d, const char *path, text *out);
/* The same for a text in memory, which messages call `path`. */
bool lang_format_text(arena *a, diag *d, const char *path, const char *contents, size_t size, text *out);

/* An alternative of a choice. */
typedef struct lang_alternative {
    const char *text; /* as a candidate has it: "0.5", "relu6", "[3, 5]" */
    bool is_number;
    double number;
} lang_alternative;

/* A choice that a search makes. */
typedef struct lang_choice {
    const char
        *name; /* of the param, or "bneck row 3 kernel": the third row of a stage of bneck, its column kernel */
    bool is_param;
    loc at;    /* the param's name behind `search`, or the choice in parentheses */
    loc place; /* the text of the main file that the alternative replaces; src NULL: `set` gives the value */
    const lang_alternative *alternatives;
    int count;
    double own; /* the param's value without a search; NAN if it is no number, or for a choice in parentheses */
    int usual;  /* the alternative that the network has without a search; -1: its value is none of them */
    int nearest; /* the same; where it is -1 the number nearest to the value, or 0 if these are no numbers */
} lang_choice;

/* A param that -D sets: the text of its value, and the text of the main file that it replaces, as above. */
typedef struct lang_setting {
    const char *name, *text;
    loc place;
} lang_setting;

/* An import of the main file that is not of the library, and so is not found from every folder. */
typedef struct lang_import {
    loc at;           /* of the string */
    const char *path; /* of the file */
} lang_import;

/* The choices of a network, and what is needed to write the text of one with the choices made. Places are those
 * of `file`, the main file. */
typedef struct lang_choices {
    const source *file;
    const lang_choice *choices;
    int count;
    const loc *statements; /* the `search` statements of the main file, in order */
    int n_statements;
    const lang_setting *settings; /* of -D */
    int n_settings;
    const char *variant; /* of --variant, else NULL */
    loc variant_at;      /* the name behind `variant` in the main file; src NULL: it has none */
    const lang_import *imports;
    int n_imports;
    loc last_import, first_item; /* of the main file; src NULL: there is none */
} lang_choices;

/* Reads the choices of the network in the file `path`, as the options make it. Params that -D sets are not
 * searched. Only params are evaluated, not the network. False after errors. */
bool lang_read_choices(arena *a, diag *d, const char *path, const lang_options *o, lang_choices *c);
/* The same for a text in memory. */
bool lang_read_choices_text(arena *a, diag *d, const char *path, const char *text, size_t size,
                            const lang_options *o, lang_choices *c);

/* lang_compile for `size` bytes of text that are already in memory (for tests and fuzzers). `path` is the name
 * of the text in messages. */
graph *lang_compile_text(arena *a, diag *d, const char *path, const char *text, size_t size,
                         const lang_options *o);

#endif
