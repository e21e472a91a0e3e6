/* The registry's endpoints at /registry, open to everybody. Loop thread only. */
#ifndef REGISTRY_ROUTES_H
#define REGISTRY_ROUTES_H

#include <nt/serve.h>

#define REGISTRY_ROUTES_MAX 32

/* Fills table; returns how many. The patterns are static. */
size_t registry_routes(struct nt_route table[REGISTRY_ROUTES_MAX]);

#endif
