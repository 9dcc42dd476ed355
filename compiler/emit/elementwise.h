/* elementwise.h: what elementwise.c, which has the loops, and elementwise_codes.c share. */
#ifndef LCC_EMIT_ELEMENTWISE_H
#define LCC_EMIT_ELEMENTWISE_H

#include "emit/codes.h"

typedef struct elementwise {
    const plan_step *s;
    const node *n;
    const run *runs[2];
    int64_t pixel[2]; /* elements between pixels; 0: broadcast */
    elem_type type;   /* of the first operand */
    int64_t y_pixel;
    int begin;       /* of the run, in the output's channels */
    int64_t scales;  /* affine: floats from w to the run's scales */
    bool flat;       /* all pixels and channels are one long row */
    code_factors by; /* on codes: mul, requantize */
} elementwise;

/* base + p * pixel + at + begin; without the pixels where the tensors are one long row. */
const char *address_at(arena *a, const char *base, int64_t pixel, const char *at, bool flat, int64_t begin);

/* Where an element of operand i, x or z, and of the output lies. */
const char *element_operand(arena *a, const elementwise *k, int i, const char *at);
const char *element_result(arena *a, const elementwise *k, const char *at);

/* Whether the node's step computes code by code, with emit_code_element as its body. */
bool computes_codes(const node *n);
void emit_code_element(emitter *e, writer *w, piece x, const char *at, void *data);

/* The loops over the channels, and in them over the pixels: what a channel has for all of its pixels stays in
 * registers, and without a cache it does not matter that these lie apart. */
void emit_code_channels(emitter *e, writer *w, const elementwise *k, int64_t pixels);

/* Whether a constant of the step depends on the channel. */
bool has_channel_constants(const emitter *e, const node *n);

/* Declares the tables of such constants, and sets k->by. */
void declare_channel_constants(emitter *e, writer *w, elementwise *k);

/* The real numbers of the codes that were loaded as floats, `v`: scale * (v - zero). */
const char *dequantized_text(const emitter *e, const elementwise *k, piece x, const char *v, const char *at);

#endif
