/* model.h: an ONNX file in memory. */
#ifndef LCC_ONNX_MODEL_H
#define LCC_ONNX_MODEL_H

#include "onnx/constant.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/map.h"

typedef struct model {
    arena *mem;  /* of the message and of what is folded: gone once the graph is made */
    source *src; /* what messages point at; lives with the graph */
    const char *path;
    Onnx__ModelProto *proto;
    int opset;          /* of the standard's own operators */
    map external;       /* name of a file -> its mapping */
    const char **files; /* their paths */
    int n_files;
} model;

enum { LEAST_OPSET = 9, MOST_OPSET = 17 };

/* Parses the bytes; false after an error. `m` has mem, src and path. */
bool model_parse(model *m, diag *d, const unsigned char *bytes, size_t size);

/* A find_external over the folder of the model; `data` is the model. */
const unsigned char *model_find_external(void *data, const char *location, uint64_t offset, uint64_t size,
                                         const char **why);

/* Closes the files of external data. */
void model_close(model *m);

#endif
