/* weights_output.c: adds the weights of a network that came with them as an output, beside the .net file that
 * is made of the network. */
#include "driver/driver.h"

#include <string.h>

void add_weights_output(job *j) {
    const char *out = j->o.out;
    size_t size = strlen(out);
    if (size > 4 && strcmp(out + size - 4, ".net") == 0) size -= 4;
    text *header = ARENA_NEW(j->mem, text), made = {0};
    weights_header(j->described, &made);
    header->data = arena_alloc(j->mem, made.size);
    memcpy(header->data, made.data, made.size);
    header->size = made.size;
    text_free(&made);
    weights_writer *w = ARENA_NEW(j->mem, weights_writer);
    w->g = j->described;
    add_stream(j, arena_printf(j->mem, "%.*s.safetensors", (int)size, out), header, next_weights_piece, w);
}
