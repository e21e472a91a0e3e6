#include "app.h"
#include "settings.h"

int main(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    struct settings settings = {0};
    if (settings_load(&settings, argc, argv, &err) < 0)
        return nt_die(&err);

    NT_CLEANUP(app_free_p) struct app *app = NULL;
    if (app_new(&settings, &app, &err) < 0)
        return nt_die(&err);
    return app_run(app);
}
