/* sniff.c: tells an ONNX file from others. An lcc that is built without ONNX has this file, too. */
#include "onnx/onnx.h"

/* A ModelProto begins with field 1 (ir_version), a small number, then field 2 (producer_name), 7 (graph) or 8
 * (opset_import), each with a length. No text begins with byte 8. */
bool onnx_sniff(const unsigned char *head, size_t size) {
    return size >= 3 && head[0] == 8 && head[1] < 32 && (head[2] == 18 || head[2] == 58 || head[2] == 66);
}
