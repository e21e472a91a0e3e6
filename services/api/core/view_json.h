/* Private to the views: shorthands over jansson. */
#ifndef API_VIEW_JSON_H
#define API_VIEW_JSON_H

#include <api/view.h>
#include <math.h>
#include <nt/text.h>
#include <string.h>

static inline json_t *j_text(const char *value)
{
    return value == NULL ? json_null() : json_string(value);
}

/* "" is null. */
static inline json_t *j_text_or_null(const char *value)
{
    return value == NULL || value[0] == '\0' ? json_null() : json_string(value);
}

/* Not a number, or infinite: null. One digit after the point. */
static inline json_t *j_round(double value)
{
    return isfinite(value) ? json_real(round(value * 10) / 10) : json_null();
}

static inline json_t *j_whole(double value)
{
    return isfinite(value) && fabs(value) < 9e18 ? json_integer((int64_t)llround(value))
                                                 : json_null();
}

static inline double share_pct(double value, double of)
{
    return of > 0 ? 100 * value / of : 0;
}

#endif
