/* words.c: the words of a .net file for what the enums of graph.h name. */
#include "graph/graph.h"

const char *const axis_names[AXES] = {[AXIS_H] = "h", [AXIS_W] = "w", [AXIS_C] = "c"};

const char *const pad_mode_names[PAD_MODE_COUNT] = {
    [PADS_CONSTANT] = "constant", [PADS_REFLECT] = "reflect", [PADS_EDGE] = "edge"};

const char *const block_order_names[BLOCK_ORDER_COUNT] = {[BLOCKS_DCR] = "dcr", [BLOCKS_CRD] = "crd"};

const char *const resize_mode_names[RESIZE_MODE_COUNT] = {
    [RESIZE_NEAREST] = "nearest", [RESIZE_LINEAR] = "linear", [RESIZE_CUBIC] = "cubic"};

const char *const resize_places_names[RESIZE_PLACES_COUNT] = {
    [PLACES_HALF_PIXEL] = "half_pixel",           [PLACES_PYTORCH] = "pytorch_half_pixel",
    [PLACES_ALIGN_CORNERS] = "align_corners",     [PLACES_ASYMMETRIC] = "asymmetric",
    [PLACES_TF_NEAREST] = "tf_half_pixel_for_nn", [PLACES_SYMMETRIC] = "half_pixel_symmetric"};

const char *const resize_rounding_names[RESIZE_ROUNDING_COUNT] = {[ROUND_PREFER_FLOOR] = "round_prefer_floor",
                                                                  [ROUND_PREFER_CEIL] = "round_prefer_ceil",
                                                                  [ROUND_FLOOR] = "floor",
                                                                  [ROUND_CEIL] = "ceil"};
