/*
 * Files of series come from anywhere. Whatever is in them, the reader must not crash; and what it
 * accepts must be usable: a name each, finite values but for gaps, none of them at the ends.
 */
#include <offline/table.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    struct nt_error err = NT_ERROR_INIT;
    struct table table = {0};
    int status = table_parse(text, size, "in", 0, &table, &err);
    if ((status < 0) != (err.message[0] != '\0') || (status < 0 && table.count > 0))
        abort();
    for (size_t i = 0; i < table.count; i++) {
        const struct table_series *series = &table.series[i];
        if (series->name[0] == '\0')
            abort();
        for (size_t t = 0; t < series->count; t++) {
            bool is_end = t == 0 || t + 1 == series->count;
            if (isinf(series->values[t]) || (is_end && isnan(series->values[t])))
                abort();
        }
    }
    table_deinit(&table);
    free(text);
    return 0;
}
