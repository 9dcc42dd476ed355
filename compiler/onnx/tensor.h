/* tensor.h: the constants that an ONNX file holds. */
#ifndef LCC_ONNX_TENSOR_H
#define LCC_ONNX_TENSOR_H

#include "import/constant.h"
#include "onnx/model.h"

/* The constant that a TensorProto holds, with its data where they lie: in the message, or in a file of external
 * data, which the model keeps open. False where its type, shape and bytes do not agree; *why then says so. */
bool read_tensor(arena *a, const Onnx__TensorProto *t, model *m, constant *out, const char **why);

/* The element type of that number in ONNX; NUMBER_NONE where it is not read. */
number_type find_number_type(int data_type);

#endif
