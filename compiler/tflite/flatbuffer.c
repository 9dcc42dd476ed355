/* flatbuffer.c: tables, vectors and strings of a FlatBuffer, each place checked. */
#include "tflite/flatbuffer.h"

#include "weights/load.h"

#include <string.h>

enum { OFFSET = 4, VTABLE_HEAD = 4, IDENTIFIER_AT = 4, IDENTIFIER = 4, LONGEST_STRING = 255 };

static bool set_fault(flat_buffer *f, const char *why) {
    if (!f->fault) f->fault = why;
    return false;
}

/* Whether `count` bytes from `at` on lie within the buffer. */
static bool holds(const flat_buffer *f, size_t at, size_t count) {
    return at <= f->size && count <= f->size - at;
}

/* The place that is as far behind `at` as the number there says; 0 after a fault. */
static size_t follow(flat_buffer *f, size_t at) {
    if (!holds(f, at, OFFSET)) return set_fault(f, "it ends in the middle of an offset");
    uint32_t distance = load_u32(f->bytes + at);
    if (distance == 0 || !holds(f, at, distance)) return set_fault(f, "an offset leads outside of it");
    return at + distance;
}

static flat_table open_table(flat_buffer *f, size_t at) {
    const flat_table none = {0};
    if (at == 0) return none;
    if (!holds(f, at, OFFSET)) return set_fault(f, "a table lies outside of it"), none;
    int64_t vtable = (int64_t)at - (int32_t)load_u32(f->bytes + at);
    if (vtable < 0 || !holds(f, (size_t)vtable, VTABLE_HEAD))
        return set_fault(f, "a table's list of fields lies outside of it"), none;
    flat_table t = {.at = at, .vtable = (size_t)vtable};
    t.vtable_size = load_u16(f->bytes + vtable);
    t.size = load_u16(f->bytes + vtable + 2);
    bool good = t.vtable_size >= VTABLE_HEAD && holds(f, t.vtable, t.vtable_size) && t.size >= OFFSET &&
                holds(f, at, t.size);
    if (!good) return set_fault(f, "a table or its list of fields does not end within it"), none;
    return t;
}

flat_table flat_root(flat_buffer *f, const char *identifier) {
    if (!holds(f, 0, IDENTIFIER_AT + IDENTIFIER) ||
        memcmp(f->bytes + IDENTIFIER_AT, identifier, IDENTIFIER) != 0) {
        set_fault(f, "it does not have the identifier of its format");
        return (flat_table){0};
    }
    return open_table(f, follow(f, 0));
}

/* The place of a field of so many bytes; 0 where the table leaves it out, and after a fault. */
static size_t find_field(flat_buffer *f, flat_table t, int field, size_t bytes) {
    size_t entry = VTABLE_HEAD + 2 * (size_t)field;
    if (t.at == 0 || entry + 2 > t.vtable_size) return 0;
    size_t place = load_u16(f->bytes + t.vtable + entry);
    if (place == 0) return 0;
    if (place < OFFSET || place + bytes > t.size) return set_fault(f, "a field lies outside of its table");
    return t.at + place;
}

int flat_i8(flat_buffer *f, flat_table t, int field, int otherwise) {
    size_t at = find_field(f, t, field, 1);
    return at ? (int8_t)f->bytes[at] : otherwise;
}

bool flat_bool(flat_buffer *f, flat_table t, int field) { return flat_i8(f, t, field, 0) != 0; }

uint32_t flat_u32(flat_buffer *f, flat_table t, int field) {
    size_t at = find_field(f, t, field, 4);
    return at ? load_u32(f->bytes + at) : 0;
}

int32_t flat_i32(flat_buffer *f, flat_table t, int field, int32_t otherwise) {
    size_t at = find_field(f, t, field, 4);
    return at ? (int32_t)load_u32(f->bytes + at) : otherwise;
}

uint64_t flat_u64(flat_buffer *f, flat_table t, int field) {
    size_t at = find_field(f, t, field, 8);
    return at ? load_u64(f->bytes + at) : 0;
}

double flat_f32(flat_buffer *f, flat_table t, int field) {
    size_t at = find_field(f, t, field, 4);
    return at ? (double)load_f32(f->bytes + at) : 0;
}

flat_table flat_subtable(flat_buffer *f, flat_table t, int field) {
    size_t at = find_field(f, t, field, OFFSET);
    return open_table(f, at ? follow(f, at) : 0);
}

flat_vector flat_subvector(flat_buffer *f, flat_table t, int field, size_t bytes) {
    size_t at = find_field(f, t, field, OFFSET), begin = at ? follow(f, at) : 0;
    if (begin == 0) return (flat_vector){0};
    size_t count = holds(f, begin, OFFSET) ? load_u32(f->bytes + begin) : 0;
    if (!holds(f, begin, OFFSET) || count > (f->size - begin - OFFSET) / bytes) {
        set_fault(f, "a list does not end within it");
        return (flat_vector){0};
    }
    return (flat_vector){f->bytes + begin + OFFSET, count};
}

const char *flat_string(flat_buffer *f, arena *a, flat_table t, int field) {
    flat_vector v = flat_subvector(f, t, field, 1);
    if (!v.data) return NULL;
    const char *text = (const char *)v.data;
    return arena_strndup(a, text, strnlen(text, v.count < LONGEST_STRING ? v.count : LONGEST_STRING));
}

flat_vector flat_tables(flat_buffer *f, flat_table t, int field) { return flat_subvector(f, t, field, OFFSET); }

flat_table flat_table_at(flat_buffer *f, flat_vector v, size_t i) {
    return open_table(f, follow(f, (size_t)(v.data - f->bytes) + i * OFFSET));
}

int32_t flat_i32_at(flat_vector v, size_t i) { return (int32_t)load_u32(v.data + 4 * i); }
int64_t flat_i64_at(flat_vector v, size_t i) { return (int64_t)load_u64(v.data + 8 * i); }
double flat_f32_at(flat_vector v, size_t i) { return (double)load_f32(v.data + 4 * i); }
