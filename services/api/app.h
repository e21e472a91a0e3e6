/* The api: what talks to what. */
#ifndef APP_H
#define APP_H

#include "settings.h"

struct app;

/* settings are borrowed and must outlive it. Serves at once; answers "not ready" until the topics
 * have been read. */
int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err);
void app_free(struct app *app);
NT_DEFINE_CLEANUP(struct app *, app_free);

/* Returns the process's exit code. */
int app_run(struct app *app);

#endif
