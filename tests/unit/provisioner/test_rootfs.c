/* Files inside a root: never out of it, never half written. */
#include "rootfs_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[64];
    int root;
    struct nt_arena arena;
};

static const char *path_of(const struct place *place, const char *name)
{
    static char path[4][512];
    static unsigned turn;
    char *at = path[turn++ % 4];
    (void)snprintf(at, sizeof(path[0]), "%s/%s", place->folder, name);
    return at;
}

static int setup(void **state)
{
    struct place *place = nt_zalloc(sizeof(*place));
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/nt_rootfs_XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    place->root = open(place->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(place->root >= 0);
    nt_arena_init(&place->arena);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %s", place->folder);
    assert_int_equal(system(command), 0);
    (void)close(place->root);
    nt_arena_deinit(&place->arena);
    free(place);
    return 0;
}

static struct nt_span text(const char *content)
{
    return nt_span_of(content);
}

static void write_plain(const struct place *place, const char *name, const char *content)
{
    FILE *file = fopen(path_of(place, name), "we");
    assert_non_null(file);
    (void)fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

static const char *read_plain(const struct place *place, const char *name)
{
    static char content[256];
    FILE *file = fopen(path_of(place, name), "re");
    if (file == NULL)
        return "absent";
    content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
    (void)fclose(file);
    return content;
}

/* With our own parts, which no list shows. */
static int count_entries(const struct place *place)
{
    DIR *folder = opendir(place->folder);
    int count = -2; /* . and .. */
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

/* --- paths and links ------------------------------------------------------------------------- */

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool is_good;
    } cases[] = {
        {"/", true},        {"/a", true},     {"/a/b.txt", true}, {"/한글/파일", true},
        {"/...", true},     {"/.a", true},    {"", false},        {"a", false},
        {"/a/", false},     {"//", false},    {"/a//b", false},   {"/..", false},
        {"/a/../b", false}, {"/a/..", false}, {"/.", false},      {"/./a", false},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        if (rootfs_is_path(cases[i].path) != cases[i].is_good)
            fail_msg("%s", cases[i].path);
    }
    char long_one[5000];
    memset(long_one, 'a', sizeof(long_one));
    long_one[0] = '/';
    long_one[256] = '\0';
    assert_true(rootfs_is_path(long_one));
    long_one[256] = 'a';
    long_one[257] = '\0';
    assert_false(rootfs_is_path(long_one));
    for (int i = 0; i < 4998; i += 2)
        memcpy(long_one + i, "/a", 2);
    long_one[4998] = '\0';
    assert_false(rootfs_is_path(long_one));
}

static void test_links_stay_inside(void **state)
{
    struct place *place = *state;
    int64_t size = 0;
    struct rootfs_list list;
    write_plain(place, "passwd", "ours");
    assert_int_equal(mkdir(path_of(place, "etc"), 0755), 0);
    assert_int_equal(symlink("/passwd", path_of(place, "etc/passwd")), 0);
    assert_int_equal(symlink("../../../../../../passwd", path_of(place, "up")), 0);
    assert_int_equal(symlink("/", path_of(place, "out")), 0);
    assert_int_equal(symlink("/proc/self/root/etc/passwd", path_of(place, "magic")), 0);
    assert_int_equal(symlink("loop", path_of(place, "loop")), 0);
    static const char *const inside[] = {"/etc/passwd", "/up", "/out/passwd",
                                         "/out/out/etc/passwd"};
    for (size_t i = 0; i < NT_COUNT(inside); i++) {
        char content[8] = "";
        int fd = rootfs_read(place->root, inside[i], &size);
        assert_true(fd >= 0);
        assert_int_equal(read(fd, content, sizeof(content) - 1), 4);
        assert_string_equal(content, "ours");
        (void)close(fd);
    }
    assert_int_equal(rootfs_read(place->root, "/magic", &size), -ENOENT);
    assert_int_equal(rootfs_read(place->root, "/loop", &size), -ELOOP);
    assert_int_equal(rootfs_list(place->root, "/out", &place->arena, &list), 0);
    assert_int_equal(list.count, 6);
    /* Not written through either: the link would be replaced, and nobody expects that. */
    assert_int_equal(rootfs_write(place->root, "/up", text("x"), NULL, false), -EISDIR);
    assert_string_equal(read_plain(place, "passwd"), "ours");
    /* Through a folder that is a link, but inside. */
    assert_int_equal(rootfs_write(place->root, "/out/new", text("x"), NULL, false), 0);
    assert_string_equal(read_plain(place, "new"), "x");
    assert_int_equal(rootfs_remove(place->root, "/out", true), 0);
    assert_string_equal(read_plain(place, "passwd"), "ours"); /* the link went, not what it names */
}

static void test_no_place_for_files(void **state)
{
    struct place *place = *state;
    int64_t size = 0;
    struct rootfs_list list;
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(rootfs_list(root, "/proc", &place->arena, &list), -EACCES);
    assert_int_equal(rootfs_read(root, "/proc/version", &size), -EACCES);
    assert_int_equal(rootfs_read(root, "/proc/self/root/etc/passwd", &size), -ELOOP);
    assert_int_equal(rootfs_write(root, "/proc/nt", text("x"), NULL, false), -EACCES);
    assert_int_equal(rootfs_make_folder(root, "/proc/nt"), -EACCES);
    assert_int_equal(rootfs_remove(root, "/proc/sys/kernel/panic", true), -EACCES);
    assert_int_equal(rootfs_read(root, "/dev/null", &size), -EISDIR);
    (void)close(root);
    assert_int_equal(mkfifo(path_of(place, "pipe"), 0600), 0);
    assert_int_equal(rootfs_read(place->root, "/pipe", &size), -EISDIR); /* and does not wait */
    assert_int_equal(rootfs_open(0), -ESRCH);
    assert_int_equal(rootfs_open(INT32_MAX), -ENOENT);
}

/* --- reading --------------------------------------------------------------------------------- */

static void test_lists(void **state)
{
    struct place *place = *state;
    struct rootfs_list list;
    assert_int_equal(rootfs_list(place->root, "/", &place->arena, &list), 0);
    assert_int_equal(list.count, 0);
    write_plain(place, "b.txt", "12345");
    write_plain(place, "나.txt", "");
    write_plain(place, "a\xff", "");
    write_plain(place, ".x.neaptide-part", "half");
    assert_int_equal(mkdir(path_of(place, "c"), 0700), 0);
    assert_int_equal(symlink("nowhere", path_of(place, "d")), 0);
    assert_int_equal(rootfs_list(place->root, "/", &place->arena, &list), 0);
    static const char *const names[] = {"a\xef\xbf\xbd", "b.txt", "c", "d", "나.txt"};
    static const char *const kinds[] = {"file", "file", "folder", "link", "file"};
    assert_int_equal(list.count, NT_COUNT(names));
    for (size_t i = 0; i < list.count; i++) {
        assert_string_equal(list.entries[i].name, names[i]);
        assert_string_equal(list.entries[i].kind, kinds[i]);
    }
    assert_int_equal(list.entries[1].size, 5);
    assert_int_equal(list.entries[2].mode, 0700);
    assert_false(list.is_cut);
    assert_int_equal(rootfs_list(place->root, "/b.txt", &place->arena, &list), -ENOTDIR);
    assert_int_equal(rootfs_list(place->root, "/nope", &place->arena, &list), -ENOENT);
}

static void test_very_many(void **state)
{
    struct place *place = *state;
    struct rootfs_list list;
    for (int i = 0; i <= ROOTFS_ENTRIES_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "f%d", i);
        int fd = openat(AT_FDCWD, path_of(place, name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        (void)close(fd);
    }
    assert_int_equal(rootfs_list(place->root, "/", &place->arena, &list), 0);
    assert_int_equal(list.count, ROOTFS_ENTRIES_MAX);
    assert_true(list.is_cut);
}

/* --- writing --------------------------------------------------------------------------------- */

static void test_writing_whole(void **state)
{
    struct place *place = *state;
    char etag[ROOTFS_ETAG_SIZE];
    struct stat about;
    assert_int_equal(rootfs_write(place->root, "/a", text("one"), NULL, true), 0);
    assert_string_equal(read_plain(place, "a"), "one");
    assert_int_equal(rootfs_write(place->root, "/a", text("two"), NULL, true), -ESTALE);
    rootfs_etag(text("another"), etag);
    assert_int_equal(rootfs_write(place->root, "/a", text("two"), etag, false), -ESTALE);
    assert_int_equal(rootfs_write(place->root, "/b", text("two"), etag, false), -ESTALE);
    assert_string_equal(read_plain(place, "a"), "one");
    assert_int_equal(chmod(path_of(place, "a"), 04751), 0);
    rootfs_etag(text("one"), etag);
    assert_int_equal(rootfs_write(place->root, "/a", text("둘"), etag, false), 0);
    assert_string_equal(read_plain(place, "a"), "둘");
    assert_int_equal(stat(path_of(place, "a"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0751); /* another content is not setuid */
    assert_int_equal(rootfs_write(place->root, "/a", text(""), NULL, false), 0);
    assert_string_equal(read_plain(place, "a"), "");
    assert_int_equal(rootfs_write(place->root, "/no/a", text("x"), NULL, false), -ENOENT);
    assert_int_equal(rootfs_write(place->root, "/a/a", text("x"), NULL, false), -ENOTDIR);
    assert_int_equal(rootfs_write(place->root, "/", text("x"), NULL, false), -EINVAL);
    assert_int_equal(rootfs_write(place->root, "/.x.neaptide-part", text("x"), NULL, false),
                     -EACCES);
    static uint8_t large[ROOTFS_SMALL + 1];
    assert_int_equal(
        rootfs_write(place->root, "/l", (struct nt_span){large, sizeof(large)}, NULL, false),
        -EFBIG);
    assert_int_equal(
        rootfs_write(place->root, "/l", (struct nt_span){large, ROOTFS_SMALL}, NULL, false), 0);
    assert_int_equal(count_entries(place), 2); /* and nothing is left lying about */
}

static int put(struct place *place, int64_t offset, int64_t total, const char *piece,
               int64_t *ret_offset, bool *ret_is_done)
{
    const struct rootfs_upload upload = {"/up.bin", "abc1", offset, total};
    *ret_is_done = false;
    return rootfs_upload(place->root, &upload, text(piece), ret_offset, ret_is_done);
}

static void test_uploads(void **state)
{
    struct place *place = *state;
    int64_t offset = -1;
    bool is_done = false;
    assert_int_equal(rootfs_uploaded(place->root, "/up.bin", "abc1", &offset), 0);
    assert_int_equal(offset, 0);
    assert_int_equal(put(place, 0, 8, "abc", &offset, &is_done), 0);
    assert_int_equal(offset, 3);
    assert_int_equal(put(place, 0, 8, "abc", &offset, &is_done), -EAGAIN); /* sent twice */
    assert_int_equal(offset, 3);
    assert_int_equal(put(place, 5, 8, "fgh", &offset, &is_done), -EAGAIN);
    assert_int_equal(put(place, 3, 5, "def", &offset, &is_done), -EINVAL); /* more than promised */
    assert_int_equal(put(place, 3, 8, "", &offset, &is_done), -EINVAL);
    assert_string_equal(read_plain(place, "up.bin"), "absent");
    assert_int_equal(rootfs_uploaded(place->root, "/up.bin", "abc1", &offset), 0);
    assert_int_equal(offset, 3);
    assert_int_equal(put(place, 3, 8, "defgh", &offset, &is_done), 0);
    assert_true(is_done);
    assert_string_equal(read_plain(place, "up.bin"), "abcdefgh");
    assert_int_equal(put(place, 0, 0, "", &offset, &is_done), 0);
    assert_true(is_done);
    assert_string_equal(read_plain(place, "up.bin"), "");
    assert_int_equal(put(place, 0, INT64_MAX / 4, "x", &offset, &is_done), -ENOSPC);
    assert_int_equal(count_entries(place), 2); /* the last one's beginning waits for its owner */

    const struct rootfs_upload bad = {"/up.bin", "../x", 0, 1};
    assert_int_equal(rootfs_upload(place->root, &bad, text("x"), &offset, &is_done), -EINVAL);
    assert_int_equal(unlink(path_of(place, ".abc1.neaptide-part")), 0);
    write_plain(place, "victim", "safe");
    assert_int_equal(symlink("victim", path_of(place, ".abc1.neaptide-part")), 0);
    assert_int_equal(put(place, 0, 1, "x", &offset, &is_done), -ELOOP);
    assert_int_equal(unlink(path_of(place, ".abc1.neaptide-part")), 0);
    assert_int_equal(link(path_of(place, "victim"), path_of(place, ".abc1.neaptide-part")), 0);
    assert_int_equal(put(place, 4, 5, "x", &offset, &is_done), -EACCES);
    assert_string_equal(read_plain(place, "victim"), "safe");
}

static void test_old_parts_are_swept(void **state)
{
    struct place *place = *state;
    int64_t offset = 0;
    bool is_done = false;
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    write_plain(place, ".old.neaptide-part", "x");
    write_plain(place, ".new.neaptide-part", "x");
    assert_int_equal(utimensat(AT_FDCWD, path_of(place, ".old.neaptide-part"), old, 0), 0);
    assert_int_equal(put(place, 0, 3, "abc", &offset, &is_done), 0);
    assert_string_equal(read_plain(place, ".old.neaptide-part"), "absent");
    assert_string_equal(read_plain(place, ".new.neaptide-part"), "x");
}

static void test_folders_and_names(void **state)
{
    struct place *place = *state;
    int root = place->root;
    assert_int_equal(rootfs_make_folder(root, "/폴더"), 0);
    assert_int_equal(rootfs_make_folder(root, "/폴더"), -EEXIST);
    assert_int_equal(rootfs_make_folder(root, "/a/b"), -ENOENT);
    write_plain(place, "폴더/one", "1");
    write_plain(place, "two", "2");
    assert_int_equal(rootfs_rename(root, "/two", "/폴더/one", false), -EEXIST);
    assert_int_equal(rootfs_rename(root, "/two", "/폴더/two", false), 0);
    assert_int_equal(rootfs_rename(root, "/폴더/two", "/폴더/one", true), 0);
    assert_string_equal(read_plain(place, "폴더/one"), "2");
    assert_int_equal(rootfs_rename(root, "/nope", "/x", false), -ENOENT);
    assert_int_equal(rootfs_rename(root, "/폴더", "/폴더/in", false), -EINVAL);
    assert_int_equal(rootfs_remove(root, "/폴더", false), -ENOTEMPTY);
    assert_int_equal(rootfs_make_folder(root, "/폴더/deep"), 0);
    assert_int_equal(symlink("/", path_of(place, "폴더/deep/out")), 0);
    write_plain(place, "stays", "s");
    assert_int_equal(rootfs_remove(root, "/폴더", true), 0);
    assert_int_equal(rootfs_remove(root, "/폴더", true), -ENOENT);
    assert_int_equal(rootfs_remove(root, "/", true), -EINVAL);
    assert_string_equal(read_plain(place, "stays"), "s");
    assert_int_equal(rootfs_remove(root, "/stays", false), 0);
    assert_int_equal(count_entries(place), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        CASE(test_links_stay_inside),
        CASE(test_no_place_for_files),
        CASE(test_lists),
        CASE(test_very_many),
        CASE(test_writing_whole),
        CASE(test_uploads),
        CASE(test_old_parts_are_swept),
        CASE(test_folders_and_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
