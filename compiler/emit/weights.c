/* weights.c: how weights come into the program: as a literal in the C file, by the
 * assembler, or at run time.
 *
 * The bytes are little-endian. Strict C99 also runs on big-endian machines, which keep a copy in their own
 * order.
 *
 * The literal is a string, in a union with floats, or with int32 where the network has no floats. It compiles
 * ten times as fast as an array of numbers, in a quarter of the memory. Bytes that are not plain characters are
 * written as octal escapes, with as few digits as possible, but with three where the next byte is a digit. */
#include "emit/internal.h"
#include "emit/tile.h"

#include <string.h>

const char *weights_at(const emitter *e, elem_type type, int64_t begin) {
    return arena_printf(e->a, "%s(%lld)", tile_kind_of(type)->weights,
                        (long long)begin / type_table[type].bytes);
}

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

/* Opens and closes what declares the literal before its values stand, as C does by a tentative definition. C++
 * has none: there it is declared extern, in an unnamed namespace, which keeps it local to the file. */
static const char literal_begins[] = "#ifdef __cplusplus\n"
                                     "namespace {\n"
                                     "%s"
                                     "#else\n"
                                     "static\n"
                                     "#endif\n";
static const char literal_ends[] = "#ifdef __cplusplus\n}\n#endif\n";

bool has_sections(const emitter *e) { return e->p->t->strict_c99 || e->p->t->small; }

void emit_section(const emitter *e, const char *what, text *out) {
    text_printf(out,
                "#if defined(__GNUC__) && defined(%s_%s_SECTION)\n"
                "#define %s_PLACE __attribute__((section(%s_%s_SECTION)))\n"
                "#else\n#define %s_PLACE\n#endif\n",
                e->macro, what, what, e->macro, what, what);
}

static void emit_embedded(const emitter *e, text *out) {
    bool strict = e->p->t->strict_c99;
    if (!strict) {
        text_string(out, "#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
                         "#error \"the weights in this file are little-endian\"\n#endif\n");
    }
    text_string(out,
                "#if defined(__GNUC__)\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n#endif\n\n"
                "/* Their values stand at the end of the file. */\n");
    if (has_sections(e)) emit_section(e, "WEIGHTS", out);
    text_printf(out, literal_begins, "extern\n");
    text_printf(
        out, "const union packed_weights {\n    char bytes[%lld + 1];\n    %s values[%lld];\n} weights%s%s;\n",
        (long long)weights_bytes(e), word_type(e), (long long)(weights_bytes(e) / 4),
        has_sections(e) ? " WEIGHTS_PLACE" : "",
        strict ? "" : arena_printf(e->a, " __attribute__((aligned(%d)))", e->p->t->align));
    text_printf(out, "%s\n", literal_ends);
}

bool next_literal_piece(void *state, text *out) {
    enum { PIECE_BYTES = 1 << 20 };
    emitted *m = state;
    const text *bytes = &m->weights;
    if (!m->has_literal || m->literal_at > bytes->size) return false;
    if (m->literal_at == 0) {
        text_char(out, '\n');
        text_printf(out, literal_begins, "");
        text_string(out, "const union packed_weights weights = {\n    \"");
        m->literal_column = strlen("    \"");
    }
    size_t to = bytes->size - m->literal_at > PIECE_BYTES ? m->literal_at + PIECE_BYTES : bytes->size;
    emit_literal(bytes, m->literal_at, to, &m->literal_column, out);
    m->literal_at = to;
    if (to == bytes->size) {
        text_printf(out, "\"};\n%s", literal_ends);
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
    if (has_sections(e))
        text_printf(out,
                    "#if defined(%s_WEIGHTS_SECTION)\n#define WEIGHTS_SECTION \".section \" %s_WEIGHTS_SECTION "
                    "\",\\\"a\\\"\"\n#define WEIGHTS_BACK \".previous\"\n#el",
                    e->macro, e->macro);
    text_printf(out,
                "%sif defined(__APPLE__)\n#define WEIGHTS_SECTION \".const_data\"\n#define WEIGHTS_BACK "
                "\".text\"\n#else\n"
                "#define WEIGHTS_SECTION \".section .rodata\"\n#define WEIGHTS_BACK \".previous\"\n#endif\n"
                "__asm__(WEIGHTS_SECTION \"\\n.balign %d\\nlcc_%s_weights:\\n.incbin \\\"\" %s_WEIGHTS_PATH "
                "\"\\\"\\n\" WEIGHTS_BACK \"\\n\");\n"
                "extern const %s weights[%lld] __asm__(\"lcc_%s_weights\") "
                "__attribute__((visibility(\"hidden\")));\n\n",
                has_sections(e) ? "" : "#", e->p->t->align, e->prefix, e->macro, word_type(e),
                (long long)(weights_bytes(e) / 4), e->prefix);
}

/* Writes the C condition that holds on big-endian machines. */
static void emit_order_condition(text *out) {
    text_string(out, "#if (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) || "
                     "defined(__BIG_ENDIAN__) || \\\n"
                     "    defined(__ARMEB__) || defined(__MIPSEB__) || defined(__s390__) || defined(__sparc)\n"
                     "#define BIG_ENDIAN_WEIGHTS\n");
}

/* Writes ready_weights(), which orders the weights of the program once, before they are first used. Threads
 * that come while another one does it wait, where the compiler knows how. */
static void emit_ready(const char *bytes, text *out) {
    text_printf(
        out,
        "static void ready_weights(void) {\n"
        "    static int state; /* 0: not ordered, 1: being ordered, 2: ordered */\n"
        "#if defined(__GCC_ATOMIC_INT_LOCK_FREE) && __GCC_ATOMIC_INT_LOCK_FREE == 2\n"
        "    int expected = 0;\n"
        "    if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == 2) return;\n"
        "    if (__atomic_compare_exchange_n(&state, &expected, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {\n"
        "        order_weights(%s);\n"
        "        __atomic_store_n(&state, 2, __ATOMIC_RELEASE);\n"
        "    }\n"
        "    while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != 2) continue;\n"
        "#else\n"
        "    if (state == 0) order_weights(%s);\n"
        "    state = 2;\n"
        "#endif\n"
        "}\n\n",
        bytes, bytes);
}

/* WEIGHTS(i), and what big-endian machines need before it: only strict C99 is for them, too. */
static void emit_access(const emitter *e, text *out) {
    static const char *const values[] = {
        [STORAGE_EMBED] = "weights.values", [STORAGE_INCBIN] = "weights", [STORAGE_FILE] = "weights"};
    static const char *const bytes[] = {[STORAGE_EMBED] = "(const unsigned char *)weights.bytes",
                                        [STORAGE_INCBIN] = "(const unsigned char *)(const void *)weights"};
    storage where = e->o->storage;
    bool copies = where != STORAGE_FILE; /* else bind has set `weights` to the copy */
    if (e->p->t->strict_c99) {
        emit_order_condition(out);
        emit_byte_order(e, out);
        if (copies) {
            emit_ready(bytes[where], out);
            text_string(out, "#define WEIGHTS(i) (ordered_weights + (i))\n#else\n");
        }
    }
    if (e->p->t->strict_c99 && !copies) text_string(out, "#endif\n\n");
    text_printf(out, "#define WEIGHTS(i) (%s + (i))\n%s\n", values[where],
                e->p->t->strict_c99 && copies ? "#endif\n" : "");
}

void emit_ready_call(const emitter *e, text *out) {
    if (orders_weights(e) && e->o->storage != STORAGE_FILE)
        text_string(out, "#ifdef BIG_ENDIAN_WEIGHTS\n    ready_weights();\n#endif\n");
}

void emit_weights(const emitter *e, text *out) {
    if (e->weights.size == 0) return;
    switch (e->o->storage) {
    case STORAGE_EMBED: emit_embedded(e, out); break;
    case STORAGE_INCBIN: emit_incbin(e, out); break;
    case STORAGE_FILE:
        text_printf(out,
                    "/* Where the caller keeps the weights: set by bind. */\nstatic const %s *weights;\n\n",
                    word_type(e));
        break;
    }
    emit_access(e, out);
    if (graph_has_weights_of(e->p->g, TYPE_F16))
        text_string(out, "#define HALVES(i) ((const uint16_t *)(const void *)WEIGHTS(0) + (i))\n\n");
    if (graph_has_weights_of(e->p->g, TYPE_I8))
        text_string(out, "#define CODES(i) ((const int8_t *)(const void *)WEIGHTS(0) + (i))\n\n");
}
