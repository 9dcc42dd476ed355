/* foreign_words.c: words of PyTorch and Keras, for hints: what Conv2d, batch_norm or kernel_size is called
 * here. */
#include "lang/eval.h"

#include <string.h>

enum { LONGEST = 40 };

/* Words as plain_word() makes them, sorted by what they are called here. One whose plain form is that of our
 * word, such as MaxPool2d, needs no row. */
static const struct {
    const char *plain, *ours;
} foreign_words[] = {
    {"averagepool", "avg_pool"},
    {"averagepooling", "avg_pool"},
    {"usebias", "bias"},
    {"batchnorm", "bn"},
    {"batchnormalization", "bn"},
    {"cat", "concat"},
    {"concatenate", "concat"},
    {"conv2dtranspose", "conv_transpose"},
    {"deconv", "conv_transpose"},
    {"deconvolution", "conv_transpose"},
    {"fc", "dense"},
    {"fullyconnected", "dense"},
    {"linear", "dense"},
    {"depthmultiplier", "multiplier"},
    {"pixelshuffle", "depth_to_space"},
    {"dequantise", "dequantize"},
    {"dequantizelinear", "dequantize"},
    {"dequantstub", "dequantize"},
    {"depthwiseconv", "depthwise"},
    {"dilationrate", "dilation"},
    {"epsilon", "eps"},
    {"double", "f32"},
    {"float", "f32"},
    {"float32", "f32"},
    {"scalefactor", "factor"},
    {"adaptiveavgpool", "global_avg_pool"},
    {"globalaveragepool", "global_avg_pool"},
    {"globalaveragepooling", "global_avg_pool"},
    {"groupnormalization", "group_norm"},
    {"hardsigmoid", "hsigmoid"},
    {"hardswish", "hswish"},
    {"instancenormalization", "instance_norm"},
    {"i8", "int8"},
    {"qint8", "int8"},
    {"mbconv", "inverted_residual"},
    {"kernelsize", "kernel"},
    {"poolsize", "kernel"},
    {"layernormalization", "layer_norm"},
    {"maxpooling", "max_pool"},
    {"multiply", "mul"},
    {"filters", "out"},
    {"outchannels", "out"},
    {"outfeatures", "out"},
    {"units", "out"},
    {"constantpad", "pad"},
    {"zeropad", "pad"},
    {"zeropadding", "pad"},
    {"quantise", "quantize"},
    {"quantizelinear", "quantize"},
    {"quantstub", "quantize"},
    {"requantise", "requantize"},
    {"separableconv", "separable"},
    {"channelshuffle", "shuffle"},
    {"negativeslope", "slope"},
    {"pixelunshuffle", "space_to_depth"},
    {"seblock", "squeeze_excite"},
    {"squeezeexcitation", "squeeze_excite"},
    {"strides", "stride"},
    {"byte", "uint8"},
    {"quint8", "uint8"},
    {"u8", "uint8"},
    {"interpolate", "upsample"},
    {"resize", "upsample"},
    {"upsampling", "upsample"},
};

/* The word in small letters, without _ and without the number of dimensions at its end: MaxPool2d and max_pool
 * are the same. *out is empty where the word is too long. */
static void plain_word(const char *word, char out[LONGEST + 1]) {
    size_t size = 0;
    for (const char *c = word; *c; c++) {
        if (*c == '_') continue;
        if (size == LONGEST) {
            size = 0;
            break;
        }
        out[size++] = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    }
    bool ends = size > 2 && out[size - 1] == 'd' && out[size - 2] >= '1' && out[size - 2] <= '3';
    out[ends ? size - 2 : size] = 0;
}

const char *foreign_word(const char *word, const word_list *l) {
    char plain[LONGEST + 1], other[LONGEST + 1];
    plain_word(word, plain);
    for (size_t i = 0; *plain && i < l->count; i++) {
        plain_word(l->words[i], other);
        if (strcmp(plain, other) == 0) return l->words[i];
    }
    for (size_t k = 0; k < sizeof foreign_words / sizeof *foreign_words; k++) {
        if (strcmp(plain, foreign_words[k].plain) != 0) continue;
        for (size_t i = 0; i < l->count; i++) {
            if (strcmp(l->words[i], foreign_words[k].ours) == 0) return l->words[i];
        }
    }
    return NULL;
}
