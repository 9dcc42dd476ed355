/* checkpoint.h: a file of named tensors, whatever its format. */
#ifndef LCC_CHECKPOINT_H
#define LCC_CHECKPOINT_H

#include "base/diag.h"
#include "base/file.h"

#include <stdbool.h>
#include <stdint.h>

/* The number formats that weights are read from. Of tensors in other formats only the name is used. */
typedef enum number_format {
    FORMAT_F16,
    FORMAT_BF16,
    FORMAT_F32,
    FORMAT_F64,
    FORMAT_I8,
    FORMAT_I32,
    FORMAT_OTHER
} number_format;

enum {
    STORED_MAX_RANK = 8,
    STORED_MAX_NAME = 1024,      /* bytes of a tensor's name */
    STORED_MAX_TENSORS = 200000, /* in one file */
};

typedef struct checkpoint checkpoint;

typedef struct stored {
    const char *name;      /* as in the file (of a member of an .npz, without its ".npy") */
    const char *key;       /* by which it is found: the name without a ":0" at its end, changed by --rename */
    const char *type_name; /* as in the file: "BF16", "f4" */
    number_format format;
    int rank;
    int64_t dims[STORED_MAX_RANK];
    int64_t count;
    bool fortran_order; /* the first index runs fastest */
    bool described;     /* type and shape are known: checkpoint_describe */
    uint64_t place;     /* safetensors: offset of its data in the file; npz: its index in the archive */
    checkpoint *file;
} stored;

struct checkpoint {
    source src; /* the file, for messages */
    const unsigned char *bytes;
    size_t size;
    mapping map;
    struct zip *archive;   /* npz, else NULL */
    unsigned char *buffer; /* npz: for inflating a chunk or an array's header */
    stored *tensors;       /* sorted by key; no key is there twice */
    int n_tensors;
};

/* Opens a file, whose format its content tells. NULL after an error. */
checkpoint *checkpoint_open(arena *a, diag *d, const char *path);

/* checkpoint_open for bytes in memory, which must outlive the checkpoint. */
checkpoint *checkpoint_parse(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size);

void checkpoint_close(checkpoint *c);

/* Sorts the tensors by key. False, and *why, if two have the same key. */
bool checkpoint_sort(arena *a, checkpoint *c, const char **why);

/* Makes sure that the type and the shape of `t` are known. Those in an .npz are not read before this call.
 * False, and *why, if the member is damaged. */
bool checkpoint_describe(arena *a, stored *t, const char **why);

/* `tensor "features.0.weight" of model.npz`, with which messages about a tensor of a file begin. `name`: its
 * name in the message. */
const char *show_origin(arena *a, const stored *t, const char *name);

/* Passes the elements of `t` to `take` in chunks of `count` elements, in the order of the file. A compressed
 * member is never in memory as a whole. False, and *why, if the file has other data than it claims. */
typedef void (*take_elements)(void *data, const unsigned char *bytes, int64_t count);
bool checkpoint_read(arena *a, const stored *t, take_elements take, void *data, const char **why);

/* stored.c. The size of a number in bytes; 0 for FORMAT_OTHER. */
int format_bytes(number_format f);

/* Whether a name can be used: not empty, at most STORED_MAX_NAME bytes, no control characters. False, and *why,
 * if not. */
bool check_tensor_name(arena *a, const char *name, const char **why);

/* The formats. Opening fills c->tensors, in any order, with the names and whatever else the format tells at
 * once. False, and *why, if the file is damaged. */
bool safetensors_open(arena *a, checkpoint *c, const char **why);
bool npz_open(arena *a, checkpoint *c, const char **why);
bool npz_describe(arena *a, stored *t, const char **why);
bool npz_read(arena *a, const stored *t, take_elements take, void *data, const char **why);

#endif
