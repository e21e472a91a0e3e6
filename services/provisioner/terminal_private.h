/* Between terminal.c (the shell) and terminal_client.c (whoever looks at it). */
#ifndef TERMINAL_PRIVATE_H
#define TERMINAL_PRIVATE_H

#include "fleet.h"

#include <nt/duplex.h>
#include <nt/frame.h>
#include <provisioner/ring.h>

#define TERMINAL_PROTOCOL "neaptide-frames"

struct terminal {
    struct server *server;
    char id[33], exec[72];
    int64_t pid; /* of the shell; 0: not known yet, -1: never */
    int columns, rows;
    struct nt_request *request; /* waits for the shell to be opened; NULL afterwards */
    struct nt_http_upgrade *starting;
    struct nt_duplex *inside; /* Docker's side; NULL: not yet, or over */
    struct nt_duplex *client; /* NULL: nobody looks */
    struct nt_frame_reader reader;
    struct ring ring;
    struct nt_timer *timer; /* nobody came back, or it does not die */
    int hang_ups;
    int pending;       /* answers that will come with us as their arg */
    bool was_attached; /* a client had it */
    bool is_unwanted;  /* to be hung up as soon as that is possible */
    bool is_over;
    struct terminal *prev, *next; /* fleet->terminals */
};

/* terminal.c */
void terminal_hang_up(struct terminal *terminal);
void terminal_wait_for_client(struct terminal *terminal);
void terminal_free_if_over(struct terminal *terminal);

/* terminal_client.c: answer the request with 101, then its connection is the client. */
void terminal_attach(struct terminal *terminal, struct nt_request *request);
void terminal_send_output(struct terminal *terminal, struct nt_span data);

/* The last frame; the connection is closed when it is sent. */
void terminal_farewell(struct terminal *terminal, const char *reason, const int *exit_code);
void terminal_farewells_cut(struct fleet *fleet);

#endif
