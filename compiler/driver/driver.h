/* driver.h: the parts of the command that are not stages of the compiler: finding files, the summary, --run,
 * and the outputs, which are collected while the stages run and written at the end. */
#ifndef LCC_DRIVER_H
#define LCC_DRIVER_H

#include "base/file.h"
#include "emit/emit.h"
#include "options.h"
#include "plan/plan.h"
#include "quantize/quantize.h"
#include "weights/weights.h"

typedef struct job job;

/* A format of networks' files. */
typedef struct reader {
    const char *name;   /* of the format, for messages: "ONNX" */
    const char *ending; /* of the names of such files: ".onnx"; NULL: the names tell nothing */
    /* Whether a file of the format may begin with these bytes. NULL: the first bytes tell nothing. */
    bool (*sniff)(const unsigned char *head, size_t size);
    bool (*read)(job *j); /* sets j->described; false after errors */
    bool brings_weights;  /* the files have the weights too, which `read` binds */
    const char *refusal;  /* what such a file is, and what to do about it; NULL: it is read */
} reader;

/* How much rounding the weights to halves changes the outputs. */
typedef struct rounding_loss {
    int64_t samples; /* how many were run; 0: not measured */
    bool given;      /* the samples are the user's; else there is one picture of noise */
    double
        difference;   /* the largest, relative to the largest value of the same output; INFINITY if that is 0 */
    bool classifies;  /* the network has one output, and it is a vector */
    int64_t same_top; /* samples in which the same element of the first output is the largest */
    const char *why;  /* why it was not measured */
} rounding_loss;

/* One run of the command: its options, what each stage made, and its outputs. */
struct job {
    arena *mem;
    diag *d;
    options o;
    const char *shipped;      /* the folder of the networks that come with lcc, or NULL */
    const char *model;        /* the path of the network as found */
    const reader *reader;     /* of the network's file */
    const char *const *files; /* every .net file read, or the imported file and its external data */
    int n_files;
    graph *described;       /* the network as its file describes it */
    double compound_factor; /* by which one step of the compound param multiplies the MACs; 0: not measured */
    graph *reduced;         /* the network after the passes */
    const graph *unrounded; /* the network before the pass that rounds weights, which is the last */
    rounding_loss loss;     /* of --weights-dtype f16 */
    quantize_report quantised; /* of --dtype int8 */
    const int32_t *labels;     /* of --labels: the right classes of the samples; NULL: not given */
    const graph *shown; /* the graph for --emit net and dot: `described`, or that after the pass of --after */
    tuning tuning;      /* of --tune and --max-flash */
    plan *plans[MAX_FILE_TARGETS]; /* one for each target */
    plan *plan;                    /* the last of them, which is that of the best target */
    const double *step_times;      /* of --times: microseconds of each step, or -1; NULL: not given */
    weights_report weights;
    emitted code;
    text out;     /* for standard output */
    text netlist; /* for -o with --format, or with --emit net, json, dot, .. */
    text depfile;
    text *results; /* one .npy for each --out */
    output_stream *outputs;
    int n_outputs;
    score_runner *runner; /* who runs the command of --score; NULL: this machine. See examples/fit_mpi */
    void *runner_state;
};

/* locate.c. The folder of the networks that come with lcc: ../share/lcc beside the program, else where it was
 * installed. NULL if there is neither. `program` is the path of the program if the system does not tell it. */
const char *find_library(arena *a, const char *program);

/* The path of the network `name`: as given, in a folder of -I, or in the library. `name` itself if it is in
 * none of them; opening it then fails with a message. */
const char *find_model(arena *a, const char *name, const words *include_dirs, const char *library);

/* list.c. The names of the .net files in a folder, sorted. */
words list_files(arena *a, const char *folder);
/* Whether one of the files is that of a network's variant: efficientnet_b0.net. */
bool variant_has_file(const words *files, const graph *g, const char *variant);
/* --list: appends the table of the networks that come with lcc to standard output. False after errors. */
bool list_networks(job *j);

/* guess.c. The network that comes with lcc whose weights these seem to be, with the options that it needs;
 * NULL: none of them. `job` is a job: for the errors of weights that do not fit. */
const char *guess_network(void *job, const tensor_index *index);

/* suggest.c. Where the network's file does not exist, adds a note that names the nearest network that comes
 * with lcc. */
void suggest_model(job *j);

/* list_ops.c: --list-ops: appends the operators of imported files to standard output. */
void list_operators(job *j);

/* readers.c. The reader of a file, chosen by its first bytes, else by its name. Never NULL. */
const reader *find_reader(const char *path);

/* read_net.c. Reads a .net file and the files that it imports. False after errors. */
bool read_net(job *j);
/* How the options of the command say that a .net file is read. */
lang_options lang_options_of(const job *j);

/* read_imported.c. Reads the network and its weights from an ONNX or TensorFlow Lite file. False after errors.
 */
bool read_onnx(job *j);
bool read_tflite(job *j);

/* weights_output.c. For a network whose file brought its weights, adds them as an output beside the .net file
 * that --emit net -o writes: under the same name, ending in .safetensors. */
void add_weights_output(job *j);

/* run.c: --run. Reads the inputs, runs the interpreter on each sample, and adds the results as outputs. False
 * after errors. */
bool run_interpreter(job *j);

/* rounding.c: runs the network with the weights as they were and with the rounded ones. Sets j->loss, and adds
 * a note on it. False after errors. */
bool measure_rounding(job *j);
/* j->loss as a sentence. */
const char *describe_rounding(const job *j);

/* quantising.c: --dtype int8. Replaces j->described by the quantised network and sets j->quantised. False after
 * errors. */
bool quantise_described(job *j);
/* How well the quantised network does, as sentences for the summary. */
const char *describe_quantised(const job *j);
/* "91.20 % right in float, ..": NULL where no labels were given. */
const char *describe_accuracy(const job *j);
/* How many of the samples have their right class at `top`. Labels must have been given. */
int count_right(const job *j, const int32_t *top);

/* summary.c: appends the table of layers and the totals. */
void summary_print(text *out, const job *j);
/* 1234567 -> "1,234,567"; nothing for 0. */
const char *show_count(arena *a, int64_t value);

/* tune.c: --tune. Reads the file of tiles into j->tuning. If there is no such file, measures the tiles and
 * writes it. False after errors. */
bool tune(job *j);

/* flash.c: --max-flash. Makes the code by `make`, which plans with j->tuning and emits into j->code, so that it
 * keeps within the limit. False after errors, of which one says the least flash that is possible. */
bool make_within_flash(job *j, bool (*make)(job *j));

/* measure_flash.c: --cc. Sets j->code.flash to what the compiler makes of the code. False after errors. */
bool measure_flash(job *j);

/* fit.c: --fit. Searches the network's choices, and writes the front and the best one. False after errors, of
 * which one may be that no candidate keeps the limits. */
bool fit_network(job *j);
/* compound.c: --fit-compound. Finds the ratios of compound scaling and writes them. False after errors. */
bool fit_compound(job *j);

/* format.c: --format. False after errors. */
bool format_model(job *j);

/* describe.c: appends the output of --emit net, dot, json, memory, memory-table or html. */
void describe_network(text *out, const job *j);

/* memory.c: --emit memory: the arena over the steps, as SVG. */
void memory_print(text *out, const job *j);
/* The name of a step: the label of its layer, or if it has none, its op. */
const char *step_label(const plan *p, int step);

/* html.c: --emit html: the layers, the plan and the arena as one page. */
void html_print(text *out, const job *j);

/* memory_table.c: --emit memory-table: the same as text. */
void memory_table_print(text *out, const job *j);

/* outputs.c. Adds a file that write_outputs writes. The content is not copied. */
void add_output(job *j, const char *path, const text *content);
/* Adds a file that has more behind `content`: the pieces that `next` makes while the file is written. */
void add_stream(job *j, const char *path, const text *content, bool (*next)(void *state, text *piece),
                void *state);
/* Adds the C file. The literal of its weights is made while it is written. */
void add_code_output(job *j, const char *path, emitted *code);
/* Refuses outputs that would overwrite an input or each other. False after errors. */
bool check_outputs(job *j);
/* Writes standard output, then all files or none. False after errors. */
bool write_outputs(job *j);

/* depfile.c: --depfile. Appends a rule of make that names the outputs and all files that they are made from.
 * False after an error: make or ninja cannot read one of the names. */
bool depfile_print(text *out, job *j);

#endif
