/* Private: texts by key. forms: English one and other, Korean one and other. */
#ifndef TEXTS_H
#define TEXTS_H

#include <stddef.h>

struct text {
    const char *key;
    const char *forms[4];
};

extern const struct text page_texts[]; /* made from the page's; sorted by key */
extern const size_t page_texts_count;
extern const struct text own_texts[]; /* texts.c; sorted by key */
extern const size_t own_texts_count;

#endif
