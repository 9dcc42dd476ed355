/* fast_samples.c: runs samples on several threads. A thread takes a lane that nobody has taken, runs its
 * samples in order, and takes the next one. What a caller sees of a lane does not depend on the threads. */
#include "interp/fast_internal.h"

#include <pthread.h>

typedef struct sampler {
    const fast_graph *f;
    const graph *g;
    int n;
    const sample_calls *calls;
    pthread_mutex_t lock; /* for what follows, and for calls->progress */
    int next_lane, done;
} sampler;

typedef struct shown {
    const sample_calls *calls;
    int lane, sample;
} shown;

static void show_value(void *data, int index, float *value) {
    const shown *s = data;
    s->calls->value(s->calls->data, s->lane, s->sample, index, value);
}

static void run_sample(sampler *s, int lane, int sample) {
    const sample_calls *calls = s->calls;
    arena *a = arena_new();
    const float **inputs = ARENA_ARRAY(a, const float *, s->g->n_inputs);
    for (int i = 0; i < s->g->n_inputs; i++) {
        float *values = ARENA_ARRAY(a, float, shape_elements(s->g->nodes[s->g->inputs[i].node].shape));
        calls->fill(calls->data, sample, i, values);
        inputs[i] = values;
    }
    shown seen = {calls, lane, sample};
    float **outputs = fast_run(s->f, a, inputs, calls->value ? show_value : NULL, &seen);
    if (calls->outputs) calls->outputs(calls->data, lane, sample, outputs);
    arena_free(a);
}

static int take_lane(sampler *s) {
    pthread_mutex_lock(&s->lock);
    int lane = s->next_lane++;
    pthread_mutex_unlock(&s->lock);
    return lane;
}

static void count_sample(sampler *s) {
    pthread_mutex_lock(&s->lock);
    s->done++;
    if (s->calls->progress) s->calls->progress(s->calls->data, s->done);
    pthread_mutex_unlock(&s->lock);
}

static void *run_lanes(void *data) {
    sampler *s = data;
    for (int lane = take_lane(s); lane < SAMPLE_LANES; lane = take_lane(s)) {
        for (int sample = lane; sample < s->n; sample += SAMPLE_LANES) {
            run_sample(s, lane, sample);
            count_sample(s);
        }
    }
    return NULL;
}

void fast_samples(const fast_graph *f, int n, int threads, const sample_calls *calls) {
    sampler s = {.f = f, .g = fast_graph_of(f), .n = n, .calls = calls};
    pthread_mutex_init(&s.lock, NULL);
    pthread_t others[SAMPLE_LANES];
    int started = 0;
    while (started < threads - 1 && started < SAMPLE_LANES - 1 &&
           pthread_create(&others[started], NULL, run_lanes, &s) == 0) {
        started++;
    }
    run_lanes(&s);
    for (int i = 0; i < started; i++) pthread_join(others[i], NULL);
    pthread_mutex_destroy(&s.lock);
}
