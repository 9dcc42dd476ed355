/* text.h: a growing buffer of bytes. Every output is built in one before any of it is written. */
#ifndef LCC_TEXT_H
#define LCC_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct text {
    char *data; /* always followed by a NUL that is not counted */
    size_t size;
    size_t room;
} text;

/* Frees the memory of a text and zeroes it. A zeroed text is empty. */
void text_free(text *t);
/* Makes room for `more` bytes and a NUL. If no memory is left, the program reports it and exits with 1. */
void text_reserve(text *t, size_t more);
void text_bytes(text *t, const void *data, size_t size);
void text_string(text *t, const char *s);
void text_char(text *t, char c);
/* Appends a string as text of HTML, XML or SVG, also within quotes. Control characters but newlines are left
 * out. */
void text_escaped(text *t, const char *s);
void text_printf(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(text *t, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#endif
