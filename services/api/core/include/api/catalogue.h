/* The templates that come with Neaptide, from services/api/templates.json. Pure. */
#ifndef API_CATALOGUE_H
#define API_CATALOGUE_H

#include <nt/contract.h>

/*
 * Reads the document; everything lives in arena. Returns the number of templates, or -EINVAL with
 * the story.
 */
int catalogue_read(struct nt_arena *arena, const char *document, struct nt_template **ret_templates,
                   struct nt_error *err);

/* Would people see a difference? Revision and time do not count. */
bool catalogue_is_same(const struct nt_template *a, const struct nt_template *b);

#endif
