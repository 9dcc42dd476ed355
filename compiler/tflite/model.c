/* model.c: reads the tables of a TensorFlow Lite file into structs. */
#include "tflite/model.h"

#include "tflite/schema.h"

enum { MOST_TENSORS = 100000, MOST_OPERATORS = 100000, MOST_CODES = 4096, MOST_PORTS = 64 };

/* --- element types */

static const struct {
    const char *name;
    number_type type;
} tensor_types[] = {{"FLOAT32", NUMBER_F32},  {"FLOAT16", NUMBER_F16},   {"INT32", NUMBER_I32},
                    {"UINT8", NUMBER_U8},     {"INT64", NUMBER_I64},     {"STRING", NUMBER_NONE},
                    {"BOOL", NUMBER_BOOL},    {"INT16", NUMBER_I16},     {"COMPLEX64", NUMBER_NONE},
                    {"INT8", NUMBER_I8},      {"FLOAT64", NUMBER_F64},   {"COMPLEX128", NUMBER_NONE},
                    {"UINT64", NUMBER_U64},   {"RESOURCE", NUMBER_NONE}, {"VARIANT", NUMBER_NONE},
                    {"UINT32", NUMBER_U32},   {"UINT16", NUMBER_U16},    {"INT4", NUMBER_NONE},
                    {"BFLOAT16", NUMBER_BF16}};

enum { TENSOR_TYPES = sizeof tensor_types / sizeof *tensor_types };

const char *name_tensor_type(arena *a, int type_code) {
    if (type_code >= 0 && type_code < TENSOR_TYPES) return tensor_types[type_code].name;
    return arena_printf(a, "number %d", type_code);
}

/* --- parts of the model. Each reads one table; a fault is looked at once, at the end */

/* The bytes of buffer `index`. In files beyond 2 GB they lie behind the FlatBuffer, at an offset in the file.
 */
static void read_buffer(model *m, flat_vector buffers, uint32_t index, tflite_tensor *t) {
    if (index >= buffers.count) {
        if (index > 0) m->file.fault = "a tensor has a buffer that does not exist";
        return;
    }
    flat_table b = flat_table_at(&m->file, buffers, index);
    flat_vector data = flat_subvector(&m->file, b, BUFFER_DATA, 1);
    uint64_t offset = flat_u64(&m->file, b, BUFFER_OFFSET), size = flat_u64(&m->file, b, BUFFER_SIZE);
    if (data.count > 0) {
        t->data = data.data;
        t->size = data.count;
    } else if (offset > 1) {
        if (offset > m->file.size || size > m->file.size - offset) {
            m->file.fault = "a buffer lies outside of the file";
            return;
        }
        t->data = m->file.bytes + offset;
        t->size = size;
    }
}

static quantization read_quantization(model *m, flat_table t) {
    flat_table q = flat_subtable(&m->file, t, TENSOR_QUANTIZATION);
    return (quantization){.scales = flat_subvector(&m->file, q, QUANTIZATION_SCALE, 4),
                          .zero_points = flat_subvector(&m->file, q, QUANTIZATION_ZERO_POINT, 8),
                          .axis = flat_i32(&m->file, q, QUANTIZATION_AXIS, 0)};
}

static void read_one_tensor(model *m, arena *a, flat_table t, flat_vector buffers, tflite_tensor *out) {
    flat_buffer *f = &m->file;
    const char *name = flat_string(f, a, t, TENSOR_NAME);
    out->name = name ? name : "";
    out->type_code = flat_i8(f, t, TENSOR_TYPE, 0);
    bool known = out->type_code >= 0 && out->type_code < TENSOR_TYPES;
    out->type = known ? tensor_types[out->type_code].type : NUMBER_NONE;
    out->dims = flat_subvector(f, t, TENSOR_SHAPE, 4);
    out->signature = flat_subvector(f, t, TENSOR_SIGNATURE, 4);
    out->q = read_quantization(m, t);
    out->is_variable = flat_bool(f, t, TENSOR_IS_VARIABLE);
    out->is_sparse = flat_subtable(f, t, TENSOR_SPARSITY).at != 0;
    read_buffer(m, buffers, flat_u32(f, t, TENSOR_BUFFER), out);
}

static void read_one_operator(model *m, flat_table t, const tflite_operator *codes, size_t n_codes,
                              tflite_operator *out) {
    flat_buffer *f = &m->file;
    uint32_t code = flat_u32(f, t, OPERATOR_CODE);
    if (code >= n_codes) {
        f->fault = "an operator has a code that does not exist";
        return;
    }
    *out = codes[code];
    out->inputs = flat_subvector(f, t, OPERATOR_INPUTS, 4);
    out->outputs = flat_subvector(f, t, OPERATOR_OUTPUTS, 4);
    out->options_type = flat_i8(f, t, OPERATOR_OPTIONS_TYPE, 0) & 255;
    out->options = flat_subtable(f, t, OPERATOR_OPTIONS);
    out->custom_options = flat_subvector(f, t, OPERATOR_CUSTOM_OPTIONS, 1);
}

/* The codes as operators without inputs, outputs and options. */
static tflite_operator *read_codes(model *m, arena *a, flat_vector list) {
    tflite_operator *codes = ARENA_ARRAY(a, tflite_operator, list.count + 1);
    for (size_t i = 0; i < list.count && !m->file.fault; i++) {
        flat_table t = flat_table_at(&m->file, list, i);
        int old = flat_i8(&m->file, t, CODE_DEPRECATED_BUILTIN, 0);
        int code = flat_i32(&m->file, t, CODE_BUILTIN, 0);
        codes[i].code = code > old ? code : old;
        codes[i].custom = flat_string(&m->file, a, t, CODE_CUSTOM);
    }
    return codes;
}

static signature_port *read_names(model *m, arena *a, flat_table signature, int field, int *count) {
    flat_vector list = flat_tables(&m->file, signature, field);
    int n = list.count > MOST_PORTS ? MOST_PORTS : (int)list.count;
    signature_port *ports = ARENA_ARRAY(a, signature_port, n + 1);
    for (int i = 0; i < n && !m->file.fault; i++) {
        flat_table t = flat_table_at(&m->file, list, (size_t)i);
        ports[i] = (signature_port){flat_string(&m->file, a, t, PORT_NAME), flat_u32(&m->file, t, PORT_TENSOR)};
    }
    *count = n;
    return ports;
}

/* The first signature of the first subgraph. */
static void read_signature(model *m, arena *a, flat_table root) {
    flat_vector list = flat_tables(&m->file, root, MODEL_SIGNATURES);
    for (size_t i = 0; i < list.count && i < MOST_PORTS && !m->file.fault; i++) {
        flat_table t = flat_table_at(&m->file, list, i);
        if (flat_u32(&m->file, t, SIGNATURE_SUBGRAPH) != 0) continue;
        m->input_names = read_names(m, a, t, SIGNATURE_INPUTS, &m->n_input_names);
        m->output_names = read_names(m, a, t, SIGNATURE_OUTPUTS, &m->n_output_names);
        return;
    }
}

/* --- the whole model */

static void read_subgraph(model *m, arena *a, flat_table root, flat_table sub) {
    flat_buffer *f = &m->file;
    flat_vector codes = flat_tables(f, root, MODEL_OPERATOR_CODES),
                buffers = flat_tables(f, root, MODEL_BUFFERS);
    flat_vector tensors = flat_tables(f, sub, SUBGRAPH_TENSORS);
    flat_vector operators = flat_tables(f, sub, SUBGRAPH_OPERATORS);
    if (tensors.count > MOST_TENSORS || operators.count > MOST_OPERATORS || codes.count > MOST_CODES)
        f->fault = "it has too many tensors, operators or codes";
    if (f->fault) return;
    m->tensors = ARENA_ARRAY(a, tflite_tensor, tensors.count + 1);
    m->n_tensors = (int)tensors.count;
    for (size_t i = 0; i < tensors.count && !f->fault; i++)
        read_one_tensor(m, a, flat_table_at(f, tensors, i), buffers, &m->tensors[i]);
    const tflite_operator *known = read_codes(m, a, codes);
    m->operators = ARENA_ARRAY(a, tflite_operator, operators.count + 1);
    m->n_operators = (int)operators.count;
    for (size_t i = 0; i < operators.count && !f->fault; i++)
        read_one_operator(m, flat_table_at(f, operators, i), known, codes.count, &m->operators[i]);
    m->inputs = flat_subvector(f, sub, SUBGRAPH_INPUTS, 4);
    m->outputs = flat_subvector(f, sub, SUBGRAPH_OUTPUTS, 4);
}

bool tfl_parse_model(model *m, arena *a, diag *d, loc at, const unsigned char *bytes, size_t size) {
    *m = (model){.file = {.bytes = bytes, .size = size}};
    flat_table root = flat_root(&m->file, TFLITE_IDENTIFIER);
    flat_vector subgraphs = flat_tables(&m->file, root, MODEL_SUBGRAPHS);
    uint32_t version = flat_u32(&m->file, root, MODEL_VERSION);
    m->n_subgraphs = (int)(subgraphs.count > INT32_MAX ? INT32_MAX : subgraphs.count);
    if (!m->file.fault && version != SCHEMA_VERSION) {
        diag_error(d, at, "it has version %u of the schema of TensorFlow Lite; only version %d is read",
                   version, SCHEMA_VERSION);
        return false;
    }
    if (!m->file.fault && subgraphs.count == 0) m->file.fault = "it has no graph";
    if (!m->file.fault) read_subgraph(m, a, root, flat_table_at(&m->file, subgraphs, 0));
    if (!m->file.fault) read_signature(m, a, root);
    if (!m->file.fault) return true;
    diag_error(d, at, "this is not a whole TensorFlow Lite model: %s", m->file.fault);
    return false;
}
