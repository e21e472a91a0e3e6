#include <api/origin.h>
#include <nt/text.h>
#include <string.h>
#include <strings.h>

bool origin_is_ours(const char *console, const char *origin, const char *fetch_site)
{
    if (origin != NULL)
        return strcasecmp(origin, console) == 0;
    if (fetch_site != NULL)
        return nt_text_is(fetch_site, "same-origin");
    return true;
}
