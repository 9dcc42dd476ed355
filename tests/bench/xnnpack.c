/* xnnpack.c: a network in XNNPACK's operators of eight bits, behind the names that lcc's code has, so that
 * bench.c calls it as such.
 *
 * xnnpack.py has written the network to the two files whose paths are PLAN_FILE and DATA_FILE: a line for each
 * operator, and the weights, to which the lines have offsets. THREADS is how many there are. Everything is made
 * at the first call. */
#include <inttypes.h>
#include <pthreadpool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xnnpack.h>

enum { MAX_OPERATORS = 512, MAX_VALUES = 64 };

typedef struct network {
    xnn_operator_t operators[MAX_OPERATORS];
    int n;
    pthreadpool_t threads;
    char *data;    /* weights, scales and biases */
    int8_t *arena; /* all tensors */
    size_t input, output, input_bytes, outputs;
    float output_scale;
    int output_zero;
} network;

static network net;

static void stop(const char *what) {
    fprintf(stderr, "xnnpack: %s\n", what);
    exit(1);
}

static void check(enum xnn_status status, const char *what) {
    if (status != xnn_status_success) stop(what);
}

static void *read_whole(const char *path) {
    FILE *f = fopen(path, "rb");
    long size = -1;
    if (f && fseek(f, 0, SEEK_END) == 0) size = ftell(f);
    char *data = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (!data) stop("a file of the network cannot be read");
    rewind(f);
    data[fread(data, 1, (size_t)size, f)] = 0;
    fclose(f);
    return data;
}

/* The values of a line. Offsets of tensors are counted in the arena, those of constants in the data. */
typedef struct values {
    double v[MAX_VALUES];
    int next;
} values;

static size_t whole(values *v) { return (size_t)v->v[v->next++]; }
static int8_t code(values *v) { return (int8_t)v->v[v->next++]; }
static float real(values *v) { return (float)v->v[v->next++]; }
static int8_t *tensor(values *v) { return net.arena + whole(v); }
static const void *constant(values *v) { return net.data + whole(v); }

/* source, to, height, width, groups, inputs and outputs of a group, kernel's height and width, stride, pads
 * (top, right, bottom, left), zero and scale of the source, scales, weights, biases, zero and scale of the
 * result */
static void add_conv(values *v, xnn_operator_t *operator) {
    const int8_t *source = tensor(v);
    int8_t *to = tensor(v);
    const size_t height = whole(v), width = whole(v), groups = whole(v), inputs = whole(v), outputs = whole(v);
    const uint32_t kernel_height = (uint32_t)whole(v), kernel_width = (uint32_t)whole(v),
                   stride = (uint32_t)whole(v);
    uint32_t pads[4];
    for (int i = 0; i < 4; i++) pads[i] = (uint32_t)whole(v);
    const int8_t zero = code(v);
    const float scale = real(v), *scales = constant(v);
    const int8_t *weights = constant(v);
    const int32_t *biases = constant(v);
    const int8_t zero_to = code(v);
    const float scale_to = real(v);
    check(xnn_create_convolution2d_nhwc_qc8(pads[0], pads[1], pads[2], pads[3], kernel_height, kernel_width,
                                            stride, stride, 1, 1, (uint32_t)groups, inputs, outputs,
                                            groups * inputs, groups * outputs, zero, scale, scales, weights,
                                            biases, zero_to, scale_to, INT8_MIN, INT8_MAX, 0, operator),
          "no convolution");
    check(xnn_setup_convolution2d_nhwc_qc8(*operator, 1, height, width, source, to, net.threads),
          "no convolution");
}

/* sources, to, elements, zero and scale of the sources and of the result */
static void add_add(values *v, xnn_operator_t *operator) {
    const int8_t *first = tensor(v), *second = tensor(v);
    int8_t *to = tensor(v);
    const size_t elements = whole(v);
    const int8_t zero = code(v);
    const float scale = real(v);
    const int8_t zero_second = code(v);
    const float scale_second = real(v);
    const int8_t zero_to = code(v);
    const float scale_to = real(v);
    check(xnn_create_add_nd_qs8(zero, scale, zero_second, scale_second, zero_to, scale_to, INT8_MIN, INT8_MAX,
                                0, operator),
          "no addition");
    check(xnn_setup_add_nd_qs8(*operator, 1, &elements, 1, &elements, first, second, to, net.threads),
          "no addition");
}

/* source, to, pixels, channels, zero and scale of the source and of the result */
static void add_mean(values *v, xnn_operator_t *operator) {
    const int8_t *source = tensor(v);
    int8_t *to = tensor(v);
    const size_t pixels = whole(v), channels = whole(v);
    const int8_t zero = code(v);
    const float scale = real(v);
    const int8_t zero_to = code(v);
    const float scale_to = real(v);
    check(xnn_create_global_average_pooling_nwc_qs8(channels, channels, channels, zero, scale, zero_to,
                                                    scale_to, INT8_MIN, INT8_MAX, 0, operator),
          "no mean");
    check(xnn_setup_global_average_pooling_nwc_qs8(*operator, 1, pixels, source, to, net.threads), "no mean");
}

static void add_line(char *line) {
    values v = {.next = 0};
    char *word = line;
    const size_t letters = strcspn(word, " ");
    word += letters;
    for (int i = 0; i < MAX_VALUES && *word; i++) v.v[i] = strtod(word, &word);
    if (strncmp(line, "network", letters) == 0) {
        net.arena = aligned_alloc(64, (whole(&v) + XNN_EXTRA_BYTES + 127) / 64 * 64);
        if (!net.arena) stop("no memory");
        net.input = whole(&v);
        net.input_bytes = whole(&v);
        net.output = whole(&v);
        net.outputs = whole(&v);
        net.output_zero = code(&v);
        net.output_scale = real(&v);
        return;
    }
    if (net.n == MAX_OPERATORS) stop("too many operators");
    xnn_operator_t *operator= & net.operators[net.n++];
    if (strncmp(line, "conv", letters) == 0)
        add_conv(&v, operator);
    else if (strncmp(line, "add", letters) == 0)
        add_add(&v, operator);
    else if (strncmp(line, "mean", letters) == 0)
        add_mean(&v, operator);
    else
        stop("an operator that is not known");
}

static void make_network(void) {
    check(xnn_initialize(NULL), "cannot start");
    net.threads = THREADS > 1 ? pthreadpool_create(THREADS) : NULL;
    net.data = read_whole(DATA_FILE);
    char *plan = read_whole(PLAN_FILE);
    for (char *line = strtok(plan, "\n"); line; line = strtok(NULL, "\n")) add_line(line);
    free(plan);
}

const char *net_version(void);
const char *net_version(void) { return "XNNPACK"; }

/* image: int8 codes [h, w, c]. */
void net_run(const void *image, float *logits);
void net_run(const void *image, float *logits) {
    if (!net.arena) make_network();
    memcpy(net.arena + net.input, image, net.input_bytes);
    for (int i = 0; i < net.n; i++) check(xnn_run_operator(net.operators[i], net.threads), "an operator fails");
    const int8_t *codes = net.arena + net.output;
    for (size_t i = 0; i < net.outputs; i++) logits[i] = net.output_scale * (float)(codes[i] - net.output_zero);
}
