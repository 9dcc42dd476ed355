/* inline.c: the functions that a file defines (opset 15 and later, and older exports of PyTorch): each node
 * that calls one is replaced by the nodes of the function, so that the walk over the nodes knows nothing of
 * them. */
#include "onnx/file.h"

#include "onnx/wire.h"

#include <string.h>

enum {
    MOST_DEPTH = 32,
    MOST_BYTES = 64 << 20,
    MOST_INLINED = 5 * MAX_NODES,
    DEFAULTS_FIELD = 11 /* attribute_proto of a FunctionProto */
};

typedef struct inliner {
    onnx_file *f;
    map functions; /* by "domain:name" */
    Onnx__NodeProto **nodes;
    size_t n_nodes, room;
    int calls;    /* so far; each gives its values names of their own */
    size_t bytes; /* of names and defaults so far, against MOST_BYTES */
    bool failed;
} inliner;

/* A call of a function: what its names stand for outside of it. NULL: the nodes of the network itself. */
typedef struct call {
    const Onnx__FunctionProto *function;
    const Onnx__NodeProto *node; /* which calls; its attributes do not refer to others */
    map names;                   /* from the function's names of values to those outside */
    const char *prefix;          /* of the names of other values and of nodes */
} call;

static arena *memory(const inliner *in) { return in->f->im.scratch; }

static const char *function_key(arena *a, const char *domain, const char *name) {
    return arena_printf(a, "%s:%s", domain ? domain : "", name ? name : "");
}

static void append_node(inliner *in, Onnx__NodeProto *n) {
    if (in->n_nodes == in->room) {
        in->room = in->room ? 2 * in->room : 256;
        in->nodes = arena_grow(memory(in), in->nodes, in->n_nodes, in->room, sizeof(Onnx__NodeProto *));
    }
    in->nodes[in->n_nodes++] = n;
}

/* --- names */

static char *outer_name(inliner *in, call *c, const char *name) {
    if (!c || !*name) return (char *)name;
    char *known = map_find(&c->names, name);
    if (known) return known;
    char *made = arena_printf(memory(in), "%s/%s", c->prefix, name);
    in->bytes += 2 * strlen(made);
    map_add(memory(in), &c->names, arena_strdup(memory(in), name), made);
    return made;
}

static char **outer_names(inliner *in, call *c, char **names, size_t count) {
    char **made = ARENA_ARRAY(memory(in), char *, count + 1);
    for (size_t i = 0; i < count; i++) made[i] = outer_name(in, c, names[i]);
    return made;
}

/* --- attributes */

static Onnx__AttributeProto *find_named(Onnx__AttributeProto **list, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (list[i]->name && strcmp(list[i]->name, name) == 0) return list[i];
    }
    return NULL;
}

static void *alloc_in_arena(void *a, size_t size) { return arena_alloc(a, size ? size : 1); }
static void keep_in_arena(void *a, void *p) { (void)a, (void)p; }

/* The default of a function's attribute. The schema that lcc is built with may be older than defaults, so they
 * are read from its unknown fields. NULL where there is none. */
static Onnx__AttributeProto *find_default(inliner *in, const Onnx__FunctionProto *f, const char *name) {
    ProtobufCAllocator allocator = {alloc_in_arena, keep_in_arena, memory(in)};
    for (unsigned i = 0; i < f->base.n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *u = &f->base.unknown_fields[i];
        in->bytes += u->len;
        if (u->tag != DEFAULTS_FIELD || u->wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) continue;
        size_t skip = 0; /* the length itself */
        while (skip < u->len && u->data[skip] & 128) skip++;
        if (++skip > u->len) continue;
        const char *why;
        const ProtobufCMessageDescriptor *type = &onnx__attribute_proto__descriptor;
        if (!check_wire(u->data + skip, u->len - skip, type, &why)) continue;
        Onnx__AttributeProto *a = onnx__attribute_proto__unpack(&allocator, u->len - skip, u->data + skip);
        if (a && a->name && strcmp(a->name, name) == 0) return a;
    }
    return NULL;
}

/* The attributes of a node of the function. One that refers to an attribute of the call gets its value, or the
 * function's default, or goes. */
static void resolve_attributes(inliner *in, const call *c, Onnx__NodeProto *n) {
    Onnx__AttributeProto **made = ARENA_ARRAY(memory(in), Onnx__AttributeProto *, n->n_attribute + 1);
    size_t count = 0;
    for (size_t i = 0; i < n->n_attribute; i++) {
        Onnx__AttributeProto *a = n->attribute[i];
        const char *refers = a->ref_attr_name;
        if (refers && *refers) {
            const Onnx__AttributeProto *given = find_named(c->node->attribute, c->node->n_attribute, refers);
            if (!given) given = find_default(in, c->function, refers);
            if (!given) continue;
            Onnx__AttributeProto *copy = ARENA_NEW(memory(in), Onnx__AttributeProto);
            *copy = *given;
            copy->name = a->name;
            a = copy;
        }
        made[count++] = a;
    }
    n->attribute = made;
    n->n_attribute = count;
}

/* --- nodes */

/* A copy of a node as it stands outside of the function. */
static Onnx__NodeProto *copy_node(inliner *in, call *c, const Onnx__NodeProto *n) {
    Onnx__NodeProto *copy = ARENA_NEW(memory(in), Onnx__NodeProto);
    *copy = *n;
    copy->input = outer_names(in, c, n->input, n->n_input);
    copy->output = outer_names(in, c, n->output, n->n_output);
    if (n->name && *n->name) copy->name = arena_printf(memory(in), "%s/%.100s", c->prefix, n->name);
    resolve_attributes(in, c, copy);
    return copy;
}

/* A function may return an input as it is. */
static void add_identity(inliner *in, char *from, char *to) {
    Onnx__NodeProto *n = ARENA_NEW(memory(in), Onnx__NodeProto);
    onnx__node_proto__init(n);
    n->op_type = "Identity";
    n->n_input = n->n_output = 1;
    n->input = ARENA_ARRAY(memory(in), char *, 1);
    n->output = ARENA_ARRAY(memory(in), char *, 1);
    n->input[0] = from;
    n->output[0] = to;
    append_node(in, n);
}

static void add_nodes(inliner *in, call *c, Onnx__NodeProto **nodes, size_t count, int depth);

static bool fail(inliner *in, const char *why) {
    if (!in->failed) diag_error(in->f->im.d, in->f->im.at, "%s", why);
    in->failed = true;
    return false;
}

static void add_call(inliner *in, const Onnx__FunctionProto *f, const Onnx__NodeProto *n, int depth) {
    arena *a = memory(in);
    const char *own = n->name && *n->name ? n->name : f->name;
    call c = {.function = f, .node = n, .prefix = arena_printf(a, "%.200s.%d", own, in->calls++)};
    for (size_t i = 0; i < f->n_input; i++)
        map_add(a, &c.names, f->input[i], i < n->n_input ? n->input[i] : (char *)"");
    for (size_t i = 0; i < f->n_output && i < n->n_output; i++) {
        char *inside = map_find(&c.names, f->output[i]);
        if (inside) {
            add_identity(in, inside, n->output[i]);
        } else {
            map_add(a, &c.names, f->output[i], n->output[i]);
        }
    }
    add_nodes(in, &c, f->node, f->n_node, depth + 1);
}

static void add_nodes(inliner *in, call *c, Onnx__NodeProto **nodes, size_t count, int depth) {
    if (depth > MOST_DEPTH) fail(in, "its functions call each other too deeply, or themselves");
    for (size_t i = 0; i < count && !in->failed; i++) {
        Onnx__NodeProto *n = c ? copy_node(in, c, nodes[i]) : nodes[i];
        const char *key = function_key(memory(in), n->domain, n->op_type);
        const Onnx__FunctionProto *f = map_find(&in->functions, key);
        in->bytes += strlen(key);
        if (f) {
            add_call(in, f, n, depth);
        } else {
            append_node(in, n);
        }
        if (in->n_nodes > MOST_INLINED || in->calls > MOST_INLINED)
            fail(in, "it has too many nodes in its functions");
    }
}

bool inline_functions(onnx_file *f) {
    Onnx__ModelProto *m = f->m.proto;
    inliner in = {.f = f};
    if (m->n_functions == 0) return true;
    for (size_t i = 0; i < m->n_functions; i++) {
        Onnx__FunctionProto *function = m->functions[i];
        if (!function->name) continue;
        const char *key = function_key(f->im.scratch, function->domain, function->name);
        if (!map_find(&in.functions, key)) map_add(f->im.scratch, &in.functions, key, function);
    }
    add_nodes(&in, NULL, m->graph->node, m->graph->n_node, 0);
    m->graph->node = in.nodes;
    m->graph->n_node = in.n_nodes;
    return !in.failed;
}
