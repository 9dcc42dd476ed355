/* write_safetensors.c: writes a graph's weights as a safetensors file that weights_load reads back to the same
 * bits. They are F32, with the names and layouts of the nodes' naming. The data are made piece by piece, so
 * that no second copy of all weights is in memory. */
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

void weights_header(const graph *g, text *out) {
    enum { LENGTH_BYTES = 8 };
    arena *scratch = arena_new();
    text json = {0};
    int64_t begin = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const node *n = &g->nodes[i];
            if (!n->weights[r]) continue;
            scratch = renew_scratch(scratch);
            layout l = layout_of(scratch, g, n, (role)r);
            int64_t end = begin + n->weights[r]->count * (int64_t)sizeof(float);
            text_char(&json, json.size ? ',' : '{');
            print_json_string(&json, weights_name(scratch, n, (role)r));
            text_printf(&json, ":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%lld,%lld]}",
                        layout_show(scratch, &l), (long long)begin, (long long)end);
            begin = end;
        }
    }
    text_string(&json, json.size ? "}" : "{}");
    while (json.size % LENGTH_BYTES) text_char(&json, ' ');
    for (int i = 0; i < LENGTH_BYTES; i++) text_char(out, (char)(json.size >> 8 * i & 255));
    text_bytes(out, json.data, json.size);
    text_free(&json);
    arena_free(scratch);
}

/* Moves to the next tensor from the current place on; false if there is none. */
static bool find_tensor(weights_writer *w) {
    for (; w->node < w->g->n_nodes; w->node++, w->role = 0) {
        for (; w->role < ROLE_COUNT; w->role++) {
            if (w->g->nodes[w->node].weights[w->role]) return true;
        }
    }
    return false;
}

static void append_floats(text *piece, const float *values, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        const char bytes[4] = {(char)bits, (char)(bits >> 8), (char)(bits >> 16), (char)(bits >> 24)};
        text_bytes(piece, bytes, sizeof bytes);
    }
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
    float *values = ARENA_ARRAY(w->scratch, float, count);
    layout_gather(&l, w->done, t->data, count, values);
    append_floats(piece, values, count);
    w->done += count;
    if (w->done == t->count) {
        w->done = 0;
        w->role++;
    }
    return true;
}
