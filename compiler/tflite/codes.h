/* codes.h: operators on codes: integers that stand for real numbers (graph/quant.h). */
#ifndef LCC_TFLITE_CODES_H
#define LCC_TFLITE_CODES_H

#include "tflite/rules.h"

/* --- quant.c */

/* Whether the tensor holds codes, of whatever type. */
bool is_quantised(const tflite_tensor *t);

/* The scale and zero point of a tensor of codes, and their type, int8 or uint8. NULL, or what is wrong with
 * them: another type, several scales, numbers out of range. */
const char *find_codes(arena *a, const tflite_tensor *t, quant *q, elem_type *type);
/* The same; false after an error at the node at work. */
bool read_codes(importer *im, const tflite_tensor *t, quant *q, elem_type *type);

/* Which inputs of an operator are what, and the axis of the weights that counts the output channels. */
typedef struct layer_inputs {
    int x, weights, bias;
    int axis;
} layer_inputs;

/* Checks types, scales and zero points of a layer's weights and bias, where `y` is how its output is scaled.
 * False after an error. */
bool check_layer_codes(importer *im, const tflite_op *op, const layer_inputs *l, const quant *y);

/* Gives the layer that is output 0 the scales of its weights. */
bool fill_weight_scales(importer *im, const tflite_op *op, const layer_inputs *l);

/* --- codes.c */

/* Whether an input of the node at work holds codes. */
bool reads_codes(const importer *im);

/* Replaces the constants among the inputs that are codes by such whose numbers are the codes. False after an
 * error. */
bool take_constants_as_codes(tflite_file *f, file_node *n);

/* Imports the operator at work, whose inputs hold codes. `r` is its row. False after an error. */
bool tfl_make_of_codes(importer *im, const tflite_op *op, const op_rule *r);

/* Whether it may make codes of uint8: it changes their type, or moves them. */
bool tfl_makes_uint8(int operator_code);

/* Whether no output of the operator at work, whose inputs hold no codes, must hold codes. False after an error.
 */
bool check_outputs_are_no_codes(importer *im, const tflite_op *op);

#endif
