/* What the readers of JSON bodies share; for the adapters only. */
#ifndef BALANCER_JSON_READ_H
#define BALANCER_JSON_READ_H

#include <jansson.h>
#include <nt/contract.h>
#include <nt/error.h>

/* The body as JSON, a new reference; NULL: err says why. */
json_t *json_read_body(struct nt_span body, struct nt_error *err);

/* Absent ones are 0; below 0 or not a number: -EINVAL. */
int json_read_resources(const json_t *from, const char *what, struct nt_resources *ret_resources,
                        struct nt_error *err);

static inline void json_read_decref_p(json_t **slot)
{
    json_decref(*slot);
}

#endif
