/*
 * A template image that the engine lacks is loaded when a server needs it. One at a time: disks do
 * not get faster by two, and ten servers that need the same one wait for it together.
 */
#include "fleet.h"

#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/image.h>
#include <utlist.h>

static void load_next(struct fleet *fleet);

static void on_loaded(void *arg, const struct nt_error *err)
{
    struct fleet *fleet = arg;
    struct server *server = NULL;
    struct server *next = NULL;
    char *image = nt_take(fleet->image);
    if (err->code == 0)
        nt_log(NT_INFO, "image_loaded", NT_KV("image", image));
    LL_FOREACH_SAFE2(fleet->image_waiters, server, next, next_waiting)
    {
        /* Without a placement it needs none any more: its next turn finds out. */
        if (server->placement != NULL && !nt_text_is(server->placement->spec.image, image))
            continue;
        LL_DELETE2(fleet->image_waiters, server, next_waiting);
        server->is_image_due = false;
        server->was_image_loaded = err->code == 0; /* then the next turn creates */
        server_done(server, err);
    }
    free(image);
    load_next(fleet);
}

static void load_next(struct fleet *fleet)
{
    struct server *first = fleet->image_waiters;
    if (first == NULL || fleet->image != NULL)
        return;
    /* A placement that went meanwhile: whatever is said, its waiting is over. */
    fleet->image = nt_strdup(first->placement == NULL ? "" : first->placement->spec.image);
    image_load(fleet->docker, fleet->options.loop, fleet->options.settings->images_dir,
               fleet->image, on_loaded, fleet);
}

void image_wait(struct server *server)
{
    struct fleet *fleet = server->fleet;
    server->is_image_due = true;
    LL_APPEND2(fleet->image_waiters, server, next_waiting);
    server_tell(server);
    load_next(fleet);
}
