/* main.c: runs a model once on a machine that has no files: the inputs are part of the program, and the outputs are printed as
 * hexadecimal digits between "<" and ">". "ports.h", which small_machines.py writes, has them, and call_model(). */
#include <stddef.h>
#include <stdint.h>

#include "bare.h"
#include "ports.h"

int main(void) {
    call_model();
    bare_put('<');
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        for (size_t j = 0; j < outputs[i].bytes; j++) {
            bare_put("0123456789abcdef"[outputs[i].at[j] >> 4]);
            bare_put("0123456789abcdef"[outputs[i].at[j] & 15]);
            if (j % 32 == 31) bare_put('\n');
        }
    }
    bare_put('>');
    bare_put('\n');
    bare_exit();
    return 0;
}
