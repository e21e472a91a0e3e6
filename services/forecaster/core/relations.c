#include <forecaster/relations.h>

#include <forecaster/cycles.h>
#include <forecaster/granger.h>
#include <forecaster/hours.h>
#include <nt/memory.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_LEAST = 7 * DAY_SLOTS };

static const double Q_MAX = 0.01;
static const double GAIN_LEAST = 0.01;
static const double CORRELATION_LEAST = 0.1;
static const double CUT_DEVIATIONS = 5;

/* --- many tests --------------------------------------------------------------------------------
 */

void relations_correct(double *p, size_t count)
{
    assert(count <= RELATIONS_MAX);
    size_t order[RELATIONS_MAX];
    for (size_t i = 0; i < count; i++) { /* a handful: insertion */
        size_t at = i;
        for (; at > 0 && p[order[at - 1]] > p[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    double least = 1;
    for (size_t rank = count; rank > 0; rank--) {
        double *value = &p[order[rank - 1]];
        least = fmin(least, *value * (double)count / (double)rank);
        *value = least;
    }
}

/* --- what is new in a series -------------------------------------------------------------------
 */

/* In place: no value further from zero than five usual deviations, or a few spikes are the whole
 * relation. false when most of it stands still. */
static bool cut(double *values, size_t count)
{
    NT_CLEANUP(nt_free_p) double *sorted = nt_zalloc((count + 1) * sizeof(*sorted));
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i]))
            sorted[known++] = fabs(values[i]);
    }
    double limit = CUT_DEVIATIONS * 1.4826 * hours_median(sorted, known);
    if (!(limit > 0))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i])) /* fmin() would take a gap for the limit */
            values[i] = fmax(-limit, fmin(limit, values[i]));
    }
    return true;
}

static bool find_news(const struct history *history, int64_t origin, double *ret_news)
{
    if (history_filled(history, origin) < VALUES_LEAST)
        return false;
    cycles_remove(history, origin, ret_news);
    return cut(ret_news, history->count) &&
           granger_whiten(ret_news, history->count, RELATION_ORDER, ret_news) &&
           cut(ret_news, history->count);
}

/* --- pairs -------------------------------------------------------------------------------------
 */

/* Of x(t - lag) with y(t); ret_count: how many pairs of values there are. */
static double correlation_at(const double *x, const double *y, size_t count, size_t lag,
                             size_t *ret_count)
{
    double xx = 0;
    double yy = 0;
    double xy = 0;
    size_t known = 0;
    for (size_t t = lag; t < count; t++) {
        double a = x[t - lag];
        double b = y[t];
        if (isnan(a) || isnan(b))
            continue;
        xx += a * a;
        yy += b * b;
        xy += a * b;
        known++;
    }
    *ret_count = known;
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

/* Both have a mean of nearly zero; under independence sqrt(n) r is standard normal. */
static double correlation_p(double correlation, size_t count)
{
    return erfc(fabs(correlation) * sqrt((double)count) / M_SQRT2);
}

struct found {
    struct relation relations[RELATIONS_MAX];
    double p[RELATIONS_MAX];
    size_t count;
};

static void add(struct found *found, struct relation relation, double p)
{
    found->p[found->count] = p;
    found->relations[found->count++] = relation;
}

static void add_lead(struct found *found, double *const *news, size_t count, size_t first,
                     size_t second, const struct granger *granger)
{
    struct relation relation = {
        .first = first, .second = second, .leads = true, .f = granger->f, .gain = granger->gain};
    /* Only what will be listed needs its lag. */
    for (size_t lag = 1; granger->gain >= GAIN_LEAST && lag <= RELATION_LAGS; lag++) {
        size_t known = 0;
        double correlation = correlation_at(news[first], news[second], count, lag, &known);
        if (fabs(correlation) > fabs(relation.correlation)) {
            relation.correlation = correlation;
            relation.lag_slots = (int)lag;
        }
    }
    add(found, relation, granger->p);
}

static void add_pair(struct found *found, double *const *news, size_t count, size_t a, size_t b)
{
    struct granger of_a;
    struct granger of_b;
    if (granger_test(news[a], news[b], count, RELATION_ORDER, &of_a, &of_b)) {
        add_lead(found, news, count, a, b, &of_a);
        add_lead(found, news, count, b, a, &of_b);
    }
    size_t known = 0;
    struct relation at_once = {.first = a, .second = b};
    at_once.correlation = correlation_at(news[a], news[b], count, 0, &known);
    if (known > 0)
        add(found, at_once, correlation_p(at_once.correlation, known));
}

static double weight_of(const struct relation *relation)
{
    return relation->leads ? relation->gain : relation->correlation * relation->correlation;
}

static int compare(const void *a, const void *b)
{
    double x = weight_of(a);
    double y = weight_of(b);
    return (x < y) - (x > y);
}

size_t relations_find(const struct history *const *histories, size_t count, int64_t origin,
                      struct relation ret_relations[RELATIONS_MAX], size_t *ret_tests)
{
    assert(count <= RELATION_SERIES_MAX);
    double *news[RELATION_SERIES_MAX] = {NULL};
    struct found found = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        news[i] = nt_zalloc((histories[i]->count + 1) * sizeof(double));
        if (!find_news(histories[i], origin, news[i])) {
            free(news[i]);
            news[i] = NULL;
        }
        for (size_t k = 0; news[i] != NULL && k < i; k++) {
            if (news[k] != NULL)
                add_pair(&found, news, histories[i]->count, k, i);
        }
    }
    for (size_t i = 0; i < count; i++)
        free(news[i]);
    relations_correct(found.p, found.count);
    size_t listed = 0;
    for (size_t i = 0; i < found.count; i++) {
        struct relation *relation = &found.relations[i];
        relation->q = found.p[i];
        bool counts = relation->leads ? relation->gain >= GAIN_LEAST
                                      : fabs(relation->correlation) >= CORRELATION_LEAST;
        if (relation->q <= Q_MAX && counts)
            ret_relations[listed++] = *relation;
    }
    qsort(ret_relations, listed, sizeof(*ret_relations), compare);
    *ret_tests = found.count;
    return listed;
}
