#include <api/runtime.h>

#include <assert.h>
#include <nt/memory.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define RETRY_MS   200
#define TIMEOUT_MS 3000
#define REPLY_MAX  ((size_t)16 << 20)
#define PROMPT     "\n> "

enum runtime_state { DOWN, GREETING, IDLE, ASKING };

struct runtime {
    struct nt_loop *loop;
    char *path;
    void (*on_up)(void *arg);
    void (*on_down)(void *arg);
    void *arg;
    enum runtime_state state;
    int fd;
    struct nt_watch *watch;
    struct nt_timer *timer; /* down: try again; otherwise: the reply is late */
    struct nt_buf out;      /* not yet written */
    struct nt_buf in;
    size_t prompts_wanted; /* one after each command of the line */
    void (*done)(void *arg, const char *reply);
    void *done_arg;
};

bool runtime_is_up(const struct runtime *runtime)
{
    return runtime->state == IDLE || runtime->state == ASKING;
}

static void drop(struct runtime *runtime)
{
    bool was_up = runtime_is_up(runtime);
    void (*done)(void *arg, const char *reply) = runtime->done;
    nt_watch_free(runtime->watch);
    runtime->watch = NULL;
    if (runtime->fd >= 0)
        (void)close(runtime->fd);
    runtime->fd = -1;
    runtime->state = DOWN;
    runtime->done = NULL;
    nt_buf_reset(&runtime->out);
    nt_buf_reset(&runtime->in);
    nt_timer_start(runtime->timer, RETRY_MS, 0);
    if (done != NULL)
        done(runtime->done_arg, NULL);
    if (was_up)
        runtime->on_down(runtime->arg);
}

/* 0, or negative: dropped. */
static int write_out(struct runtime *runtime)
{
    while (runtime->out.len > 0) {
        ssize_t count =
            send(runtime->fd, runtime->out.data, runtime->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN)
            break;
        if (count < 0) {
            drop(runtime);
            return -EPIPE;
        }
        memmove(runtime->out.data, runtime->out.data + count, runtime->out.len - (size_t)count);
        runtime->out.len -= (size_t)count;
    }
    nt_watch_set(runtime->watch, NT_READABLE | (runtime->out.len > 0 ? NT_WRITABLE : 0));
    return 0;
}

/* Take the prompts out of what came, leaving their line ends. */
static void strip_prompts(struct nt_buf *in)
{
    size_t kept = 0;
    for (size_t at = 0; at < in->len;) {
        const uint8_t *prompt = memmem(in->data + at, in->len - at, PROMPT, strlen(PROMPT));
        size_t end = prompt == NULL ? in->len : (size_t)(prompt - in->data) + 1;
        memmove(in->data + kept, in->data + at, end - at);
        kept += end - at;
        if (prompt == NULL)
            break;
        at = end + strlen(PROMPT) - 1;
    }
    in->len = kept;
}

/* A reply is whole when it ends with a prompt and has one for each command. */
static bool is_whole(const struct nt_buf *in, size_t prompts_wanted)
{
    size_t len = strlen(PROMPT);
    if (in->len < len || memcmp(in->data + in->len - len, PROMPT, len) != 0)
        return false;
    size_t count = 0;
    const uint8_t *end = in->data + in->len;
    for (const uint8_t *at = in->data; at < end; at += len, count++) {
        at = memmem(at, (size_t)(end - at), PROMPT, len);
        if (at == NULL)
            break;
    }
    return count >= prompts_wanted;
}

static void on_reply(struct runtime *runtime)
{
    strip_prompts(&runtime->in);
    nt_timer_stop(runtime->timer);
    if (runtime->state == GREETING) {
        runtime->state = IDLE;
        nt_buf_reset(&runtime->in);
        runtime->on_up(runtime->arg);
        return;
    }
    void (*done)(void *arg, const char *reply) = runtime->done;
    struct nt_buf reply = runtime->in;
    runtime->in = (struct nt_buf){.max = REPLY_MAX};
    runtime->state = IDLE;
    runtime->done = NULL;
    done(runtime->done_arg, nt_buf_text(&reply));
    nt_buf_deinit(&reply);
}

static void on_ready(void *arg, int events)
{
    struct runtime *runtime = arg;
    if ((events & NT_WRITABLE) != 0 && write_out(runtime) < 0)
        return;
    if ((events & NT_READABLE) == 0)
        return;
    uint8_t *room = nt_buf_reserve(&runtime->in, 65536);
    ssize_t count = room == NULL ? -1 : recv(runtime->fd, room, 65536, MSG_DONTWAIT);
    if (room != NULL && count < 0 && errno == EAGAIN)
        return;
    if (count <= 0) {
        drop(runtime);
        return;
    }
    runtime->in.len += (size_t)count;
    if ((runtime->state == GREETING || runtime->state == ASKING) &&
        is_whole(&runtime->in, runtime->prompts_wanted))
        on_reply(runtime);
}

static void send_line(struct runtime *runtime, enum runtime_state state, const char *line)
{
    runtime->state = state;
    runtime->prompts_wanted = 1;
    for (const char *at = strchr(line, ';'); at != NULL; at = strchr(at + 1, ';'))
        runtime->prompts_wanted++;
    (void)nt_buf_add_text(&runtime->out, line);
    (void)nt_buf_add_text(&runtime->out, "\n");
    nt_timer_start(runtime->timer, TIMEOUT_MS, 0);
    (void)write_out(runtime);
}

static void try_connect(struct runtime *runtime)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", runtime->path);
    runtime->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (runtime->fd < 0 || connect(runtime->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        drop(runtime);
        return;
    }
    runtime->watch = nt_watch_new(runtime->loop, runtime->fd, on_ready, runtime);
    send_line(runtime, GREETING, "prompt");
}

static void on_time(void *arg)
{
    struct runtime *runtime = arg;
    if (runtime->state == DOWN)
        try_connect(runtime);
    else
        drop(runtime);
}

struct runtime *runtime_new(const struct runtime_options *options)
{
    struct runtime *runtime = nt_zalloc(sizeof(*runtime));
    runtime->loop = options->loop;
    runtime->path = nt_strdup(options->path);
    runtime->on_up = options->on_up;
    runtime->on_down = options->on_down;
    runtime->arg = options->arg;
    runtime->fd = -1;
    runtime->in.max = REPLY_MAX;
    runtime->timer = nt_timer_new(options->loop, on_time, runtime);
    nt_timer_start(runtime->timer, 0, 0);
    return runtime;
}

void runtime_free(struct runtime *runtime)
{
    if (runtime == NULL)
        return;
    nt_watch_free(runtime->watch);
    nt_timer_free(runtime->timer);
    if (runtime->fd >= 0)
        (void)close(runtime->fd);
    nt_buf_deinit(&runtime->out);
    nt_buf_deinit(&runtime->in);
    free(runtime->path);
    free(runtime);
}

void runtime_ask(struct runtime *runtime, const char *command,
                 void (*done)(void *arg, const char *reply), void *arg)
{
    assert(runtime->state == IDLE);
    runtime->done = done;
    runtime->done_arg = arg;
    send_line(runtime, ASKING, command);
}
