/* eval.h: from trees to a graph; what the files of the evaluator share.
 *
 *   lang.c        the pipeline: load, declare, choose the net, evaluate it
 *   program.c     files, imports, and what they declare
 *   params.c      params, variants, -D, compound scaling, defaults
 *   report.c      errors, each place once, and the limits of the evaluation
 *   scope.c       what a name stands for
 *   expr.c        expressions and calls; arithmetic.c their numbers; functions.c the built-in functions
 *   bind.c        arguments to formals
 *   layers.c      the table of layers: formals, and how they become attributes of a node
 *   body.c        the walk: statements and chains; statements.c let, require and named tensors
 *   apply.c       layers and blocks; structure.c residual, concat, split, ..; stage.c tables of blocks
 *   labels.c      labels
 *   lint.c        --check: what the evaluation did not see, and what is never used
 *   lint_files.c  which imports are of use; lint_padding.c the padding that goes with a naming
 *
 * An error is reported where it arises. The values that depend on it become poison, about which nothing more is
 * reported, and the evaluation goes on, so that one run finds several errors. Steps, depth and memory are
 * counted and limited, so that no file takes long. */
#ifndef LCC_LANG_EVAL_H
#define LCC_LANG_EVAL_H

#include "base/map.h"
#include "lang/ast.h"
#include "lang/lang.h"
#include "lang/parser.h"
#include "lang/value.h"

enum {
    MAX_STEPS = 1000000, /* expressions, statements and layers evaluated */
    MAX_DEPTH = 1000,    /* an expression counts 1, a body BODY_DEPTH */
    BODY_DEPTH = 8,
    MAX_LABEL = 500,           /* bytes */
    MAX_EVAL_BYTES = 96 << 20, /* of arena, for the evaluation */
    MAX_FILES = 200,
    MAX_IMPORT_DEPTH = 50,
    MAX_ARGS = 256,
    MAX_PORTS = 1000, /* inputs and outputs of a net */
    MAX_ERRORS = DIAG_MAX_ERRORS
};

/* What a callable takes, as binding and messages need it. */
typedef struct formals {
    const char *what; /* "conv" */
    const char *const *names;
    const bool *required;
    int count;
} formals;

typedef struct function {
    const item *from;
    formals takes;
} function;

typedef struct block {
    const item *from;
    formals takes;
} block;

typedef struct param {
    struct param *next;
    const char *name;
    loc at;
    const expr *value;       /* the default; NULL for a compound's line, whose default is base ** phi */
    const expr *base;        /* compound only */
    const struct param *phi; /* compound only */
    const expr *choices;
    const expr *chosen; /* by the variant or -D, else NULL */
    bool ready;         /* v is set */
    value v;
} param;

/* One file's part in a program: an item, and how many imports away from the file on the command line. */
typedef struct placed {
    const item *what;
    int depth;
} placed;

/* An import of a file that was found. */
typedef struct import_edge {
    const item *from;
    const source *to;
} import_edge;

/* Where a message's construct was entered: "in block 'mbconv', used from here". */
typedef struct frame {
    const struct frame *up;
    const char *what; /* "block 'mbconv'" */
    loc at;
} frame;

/* The counters of a stage, seen in the blocks that it makes. */
typedef struct stage_place {
    int64_t n, row, rep;
} stage_place;

/* A block at work. `tensors` maps names made by `as` to int *. */
typedef struct instance {
    const struct instance *caller; /* whose tensors are seen too */
    int in;                        /* the tensor that enters */
    bool is_net;
    const stage_place *stage; /* NULL outside of stages */
    map tensors;
} instance;

/* Lets and formals: maps names to value *. Behind the last parent come the params, then the stage's counters.
 */
typedef struct scope {
    const struct scope *parent;
    instance *in; /* NULL while params are evaluated, and in functions */
    map names;
} scope;

/* Where layers are being made. */
typedef struct place {
    scope *scope;
    const char *prefix;       /* the labels around, joined; "" where there are none */
    const stage_place *stage; /* set where a stage makes an instance */
    bool failed;              /* a `require` of this body did not hold: the rest of it would make no sense */
} place;

typedef struct defaults {
    value padding, eps, bias;
    naming naming;
} defaults;

/* What a misspelt word may have meant. More are not worth the time. */
typedef struct word_list {
    const char *words[1000];
    size_t count;
} word_list;

typedef struct evaluator {
    arena *mem;
    diag *d;
    const lang_options *options;
    graph *g;

    const source *prelude;
    placed *items;
    int n_items;
    const char **files;
    int n_files;
    import_edge *imports;
    int n_imports, imports_room;
    int tokens;

    map functions, blocks, prelude_functions, prelude_blocks;
    map params;
    param *first_param;
    param **last_param;
    const char *variant;
    const char *compound; /* the param of the compound directive, or NULL */
    defaults defaults;
    loc naming_at; /* where `default naming` is said, last; src NULL: nowhere */

    word_list words;
    const frame *frames;
    int64_t steps;
    int depth;
    size_t bytes_before;
    bool stopped; /* a limit was passed: everything is poison from here on */
    loc reported[MAX_ERRORS];
    int n_reported;
    int op_count[OP_COUNT];

    /* body.c's walk, for the files below it whose constructs hold a body: takes the tensor that enters (or
     * NO_TENSOR, POISONED_TENSOR) and gives the one that leaves. */
    int (*run_body)(struct evaluator *ev, const place *outer, const body *b, int x);
} evaluator;

/* --- report.c */

/* An error at `at`, once per place however often the place is evaluated, followed by the blocks and functions
 * around. */
void eval_error(evaluator *ev, loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* True, and remembered, where nothing was reported at this place yet. */
bool is_first_report(evaluator *ev, loc at);
bool was_reported(const evaluator *ev, loc at);
void note_frames(evaluator *ev);
/* Counts a step, `cost` levels deeper. False where a limit is passed; then leave() must not be called. */
bool enter(evaluator *ev, loc at, int cost);
void leave(evaluator *ev, int cost);
/* Starts the list of words for the hint "; did you mean 'x'?" of an error at `at`. There is one list, the
 * evaluator's own. NULL where that error will not be shown, because the search for a hint takes time; the
 * functions below take NULL for an empty list. */
word_list *start_words(evaluator *ev, loc at);
void add_word(word_list *l, const char *word);
void add_map_words(word_list *l, const map *m);
const char *did_you_mean(evaluator *ev, const char *word, const word_list *l);

/* --- program.c */

/* Reads and parses the prelude, the main file and all that these import, into ev->items. False after errors. */
bool load_program(evaluator *ev, const source *main_file);
/* Functions, blocks and params into their maps. The net, or NULL after an error. */
const item *declare_items(evaluator *ev, const source *main_file);

/* --- params.c */

void add_param(evaluator *ev, const item *from);
void add_compound(evaluator *ev, const item *from);
/* Finds the row in force and notes its cells at their params; then -D, which comes before it. */
void choose_variant(evaluator *ev);
void apply_defines(evaluator *ev);
/* Gives every param its value, in the order of the files; then `default`s, which may use all of them. */
void evaluate_params(evaluator *ev);
void evaluate_defaults(evaluator *ev);

/* --- scope.c */

scope *new_scope(evaluator *ev, const scope *parent, instance *in);
/* False, and nothing changed, where the scope has the name. */
bool define_variable(evaluator *ev, scope *s, const char *name, value v);
/* False where no let, formal, param or counter has the name. A param that comes later is an error and poison.
 */
bool find_variable(evaluator *ev, const scope *s, const char *name, loc at, value *v);
/* Only the lets and formals; only n, row and rep. */
bool find_local(const scope *s, const char *name, value *v);
bool find_counter(const scope *s, const char *name, value *v);
bool find_tensor(const scope *s, const char *name, int *x);
/* The user's, else the prelude's, else NULL. `asks`: the file in which the name stands. */
const block *find_block(const evaluator *ev, const char *name);
const function *find_function(const evaluator *ev, const char *name, const source *asks);

/* --- expr.c */

value eval_expr(evaluator *ev, const scope *s, const expr *e);
/* Whether it is a word such as `same`, that stands for itself. */
bool is_word(const char *name);
/* Errors with a suggestion; `s` may be NULL. */
void report_unknown_name(evaluator *ev, const scope *s, const char *name, loc at);
/* The truth of a condition; *good is false, after an error, where it has none. */
bool eval_condition(evaluator *ev, const scope *s, const expr *e, bool *good);
/* Evaluates arguments; the number of them. */
int eval_args(evaluator *ev, const scope *s, const arg *args, given **list);
/* `f(column)` of a table's header, applied to one cell. */
value call_function_by_name(evaluator *ev, loc at, const char *name, value v);

/* --- arithmetic.c */

value apply_unary(evaluator *ev, loc at, operator_kind op, value a);
value apply_binary(evaluator *ev, loc at, operator_kind op, value a, value b);
/* false after an error where the two cannot be compared. */
bool values_equal(evaluator *ev, loc at, value a, value b, bool *equal);
/* The value as a whole number from least to most; false after an error: "`what` must be ..". */
bool to_whole(evaluator *ev, loc at, const char *what, value v, int64_t least, int64_t most, int64_t *n);

/* --- functions.c */

/* Whether a function of that name, built in or the user's, is seen from the file `asks`. */
bool is_function(const evaluator *ev, const char *name, const source *asks);
/* Poison after an error: there is no such function, or the arguments are wrong. */
value call_built_in_function(evaluator *ev, loc at, const char *name, const given *list, int n);
void report_unknown_function(evaluator *ev, const char *name, loc at);

/* --- bind.c */

/* bound[i] is the argument of formal i, or NULL. False after errors. */
bool bind_arguments(evaluator *ev, loc at, const formals *f, const given *list, int n, const given **bound);

/* --- layers.c */

const struct layer *find_layer(const char *name);
void add_layer_words(word_list *l);
/* Adds the node of a layer to the graph and gives its tensor. `label`: its own, NULL where it has none. */
int make_layer(evaluator *ev, const place *p, const callable *what, const given *list, int n, const char *label,
               loc at, int x);
/* The value of `default padding` or of an argument as attributes; false after an error. */
bool to_padding(evaluator *ev, loc at, const char *what, value v, attrs *a);

/* --- labels.c */

/* After a label that shows `name`, which nothing here has; `sc` may be NULL. */
void report_label_name(evaluator *ev, const scope *sc, const char *name, loc at);
/* The text of a label with its interpolations filled in; NULL after an error. */
const char *eval_label(evaluator *ev, const scope *s, const label *l);
/* `prefix` and `inner` joined as the naming asks. */
const char *join_labels(evaluator *ev, loc at, const char *prefix, const char *inner);
/* Adds a node under its label: `own`, or op_k. The node, or POISONED_TENSOR after an error. */
int add_node(evaluator *ev, op_kind op, const int *in, int n_in, const attrs *a, const char *prefix,
             const char *own, loc at);
attrs new_attrs(const evaluator *ev);

/* --- statements.c */

void eval_let(evaluator *ev, place *p, const stmt *st);
/* False, after an error, where it does not hold. */
bool eval_require(evaluator *ev, const place *p, const stmt *st);
/* The tensor of that name, or poison after an error. */
int named_tensor(evaluator *ev, const scope *s, const char *name, loc at);

/* --- apply.c */

/* Takes the tensor that enters and gives the one that leaves. */
int apply_callable(evaluator *ev, const place *p, const callable *what, const given *list, int n,
                   const char *label, loc at, int x);
/* The layer or block that `name` stands for; false after an error. */
bool find_callable(evaluator *ev, const scope *s, const char *name, loc at, callable *found);
void report_unknown_layer(evaluator *ev, const char *name, loc at);

/* --- body.c */

int eval_net(evaluator *ev, const item *net);

/* --- structure.c */

typedef int (*structure)(evaluator *ev, const place *p, const call *c, int x);
/* residual, scale, concat, split, branch, add, mul; NULL for other names. */
structure find_structure(const char *name);
void add_structure_words(word_list *l);

/* --- lint.c */

/* Errors in what was not evaluated, then warnings of what is never used. `net` may be NULL: the file is a
 * library. */
void lint_program(evaluator *ev, const source *main_file, const item *net);

/* --- lint_padding.c */

/* Warns where the padding and the naming of the checkpoint seem to be of different libraries. */
void lint_padding(evaluator *ev);

/* --- stage.c */

int eval_stage(evaluator *ev, const place *p, const stmt *st, int x);

#endif
