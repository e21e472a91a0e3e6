/* Shared by app.c, inputs.c and rounds.c only. */
#ifndef FORECASTER_INTERNAL_H
#define FORECASTER_INTERNAL_H

#include "app.h"
#include "outbox.h"

#include <forecaster/codec.h>
#include <nt/bus.h>
#include <nt/clock.h>
#include <nt/serve.h>

struct numbers {
    struct nt_metric *samples, *late, *slots, *rounds, *round_ms, *fits, *unsent, *hosts, *servers,
        *leading, *outbox;
};

struct app {
    const struct settings *settings;
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_bus *bus;
    struct nt_producer *producer;
    struct nt_serve *serve;
    struct numbers numbers;
    char instance[64];

    struct fleet *fleet;
    struct outbox *outbox;

    /* inputs.c */
    bool are_topics_there;
    struct nt_view *states;    /* pool, hosts, server.state */
    struct nt_view *rollups;   /* host.rollup */
    struct nt_view *loads;     /* host.load; opened when the roll-ups have been read */
    struct nt_view *published; /* what a predecessor published; while we take over */
    struct nt_load_clock clock;
    bool has_clock;
    char zone_name[65];
    int64_t zone_until_ms; /* load time up to which the zone's table reaches */
    int64_t read_wall_ms;  /* append time of the newest sample that was read */

    /* app.c */
    struct nt_group *group;
    bool is_leading;
    bool is_taking_over; /* reading what was published */
    bool is_shut;        /* on the way out: nothing new begins */

    /* rounds.c */
    struct issue *issue;
    struct nt_timer *tick; /* looks after what no message brings about */
    struct nt_timer *soon; /* once after a batch of messages */
    struct nt_timer *next; /* the next host of the round under way */
    bool is_round;         /* one is under way */
    int64_t round_origin;
    int64_t round_began_ms; /* monotonic */
    int64_t issued_origin;  /* of the last round; 0: none */
    int64_t seen_origin;    /* the newest one, and since when */
    int64_t seen_mono_ms;
    size_t fits_out;
    bool is_explaining; /* a look at habits is out */
    size_t unacknowledged;
};

/* inputs.c */
void inputs_open(struct app *app);
void inputs_close(struct app *app);
void inputs_take_over(struct app *app); /* read what was published, then rounds may begin */
void inputs_refresh_zone(struct app *app, int64_t load_ms);

/* rounds.c */
void rounds_open(struct app *app);
void rounds_close(struct app *app);
struct fleet_progress rounds_progress(struct app *app);
void rounds_consider_soon(struct app *app);
void rounds_stop(struct app *app); /* lead no more */
void rounds_send_tombstones(struct app *app, const char *server);

#endif
