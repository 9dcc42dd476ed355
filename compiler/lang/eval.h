/* eval.h: the types and functions that the files of the evaluator share. The evaluator makes a graph of trees.
 *
 *   lang.c        the pipeline: load, declare, choose the net, evaluate it
 *   program.c     files, imports, and what they declare
 *   params.c      params, variants, set, -D, compound scaling, defaults
 *   choices.c     what a search may choose
 *   report.c      errors, once for each place, and the limits of the evaluation
 *   foreign_words.c   words of PyTorch and Keras, for hints
 *   scope.c       what a name stands for
 *   expr.c        expressions and calls; arithmetic.c their numbers; functions.c the built-in functions
 *   bind.c        arguments to formals
 *   layers.c      the table of layers: formals, and how they become attributes of a node
 *   codes.c       the argument q: how quantised tensors are scaled
 *   body.c        the walk over statements and chains; statements.c let, require and named tensors
 *   apply.c       layers and blocks; structure.c residual, concat, split, ..; stage.c tables of blocks
 *   labels.c      labels
 *   lint.c        --check: errors in the text that was not evaluated, and names that are never used
 *   lint_choices.c  choices and searches that change nothing
 *   lint_files.c  imports that nothing needs; lint_padding.c a padding that is not usual for the naming
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
    MAX_EVAL_BYTES = 96 << 20, /* of the arena, taken by the evaluation */
    MAX_FILES = 200,
    MAX_IMPORT_DEPTH = 50,
    MAX_ARGS = 256,
    MAX_PORTS = 1000, /* inputs and outputs of a net */
    MAX_ERRORS = DIAG_MAX_ERRORS
};

/* The formal parameters of a layer, block or function. */
typedef struct formals {
    const char *what; /* whose they are, for messages: "conv" */
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
    const expr *value;       /* the default; NULL for a line of `compound`: its default is base ** phi */
    const expr *base;        /* compound only */
    const struct param *phi; /* compound only */
    const expr *choices;     /* the values that are allowed; NULL: all */
    const expr *chosen;      /* the value that the variant, `set`, -D or a search gives, else NULL */
    const named *set;        /* the line of `set` that counts, else NULL */
    int set_depth;           /* how many imports its file is away from the main file */
    bool by_variant;         /* the row of the variant gives a value */
    bool defined;            /* -D gives the value */
    bool searched;           /* `search` names it */
    bool ready;              /* v is set */
    value v;
} param;

/* A choice that a search makes: a param that `search` names, or a choice in parentheses of the main file. */
typedef struct open_choice {
    const char *name;
    loc at;
    const expr *alternatives; /* at least one */
    int count;
    param *of;         /* NULL: a cell of a stage */
    const expr *node;  /* the choice in parentheses; NULL: `search` names a param that has none */
    bool has_own_list; /* behind `in` of `search` */
    value *values;     /* of a param's alternatives, once they are evaluated; NULL after an error */
} open_choice;

/* A choice in parentheses of the main file. */
typedef struct written_choice {
    int pick; /* the alternative that it stands for */
    bool met; /* it was evaluated */
} written_choice;

/* An item of the program, and how many imports its file is away from the file on the command line. */
typedef struct placed {
    const item *what;
    int depth;
} placed;

/* An import of a file that was found. */
typedef struct import_edge {
    const item *from;
    const source *to;
} import_edge;

/* A block or function that is being evaluated, and where it was used, for notes: "in block 'mbconv', used from
 * here". */
typedef struct frame {
    const struct frame *up; /* the frame around it */
    const char *what;       /* "block 'mbconv'" */
    loc at;
} frame;

/* The counters of a stage. The blocks that the stage makes see them: n counts the instances of the whole stage,
 * row the rows, rep the instances of the row, each from 0. */
typedef struct stage_place {
    int64_t n, row, rep;
} stage_place;

/* A block or net that is being evaluated. `tensors` maps the names that `input` and `as` give to int *. */
typedef struct instance {
    const struct instance *caller; /* the instance around it, whose tensors are visible too */
    int in;                        /* the tensor that enters */
    bool is_net;
    const stage_place *stage; /* NULL outside of stages */
    map tensors;
} instance;

/* Lets and formals: maps names to value *. A name that no scope up to the last parent has is looked for among
 * the params, then among the counters of the stage. */
typedef struct scope {
    const struct scope *parent;
    instance *in; /* NULL while params are evaluated, and in functions */
    map names;
} scope;

/* The place in the network at which layers are being made. */
typedef struct place {
    scope *scope;
    const char *prefix;       /* the labels around it, joined; "" where there are none */
    const stage_place *stage; /* set where a stage makes an instance */
    bool failed;              /* a `require` of this body does not hold, so the rest of it is not evaluated */
} place;

typedef struct defaults {
    value padding, eps, bias;
    naming naming;
    rescale_rounding rounding;
} defaults;

/* Words that a misspelt word may stand for. Further words are left out, because the search takes time. */
typedef struct word_list {
    const char *words[1000];
    size_t count;
} word_list;

typedef struct evaluator {
    arena *mem;
    diag *d;
    const lang_options *options;
    graph *g;

    const source *prelude, *main_file;
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
    open_choice *choices;
    int n_choices, choices_room;
    map choice_names;
    written_choice *written; /* the choices in parentheses of the main file, by their numbers */
    int n_written;
    defaults defaults;
    loc naming_at; /* the last `default naming`; src NULL: there is none */

    word_list words;
    const frame *frames;
    int64_t steps;
    int depth;
    size_t bytes_before; /* bytes of the arena in use when the evaluation began */
    bool stopped;        /* a limit was passed: everything evaluated after it is poison */
    loc reported[MAX_ERRORS];
    int n_reported;
    int op_count[OP_COUNT];

    /* Evaluates a body: body.c's walk, for the files below it whose constructs have a body. Takes the tensor
     * that enters the body (or NO_TENSOR or POISONED_TENSOR) and returns the one that leaves it. */
    int (*run_body)(struct evaluator *ev, const place *outer, const body *b, int x);
} evaluator;

/* --- report.c */

/* Reports an error at `at`, with notes on the blocks and functions around it. A place is reported once, even if
 * it is evaluated several times. */
void eval_error(evaluator *ev, loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Whether nothing was reported at this place before. Marks the place as reported. False too once the evaluation
 * is stopped. */
bool is_first_report(evaluator *ev, loc at);
/* Whether an error was reported at this place. */
bool was_reported(const evaluator *ev, loc at);
/* Adds a note for each block and function around the place that is evaluated, at most 4, the innermost first.
 */
void note_frames(evaluator *ev);
/* Counts a step, and `cost` levels of depth until leave(). False once a limit is passed, which is reported;
 * then leave() must not be called. */
bool enter(evaluator *ev, loc at, int cost);
/* Gives the levels of enter() back. */
void leave(evaluator *ev, int cost);
/* Starts the list of words for the hint "; did you mean 'x'?" of an error at `at`. There is one list, the
 * evaluator's own. NULL where that error will not be shown, because the search for a hint takes time; the
 * functions below take NULL for an empty list. */
word_list *start_words(evaluator *ev, loc at);
void add_word(word_list *l, const char *word);
/* Adds all names of the map. */
void add_map_words(word_list *l, const map *m);
/* "; did you mean 'x'?" with what a word of PyTorch or Keras is called here, else with the nearest word of the
 * list; "" if no word is near, or `word` has at most 2 bytes. */
const char *did_you_mean(evaluator *ev, const char *word, const word_list *l);

/* --- foreign_words.c */

/* What a word of PyTorch or Keras is called here, if that is in the list; NULL if it is none. */
const char *foreign_word(const char *word, const word_list *l);

/* --- program.c */

/* Reads and parses the prelude, the main file and all files that these import, into ev->items. False after
 * errors. */
bool load_program(evaluator *ev, const source *main_file);
/* Enters functions, blocks and params into their maps. Returns the net; NULL after an error, or with --check if
 * the program is a library without a net. */
const item *declare_items(evaluator *ev, const source *main_file);

/* --- params.c */

/* Adds the param of a `param` item, or the params of a `compound` item, to ev->params. */
void add_param(evaluator *ev, const item *from);
void add_compound(evaluator *ev, const item *from);
/* Checks the tables of variants and chooses the row: that of --variant, else the one that the files choose. The
 * row's cells become the `chosen` values of their params. */
void choose_variant(evaluator *ev);
/* Keeps the names of all variants in the graph, for --list. */
void note_variants(evaluator *ev);
/* Applies the `set` items, whose values take the place of the row's. */
void apply_sets(evaluator *ev);
/* Parses the values of -D, which take the place of both. */
void apply_defines(evaluator *ev);
/* The param of that name. NULL after an error at `at`: there is none. */
param *find_param(evaluator *ev, const char *name, loc at);
/* Reports that the param may not be `v`, if its list does not have it. */
void check_allowed(evaluator *ev, const param *p, value v, loc at);
/* Gives every param its value, in the order of the files. */
void evaluate_params(evaluator *ev);
/* Evaluates the `default` items. They may use all params, so all params must have their values. */
void evaluate_defaults(evaluator *ev);

/* --- choices.c */

/* Finds the choices of the program in ev->choices, and makes those that the options make: params get their
 * `chosen` values. */
void find_open_choices(evaluator *ev);
/* Checks the values of the params' choices. All params must have their values. */
void check_open_choices(evaluator *ev);
/* Adds a note that choices in parentheses are their first alternatives, if there are any and no search picks
 * others. */
void note_open_choices(evaluator *ev);
/* What of that is needed to write candidates. */
void describe_choices(evaluator *ev, lang_choices *c);

/* --- scope.c */

/* A scope without names, within `parent`; NULL: it is the outermost. */
scope *new_scope(evaluator *ev, const scope *parent, instance *in);
/* Adds a let or formal to the scope. False, with nothing changed, if the scope has the name already. */
bool define_variable(evaluator *ev, scope *s, const char *name, value v);
/* Finds the let, formal, param or counter of that name, in this order; false if there is none. A param that
 * comes later in the files is an error, and *v is poison. */
bool find_variable(evaluator *ev, const scope *s, const char *name, loc at, value *v);
/* Finds a let or formal of that name; false if there is none. */
bool find_local(const scope *s, const char *name, value *v);
/* Finds a counter of the stage: n, row or rep; false if the name is another or there is no stage. */
bool find_counter(const scope *s, const char *name, value *v);
/* Finds the tensor that `input` or `as` gave that name, in this block or one of its callers; false if there is
 * none. */
bool find_tensor(const scope *s, const char *name, int *x);
/* The block or function of that name: the user's, else the prelude's, else NULL. `asks` is the file in which
 * the name stands: the prelude does not see the user's functions. */
const block *find_block(const evaluator *ev, const char *name);
const function *find_function(const evaluator *ev, const char *name, const source *asks);

/* --- expr.c */

/* The value of an expression; poison after an error. */
value eval_expr(evaluator *ev, const scope *s, const expr *e);
/* Whether the name is a word of the language such as `same`, which stands for itself. */
bool is_word(const char *name);
/* Reports an unknown name, with the nearest name that is known. `s` may be NULL. */
void report_unknown_name(evaluator *ev, const scope *s, const char *name, loc at);
/* The truth of a condition. *good is false, after an error, if it is not true or false. */
bool eval_condition(evaluator *ev, const scope *s, const expr *e, bool *good);
/* Evaluates arguments into *list. Returns their number, at most MAX_ARGS; more are an error. */
int eval_args(evaluator *ev, const scope *s, const arg *args, given **list);
/* Evaluates the alternatives of a choice into *values. Returns their number; 0 after an error: one of them has
 * an error, they are of different kinds, or two are equal. */
int eval_alternatives(evaluator *ev, const scope *s, const expr *first, value **values);
/* Calls the function of that name with one argument: a column `f(name)` of a stage's table, for one cell. */
value call_function_by_name(evaluator *ev, loc at, const char *name, value v);

/* --- arithmetic.c */

/* The result of an operator; poison if an operand is poison, or after an error: the operands are of the wrong
 * kind, or the result is too large or not finite. `and` and `or` are not among them. */
value apply_unary(evaluator *ev, loc at, operator_kind op, value a);
value apply_binary(evaluator *ev, loc at, operator_kind op, value a, value b);
/* Sets *equal. False, after an error, if the two cannot be compared. */
bool values_equal(evaluator *ev, loc at, value a, value b, bool *equal);
/* Sets *n to the value if it is a whole number from least to most. Else false, after an error, which begins
 * with `what`; poison is not reported. */
bool to_whole(evaluator *ev, loc at, const char *what, value v, int64_t least, int64_t most, int64_t *n);

/* --- functions.c */

/* Whether the file `asks` sees a function of that name: one of a file or a built-in one. */
bool is_function(const evaluator *ev, const char *name, const source *asks);
/* Calls a built-in function. Poison after an error: there is no such function, or the arguments are wrong. */
value call_built_in_function(evaluator *ev, loc at, const char *name, const given *list, int n);
/* Reports an unknown function, with the nearest name that is known. */
void report_unknown_function(evaluator *ev, const char *name, loc at);

/* --- bind.c */

/* Sets bound[i] to the argument of formal i, or to NULL if it has none. False after errors: an argument that is
 * unknown, missing, given twice, or one too many. */
bool bind_arguments(evaluator *ev, loc at, const formals *f, const given *list, int n, const given **bound);

/* --- layers.c */

/* The layer of that name; NULL if there is none. */
const struct layer *find_layer(const char *name);
void add_layer_words(word_list *l);
/* Adds the node of a layer, whose input is x, to the graph. Returns the node's tensor, or POISONED_TENSOR after
 * an error. `label`: the layer's own label; NULL if it has none. */
int make_layer(evaluator *ev, const place *p, const callable *what, const given *list, int n, const char *label,
               loc at, int x);
/* Sets an axis from an argument; false after an error, which begins with `what`. */
bool to_axis(evaluator *ev, loc at, const char *what, value v, int *axis);
/* Sets the padding of `a` from an argument or from `default padding`; false after an error, which begins with
 * `what`. */
bool to_padding(evaluator *ev, loc at, const char *what, value v, attrs *a);

/* --- codes.c */

/* Whether an argument of that name (NULL: none) is q, which layers and joins may have besides their own. */
bool is_codes(const char *name);
/* Sets a->q and a->channel_scales from the argument q, if it is in the list. Its zero point must be one of
 * int8, or of uint8 where a->code_type says so. False after an error, which begins with `what`. */
bool take_codes(evaluator *ev, const char *what, const given *list, int n, attrs *a);
/* Sets *rest to the arguments other than q, and returns their number. */
int without_codes(evaluator *ev, const given *list, int n, given **rest);
/* Sets *q from the arguments of an input of that type, if it has any. False after an error. */
bool take_input_codes(evaluator *ev, const given *list, int n, elem_type type, quant *q);

/* --- labels.c */

/* Reports that a label's braces name `name`, which is no let, param or counter. `sc` may be NULL. */
void report_label_name(evaluator *ev, const scope *sc, const char *name, loc at);
/* The text of a label with its interpolations filled in; NULL after an error. */
const char *eval_label(evaluator *ev, const scope *s, const label *l);
/* `prefix` and `inner`, joined by the naming's sign (. for torch, / for keras) unless `prefix` ends in a
 * sign. More than MAX_LABEL bytes are an error, and stop the evaluation. */
const char *join_labels(evaluator *ev, loc at, const char *prefix, const char *inner);
/* Adds a node to the graph, with the label `own` behind `prefix`; where `own` is NULL, or nothing is left to
 * name it, its last part is OP_K, the K-th node of its op. Returns the node, or POISONED_TENSOR after an error.
 */
int add_node(evaluator *ev, op_kind op, const int *in, int n_in, const attrs *a, const char *prefix,
             const char *own, loc at);
/* Attributes with their first values, and with the naming in force. */
attrs new_attrs(const evaluator *ev);

/* --- statements.c */

/* Adds the variable of a `let` to the scope. */
void eval_let(evaluator *ev, place *p, const stmt *st);
/* Whether a `require` holds; false after an error. */
bool eval_require(evaluator *ev, const place *p, const stmt *st);
/* The tensor of that name, or POISONED_TENSOR after an error. A formal may stand for a tensor. */
int named_tensor(evaluator *ev, const scope *s, const char *name, loc at);

/* --- apply.c */

/* Applies a layer or block to the tensor x. Returns the tensor that leaves it, or POISONED_TENSOR after an
 * error. */
int apply_callable(evaluator *ev, const place *p, const callable *what, const given *list, int n,
                   const char *label, loc at, int x);
/* The layer or block that `name` stands for; false after an error. */
bool find_callable(evaluator *ev, const scope *s, const char *name, loc at, callable *found);
/* Reports an unknown layer or block, with the nearest name that is known. */
void report_unknown_layer(evaluator *ev, const char *name, loc at);

/* --- body.c */

/* Evaluates the net: adds its nodes, inputs and outputs to ev->g. */
int eval_net(evaluator *ev, const item *net);

/* --- structure.c */

typedef int (*structure)(evaluator *ev, const place *p, const call *c, int x);
/* The function for residual, scale, concat, split, branch, add or mul; NULL for other names. */
structure find_structure(const char *name);
void add_structure_words(word_list *l);

/* --- lint.c */

/* Reports errors in the parts that were not evaluated, then warns of names that are never used. `net` may be
 * NULL: the file is a library. */
void lint_program(evaluator *ev, const source *main_file, const item *net);

/* --- lint_padding.c */

/* Warns if the padding and the naming of the checkpoint seem to come from different libraries. */
void lint_padding(evaluator *ev);

/* --- stage.c */

/* Makes the instances of a stage, one behind the other. Takes the tensor that enters the first and returns the
 * one that leaves the last; POISONED_TENSOR after an error. */
int eval_stage(evaluator *ev, const place *p, const stmt *st, int x);

#endif
