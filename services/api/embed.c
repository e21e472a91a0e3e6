#include "embed.h"

/* The assembler copies a file as it is, which no C string of that length may be. */
#define EMBED(name, path)                                                                          \
    __asm__(".pushsection .rodata\n.global " #name "\n" #name ":\n.incbin \"" path                 \
            "\"\n.byte 0\n.popsection\n")

EMBED(embed_asyncapi, ASYNCAPI_PATH);
EMBED(embed_openapi, OPENAPI_PATH);
EMBED(embed_templates, TEMPLATES_PATH);
