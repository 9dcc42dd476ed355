/* fold.h: what the kernels share that work along axes: sums, largest values and the like of the elements that
 * belong together (graph/along.h), and lines for each of these elements.
 *
 * The elements of a place begin at `a`, and those of the result at `b`, which are pointers of the emitted code.
 * Where the walk goes across the innermost axis, a fold makes a float; else it makes a vector, inside the lines
 * for one vector of channels. */
#ifndef LCC_EMIT_FOLD_H
#define LCC_EMIT_FOLD_H

#include "emit/internal.h"
#include "graph/along.h"

typedef enum fold_kind { FOLD_SUM, FOLD_PRODUCT, FOLD_MOST, FOLD_LEAST } fold_kind;

typedef enum fold_term {
    TERM_VALUE,
    TERM_SIZE,   /* |x| */
    TERM_SQUARE, /* x^2 */
    TERM_SPREAD, /* (x - centre)^2 */
    TERM_POWER   /* exp(x - centre) */
} fold_term;

typedef struct fold {
    fold_kind kind;
    fold_term term;
    const char *name;   /* of the result */
    const char *centre; /* a float or a vector, like the result; or NULL */
    bool stores;        /* each term goes into b, at the place of its element */
} fold;

/* Writes the lines of a fold across the innermost axis. */
void emit_fold_across(emitter *e, writer *w, const along *k, const fold *f);

/* Writes the lines of a fold for the vector `x` of channels, which begins at channel `at`. */
void emit_fold_channels(emitter *e, writer *w, const along *k, const fold *f, piece x, const char *at);

/* Writes `body` for all elements of a place, across the innermost axis; or for those of a vector of channels.
 * `at` is then the expression for where a vector begins, from `a` and from `b`. */
void emit_each_across(emitter *e, writer *w, const along *k, lanes_body body, void *data);
void emit_each_step(emitter *e, writer *w, const along *k, piece x, const char *at, lanes_body body,
                    void *data);

/* base + i * step + at, where i counts the steps. */
const char *along_address(emitter *e, const char *base, const along *k, const char *at);

/* The text of a function of the runtime on one float: its value in all lanes of the narrowest vector. */
const char *scalar_text(emitter *e, const char *function, const char *v);

/* "f32x8_set1(v)" where v is a float; v where it is a vector. */
const char *spread_text(emitter *e, const along *k, piece x, const char *v);

#endif
