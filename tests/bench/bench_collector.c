/*
 * What a sample of a container costs: CPU time of reading one group's files and its network, with
 * descriptors kept open, turned into use; beside it the same with the files opened each time.
 *
 *     bench_collector [containers] [rounds]
 *
 * Each "container" is a set of descriptors of its own on this process's group, so that any machine
 * will do. Compare with the Docker API's stats in docs/benchmarks.md.
 */
#include <collector/reader.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <time.h>
#include <unistd.h>

static double cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, double *us, size_t count)
{
    qsort(us, count, sizeof(*us), compare);
    printf("%-28s median %7.2f us, p99 %7.2f us a container sample\n", name, us[count / 2],
           us[count * 99 / 100]);
}

static struct group *open_group(const struct reader *reader)
{
    struct group *group = NULL;
    if (group_open_container(reader, getpid(), "none", "", &group) < 0) {
        (void)fprintf(stderr, "this process's own control group cannot be read here\n");
        exit(EXIT_FAILURE);
    }
    return group;
}

int main(int argc, char **argv)
{
    int64_t containers = 50;
    int64_t rounds = 200;
    struct nt_error err = NT_ERROR_INIT;
    if ((argc > 1 && nt_parse_i64(argv[1], 1, 5000, &containers) < 0) ||
        (argc > 2 && nt_parse_i64(argv[2], 1, 100000, &rounds) < 0)) {
        (void)fprintf(stderr, "usage: bench_collector [containers] [rounds]\n");
        return EXIT_FAILURE;
    }
    NT_CLEANUP(reader_close_p) struct reader *reader = NULL;
    if (reader_open("/proc", &reader, &err) < 0)
        return nt_die(&err);
    struct group **groups = nt_zalloc((size_t)containers * sizeof(struct group *));
    struct meter *meters = nt_zalloc((size_t)containers * sizeof(*meters));
    double *kept = nt_zalloc((size_t)rounds * sizeof(*kept));
    double *anew = nt_zalloc((size_t)rounds * sizeof(*anew));
    for (int64_t i = 0; i < containers; i++)
        groups[i] = open_group(reader);

    for (int64_t round = 0; round < rounds; round++) {
        struct reading reading;
        struct usage usage;
        double begin = cpu_us();
        for (int64_t i = 0; i < containers; i++) {
            if (group_read(groups[i], &reading) == 0)
                (void)meter_next(&meters[i], &reading, round * 5000, &usage);
        }
        double middle = cpu_us();
        for (int64_t i = 0; i < containers; i++) {
            NT_CLEANUP(group_close_p) struct group *group = open_group(reader);
            (void)group_read(group, &reading);
        }
        kept[round] = (middle - begin) / (double)containers;
        anew[round] = (cpu_us() - middle) / (double)containers;
    }
    printf("%lld containers, %lld rounds, %s\n", (long long)containers, (long long)rounds,
           reader_layout(reader));
    print("descriptors kept open", kept, (size_t)rounds);
    print("opened each time", anew, (size_t)rounds);
    for (int64_t i = 0; i < containers; i++)
        group_close(groups[i]);
    free(groups);
    free(meters);
    free(kept);
    free(anew);
    return EXIT_SUCCESS;
}
