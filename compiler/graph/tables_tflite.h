/* tables_tflite.h: TensorFlow Lite's activations on int8 codes. tables.c alone asks for them. */
#ifndef LCC_TABLES_TFLITE_H
#define LCC_TABLES_TFLITE_H

#include "graph/tables.h"

/* Fills the table with what the reference kernel of TensorFlow Lite Micro computes. False where it has none for
 * this activation, or none for these scales. */
bool tflite_table(op_kind act, act_args args, const quant *x, const quant *y, int8_t table[TABLE_CODES]);

#endif
