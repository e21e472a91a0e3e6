/* The closed list of options, and what of it reaches Docker. */
#include <jansson.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <provisioner/seen.h>
#include <provisioner/spec.h>
#include <string.h>

#define SERVER "01890000-0000-7000-8000-00000000000a"

static struct nt_service services[] = {{"web", 80, "http"}, {"ssh", 22, "ssh"}};
static struct nt_volume volumes[] = {{"data", "/data"}, {"home", "/root"}};
static struct nt_pair env[] = {{"GREETING", "안녕"}, {"EMPTY", ""}};

static struct nt_placement good(void)
{
    return (struct nt_placement){
        .server = SERVER,
        .owner = "ann",
        .name = "my-server",
        .generation = 3,
        .cluster = "c1",
        .spec = {.template = "web",
                 .image = "neaptide/web:latest",
                 .size = "small",
                 .env = env,
                 .env_count = 2,
                 .services = services,
                 .services_count = 2,
                 .volumes = volumes,
                 .volumes_count = 2},
        .granted = {.cpu_milli = 500, .mem_bytes = 512 << 20},
    };
}

static int make(const struct nt_placement *placement, struct nt_arena *arena, struct spec *ret_spec,
                struct nt_error *err)
{
    const struct spec_options options = {.host = "host-1", .publish_address = "10.0.0.5"};
    return spec_make(arena, placement, &options, ret_spec, err);
}

static void test_create_is_exactly_this(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_error err = NT_ERROR_INIT;
    struct nt_placement placement = good();
    struct spec spec;
    assert_int_equal(make(&placement, &arena, &spec, &err), 0);
    static const char expected[] =
        "{\"Env\": [\"GREETING=안녕\", \"EMPTY=\"],"
        " \"ExposedPorts\": {\"22/tcp\": {}, \"80/tcp\": {}},"
        " \"HostConfig\": {\"AutoRemove\": false, \"CapDrop\": [\"NET_RAW\"], \"Init\": true,"
        "  \"LogConfig\": {\"Config\": {\"max-file\": \"3\", \"max-size\": \"10m\"},"
        "  \"Type\": \"json-file\"}, \"Memory\": 536870912, \"MemorySwap\": 536870912,"
        "  \"Mounts\": [{\"Source\": \"" SERVER ".data\", \"Target\": \"/data\","
        "   \"Type\": \"volume\"}, {\"Source\": \"" SERVER ".home\", \"Target\": \"/root\","
        "   \"Type\": \"volume\"}],"
        "  \"NanoCpus\": 500000000, \"NetworkMode\": \"neaptide.ann\", \"PidsLimit\": 4096,"
        "  \"PortBindings\": {\"22/tcp\": [{\"HostIp\": \"10.0.0.5\", \"HostPort\": \"\"}],"
        "   \"80/tcp\": [{\"HostIp\": \"10.0.0.5\", \"HostPort\": \"\"}]},"
        "  \"RestartPolicy\": {\"MaximumRetryCount\": 0, \"Name\": \"no\"},"
        "  \"SecurityOpt\": [\"no-new-privileges:true\"]},"
        " \"Hostname\": \"my-server\", \"Image\": \"neaptide/web:latest\","
        " \"Labels\": {\"io.neaptide.cluster\": \"c1\", \"io.neaptide.generation\": \"3\","
        "  \"io.neaptide.host\": \"host-1\", \"io.neaptide.name\": \"my-server\","
        "  \"io.neaptide.owner\": \"ann\", \"io.neaptide.server\": \"" SERVER "\","
        "  \"io.neaptide.size\": \"small\", \"io.neaptide.template\": \"web\"},"
        " \"MacAddress\": \"MAC\","
        " \"NetworkingConfig\": {\"EndpointsConfig\": {\"neaptide.ann\":"
        "  {\"Aliases\": [\"my-server\"]}}}, \"StopTimeout\": 5}";
    json_t *json = json_loads(expected, 0, NULL);
    assert_non_null(json);
    char mac[18];
    spec_mac(SERVER, mac);
    (void)json_object_set_new(json, "MacAddress", json_string(mac));
    if (!json_equal(json, spec.create)) {
        char *text = json_dumps(spec.create, JSON_SORT_KEYS);
        print_error("got %s\n", text);
        free(text);
        fail();
    }
    assert_string_equal(spec.container_name, "my-server." SERVER);
    json_decref(json);
    json_decref(spec.create);
    nt_arena_deinit(&arena);
}

static void test_mac_is_local_and_stays(void **state)
{
    (void)state;
    char a[18];
    char b[18];
    char c[18];
    spec_mac(SERVER, a);
    spec_mac(SERVER, b);
    spec_mac("01890000-0000-7000-8000-00000000000b", c);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_true(nt_text_starts(a, "02:"));
}

static struct nt_service odd_service;
static struct nt_volume odd_volume;
static struct nt_pair odd_env;

static void test_outside_the_list(void **state)
{
    (void)state;
    static char long_value[5000];
    memset(long_value, 'x', sizeof(long_value) - 1);
    static const char *const bad_paths[] = {"",       "data", "/",     "/proc",   "/proc/x",
                                            "/sys/a", "/dev", "/etc",  "/a/../b", "/a/..",
                                            "/a//b",  "/a/",  "/a:/b", "/a/./b",  "/dev/shm"};
    static const char *const bad_names[] = {"",
                                            "x",
                                            "Capital",
                                            "1first",
                                            "has space",
                                            "under_score",
                                            "a-name-that-is-longer-than-thirty-one"};
    static const char *const bad_images[] = {"", "-flag", "two words", "a\nb", "$(x)"};
    static const char *const bad_env[] = {"", "1X", "A B", "A=B", "A-B"};
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_placement cases[64];
    const char *names[64];
    size_t count = 0;
#define ADD(what, change)                                                                          \
    do {                                                                                           \
        struct nt_placement placement = good();                                                    \
        change;                                                                                    \
        names[count] = (what);                                                                     \
        cases[count++] = placement;                                                                \
    } while (0)
    for (size_t i = 0; i < NT_COUNT(bad_paths); i++) {
        struct nt_volume *volume = NT_NEW(&arena, struct nt_volume);
        *volume = (struct nt_volume){"v1", bad_paths[i]};
        ADD(bad_paths[i], (placement.spec.volumes = volume, placement.spec.volumes_count = 1));
    }
    for (size_t i = 0; i < NT_COUNT(bad_names); i++)
        ADD(bad_names[i], placement.name = bad_names[i]);
    for (size_t i = 0; i < NT_COUNT(bad_images); i++)
        ADD(bad_images[i], placement.spec.image = bad_images[i]);
    for (size_t i = 0; i < NT_COUNT(bad_env); i++) {
        struct nt_pair *pair = NT_NEW(&arena, struct nt_pair);
        *pair = (struct nt_pair){bad_env[i], "x"};
        ADD(bad_env[i], (placement.spec.env = pair, placement.spec.env_count = 1));
    }
    odd_env = (struct nt_pair){"A", long_value};
    ADD("long value", (placement.spec.env = &odd_env, placement.spec.env_count = 1));
    ADD("65 variables", placement.spec.env_count = 65);
    odd_service = (struct nt_service){"web", 0, "http"};
    ADD("port 0", (placement.spec.services = &odd_service, placement.spec.services_count = 1));
    static struct nt_service udp = {"dns", 53, "udp"};
    ADD("udp", (placement.spec.services = &udp, placement.spec.services_count = 1));
    odd_volume = (struct nt_volume){"../x", "/x"};
    ADD("volume name", (placement.spec.volumes = &odd_volume, placement.spec.volumes_count = 1));
    static struct nt_volume twice[] = {{"a1", "/x"}, {"a2", "/x"}};
    ADD("path twice", placement.spec.volumes = twice);
    ADD("no cpu", placement.granted.cpu_milli = 0);
    ADD("too much cpu", placement.granted.cpu_milli = INT64_MAX);
    ADD("no memory", placement.granted.mem_bytes = 1);
    ADD("too much memory", placement.granted.mem_bytes = INT64_MAX);
    ADD("a GPU", placement.granted.gpu_count = 1);
    ADD("not a UUID", placement.server = "../../etc/passwd0000000000000000000000");
    ADD("owner", placement.owner = "a/b");
#undef ADD
    for (size_t i = 0; i < count; i++) {
        struct nt_error err = NT_ERROR_INIT;
        struct spec spec;
        if (make(&cases[i], &arena, &spec, &err) != -EINVAL)
            fail_msg("was taken: %s", names[i]);
        assert_true(err.message[0] != '\0');
    }
    nt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_is_exactly_this),
        cmocka_unit_test(test_mac_is_local_and_stays),
        cmocka_unit_test(test_outside_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
