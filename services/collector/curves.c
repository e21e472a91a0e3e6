#include "curves.h"

#include <fcntl.h>
#include <string.h>

int curves_load(const char *path, struct playback **ret_playback, struct nt_error *err)
{
    NT_CLEANUP(nt_close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
    NT_CLEANUP(nt_buf_deinit) struct nt_buf text = {0};
    ssize_t len = fd >= 0 ? 1 : -1;
    while (len > 0) {
        uint8_t *room = nt_buf_reserve(&text, 65536);
        if (room == NULL)
            return nt_fail(err, -E2BIG, "%s is larger than 64 MiB", path);
        len = read(fd, room, 65536);
        text.len += len > 0 ? (size_t)len : 0;
    }
    if (len < 0)
        return nt_fail(err, -errno, "cannot read the recorded curves %s: %s", path,
                       strerror(errno));
    int status = playback_parse(nt_buf_span(&text), ret_playback, err);
    return status < 0 ? nt_wrap(err, "%s", path) : 0;
}

bool curves_are_allowed(const struct nt_load_clock *clock)
{
    return clock->rate != 0 && (clock->rate != 1 || clock->load0_ms != clock->wall0_ms);
}
