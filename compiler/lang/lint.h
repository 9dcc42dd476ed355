/* lint.h: what the files of --check share: lint.c, which walks the text, and lint_files.c, which knows the
 * files. */
#ifndef LCC_LANG_LINT_H
#define LCC_LANG_LINT_H

#include "lang/eval.h"

/* Something that has a name, and whether anything uses it. */
typedef struct declared {
    const char *name;
    const char *what; /* "param"; NULL: nobody minds that it is not used */
    loc at;
    const item *item; /* where it is declared */
    int file;
    bool used;
    struct declared *same; /* tensors: the next one of the same name */
    const item *asked;     /* tensors: the item that referred to the name last */
} declared;

/* Files as numbers; the prelude is among them. */
enum { MOST_SOURCES = MAX_FILES + 1 };

typedef struct lint_files {
    const source *at[MOST_SOURCES];
    int count;
    bool imports[MOST_SOURCES][MOST_SOURCES]; /* [a][b]: a imports b, itself or by way of others; or a is b */
    bool uses[MOST_SOURCES][MOST_SOURCES];    /* [a][b]: a name in a is declared in b */
    bool acts[MOST_SOURCES];                  /* sets defaults or variants, or has the net */
} lint_files;

typedef struct finding {
    loc at;
    int file;
    const char *what;
} finding;

typedef struct lint {
    evaluator *ev;
    const source *main_file;
    const item *item; /* that is walked */
    int file;         /* its */
    map params, functions, blocks, tensors;
    declared **all; /* params, functions, blocks and tensors, in the order of the files */
    int n_all, room_all;
    lint_files files;
    finding *findings;
    int n_findings, room_findings;
} lint;

/* lint_files.c */
void add_finding(lint *l, loc at, int file, const char *what);
int find_file_number(lint *l, const source *src);
/* Which file imports which, and which ones act. */
void read_imports(lint *l, const item *net);
/* Findings for the imports of the main file that nothing needs. */
void find_unused_imports(lint *l);

#endif
