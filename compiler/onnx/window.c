/* window.c: the stride, dilation and padding of a convolution or pool. */
#include "onnx/rules.h"

#include "graph/shapes.h"

#include <string.h>

/* Sets the padding that auto_pad names. SAME_LOWER has the odd pixel at the top and left. */
static bool pad_automatically(importer *im, attrs *a, shape in, const char *how) {
    a->padding = strcmp(how, "VALID") == 0 ? PAD_VALID : PAD_SAME;
    if (strcmp(how, "VALID") == 0 || strcmp(how, "SAME_UPPER") == 0) return true;
    if (strcmp(how, "SAME_LOWER") != 0) return node_error(im, "there is no auto_pad of that kind");
    a->padding = PAD_EXPLICIT;
    if (name_padding(a, in) == PAD_EXPLICIT) return true; /* sizes out of range: the shape rule says so */
    same_padding(in.h, a->kernel[0], a->stride[0], a->dilation[0], &a->pad[BOTTOM], &a->pad[TOP]);
    same_padding(in.w, a->kernel[1], a->stride[1], a->dilation[1], &a->pad[RIGHT], &a->pad[LEFT]);
    a->padding = name_padding(a, in);
    return true;
}

bool read_window(importer *im, const onnx_op *op, attrs *a, shape in) {
    int pads[4];
    if (!attribute_ints(im, op, "strides", 2, 1, a->stride) ||
        !attribute_ints(im, op, "dilations", 2, 1, a->dilation))
        return false;
    const char *how = attribute_string(im, op, "auto_pad", "NOTSET");
    if (strcmp(how, "NOTSET") != 0) return pad_automatically(im, a, in, how);
    if (!attribute_ints(im, op, "pads", 4, 0, pads)) return false;
    a->pad[TOP] = pads[0];
    a->pad[LEFT] = pads[1];
    a->pad[BOTTOM] = pads[2];
    a->pad[RIGHT] = pads[3];
    a->padding = name_padding(a, in);
    return true;
}
