/* value.h: what an expression of the language can be. */
#ifndef LCC_LANG_VALUE_H
#define LCC_LANG_VALUE_H

#include "base/arena.h"
#include "base/diag.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum value_kind {
    VALUE_POISON, /* an error was reported where it arose: everything made of it is silent */
    VALUE_INT,
    VALUE_REAL,
    VALUE_BOOL,
    VALUE_STRING,
    VALUE_WORD, /* same, torch, nearest: names that layers understand */
    VALUE_LIST,
    VALUE_TENSOR,
    VALUE_LAYER /* a layer or a block, perhaps with arguments: `act = relu6` */
} value_kind;

/* Tensors are nodes of the graph, or one of these. */
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

/* A layer of the language (kind), or a block, with the arguments that go with it wherever it is used. */
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

/* The whole number that `v` is, exactly; false where it is none. */
bool whole_number(value v, int64_t *n);

/* As labels show it: 12, 0.25, true, same, [1, 2]; strings as they are. */
const char *show_value(arena *a, value v);
/* The same for messages: strings have their quotes. */
const char *quote_value(arena *a, value v);
/* "a number", "a tensor": for messages. */
const char *value_kind_name(value_kind kind);

#endif
