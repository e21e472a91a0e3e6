/* The sizes of the catalogue: small, medium, large. Pure. */
#ifndef API_SIZE_H
#define API_SIZE_H

#include <jansson.h>
#include <nt/contract.h>

struct size {
    const char *name;
    int64_t cpu_milli;
    int64_t mem_bytes;
};

#define SIZES 3
extern const struct size sizes[SIZES]; /* smallest first */

const struct size *size_find(const char *name); /* or NULL */

/* Is it enough for a template that needs at least minimum? */
bool size_fits(const struct size *size, const struct nt_resources *minimum);

json_t *size_to_json(const struct size *size);

/* A template as the catalogue shows it, with the sizes that it can have. */
json_t *size_template_to_json(const struct nt_template *template);

#endif
