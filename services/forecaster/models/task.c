#include <models/task.h>

#include <math.h>

void task_refuse(const struct task *task, size_t origin, double *ret_paths)
{
    for (size_t h = 0; h < task->horizon; h++)
        ret_paths[origin * task->horizon + h] = NAN;
}
