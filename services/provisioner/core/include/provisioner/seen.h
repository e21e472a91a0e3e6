/*
 * What Docker shows of one container of ours, as the reconciler needs it, and the names and labels
 * by which we know our containers. Plain data; texts are borrowed. Any thread.
 */
#ifndef PROVISIONER_SEEN_H
#define PROVISIONER_SEEN_H

#include <nt/contract.h>

#define LABEL_SERVER     "io.neaptide.server"
#define LABEL_GENERATION "io.neaptide.generation"
#define LABEL_OWNER      "io.neaptide.owner"
#define LABEL_NAME       "io.neaptide.name"
#define LABEL_TEMPLATE   "io.neaptide.template"
#define LABEL_SIZE       "io.neaptide.size"
#define LABEL_CLUSTER    "io.neaptide.cluster"
#define LABEL_HOST       "io.neaptide.host"

/* Docker's text for "never". */
#define SEEN_NEVER "0001-01-01T00:00:00Z"

enum seen_state { SEEN_CREATED, SEEN_RUNNING, SEEN_EXITED, SEEN_VANISHING };

/* What the name says about a container: Docker's labels cannot be changed, names can. */
enum seen_role {
    SEEN_LIVE,  /* <name>.<server> */
    SEEN_TRASH, /* <name>.<server>.trash: deleted, kept for a day */
    SEEN_OLD,   /* <name>.<server>.old<generation>: replaced by a newer generation, kept */
};

struct seen_mount {
    const char *volume; /* Docker's name */
    const char *path;   /* inside the container */
    const char *source; /* on the host */
};

struct seen {
    const char *id;
    const char *name; /* without the slash */
    const char *server;
    const char *server_name; /* label */
    const char *owner;
    const char *cluster;
    const char *template, *size; /* labels */
    const char *image;           /* as it was created */
    int64_t generation;
    enum seen_state state;
    enum seen_role role;
    int exit_code;
    bool oom;
    int64_t pid;            /* 0: not running */
    const char *started_at; /* Docker's text, SEEN_NEVER before the first start */
    int64_t started_at_ms;  /* 0: never */
    int64_t finished_at_ms; /* 0: never */
    int64_t cpu_milli;      /* limits read back; 0: none */
    int64_t mem_bytes;
    struct nt_host_port *ports; /* service is the container's port as text until named */
    size_t ports_count;
    const char *ip; /* on its person's network; "" while it does not run */
    const char *image_id;
    const char *upper_dir; /* the writable layer where the engine tells; "" otherwise */
    struct seen_mount *mounts;
    size_t mounts_count;
};

/* Deep, into arena. */
void seen_copy(struct nt_arena *arena, struct seen *to, const struct seen *from);

bool seen_is_started(const struct seen *seen); /* ever */

enum seen_role seen_role_of(const char *container_name);

/* <name>.<server>, ending by role. */
char *seen_name(struct nt_arena *arena, const char *name, const char *server, enum seen_role role,
                int64_t generation);

/* The id at the end of Docker's time text does not matter: RFC 3339 with any fraction. -EINVAL. */
int seen_parse_time(const char *text, int64_t *ret_ms);

/*
 * One container out of Docker's inspect answer. -EINVAL where it is not what Docker says, -ENOENT
 * where the container is not ours (no label).
 */
int seen_parse(struct nt_arena *arena, struct json_t *inspect, struct seen *ret_seen,
               struct nt_error *err);

#endif
