/*
 * `neaptide offline VERB ...`: work on files, without an installation. A verb is a line in the
 * table of offline.c.
 */
#ifndef OFFLINE_OFFLINE_H
#define OFFLINE_OFFLINE_H

enum { OFFLINE_FAILED = 1, OFFLINE_USAGE = 2, OFFLINE_INPUT = 3 };

/* argv[0] is "offline". Returns the exit status: 0 or one of the above. */
int offline_main(int argc, char **argv);

#endif
