/* operator.h: reading the attributes of a node, and numbers that are attributes in old opsets and inputs in
 * newer ones.
 *
 * Where an attribute does not have the type that is asked for, that is an error, and the function returns the
 * default.
 */
#ifndef LCC_ONNX_OPERATOR_H
#define LCC_ONNX_OPERATOR_H

#include "import/importer.h"
#include "onnx/model.h"

typedef struct onnx_op {
    const Onnx__NodeProto *proto;
    model *m;
} onnx_op;

/* NULL where the node has none of that name. */
const Onnx__AttributeProto *find_attribute(const onnx_op *op, const char *name);
int64_t attribute_int(importer *im, const onnx_op *op, const char *name, int64_t otherwise);
double attribute_float(importer *im, const onnx_op *op, const char *name, double otherwise);
const char *attribute_string(importer *im, const onnx_op *op, const char *name, const char *otherwise);
/* A list of exactly `count` integers for height and width in turn; all are `otherwise` where the node has none.
 * Where the maps of the node have no axis for the height (im->row), the list is half as long, and those for the
 * height are `otherwise`. False after an error. */
bool attribute_ints(importer *im, const onnx_op *op, const char *name, int count, int otherwise, int *out);

/* A list of integers from an attribute (NULL: none), else from input `i` (-1: none). *count is 0 where the node
 * has neither. NULL after an error. */
int64_t *read_list(importer *im, const onnx_op *op, const char *attribute, int i, int *count);
/* A number from the same places; NAN where the node has neither. False after an error. */
bool read_number(importer *im, const onnx_op *op, const char *attribute, int i, double *out);

#endif
