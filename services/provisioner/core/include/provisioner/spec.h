/*
 * A placement as Docker is to make it. The closed list of options is checked again here: whatever
 * came over Kafka, nothing outside the list reaches Docker (DESIGN.md section 9). Pure.
 */
#ifndef PROVISIONER_SPEC_H
#define PROVISIONER_SPEC_H

#include <nt/contract.h>

struct spec_volume {
    const char *name; /* Docker's */
    const char *path;
};

struct spec {
    const char *container_name;
    const char *image;
    const char *network; /* one per person */
    struct spec_volume *volumes;
    size_t volumes_count;
    struct json_t *create; /* body of POST /containers/create; the caller's, json_decref() it */
};

struct spec_options {
    const char *host;
    const char *publish_address; /* where services are published; ports are Docker's choice */
    const char *image_id;        /* of the source of a move, or NULL: spec.image by name */
};

/* -EINVAL with what is wrong where the placement asks for something outside the list. */
int spec_make(struct nt_arena *arena, const struct nt_placement *placement,
              const struct spec_options *options, struct spec *ret_spec, struct nt_error *err);

/* The same on every host, so that a moved server keeps it: locally administered, from the id. */
void spec_mac(const char *server, char ret_mac[18]);

#endif
