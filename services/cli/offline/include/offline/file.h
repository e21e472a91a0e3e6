/* Whole files, gzip or plain, told apart by their first bytes. */
#ifndef OFFLINE_FILE_H
#define OFFLINE_FILE_H

#include <offline/table.h>

#define FILE_BYTES_MAX ((size_t)2 << 30)

/* -errno of the file; -EINVAL for broken gzip; -E2BIG beyond FILE_BYTES_MAX once unpacked. The
 * buffer has room for one byte more than its len. */
int file_read(const char *path, struct nt_buf *ret_text, struct nt_error *err);

/* Both in one: read, then table_parse(). */
int file_read_table(const char *path, int64_t step_s, struct table *ret_table,
                    struct nt_error *err);

#endif
