/* samples.h: reads the inputs of a network from .npy files. */
#ifndef LCC_SAMPLES_H
#define LCC_SAMPLES_H

#include "driver/driver.h"

#include "weights/npy.h"

/* The samples of a file for one input: one, of the input's shape [h, w, c], or several, [n, h, w, c]. */
typedef struct samples {
    mapping file;
    npy_array array;
    int64_t count;
    bool has_count; /* the file's shape begins with n */
} samples;

/* Whether `option` was given a file for each input of the network; false after an error. */
bool check_sample_files(job *j, const char *option, const words *files);

/* Opens the file of each input into in[]. All must have the same number of samples. False after errors: a file
 * cannot be read, has another shape, or has an element that the input's type cannot hold. close_samples is
 * called in any case. */
bool read_samples(job *j, const words *files, samples *in);
void close_samples(const job *j, samples *in);

/* Sample `index` of all inputs as the interpreter takes it, in `a`. */
const double *const *sample_inputs(const graph *g, const samples *in, int64_t index, arena *a);

#endif
