/* list_ops.c: --list-ops: the operators that ONNX files and TensorFlow Lite files may have, and in which forms.
 * The names and the forms are those of the readers' tables of rules. compiler/operators.md is this list as a
 * page. */
#include "driver/driver.h"

#include "onnx/onnx.h"
#include "tflite/tflite.h"

#include <string.h>

/* Prints the operators that are taken on tensors, a line for each. */
static void print_rows(text *out, const operator_row *rows, int count) {
    int width = 0;
    for (int i = 0; i < count; i++) {
        int w = (int)strlen(rows[i].name);
        if (!rows[i].of_constants && w > width) width = w;
    }
    for (int i = 0; i < count; i++) {
        if (rows[i].of_constants) continue;
        text_printf(out, *rows[i].forms ? "  %-*s  %s\n" : "  %-*s%s\n", *rows[i].forms ? width : 0,
                    rows[i].name, rows[i].forms);
    }
}

/* Prints the names of the others, several on a line. */
static void print_names(text *out, const operator_row *rows, int count) {
    enum { WIDTH = 100 };
    size_t line = 0;
    text_string(out, "On constants only:\n");
    for (int i = 0; i < count; i++) {
        size_t size = strlen(rows[i].name) + 2;
        if (!rows[i].of_constants) continue;
        if (line && line + size > WIDTH) line = 0;
        text_string(out, line ? ", " : i && out->data[out->size - 1] != '\n' ? ",\n  " : "  ");
        text_string(out, rows[i].name);
        line += size;
    }
    text_char(out, '\n');
}

static void print_reader(text *out, const char *format, const operator_row *rows, int count) {
    int of_constants = 0;
    for (int i = 0; i < count; i++) of_constants += rows[i].of_constants;
    text_printf(out, "%s: %d operators\n", format, count - of_constants);
    print_rows(out, rows, count);
    if (of_constants) print_names(out, rows, count);
}

void list_operators(job *j) {
    int count;
    const operator_row *rows = onnx_operators(j->mem, &count);
    if (count)
        print_reader(&j->out, "ONNX, opsets 7 to 24", rows, count);
    else
        text_string(&j->out, "This lcc was built without ONNX.\n");
    rows = tflite_operators(j->mem, &count);
    text_char(&j->out, '\n');
    print_reader(&j->out, "TensorFlow Lite, in float and where it says so in int8", rows, count);
}
