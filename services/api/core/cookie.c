#include <api/cookie.h>
#include <inttypes.h>
#include <nt/text.h>

static bool is_secure(const char *console)
{
    return nt_text_starts(console, "https://");
}

const char *cookie_name(const char *console)
{
    return is_secure(console) ? "__Host-neaptide" : "neaptide-dev";
}

char *cookie_set(struct nt_arena *arena, const char *console, const char *token, int64_t age_s)
{
    return nt_arena_printf(arena, "%s=%s; Path=/; Max-Age=%" PRId64 "; HttpOnly; SameSite=Strict%s",
                           cookie_name(console), token, age_s,
                           is_secure(console) ? "; Secure" : "");
}
