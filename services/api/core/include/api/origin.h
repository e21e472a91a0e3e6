/*
 * Is this request the console's own? People's servers are same-site neighbours of the console and
 * not trusted, so SameSite cookies are not enough: every mutation and event stream is checked.
 * Pure.
 */
#ifndef API_ORIGIN_H
#define API_ORIGIN_H

#include <stdbool.h>

/*
 * console is the console's origin ("http://console.localhost:8088"); origin and fetch_site are the
 * headers Origin and Sec-Fetch-Site, NULL where absent. A browser sends at least one of them with
 * whatever it may attach a cookie to; a program without a browser sends neither and is believed,
 * because nobody can make it send somebody's cookie.
 */
bool origin_is_ours(const char *console, const char *origin, const char *fetch_site);

#endif
