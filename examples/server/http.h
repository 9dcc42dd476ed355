/* http.h: the classifier's HTTP, on libmicrohttpd. */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct http_options {
    uint16_t port;            /* 0: any that is free */
    bool everywhere;          /* not on 127.0.0.1 only */
    unsigned threads;         /* each answers many connections and runs one network at a time */
    unsigned request_threads; /* that share the run of a network, where others than its own are free */
    unsigned connections;
    unsigned seconds;    /* that a client may be silent; a request may last three times as long */
    size_t most_bytes;   /* of an upload */
    const char **labels; /* of the classes */
} http_options;

typedef struct http_server http_server;

/* Starts the threads. NULL, with a message on standard error. `options` must outlive the server. */
http_server *http_start(const http_options *options);

uint16_t http_port(const http_server *s);

/* To be called every second or so: hangs up on those whose request lasts too long, however busily they trickle.
 */
void http_drop_late(http_server *s);

/* Takes no new connections, waits for the requests under way, and frees everything. */
void http_stop(http_server *s);

#endif
