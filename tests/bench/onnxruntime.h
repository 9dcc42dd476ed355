/* onnxruntime.h: one network in ONNX Runtime, with one input, of floats or bytes, and one output of floats,
 * both of fixed shapes. */
#ifndef LCC_BENCH_ONNXRUNTIME_H
#define LCC_BENCH_ONNXRUNTIME_H

#include <stddef.h>

typedef struct ort_network ort_network;

/* Loads `library` (libonnxruntime.so.1) and the model. `input` holds as many bytes and `output` as many floats
 * as given; they stay where they are, and belong to the caller. NULL after saying on standard error what is
 * wrong. */
ort_network *ort_open(const char *library, const char *model, int threads, const void *input,
                      size_t input_bytes, float *output, size_t output_floats);

/* Runs the network once, from `input` to `output`. 0, or -1 after saying what is wrong. */
int ort_run(ort_network *network);

/* "1.30.0". */
const char *ort_version(const ort_network *network);

#endif
