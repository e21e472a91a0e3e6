/* A server with a route for each thing that the tests look at, and a client. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "client.h"

#define BODY_MAX        1000
#define CONNECTIONS_MAX 3

struct fixture {
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_serve *serve;
    struct client client;
    struct nt_request *deferred;
    int gone;
    const char *waiting_for; /* for /readyz */
};

int setup(void **state);
int teardown(void **state);

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* Ask with the fixture's client; the answer must hold wanted. */
void expect(struct fixture *fixture, const char *line, const char *headers, const char *wanted);

void answer_text(struct nt_request *request, int status, const char *text);

#endif
