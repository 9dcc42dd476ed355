/* lang_driver.c: the language alone, for its tests: compiles a .net file and prints what was said about it, or,
 * where it is good, the graph: a line per node. `-q` prints only the totals.
 *
 *     lang_driver [-q] [--check] [--files] [--variant NAME] [--search PARAMS] [-D NAME=VALUE].. [-I DIR]..
 * FILE.net
 *
 * Exit 0: good. 1: errors, on standard error. 2: bad usage. */
#include "graph/activations.h"
#include "graph/verify.h"
#include "lang/lang.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 64 };

static void print_ints(const char *name, const int *n, int count, int usual) {
    bool all_usual = true;
    for (int i = 0; i < count; i++) all_usual = all_usual && n[i] == usual;
    if (all_usual) return;
    printf(" %s", name);
    for (int i = 0; i < count; i++) printf("%c%d", i ? ',' : '=', n[i]);
}

static void print_reals(const char *name, const double *x, int count) {
    printf(" %s", name);
    for (int i = 0; i < count; i++) printf("%c%g", i ? ',' : '=', x[i]);
}

static void print_list(const char *name, const axis_list *list) {
    printf(" %s=", name);
    for (int i = 0; i < list->n; i++) printf("%s%d", i ? "," : "", list->at[i]);
}

/* Of what works along axes, and of norms. */
static void print_norm(const node *n) {
    const attrs *a = &n->a;
    bool scales = op_table[n->op].weights == WEIGHTS_SCALE;
    if (n->op == OP_BN || n->op == OP_L2_NORM || scales) printf(" eps=%g", a->eps);
    if (a->axes != OVER_C)
        printf(" %s%s%s", a->axes & OVER_H ? "h" : "", a->axes & OVER_W ? "w" : "",
               a->axes & OVER_C ? "c" : "");
    if (n->op == OP_REDUCE) printf(" %s", reduction_names[a->reduce]);
    if (a->last) printf(" last");
    if (n->op == OP_GROUP_NORM) printf(" groups=%d", a->groups);
    if (scales) printf("%s%s", a->has_scale ? " scale" : "", a->has_bias ? " bias" : "");
    if (n->op == OP_LRN) printf(" size=%d alpha=%g beta=%g k=%g", a->window, a->alpha, a->beta, a->k);
}

static void print_attributes(const node *n) {
    static const char *const paddings[] = {"same", "symmetric", "valid", "explicit"};
    const attrs *a = &n->a;
    op_class class = op_table[n->op].class;
    bool window = n->op == OP_CONV || n->op == OP_DEPTHWISE || class == CLASS_POOL;
    if (window && n->op != OP_GLOBAL_AVG_POOL) {
        printf(" kernel=%d,%d", a->kernel[0], a->kernel[1]);
        print_ints("stride", a->stride, 2, 1);
        print_ints("dilation", a->dilation, 2, 1);
        printf(" %s", paddings[a->padding]);
        print_ints("pad", a->pad, 4, 0);
    }
    if (n->op == OP_PAD) print_ints("pad", a->pad, 4, 0);
    if (n->op == OP_CONV || n->op == OP_SHUFFLE) print_ints("groups", &a->groups, 1, 1);
    if (n->op == OP_DEPTHWISE) print_ints("multiplier", &a->multiplier, 1, 1);
    if (class == CLASS_CONV && a->has_bias) printf(" bias");
    print_norm(n);
    if (n->op == OP_LEAKY_RELU) {
        printf(" slope=%g", a->args.first);
    } else if (class == CLASS_ACT) {
        int numbers = activation_numbers(n->op);
        if (numbers > 0) printf(" args=%g", a->args.first);
        if (numbers > 1) printf(",%g", a->args.second);
    }
    if (a->count_pad) printf(" count_pad");
    if (n->op == OP_UPSAMPLE)
        printf(" factor=%d %s", a->factor, a->mode == UPSAMPLE_NEAREST ? "nearest" : "bilinear");
    if (n->op == OP_SLICE) printf(" begin=%d count=%d", a->begin, a->count);
    if (n->op == OP_CONCAT && a->axis != AXIS_C) printf(" axis=%s", axis_names[a->axis]);
    if (n->op == OP_TRANSPOSE) {
        print_list("order", &a->order);
        print_list("dims", &a->dims);
    }
    if (n->op == OP_SLICE && (a->axis != AXIS_C || a->step != 1))
        printf(" axis=%s step=%d", axis_names[a->axis], a->step);
    if (n->op == OP_NORMALIZE) {
        print_reals("mean", a->mean, a->n_mean);
        print_reals("std", a->std, a->n_std);
        printf(" divide=%g", a->divide);
    }
    if (a->naming == NAMING_KERAS) printf(" keras");
}

/* The scale and zero point of a tensor of codes, and what only layers with codes have. */
static void print_codes(const graph *g, const node *n) {
    const attrs *a = &n->a;
    if (n->q.on && n->q.scales) printf(" %sq=channels,%d", a->q.on ? "" : "kept ", n->q.zero);
    if (n->q.on && !n->q.scales) printf(" %sq=%.9g,%d", a->q.on ? "" : "kept ", (double)n->q.scale, n->q.zero);
    if (a->one_weight_scale) printf(" one_weight_scale");
    if (a->pad_value) print_reals("pad_value", a->pad_value, g->nodes[n->in[0]].shape.c);
}

static void print_nodes(const graph *g) {
    if (g->rounding != RESCALE_ONCE) printf("rounding %s\n", rescale_rounding_names[g->rounding]);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        printf("%d %s %s%s [%d,%d,%d]", i, op_table[n->op].name, n->label, n->labelled ? "" : "~", n->shape.h,
               n->shape.w, n->shape.c);
        if (n->type != TYPE_F32) printf(" %s", type_table[n->type].name);
        for (int j = 0; j < n->n_in; j++) printf("%s%d", j ? "," : " <", n->in[j]);
        print_attributes(n);
        print_codes(g, n);
        printf(" :%d\n", n->at.line);
    }
    for (int i = 0; i < g->n_outputs; i++) printf("output %s %d\n", g->outputs[i].name, g->outputs[i].node);
}

int main(int argc, char **argv) {
    const char *path = NULL, *include_dirs[MOST];
    define defines[MOST];
    lang_options o = {.defines = defines, .include_dirs = include_dirs};
    bool quiet = false, lists_files = false;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc && o.n_defines < MOST && o.n_include_dirs < MOST;
        if (strcmp(argv[i], "-q") == 0) {
            quiet = true;
        } else if (strcmp(argv[i], "--check") == 0) {
            o.check = true;
        } else if (strcmp(argv[i], "--files") == 0) {
            lists_files = true;
        } else if (strcmp(argv[i], "--variant") == 0 && more) {
            o.variant = argv[++i];
        } else if (strcmp(argv[i], "--search") == 0 && more) {
            o.search = argv[++i];
        } else if (strcmp(argv[i], "-v") == 0) {
            o.note_choices = true;
        } else if (strcmp(argv[i], "-I") == 0 && more) {
            include_dirs[o.n_include_dirs++] = argv[++i];
        } else if (strcmp(argv[i], "-D") == 0 && more && strchr(argv[i + 1], '=')) {
            char *equals = strchr(argv[++i], '=');
            *equals = 0;
            defines[o.n_defines++] = (define){argv[i], equals + 1};
        } else if (argv[i][0] != '-' && !path) {
            path = argv[i];
        } else {
            path = NULL;
            break;
        }
    }
    if (!path) {
        fputs(
            "usage: lang_driver [-q] [--check] [--files] [--variant NAME] [-D NAME=VALUE] [-I DIR] FILE.net\n",
            stderr);
        return 2;
    }
    arena *a = arena_new();
    diag *d = diag_new(a);
    const char *const *files = NULL;
    int n_files = 0;
    graph *g = lang_compile(a, d, path, &o, &files, &n_files);
    for (int i = 0; lists_files && i < n_files; i++) printf("%s\n", files[i]);
    text said = {0};
    diag_print(d, &said);
    if (said.size) fputs(said.data, stderr);
    text_free(&said);
    const char *broken = g ? graph_verify(g, a) : NULL;
    if (broken) fprintf(stderr, "broken graph: %s\n", broken);
    if (g) {
        if (!quiet) print_nodes(g);
        printf("%s%s%s params %lld macs %lld nodes %d\n", g->name, g->variant ? " " : "",
               g->variant ? g->variant : "", (long long)graph_params(g), (long long)graph_macs(g), g->n_nodes);
    }
    bool good = (g || o.check) && !diag_error_count(d) && !broken;
    arena_free(a);
    return good ? 0 : 1;
}
