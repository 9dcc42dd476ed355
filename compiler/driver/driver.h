/* driver.h: the pieces of the command that are no stage of the compiler: finding files, the summary, --run, and
 * the outputs, which are collected while the stages run and written at the end. */
#ifndef LCC_DRIVER_H
#define LCC_DRIVER_H

#include "base/file.h"
#include "emit/emit.h"
#include "options.h"
#include "plan/plan.h"
#include "weights/weights.h"

typedef struct job job;

/* A kind of file in which a network comes. */
typedef struct reader {
    const char *name;   /* what such a file is called */
    const char *ending; /* of its name; NULL: any */
    bool (*sniff)(const unsigned char *head,
                  size_t size); /* whether a file begins so; NULL: it cannot be told */
    bool (*read)(job *j);       /* sets j->described; false after errors */
    bool brings_weights;        /* the weights are bound once it is read */
    const char *refusal;        /* what such a file is, and what to do about it; NULL: it is read */
} reader;

/* What rounding the weights to halves did to the outputs. */
typedef struct rounding_loss {
    int64_t samples;   /* 0: not measured */
    bool given;        /* the samples are the user's; else one picture of noise */
    double difference; /* the largest, as a part of the sample's largest output; INFINITY where that was 0 */
    bool classifies;   /* there is one output, and it is a vector */
    int64_t same_top;  /* samples whose largest output is the same one */
    const char *why;   /* it was not measured */
} rounding_loss;

/* One run of the command: what goes in, what each stage made, what comes out. */
struct job {
    arena *mem;
    diag *d;
    options o;
    const char *shipped;      /* folder of the networks that come along, or NULL */
    const char *model;        /* the path of the network as found */
    const reader *reader;     /* of the network's file */
    const char *const *files; /* every .net file read, or the ONNX file and its external data */
    int n_files;
    graph *described;       /* as the .net file says */
    double compound_factor; /* by which one step of the compound param multiplies the MACs; 0: there is none */
    graph *reduced;         /* after the passes */
    const graph *unrounded; /* before the one that rounds weights, which is the last */
    rounding_loss loss;     /* of --weights-dtype f16 */
    const graph *shown;     /* what --emit net and dot show: `described`, or after the pass of --after */
    tuning tuning;          /* of --tune */
    plan *plans[MAX_FILE_TARGETS]; /* one for each target */
    plan *plan;                    /* the last of them: that of the best target */
    weights_report weights;
    emitted code;
    text out;     /* for standard output */
    text netlist; /* for -o with --format, or with --emit net, json, dot, .. */
    text depfile;
    text *results; /* one .npy for each --out */
    output_stream *outputs;
    int n_outputs;
};

/* locate.c. The folder of networks that belongs to this program: beside the program where it was moved, else
 * where it was installed. NULL where there is neither. */
const char *find_library(arena *a, const char *program);

/* The path of the network `name`: as given, in one of the -I folders, or in the library. `name` itself where it
 * is in none of them (opening it then fails and says so). */
const char *find_model(arena *a, const char *name, const words *include_dirs, const char *library);

/* readers.c. The reader of the file, by its first bytes, else by its name; never NULL. */
const reader *find_reader(const char *path);

/* read_net.c. Reads a .net file, and what it imports. False after errors. */
bool read_net(job *j);

/* read_onnx.c. Reads the network and its weights from an ONNX file. False after errors. */
bool read_onnx(job *j);

/* weights_output.c. The weights of a network whose file brought them, as an output beside the .net file that
 * --emit net -o writes: under the same name, ending in .safetensors. */
void add_weights_output(job *j);

/* run.c: --run. Reads the inputs, runs the interpreter for each sample, makes the results. False after errors.
 */
bool run_interpreter(job *j);

/* rounding.c: runs the network with the weights as they were and with rounded ones, into j->loss, and says what
 * came of it in a note. False after errors. */
bool measure_rounding(job *j);
/* The same as a sentence. */
const char *describe_rounding(const job *j);

/* summary.c: appends the table of layers and the totals. */
void summary_print(text *out, const job *j);
/* 1234567 -> "1,234,567"; nothing for 0. */
const char *show_count(arena *a, int64_t value);

/* tune.c: --tune. Reads the file of tiles into j->tuning or, where there is none, measures and makes it. False
 * after errors. */
bool tune(job *j);

/* format.c: --format. False after errors. */
bool format_model(job *j);

/* describe.c: what --emit shows in place of C. */
void describe_network(text *out, const job *j);

/* memory.c: --emit memory: the arena over the steps, as SVG. */
void memory_print(text *out, const job *j);
/* What a step is called: the label of its layer. */
const char *step_label(const plan *p, int step);

/* memory_table.c: --emit memory-table: the same as text. */
void memory_table_print(text *out, const job *j);

/* outputs.c */
void add_output(job *j, const char *path, const text *content);
/* The same with more behind it, which `next` makes piece by piece while the file is written. */
void add_stream(job *j, const char *path, const text *content, bool (*next)(void *state, text *piece),
                void *state);
/* The C file: the literal is made while it is written. */
void add_code_output(job *j, const char *path, emitted *code);
/* The rule of make that names the outputs and all files that they are made from. False after an error: make or
 * ninja cannot read one of the names. */
bool depfile_print(text *out, job *j);
/* Refuses outputs that would overwrite an input or each other. False after errors. */
bool check_outputs(job *j);
/* Standard output first, then all files or none. False after errors. */
bool write_outputs(job *j);

#endif
