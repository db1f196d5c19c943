/*
 * Paths, what stands at them, and changes that lose nothing. No path leaves the root: it is walked name by
 * name and no link is followed. What another process writes at the same moment is found out after the
 * rename, when nobody can open it by its name any more, and is put back.
 */
#include "agent.h"
#include <sys/fsuid.h>
#include <sys/random.h>
#include <sys/syscall.h>

int root;
enum { PATIENCE_MS = 50, FRESH_MS = 20 };
enum { NOREPLACE = 1, EXCHANGE = 2 };

static bool is_name(const char *name, size_t length)
{
    bool is_dots = name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
    return length > 0 && length <= NAME_MAX && !is_dots && !IS_TEMPORARY(name);
}

/* Walk to the folder that holds a path. Of the root, which has none, the name is ".". */
int find(const char *path, struct place *at)
{
    at->folder = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    strcpy(at->name, ".");
    for (const char *end; at->folder >= 0 && *path != '\0'; path = end + (*end == '/')) {
        int parent = at->folder;
        if (at->name[0] != '.' || at->name[1] != '\0') {
            at->folder = openat(parent, at->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            close(parent);
            if (at->folder < 0) break;
        }
        end = strchrnul(path, '/');
        size_t length = (size_t)(end - path);
        if (!is_name(path, length) || (*end == '/' && end[1] == '\0')) {
            close(at->folder);
            return EINVAL;
        }
        memcpy(at->name, path, length), at->name[length] = '\0';
    }
    if (at->folder >= 0) return 0;
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? MISSING : errno;
}

static u64 mix(u64 hash, u64 value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static u64 ns_of(struct timespec time) { return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec; }

/* Within 53 bits, for a number of JavaScript. */
u64 stamp_of(const struct stat *st)
{
    u64 hash = mix(mix(mix(1, st->st_ino), (u64)st->st_size), st->st_mode);
    hash = mix(mix(hash, ns_of(st->st_mtim)), ns_of(st->st_ctim)) >> 11;
    return hash == NOTHING ? 1 : hash;
}

/* So late that another write might leave the same time. */
static bool is_fresh(struct timespec time)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)(ns_of(now) - ns_of(time)) < FRESH_MS * 1000000;
}

/*
 * Tells a folder from another one of the same path. The number of one that was removed is given to the next that is
 * made, so that the time of its birth counts too.
 */
static u64 identity(const struct stat *st, int folder, const char *name)
{
    struct statx more = { 0 };
    if (S_ISDIR(st->st_mode)) statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &more);
    u64 birth = (u64)more.stx_btime.tv_sec * 1000000000 + more.stx_btime.tv_nsec;
    return more.stx_mask & STATX_BTIME ? mix(mix(1, st->st_ino), birth) >> 11 : st->st_ino;
}

void put_stat(const struct stat *st, int folder, const char *name)
{
    const char *kinds[] = { [S_IFREG >> 12] = "\0", [S_IFDIR >> 12] = "\1", [S_IFLNK >> 12] = "\2", [15] = NULL };
    const char *kind = kinds[st->st_mode >> 12 & 15];
    put8(kind == NULL ? 3 : (u8)*kind), put16(st->st_mode & 0777), put64((u64)st->st_size);
    put64(ns_of(st->st_mtim)), put64(stamp_of(st));
    u64 id = identity(st, folder, name);
    put64(id >> 53 == 0 ? id : mix(1, id) >> 11), put8(is_fresh(st->st_ctim));
    char target[PATH_MAX];
    ssize_t n = S_ISLNK(st->st_mode) ? readlinkat(folder, name, target, sizeof target - 1) : -1;
    if (n >= 0) target[n] = '\0';
    if (S_ISLNK(st->st_mode)) put_text(n < 0 ? "" : target);
}

/* What the names of this agent's temporaries begin with. */
static char own[sizeof TEMPORARY + 8];

void new_temporary(char name[40])
{
    static u32 count;
    if (own[0] == '\0') {
        u32 random = 0;
        if (getrandom(&random, sizeof random, 0) < 0) exit(1);
        snprintf(own, sizeof own, TEMPORARY "%08x", random);
    }
    snprintf(name, 40, "%s%08x", own, ++count);
}

/* Not of an agent that was here before, or is still. */
bool is_own_temporary(const char *name) { return own[0] != '\0' && strncmp(name, own, sizeof own - 1) == 0; }

void wait_a_little(void) { nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL); }

/* Not every musl has it. */
static int rename_with(int from, const char *name, int to, const char *new_name, unsigned flags)
{
    return (int)syscall(SYS_renameat2, from, name, to, new_name, flags);
}

/* Filesystems without `renameat2` get what a look beforehand gives. */
int rename_to_nothing(int from, const char *name, int to, const char *new_name)
{
    struct stat st;
    int failed = rename_with(from, name, to, new_name, NOREPLACE);
    if (failed && errno == EINVAL && fstatat(to, new_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        failed = renameat(from, name, to, new_name);
    return failed ? errno : 0;
}

/*
 * Look at what stands there, until a later write is sure to show: its time is never before that of the last
 * change of any kind, so that only a file that was written last and just now leaves a doubt.
 */
static int expect(const struct place *at, u64 expected, struct stat *st)
{
    for (int i = 0; i < FRESH_MS; i++) {
        if (fstatat(at->folder, at->name, st, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? CHANGED : errno;
        if (expected != ANYTHING && stamp_of(st) != expected) return CHANGED;
        if (ns_of(st->st_mtim) != ns_of(st->st_ctim) || !is_fresh(st->st_mtim)) break;
        wait_a_little();
    }
    return S_ISDIR(st->st_mode) ? EISDIR : 0;
}

/*
 * A lease is refused while somebody has the file open for writing. Only its owner may ask for one. Who had found the
 * file by its name and is about to open it gets a moment to, and breaks the lease.
 */
static bool has_writer(int folder, const char *name, const struct stat *st)
{
    int fd = S_ISREG(st->st_mode) ? openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (fd < 0) return false;
    int me = setfsuid(st->st_uid);
    bool granted = fcntl(fd, F_SETLEASE, F_RDLCK) == 0, refused = !granted && errno == EAGAIN;
    setfsuid((uid_t)me);
    if (granted) usleep(200), refused = fcntl(fd, F_GETLEASE) != F_RDLCK;
    close(fd);
    return refused;
}

/* Whether what was moved aside is still what was expected; whoever writes to it may end first. */
static bool is_as_before(int folder, const char *name, const struct stat *before)
{
    struct stat st;
    for (int i = 0; i < PATIENCE_MS && has_writer(folder, name, before); i++) wait_a_little();
    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == before->st_ino &&
        st.st_size == before->st_size && st.st_mode == before->st_mode && ns_of(st.st_mtim) == ns_of(before->st_mtim);
}

/* What somebody wrote to a file that is not the one to stay is kept beside it: nothing is lost. */
static void keep_beside(int from, const char *temporary, const struct place *at)
{
    time_t now = time(NULL);
    char when[32], name[2 * NAME_MAX];
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime(&now));
    int kept = (int)strnlen(at->name, 200); /* of whole characters */
    while (kept > 0 && (at->name[kept] & 0xc0) == 0x80) kept--;
    for (int i = 0, failure = EEXIST; failure == EEXIST; i++) {
        int n = snprintf(name, sizeof name, "%.*s.conflict-container-%s", kept, at->name, when);
        if (i > 0) snprintf(name + n, sizeof name - (size_t)n, "-%d", i);
        failure = rename_to_nothing(from, temporary, at->folder, name);
    }
}

/* Bring back what was moved aside. What took its place meanwhile goes, unless somebody wrote to it already. */
static void put_back(int from, const char *name, const struct place *at, const struct stat *ours)
{
    struct stat st;
    if (rename_with(from, name, at->folder, at->name, EXCHANGE) < 0) {
        if (rename_to_nothing(from, name, at->folder, at->name) != 0) keep_beside(from, name, at);
    } else if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino != ours->st_ino) {
        /* a newer one took the place of both */
        rename_with(from, name, at->folder, at->name, EXCHANGE);
        keep_beside(from, name, at);
    } else if (!is_as_before(from, name, ours)) {
        keep_beside(from, name, at);
    }
}

/* A finished file or link takes the place of what is expected there. */
int put_in_place(int from, const char *temporary, const struct place *at, u64 expected)
{
    struct stat before, ours;
    if (expected == NOTHING) return rename_to_nothing(from, temporary, at->folder, at->name);
    int failure = expect(at, expected, &before);
    if (failure) return failure;
    if (fstatat(from, temporary, &ours, AT_SYMLINK_NOFOLLOW) < 0) return errno;
    if (rename_with(from, temporary, at->folder, at->name, EXCHANGE) < 0)
        return errno != EINVAL ? errno : renameat(from, temporary, at->folder, at->name) < 0 ? errno : 0;
    if (is_as_before(from, temporary, &before)) return unlinkat(from, temporary, 0) < 0 ? errno : 0;
    tell_own(), put_back(from, temporary, at, &ours);
    return CHANGED;
}

int take_away(const struct place *at, int kind, u64 expected)
{
    if (kind == 1) {
        if (unlinkat(at->folder, at->name, AT_REMOVEDIR) == 0) return 0;
        if (errno != ENOTEMPTY && errno != EEXIST) return errno;
        int folder = openat(at->folder, at->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder >= 0) sweep(folder), close(folder);
        return unlinkat(at->folder, at->name, AT_REMOVEDIR) < 0 ? errno : 0;
    }
    struct stat before;
    char temporary[40];
    int failure = expect(at, expected, &before);
    if (failure) return failure;
    if (S_ISLNK(before.st_mode) != (kind == 2)) return CHANGED;
    new_temporary(temporary);
    if (renameat(at->folder, at->name, at->folder, temporary) < 0) return errno;
    if (is_as_before(at->folder, temporary, &before)) return unlinkat(at->folder, temporary, 0) < 0 ? errno : 0;
    tell_own();
    if (rename_to_nothing(at->folder, temporary, at->folder, at->name) != 0) keep_beside(at->folder, temporary, at);
    return CHANGED;
}

/*
 * A file that is not complete has no mode yet, and goes. Any other was moved aside by one that was killed before
 * it looked whether somebody had written to it: nothing may be lost, so it is kept.
 */
void remove_dead(int folder, const char *temporary)
{
    struct stat st;
    struct place recovered = { .folder = folder, .name = "recovered" };
    if (is_being_written(temporary) || fstatat(folder, temporary, &st, AT_SYMLINK_NOFOLLOW) < 0) return;
    if (S_ISREG(st.st_mode) && (st.st_mode & 0777) != 0) keep_beside(folder, temporary, &recovered);
    else if (unlinkat(folder, temporary, 0) < 0) unlinkat(folder, temporary, AT_REMOVEDIR);
}

/* Remove what a dead agent left behind. */
void sweep(int folder)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        if (IS_TEMPORARY(entry->d_name)) remove_dead(folder, entry->d_name);
    if (dir != NULL) closedir(dir);
}
