/* codes.h: what emitted code says about codes, the integers of quantised tensors.
 *
 * Steps that multiply by no weights compute each code by plain C in int32_t, in loops that compilers turn into
 * vectors: the text is the same for every target, and the arithmetic is runtime/i32.h. The constants are those
 * of graph/integers.h, which has the formulas. */
#ifndef LCC_EMIT_CODES_H
#define LCC_EMIT_CODES_H

#include "emit/internal.h"
#include "graph/integers.h"
#include "graph/tables.h"

/* "i32_clamp(a, b, c)", "i32_avx2_clamp(a, b, c)": the call of a function of runtime/i32.h. */
const char *i32_call(const emitter *e, const char *function, const char *arguments);

/* rescale_apply of an int32_t, by the graph's rounding. */
const char *rescaled_text(const emitter *e, const char *v, rescale by);

/* v, not below range.least and not above range.most. */
const char *clamped_text(const emitter *e, const char *v, code_range range);

/* "v - 3", "v + 3", "v": an int32_t less a zero point, and plus one. */
const char *less_zero(const emitter *e, const char *v, int zero);
const char *plus_zero(const emitter *e, const char *v, int zero);

/* The code in y: clamp(zero + v). */
const char *as_code(const emitter *e, const char *v, int zero, code_range range);

/* Declares a table of integers. */
void declare_list(writer *w, const char *type, const char *name, const int *values, int count);

/* A factor for each channel, in the order in which a kernel takes them: the same for all, or from a table in
 * the function. */
typedef struct code_factors {
    bool same;
    bool all_short; /* the short functions of runtime/i32.h do for all of them */
    rescale by;
} code_factors;

/* Declares the tables "multipliers" and "shifts" for `count` channels, order[i] of `by` at position i, where
 * they are not all the same. */
code_factors declare_factors(emitter *e, writer *w, const rescale *by, const int *order, int count);

/* clamp(zero + rescaled v), for a v of at most 30 bits and a sign. */
const char *rescaled_code(const emitter *e, const char *v, const code_factors *f, const char *at, int zero,
                          code_range range);

/* rescale_apply of an int32_t by the factor of position `at`. */
const char *rescaled_by_text(const emitter *e, const char *v, const code_factors *f, const char *at);

/* The name of the array in the C file with these tables of codes, one behind the other. Equal arrays stand
 * there once. */
const char *table_name(emitter *e, const act_tables *t);

/* The name of the array in the C file with the curves of these tables, one behind the other: see
 * i32xN_look_up_tile of runtime/i32x8_avx2.h for how they lie. */
const char *curves_name(emitter *e, const act_tables *t);

/* Writes the static array table_of[] of the step's function, with the number of each channel's table in this
 * order (NULL: the tensor's), where there are several. */
void declare_table_numbers(emitter *e, writer *w, const act_tables *t, int channels, const int *order);

/* The code that stands in the node's table for the code `v`, of the channel at position `at` of table_of. */
const char *looked_up_text(emitter *e, const act_tables *t, const char *v, const char *at);

/* The sum of the codes x and z, which are expressions: add_codes of graph/integers.h. */
const char *sum_text(const emitter *e, const add_integers *k, const char *x, const char *z, bool subtract);

/* declare_factors for a mul, whose channels the kernel takes in this order; NULL: in the tensor's. */
code_factors declare_product(emitter *e, writer *w, const node *n, const int *order);

/* add, sub, mul, min and max of the codes x and z, which are in the order of the node's inputs. by: of a mul;
 * `at`: the position of the channel. */
const char *joined_codes(emitter *e, const node *n, const code_factors *by, const char *at, const char *x,
                         const char *z);

/* "(int8_t)(v)" as the type of the step's output. */
const char *stored_code(const emitter *e, const plan_step *s, const char *v);

/* The elements first .. end - 1 of `count` that share_vectors gives to a part. */
typedef struct element_share {
    const char *first, *end;
} element_share;

element_share share_of_elements(emitter *e, const plan_step *s, int count);

/* Loops over `count` elements, whose number is `variable`, one at a time: all of them, or the part of them that
 * share_vectors gives to the thread. `body` gets no piece. */
void for_each_element(emitter *e, writer *w, int count, const char *variable, lanes_body body, void *data);
void share_elements(emitter *e, const plan_step *s, writer *w, int count, const char *variable, lanes_body body,
                    void *data);

/* The tables of the file, which all targets share. */
typedef struct code_tables {
    map known; /* from a table's text to its name */
    text out;  /* their definitions */
    int n, n_curves;
    int64_t largest; /* bytes of the largest one */
} code_tables;

#endif
