/* model.h: a TensorFlow Lite file in memory, as structs. Nothing of it is folded or computed here, so that the
 * integer side of the format finds types, scales and zero points as the file has them. */
#ifndef LCC_TFLITE_MODEL_H
#define LCC_TFLITE_MODEL_H

#include "base/diag.h"
#include "import/constant.h"
#include "tflite/flatbuffer.h"

/* real = scale * (q - zero_point). There is one scale for the tensor, or one for each place along an axis. */
typedef struct quantization {
    flat_vector scales;      /* floats; none: the tensor is not quantised */
    flat_vector zero_points; /* 64-bit integers, as many as scales, or none, which stands for zeros */
    int axis;
} quantization;

typedef struct tflite_tensor {
    const char *name;      /* "" where the file has none */
    int type_code;         /* as the file has it */
    number_type type;      /* NUMBER_NONE: a type that is not read */
    flat_vector dims;      /* 32-bit integers */
    flat_vector signature; /* the same with -1 where a size is open; may be missing */
    quantization q;
    const unsigned char *data; /* of a constant; NULL: it is none */
    uint64_t size;             /* of `data`, in bytes */
    bool is_sparse, is_variable;
} tflite_tensor;

typedef struct tflite_operator {
    int code;           /* its number among the builtin operators; BUILTIN_CUSTOM for others */
    const char *custom; /* the name of such a one; else NULL */
    int options_type;
    flat_table options;
    flat_vector custom_options;  /* bytes */
    flat_vector inputs, outputs; /* indices of tensors; -1: left out */
} tflite_operator;

/* A name that the file gives to an input or output, beside that of its tensor. */
typedef struct signature_port {
    const char *name;
    int64_t tensor;
} signature_port;

typedef struct model {
    flat_buffer file;
    tflite_tensor *tensors;
    int n_tensors;
    tflite_operator *operators;
    int n_operators;
    flat_vector inputs, outputs; /* indices of tensors */
    signature_port *input_names, *output_names;
    int n_input_names, n_output_names;
    int n_subgraphs; /* of which the first was read */
} model;

/* Reads the model in the bytes, which must outlive it. Structs come from `a`. False after an error at `at`. */
bool tfl_parse_model(model *m, arena *a, diag *d, loc at, const unsigned char *bytes, size_t size);

/* "INT8": what the schema calls an element type. */
const char *name_tensor_type(arena *a, int type_code);

#endif
