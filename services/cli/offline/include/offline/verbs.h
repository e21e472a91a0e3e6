/* `neaptide offline forecast` and `neaptide offline backtest`. */
#ifndef OFFLINE_VERBS_H
#define OFFLINE_VERBS_H

#include <offline/options.h>
#include <offline/table.h>

/* What the options leave open is settled by the file: step, seasons, horizon. */
int verbs_settle(struct options *options, const struct table *table, struct nt_error *err);

/* What is asked of the model for the first count values of a series. */
struct forecast_ask verbs_ask(const struct options *options, const struct table_series *series,
                              size_t count);

/* Write the result; progress goes to standard error. Errors of the input have code -EINVAL,
 * -ENODATA or -E2BIG. */
int verb_forecast(struct options *options, struct nt_error *err);
int verb_backtest(struct options *options, struct nt_error *err);

#endif
