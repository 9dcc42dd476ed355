/* weights.c: how weights come into the program: as a literal in the C file, by the
 * assembler, or at run time.
 *
 * The literal is a string, in a union with floats. It compiles ten times as fast as an array of numbers, in a
 * quarter of the memory. Bytes that are not plain characters are written as octal escapes, with as few digits
 * as possible, but with three where the next byte is a digit. */
#include "emit/internal.h"
#include "emit/tile.h"

#include <string.h>

const char *weights_at(const emitter *e, elem_type type, int64_t begin) {
    return arena_printf(e->a, "%s(%lld)", tile_kind_of(type)->weights,
                        (long long)begin / type_table[type].bytes);
}

int64_t weights_bytes(const emitter *e) { return (int64_t)e->weights.size; }

uint64_t hash_words(const text *bytes) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i + 4 <= bytes->size; i += 4) {
        uint32_t word = 0;
        for (size_t b = 0; b < 4; b++) word |= (uint32_t)(unsigned char)bytes->data[i + b] << (8 * b);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* The file begins with "lcc weights 1\n" and zeros. At byte 32 stands the hash of the words behind the header,
 * at byte 40 their size in bytes, both little-endian. */
void pack_weights_file(text *weights) {
    unsigned char header[FILE_HEADER_BYTES] = "lcc weights 1\n";
    uint64_t fields[2] = {hash_words(weights), (uint64_t)weights->size};
    for (int f = 0; f < 2; f++) {
        for (int b = 0; b < 8; b++) header[32 + 8 * f + b] = (unsigned char)(fields[f] >> (8 * b));
    }
    text_reserve(weights, sizeof header); /* in place, since large weights must not need twice the memory */
    memmove(weights->data + sizeof header, weights->data, weights->size);
    memcpy(weights->data, header, sizeof header);
    weights->size += sizeof header;
}

/* Appends the bytes [from, to) to the literal, in lines. *column is the length of the last line, which the next
 * call continues. */
static void emit_literal(const text *bytes, size_t from, size_t to, size_t *column, text *out) {
    enum { LINE = 112 };
    text_reserve(out, (to - from) * 3);
    size_t begin = out->size - *column; /* may lie before this text begins: only differences are used */
    for (size_t i = from; i < to; i++) {
        unsigned char c = (unsigned char)bytes->data[i];
        if (out->size - begin > LINE) {
            text_string(out, "\"\n");
            begin = out->size;
            text_string(out, "    \"");
        }
        bool plain = c >= ' ' && c < 127 && c != '"' && c != '\\' && c != '?';
        if (plain) {
            text_char(out, (char)c);
            continue;
        }
        unsigned char next = i + 1 < bytes->size ? (unsigned char)bytes->data[i + 1] : 0;
        char escape[4] = {'\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)), (char)('0' + (c & 7))};
        /* A digit behind a shorter escape would be read as part of it. */
        int skip = next >= '0' && next <= '9' ? 0 : c < 8 ? 2 : c < 64 ? 1 : 0;
        text_char(out, '\\');
        text_bytes(out, escape + 1 + skip, (size_t)(3 - skip));
    }
    *column = out->size - begin;
}

static void emit_embedded(const emitter *e, text *out) {
    bool strict = e->p->t->strict_c99;
    text_string(out,
                "#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
                "#error \"the weights in this file are little-endian\"\n#endif\n"
                "#if defined(__GNUC__)\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n#endif\n\n");
    text_printf(out,
                "/* Their values stand at the end of the file. */\n"
                "static const union packed_weights {\n    char bytes[%lld + 1];\n    float values[%lld];\n} "
                "weights%s;\n\n"
                "#define WEIGHTS(i) (weights.values + (i))\n\n",
                (long long)weights_bytes(e), (long long)(weights_bytes(e) / 4),
                strict ? "" : " __attribute__((aligned(64)))");
}

bool next_literal_piece(void *state, text *out) {
    enum { PIECE_BYTES = 1 << 20 };
    emitted *m = state;
    const text *bytes = &m->weights;
    if (!m->has_literal || m->literal_at > bytes->size) return false;
    if (m->literal_at == 0) {
        text_string(out, "\nstatic const union packed_weights weights = {\n    \"");
        m->literal_column = strlen("    \"");
    }
    size_t to = bytes->size - m->literal_at > PIECE_BYTES ? m->literal_at + PIECE_BYTES : bytes->size;
    emit_literal(bytes, m->literal_at, to, &m->literal_column, out);
    m->literal_at = to;
    if (to == bytes->size) {
        text_string(out, "\"};\n");
        m->literal_at++; /* past the end, so that the next call returns false */
    }
    return true;
}

static void emit_incbin(const emitter *e, text *out) {
    text_printf(out,
                "/* The assembler looks for the file in its working folder; -D%s_WEIGHTS_PATH='\"/the/file\"' "
                "says where it is. */\n"
                "#ifndef %s_WEIGHTS_PATH\n#define %s_WEIGHTS_PATH \"%s.weights\"\n#endif\n",
                e->macro, e->macro, e->macro, comment_safe(e->a, e->o->base_name));
    text_printf(out,
                "#if defined(__APPLE__)\n#define WEIGHTS_SECTION \".const_data\"\n#define WEIGHTS_BACK "
                "\".text\"\n#else\n"
                "#define WEIGHTS_SECTION \".section .rodata\"\n#define WEIGHTS_BACK \".previous\"\n#endif\n"
                "__asm__(WEIGHTS_SECTION \"\\n.balign 64\\nlcc_%s_weights:\\n.incbin \\\"\" %s_WEIGHTS_PATH "
                "\"\\\"\\n\" WEIGHTS_BACK \"\\n\");\n"
                "extern const float weights[%lld] __asm__(\"lcc_%s_weights\") "
                "__attribute__((visibility(\"hidden\")));\n\n"
                "#define WEIGHTS(i) (weights + (i))\n\n",
                e->prefix, e->macro, (long long)(weights_bytes(e) / 4), e->prefix);
}

void emit_weights(const emitter *e, text *out) {
    if (e->weights.size == 0) return;
    switch (e->o->storage) {
    case STORAGE_EMBED: emit_embedded(e, out); break;
    case STORAGE_INCBIN: emit_incbin(e, out); break;
    case STORAGE_FILE:
        text_string(out,
                    "/* Where the caller keeps the weights: set by bind. */\nstatic const float *weights;\n\n"
                    "#define WEIGHTS(i) (weights + (i))\n\n");
        break;
    }
    if (graph_has_weights_of(e->p->g, TYPE_F16))
        text_string(out, "#define HALVES(i) ((const uint16_t *)(const void *)WEIGHTS(0) + (i))\n\n");
}
