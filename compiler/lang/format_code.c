/* format_code.c: the text of a sequence of tokens, and the width of a text. */
#include "lang/format.h"

#include <string.h>

int count_columns(const char *s, size_t size) {
    int columns = 0;
    for (size_t i = 0; i < size; i++) columns += ((unsigned char)s[i] & 0xc0) != 0x80;
    return columns;
}

const char *format_code(const formatter *f, int first, int count) {
    const token *at = f->tokens.at;
    size_t room = 1;
    for (int t = first; t < first + count; t++) room += at[t].end - at[t].begin + 1;
    char *code = arena_alloc(f->mem, room);
    size_t size = 0;
    for (int t = first; t < first + count; t++) {
        if (t > first && !f->tight[t]) code[size++] = ' ';
        memcpy(code + size, f->src->text + at[t].begin, at[t].end - at[t].begin);
        size += at[t].end - at[t].begin;
    }
    code[size] = 0;
    return code;
}
