/* pool.h: a pool of POSIX threads, for PREFIX_run_on of any network. Its threads sleep when there is nothing to
 * do. Several threads of the program may use one pool at the same time. */
#ifndef POOL_H
#define POOL_H

typedef struct pool pool;

/* Starts so many threads, 0 or more: the caller of a network works as well, so one less than shall take part.
 * NULL without memory or threads. */
pool *pool_start(int helpers);

/* Ends the threads. No network may be running on them. */
void pool_end(pool *p);

/* What PREFIX_run_on takes as `parallel`, with the pool as `context`. The caller does job 0. A thread of the
 * pool that is free takes the next one; for each other run that is under way, one thread less helps. Jobs that
 * nobody has taken when job 0 has returned are left out, so a run never waits for a thread that is busy with
 * another one. */
void pool_parallel(void *pool, void (*job)(void *job_context, int i), void *job_context, int threads);

#endif
