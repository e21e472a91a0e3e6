/* Private: one figure of a text in words. */
#ifndef FIGURES_H
#define FIGURES_H

#include <verbs/say.h>

#define FIGURE_TIME_MAX INT64_C(253402300799000) /* the year 9999 */

/* params' figure of that name; "–" where it is not there. */
const char *figure(const struct say *say, const char *name, const json_t *params);

/* Milliseconds as a time: the nearest that calendars know. */
int64_t figure_time(double ms);

/* 1234.5 with at most so many decimals. */
const char *figure_number(const struct say *say, double value, int decimals);

#endif
