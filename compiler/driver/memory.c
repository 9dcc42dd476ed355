/* memory.c: --emit memory: the arena over the steps, as a picture (SVG).
 *
 * The steps run from left to right, and the bytes of the arena from bottom to top. Each buffer is a bar over
 * the steps in which it lives, at its offset and as high as its size. The step with the most live bytes is
 * marked, with their number. An output that lies over the input that it is made from is drawn over it. */
#include "driver/driver.h"

#include <string.h>

enum { LEFT_MARGIN = 90, TOP_MARGIN = 56, RIGHT_MARGIN = 80, BOTTOM_MARGIN = 150, HEIGHT = 420 };

typedef struct picture {
    text *out;
    arena *mem;
    const plan *p;
    double step_width; /* pixels */
    double byte_height;
} picture;

static double x_of(const picture *k, int step) { return LEFT_MARGIN + step * k->step_width; }
static double y_of(const picture *k, int64_t bytes) {
    return TOP_MARGIN + HEIGHT - (double)bytes * k->byte_height;
}

static const char *show_bytes(arena *a, int64_t bytes) {
    if (bytes >= 1000000) return arena_printf(a, "%.2f MB", (double)bytes * 1e-6);
    if (bytes >= 10000) return arena_printf(a, "%.0f KB", (double)bytes * 1e-3);
    return arena_printf(a, "%lld bytes", (long long)bytes);
}

const char *step_label(const plan *p, int step) {
    const char *label = p->g->nodes[p->steps[step].node].label;
    return label ? label : op_table[p->g->nodes[p->steps[step].node].op].name;
}

/* Prints the bar of a buffer, with its size, offset and steps as a tooltip. Its name and size are printed in
 * the bar if there is room, along it or turned by 90 degrees. */
static void print_bar(const picture *k, const plan_buffer *b) {
    double x = x_of(k, b->first), width = (b->last - b->first + 1) * k->step_width;
    double height = (double)b->bytes * k->byte_height, y = y_of(k, b->offset + b->bytes);
    const char *name = b->what ? b->what : "", *bytes = show_bytes(k->mem, b->bytes);
    const char *lies_over = b->over.input >= 0 ? " fill-opacity=\"0.5\"" : ""; /* the input shows through */
    text_printf(k->out, "<g><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"%s/>", x, y,
                width, height, b->own ? "own" : "map", lies_over);
    text_string(k->out, "<title>");
    text_escaped(k->out, name);
    text_printf(k->out, ": %lld bytes at %lld, steps %d to %d</title>", (long long)b->bytes,
                (long long)b->offset, b->first + 1, b->last + 1);
    const char *label = arena_printf(k->mem, "%s %s", name, bytes);
    enum { CHARACTER = 6, LINE = 11 };
    double length = (double)strlen(label) * CHARACTER;
    bool lies = height >= LINE && width >= length, stands = !lies && width >= LINE && height >= length;
    if (lies || stands) {
        double at_x = x + (stands ? width / 2 + 4 : 3), at_y = y + (stands ? height - 3 : height / 2 + 4);
        text_printf(k->out, "<text x=\"%.1f\" y=\"%.1f\"", at_x, at_y);
        if (stands) text_printf(k->out, " transform=\"rotate(-90 %.1f %.1f)\"", at_x, at_y);
        text_char(k->out, '>');
        text_escaped(k->out, label);
        text_string(k->out, "</text>");
    }
    text_string(k->out, "</g>\n");
}

/* Prints the axes: bytes from 0 to the arena's size, in four parts, and the steps. */
static void print_scale(const picture *k) {
    for (int i = 0; i <= 4; i++) {
        int64_t bytes = k->p->arena_bytes * i / 4;
        double y = y_of(k, bytes);
        text_printf(k->out,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>"
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                    LEFT_MARGIN, y, x_of(k, k->p->n_steps), y, LEFT_MARGIN - 6, y + 4,
                    show_bytes(k->mem, bytes));
    }
    for (int i = 0; i < k->p->n_steps; i++) {
        double x = x_of(k, i) + k->step_width / 2, y = TOP_MARGIN + HEIGHT + 10;
        text_printf(k->out, "<text x=\"%.1f\" y=\"%.1f\" transform=\"rotate(60 %.1f %.1f)\">%d. ", x, y, x, y,
                    i + 1);
        text_escaped(k->out, step_label(k->p, i));
        text_string(k->out, "</text>\n");
    }
}

static void print_peak(const picture *k) {
    const plan *p = k->p;
    text_printf(k->out,
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" class=\"peak\"/>"
                "<text x=\"%d\" y=\"42\">fullest at step %d, ",
                x_of(k, p->peak_step), TOP_MARGIN, k->step_width, HEIGHT, LEFT_MARGIN, p->peak_step + 1);
    text_escaped(k->out, step_label(p, p->peak_step));
    text_printf(k->out, ": %lld bytes are live</text>\n",
                (long long)plan_live_bytes(p, p->peak_step, p->peak_step + 1));
}

void memory_print(text *out, const job *j) {
    const plan *p = j->plan;
    enum { LEAST_STEP = 26, LEAST_WIDTH = 640 };
    double step_width =
        p->n_steps * LEAST_STEP < LEAST_WIDTH ? (double)LEAST_WIDTH / (p->n_steps + 1) : LEAST_STEP;
    picture k = {.out = out, .mem = j->mem, .p = p, .step_width = step_width};
    k.byte_height = p->arena_bytes ? (double)HEIGHT / (double)p->arena_bytes : 0;
    double width = x_of(&k, p->n_steps) + RIGHT_MARGIN;
    text_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %d\" font-family=\"sans-serif\" "
                "font-size=\"11\">\n"
                "<style>.map{fill:#9ecae1;stroke:#3182bd}.own{fill:#fdd0a2;stroke:#e6550d}"
                ".peak{fill:#de2d26;fill-opacity:0.12}.grid{stroke:#ccc}</style>\n"
                "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
                "<text x=\"%d\" y=\"24\" font-size=\"15\">",
                width, TOP_MARGIN + HEIGHT + BOTTOM_MARGIN, LEFT_MARGIN);
    text_escaped(out, j->described->name);
    text_printf(out, " for %s: an arena of %lld bytes%s, %d steps</text>\n", p->t->name,
                (long long)p->arena_bytes, j->o.reuse_input ? " with the input" : "", p->n_steps);
    print_scale(&k);
    for (int i = 0; i < p->n_buffers; i++) {
        if (lives_in_arena(&p->buffers[i])) print_bar(&k, &p->buffers[i]);
    }
    if (p->n_steps && p->arena_bytes) print_peak(&k);
    text_string(out, "</svg>\n");
}
