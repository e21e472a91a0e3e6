/* A server of a few fixed answers on loopback and on a unix socket, each connection its thread. */
#ifndef TINY_SERVER_H
#define TINY_SERVER_H

#include <stdint.h>

struct nt_loop;
struct tiny_server;

enum { TINY_MEGA = 1 << 20 };

struct tiny_server *tiny_server_new(void);
void tiny_server_free(struct tiny_server *server);
int tiny_server_port(const struct tiny_server *server);
const char *tiny_server_path(const struct tiny_server *server);
int tiny_server_accepted(const struct tiny_server *server);
uint32_t tiny_mega_sum(void); /* of the body of /mega, as the test sums it */

void tiny_turn(struct nt_loop *loop); /* one turn of the loop, waiting for something to happen */

#endif
