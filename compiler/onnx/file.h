/* file.h: an ONNX file while it is imported. */
#ifndef LCC_ONNX_FILE_H
#define LCC_ONNX_FILE_H

#include "import/importer.h"
#include "onnx/model.h"
#include "onnx/onnx.h"

typedef struct onnx_file {
    importer im;
    model m;
    const given_ports *given;
    map values; /* from the names in the file to a file_value each */
} onnx_file;

/* file.c. The value of that name; NULL where there is none yet. */
file_value *find_value(const onnx_file *f, const char *name);
/* The same, made where there is none. NULL for the empty name, by which a node leaves an input or output out.
 */
file_value *name_value(onnx_file *f, const char *name);

/* inline.c. Replaces the nodes that call functions of the file by the nodes of these. False after an error. */
bool inline_functions(onnx_file *f);

/* inputs.c. Adds the network's inputs to the graph. False after an error. */
bool import_inputs(onnx_file *f);

#endif
