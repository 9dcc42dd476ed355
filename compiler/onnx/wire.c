/* wire.c: a walk over protobuf's wire format (https://protobuf.dev/programming-guides/encoding):
 *
 *   message = { tag value }         tag = varint of field << 3 | kind
 *   value   = varint (kind 0) | 8 bytes (1) | length bytes (2) | 4 bytes (5)
 *
 * A value of kind 2 is a message, a string, bytes or packed numbers. The schema tells which. */
#include "onnx/wire.h"

#include <stdint.h>

enum { MAX_DEPTH = 24, MAX_FIELDS = 2000000 };

typedef enum wire_kind { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_LENGTH = 2, WIRE_32 = 5 } wire_kind;

typedef struct walk {
    const unsigned char *at, *end; /* of the message being walked */
    int fields;
    const char **why;
} walk;

static bool refuse_bytes(walk *w, const char *why) {
    *w->why = why;
    return false;
}

static bool read_varint(walk *w, uint64_t *value) {
    *value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (w->at == w->end)
            return refuse_bytes(w, "it is truncated, or not an ONNX file: a number has no end");
        unsigned char byte = *w->at++;
        if (shift < 64) *value |= (uint64_t)(byte & 127) << shift;
        if (!(byte & 128)) return true;
    }
    return refuse_bytes(w, "it is damaged, or not an ONNX file: a number of more than 10 bytes");
}

static bool skip_bytes(walk *w, uint64_t count) {
    if (count > (uint64_t)(w->end - w->at))
        return refuse_bytes(w, "it is truncated, or not an ONNX file: a field has no end");
    w->at += count;
    return true;
}

static bool walk_message(walk *w, const ProtobufCMessageDescriptor *type, int depth);

/* Passes over a field of kind 2. Where the schema says that it is a message, that is walked, too. */
static bool walk_length(walk *w, const ProtobufCMessageDescriptor *type, uint64_t field, int depth) {
    uint64_t length;
    if (!read_varint(w, &length)) return false;
    const unsigned char *start = w->at, *end = w->end;
    if (!skip_bytes(w, length)) return false;
    const ProtobufCFieldDescriptor *f =
        field <= INT32_MAX ? protobuf_c_message_descriptor_get_field(type, (unsigned)field) : NULL;
    if (!f || f->type != PROTOBUF_C_TYPE_MESSAGE) return true;
    if (depth == MAX_DEPTH) return refuse_bytes(w, "its messages nest too deeply for a network");
    w->at = start;
    w->end = start + length;
    bool good = walk_message(w, f->descriptor, depth + 1);
    w->end = end;
    return good;
}

static bool walk_message(walk *w, const ProtobufCMessageDescriptor *type, int depth) {
    while (w->at < w->end) {
        uint64_t tag, ignored;
        if (++w->fields > MAX_FIELDS)
            return refuse_bytes(w, "it has more than two million fields, which no network needs");
        if (!read_varint(w, &tag)) return false;
        bool good;
        switch ((wire_kind)(tag & 7)) {
        case WIRE_VARINT: good = read_varint(w, &ignored); break;
        case WIRE_64: good = skip_bytes(w, 8); break;
        case WIRE_32: good = skip_bytes(w, 4); break;
        case WIRE_LENGTH: good = walk_length(w, type, tag >> 3, depth); break;
        default: good = refuse_bytes(w, "it is damaged, or not an ONNX file: a field of an unknown kind");
        }
        if (!good) return false;
    }
    return true;
}

bool check_wire(const unsigned char *bytes, size_t size, const ProtobufCMessageDescriptor *type,
                const char **why) {
    walk w = {.at = bytes, .end = bytes + size, .why = why};
    return walk_message(&w, type, 0);
}
