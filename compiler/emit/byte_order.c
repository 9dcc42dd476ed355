/* byte_order.c: the copy of the weights that strict C99 keeps on a big-endian machine, in that machine's order.
 *
 * Numbers of four bytes are turned round, halves within their pair, and codes stay as they are. Where weights
 * are floats or halves, a list says at which words one follows the other. Codes have numbers in each block, so
 * their layout is told stretch by stretch. */
#include "emit/internal.h"

enum { WORD = 4 }; /* bytes */

const char *word_type(const emitter *e) { return e->reals ? "float" : "int32_t"; }

int64_t weights_bytes(const emitter *e) { return (int64_t)e->weights.size; }

bool orders_weights(const emitter *e) { return e->p->t->strict_c99 && e->weights.size > 0; }

/* Declares weights_turns, where the weights are floats and halves: the words at which one follows the other.
 * They begin as floats. */
static void emit_turns(const emitter *e, text *out) {
    const plan *p = e->p;
    text_string(out,
                "/* Floats lie before the first of these words, halves before the second, and so on by turns. "
                "*/\nstatic const uint32_t weights_turns[] = {");
    elem_type now = TYPE_F32;
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        int n = s->kind == STEP_CHAIN ? s->n_parts : 1;
        for (int k = 0; k < n; k++) {
            const plan_step *part = s->kind == STEP_CHAIN ? &s->parts[k] : s;
            elem_type type = node_weight_type(&p->g->nodes[part->node]);
            if (part->weight_bytes == 0 || type == now) continue;
            text_printf(out, "%lld, ", (long long)part->weight_begin / 4);
            now = type;
        }
    }
    text_printf(out, "%lld};\n\n", (long long)weights_bytes(e) / 4);
}

/* ---- codes ---- */

/* Stretches of the weights: so many times, so many words each that are one number, two halves and four bytes.
 */
typedef struct stretch {
    int64_t repeat, numbers, halves, bytes;
} stretch;

typedef struct stretches {
    text *out;
    int64_t end;  /* the word behind the last stretch */
    stretch last; /* not written yet */
} stretches;

static void put_last(stretches *all) {
    const stretch *s = &all->last;
    if (s->repeat)
        text_printf(all->out, "    {%lld, %lld, %lld, %lld},\n", (long long)s->repeat, (long long)s->numbers,
                    (long long)s->halves, (long long)s->bytes);
}

/* Adds a stretch, or repeats the last one. */
static void put_stretch(stretches *all, stretch s) {
    int64_t words = s.numbers + s.halves + s.bytes;
    if (words == 0 || s.repeat == 0) return;
    stretch *last = &all->last;
    all->end += s.repeat * words;
    if (last->numbers == s.numbers && last->halves == s.halves && last->bytes == s.bytes) {
        last->repeat += s.repeat;
        return;
    }
    put_last(all);
    *last = s;
}

static void put_layout(stretches *all, const pack_layout *l) {
    for (int group = 0; group < l->groups; group++) {
        for (int i = 0; i < l->n_blocks; i++) {
            const channel_block *b = &l->blocks[i];
            int64_t numbers = 2 * pack_bias_bytes(l, b) / WORD; /* and as many multipliers */
            put_stretch(all, (stretch){b->repeat, numbers, 0, pack_block_bytes(l, b) / WORD - numbers});
        }
    }
}

/* The weights of a step that is no chain, with what lies before them, which only the bytes of a step that is
 * part of no chain count. */
static void put_step(const emitter *e, stretches *all, const plan_step *s, bool part) {
    const node *n = &e->p->g->nodes[s->node];
    if (s->weight_bytes == 0) return;
    int64_t before = s->weight_begin / WORD - all->end, words = s->weight_bytes / WORD - (part ? 0 : before);
    put_stretch(all, (stretch){1, before, 0, 0});
    elem_type type = node_weight_type(n);
    if (type != TYPE_I8) {
        put_stretch(all, (stretch){1, type == TYPE_F16 ? 0 : words, type == TYPE_F16 ? words : 0, 0});
    } else if (s->kind == STEP_GEMM) {
        const pack_layout l = pack_layout_of_gemm(e->p, s);
        put_layout(all, &l);
    } else {
        for (int m = 0; m < n->a.multiplier; m++) {
            for (int i = 0; i < s->operands[0].n_runs; i++) {
                const pack_layout l = pack_layout_of_window(e->p, s, s->operands[0].runs[i].count);
                put_layout(all, &l);
            }
        }
    }
}

bool orders_codes(const emitter *e) { return orders_weights(e) && graph_has_weights_of(e->p->g, TYPE_I8); }

/* Writes next_order(), which goes through the words of weights that have codes among them. */
static void emit_stretches(const emitter *e, text *out) {
    const plan *p = e->p;
    text_string(out,
                "/* The weights, stretch by stretch: so many times, so many words each that are one number, "
                "two halves, four bytes. */\nstatic const uint32_t weights_stretches[][4] = {\n");
    stretches all = {.out = out};
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        for (int k = 0; k < s->n_parts; k++) put_step(e, &all, &s->parts[k], true);
        if (s->kind != STEP_CHAIN) put_step(e, &all, s, false);
    }
    put_stretch(&all, (stretch){1, weights_bytes(e) / WORD - all.end, 0, 0});
    put_last(&all);
    text_string(out,
                "};\n\n"
                "/* Byte b of the next word is found at b ^ 3 where it is one number, at b ^ 1 where it is two "
                "halves, else at b.\n"
                " * `at`: the stretch, how often it has been passed, and the word in it. */\n"
                "static size_t next_order(uint32_t at[3]) {\n"
                "    static const size_t orders[3] = {3, 1, 0};\n"
                "    for (;;) {\n"
                "        const uint32_t *const counts = weights_stretches[at[0]];\n"
                "        uint32_t word = at[2];\n"
                "        for (int kind = 0; kind < 3; kind++) {\n"
                "            if (word < counts[1 + kind]) {\n"
                "                at[2]++;\n"
                "                return orders[kind];\n"
                "            }\n"
                "            word -= counts[1 + kind];\n"
                "        }\n"
                "        at[2] = 0;\n"
                "        if (++at[1] == counts[0]) {\n"
                "            at[1] = 0;\n"
                "            at[0]++;\n"
                "        }\n"
                "    }\n"
                "}\n\n");
}

static void emit_order_of_codes(const emitter *e, text *out) {
    emit_stretches(e, out);
    text_printf(out,
                "static void order_weights(const unsigned char *p) {\n"
                "    uint32_t at[3] = {0, 0, 0};\n"
                "    unsigned char *to = (unsigned char *)ordered_weights;\n"
                "    for (size_t i = 0; i < %lld; i++, p += 4, to += 4) {\n"
                "        const size_t order = next_order(at);\n"
                "        for (size_t b = 0; b < 4; b++) to[b] = p[b ^ order];\n"
                "    }\n}\n\n",
                (long long)weights_bytes(e) / WORD);
}

/* ---- all of it ---- */

void emit_byte_order(const emitter *e, text *out) {
    bool halves = graph_has_weights_of(e->p->g, TYPE_F16);
    text_printf(out,
                "/* The weights are written in little-endian order. This copy of them has the machine's. */\n"
                "static %s ordered_weights[%lld];\n\n",
                word_type(e), (long long)weights_bytes(e) / 4);
    if (orders_codes(e)) {
        emit_order_of_codes(e, out);
        return;
    }
    if (halves) emit_turns(e, out);
    text_printf(
        out,
        "static void order_weights(const unsigned char *p) {\n%s"
        "    for (size_t i = 0; i < %lld; i++, p += 4) {\n"
        "        const uint32_t low = (uint32_t)p[0] | (uint32_t)p[1] << 8;\n"
        "        const uint32_t high = (uint32_t)p[2] | (uint32_t)p[3] << 8, word = low | high << 16;\n",
        halves ? "    size_t turn = 0;\n" : "", (long long)weights_bytes(e) / 4);
    if (halves)
        text_string(
            out,
            "        const uint16_t pair[2] = {(uint16_t)low, (uint16_t)high};\n"
            "        while (i >= weights_turns[turn]) turn++;\n"
            "        memcpy(&ordered_weights[i], turn & 1 ? (const void *)pair : (const void *)&word, 4);\n");
    else
        text_string(out, "        memcpy(&ordered_weights[i], &word, 4);\n");
    text_string(out, "    }\n}\n\n");
}
