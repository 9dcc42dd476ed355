/* lint.h: the types and functions that the files of --check share. lint.c walks the text, lint_files.c finds
 * the imports that nothing needs, and lint_choices.c the choices that change nothing. */
#ifndef LCC_LANG_LINT_H
#define LCC_LANG_LINT_H

#include "lang/eval.h"

/* Something that has a name, and whether anything uses it. */
typedef struct declared {
    const char *name;
    const char *what; /* "param"; NULL: it may be unused without a warning */
    loc at;
    const item *item; /* where it is declared */
    int file;
    bool used;
    struct declared *same; /* tensors: the next one of the same name */
    const item *asked;     /* tensors: the item that referred to the name last */
} declared;

/* Every file has a number; the prelude has one too. */
enum { MOST_SOURCES = MAX_FILES + 1 };

typedef struct lint_files {
    const source *at[MOST_SOURCES];
    int count;
    bool imports[MOST_SOURCES][MOST_SOURCES]; /* [a][b]: a imports b, directly or through others; or a is b */
    bool uses[MOST_SOURCES][MOST_SOURCES];    /* [a][b]: a uses a name that b declares */
    bool acts[MOST_SOURCES];                  /* sets defaults, variants or params, or has the net */
} lint_files;

typedef struct finding {
    loc at;
    int file;
    const char *what;
} finding;

typedef struct lint {
    evaluator *ev;
    const source *main_file;
    const item *item; /* the item that is walked */
    int file;         /* the file of that item */
    map params, functions, blocks, tensors;
    declared **all; /* params, functions, blocks and tensors, in the order of the files */
    int n_all, room_all;
    lint_files files;
    finding *findings;
    int n_findings, room_findings;
} lint;

/* lint_files.c */

/* Adds a warning; those in the prelude are left out. */
void add_finding(lint *l, loc at, int file, const char *what);
/* The number of a file. A file that has none yet gets the next one. */
int find_file_number(lint *l, const source *src);
/* Sets `imports` and `acts` of l->files. */
void read_imports(lint *l, const item *net);
/* Adds a warning for each import of the main file that nothing needs. */
void find_unused_imports(lint *l);

/* lint_choices.c */

/* Adds a warning for each param that is set or searched though nothing uses it, and for each choice in
 * parentheses that is not in the network. */
void find_idle_choices(lint *l);

#endif
