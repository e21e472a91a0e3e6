/* Private: what a terminal does itself. Each returns the exit status. */
#ifndef LOCAL_H
#define LOCAL_H

#include "ask.h"

#include <verbs/say.h>

struct client {
    struct nt_arena arena;
    struct keep keep;
    struct say say;
    const struct command *command;
};

void client_tell(const struct client *client, const char *text); /* on stderr, with a line feed */

enum verb_exit tail_events(struct client *client);                     /* tail.c */
enum verb_exit logs_show(struct client *client, const json_t *server); /* tail.c */
enum verb_exit tail_kafka(struct client *client, const char *brokers); /* tail_kafka.c */
enum verb_exit schemas_export(struct client *client);                  /* schemas.c */
enum verb_exit shell_become(struct client *client, const json_t *ssh); /* shell.c */

#endif
