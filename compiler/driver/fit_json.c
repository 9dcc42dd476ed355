/* fit_json.c: the front of --fit as JSON. dsl/README.md lists its members. */
#include "driver/fit.h"

#include <inttypes.h>
#include <jansson.h>

static int append_json(const char *buffer, size_t size, void *data) {
    text_bytes(data, buffer, size);
    return 0;
}

static json_t *limits_json(const job *j) {
    json_t *all = json_object();
    for (int i = 0; i < FIGURE_COUNT; i++) {
        bool time = i == FIGURE_CYCLES && j->o.measure;
        if (j->o.limits.most[i])
            json_object_set_new(all, figure_title(j, (figure)i),
                                time ? json_real(j->o.limits.seconds) : json_integer(j->o.limits.most[i]));
    }
    return all;
}

static json_t *picks_json(const fit_result *f, const candidate *c) {
    json_t *all = json_object();
    for (int i = 0; i < f->space->count; i++) {
        const lang_alternative *x = &f->space->choices[i].alternatives[c->picks[i]];
        json_object_set_new(all, f->space->choices[i].name,
                            x->is_number ? json_real(x->number) : json_string(x->text));
    }
    return all;
}

static json_t *candidate_json(const job *j, const fit_result *f, const candidate *c) {
    json_t *x = json_object();
    json_object_set_new(x, "picks", picks_json(f, c));
    for (int i = 0; i < FIGURE_COUNT; i++)
        json_object_set_new(x, figure_names[i],
                            json_integer(i == FIGURE_CYCLES ? c->predicted : c->figures[i]));
    if (c->seconds > 0)
        json_object_set_new(x, "seconds", json_real(c->seconds));
    else if (j->o.clock > 0)
        json_object_set_new(x, "seconds", json_real((double)c->predicted / j->o.clock));
    json_object_set_new(x, "score", json_real(c->score.value));
    if (c->score.work) json_object_set_new(x, "work", json_integer(c->score.work));
    if (c->max_ram) json_object_set_new(x, "max_ram", json_integer(c->max_ram));
    if (c->compact) json_object_set_new(x, "max_flash", json_integer(j->o.limits.most[FIGURE_FLASH]));
    json_object_set_new(x, "net", json_string(c->text));
    return x;
}

static json_t *search_json(const job *j, const fit_result *f) {
    const search *s = f->s;
    json_t *x = json_object(), *over = json_object();
    json_object_set_new(x, "method", json_string(f->by_evolution ? "evolution" : "exhaustive"));
    if (f->by_evolution)
        json_object_set_new(x, "seed", json_string(arena_printf(j->mem, "%" PRIu64, j->o.seed)));
    json_object_set_new(x, "candidates", json_integer(space_size(f->space)));
    json_object_set_new(x, "tried", json_integer(s->n));
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (j->o.limits.most[i])
            json_object_set_new(over, figure_title(j, (figure)i), json_integer(s->over[i]));
    }
    json_object_set_new(x, "within", json_integer(count_within(s)));
    json_object_set_new(x, "scored", json_integer(s->rated));
    if (j->o.measure) json_object_set_new(x, "measured", json_integer(count_measured(s)));
    json_object_set_new(x, "over", over);
    json_object_set_new(x, "skipped", json_integer(s->skipped));
    for (int i = 0; i < s->n; i++) {
        if (s->all[i]->outcome != CANDIDATE_SKIPPED) continue;
        json_object_set_new(x, "skipped_first", picks_json(f, s->all[i]));
        json_object_set_new(x, "skipped_reason", json_string(s->all[i]->why));
        break;
    }
    return x;
}

void fit_json(text *out, const job *j, const fit_result *f) {
    json_t *root = json_object(), *front = json_array();
    const options *o = &j->o;
    json_object_set_new(root, "network", json_string(path_name(j->model)));
    json_object_set_new(root, "target", json_string(o->targets.at[0]->name));
    json_object_set_new(root, "dtype", json_string(o->int8 ? "int8" : "f32"));
    if (o->half_weights) json_object_set_new(root, "weights_dtype", json_string("f16"));
    if (o->clock > 0) json_object_set_new(root, "hertz", json_real(o->clock));
    if (o->measure) json_object_set_new(root, "time_measured", json_true());
    json_object_set_new(root, "limits", limits_json(j));
    json_object_set_new(root, "score", json_string(f->stand_in ? "stand-in" : o->score.command));
    json_object_set_new(root, "search", search_json(j, f));
    for (int i = 0; i < f->n_front; i++) json_array_append_new(front, candidate_json(j, f, f->front[i]));
    json_object_set_new(root, "front", front);
    json_dump_callback(root, append_json, out, JSON_INDENT(2));
    text_char(out, '\n');
    json_decref(root);
}
