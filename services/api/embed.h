/* Documents that are part of the program, NUL-terminated. */
#ifndef EMBED_H
#define EMBED_H

extern const char embed_asyncapi[];  /* made from schemas/ */
extern const char embed_openapi[];   /* openapi.json */
extern const char embed_templates[]; /* templates.json */

#endif
