/* When will a size probably fit whole? From the forecasts and windows of the hosts. Pure. */
#ifndef API_WHEN_H
#define API_WHEN_H

#include <api/view.h>

#define WHEN_UNKNOWN INT64_C(-1)
#define WHEN_CALM_MS (INT64_C(3600) * 1000) /* room for so long counts as room */

/*
 * Load time from which, on some host that takes new servers, the expected load (p50) and requested
 * stay under the pool's threshold for an hour, outside of overload windows. WHEN_UNKNOWN: no host
 * has a reliable forecast, or there is no such time in it, or by the forecasts there is room
 * already: then it is not load that keeps the size away, and nobody knows when others give back
 * what they were given.
 */
int64_t when_full(const struct view *view, const struct nt_resources *requested);

#endif
