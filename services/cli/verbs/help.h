/* Private to the parser. */
#ifndef HELP_H
#define HELP_H

#include <verbs/verb.h>

/* "neaptide users add NAME [--cpu CPU]" */
const char *help_usage(struct nt_arena *arena, const struct verb *verb);

#endif
