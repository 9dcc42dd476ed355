/* pool.c: see pool.h. Each run that wants threads is a task in a list, on the stack of its caller. */
#include "pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct task {
    void (*job)(void *job_context, int i);
    void *job_context;
    int next, end; /* the job that is taken next; the one behind the last */
    int running;   /* jobs that threads of the pool do now */
    struct task *later;
} task;

struct pool {
    pthread_mutex_t lock; /* of all that follows, and of the tasks */
    pthread_cond_t wanted, returned;
    task *first; /* of the tasks that have jobs left */
    int runs;    /* under way, each on a thread of its caller's */
    bool ends;
    int n;
    pthread_t threads[];
};

static void remove_task(pool *p, const task *t) {
    task **at = &p->first;
    while (*at && *at != t) at = &(*at)->later;
    if (*at) *at = t->later;
}

static void *help(void *context) {
    pool *p = context;
    pthread_mutex_lock(&p->lock);
    while (!p->ends) {
        task *t = p->first;
        if (!t) {
            pthread_cond_wait(&p->wanted, &p->lock);
            continue;
        }
        int i = t->next++;
        if (t->next == t->end) remove_task(p, t);
        t->running++;
        pthread_mutex_unlock(&p->lock);
        t->job(t->job_context, i);
        pthread_mutex_lock(&p->lock);
        if (--t->running == 0) pthread_cond_broadcast(&p->returned);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

pool *pool_start(int helpers) {
    pool *p = calloc(1, sizeof *p + (size_t)helpers * sizeof *p->threads);
    if (!p) return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wanted, NULL);
    pthread_cond_init(&p->returned, NULL);
    while (p->n < helpers && pthread_create(&p->threads[p->n], NULL, help, p) == 0) p->n++;
    if (p->n == helpers) return p;
    pool_end(p);
    return NULL;
}

void pool_end(pool *p) {
    pthread_mutex_lock(&p->lock);
    p->ends = true;
    pthread_cond_broadcast(&p->wanted);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n; i++) pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->returned);
    pthread_cond_destroy(&p->wanted);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void pool_parallel(void *context, void (*job)(void *job_context, int i), void *job_context, int threads) {
    pool *p = context;
    task t = {.job = job, .job_context = job_context, .next = 1, .end = threads};
    pthread_mutex_lock(&p->lock);
    int free = p->n - p->runs++; /* who runs something else has a processor that a helper would take from it */
    if (free > 0) {
        t.later = p->first;
        p->first = &t;
    }
    pthread_mutex_unlock(&p->lock);
    for (int i = 1; i < threads && i <= free; i++) pthread_cond_signal(&p->wanted);
    job(job_context, 0);
    pthread_mutex_lock(&p->lock);
    p->runs--;
    remove_task(p, &t);
    while (t.running > 0) pthread_cond_wait(&p->returned, &p->lock);
    pthread_mutex_unlock(&p->lock);
}
