/* samples.h: the inputs of a network from .npy files. */
#ifndef LCC_SAMPLES_H
#define LCC_SAMPLES_H

#include "driver/driver.h"

#include "weights/npy.h"

/* What a file holds for one input: one sample, of the input's shape [h, w, c], or several, [n, h, w, c]. */
typedef struct samples {
    mapping file;
    npy_array array;
    int64_t count;
    bool has_count; /* the file's shape begins with n */
} samples;

/* Whether `option` was given a file for each input of the network; else an error. */
bool check_sample_files(job *j, const char *option, const words *files);

/* Reads them: as many samples in each. False after errors; close_samples in any case. */
bool read_samples(job *j, const words *files, samples *in);
void close_samples(const job *j, samples *in);

/* Sample `index` as the interpreter takes it. */
const double *const *sample_inputs(const graph *g, const samples *in, int64_t index, arena *a);

#endif
