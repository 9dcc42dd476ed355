/* sniff.c: telling an ONNX file from others, which a lcc that cannot read one must as well. */
#include "onnx/onnx.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* By its name, or by how a ModelProto begins: field 1 (ir_version), a small number, then field 2
 * (producer_name), 7 (graph) or 8 (opset_import), each with a length. No text begins with byte 8. */
bool onnx_is_model(const char *path) {
    size_t length = strlen(path);
    if (length > 5 && strcmp(path + length - 5, ".onnx") == 0) return true;
    struct stat st;
    unsigned char head[3] = {0};
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return false;
    FILE *f = fopen(path, "rb");
    bool whole = f && fread(head, 1, sizeof head, f) == sizeof head;
    if (f) fclose(f);
    return whole && head[0] == 8 && head[1] < 32 && (head[2] == 18 || head[2] == 58 || head[2] == 66);
}
