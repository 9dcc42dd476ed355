/* plan_driver.c: makes the plans of networks and runs each symbolically (plan/verify.h): for every target, for
 * weights that are floats and halves, without a limit of memory and within several.
 *
 *     plan_driver [--limits N] [--tiny] {[-Dname=value | --variant=NAME]... FILE.net}...
 *
 * The options before a file are that file's. --limits: how many steps lie between the smallest arena and the
 * fastest plan's (1). With every other target the inputs lie in the arena, for floats or for halves. --tiny:
 * the caches of all targets are so small that small maps count as large ones. Prints how many plans there were,
 * and what the verifier says of those that are wrong. */
#include "lang/lang.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "plan/verify.h"
#include "weights/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct driver {
    int limits;
    bool tiny;
    int n_plans, n_wrong, n_nets;
    double seconds;
} driver;

enum { MOST_DEFINES = 8 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What a plan is made of, for messages. */
typedef struct setting {
    const char *path;
    const graph *g;
    bool halves;
    const target *t;
    arena *mem;
    diag *d;
} setting;

/* Makes and verifies a plan; the bytes of its arena, or -1 where there is none within the limit. */
static int64_t verify_one(driver *all, const setting *s, int64_t max_ram) {
    const plan *p = plan_make(s->g, s->t, max_ram, NULL, s->mem, s->d);
    if (!p) return -1;
    arena *scratch = arena_new();
    double before = now();
    const char *why = plan_verify(p, scratch);
    all->seconds += now() - before;
    all->n_plans++;
    if (why) {
        all->n_wrong++;
        printf("%s, %s, %s, at most %lld bytes: %s\n", s->path, s->t->name, s->halves ? "f16" : "f32",
               (long long)max_ram, why);
    }
    arena_free(scratch);
    return p->arena_bytes;
}

static void verify_limits(driver *all, const setting *s) {
    enum { SIX_MB = 6 << 20 };
    int64_t most = verify_one(all, s, 0), least = verify_one(all, s, LEAST_RAM);
    verify_one(all, s, SIX_MB);
    for (int i = 1; i < all->limits; i++) verify_one(all, s, least + (most - least) * i / all->limits);
}

static bool verify_net(driver *all, const char *path, const lang_options *o) {
    for (int halves = 0; halves < 2; halves++) {
        arena *mem = arena_new();
        diag *d = diag_new(mem);
        graph *g = lang_compile(mem, d, path, o, NULL, NULL);
        weights_report report;
        if (g) weights_seed(mem, g, 0, &report);
        graph *reduced =
            g ? run_passes_with(&(pass_options){.half_weights = halves}, g, mem, d, NULL, NULL) : NULL;
        if (!reduced) {
            text said = {0};
            diag_print(d, &said);
            fprintf(stderr, "%s", said.data ? said.data : "");
            text_free(&said);
            arena_free(mem);
            return false;
        }
        for (const target *t = target_table; t->name; t++) {
            target small = *t;
            if (all->tiny) small.l1_bytes = 1024, small.l2_bytes = 4096;
            for (int i = 0; i < reduced->n_inputs; i++)
                reduced->inputs[i].reused = (t - target_table + halves) % 2 == 1;
            arena *plans = arena_new();
            verify_limits(all, &(setting){path, reduced, halves, &small, plans, diag_new(plans)});
            arena_free(plans);
        }
        arena_free(mem);
    }
    all->n_nets++;
    return true;
}

int main(int argc, char **argv) {
    driver all = {.limits = 1};
    define defines[MOST_DEFINES];
    lang_options o = {.defines = defines};
    double begin = now();
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--tiny") == 0) {
            all.tiny = true;
        } else if (more && strcmp(argv[i], "--limits") == 0) {
            all.limits = atoi(argv[++i]);
        } else if (strncmp(argv[i], "--variant=", strlen("--variant=")) == 0) {
            o.variant = argv[i] + strlen("--variant=");
        } else if (strncmp(argv[i], "-D", 2) == 0 && o.n_defines < MOST_DEFINES) {
            char *equals = strchr(argv[i], '=');
            if (!equals) return 2;
            *equals = 0;
            defines[o.n_defines++] = (define){argv[i] + 2, equals + 1};
        } else {
            if (!verify_net(&all, argv[i], &o)) return 1;
            o = (lang_options){.defines = defines};
        }
    }
    printf("%d plans of %d networks verified in %.1f s (%.1f s with the planning), %d wrong\n", all.n_plans,
           all.n_nets, all.seconds, now() - begin, all.n_wrong);
    return all.n_wrong > 0 || all.n_plans == 0;
}
