/* Inside of the reconciler: the rules of reconcile.c (one host) and handover.c (two). */
#ifndef PROVISIONER_RULES_H
#define PROVISIONER_RULES_H

#include <provisioner/reconcile.h>

struct step step_none(void);
struct step step_wait(int64_t until_ms, const char *why);
struct step step_stuck(const char *fault, const char *why); /* nothing to do until it is mended */
struct step step_sweep(void);
struct step step_on(enum act act, const struct seen *seen, const char *why);

/* Our side of the mark moves on to `to` because of the placement as it is now. */
struct step step_mark(const struct world *world, enum mark_role role, enum mark_step to,
                      const char *why);

/* The server is this host's own: generation, limits, run, crash. */
struct step own_server(struct nt_arena *arena, const struct world *world);

/* A move names this host. */
struct step source_side(struct nt_arena *arena, const struct world *world);
struct step target_side(struct nt_arena *arena, const struct world *world);

/* The placement is another host's and no move names us. */
struct step left_behind(struct nt_arena *arena, const struct world *world);

/* The mark speaks of a hand-over that ended with the server back here. */
bool is_resumable(const struct world *world);

bool move_is(const struct world *world, const char *phase);

#endif
