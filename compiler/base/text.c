/* text.c: a growing buffer of bytes. Its room doubles, so that 80 MB of generated code are copied few times. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_free(text *t) {
    free(t->data);
    *t = (text){0};
}

void text_reserve(text *t, size_t more) {
    if (t->data && t->room - t->size > more) return;
    size_t room = t->room ? t->room : 256;
    while (room - t->size <= more) room *= 2;
    char *data = realloc(t->data, room);
    if (!data) {
        fputs("lcc: error: out of memory\n", stderr);
        exit(1);
    }
    t->data = data;
    t->room = room;
    t->data[t->size] = 0;
}

void text_bytes(text *t, const void *data, size_t size) {
    text_reserve(t, size);
    if (size) memcpy(t->data + t->size, data, size);
    t->size += size;
    t->data[t->size] = 0;
}

void text_string(text *t, const char *s) { text_bytes(t, s, strlen(s)); }

void text_char(text *t, char c) { text_bytes(t, &c, 1); }

void text_escaped(text *t, const char *s) {
    for (; *s; s++) {
        switch (*s) {
        case '&': text_string(t, "&amp;"); break;
        case '<': text_string(t, "&lt;"); break;
        case '>': text_string(t, "&gt;"); break;
        case '"': text_string(t, "&quot;"); break;
        default:
            if ((unsigned char)*s >= ' ' || *s == '\n') text_char(t, *s);
        }
    }
}

void text_vprintf(text *t, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n > 0) {
        text_reserve(t, (size_t)n);
        vsnprintf(t->data + t->size, (size_t)n + 1, format, again);
        t->size += (size_t)n;
    }
    va_end(again);
}

void text_printf(text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    text_vprintf(t, format, args);
    va_end(args);
}
