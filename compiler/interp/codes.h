/* codes.h: the functions of codes_maps.c, which codes.c has in its table. */
#ifndef LCC_INTERP_CODES_H
#define LCC_INTERP_CODES_H

#include "interp/internal.h"

void average_windows(const work *k);
void average_maps(const work *k);
void reduce_codes(const work *k);
void softmax_codes(const work *k);
void resample_codes(const work *k);

#endif
