/*
 * The web page's files: read once at start, all of them, so that a request can name nothing else.
 * FILE.br and FILE.gz beside FILE are its compressed forms. Loop thread only.
 */
#ifndef API_STATICS_H
#define API_STATICS_H

#include <nt/error.h>
#include <nt/serve.h>

#define STATICS_BYTES_MAX ((size_t)64 << 20)
#define STATICS_FILES_MAX 2000

struct statics;

/* folder "" serves nothing. */
int statics_new(const char *folder, struct statics **ret_statics, struct nt_error *err);
void statics_free(struct statics *statics);

/*
 * Answers a GET for a file, or for a page (a path without a dot in its last part: index.html, which
 * shows the page that the path names). Returns whether it did.
 */
bool statics_answer(const struct statics *statics, struct nt_request *request);

/* Headers that every answer has, whatever it is. */
void statics_add_headers(struct nt_request *request);

#endif
