/* Frames of a terminal: what is read whole and written again is what came, in two different cuts.
 */
#include <nt/frame.h>
#include <stdlib.h>
#include <string.h>

static int copy(void *arg, uint8_t type, struct nt_span payload)
{
    if (nt_frame_add(arg, (enum nt_frame_type)type, payload) < 0)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_frame_reader reader = {0};
    struct nt_buf out = {0};
    size_t half = size / 2;
    int result = nt_frame_read(&reader, (struct nt_span){data, half}, copy, &out);
    if (result == 0)
        result = nt_frame_read(&reader, (struct nt_span){data + half, size - half}, copy, &out);
    /* The high byte of a length is 0 in every frame that is taken. */
    if (out.len > size || (out.len > 0 && memcmp(out.data, data, out.len) != 0))
        abort();
    if (result == 0 && out.len + reader.rest.len != size)
        abort();
    nt_buf_deinit(&out);
    nt_frame_reader_deinit(&reader);
    return 0;
}
