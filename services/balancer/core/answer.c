#include <balancer/answer.h>

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>

void answer_ok(struct answer *answer)
{
    answer->is_accepted = true;
    answer->code = "ok";
    answer->params_count = 0;
}

void answer_refuse(struct answer *answer, const char *code)
{
    answer->is_accepted = false;
    answer->code = code;
    answer->params_count = 0;
}

void answer_text(struct answer *answer, const char *name, const char *value)
{
    assert(answer->params_count < ANSWER_PARAMS_MAX);
    answer->params[answer->params_count++] =
        (struct nt_pair){.key = name, .value = nt_arena_text(answer->arena, value)};
}

void answer_number(struct answer *answer, const char *name, int64_t value)
{
    answer_text(answer, name, reason_number(answer->arena, value));
}

struct nt_reason reason_make(struct nt_arena *arena, const char *key, ...)
{
    va_list args;
    size_t count = 0;
    va_start(args, key);
    while (va_arg(args, const char *) != NULL) {
        (void)va_arg(args, const char *);
        count++;
    }
    va_end(args);

    struct nt_pair *params = NT_ARRAY(arena, count, struct nt_pair);
    va_start(args, key);
    for (size_t i = 0; i < count; i++) {
        params[i].key = va_arg(args, const char *);
        params[i].value = nt_arena_text(arena, va_arg(args, const char *));
    }
    va_end(args);
    return (struct nt_reason){.key = key, .params = params, .params_count = count};
}

const char *reason_number(struct nt_arena *arena, int64_t value)
{
    return nt_arena_printf(arena, "%" PRId64, value);
}

const char *reason_real(struct nt_arena *arena, double value)
{
    return nt_arena_printf(arena, "%.1f", value);
}
