/* stored.c: the sizes of numbers and the rules for names of tensors, which all formats of weight files share.
 */
#include "weights/checkpoint.h"

#include <string.h>

int format_bytes(number_format f) {
    static const int bytes[] = {[FORMAT_F16] = 2, [FORMAT_BF16] = 2, [FORMAT_F32] = 4,  [FORMAT_F64] = 8,
                                [FORMAT_I8] = 1,  [FORMAT_I32] = 4,  [FORMAT_OTHER] = 0};
    return bytes[f];
}

bool check_tensor_name(arena *a, const char *name, const char **why) {
    size_t length = strlen(name);
    if (length == 0) {
        *why = "a tensor's name is empty";
        return false;
    }
    if (length > STORED_MAX_NAME) {
        *why = arena_printf(a, "a tensor's name has %zu bytes, at most %d are read", length, STORED_MAX_NAME);
        return false;
    }
    for (const char *p = name; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 127) {
            *why = "a tensor's name holds a control character";
            return false;
        }
    }
    return true;
}
