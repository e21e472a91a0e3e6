/* Who am I, and who else is there. */
#include "step.h"

#include <nt/text.h>
#include <string.h>

void steps_login(struct run *run)
{
    const char *name = run->command->args[0];
    switch (run->step++) {
    case 0:
        step_secret(run, say_with(&run->say, "login.password", "name", name));
        break;
    case 1:
        step_change(run, "POST", "/api/v1/session",
                    json_pack("{s:s, s:s}", "name", name, "password", run->secret));
        break;
    default:
        step_local(run, RUN_LOCAL_SIGNED_IN);
    }
}

void steps_logout(struct run *run)
{
    if (run->step++ == 0)
        step_change(run, "DELETE", "/api/v1/session", NULL);
    else
        step_local(run, RUN_LOCAL_SIGNED_OUT);
}

/* --- quotas ---------------------------------------------------------------------------------- */

/* "0.5 of 4 CPU, 512 MB of 8 GB, 1 of 10 servers" */
static const char *quota(const struct run *run, const json_t *use)
{
    const json_t *used = json_object_get(use, "used");
    const json_t *limit = json_object_get(use, "limit");
    const struct say *to = &run->say;
    json_t *params = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "used_cpu",
                               say_cores(to, number_at(used, "cpu_milli")), "limit_cpu",
                               say_cores(to, number_at(limit, "cpu_milli")), "used_mem",
                               say_bytes(to, number_at(used, "mem_bytes")), "limit_mem",
                               say_bytes(to, number_at(limit, "mem_bytes")), "servers",
                               json_real(number_at(used, "servers")), "servers_max",
                               json_real(number_at(limit, "servers")));
    const char *text = say(to, "quota.use", params);
    json_decref(params);
    return text;
}

void steps_me(struct run *run)
{
    if (!step_got(run, "/api/v1/me"))
        return;
    struct grid grid;
    grid_init(&grid, &run->arena, "ll");
    grid_add(&grid, step_head(run, "name"));
    grid_add(&grid, text_at(run->answer, "name"));
    grid_add(&grid, step_head(run, "role"));
    grid_add(&grid, say_word(&run->say, "person", text_at(run->answer, "role")));
    grid_add(&grid, step_head(run, "quota"));
    grid_add(&grid, quota(run, json_object_get(run->answer, "quota")));
    step_grid(run, &grid);
    step_done(run);
}

void steps_users(struct run *run)
{
    if (!step_listed(run, "/api/v1/users"))
        return;
    struct grid grid;
    grid_init(&grid, &run->arena, "lll");
    grid_add(&grid, step_head(run, "name"));
    grid_add(&grid, step_head(run, "role"));
    grid_add(&grid, step_head(run, "quota"));
    size_t index = 0;
    json_t *user = NULL;
    json_array_foreach(run->items, index, user)
    {
        grid_add(&grid, text_at(user, "name"));
        grid_add(&grid, say_word(&run->say, "person", text_at(user, "role")));
        grid_add(&grid, quota(run, json_object_get(user, "quota")));
    }
    step_grid(run, &grid);
    step_done(run);
}

/* --- a new person ---------------------------------------------------------------------------- */

struct wanted {
    double cpus;
    int64_t mem_bytes;
    int64_t servers;
};

static bool read_quota(struct run *run, struct wanted *ret)
{
    const struct command *command = run->command;
    const char *cpu = command_option(command, "--cpu");
    const char *memory = command_option(command, "--memory");
    const char *servers = command_option(command, "--servers");
    const char *wrong = NULL;
    *ret = (struct wanted){.cpus = 4, .mem_bytes = INT64_C(8) << 30, .servers = 10};
    if (cpu != NULL && nt_parse_f64(cpu, 0, 1000000, &ret->cpus) < 0)
        wrong = cpu;
    if (memory != NULL && nt_parse_bytes(memory, &ret->mem_bytes) < 0)
        wrong = memory;
    if (servers != NULL && nt_parse_i64(servers, 0, 10000, &ret->servers) < 0)
        wrong = servers;
    if (wrong != NULL)
        step_fail(run, VERB_USAGE, say_with(&run->say, "usage.figure", "word", wrong));
    return wrong == NULL;
}

/* The one-time link with which a person chooses a password. */
static void ask_link(struct run *run, const char *user)
{
    step_change(run, "POST",
                nt_arena_printf(&run->arena, "/api/v1/users/%s/link",
                                step_segment(run, user == NULL ? "" : user)),
                NULL);
}

static void show_link(struct run *run)
{
    if (step_is_json(run, run->answer))
        return;
    json_t *params = json_pack("{s:s, s:o}", "name", run->command->args[0], "until_ms",
                               json_real(number_at(run->answer, "expires_ms")));
    step_say(run, "users.link", params);
    json_decref(params);
    const char *url = text_at(run->answer, "url");
    step_print(run, url == NULL ? "" : url);
    step_done(run);
}

void steps_users_add(struct run *run)
{
    const char *role = command_option(run->command, "--role");
    struct wanted wanted;
    switch (run->step++) {
    case 0:
        if (read_quota(run, &wanted))
            step_change(run, "POST", "/api/v1/users",
                        json_pack("{s:s, s:s, s:{s:I, s:I, s:I}}", "name", run->command->args[0],
                                  "role", role == NULL ? "person" : role, "quota", "cpu_milli",
                                  (json_int_t)(wanted.cpus * 1000), "mem_bytes",
                                  (json_int_t)wanted.mem_bytes, "servers",
                                  (json_int_t)wanted.servers));
        break;
    case 1:
        ask_link(run, text_at(run->answer, "user"));
        break;
    default:
        show_link(run);
    }
}

void steps_users_link(struct run *run)
{
    const char *name = run->command->args[0];
    const char *user = NULL;
    switch (run->step++) {
    case 0:
        step_list(run, "/api/v1/users");
        break;
    case 1:
        for (size_t i = 0; i < json_array_size(run->items); i++) {
            const json_t *each = json_array_get(run->items, i);
            if (nt_text_is(text_at(each, "name"), name))
                user = text_at(each, "user");
        }
        if (user == NULL)
            step_fail(run, VERB_NOT_FOUND, say_with(&run->say, "users.none", "name", name));
        else
            ask_link(run, user);
        break;
    default:
        show_link(run);
    }
}

/* --- tokens for programs --------------------------------------------------------------------- */

void steps_tokens(struct run *run)
{
    if (!step_listed(run, "/api/v1/tokens"))
        return;
    if (json_array_size(run->items) == 0)
        step_say(run, "tokens.none", NULL);
    struct grid grid;
    grid_init(&grid, &run->arena, "llll");
    static const char *const heads[] = {"token", "title", "until", "used", NULL};
    for (const char *const *head = heads; json_array_size(run->items) > 0 && *head != NULL; head++)
        grid_add(&grid, step_head(run, *head));
    size_t index = 0;
    json_t *token = NULL;
    json_array_foreach(run->items, index, token)
    {
        grid_add(&grid, text_at(token, "session"));
        grid_add(&grid, text_at(token, "title"));
        grid_add(&grid, say_stamp(&run->say, time_at(token, "expires_ms")));
        grid_add(&grid, json_is_number(json_object_get(token, "last_used_ms"))
                            ? say_stamp(&run->say, time_at(token, "last_used_ms"))
                            : NULL);
    }
    step_grid(run, &grid);
    step_done(run);
}

void steps_tokens_add(struct run *run)
{
    const char *days = command_option(run->command, "--days");
    int64_t count = 90;
    if (run->step++ == 0) {
        if (days != NULL && nt_parse_i64(days, 1, 365, &count) < 0)
            step_fail(run, VERB_USAGE, say_with(&run->say, "usage.figure", "word", days));
        else
            step_change(
                run, "POST", "/api/v1/tokens",
                json_pack("{s:s, s:I}", "title", run->command->args[0], "days", (json_int_t)count));
        return;
    }
    if (step_is_json(run, run->answer))
        return;
    const char *token = text_at(run->answer, "token");
    step_print(run, token == NULL ? "" : token);
    (void)nt_buf_printf(&run->progress, "%s\n", say(&run->say, "tokens.once", NULL));
    step_done(run);
}

void steps_tokens_rm(struct run *run)
{
    if (run->step++ == 0)
        step_change(run, "DELETE",
                    nt_arena_printf(&run->arena, "/api/v1/tokens/%s",
                                    step_segment(run, run->command->args[0])),
                    NULL);
    else
        step_done(run);
}
