/* file.h: a TensorFlow Lite file while it is imported. */
#ifndef LCC_TFLITE_FILE_H
#define LCC_TFLITE_FILE_H

#include "import/importer.h"
#include "tflite/model.h"
#include "tflite/tflite.h"

typedef struct tflite_file {
    importer im;
    model m;
    const given_ports *given;
    file_value *values;   /* one for each tensor of the model */
    int halves, integers; /* how many constants were widened from each */
} tflite_file;

/* inputs.c. Adds the network's inputs to the graph. False after an error. */
bool tfl_import_inputs(tflite_file *f);

/* The name that the file gives to an input or output: by its signature, else that of the tensor. */
const char *port_name(const tflite_tensor *t, int64_t index, const signature_port *names, int count);

/* labels.c. What a checkpoint would call the layer of an operator with that code, whose weights have that name.
 * NULL where the name does not tell, or the operator has no weights. */
const char *label_from_weights(arena *a, int code, const char *name);

/* tensor.c */

/* The type, shape and numbers of a constant, where they lie. False where they do not agree, or cannot be read;
 * *why then says so. */
bool read_constant(arena *a, const tflite_tensor *t, constant *c, const char **why);

/* Replaces the integers of a quantised constant by floats, and takes halves for floats. Does nothing to other
 * constants. False after an error. */
bool widen_constant(tflite_file *f, const tflite_tensor *t, file_value *v);

#endif
