/* ast.h: the tree that the parser builds of a file, in an arena, exactly as the file is written.
 *
 * The tree has no meaning yet: no name is looked up, no number is checked, and no block is known. Every list is
 * linked through `next`, in the order of the file. Every node keeps its place in the source for messages. */
#ifndef LCC_LANG_AST_H
#define LCC_LANG_AST_H

#include "base/arena.h"
#include "base/diag.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum expr_kind {
    EXPR_INT,
    EXPR_REAL,
    EXPR_BOOL,
    EXPR_STRING,
    EXPR_IN, /* the tensor that enters the block */
    EXPR_NAME,
    EXPR_CALL,        /* name(args) */
    EXPR_LIST,        /* [items] */
    EXPR_MEMBER,      /* a.name */
    EXPR_INDEX,       /* a[b] */
    EXPR_UNARY,       /* op a */
    EXPR_BINARY,      /* a op b */
    EXPR_CHOICE,      /* a ? b : c */
    EXPR_ALTERNATIVES /* (a | b), (a .. b step c): --fit chooses one of them */
} expr_kind;

typedef enum operator_kind {
    OPERATOR_OR,
    OPERATOR_AND,
    OPERATOR_NOT,
    OPERATOR_EQ,
    OPERATOR_NE,
    OPERATOR_LT,
    OPERATOR_GT,
    OPERATOR_LE,
    OPERATOR_GE,
    OPERATOR_ADD,
    OPERATOR_SUB,
    OPERATOR_MUL,
    OPERATOR_DIV,
    OPERATOR_FLOOR_DIV,
    OPERATOR_MOD,
    OPERATOR_POW,
    OPERATOR_NEGATE
} operator_kind;

/* 64 bytes, so that the tree of a hostile file of MAX_TOKENS tokens still fits in memory. */
typedef struct expr {
    unsigned char kind;     /* expr_kind */
    unsigned char operator; /* operator_kind, of EXPR_UNARY and EXPR_BINARY */
    loc at;
    struct expr *next; /* in a list or a table row */
    union {
        int64_t integer;
        double real;
        bool truth;
        struct {
            const char *name; /* EXPR_STRING's text, EXPR_NAME, EXPR_CALL, EXPR_MEMBER */
            struct arg *args; /* EXPR_CALL */
            struct expr *of;  /* EXPR_MEMBER */
        };
        struct expr *items; /* EXPR_LIST */
        struct {
            struct expr *a, *b, *c;
        };
        struct {
            struct expr *alternatives; /* EXPR_ALTERNATIVES; those of a range are written out */
            struct expr *next_choice;  /* of the file, for the parser */
            int number;                /* how many choices the file has before this one */
            bool may_stand;            /* it is a cell of a stage or the default of a param */
        };
    };
} expr;

/* An argument of a call: [name =] value. */
typedef struct arg {
    struct arg *next;
    const char *name; /* NULL: by position */
    expr *value;
    loc at;
} arg;

/* name [= value]: a formal parameter, or a setting of `default`, `compound` or `set`; or name [in value], a
 * list, of `search`. */
typedef struct named {
    struct named *next;
    const char *name;
    loc at;
    expr *value; /* NULL: none */
} named;

typedef struct label {
    const char *text; /* with its {interpolations} */
    loc at;
} label;

/* name(args) @"label" { body } */
typedef struct call {
    struct call *next; /* the next call of the chain, behind -> */
    const char *name;
    loc at; /* of name and arguments */
    arg *args;
    const label *label;      /* NULL: none */
    const struct body *body; /* NULL: none */
} call;

typedef struct column {
    struct column *next;
    const char *name, *function; /* function: applied to each cell; NULL: none */
    loc at;
} column;

typedef struct row {
    struct row *next;
    expr *cells;
    loc at;
} row;

typedef struct table {
    column *columns;
    row *rows;
} table;

typedef struct body {
    struct stmt *first;
    loc at;
} body;

typedef enum stmt_kind {
    STMT_LET,
    STMT_REQUIRE,
    STMT_IF,
    STMT_INPUT,
    STMT_FROM,
    STMT_STAGE,
    STMT_CHAIN,
    STMT_OUTPUT,
    STMT_KINDS
} stmt_kind;

typedef struct stmt {
    struct stmt *next;
    stmt_kind kind;
    loc at;
    const char *name; /* let, input, from, stage, output; the name behind `as` of a chain, or NULL */
    loc name_at;
    const char *word; /* require: the message; input: the type */
    loc word_at;
    expr *value;        /* let, require, if: the condition */
    expr *dims;         /* input */
    arg *args;          /* input: behind its sizes */
    call *chain;        /* input, from, chain */
    const body *then;   /* if */
    const body *other;  /* if: behind else, or NULL; `else if` is a body of one statement */
    const label *label; /* stage */
    const table *table; /* stage */
} stmt;

typedef enum item_kind {
    ITEM_IMPORT,
    ITEM_PARAM,
    ITEM_COMPOUND,
    ITEM_VARIANTS,
    ITEM_VARIANT,
    ITEM_DEFAULT,
    ITEM_SET,
    ITEM_SEARCH,
    ITEM_FN,
    ITEM_BLOCK,
    ITEM_NET
} item_kind;

typedef struct item {
    struct item *next;
    item_kind kind;
    loc at;
    const char *name; /* import: the file */
    loc name_at;
    expr *value;        /* param, compound, fn */
    expr *choices;      /* param: in [..], or NULL */
    named *named;       /* formals of fn and block; settings of default, compound and set; params of search */
    const body *body;   /* block, net */
    const table *table; /* variants */
} item;

#endif
