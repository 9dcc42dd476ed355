/* onnxruntime.c: ONNX Runtime through its C interface, without its header and without a binding.
 *
 * The library exports OrtGetApiBase, which hands out a table of functions. The table only grows at its end, so
 * that a function is known by its place for good; those that are needed here stand in the enum below. Each
 * returns a status, which is null where all went well. */
#include "onnxruntime.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { API_VERSION = 18, MAX_RANK = 8 };

enum place {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION = 7,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_EXECUTION_MODE = 13,
    SET_OPTIMIZATION_LEVEL = 23,
    SET_INTRA_OP_THREADS = 24,
    SET_INTER_OP_THREADS = 25,
    INPUT_TYPE_INFO = 33,
    OUTPUT_TYPE_INFO = 34,
    INPUT_NAME = 36,
    OUTPUT_NAME = 37,
    CREATE_TENSOR = 49,
    CAST_TYPE_INFO = 55,
    ELEMENT_TYPE = 60,
    DIMENSIONS_COUNT = 61,
    DIMENSIONS = 62,
    CPU_MEMORY_INFO = 69,
    DEFAULT_ALLOCATOR = 78,
    SET_OPTION = 130
};

enum {
    LOG_ERRORS = 3,
    SEQUENTIAL = 0,
    OPTIMIZE_ALL = 99,
    ARENA_ALLOCATOR = 1,
    DEFAULT_MEMORY = 0,
    TYPE_FLOAT = 1,
    TYPE_UINT8 = 2,
    TYPE_INT8 = 3
};

/* Where a processor has AVX2 or AVX-512 and no VNNI, ONNX Runtime adds two products of codes in 16 bits, and
 * large sums are cut off, unless it is told to compute what the file says. It changes nothing on others. */
#define EXACT "session.x64quantprecision"

typedef void (*function)(void);
typedef void *status;

typedef struct api_base {
    const function *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} api_base;

struct ort_network {
    const function *api;
    const char *version;
    void *session, *memory, *allocator;
    char *input_name, *output_name;
    void *input, *output;
};

/* The table's function at a place, as what it is. */
#define CALL(network, place, ...) ((status(*)(__VA_ARGS__))(network)->api[place])

static int went_well(const ort_network *n, status s, const char *what) {
    if (!s) return 1;
    fprintf(stderr, "ONNX Runtime cannot %s: %s\n", what,
            ((const char *(*)(status))n->api[GET_ERROR_MESSAGE])(s));
    return 0;
}

static int load_library(ort_network *n, const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "cannot load %s: %s\n", path, dlerror());
        return 0;
    }
    const api_base *(*get_base)(void);
    void *symbol = dlsym(library, "OrtGetApiBase");
    memcpy(&get_base, &symbol, sizeof symbol);
    n->api = symbol ? get_base()->get_api(API_VERSION) : NULL;
    if (!n->api) {
        fprintf(stderr, "%s is not ONNX Runtime, or is too old: it has no interface %d\n", path, API_VERSION);
        return 0;
    }
    n->version = get_base()->get_version();
    return 1;
}

static int create_session(ort_network *n, const char *model, int threads) {
    void *env = NULL, *options = NULL;
    return went_well(n, CALL(n, CREATE_ENV, int, const char *, void **)(LOG_ERRORS, "bench", &env), "start") &&
           went_well(n, CALL(n, CREATE_SESSION_OPTIONS, void **)(&options), "make options") &&
           went_well(n, CALL(n, SET_EXECUTION_MODE, void *, int)(options, SEQUENTIAL), "set its mode") &&
           went_well(n, CALL(n, SET_OPTIMIZATION_LEVEL, void *, int)(options, OPTIMIZE_ALL), "set its level") &&
           went_well(n, CALL(n, SET_INTRA_OP_THREADS, void *, int)(options, threads), "set its threads") &&
           went_well(n, CALL(n, SET_INTER_OP_THREADS, void *, int)(options, 1), "set its threads") &&
           went_well(n, CALL(n, SET_OPTION, void *, const char *, const char *)(options, EXACT, "1"),
                     "set its sums") &&
           went_well(
               n,
               CALL(n, CREATE_SESSION, void *, const char *, void *, void **)(env, model, options, &n->session),
               "load the model");
}

/* The bytes of an element; 0 for a type that no port here has. */
static size_t bytes_of_type(int type) {
    return type == TYPE_FLOAT ? sizeof(float) : type == TYPE_UINT8 || type == TYPE_INT8;
}

/* A tensor on the caller's memory, of the type and shape that the model declares for its port. */
static int create_port(ort_network *n, int is_input, void *data, size_t bytes, char **name, void **tensor) {
    const char *port = is_input ? "input" : "output";
    void *type = NULL;
    const void *info = NULL;
    size_t rank = 0, needed;
    int element = 0;
    int64_t dimensions[MAX_RANK];
    const int type_place = is_input ? INPUT_TYPE_INFO : OUTPUT_TYPE_INFO;
    const int name_place = is_input ? INPUT_NAME : OUTPUT_NAME;
    if (!went_well(n, CALL(n, type_place, void *, size_t, void **)(n->session, 0, &type), "describe a port") ||
        !went_well(n, CALL(n, CAST_TYPE_INFO, void *, const void **)(type, &info), "describe a port") ||
        !went_well(n, CALL(n, ELEMENT_TYPE, const void *, int *)(info, &element), "tell a type") ||
        !went_well(n, CALL(n, DIMENSIONS_COUNT, const void *, size_t *)(info, &rank), "count dimensions"))
        return 0;
    if (rank > MAX_RANK) {
        fprintf(stderr, "the model's %s has %zu dimensions\n", port, rank);
        return 0;
    }
    if (!went_well(n, CALL(n, DIMENSIONS, const void *, int64_t *, size_t)(info, dimensions, rank),
                   "tell dimensions"))
        return 0;
    needed = bytes_of_type(element);
    for (size_t i = 0; i < rank; i++) needed *= dimensions[i] > 0 ? (size_t)dimensions[i] : 0;
    if (needed != bytes || !needed) {
        fprintf(stderr, "the model's %s has type %d and %zu bytes, and %zu are given\n", port, element, needed,
                bytes);
        return 0;
    }
    return went_well(n, CALL(n, name_place, void *, size_t, void *, char **)(n->session, 0, n->allocator, name),
                     "name a port") &&
           went_well(n,
                     CALL(n, CREATE_TENSOR, void *, void *, size_t, const int64_t *, size_t, int,
                          void **)(n->memory, data, bytes, dimensions, rank, element, tensor),
                     "make a tensor");
}

ort_network *ort_open(const char *library, const char *model, int threads, const void *input,
                      size_t input_bytes, float *output, size_t output_floats) {
    ort_network *n = calloc(1, sizeof *n);
    if (n && load_library(n, library) && create_session(n, model, threads) &&
        went_well(n, CALL(n, CPU_MEMORY_INFO, int, int, void **)(ARENA_ALLOCATOR, DEFAULT_MEMORY, &n->memory),
                  "use memory") &&
        went_well(n, CALL(n, DEFAULT_ALLOCATOR, void **)(&n->allocator), "allocate") &&
        create_port(n, 1, (void *)(uintptr_t)input, input_bytes, &n->input_name, &n->input) &&
        create_port(n, 0, output, output_floats * sizeof *output, &n->output_name, &n->output))
        return n;
    free(n);
    return NULL;
}

int ort_run(ort_network *n) {
    const char *input_name = n->input_name, *output_name = n->output_name;
    const void *input = n->input;
    status s = CALL(n, RUN, void *, const void *, const char *const *, const void *const *, size_t,
                    const char *const *, size_t,
                    void **)(n->session, NULL, &input_name, &input, 1, &output_name, 1, &n->output);
    return went_well(n, s, "run the model") ? 0 : -1;
}

const char *ort_version(const ort_network *n) { return n->version; }
