/*
 * Trains the gate and calibrates the bands over many series, and writes them as a C table:
 *
 *   neaptide-train NAME OUT.c HORIZON HOLD_OUT ORIGINS EVERY EPOCHS GATES FILE[/SAMPLE]...
 *
 * NAME coarse: one row per series, hourly, season 24,168, loss as the M4 competition weighs.
 * NAME fine: columns of times, season by the step, loss relative to the median of the members.
 * HOLD_OUT last steps of each series are not looked at. /SAMPLE takes each SAMPLE-th series.
 * GATES nets from as many seeds are averaged; 0 leaves the gate out.
 */
#include "learn.h"

#include <models/order.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <offline/file.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 8, GATES_MAX = 8 };

struct program {
    struct training trainings[FILES_MAX];
    struct table tables[FILES_MAX];
    size_t files;
    struct sample *samples;
    size_t samples_count;
    struct gate gates[GATES_MAX];
    size_t gates_count;
    double part, sharpness; /* of the mixture that is the gate's: struct gates */
    struct spread_table spread;
    struct nt_arena arena, scratch;
};

static int read_inputs(struct program *program, char **argv, struct nt_error *err)
{
    for (; *argv != NULL; argv++) {
        if (program->files == FILES_MAX)
            return nt_fail(err, -E2BIG, "more than %d files", FILES_MAX);
        struct training *training = &program->trainings[program->files];
        struct table *table = &program->tables[program->files++];
        char *sample = strrchr(*argv, '/');
        int64_t each = 1;
        if (sample != NULL && nt_parse_i64(sample + 1, 1, 1000, &each) == 0)
            *sample = '\0';
        if (file_read_table(*argv, 0, table, err) < 0)
            return err->code;
        training->table = table;
        training->sample = (size_t)each;
        training->day = table->has_times ? (size_t)(86400 / table->series[0].step_s) : 24;
        training->week = 7 * training->day;
    }
    return program->files > 0 ? 0 : nt_fail(err, -EINVAL, "no file named");
}

static int by_origin(const void *a, const void *b)
{
    const struct sample *x = a;
    const struct sample *y = b;
    return (y->origin > x->origin) - (y->origin < x->origin);
}

static void make_samples(struct program *program)
{
    size_t capacity = 0;
    for (size_t f = 0; f < program->files; f++)
        capacity += training_count(&program->trainings[f]);
    program->samples = nt_zalloc((capacity + 1) * sizeof(struct sample));
    for (size_t f = 0; f < program->files; f++) {
        for (size_t i = 0; i < training_count(&program->trainings[f]); i++) {
            if (training_make(&program->trainings[f], i, &program->arena, &program->scratch,
                              &program->samples[program->samples_count]))
                program->samples_count++;
            nt_arena_reset(&program->arena);
        }
        (void)fprintf(stderr, "%zu examples\n", program->samples_count);
    }
    qsort(program->samples, program->samples_count, sizeof(struct sample), by_origin);
}

/* From the examples of origins first_origin and older. They are sorted by origin, newest last. */
static void learn_gates(struct program *program, size_t epochs, size_t first_origin)
{
    size_t count = 0;
    while (count < program->samples_count && program->samples[count].origin >= first_origin)
        count++;
    for (size_t g = 0; g < program->gates_count; g++) {
        struct learn learn = {.epochs = epochs, .rate = 0.002, .decay = 0.01, .seed = g + 1};
        double loss = learn_gate(&learn, program->samples, count, &program->gates[g]);
        (void)fprintf(stderr, "gate %zu from %zu examples: loss %.4f\n", g, count, loss);
    }
}

/* Quantiles of the ratios of training_ratios() at spread_shares, per block. */
static void calibrate(struct program *program, const struct spread_table *table,
                      float ret[ENSEMBLE_BLOCKS][SPREAD_SHARES])
{
    const struct gate *nets[GATES_MAX];
    for (size_t g = 0; g < GATES_MAX; g++)
        nets[g] = &program->gates[g];
    struct gates gates = {.nets = nets,
                          .count = program->gates_count,
                          .part = program->part,
                          .sharpness = program->sharpness};
    size_t capacity = (program->samples_count + 1) * SAMPLE_STEPS;
    double *ratios[ENSEMBLE_BLOCKS][SPREAD_SHARES];
    size_t counts[ENSEMBLE_BLOCKS] = {0};
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        for (size_t i = 0; i < SPREAD_SHARES; i++)
            ratios[b][i] = nt_zalloc(capacity * sizeof(double));
    }
    for (size_t f = 0; f < program->files; f++) {
        for (size_t item = 0; item < training_count(&program->trainings[f]); item++) {
            if (item % program->trainings[f].origins >= SAMPLE_LATE)
                continue;
            float found[SAMPLE_STEPS][SPREAD_SHARES];
            uint8_t block[SAMPLE_STEPS];
            if (training_ratios(&program->trainings[f], item, &gates, table, &program->arena,
                                &program->scratch, found, block)) {
                for (size_t k = 0; k < SAMPLE_STEPS; k++) {
                    if (isnan(found[k][0]))
                        continue;
                    for (size_t i = 0; i < SPREAD_SHARES; i++)
                        ratios[block[k]][i][counts[block[k]]] = (double)found[k][i];
                    counts[block[k]]++;
                }
            }
            nt_arena_reset(&program->arena);
        }
    }
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        for (size_t i = 0; i < SPREAD_SHARES; i++) {
            /* A block beyond the horizon of the training is like the one before it. */
            size_t from = counts[b] > 0 ? b : b - 1;
            order_sort(ratios[from][i], counts[from]);
            ret[b][i] = (float)order_quantile(ratios[from][i], counts[from], spread_shares[i]);
        }
    }
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        for (size_t i = 0; i < SPREAD_SHARES; i++)
            free(ratios[b][i]);
    }
}

static void write_bytes(FILE *out, const char *name, const int8_t *values, size_t rows,
                        size_t columns)
{
    (void)fprintf(out, ".%s={", name);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++)
            (void)fprintf(out, "%s%d", j > 0 ? "," : "{", values[i * columns + j]);
        (void)fputs(i + 1 < rows ? "},\n" : "}},\n", out);
    }
}

static void write_floats(FILE *out, const char *name, const float *values, size_t count)
{
    (void)fprintf(out, ".%s={", name);
    for (size_t j = 0; j < count; j++)
        (void)fprintf(out, "%s%.5g", j > 0 ? "," : "", (double)values[j]);
    (void)fputs("},\n", out);
}

static void write_shares(FILE *out, const char *name, float values[ENSEMBLE_BLOCKS][SPREAD_SHARES])
{
    (void)fprintf(out, ".%s={", name);
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        for (size_t i = 0; i < SPREAD_SHARES; i++)
            (void)fprintf(out, "%s%.4g", i > 0 ? "," : "{", (double)values[b][i]);
        (void)fputs(b + 1 < ENSEMBLE_BLOCKS ? "},\n" : "}},\n", out);
    }
}

static int write_table(const struct program *program, const char *name, const char *path,
                       struct nt_error *err)
{
    NT_CLEANUP(nt_fclose_p) FILE *out = fopen(path, "we");
    if (out == NULL)
        return nt_fail(err, -errno, "%s cannot be written: %m", path);
    (void)fprintf(
        out, "/* Made by neaptide-train; docs/benchmarks/forecasting.md has the command. */\n"
             "/* clang-format off */\n"
             "/* NOLINTBEGIN(bugprone-narrowing-conversions): figures, as short as they can be "
             "said */\n#include <models/tables.h>\n\n");
    for (size_t g = 0; g < program->gates_count; g++) {
        const struct gate *gate = &program->gates[g];
        (void)fprintf(out, "static const struct gate gate_%zu = {\n", g);
        write_bytes(out, "hidden", &gate->hidden[0][0], GATE_HIDDEN, GATE_INPUTS);
        write_bytes(out, "output", &gate->output[0][0], GATE_OUTPUTS, GATE_HIDDEN);
        write_floats(out, "hidden_unit", gate->hidden_unit, GATE_HIDDEN);
        write_floats(out, "hidden_bias", gate->hidden_bias, GATE_HIDDEN);
        write_floats(out, "output_unit", gate->output_unit, GATE_OUTPUTS);
        write_floats(out, "output_bias", gate->output_bias, GATE_OUTPUTS);
        (void)fputs("};\n\n", out);
    }
    (void)fputs("static const struct gate *const nets[] = {", out);
    for (size_t g = 0; g < program->gates_count; g++)
        (void)fprintf(out, "&gate_%zu, ", g);
    (void)fprintf(out,
                  "NULL};\n\nconst struct tables tables_%s = "
                  "{\n.gates={.nets=nets,.count=%zu,.part=%g,.sharpness=%g},\n.spread={\n",
                  name, program->gates_count, program->part, program->sharpness);
    struct spread_table spread = program->spread;
    write_shares(out, "shape", spread.shape);
    write_shares(out, "widen", spread.widen);
    (void)fputs("},\n};\n/* NOLINTEND(bugprone-narrowing-conversions) */\n", out);
    return fflush(out) == 0 ? 0 : nt_fail(err, -EIO, "%s cannot be written", path);
}

int main(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    static struct program program;
    int64_t numbers[6];
    if (argc < 10) {
        (void)fputs("usage: neaptide-train coarse|fine OUT.c HORIZON HOLD_OUT ORIGINS EVERY EPOCHS "
                    "GATES FILE[/SAMPLE]...\n",
                    stderr);
        return 2;
    }
    for (size_t i = 0; i < NT_COUNT(numbers); i++) {
        if (nt_parse_i64(argv[3 + i], 0, 100000, &numbers[i]) < 0) {
            (void)fprintf(stderr, "neaptide-train: \"%s\" is not a number\n", argv[3 + i]);
            return 2;
        }
    }
    if (read_inputs(&program, argv + 9, &err) < 0)
        return nt_die(&err);
    for (size_t f = 0; f < program.files; f++) {
        struct training *training = &program.trainings[f];
        training->horizon = (size_t)numbers[0];
        training->hold_out = (size_t)numbers[1];
        training->origins = (size_t)numbers[2];
        training->every = (size_t)numbers[3];
        training->is_relative = nt_text_is(argv[1], "fine");
    }
    make_samples(&program);
    program.sharpness = nt_text_is(argv[1], "fine") ? 16 : 0;
    program.part = nt_text_is(argv[1], "fine") ? 0.67 : 0.75;
    program.gates_count = (size_t)numbers[5] < GATES_MAX ? (size_t)numbers[5] : GATES_MAX;
    /* Bands are calibrated with gates that did not see the outcomes, then all is learned. */
    learn_gates(&program, (size_t)numbers[4], SAMPLE_APART);
    calibrate(&program, NULL, program.spread.shape);
    calibrate(&program, &program.spread, program.spread.widen);
    learn_gates(&program, (size_t)numbers[4], 0);
    int status = write_table(&program, argv[1], argv[2], &err);
    nt_arena_deinit(&program.arena);
    nt_arena_deinit(&program.scratch);
    free(program.samples);
    for (size_t f = 0; f < program.files; f++)
        table_deinit(&program.tables[f]);
    return status < 0 ? nt_die(&err) : EXIT_SUCCESS;
}
