/* The forecaster: from host.load to roll-ups, forecasts, scenarios and windows. */
#ifndef FORECASTER_APP_H
#define FORECASTER_APP_H

#include "settings.h"

#include <nt/cleanup.h>

struct app;

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err);
void app_free(struct app *app);
NT_DEFINE_CLEANUP(struct app *, app_free);
int app_run(struct app *app);

#endif
