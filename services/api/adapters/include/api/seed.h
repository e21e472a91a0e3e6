/*
 * The templates that come with Neaptide, written into the catalogue where they are missing or
 * differ. Loop thread only.
 */
#ifndef API_SEED_H
#define API_SEED_H

#include <api/desk.h>

/* document is services/api/templates.json. Tries again each second until it is written. */
struct seed;
struct seed *seed_start(struct desk *desk, const char *document);
void seed_free(struct seed *seed);

#endif
