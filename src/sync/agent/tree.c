/*
 * What stands at paths, and changes that overwrite nothing. No path leaves the root: it is walked name by name, without
 * links. What another process writes at the same moment is found out after a rename, when nobody can open it any more.
 */
#include "agent.h"
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <time.h>

enum { NOREPLACE = 1, EXCHANGE = 2, FRESH_NS = 20000000 };
enum { HERE = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, ALL = STATX_BASIC_STATS | STATX_BTIME };
int root;

/* Walk to the folder that holds a path. Of the root, which has none, the name is ".". */
int find(const char *path, struct place *at)
{
    at->folder = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    strcpy(at->name, ".");
    for (const char *end; at->folder >= 0 && *path != '\0'; path = end + (*end == '/')) {
        int parent = at->folder;
        if (strcmp(at->name, ".") != 0) {
            at->folder = openat(parent, at->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            close(parent);
            if (at->folder < 0) break;
        }
        size_t n = (size_t)((end = strchrnul(path, '/')) - path);
        bool is_dots = path[0] == '.' && (n == 1 || (n == 2 && path[1] == '.'));
        if (n == 0 || n > NAME_MAX || is_dots || (*end == '/' && end[1] == '\0')) return close(at->folder), EINVAL;
        memcpy(at->name, path, n), at->name[n] = '\0';
    }
    return at->folder >= 0 ? 0 : errno == ENOTDIR || errno == ELOOP ? ENOENT : errno;
}

int open_at(const struct place *at, int flags) { return openat(at->folder, at->name, flags | O_NOFOLLOW | O_CLOEXEC); }
static u64 ns_of(struct statx_timestamp time) { return (u64)time.tv_sec * SECOND + time.tv_nsec; }

/* Within 53 bits, for a number of JavaScript: `host/stat.ts` comes to the same. */
u64 stamp_of(const struct statx *st)
{
    u64 times = ns_of(st->stx_ctime) + ns_of(st->stx_mtime) * 31;
    return (times + st->stx_ino * 1000003 + st->stx_size * 8191 + st->stx_mode * 131) & UINT64_MAX >> 11 ?: 1;
}

int look(const struct place *at, struct statx *st) { return statx(at->folder, at->name, HERE, ALL, st) < 0 ? errno : 0; }

int look_for(const struct place *at, u64 expected, struct statx *st)
{
    return look(at, st) ?: expected == ANYTHING || stamp_of(st) == expected ? 0 : EEXIST;
}

/* The same but for what a rename changes. */
static bool is_same(const struct statx *one, const struct statx *other)
{
    bool is_file = one->stx_ino == other->stx_ino && one->stx_mode == other->stx_mode;
    return is_file && one->stx_size == other->stx_size && ns_of(one->stx_mtime) == ns_of(other->stx_mtime);
}

/* The number of a folder that was removed is given to the next that is made: its birth tells them apart. */
void put_stat(const struct statx *st, const struct place *at)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    u64 written = ns_of(st->stx_mtime), changed = ns_of(st->stx_ctime);
    int64_t age = (int64_t)((u64)now.tv_sec * SECOND + (u64)now.tv_nsec - changed);
    struct __attribute__((packed)) { u8 kind; u16 mode; u64 size, mtime, stamp, identity; u8 flags; } all = {
        .kind = S_ISREG(st->stx_mode) ? 0 : S_ISDIR(st->stx_mode) ? 1 : S_ISLNK(st->stx_mode) ? 2 : 3,
        .mode = st->stx_mode & 0777, .size = st->stx_size, .mtime = written, .stamp = stamp_of(st),
        .identity = (st->stx_ino * 1000003 + ns_of(st->stx_btime)) & UINT64_MAX >> 11,
        /* fresh: another write might leave the same stamp; late: it was written after it had been moved */
        .flags = (u8)((written == changed && age < FRESH_NS) | (written + FRESH_NS >= changed) << 1),
    };
    put(&all, sizeof all);
    if (!S_ISLNK(st->stx_mode)) return;
    char target[PATH_MAX];
    ssize_t n = readlinkat(at->folder, at->name, target, sizeof target);
    put_text(target, n < 0 ? 0 : (size_t)n);
}

/* Filesystems without `renameat2` get what a look beforehand gives. */
static int rename_with(const struct place *from, const struct place *at, unsigned flags)
{
    struct statx st;
    if (syscall(SYS_renameat2, from->folder, from->name, at->folder, at->name, flags) == 0) return 0;
    if (errno != EINVAL) return errno;
    if (flags == NOREPLACE && look(at, &st) != ENOENT) return EEXIST;
    return renameat(from->folder, from->name, at->folder, at->name) < 0 ? errno : 0;
}

/*
 * Something, if it is `what`, and what is expected at a place get each other's names. Somebody else may be quick: told is
 * whether it is what stands there now (1), and whether what it replaced is as expected (2).
 */
int put_in_place(u32 id, const struct place *from, u64 what, const struct place *at, u64 expected)
{
    struct statx ours, before = { 0 }, now, old = { 0 };
    int failure = look_for(from, what, &ours), missing = ENOENT;
    if (!failure && expected != NOTHING) failure = look_for(at, expected, &before) ? EEXIST : 0;
    if (!failure && S_ISDIR(before.stx_mode)) failure = EISDIR;
    if (!failure) failure = rename_with(from, at, expected == NOTHING ? NOREPLACE : EXCHANGE);
    if (failure) return failure;
    send_events(); /* else a later change of the same kind might be told by the same event as this one */
    bool is_ours = look(at, &now) == 0 && is_same(&now, &ours);
    if (expected != NOTHING) missing = look(from, &old);
    bool is_expected = missing || is_same(&old, &before);
    frame(OK, id), put_stat(is_ours ? &now : &ours, at), put(&(u8){ (u8)(is_ours | is_expected << 1) }, 1);
    if (!missing) put_stat(&old, from);
    return end_frame(), 0;
}

/* A lease is refused while somebody has the file open for writing. Only its owner may ask for one. */
bool has_writer(const struct place *at)
{
    struct statx st;
    int fd = look(at, &st) == 0 && S_ISREG(st.stx_mode) ? open_at(at, O_RDONLY | O_NONBLOCK) : -1;
    if (fd < 0) return false;
    int me = setfsuid(st.stx_uid);
    bool is_refused = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno == EAGAIN;
    setfsuid((uid_t)me);
    return close(fd), is_refused;
}
