/* help.c: prints the table of options as text for a terminal and as a manual page. Both are made from one
 * table, so that they always agree. */
#include "options.h"

#include <string.h>

typedef struct entry {
    char letter;
    const char *word, *argument, *text;
} entry;

static const entry entries[] = {
#define OPTION(id, letter, word, argument, text) {letter, word, argument, text},
#include "options.def"
#undef OPTION
};

enum { ENTRY_COUNT = sizeof entries / sizeof *entries, TEXT_COLUMN = 26, LINE_WIDTH = 100 };

static const char usage[] = "lcc [options] MODEL.net -o model.c";
static const char purpose[] = "compile a network description and its weights to C";

/* Appends a text in lines that begin at TEXT_COLUMN and end at LINE_WIDTH or before. */
static void print_wrapped(text *out, const char *s) {
    size_t column = TEXT_COLUMN;
    while (*s) {
        size_t length = strcspn(s, " ");
        if (column > TEXT_COLUMN && column + 1 + length > LINE_WIDTH) {
            text_printf(out, "\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
        } else if (column > TEXT_COLUMN) {
            text_char(out, ' ');
            column++;
        }
        text_bytes(out, s, length);
        column += length;
        s += length;
        s += strspn(s, " ");
    }
    text_char(out, '\n');
}

/* "-w, --weights FILE". */
static void print_name(text *out, const entry *e) {
    if (e->letter) text_printf(out, "-%c", e->letter);
    if (e->letter && e->word) text_string(out, ", ");
    if (e->word) text_printf(out, "--%s", e->word);
    if (e->argument) text_printf(out, " %s", e->argument);
}

void help_print(text *out) {
    text_printf(out, "%s\n\nReads a .net file and trained weights and writes one C file and its header.\n\n",
                usage);
    for (int i = 0; i < ENTRY_COUNT; i++) {
        const entry *e = &entries[i];
        if (!e->text) continue;
        size_t start = out->size;
        text_string(out, "  ");
        print_name(out, e);
        size_t width = out->size - start;
        if (width + 2 > TEXT_COLUMN) {
            text_printf(out, "\n%*s", TEXT_COLUMN, "");
        } else {
            text_printf(out, "%*s", TEXT_COLUMN - (int)width, "");
        }
        print_wrapped(out, e->text);
    }
    text names = {0};
    text_string(&names, "native");
    for (const target *t = target_table; t->name; t++) text_printf(&names, " %s", t->name);
    text_printf(out, "\n%-*s", TEXT_COLUMN, "Targets:");
    print_wrapped(out, names.data);
    text_free(&names);
    text_string(out, "\nExit status: 0 done, 1 the network, the weights or the output is at fault, 2 the "
                     "command line is.\n");
}

/* Appends text between macros. Dashes become minus signs. The texts of the table do not begin with a period or
 * a quote, which would begin a request. */
static void print_roff(text *out, const char *s) {
    for (; *s; s++) {
        if (*s == '-' || *s == '\\') text_char(out, '\\');
        text_char(out, *s);
    }
}

void help_print_man(text *out) {
    text_printf(out, ".TH LCC 1 \"\" \"lcc %s\" \"User Commands\"\n.SH NAME\nlcc \\- %s\n", LCC_VERSION,
                purpose);
    text_string(
        out,
        ".SH SYNOPSIS\n.B lcc\n[options]\n.I MODEL.net\n.B \\-o\n.I model.c\n.SH DESCRIPTION\n"
        "Reads the description of a convolutional network in the .net language and its trained weights and\n"
        "writes one C file and its header: specialised to the network, with a fixed memory plan and no\n"
        "dependency. A MODEL that is not found as given is looked for in the folders of\n.B \\-I\n"
        "and among the networks that are installed with lcc. Without\n.B \\-w\n"
        "the weights are drawn from a seed, and predictions mean nothing. MODEL may also be an ONNX or a\n"
        "TensorFlow Lite file, in float or in int8, which has its own weights.\n.SH OPTIONS\n");
    for (int i = 0; i < ENTRY_COUNT; i++) {
        const entry *e = &entries[i];
        if (!e->text) continue;
        text_string(out, ".TP\n.B ");
        text name = {0};
        print_name(&name, e);
        if (name.data) print_roff(out, name.data);
        text_free(&name);
        text_char(out, '\n');
        print_roff(out, e->text);
        text_char(out, '\n');
    }
    text_string(
        out,
        ".SH FILES\n.TP\n.I MODEL.net\nThe network. The language is described in\n.I dsl/README.md\n"
        "of the sources; the networks that come with lcc are examples of it.\n"
        ".TP\n.I PREFIX/share/lcc/*.net\nThe networks and blocks that come with lcc, for\n.B import\nand as "
        "MODEL.\n"
        ".TP\n.I model.c, model.h\nThe generated code. C99 and C++ can include the header. Every symbol in it "
        "has "
        "the "
        "prefix.\n.TP\n.I model.weights\nThe weights, if\n.B \\-\\-storage\nkeeps them out of the C file.\n"
        ".SH DIAGNOSTICS\nErrors and warnings go to standard error with their place, the line and a "
        "caret:\n.PP\n.EX\n"
        "shoes.net:5:17: error: conv: no argument 'strid'; did you mean 'stride'?\n"
        "    5 |     conv(16, 3, strid = 2) \\-> bn\n      |                 ^~~~~~~~~\n.EE\n.PP\n"
        "One run reports as many errors as it finds, and then their number. A warning does not change the exit "
        "status.\n"
        ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nThe network, the weights or the output is at fault. "
        "Nothing is left behind.\n.TP\n2\nThe command line is at fault.\n"
        ".SH EXAMPLES\n.EX\nlcc mobilenet_v2.net \\-w mobilenet_v2.safetensors \\-o model.c\n"
        "cc \\-O2 \\-c model.c\n.EE\n"
        ".PP\nA variant, a param, a target, and a self-test:\n.PP\n.EX\n"
        "lcc efficientnet.net \\-\\-variant b4 \\-D classes=10 \\-\\-target x86\\-64\\-v3 \\-\\-selftest \\-o "
        "b4.c\n.EE\n"
        ".PP\nThe cost of a network, its errors and likely mistakes, and its text in the standard "
        "style:\n.PP\n.EX\n"
        "lcc my.net \\-\\-summary\nlcc \\-\\-check my.net\nlcc \\-\\-format my.net \\-o my.net\n.EE\n"
        ".SH NOTES\nNot to be confused with Fraser and Hanson's retargetable C compiler of the same name.\n");
}
