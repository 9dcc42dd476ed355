/* tried_numbers.h: the numbers with which the tests of the runtime try the activations that take some. */
#ifndef LCC_TRIED_NUMBERS_H
#define LCC_TRIED_NUMBERS_H

#define TRIED_SLOPE    0.125f /* a power of two, with which products are exact; the other one is none */
#define TRIED_ALPHA    0.75f
#define TRIED_EXPONENT 0.125f
#define TRIED_LOW      -1.5f
#define TRIED_HIGH     2.25f

#define OTHER_SLOPE    0.3f
#define OTHER_ALPHA    1.3f
#define OTHER_EXPONENT -2.7f
#define OTHER_LOW      0.3f
#define OTHER_HIGH     10.1f

#endif
