/* The terminal's client: every verb of <verbs/verb.h> against an installation. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

/* argv[0] is the first word. Returns the exit status. */
int client_main(int argc, char **argv);

#endif
