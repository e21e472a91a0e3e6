/* Training examples: one origin of one series, with what came after it. */
#ifndef TRAIN_SAMPLE_H
#define TRAIN_SAMPLE_H

#include <models/gate.h>
#include <models/spread.h>
#include <offline/table.h>

enum {
    SAMPLE_STEPS = 48,
    SAMPLE_LATE = 2,
    SAMPLE_APART = 3
}; /* steps of a path that are kept, evenly spread over the horizon */

struct sample {
    float inputs[GATE_INPUTS];
    float paths[MEMBERS_COUNT][SAMPLE_STEPS];
    float actual[SAMPLE_STEPS];
    float weight[SAMPLE_STEPS]; /* of an absolute error in the loss; 0: not known */
    uint8_t block[SAMPLE_STEPS];
    bool is_usable[MEMBERS_COUNT];
    uint8_t origin; /* 0: the newest */
};

struct training {
    const struct table *table;
    size_t day, week, horizon;
    size_t hold_out;       /* last steps of each series that nothing here sees */
    size_t origins, every; /* examples of each series, steps apart */
    size_t sample;         /* each sample-th series */
    bool is_relative;      /* loss relative to the median's error, else as OWA weighs */
};

/* Examples of the first SAMPLE_LATE origins share no outcome with those from SAMPLE_APART on. */

/* Number of examples that table gives, the too short ones included. */
size_t training_count(const struct training *training);

/* false: the series is too short for this one. */
bool training_make(const struct training *training, size_t item, struct nt_arena *arena,
                   struct nt_arena *scratch, struct sample *ret_sample);

/*
 * How far off the forecast was, in units of what the spread says before its shape is known
 * (table NULL: the mean size of past residuals) or of the raw half-widths. NaN: not known.
 */
bool training_ratios(const struct training *training, size_t item, const struct gates *gates,
                     const struct spread_table *table, struct nt_arena *arena,
                     struct nt_arena *scratch, float ret_ratios[SAMPLE_STEPS][SPREAD_SHARES],
                     uint8_t ret_block[SAMPLE_STEPS]);

#endif
