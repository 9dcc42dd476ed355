/* internal.h: what the files of emit/ share.
 *
 * Each family of kernels has a file, which turns a step into functions and the call of one. Where two layers
 * lead to the same function, they share it. Weights are packed in the order in which the kernels read them,
 * step after step, into one blob; a call passes `weights + offset`. */
#ifndef LCC_EMIT_INTERNAL_H
#define LCC_EMIT_INTERNAL_H

#include "base/map.h"
#include "emit/emit.h"
#include "plan/pack.h"
#include "emit/signature.h"

struct emitter {
    const plan *p;
    const emit_options *o;
    arena *a;
    text functions; /* their definitions, callees first */
    map known;      /* from a function's text, parameters and body, to its name */
    map names;      /* of functions that are defined */
    map hints;      /* from a name that was wanted more than once to the number of the last one, an int */
    struct code_tables *tables; /* of 256 codes: all emitters of a file have the same */
    bool reals;                 /* the network has tensors of real numbers; else no float stands in the file */
    text weights;               /* of all targets, packed: the last emitter has them */
    kernel_call *calls;         /* [n_steps] */
    const char **input_names, **output_names;   /* identifiers for C */
    const char **input_macros, **output_macros; /* the same in capitals, no two alike */
    const char *prefix, *macro;                 /* of symbols, of macros */
    const char *suffix; /* of the target's functions and vectors: "_avx2"; "" where it is the only target */

    /* What all targets of the file share: the largest of each. */
    int64_t arena_bytes, thread_bytes;
    int n_steps;
    bool uses_arena;
    bool shares_steps; /* threads share some step of some target: then there is share_steps beside run_steps */
};

/* ---- writer.c: lines of C, indented by their braces ---- */

typedef struct writer {
    text out;
    int depth;
} writer;

void line(writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool is_identifier_char(char c);

/* The text of base + factors[0] * names[0] + .. + constant: "x + p * 96 + 3". A name whose factor is 0 is left
 * out, and a name that is itself a number is added to the constant. */
const char *expression(arena *a, const char *base, const char *const *names, const int64_t *factors, int n,
                       int64_t constant);

/* The shortest constant that reads back as the same float: "0.166666672f". */
const char *float_text(arena *a, double value);

/* ---- functions.c ---- */

/* Defines a static function with the signature's parameters and this body, unless an equal one stands already,
 * and returns the call of it with the signature's arguments. The function is named `hint`, with a number where
 * that name is taken. `comment` (may be NULL) stands above it. Frees the body's text. */
kernel_call define_call(emitter *e, const char *hint, const char *comment, const signature *s, writer *body);

/* ---- weights.c ----
 *
 * A kernel's weights lie as plan/pack.h says. Its pointer w is one to their element type, and distances are
 * counted in elements: a bias, which may be larger than a weight, takes several. Pairs of bfloat16 count as
 * floats. */

/* Elements of w that a lane of biases takes. */
static inline int bias_units(const pack_layout *l) {
    return type_table[l->bias].bytes / type_table[pack_unit(l)].bytes;
}

/* Elements of w in so many bytes. */
static inline int64_t weight_units(const pack_layout *l, int64_t bytes) {
    return bytes / type_table[pack_unit(l)].bytes;
}

/* The C type of the words of which the weights are made: floats where the network has them, else int32. */
const char *word_type(const emitter *e);

/* "WEIGHTS(16)", "HALVES(32)": the argument for w where weights of this type begin at byte `begin`. */
const char *weights_at(const emitter *e, elem_type type, int64_t begin);

/* "f32x16_relu6(v)" for an activation on an expression. */
const char *activation_text(arena *a, const target *t, int kind, op_kind act, act_args args, const char *v);

/* "x + y", "f32x16_min(x, y)": an op of two tensors on two expressions. binary.c */
const char *binary_text(arena *a, const char *vector, op_kind op, const char *x, const char *y);

/* The load of a vector from elements of `type`, as floats, and the store of one. Only x.valid lanes are
 * touched. ONE_ELEMENT for x.kind: the element at the address, of whatever type. */
enum { ONE_ELEMENT = -1 };
const char *load_text(arena *a, const target *t, piece x, elem_type type, const char *address);
const char *store_text(arena *a, const target *t, piece x, const char *address, const char *v);

/* Calls `body` for `count` neighbouring channels: once inside a loop over full vectors, then for the rest. `at`
 * is where the vector begins, an expression ("c", "32"). */
typedef void (*lanes_body)(emitter *e, writer *w, piece x, const char *at, void *data);
void for_each_vector(emitter *e, writer *w, int count, const char *variable, lanes_body body, void *data);

/* Calls `body` only for the channels behind the last full vector. */
void for_each_rest(emitter *e, writer *w, int count, lanes_body body, void *data);

/* The same for elements of this type that are moved and not computed with: floats by vectors, all others one by
 * one, in a plain loop. */
void for_each_moved(emitter *e, writer *w, elem_type type, int count, const char *variable, lanes_body body,
                    void *data);

/* ---- share.c: a part of a step, which one of the threads takes; all of it where threads do not share the step
 * ----
 */

/* Into how many parts a shared step is cut: "parts", as many as threads take part; or "threads", as many as the
 * run was asked to have, if the bits of the step's sums depend on it. */
const char *count_of_parts(const plan_step *s);

/* Whether a call of the step computes `count` parts, one behind the other. The parts of such a step have sums
 * of their own. One thread that makes the run alone computes all of them by one call: each part goes on with
 * the rows that the one before has kept, and makes none of them again. */
bool takes_several_parts(const plan *p, const plan_step *s);

/* Of how many calls the threads take theirs: "parts", or "threads". */
const char *count_of_shares(const plan *p, const plan_step *s);

/* Adds the parameter others: where the sums of part 1 begin, and behind them those of the parts that follow. */
void add_other_sums(const emitter *e, signature *f, access how, int sums);

/* The sums of a part, which is not 0, by the parameter others. */
const char *sums_of_part(const emitter *e, const char *part);

/* Adds the parameters part and parts, if threads share the step. */
void add_threads(const emitter *e, signature *f, const plan_step *s);

/* Expressions for the first of the part's `units`, and for the one behind its last. */
const char *share_begin(const emitter *e, const plan_step *s, int64_t units);
const char *share_end(const emitter *e, const plan_step *s, int64_t units);

/* Opens a loop over the part's `units`. */
void begin_shared_loop(emitter *e, const plan_step *s, writer *w, const char *variable, int64_t units);

/* for_each_vector over the part. */
void share_vectors(emitter *e, const plan_step *s, writer *w, int count, const char *variable, lanes_body body,
                   void *data);

/* Whether threads share some step. */
bool has_shared_steps(const plan *p);

/* Writes PART and the functions by which threads take parts, if some target of the file needs them. */
void emit_thread_helpers(const emitter *all, text *out);

/* ---- kernels: each defines the functions of a step, packs its weights, and returns the call ---- */
kernel_call emit_gemm(emitter *e, const plan_step *s);
kernel_call emit_window(emitter *e, const plan_step *s);
kernel_call emit_chain(emitter *e, const plan_step *s);
kernel_call emit_global_pool(emitter *e, const plan_step *s);
kernel_call emit_elementwise(emitter *e, const plan_step *s);
kernel_call emit_softmax(emitter *e, const plan_step *s);
kernel_call emit_softmax_of_codes(emitter *e, const plan_step *s);
kernel_call emit_global_pool_of_codes(emitter *e, const plan_step *s);
kernel_call emit_resample_of_codes(emitter *e, const plan_step *s);
kernel_call emit_upsample(emitter *e, const plan_step *s);
kernel_call emit_pad(emitter *e, const plan_step *s);
kernel_call emit_slice(emitter *e, const plan_step *s);
kernel_call emit_copy(emitter *e, const plan_step *s);
kernel_call emit_whole(emitter *e, const plan_step *s);

/* ---- the bodies of steps that take wholes: see whole.c, which calls them by its table ----
 *
 * A body sees its operands as x and z, or as x0, x1, .. if there are more than two; its result as y, its
 * weights as w, and its scratch as `scratch`. All are pointers to floats, or to codes. Each writes its lines to
 * `w`. */
void emit_concat_body(emitter *e, const plan_step *s, writer *w);
void emit_transpose_body(emitter *e, const plan_step *s, writer *w);
void emit_binary_body(emitter *e, const plan_step *s, writer *w);
void emit_kept_along_body(emitter *e, const plan_step *s, writer *w); /* softmax, log_softmax, l2_norm */
void emit_softmax_codes_body(emitter *e, const plan_step *s, writer *w);
void emit_reduce_codes_body(emitter *e, const plan_step *s, writer *w);
void emit_reduce_body(emitter *e, const plan_step *s, writer *w);
void emit_argument_body(emitter *e, const plan_step *s, writer *w); /* argmax, argmin; y is to int32 or float */
void emit_channel_norm_body(emitter *e, const plan_step *s, writer *w); /* layer_norm, rms_norm */
void emit_group_norm_body(emitter *e, const plan_step *s, writer *w);
void emit_lrn_body(emitter *e, const plan_step *s, writer *w);
void emit_matmul_body(emitter *e, const plan_step *s, writer *w);

/* ---- what gemm.c and window.c offer to chain.c: one row of a part ---- */

/* What the call that computes a row of a convolution's output passes: expressions. */
typedef struct gemm_place {
    const char *const *x; /* where the row of the input begins, in each of the operand's sources; staged: one
                             pointer to the rows, float ** */
    const char *w;        /* the step's weights */
    const char *y, *r;    /* where the output's row begins, and the residual's (NULL: there is none) */
} gemm_place;

/* Writes the call that computes one row of a convolution's output. Packs the step's weights, unless the step
 * uses those of another chain. */
void emit_gemm_row(emitter *e, const plan_step *s, writer *w, const gemm_place *at);

/* Writes the lines that copy weights from `from` to `to`, each row times the factor of its input channel. The
 * parameter `scale` points to the factors. */
void emit_scaled_weights(emitter *e, const plan_step *s, writer *w, const char *from, const char *to);

/* Where a window finds its input and puts its output. */
typedef struct window_place {
    const char *const *x; /* the name of the pointer to each source of the operand */
    int ring;             /* where x is a ring of rows, their number; else 0 */
    int64_t w_begin;      /* from w to the step's weights, in elements of w */
    const char *y;        /* the output's row oy begins at y + oy * y_row */
    int64_t y_row;
    const char *const *rows; /* [2]: the first row and the one behind the last; NULL: only the row oy */
    const char *suffix;      /* ends the names of top, ky0 and ky1; or NULL */
    bool shared_channels;    /* threads share the channels */
} window_place;

/* Writes the lines that compute rows of a window's output. Packs the step's weights, unless the step uses those
 * of another chain. */
void emit_window_lines(emitter *e, const plan_step *s, writer *w, const window_place *at);

/* Writes the lines that clear the sums of the channels, where the window adds them up. They come first in the
 * function. */
void emit_sums_begin(emitter *e, const plan_step *s, writer *w);

/* Writes the lines that declare, for the output row `row`, where its window begins in the input (top), and
 * which of the window's rows lie inside (ky0 to ky1 - 1). `suffix` ends the three names. */
void emit_window_bounds(const emitter *e, const plan_step *s, writer *w, const char *row, const char *suffix);

/* ---- names.c ---- */
const char *comment_safe(arena *a, const char *s); /* a copy that cannot end a comment or a line */
const char *upper_case(arena *a, const char *s);
void choose_names(emitter *e); /* of the parameters of run(): the ports', made safe for C and C++ */
const char *describe_step(const emitter *e, int step_index); /* what a step does, for its comment */

/* ---- the file's parts ---- */
void emit_header(const emitter *e, text *out);
void emit_runtime_includes(const emitter *e, text *out);
void emit_runtime(const emitter *e, const text *code,
                  text *out);                   /* the functions of runtime/ that `code` calls */
void emit_weights(const emitter *e, text *out); /* their declaration, or how they come in */

/* Whether the user may choose the sections of the static arena and of the weights: on machines that may have
 * several kinds of memory. And the lines that define <what>_PLACE, the attribute that puts something into the
 * section named by PREFIX_<what>_SECTION, if the user gives one. `what`: "ARENA", "WEIGHTS". */
bool has_sections(const emitter *e);
void emit_section(const emitter *e, const char *what, text *out);

/* Whether the file can order its weights on big-endian machines; and the lines that do it there, in the
 * functions that callers see, before the weights are used. */
bool orders_weights(const emitter *e);
void emit_ready_call(const emitter *e, text *out);

/* byte_order.c: writes ordered_weights and order_weights(), which fills it, for big-endian machines. Where
 * codes are among the weights, it has next_order(), too, which tells for word after word how its bytes are
 * turned. */
void emit_byte_order(const emitter *e, text *out);
bool orders_codes(const emitter *e);

void emit_entry_points(const emitter *all, int n, text *out); /* run, run_in, version, bind */
void emit_selftest(const emitter *all, int n, text *out);
int64_t selftest_bytes(const emitter *e); /* behind the static arena: its inputs, outputs and hashes */
void emit_file(const emitter *all, int n, text *out); /* all of it, for these targets, the weakest first */

/* ---- steps.c ---- */
bool calls_use_arena(const emitter *e); /* whether some call passes a pointer into the arena */
void emit_arena_macros(const emitter *e, text *out);
void emit_calls(const emitter *e, text *out, int step_index); /* one step: comment, hooks, call */
void emit_steps(const emitter *e, text *out);                 /* all steps, to the end of their function */
void emit_step_list(const emitter *e,
                    text *out); /* the target's run_steps; share_steps, where steps are shared */
void emit_one_part(const emitter *e, text *out); /* what a list of calls uses where one thread does all of it */

/* ---- dispatch.c: several targets in one file ----
 *
 * `all`: an emitter for each target, the weakest first. The last one has the weights of all. */

/* A copy of the plan whose target has the suffix behind the names of its vectors. */
const plan *plan_with_suffix(arena *a, const plan *p, const char *suffix);

/* Writes chosen_target(), and run_steps(), which calls the run_steps of the chosen target. */
void emit_choice(const emitter *all, int n, text *out);

/* Writes a switch over the targets. `statements`: one for each, which returns or breaks. */
void emit_target_switch(const emitter *all, int n, const char *const *statements, text *out);

/* The bytes that travel beside the C file with --storage file: a header of FILE_HEADER_BYTES, then the weights.
 */
enum { FILE_HEADER_BYTES = 64 };
uint64_t hash_words(const text *bytes);
void pack_weights_file(text *weights);
int64_t weights_bytes(const emitter *e);

#endif
