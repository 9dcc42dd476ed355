/* write_safetensors.c: writes a graph's weights as a safetensors file that weights_load reads back to the same
 * bits. They are F32, or in a quantised layer I8 and I32, with the names and layouts of the nodes' naming.
 * Tensors of I8 come last, so that the others begin at multiples of four bytes, which some readers ask for. The
 * data are made piece by piece, so that no second copy of all weights is in memory. */
#include "weights/layout.h"
#include "weights/weights.h"

#include <string.h>

/* Prints a string of JSON. Only " and \ are escaped, because labels have no control characters. */
static void print_json_string(text *out, const char *s) {
    text_char(out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') text_char(out, '\\');
        text_char(out, *s);
    }
    text_char(out, '"');
}

/* Moves to the next tensor from the current place on; false if there is none. */
static bool find_tensor(weights_writer *w) {
    for (; w->node < w->g->n_nodes; w->node++, w->role = 0) {
        for (; w->role < ROLE_COUNT; w->role++) {
            const tensor *t = w->g->nodes[w->node].weights[w->role];
            if (t && w->bytes == (t->type == TYPE_I8)) return true;
        }
    }
    if (w->bytes) return false;
    w->bytes = true;
    w->node = w->role = 0;
    return find_tensor(w);
}

static const char *dtype_of(const tensor *t) {
    return t->type == TYPE_I8 ? "I8" : t->type == TYPE_I32 ? "I32" : "F32";
}

void weights_header(const graph *g, text *out) {
    enum { LENGTH_BYTES = 8 };
    arena *scratch = arena_new();
    text json = {0};
    int64_t begin = 0;
    for (weights_writer w = {.g = g}; find_tensor(&w); w.role++) {
        const node *n = &g->nodes[w.node];
        const tensor *t = n->weights[w.role];
        scratch = renew_scratch(scratch);
        layout l = layout_of(scratch, g, n, (role)w.role);
        int64_t end = begin + t->count * (w.bytes ? 1 : 4);
        text_char(&json, json.size ? ',' : '{');
        print_json_string(&json, weights_name(scratch, n, (role)w.role));
        text_printf(&json, ":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%lld,%lld]}", dtype_of(t),
                    layout_show(scratch, &l), (long long)begin, (long long)end);
        begin = end;
    }
    text_string(&json, json.size ? "}" : "{}");
    while (json.size % LENGTH_BYTES) text_char(&json, ' ');
    for (int i = 0; i < LENGTH_BYTES; i++) text_char(out, (char)(json.size >> 8 * i & 255));
    text_bytes(out, json.data, json.size);
    text_free(&json);
    arena_free(scratch);
}

/* Appends floats or int32, the low byte first. */
static void append_words(text *piece, const void *values, int64_t count) {
    const unsigned char *from = values;
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, from + 4 * i, sizeof bits);
        const char bytes[4] = {(char)bits, (char)(bits >> 8), (char)(bits >> 16), (char)(bits >> 24)};
        text_bytes(piece, bytes, sizeof bytes);
    }
}

static void append_codes(text *piece, const float *values, int64_t count) {
    for (int64_t i = 0; i < count; i++) text_char(piece, (char)(signed char)values[i]);
}

bool next_weights_piece(void *state, text *piece) {
    enum { CHUNK = 1 << 16 };
    weights_writer *w = state;
    if (!find_tensor(w)) {
        if (w->scratch) arena_free(w->scratch);
        w->scratch = NULL;
        return false;
    }
    w->scratch = w->scratch ? renew_scratch(w->scratch) : arena_new();
    const node *n = &w->g->nodes[w->node];
    const tensor *t = n->weights[w->role];
    layout l = layout_of(w->scratch, w->g, n, (role)w->role);
    int64_t count = t->count - w->done < CHUNK ? t->count - w->done : CHUNK;
    if (t->type == TYPE_I32) {
        append_words(piece, t->ints + w->done, count);
    } else {
        float *values = ARENA_ARRAY(w->scratch, float, count);
        layout_gather(&l, w->done, t->data, count, values);
        if (w->bytes)
            append_codes(piece, values, count);
        else
            append_words(piece, values, count);
    }
    w->done += count;
    if (w->done == t->count) {
        w->done = 0;
        w->role++;
    }
    return true;
}
