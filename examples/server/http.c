/* http.c: see http.h. libmicrohttpd's threads read and write without waiting for anybody, so a slow client
 * costs a connection and no thread; a thread whose upload is complete runs the network itself, in an arena of
 * its own. */
#define _GNU_SOURCE
#include "http.h"
#include "pool.h"
#include "model.h"
#include "picture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A picture of this many is taken whole into memory, by each thread: 75 MB. */
enum { MOST_PIXELS = 25 * 1000 * 1000 };

enum { SHOWN = MODEL_PROBS_SIZE < 5 ? MODEL_PROBS_SIZE : 5, TICK_MS = 50 };

/* A client's connection. `since` is when its last request was answered, or it came. */
typedef struct client {
    struct client *next, **back; /* back: what points here */
    int fd;
    double since;
} client;

struct http_server {
    const http_options *options;
    struct MHD_Daemon *daemon;
    pthread_key_t workspace; /* each thread's */
    pthread_mutex_t lock;    /* of the clients */
    client *clients;
    atomic_int under_way; /* requests whose header is complete, and whose answer is not sent */
    atomic_bool stopping;
    atomic_ulong classified, refused;
    pool *pool; /* shared by all requests; NULL: each thread runs its networks alone */
};

/* What a request brings: its body, which is read to its end even where it is too large, since a client that
 * still sends does not hear an answer. */
typedef struct upload {
    char *data;
    size_t size, room;
    bool too_large, no_memory;
} upload;

/* What a thread needs for running the network. */
typedef struct workspace {
    uint8_t image[3 * MODEL_IMAGE_H * MODEL_IMAGE_W]; /* of which a network of one channel takes a third */
    float probs[MODEL_PROBS_SIZE];
    void *arena;
} workspace;

static const char help[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Classifier</title></head><body>\n"
    "<h1>A classifier of pictures</h1>\n"
    "<p>Send a JPEG, PNG, PGM or PPM file; the likeliest classes come back as JSON:</p>\n"
    "<pre>curl --data-binary @picture.png http://127.0.0.1:8080/classify</pre>\n"
    "<p><a href=\"/health\">/health</a> says how the server is.</p>\n</body></html>\n";

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void free_workspace(void *p) {
    workspace *w = p;
    free(w->arena);
    free(w);
}

/* The calling thread's, made when it first asks and freed when it ends. NULL without memory. */
static workspace *own_workspace(http_server *s) {
    workspace *w = pthread_getspecific(s->workspace);
    if (w) return w;
    w = calloc(1, sizeof *w);
    size_t bytes = MODEL_ARENA_BYTES;
#ifdef MODEL_THREAD_BYTES
    if (s->pool) bytes += (s->options->request_threads - 1) * (size_t)MODEL_THREAD_BYTES;
#endif
    size_t whole = (bytes + MODEL_ARENA_ALIGN - 1) / MODEL_ARENA_ALIGN * MODEL_ARENA_ALIGN;
    if (w) w->arena = aligned_alloc(MODEL_ARENA_ALIGN, whole);
    if (!w || !w->arena || pthread_setspecific(s->workspace, w)) {
        if (w) free_workspace(w);
        return NULL;
    }
    return w;
}

/* A target without threads has no run_on. */
static void run_network(http_server *s, workspace *w) {
#ifdef MODEL_THREAD_BYTES
    if (s->pool) {
        model_run_on(w->arena, (int)s->options->request_threads, pool_parallel, s->pool, w->image, w->probs);
        return;
    }
#endif
    (void)s;
    model_run_in(w->arena, w->image, w->probs);
}

/* `allow`: for a method that is not allowed, those that are; else NULL. */
static enum MHD_Result reply(http_server *s, struct MHD_Connection *connection, unsigned status,
                             const char *allow, const char *type, void *body,
                             enum MHD_ResponseMemoryMode mode) {
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(body), body, mode);
    if (!response) {
        if (mode == MHD_RESPMEM_MUST_FREE) free(body);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (allow) MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    if (atomic_load(&s->stopping)) MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

/* Takes `body`, which may be NULL for want of memory. */
static enum MHD_Result reply_json(http_server *s, struct MHD_Connection *connection, unsigned status,
                                  const char *allow, json_t *body) {
    char *text = body ? json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(body);
    if (!text) return MHD_NO;
    return reply(s, connection, status, allow, "application/json", text, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result refuse(http_server *s, struct MHD_Connection *connection, unsigned status,
                              const char *why) {
    atomic_fetch_add(&s->refused, 1);
    return reply_json(s, connection, status, NULL, json_pack("{s:s}", "error", why));
}

static enum MHD_Result refuse_method(http_server *s, struct MHD_Connection *connection, const char *allow) {
    atomic_fetch_add(&s->refused, 1);
    json_t *body = json_pack("{s:s+}", "error", "this address is for ", allow);
    return reply_json(s, connection, MHD_HTTP_METHOD_NOT_ALLOWED, allow, body);
}

static json_t *classes_of(const http_server *s, const float *probs) {
    json_t *classes = json_array();
    bool taken[MODEL_PROBS_SIZE] = {false};
    for (int n = 0; n < SHOWN; n++) {
        int best = -1;
        for (int i = 0; i < MODEL_PROBS_SIZE; i++) {
            if (!taken[i] && (best < 0 || probs[i] > probs[best])) best = i;
        }
        taken[best] = true;
        json_array_append_new(classes, json_pack("{s:i,s:s,s:f}", "class", best, "label",
                                                 s->options->labels[best], "probability", (double)probs[best]));
    }
    return classes;
}

/* Fills w->image. NULL, or what is wrong with the file, which `p` may hold. */
static const char *read_picture(workspace *w, const upload *u, picture *p) {
    if (!picture_decode(p, u->data, u->size, MOST_PIXELS)) return p->wrong;
    if (!picture_fit(p, MODEL_IMAGE_W, MODEL_IMAGE_H, 1, w->image)) return "no memory";
    if (MODEL_IMAGE_C == 1) picture_grey(w->image, (size_t)MODEL_IMAGE_W * MODEL_IMAGE_H);
    return NULL;
}

static enum MHD_Result classify(http_server *s, struct MHD_Connection *connection, const upload *u) {
    if (u->too_large)
        return refuse(s, connection, MHD_HTTP_CONTENT_TOO_LARGE, "the picture's file is too large");
    workspace *w = u->no_memory ? NULL : own_workspace(s);
    if (!w) return refuse(s, connection, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory is left at the moment");
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (type && !strncasecmp(type, "multipart/", 10)) {
        return refuse(s, connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                      "send the file itself and no form: curl --data-binary @FILE");
    }
    if (!u->size)
        return refuse(s, connection, MHD_HTTP_BAD_REQUEST, "there is no picture in the request's body");
    picture p;
    const char *wrong = read_picture(w, u, &p);
    picture_free(&p);
    if (wrong) return refuse(s, connection, MHD_HTTP_BAD_REQUEST, wrong);
    double start = now();
    run_network(s, w);
    double ms = 1e3 * (now() - start);
    atomic_fetch_add(&s->classified, 1);
    return reply_json(s, connection, MHD_HTTP_OK, NULL,
                      json_pack("{s:o,s:f}", "classes", classes_of(s, w->probs), "milliseconds", ms));
}

static enum MHD_Result health(http_server *s, struct MHD_Connection *connection) {
    json_t *body =
        json_pack("{s:s,s:s,s:i,s:I,s:I}", "status", atomic_load(&s->stopping) ? "stopping" : "ok", "model",
                  model_version(), "threads", (int)s->options->threads, "classified",
                  (json_int_t)atomic_load(&s->classified), "refused", (json_int_t)atomic_load(&s->refused));
    return reply_json(s, connection, MHD_HTTP_OK, NULL, body);
}

static enum MHD_Result answer(http_server *s, struct MHD_Connection *connection, const char *url,
                              const char *method, const upload *u) {
    bool reads = !strcmp(method, "GET") || !strcmp(method, "HEAD");
    bool posts = !strcmp(method, "POST");
    if (!strcmp(url, "/classify")) {
        if (posts) return classify(s, connection, u);
        return refuse_method(s, connection, MHD_HTTP_METHOD_POST);
    }
    bool is_help = !strcmp(url, "/");
    if (!is_help && strcmp(url, "/health")) {
        return refuse(s, connection, MHD_HTTP_NOT_FOUND, "there are /, /classify and /health");
    }
    if (!reads) return refuse_method(s, connection, "GET, HEAD");
    if (!is_help) return health(s, connection);
    return reply(s, connection, MHD_HTTP_OK, NULL, "text/html; charset=utf-8", (void *)(uintptr_t)help,
                 MHD_RESPMEM_PERSISTENT);
}

static void take(const http_server *s, upload *u, const char *data, size_t size) {
    if (u->too_large || u->no_memory) return;
    if (size > s->options->most_bytes - u->size) {
        u->too_large = true;
    } else if (u->size + size > u->room) {
        size_t room = u->size + size > 2 * u->room ? u->size + size : 2 * u->room;
        char *more = realloc(u->data, room);
        u->no_memory = !more;
        if (more) {
            u->data = more;
            u->room = room;
        }
    }
    if (u->too_large || u->no_memory) {
        free(u->data);
        u->data = NULL;
        u->size = u->room = 0;
        return;
    }
    memcpy(u->data + u->size, data, size);
    u->size += size;
}

/* Called with the header, then with each piece of the body, then once more for the answer. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *size,
                                  void **request) {
    http_server *s = context;
    upload *u = *request;
    (void)version;
    if (!u) {
        u = *request = calloc(1, sizeof *u);
        if (!u) return MHD_NO;
        atomic_fetch_add(&s->under_way, 1);
        /* Who asks first, as curl does, is told before a large upload. */
        const char *expects = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
        const char *length =
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
        if (expects && length && strtoull(length, NULL, 10) > s->options->most_bytes) {
            return refuse(s, connection, MHD_HTTP_CONTENT_TOO_LARGE, "the picture's file is too large");
        }
        return MHD_YES;
    }
    if (*size) {
        take(s, u, data, *size);
        *size = 0;
        return MHD_YES;
    }
    return answer(s, connection, url, method, u);
}

/* The request is answered, or its client gone. */
static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode how) {
    http_server *s = context;
    upload *u = *request;
    (void)how;
    if (!u) return;
    free(u->data);
    free(u);
    *request = NULL;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    client *c = info ? info->socket_context : NULL;
    if (c) {
        pthread_mutex_lock(&s->lock);
        c->since = now();
        pthread_mutex_unlock(&s->lock);
    }
    atomic_fetch_sub(&s->under_way, 1);
}

/* Keeps the list of clients. libmicrohttpd closes the socket only after this was called. */
static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what) {
    http_server *s = context;
    pthread_mutex_lock(&s->lock);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        client *c = calloc(1, sizeof *c);
        if (c) {
            c->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
            c->since = now();
            c->next = s->clients;
            c->back = &s->clients;
            if (c->next) c->next->back = &c->next;
            s->clients = c;
        }
        *socket_context = c;
    } else if (*socket_context) {
        client *c = *socket_context;
        *c->back = c->next;
        if (c->next) c->next->back = c->back;
        free(c);
        *socket_context = NULL;
    }
    pthread_mutex_unlock(&s->lock);
}

void http_drop_late(http_server *s) {
    double late = now() - 3 * (double)s->options->seconds;
    pthread_mutex_lock(&s->lock);
    for (client *c = s->clients; c; c = c->next) {
        if (c->since < late) shutdown(c->fd, SHUT_RDWR); /* its thread sees the end and cleans up */
    }
    pthread_mutex_unlock(&s->lock);
}

/* The threads that help with networks: no more than there are processors beside the one that runs a network. */
static pool *start_pool(const http_options *options) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN),
         most = (long)(options->request_threads - 1) * options->threads;
    return pool_start((int)(most < processors ? most : processors > 1 ? processors - 1 : 1));
}

http_server *http_start(const http_options *options) {
    http_server *s = calloc(1, sizeof *s);
    if (!s || pthread_key_create(&s->workspace, free_workspace)) {
        free(s);
        fprintf(stderr, "server: no memory\n");
        return NULL;
    }
    s->options = options;
    if (options->request_threads > 1 && !(s->pool = start_pool(options))) {
        pthread_key_delete(s->workspace);
        free(s);
        fprintf(stderr, "server: no threads for networks\n");
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    json_object_seed(0); /* while there is one thread */
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(options->port),
                                  .sin_addr.s_addr = htonl(options->everywhere ? INADDR_ANY : INADDR_LOOPBACK)};
    /* Without MHD_USE_ERROR_LOG: clients decide how much is written there. */
    s->daemon = MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, s, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, options->threads, MHD_OPTION_CONNECTION_LIMIT,
        options->connections, MHD_OPTION_CONNECTION_TIMEOUT, options->seconds, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_END);
    if (!s->daemon) {
        fprintf(stderr, "server: port %d cannot be listened on: %s\n", options->port, strerror(errno));
        if (s->pool) pool_end(s->pool);
        pthread_key_delete(s->workspace);
        free(s);
        return NULL;
    }
    return s;
}

uint16_t http_port(const http_server *s) {
    return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void http_stop(http_server *s) {
    atomic_store(&s->stopping, true);
    int listener = MHD_quiesce_daemon(s->daemon);
    double until = now() + 3 * (double)s->options->seconds;
    /* Twice in a row, as one may just have come in on a connection that was open. */
    for (int quiet = 0; quiet < 2 && now() < until;) {
        nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000L}, NULL);
        quiet = atomic_load(&s->under_way) ? 0 : quiet + 1;
        http_drop_late(s);
    }
    MHD_stop_daemon(s->daemon);
    if (listener >= 0) close(listener);
    if (s->pool) pool_end(s->pool);
    pthread_key_delete(s->workspace);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
