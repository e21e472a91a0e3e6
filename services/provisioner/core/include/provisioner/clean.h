/* Text of programs and names of files, which may be any bytes, as UTF-8. Pure. */
#ifndef PROVISIONER_CLEAN_H
#define PROVISIONER_CLEAN_H

#include <nt/span.h>

/* Appends text; each byte that is no UTF-8 becomes U+FFFD. 0 or -EMSGSIZE. */
int clean_add(struct nt_buf *out, const char *text, size_t len);

#endif
