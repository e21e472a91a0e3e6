/* Docker's log stream: what comes out is whole lines of UTF-8, none too long, for any bytes. */
#include <nt/text.h>
#include <provisioner/log_lines.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log_reader reader = {0};
    struct nt_buf out = {0};
    size_t half = size / 3;
    if (log_read(&reader, (struct nt_span){data, half}, &out) == 0)
        (void)log_read(&reader, (struct nt_span){data + half, size - half}, &out);
    const char *text = nt_buf_text(&out);
    if (!nt_utf8_is_valid(text, out.len) || (out.len > 0 && text[out.len - 1] != '\n'))
        abort();
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (len > (size_t)3 * LOG_LINE_MAX + 128 || len < 4)
            abort();
        at += len + 1;
    }
    nt_buf_deinit(&out);
    log_reader_deinit(&reader);
    return 0;
}
