/* model.h: an ONNX file in memory. */
#ifndef LCC_ONNX_MODEL_H
#define LCC_ONNX_MODEL_H

#include "base/diag.h"
#include "base/file.h"
#include "base/map.h"
#include "onnx/onnx.pb-c.h"

#include <stdbool.h>

typedef struct model {
    arena *mem;  /* holds the message and what is folded, until the graph is made */
    source *src; /* the file, for messages; lives as long as the graph */
    const char *path;
    Onnx__ModelProto *proto;
    int opset;          /* of the standard's own operators */
    map external;       /* from the name of a file of external data to its mapping */
    const char **files; /* the paths of these files */
    int n_files;
} model;

/* The opsets whose operators the rules know. Whether a node is supported is decided node by node. */
enum { LEAST_OPSET = 7, MOST_OPSET = 24 };

/* Parses the bytes. The caller has set mem, src and path. False after an error. */
bool model_parse(model *m, diag *d, const unsigned char *bytes, size_t size);

/* The bytes of a file of external data in the model's folder: `size` of them from `offset` on. NULL where it
 * does not have them; *why then says so. */
const unsigned char *model_find_external(model *m, const char *location, uint64_t offset, uint64_t size,
                                         const char **why);

/* Closes the files of external data. */
void model_close(model *m);

#endif
