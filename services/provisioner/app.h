/* Joins what talks to what: Kafka and the fleet, HTTP and the fleet. */
#ifndef APP_H
#define APP_H

#include "settings.h"

struct app;

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err);
int app_run(struct app *app); /* the exit code */
void app_free(struct app *app);
NT_DEFINE_CLEANUP(struct app *, app_free);

#endif
