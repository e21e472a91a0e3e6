/* Walk over kernel text line by line and word by word, without copying. Any thread. */
#ifndef COLLECTOR_SCAN_H
#define COLLECTOR_SCAN_H

#include <nt/span.h>

/* Take the next line (without its newline) off text. False at the end. */
bool scan_line(struct nt_span *text, struct nt_span *ret_line);

/* Take the next word off text: up to a space, tab or newline. False when none is left. */
bool scan_word(struct nt_span *text, struct nt_span *ret_word);

/* Take what stands before the first sep off text, and sep with it; false where there is no sep. */
bool scan_until(struct nt_span *text, char sep, struct nt_span *ret_part);

bool scan_is(struct nt_span word, const char *text);
bool scan_starts(struct nt_span text, const char *prefix);

/* The whole word must be digits and fit; -EINVAL or -ERANGE. */
int scan_u64(struct nt_span word, uint64_t *ret_value);

/* Copy with a NUL; false when it does not fit. */
bool scan_copy(struct nt_span word, char *ret_text, size_t size);

#endif
