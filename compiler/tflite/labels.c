/* labels.c: what a checkpoint would call a layer, from the name of its weights in the file. */
#include "tflite/file.h"
#include "tflite/schema.h"

#include <string.h>

/* TensorFlow joins the names of all that it has put into one tensor, and of other tensors with the same values:
 * "model/bn/FusedBatchNormV3;model/depthwise_conv2d/depthwise". Which of them is the layer's own was found by
 * looking at files: the last convolution, and the first of the others. */
static const struct {
    int code;
    const char *ending;
    bool last;
} layers[] = {{BUILTIN_CONV_2D, "/Conv2D", true},
              {BUILTIN_DEPTHWISE_CONV_2D, "/depthwise", false},
              {BUILTIN_FULLY_CONNECTED, "/MatMul", false},
              {BUILTIN_TRANSPOSE_CONV, "/conv2d_transpose", false}};

enum { LAYERS = sizeof layers / sizeof *layers };

/* The size of the name without that ending; 0 where it has another one, or is nothing else. */
static size_t cut_ending(const char *name, size_t size, const char *ending) {
    size_t n = strlen(ending);
    return size > n && memcmp(name + size - n, ending, n) == 0 ? size - n : 0;
}

/* "conv2d/Kernel_dequantize1" -> that of conv2d/Kernel: what converters append to the names of weights. */
static size_t cut_converted(const char *name, size_t size) {
    static const char *const converted[] = {"_dequantize", "/resource", "/ReadVariableOp", "/read"};
    size_t digits = size;
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') digits--;
    size_t cut = cut_ending(name, digits, converted[0]);
    if (cut) size = cut;
    for (size_t i = 1; i < sizeof converted / sizeof *converted; i++) {
        cut = cut_ending(name, size, converted[i]);
        if (cut) size = cut;
    }
    return size;
}

/* The size of the layer's name in one of the names; 0 where that does not tell. */
static size_t find_scope(const char *name, size_t size, const char *own) {
    const char *const endings[] = {own, "/Kernel", "/kernel", "/weights", "/depthwise_weights"};
    size = cut_converted(name, size);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t scope = cut_ending(name, size, endings[i]);
        if (scope) return scope;
    }
    return 0;
}

const char *label_from_weights(arena *a, int code, const char *name) {
    int k = 0;
    while (k < LAYERS && layers[k].code != code) k++;
    const char *label = NULL;
    while (k < LAYERS && *name && (!label || layers[k].last)) {
        size_t size = strcspn(name, ";"), scope = find_scope(name, size, layers[k].ending);
        if (scope) label = arena_strndup(a, name, scope);
        name += size + (name[size] == ';');
    }
    return label;
}
