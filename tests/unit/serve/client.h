/* A blocking-looking HTTP client whose waiting turns the server's loop: one thread, real sockets.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <nt/serve.h>

struct client {
    struct nt_loop *loop;
    int fd;
    struct nt_buf got; /* everything that came and was not taken */
    bool has_ended;    /* the server closed, or reset */
    bool was_reset;
};

/* Turn the loop until is_done(arg), at most 10 s; false when that took too long. */
bool turn_until(struct nt_loop *loop, bool (*is_done)(void *arg), void *arg);
void turn_once(struct nt_loop *loop); /* what is ready now */

void client_open(struct client *client, struct nt_loop *loop, int port);
void client_close(struct client *client);
void client_send(struct client *client, const char *text);
void client_send_bytes(struct client *client, const void *bytes, size_t len);

/* Wait for text to come; everything that came is in client->got. */
bool client_sees(struct client *client, const char *text);
bool client_sees_end(struct client *client);

/* Send a request without body and wait for the whole answer (by Content-Length): its text until
 * the next call. */
const char *client_ask(struct client *client, const char *request_line, const char *headers);

/* Wait for one whole answer to what was sent. */
const char *client_answer(struct client *client);

#endif
