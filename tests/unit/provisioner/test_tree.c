/* A tree goes through a stream and is the same on the other side; a hostile stream stays inside. */
#include <fcntl.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <provisioner/tree.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

struct bench {
    char folder[64];
    char from[96], to[96], volume_from[96], volume_to[96];
    struct nt_buf stream;
};

static void run(const char *format, ...) NT_PRINTF(1, 2);

static void run(const char *format, ...)
{
    char command[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
    struct bench *bench = nt_zalloc(sizeof(*bench));
    (void)snprintf(bench->folder, sizeof(bench->folder), "/tmp/nt_tree_test_XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    char *const folders[] = {bench->from, bench->to, bench->volume_from, bench->volume_to};
    static const char *const names[] = {"from", "to", "vfrom", "vto"};
    for (size_t i = 0; i < NT_COUNT(folders); i++) {
        (void)snprintf(folders[i], 96, "%s/%s", bench->folder, names[i]);
        assert_int_equal(mkdir(folders[i], 0755), 0);
    }
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    run("rm -rf %s", bench->folder);
    nt_buf_deinit(&bench->stream);
    free(bench);
    return 0;
}

static void write_stream(struct nt_buf *out, const char *tree, const char *volume)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct tree_root roots[] = {{"", tree}, {"/data", volume}};
    struct tree_walk *walk = tree_walk_new(roots, 2, true, true);
    int result = 0;
    while ((result = tree_walk_fill(walk, out, 10000, &err)) == 0) {
    }
    if (result < 0)
        fail_msg("%s", err.message);
    tree_walk_free(walk);
}

/* Everything that a writable layer can hold, whiteouts and opaque directories included. */
static void fill(const char *tree)
{
    run("cd %s && mkdir -p a/b/c empty opaque && printf one >a/one && printf two >a/b/two && "
        "ln a/one a/b/hard && ln -s ../one a/b/soft && ln -s /nowhere dangling && ln -P dangling "
        "a/dangling2 && mkfifo pipe && : >nothing && head -c 300000 /dev/urandom >a/big && "
        "truncate -s 10M sparse && printf end | dd of=sparse bs=1 seek=5000000 conv=notrunc "
        "2>/dev/null && chmod 4755 a/one && chmod 1777 empty && chmod 0400 nothing && "
        "touch -d '2001-02-03 04:05:06.789' a/b/two a/b",
        tree);
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/name with \xff bytes", tree);
    assert_int_equal(mkdir(path, 0751), 0);
    (void)snprintf(path, sizeof(path), "%s/gone", tree);
    assert_int_equal(mknod(path, S_IFCHR, makedev(0, 0)), 0);
    (void)snprintf(path, sizeof(path), "%s/opaque", tree);
    assert_int_equal(setxattr(path, "trusted.overlay.opaque", "y", 1, 0), 0);
    assert_int_equal(setxattr(path, "trusted.overlay.origin", "local", 5, 0), 0);
    (void)snprintf(path, sizeof(path), "%s/a/big", tree);
    static const uint8_t capability[20] = {1, 0, 0, 2, 0, 4};
    assert_int_equal(setxattr(path, "security.capability", capability, 20, 0), 0);
    assert_int_equal(setxattr(path, "user.note", "", 0, 0), 0);
    (void)snprintf(path, sizeof(path), "%s/a/b/c", tree);
    assert_int_equal(chown(path, 12345, 54321), 0);
}

static bool needs_root(void)
{
    if (geteuid() == 0)
        return false;
    print_message("skipped: owners, devices and trusted attributes need root\n");
    return true;
}

static void test_round_trip_is_identity(void **state)
{
    if (needs_root())
        skip();
    struct bench *bench = *state;
    fill(bench->from);
    run("printf volume >%s/file", bench->volume_from);
    write_stream(&bench->stream, bench->from, bench->volume_from);

    /* What an earlier pass left: stale, changed in type, deep. */
    run("cd %s && mkdir -p old/deep pipe && printf x >old/deep/x && printf y >a && ln -s / empty",
        bench->to);
    struct nt_error err = NT_ERROR_INIT;
    const struct tree_root roots[] = {{"", bench->to}, {"/data", bench->volume_to}};
    struct tree_apply *apply = tree_apply_new(roots, 2);
    for (size_t at = 0; at < bench->stream.len;) {
        size_t len = 1 + at * 7 % 4001;
        len = len < bench->stream.len - at ? len : bench->stream.len - at;
        struct nt_span piece = {.data = bench->stream.data + at, .len = len};
        if (tree_apply_write(apply, piece, &err) < 0)
            fail_msg("%s", err.message);
        at += len;
    }
    if (tree_apply_finish(apply, &err) < 0)
        fail_msg("%s", err.message);
    tree_apply_free(apply);

    /* The same tree gives the same stream: content, modes, owners, times, attributes, links. */
    struct nt_buf again = {0};
    write_stream(&again, bench->to, bench->volume_to);
    assert_int_equal(again.len, bench->stream.len);
    assert_memory_equal(again.data, bench->stream.data, again.len);
    nt_buf_deinit(&again);

    char path[256];
    struct stat stat_a;
    struct stat stat_b;
    (void)snprintf(path, sizeof(path), "%s/a/one", bench->to);
    assert_int_equal(stat(path, &stat_a), 0);
    (void)snprintf(path, sizeof(path), "%s/a/b/hard", bench->to);
    assert_int_equal(stat(path, &stat_b), 0);
    assert_int_equal(stat_a.st_ino, stat_b.st_ino);
    (void)snprintf(path, sizeof(path), "%s/sparse", bench->to);
    assert_int_equal(stat(path, &stat_a), 0);
    assert_true(stat_a.st_size == 10 << 20 && stat_a.st_blocks * 512 < 1 << 20);
    char value[8];
    (void)snprintf(path, sizeof(path), "%s/opaque", bench->to);
    assert_int_equal(getxattr(path, "trusted.overlay.origin", value, sizeof(value)), -1);
}

static void test_measure(void **state)
{
    struct bench *bench = *state;
    run("head -c 1000 /dev/zero >%s/a", bench->from);
    run("head -c 234 /dev/zero >%s/b", bench->volume_from);
    const struct tree_root roots[] = {{"", bench->from}, {"/data", bench->volume_from}};
    assert_int_equal(tree_measure(roots, 2), 1234);
    const struct tree_root missing[] = {{"", "/nonexistent/tree"}};
    assert_int_equal(tree_measure(missing, 1), -ENOENT);
}

static void test_cut_off_is_not_whole(void **state)
{
    struct bench *bench = *state;
    run("printf x >%s/x", bench->from);
    write_stream(&bench->stream, bench->from, bench->volume_from);
    const struct tree_root roots[] = {{"", bench->to}, {"/data", bench->volume_to}};
    for (size_t len = 0; len < bench->stream.len; len += 13) {
        struct nt_error err = NT_ERROR_INIT;
        struct tree_apply *apply = tree_apply_new(roots, 2);
        struct nt_span piece = {.data = bench->stream.data, .len = len};
        assert_int_equal(tree_apply_write(apply, piece, &err), 0);
        assert_int_equal(tree_apply_finish(apply, &err), -EBADMSG);
        tree_apply_free(apply);
    }
}

/* --- hostile streams ------------------------------------------------------------------------- */

static void put(struct nt_buf *out, enum stream_kind kind, const char *path, const char *target)
{
    static const uint32_t modes[256] = {
        ['R'] = S_IFDIR | 0755, ['D'] = S_IFDIR | 0755, ['F'] = S_IFREG | 0644,
        ['L'] = S_IFLNK | 0777, ['N'] = S_IFIFO | 0644, ['H'] = 0};
    struct stream_entry entry = {.kind = kind,
                                 .path = path,
                                 .target = target,
                                 .mode = modes[(int)kind],
                                 .uid = geteuid(),
                                 .gid = getegid()};
    assert_int_equal(stream_put_entry(out, &entry), 0);
}

static void test_nothing_leaves_its_root(void **state)
{
    static const struct {
        const char *name;
        enum stream_kind kind;
        const char *path, *target;
    } cases[] = {
        {"up and out", STREAM_FILE, "../escaped", ""},
        {"up in the middle", STREAM_FILE, "a/../../escaped", ""},
        {"absolute", STREAM_FILE, "/tmp/nt_tree_escaped", ""},
        {"empty", STREAM_FILE, "", ""},
        {"double slash", STREAM_FILE, "a//b", ""},
        {"through a link", STREAM_FILE, "out/escaped", ""},
        {"a directory through a link", STREAM_DIR, "out/escaped", ""},
        {"a link through a link", STREAM_SYMLINK, "out/escaped", "x"},
        {"over a link", STREAM_FILE, "out", ""},
        {"hard link out", STREAM_HARDLINK, "mine", "../secret"},
        {"hard link through a link", STREAM_HARDLINK, "mine", "out/secret"},
        {"an unknown root", STREAM_ROOT, "/etc", ""},
        {"the same root twice", STREAM_ROOT, "", ""},
    };
    struct bench *bench = *state;
    run("printf secret >%s/secret", bench->folder);
    const struct tree_root roots[] = {{"", bench->to}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_error err = NT_ERROR_INIT;
        struct nt_buf out = {0};
        assert_int_equal(stream_put_begin(&out), 0);
        put(&out, STREAM_ROOT, "", "");
        put(&out, STREAM_SYMLINK, "out", bench->folder);
        put(&out, cases[i].kind, cases[i].path, cases[i].target);
        struct tree_apply *apply = tree_apply_new(roots, 1);
        int result = tree_apply_write(apply, nt_buf_span(&out), &err);
        if (result >= 0)
            fail_msg("%s: was taken", cases[i].name);
        tree_apply_free(apply);
        nt_buf_deinit(&out);
        run("test ! -e %s/escaped", bench->folder);
        run("test \"$(stat -c %%h %s/secret)\" = 1", bench->folder);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_round_trip_is_identity),
        CASE(test_measure),
        CASE(test_cut_off_is_not_whole),
        CASE(test_nothing_leaves_its_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
