/* The least HTTP/1.1 server for a fake behind a unix socket: a thread for each connection. */
#ifndef FAKE_HTTP_H
#define FAKE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct fake_http;

struct fake_request {
    char method[16];
    char path[2048];    /* with its query */
    char filters[2048]; /* the query's `filters`, decoded */
    char *body;         /* NUL-terminated */
    int fd;
};

struct fake_http *fake_http_new(const char *socket_path,
                                void (*on_request)(void *arg, struct fake_request *request),
                                void *arg);
void fake_http_free(struct fake_http *http); /* joins every thread */
void fake_http_set_down(struct fake_http *http, bool is_down);

void fake_http_answer(struct fake_request *request, int status, const char *json);
void fake_http_begin_stream(struct fake_request *request);
void fake_http_chunk(struct fake_request *request, const void *bytes, size_t len); /* 0: the end */
bool fake_http_stream(struct fake_request *request, const char *line); /* false: the peer is gone */

#endif
