/* What was learned offline over many series: gates and the shape of residuals. */
#ifndef MODELS_TABLES_H
#define MODELS_TABLES_H

#include <models/gate.h>
#include <models/spread.h>

struct tables {
    struct gates gates;
    struct spread_table spread;
};

/* Made by `neaptide-train`: see docs/benchmarks/forecasting.md. */
extern const struct tables tables_coarse; /* for steps of half an hour and more */
extern const struct tables tables_fine;   /* for shorter steps, five minutes above all */

const struct tables *tables_for(const struct task *task);

#endif
