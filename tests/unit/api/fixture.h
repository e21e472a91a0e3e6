/*
 * A small fleet: host-1 (active, 4 CPU, 8 GB) with servers web-1 (owner ann, running) and shell-1
 * (owner bob, stopped), spare-1 (spare) with files-1 (owner ann, running); ann is a person, root an
 * administrator. Load time is wall time; now is FIXTURE_NOW_MS.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <api/view.h>

#define FIXTURE_NOW_MS  INT64_C(1764000000000)
#define FIXTURE_HOUR_MS (INT64_C(3600) * 1000)

extern const char fixture_web[];   /* id of web-1 */
extern const char fixture_shell[]; /* of shell-1 */
extern const char fixture_files[]; /* of files-1 */

struct fixture {
    struct fleet fleet;
    struct view_site site;
    struct view view; /* ann's */
};

void fixture_init(struct fixture *fixture);
void fixture_deinit(struct fixture *fixture);

/* Encode a record and let the fleet read it, as Kafka would. Returns fleet_apply's answer. */
int fixture_put(struct fixture *fixture, enum nt_topic topic, const char *key, const void *record);

/* The web server as it is at first; change it, raise sequence, and put it again. */
struct nt_server_state fixture_web_state(void);
struct nt_server_state fixture_shell_state(void);

/* A reliable forecast of 48 h whose median is level, in 5-minute steps, issued now. */
void fixture_forecast(struct fixture *fixture, const char *subject, const char *resource,
                      float level);

#endif
