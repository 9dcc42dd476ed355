/* signature.h: the parameters of an emitted function together with the arguments of its call.
 *
 * The file of a kernel builds one list. It is printed twice: as parameters where the function is defined, and
 * as arguments where it is called. So the two always have the same length and order, and whatever must be known
 * about a call (whether it uses the arena, for example) is read from the list and not from the printed text. */
#ifndef LCC_SIGNATURE_H
#define LCC_SIGNATURE_H

#include "base/arena.h"
#include "plan/plan.h"

typedef struct emitter emitter;

enum { NO_BUFFER = -1 };

/* Whether the function only reads what a pointer points to: such a pointer is const. */
typedef enum access { READS, WRITES } access;

typedef struct parameter {
    const char *type; /* in C: of the value, or of the elements that a pointer points to */
    bool is_pointer, is_const;
    const char *name;
    const char *header_name; /* in the file's header, where it is another; or NULL */
    const char *argument;    /* the expression that the call passes */
    int buffer;              /* the buffer of the plan that a pointer points into, or NO_BUFFER */
    bool may_be_idle;        /* some bodies have no use for it: they then say (void)name, against warnings */
} parameter;

typedef struct signature {
    parameter *list; /* grows in the arena */
    int n, room;
    bool stays_call; /* the function is not inlined */
} signature;

/* A call of an emitted function. */
typedef struct kernel_call {
    const char *function;
    signature passed;
} kernel_call;

void add_parameter(arena *a, signature *s, parameter p);
void add_pointer(arena *a, signature *s, access how, const char *type, const char *name, const char *argument);
void add_value(arena *a, signature *s, const char *type, const char *name, const char *argument);

/* Says of the parameter that was added last that some bodies have no use for it. */
void mark_idle(signature *s);

/* The C expression for where a buffer of the plan begins: "AT(4096)", "image". The C type of its elements. */
const char *buffer_text(const emitter *e, int buffer);
const char *buffer_type(const emitter *e, int buffer);

/* A pointer into a buffer of the plan, to its element `begin` or as an expression says. Its type is that of the
 * buffer's elements. */
void add_pointer_into(const emitter *e, signature *s, access how, const char *name, int buffer, int64_t begin);
void add_pointer_at(const emitter *e, signature *s, access how, const char *name, int buffer,
                    const char *argument);

/* A pointer to the one run of an operand that has no more; one, named y, to where a step puts its output. */
void add_run(const emitter *e, signature *s, const char *name, const operand *o);
void add_result(const emitter *e, signature *s, const plan_step *step);

/* "const float *x, float *y"; "void" where the list is empty. */
const char *parameters_text(arena *a, const signature *s);

/* "AT(0), probs" */
const char *arguments_text(arena *a, const signature *s);

/* "dense_64_to_10(AT(0), WEIGHTS(1234), probs)" */
const char *call_text(arena *a, const kernel_call *c);

/* The distinct buffers that an operand reads, in the order of its runs. */
typedef struct sources {
    int n;
    int *buffers;       /* [n] */
    const char **names; /* [n]: of the parameters that point to them */
    int *of_run;        /* [n_runs]: for each run of the operand, which of the n it reads */
} sources;

/* Names the parameters x0, x1, .. where `name` is "x". A single source is named x, unless `always_numbered`. */
sources find_sources(arena *a, const operand *o, const char *name, bool always_numbered);

/* A pointer to each of the sources. */
void add_sources(const emitter *e, signature *s, const sources *from);

#endif
