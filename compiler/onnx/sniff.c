/* sniff.c: tells an ONNX file from others. An lcc that is built without ONNX has this file, too. */
#include "onnx/onnx.h"

#include <string.h>

/* A ModelProto begins with field 1 (ir_version), a small number. Another field of the message follows: 2 to 4
 * (producer_name, producer_version, domain), 5 (model_version), 6 (doc_string), 7 (graph), 8 (opset_import) or
 * 14 (metadata_props). Byte 2 is that field's number times eight, plus 2 where it has a length. No text begins
 * with byte 8. */
bool onnx_sniff(const unsigned char *head, size_t size) {
    static const unsigned char tags[] = {18, 26, 34, 40, 50, 58, 66, 114};
    return size >= 3 && head[0] == 8 && head[1] < 32 && memchr(tags, head[2], sizeof tags);
}
