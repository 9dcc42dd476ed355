/* checkpoint.h: a file of named tensors, whatever its format. */
#ifndef LCC_CHECKPOINT_H
#define LCC_CHECKPOINT_H

#include "base/diag.h"
#include "base/file.h"

#include <stdbool.h>
#include <stdint.h>

/* Number formats that weights are taken from; tensors of others are kept by name only. */
typedef enum number_format { FORMAT_F16, FORMAT_BF16, FORMAT_F32, FORMAT_F64, FORMAT_OTHER } number_format;

enum {
    STORED_MAX_RANK = 8,
    STORED_MAX_NAME = 1024,      /* bytes of a tensor's name */
    STORED_MAX_TENSORS = 200000, /* in one file */
};

typedef struct checkpoint checkpoint;

typedef struct stored {
    const char *name;      /* as in the file (a member of an .npz less its ".npy") */
    const char *key;       /* what is looked up: the name less a ":0" at its end, and as --rename makes it */
    const char *type_name; /* as the file says it: "BF16", "f4" */
    number_format format;
    int rank;
    int64_t dims[STORED_MAX_RANK];
    int64_t count;
    bool fortran_order; /* the first index runs fastest */
    bool described;     /* type and shape are known: checkpoint_describe */
    uint64_t place;     /* safetensors: where in the file it begins; npz: its index in the archive */
    checkpoint *file;
} stored;

struct checkpoint {
    source src; /* what messages point at */
    const unsigned char *bytes;
    size_t size;
    mapping map;
    struct zip *archive;   /* npz, else NULL */
    unsigned char *buffer; /* npz: what was inflated last, a chunk or an array's header */
    stored *tensors;       /* sorted by key, each key once */
    int n_tensors;
};

/* Opens a file, known by its content. NULL after an error (in `d`). */
checkpoint *checkpoint_open(arena *a, diag *d, const char *path);

/* The same for bytes in memory, which must outlive the checkpoint. */
checkpoint *checkpoint_parse(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size);

void checkpoint_close(checkpoint *c);

/* Sorts the tensors by key; false, and *why, where two have the same. */
bool checkpoint_sort(arena *a, checkpoint *c, const char **why);

/* Makes sure that the type and shape of `t` are known: those in an .npz are first read here. */
bool checkpoint_describe(arena *a, stored *t, const char **why);

/* `tensor "features.0.weight" of model.npz`: begins each message about a tensor that a file has. `name`: as the
 * message calls it. */
const char *show_origin(arena *a, const stored *t, const char *name);

/* Hands the elements of `t` to `take`, in the order of the file, chunk by chunk (`bytes` holds `count` of
 * them). A compressed member is never whole in memory. False, and *why, where the file does not hold what it
 * claims. */
typedef void (*take_elements)(void *data, const unsigned char *bytes, int64_t count);
bool checkpoint_read(arena *a, const stored *t, take_elements take, void *data, const char **why);

/* stored.c. The bytes of a number; 0 for FORMAT_OTHER. */
int format_bytes(number_format f);

/* A name that can be kept and printed: not empty, not longer than the limit, no control characters. */
bool check_tensor_name(arena *a, const char *name, const char **why);

/* The formats; each fills c->tensors (in any order), with `name` and what it knows. False and *why otherwise.
 */
bool safetensors_open(arena *a, checkpoint *c, const char **why);
bool npz_open(arena *a, checkpoint *c, const char **why);
bool npz_describe(arena *a, stored *t, const char **why);
bool npz_read(arena *a, const stored *t, take_elements take, void *data, const char **why);

#endif
