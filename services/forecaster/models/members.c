#include <models/members.h>

#include <models/ar.h>
#include <models/simple.h>

#define NEAR(to)                                                                                   \
    {                                                                                              \
        AR_STEP, 0, 1, (to)                                                                        \
    }
#define DAY(n, from, to)                                                                           \
    {                                                                                              \
        AR_DAY, (n), (from), (to)                                                                  \
    }
#define WEEK(n, from, to)                                                                          \
    {                                                                                              \
        AR_WEEK, (n), (from), (to)                                                                 \
    }
#define SPANS(...)                                                                                 \
    .spans = {__VA_ARGS__}, .spans_count = NT_COUNT(((struct ar_span[]){__VA_ARGS__}))

static const struct ar_spec log_wide_robust = {SPANS(NEAR(4), DAY(1, -3, 3), WEEK(1, -3, 3)),
                                               .is_log = true, .is_robust = true, .decay_days = 29,
                                               .ridge = 1e-5};
static const struct ar_spec log_two_weeks = {
    SPANS(NEAR(3), DAY(1, -1, 1), WEEK(1, -1, 1), WEEK(2, -1, 1)), .is_log = true,
    .is_robust = true, .decay_days = 10.4, .ridge = 1e-5};
static const struct ar_spec level_robust = {SPANS(NEAR(3), DAY(1, -2, 2), WEEK(1, -1, 1)),
                                            .is_robust = true, .decay_days = 29, .ridge = 1e-5};
static const struct ar_spec log_widest = {SPANS(NEAR(6), DAY(1, -4, 4), WEEK(1, -4, 4)),
                                          .is_log = true, .decay_days = 29, .ridge = 1e-5};
static const struct ar_spec level_six_eight = {
    SPANS(NEAR(4), DAY(1, -2, 2), DAY(6, -1, 1), WEEK(1, -1, 1), DAY(8, -1, 1)), .is_robust = true,
    .ridge = 1e-5};
static const struct ar_spec log_day_changes = {SPANS(NEAR(3), DAY(1, -2, 2), WEEK(1, -1, 1)),
                                               .part = AR_DAY_CHANGES, .is_log = true,
                                               .decay_days = 14, .ridge = 1e-3};
static const struct ar_spec log_week_changes = {SPANS(NEAR(3), DAY(1, -2, 2), WEEK(1, -1, 1)),
                                                .part = AR_WEEK_CHANGES, .is_log = true,
                                                .decay_days = 14, .ridge = 1e-3};
static const struct ar_spec log_waves = {SPANS(NEAR(3), DAY(1, -1, 1), WEEK(1, -1, 1)),
                                         .is_log = true,
                                         .decay_days = 29,
                                         .ridge = 1e-4,
                                         .day_waves = 5,
                                         .week_waves = 3};
static const struct ar_spec log_off_profile = {SPANS(NEAR(3), DAY(1, -1, 1)),
                                               .part = AR_OFF_PROFILE, .is_log = true,
                                               .decay_days = 14, .ridge = 1e-3};
static const struct ar_spec level_short = {SPANS(NEAR(3), DAY(1, -1, 1)), .is_robust = true,
                                           .decay_days = 7, .ridge = 1e-4};
static const struct ar_spec level_off_profile = {
    SPANS(NEAR(3), DAY(1, -1, 1)), .part = AR_OFF_PROFILE, .decay_days = 14, .ridge = 1e-3};
static const struct ar_spec level_week_changes = {SPANS(NEAR(3), DAY(1, -2, 2), WEEK(1, -1, 1)),
                                                  .part = AR_WEEK_CHANGES, .is_robust = true,
                                                  .decay_days = 29, .ridge = 1e-3};
static const struct ar_spec level_two_weeks = {
    SPANS(NEAR(2), DAY(1, -1, 1), DAY(2, -1, 1), WEEK(1, -1, 1), WEEK(2, -1, 1)), .is_robust = true,
    .decay_days = 14, .ridge = 1e-4};

static const struct ar_spec log_short = {SPANS(NEAR(2), DAY(1, -1, 1)), .is_log = true,
                                         .is_robust = true, .decay_days = 14, .ridge = 1e-3};
static const struct ar_spec log_day_drift = {SPANS(NEAR(2)),   .part = AR_DAY_CHANGES,
                                             .is_log = true,   .is_robust = true,
                                             .decay_days = 14, .ridge = 1e-3};
static const struct ar_spec level_day_drift = {SPANS(NEAR(1)), .part = AR_DAY_CHANGES,
                                               .is_robust = true, .decay_days = 14, .ridge = 1e-3};

static const size_t one = 1, two = 2, seven = 7, three = 3, zero = 0;

const struct member members[MEMBERS_COUNT] = {
    {"log-wide-robust", ar_run, &log_wide_robust, true, false},
    {"log-two-weeks", ar_run, &log_two_weeks, true, false},
    {"level-robust", ar_run, &level_robust, true, false},
    {"log-widest", ar_run, &log_widest, true, false},
    {"level-six-eight", ar_run, &level_six_eight, true, false},
    {"log-day-changes", ar_run, &log_day_changes, true, false},
    {"log-week-changes", ar_run, &log_week_changes, true, false},
    {"log-waves", ar_run, &log_waves, true, false},
    {"log-off-profile", ar_run, &log_off_profile, true, false},
    {"analog-1", simple_analog, &one, true, false},
    {"analog-2", simple_analog, &two, true, false},
    {"analog-7", simple_analog, &seven, true, false},
    {"slot-median-7", simple_slot_median, &seven, true, false},
    {"repeat-day", simple_repeat, &zero, true, false},
    {"repeat-week", simple_repeat, &one, true, false},
    {"level-1", simple_level, &one, false, false},
    {"level-day", simple_level, &zero, false, false},
    {"fading-level", simple_fading_level, NULL, false, false},
    {"level-short", ar_run, &level_short, true, false},
    {"level-off-profile", ar_run, &level_off_profile, true, false},
    {"level-week-changes", ar_run, &level_week_changes, true, false},
    {"level-two-weeks", ar_run, &level_two_weeks, true, false},
    {"log-short", ar_run, &log_short, true, false},
    {"log-day-drift", ar_run, &log_day_drift, true, false},
    {"level-day-drift", ar_run, &level_day_drift, true, false},
    {"fine-repeat-day", simple_repeat, &zero, true, true},
    {"fine-slot-median-7", simple_slot_median, &seven, true, true},
    {"fine-level", simple_level, &three, false, true},
};
