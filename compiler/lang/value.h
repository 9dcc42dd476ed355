/* value.h: the values that expressions of the language have. */
#ifndef LCC_LANG_VALUE_H
#define LCC_LANG_VALUE_H

#include "base/arena.h"
#include "base/diag.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum value_kind {
    VALUE_POISON, /* the result of a reported error; nothing more is reported about it */
    VALUE_INT,
    VALUE_REAL,
    VALUE_BOOL,
    VALUE_STRING,
    VALUE_WORD, /* same, torch, nearest: names that layers understand */
    VALUE_LIST,
    VALUE_TENSOR,
    VALUE_LAYER /* a layer or a block, perhaps with arguments: `act = relu6` */
} value_kind;

/* A tensor is the index of a node of the graph, or one of these. */
enum { NO_TENSOR = -1, POISONED_TENSOR = -2 };

typedef struct value {
    value_kind kind;
    int count; /* VALUE_LIST */
    union {
        int64_t integer;
        double real;
        bool truth;
        const char *text;
        const struct value *items;
        int tensor;
        const struct callable *layer;
    };
} value;

/* A value given to a layer, block or function. */
typedef struct given {
    const char *name; /* NULL: by position */
    value v;
    loc at;
} given;

/* A layer of the language or a block, with the arguments that were given with it: `act = leaky_relu(0.1)`. */
typedef struct callable {
    const char *name;
    const struct layer *layer; /* one of layer and block is NULL */
    const struct block *block;
    const given *bound;
    int n_bound;
} callable;

static inline value poison(void) { return (value){.kind = VALUE_POISON}; }
static inline value int_value(int64_t n) { return (value){.kind = VALUE_INT, .integer = n}; }
static inline value real_value(double x) { return (value){.kind = VALUE_REAL, .real = x}; }
static inline value bool_value(bool t) { return (value){.kind = VALUE_BOOL, .truth = t}; }
static inline value text_value(value_kind kind, const char *s) { return (value){.kind = kind, .text = s}; }
static inline value tensor_value(int x) { return (value){.kind = VALUE_TENSOR, .tensor = x}; }

static inline bool is_poison(value v) { return v.kind == VALUE_POISON; }
static inline bool is_number(value v) { return v.kind == VALUE_INT || v.kind == VALUE_REAL; }
/* The number as a double; only for numbers. */
static inline double as_real(value v) { return v.kind == VALUE_INT ? (double)v.integer : v.real; }

/* Sets *n to `v` if it is a whole number that an int64_t can hold; else false. */
bool whole_number(value v, int64_t *n);

/* The text of a value in labels: 12, 0.25, true, same, [1, 2]; strings without quotes. */
const char *show_value(arena *a, value v);
/* The text of a value in messages: strings have their quotes. */
const char *quote_value(arena *a, value v);
/* The kind of a value in messages: "a number", "a tensor". */
const char *value_kind_name(value_kind kind);

#endif
