/*
 * A running api for a test: the binary, a mock Kafka, folders of its own, and people who are signed
 * in. Everything blocks, bounded in time; what goes wrong fails the test.
 */
#ifndef STAGE_H
#define STAGE_H

#include <jansson.h>
#include <nt/contract.h>
#include <nt/test_bus.h>
#include <nt/test_process.h>
#include <nt_cmocka.h>

#define STAGE_TOKEN   "a-one-time-token-of-the-test"
#define STAGE_ORIGIN  "http://console.localhost:8088"
#define STAGE_WAIT_MS 8000

struct stage {
    struct nt_test_bus *bus;
    struct nt_test_process process;
    int port;
    char folder[64];
    char edge_socket[96]; /* "": none */
    char redis[32];       /* host:port; nobody listens there unless the test does */
    char admin[160];      /* the administrator's Cookie header line */
    const struct nt_test_record *last_wish;
};

/* Folders, Kafka, the binary; waits until it is ready. has_edge: with a runtime socket's path. */
void stage_open(struct stage *stage, bool has_edge);

/* Ends the binary with SIGTERM, which must end it with 0, and removes the folders. */
void stage_close(struct stage *stage);
void stage_start(struct stage *stage); /* the binary again, after nt_test_stop() */

/* Make the administrator "root" through the one-time token, and remember the cookie. */
void stage_make_admin(struct stage *stage);

/* Make a person as the administrator and sign in; cookie gets the header line. */
void stage_make_person(struct stage *stage, const char *name, char cookie[160]);

struct stage_reply {
    int status;
    json_t *json; /* NULL: no JSON */
    char *head;
    char text[64]; /* the body's beginning */
};
void stage_reply_deinit(struct stage_reply *reply);

/*
 * One request. cookie: a header line or NULL. headers: more lines with CRLF, or NULL. body: JSON
 * text or NULL. Mutations get the console's Origin.
 */
struct stage_reply stage_ask(const struct stage *stage, const char *method, const char *path,
                             const char *cookie, const char *headers, const char *body);

/* The same without any header of ours but the cookie. */
struct stage_reply stage_ask_plainly(const struct stage *stage, const char *method,
                                     const char *path, const char *cookie, const char *headers,
                                     struct nt_span body);

/* Asks, and fails the test unless it is this problem; both languages are looked at. */
void stage_expect(const struct stage *stage, const char *method, const char *path,
                  const char *cookie, const char *headers, const char *body, int status,
                  const char *code);

/* A text, a number in JSON: "a/b/0/c" is a path of keys and indexes. */
const char *stage_text(const json_t *json, const char *path);
int64_t stage_number(const json_t *json, const char *path);
const json_t *stage_find(const json_t *json, const char *path);

void stage_put(struct stage *stage, enum nt_topic topic, const char *key, const void *record);

/* Ask a GET until the value at path is this text (NULL: until it is there). */
void stage_until(const struct stage *stage, const char *url, const char *cookie, const char *path,
                 const char *text);

/* --- the balancer, played by the test, while a request waits for it -----------------------------
 */

struct stage_pending;

/* The same as stage_ask(), in the background. */
struct stage_pending *stage_begin(const struct stage *stage, const char *method, const char *path,
                                  const char *cookie, const char *headers, const char *body);
struct stage_reply stage_end(struct stage_pending *pending);

/* The next wish of this kind after the one before; it lives in arena. */
struct nt_wish *stage_wish(struct stage *stage, struct nt_arena *arena, const char *op);

/* Answer a wish. revision is that of what it is about, after it. */
void stage_outcome(struct stage *stage, const struct nt_wish *wish, const char *code,
                   int64_t revision, const struct nt_pair *params, size_t params_count);

/* The state of the server that a create asked for; change what is different. */
struct nt_server_state stage_state_of(const struct nt_wish *wish);

/* A server of that owner, created without the api. */
struct nt_server_state stage_server(const char *id, const char *owner, const char *name);

#endif
