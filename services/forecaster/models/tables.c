#include <models/tables.h>

/* A step below half an hour: what is forecast is the load itself, not its hourly mean. */
enum { FINE_FROM = 49 };

const struct tables *tables_for(const struct task *task)
{
    return task->day >= FINE_FROM ? &tables_fine : &tables_coarse;
}
