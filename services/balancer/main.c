#include "app.h"
#include "settings.h"

#include <nt/log.h>

#include <stdlib.h>

int main(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    struct settings settings = {0};
    if (settings_load(&settings, argc, argv, &err) < 0)
        return nt_die(&err);
    enum nt_log_level level;
    if (nt_log_level_parse(settings.common.log_level, &level) == 0)
        nt_log_set_level(level);
    (void)setenv("TZ", settings.time_zone, 1); /* before any thread begins; quiet hours need it */

    NT_CLEANUP(app_free_p) struct app *app = NULL;
    if (app_new(&settings, &app, &err) < 0)
        return nt_die(&err);
    return app_run(app);
}
