/* Private: when two texts are the same schema. */
#ifndef NORMAL_H
#define NORMAL_H

#include <jansson.h>

/*
 * The schema in its plainest form, a new reference: without docs, {"type": "string"} as "string".
 * Compared with json_equal() the order of an object's keys and white space do not matter either.
 */
json_t *normal_schema(const json_t *schema);

#endif
