/* The service: what talks to what. */
#ifndef BALANCER_APP_H
#define BALANCER_APP_H

#include "settings.h"

struct app;

/* How the process ends; the supervisor starts it again. */
enum {
    APP_STOPPED = 0, /* it was asked to */
    APP_LOST = 3,    /* leadership lost, fenced, or a decision not written: only a new process can
                        read the log and go on */
};

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err);
void app_free(struct app *app); /* NULL does nothing */
NT_DEFINE_CLEANUP(struct app *, app_free);

/* Runs until asked to stop. Returns the exit code. */
int app_run(struct app *app);

#endif
