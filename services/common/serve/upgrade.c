/* 101, and the connection is somebody else's. It is no connection of this server any more. */
#include "internal.h"

#include <h2o/http1.h>

#include <nt/memory.h>

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

/* Waits until the 101 is on its way. */
struct upgrading {
    struct nt_loop *loop;
    size_t queue_max;
    void (*on_open)(void *arg, struct nt_duplex *duplex);
    void *arg;
};

bool nt_request_is_upgrade(const struct nt_request *request, const char *protocol)
{
    const h2o_iovec_t *asked = &request->req->upgrade;

    return asked->base != NULL && asked->len == strlen(protocol) &&
           strncasecmp(asked->base, protocol, asked->len) == 0;
}

static struct nt_duplex *take_socket(const struct upgrading *upgrading, h2o_socket_t *socket,
                                     size_t request_len)
{
    int fd = fcntl(h2o_socket_get_fd(socket), F_DUPFD_CLOEXEC, 3);
    struct nt_duplex *duplex = NULL;

    if (fd >= 0) {
        const h2o_buffer_t *input = socket->input;
        duplex = nt_duplex_new(upgrading->loop, fd, upgrading->queue_max);
        if (input->size > request_len) /* the client did not wait */
            nt_duplex_unread(duplex, (struct nt_span){(uint8_t *)input->bytes + request_len,
                                                      input->size - request_len});
    }
    h2o_socket_close(socket);
    return duplex;
}

static void on_upgraded(void *arg, h2o_socket_t *socket, size_t request_len)
{
    struct upgrading *upgrading = arg;
    struct nt_duplex *duplex = socket == NULL ? NULL : take_socket(upgrading, socket, request_len);

    upgrading->on_open(upgrading->arg, duplex);
    free(upgrading);
}

void nt_request_upgrade(struct nt_request *request, const char *protocol, size_t queue_max,
                        void (*on_open)(void *arg, struct nt_duplex *duplex), void *arg)
{
    struct upgrading *upgrading = nt_zalloc(sizeof(*upgrading));

    assert(nt_request_is_upgrade(request, protocol) && !request->is_too_large);
    *upgrading = (struct upgrading){request->serve->loop, queue_max, on_open, arg};
    answer_begin(request, 101);
    request->serve->answering = NULL; /* no filter of h2o's sees this answer */
    answer_header(request, "upgrade", protocol);
    h2o_http1_upgrade(request->req, NULL, 0, on_upgraded, upgrading);
}
