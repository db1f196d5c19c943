/* The loop: frames in, one request after the other; long reads piece by piece, so that nobody waits. */
#include "agent.h"
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

enum { VERSION = 1, LARGEST_FRAME = (1 << 20) + 64, SILENCE_MS = 60000, QUIET_MS = 3, LOCK_TRIES = 1000 };
enum { ENOUGH = 2048, MUCH = 8 * PIECE };

static u32 owner_uid = UINT32_MAX, owner_gid = UINT32_MAX;
static int synced[2]; /* pipe: ids and results of SYNCFS */

/* A file that is not complete yet. */
struct upload {
    struct upload *next;
    u32 id;
    int fd, folder;
    u16 mode;
    u64 mtime, expected, size, left;
    char temporary[40], path[];
};
static struct upload *uploads;

/* A file that is being read or hashed. */
struct job { struct job *next; u32 id; int fd; bool is_hash; u64 stamp; u32 credit; struct sha256 sha; };
static struct job *jobs;

/* A request's payload; `is_bad` once it was read past its end or is no request. */
struct in { const u8 *at, *end; bool is_bad; };

static u64 take(struct in *in, size_t size)
{
    u64 value = 0;
    in->is_bad |= (size_t)(in->end - in->at) < size;
    for (size_t i = 0; !in->is_bad && i < size; i++) value |= (u64)*in->at++ << 8 * i;
    return value;
}

/* Into a buffer of 64 KiB. */
static const char *take_text(struct in *in, char *text)
{
    size_t length = take(in, 2);
    in->is_bad |= (size_t)(in->end - in->at) < length || memchr(in->at, '\0', length) != NULL;
    if (in->is_bad) length = 0;
    memcpy(text, in->at, length), text[length] = '\0';
    in->at += length;
    return text;
}

static struct timespec time_of(u64 ns)
{
    int64_t value = (int64_t)ns, seconds = value / 1000000000 - (value % 1000000000 < 0);
    return (struct timespec){ .tv_sec = (time_t)seconds, .tv_nsec = (long)(ns - (u64)seconds * 1000000000) };
}

static void put_failure(u32 id, int failure)
{
    if (failure == ENOENT) failure = MISSING;
    /* something else stands there, or above it */
    bool is_other = failure == EEXIST || failure == ENOTEMPTY || failure == ENOTDIR || failure == EISDIR;
    is_other |= failure == ELOOP;
    u8 kind = is_other || failure == CHANGED ? 1 : failure == MISSING ? 2 : 3;
    frame(FAILED, id), put8(kind), put32(kind == 3 ? (u32)failure : 0), end_frame();
}

static int put_ok(u32 id) { frame(OK, id), end_frame(); return 0; }

static int put_ok_stat(u32 id, const struct stat *st, const struct place *at)
{
    frame(OK, id), put_stat(st, at->folder, at->name), end_frame();
    return 0;
}

static int ok_stat_at(u32 id, const struct place *at)
{
    struct stat st;
    return fstatat(at->folder, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? errno : put_ok_stat(id, &st, at);
}

/* What was put in its place is there; somebody else may have been quick. */
static int ok_if_ours(u32 id, const struct place *at, const struct stat *ours)
{
    struct stat st;
    read_events();
    if (fstatat(at->folder, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_ino != ours->st_ino) return CHANGED;
    bool is_same = st.st_size == ours->st_size && st.st_mtim.tv_sec == ours->st_mtim.tv_sec &&
        st.st_mtim.tv_nsec == ours->st_mtim.tv_nsec;
    return is_same ? put_ok_stat(id, &st, at) : CHANGED;
}

bool is_being_written(const char *temporary)
{
    struct upload *one = uploads;
    while (one != NULL && strcmp(one->temporary, temporary) != 0) one = one->next;
    return one != NULL;
}

static int list(u32 id, const struct place *at, const char *path)
{
    struct stat st, child;
    int fd = openat(at->folder, at->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? MISSING : errno;
    watch_folder(fd, path);
    DIR *dir = fdopendir(fd);
    if (dir == NULL || fstat(fd, &st) < 0) return close(fd), EIO;
    frame(CHILDREN, id);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *name = entry->d_name;
        if (IS_TEMPORARY(name)) remove_dead(fd, name);
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || IS_TEMPORARY(name)) continue;
        int failed = fstatat(fd, name, &child, AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0;
        if (failed == ENOENT) continue;
        put_text(name);
        if (failed) put8(255), put32((u32)failed);
        else put_stat(&child, fd, name);
        if (frame_length() > PIECE) end_frame(), frame(CHILDREN, id);
    }
    end_frame();
    frame(OK, id), put_stat(&st, fd, "."), end_frame(); /* of the folder that is watched */
    return closedir(dir), 0;
}

/* Answer for a job that came to its end; false. */
static bool end_job(struct job *job, int failure)
{
    struct stat st;
    if (!failure && (fstat(job->fd, &st) < 0 || stamp_of(&st) != job->stamp)) failure = CHANGED;
    if (!failure && job->is_hash) {
        u8 digest[32];
        sha256_end(&job->sha, digest);
        frame(OK, job->id), put_bytes(digest, 32), end_frame();
    } else if (!failure) {
        put_ok_stat(job->id, &st, &(struct place){ .folder = -1 });
    }
    if (failure) put_failure(job->id, failure);
    return false;
}

static void drop_job(struct job **at)
{
    struct job *gone = *at;
    *at = gone->next;
    close(gone->fd);
    free(gone);
}

/* One piece of work; false when the job has come to its end. */
static bool step(struct job *job)
{
    static u8 buffer[4 * PIECE];
    if (job->is_hash) {
        ssize_t n = read(job->fd, buffer, sizeof buffer);
        if (n <= 0) return end_job(job, n < 0 ? errno : 0);
        sha256_add(&job->sha, buffer, (size_t)n);
        return true;
    }
    if (job->credit == 0) return true;
    size_t most = job->credit < PIECE ? job->credit : PIECE;
    frame(DATA, job->id);
    ssize_t n = read(job->fd, reserve(most), most);
    if (n > 0) put_reserved((size_t)n);
    int failure = n < 0 ? errno : 0;
    end_frame();
    if (n <= 0) return end_job(job, failure);
    job->credit -= (u32)n;
    return true;
}

static bool can_step(const struct job *job) { return job->is_hash || (job->credit > 0 && waiting() <= MUCH); }

static int start_job(u32 id, const struct place *at, struct job job)
{
    struct stat st;
    if (fstatat(at->folder, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode)) return CHANGED;
    job.fd = openat(at->folder, at->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (job.fd < 0) return errno;
    if (fstat(job.fd, &st) < 0 || (job.stamp != ANYTHING && stamp_of(&st) != job.stamp)) return close(job.fd), CHANGED;
    job.id = id, job.stamp = stamp_of(&st), job.next = jobs;
    sha256_start(&job.sha);
    jobs = malloc(sizeof job);
    if (jobs == NULL) exit(1);
    *jobs = job;
    /* a small one is done at once */
    if (!step(jobs) || (st.st_size < PIECE && !step(jobs))) drop_job(&jobs);
    return 0;
}

static void drop_upload(struct upload *upload)
{
    struct upload **at = &uploads;
    while (*at != upload) at = &(*at)->next;
    *at = upload->next;
    unlinkat(upload->folder, upload->temporary, 0);
    close(upload->fd), close(upload->folder);
    free(upload);
}

static int finish_upload(struct upload *upload)
{
    struct stat ours;
    struct place at;
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, time_of(upload->mtime) };
    if (fchown(upload->fd, owner_uid, owner_gid) < 0 || fchmod(upload->fd, upload->mode & 0777) < 0) return errno;
    if (futimens(upload->fd, times) < 0 || fstat(upload->fd, &ours) < 0) return errno;
    close(upload->fd), upload->fd = -1; /* by its name somebody would be told of it */
    int failure = find(upload->path, &at);
    if (failure) return failure;
    failure = put_in_place(upload->folder, upload->temporary, &at, upload->expected);
    if (!failure) failure = ok_if_ours(upload->id, &at, &ours);
    close(at.folder);
    return failure;
}

static void add_to_upload(struct upload *upload, const u8 *bytes, size_t length)
{
    int failure = length > upload->left ? EINVAL : 0;
    for (size_t done = 0; !failure && done < length;) {
        ssize_t n = write(upload->fd, bytes + done, length - done);
        if (n < 0) failure = errno;
        else done += (size_t)n, upload->left -= (u64)n;
    }
    if (!failure && upload->left > 0) return;
    if (!failure) failure = finish_upload(upload);
    if (failure) put_failure(upload->id, failure);
    drop_upload(upload);
}

static int start_upload(u32 id, const struct place *at, const char *path, struct in *in)
{
    struct upload *upload = calloc(1, sizeof *upload + strlen(path) + 1);
    if (upload == NULL) exit(1);
    upload->id = id, upload->mode = (u16)take(in, 2), upload->mtime = take(in, 8);
    upload->expected = take(in, 8), upload->size = upload->left = take(in, 8);
    strcpy(upload->path, path);
    new_temporary(upload->temporary);
    upload->folder = openat(at->folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    upload->fd = in->is_bad ? -1 : openat(at->folder, upload->temporary, flags, 0);
    if (upload->fd < 0) {
        int failure = in->is_bad ? EINVAL : errno;
        close(upload->folder), free(upload);
        return failure;
    }
    upload->next = uploads, uploads = upload;
    add_to_upload(upload, in->at, (size_t)(in->end - in->at));
    return 0;
}

static int make_folder(u32 id, const struct place *at, u16 mode)
{
    struct stat ours;
    char temporary[40];
    new_temporary(temporary);
    if (mkdirat(at->folder, temporary, 0700) < 0) return errno;
    int fd = openat(at->folder, temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int failure = fd < 0 || fchown(fd, owner_uid, owner_gid) < 0 || fchmod(fd, mode & 0777) < 0 ? errno : 0;
    if (!failure) failure = fstat(fd, &ours) < 0 ? errno : rename_to_nothing(at->folder, temporary, at->folder, at->name);
    if (fd >= 0) close(fd);
    if (failure) unlinkat(at->folder, temporary, AT_REMOVEDIR);
    return failure ? failure : ok_if_ours(id, at, &ours);
}

static int make_link(u32 id, const struct place *at, u64 expected, const char *target)
{
    struct stat ours;
    char temporary[40];
    new_temporary(temporary);
    if (symlinkat(target, at->folder, temporary) < 0) return errno == ENOENT ? EINVAL : errno;
    int failure = fchownat(at->folder, temporary, owner_uid, owner_gid, AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0;
    if (!failure && fstatat(at->folder, temporary, &ours, AT_SYMLINK_NOFOLLOW) < 0) failure = errno;
    if (!failure) failure = put_in_place(at->folder, temporary, at, expected);
    if (failure) unlinkat(at->folder, temporary, 0);
    return failure ? failure : ok_if_ours(id, at, &ours);
}

static int set_mode(u32 id, const struct place *at, u16 mode)
{
    struct stat st;
    if (fstatat(at->folder, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0) return errno;
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return CHANGED;
    int fd = openat(at->folder, at->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int failure = fd < 0 || fchmod(fd, mode & 0777) < 0 ? errno : 0;
    if (fd >= 0) close(fd);
    return failure ? failure : ok_stat_at(id, at);
}

static int touch(u32 id, const struct place *at, u64 mtime, u64 expected)
{
    struct stat st;
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, time_of(mtime) };
    if (fstatat(at->folder, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0) return errno;
    if (expected != ANYTHING && stamp_of(&st) != expected) return CHANGED;
    return utimensat(at->folder, at->name, times, AT_SYMLINK_NOFOLLOW) < 0 ? errno : ok_stat_at(id, at);
}

/* A process of its own writes to the disk, however long that takes. */
static int sync_files(u32 id)
{
    pid_t child = fork();
    if (child != 0) return child < 0 ? errno : 0;
    close(STDIN_FILENO), close(STDOUT_FILENO), close(STDERR_FILENO);
    int fd = openat(root, ".", O_RDONLY);
    u32 result[2] = { id, fd < 0 || syncfs(fd) < 0 ? (u32)errno : 0 };
    _exit(write(synced[1], result, sizeof result) < 0);
}

static void end_syncs(void)
{
    for (u32 result[2]; read(synced[0], result, sizeof result) == sizeof result;) {
        if (result[1] == 0) put_ok(result[0]);
        else put_failure(result[0], (int)result[1]);
    }
}

static int hello(u32 id, struct in *in)
{
    u32 version = (u32)take(in, 4), uid = (u32)take(in, 4), gid = (u32)take(in, 4);
    if (in->is_bad || version != VERSION) return EPROTO;
    owner_uid = uid, owner_gid = gid;
    frame(OK, id), put32(VERSION), put_text("devenv-sync-agent 1"), end_frame();
    return 0;
}

/* Requests that name no path; their ids may be those of others. */
static bool serve_plain(u8 type, u32 id, struct in *in)
{
    struct job **job = &jobs;
    struct upload *upload = uploads;
    while (*job != NULL && (*job)->id != id) job = &(*job)->next;
    while (upload != NULL && upload->id != id) upload = upload->next;
    int failure = 0;
    if (type == HELLO) failure = hello(id, in);
    else if (type == DATA && upload != NULL) add_to_upload(upload, in->at, (size_t)(in->end - in->at));
    else if (type == CREDIT && *job != NULL) (*job)->credit += (u32)take(in, 4);
    else if (type == ABORT && upload != NULL) drop_upload(upload);
    else if (type == ABORT && *job != NULL) drop_job(job);
    else if (type == BARRIER) read_events(), send_events(), put_ok(id);
    else if (type == SYNCFS) failure = sync_files(id);
    else if (type == PING) put_ok(id);
    else return type == DATA || type == CREDIT || type == ABORT;
    if (failure) put_failure(id, failure);
    return true;
}

static int serve_at(u8 type, u32 id, const struct place *at, const char *path, struct in *in)
{
    static char text[PIECE];
    u16 mode = (u16)(type == MKDIR || type == CHMOD ? take(in, 2) : type == REMOVE ? take(in, 1) : 0);
    u64 mtime = type == TOUCH ? take(in, 8) : 0;
    bool is_expecting = type == READ || type == HASH || type == SYMLINK || type == REMOVE || type == TOUCH;
    u64 expected = is_expecting ? take(in, 8) : ANYTHING;
    u32 credit = type == READ ? (u32)take(in, 4) : 0;
    if (type == SYMLINK || type == MOVE) take_text(in, text);
    if (type == WRITE) return start_upload(id, at, path, in);
    if (in->is_bad || in->at != in->end) return EINVAL;
    struct place to;
    int failure;
    switch (type) {
    case LIST: return list(id, at, path);
    case STAT: return ok_stat_at(id, at);
    case READ: return start_job(id, at, (struct job){ .stamp = expected, .credit = credit });
    case HASH: return start_job(id, at, (struct job){ .stamp = expected, .is_hash = true });
    case MKDIR: return make_folder(id, at, mode);
    case SYMLINK: return make_link(id, at, expected, text);
    case CHMOD: return set_mode(id, at, mode);
    case TOUCH: return touch(id, at, mtime, expected);
    case REMOVE: return (failure = take_away(at, mode, expected)) ? failure : put_ok(id);
    case MOVE:
        if ((failure = find(text, &to))) return failure;
        failure = rename_to_nothing(at->folder, at->name, to.folder, to.name);
        close(to.folder);
        return failure ? failure : put_ok(id);
    default: return EINVAL;
    }
}

static void serve(u8 type, u32 id, struct in *in)
{
    static char path[PIECE];
    struct place at;
    if (serve_plain(type, id, in)) return;
    take_text(in, path);
    if (!in->is_bad && type == FORGET) {
        forget(path);
        return;
    }
    bool may_be_root = type == LIST || type == STAT || type == CHMOD;
    int failure = in->is_bad || (path[0] == '\0' && !may_be_root) ? EINVAL : find(path, &at);
    if (!failure) {
        failure = serve_at(type, id, &at, path, in);
        close(at.folder);
    }
    if (failure) put_failure(id, failure);
}

/* Files that are not complete do not stay. */
static _Noreturn void quit(int code)
{
    while (uploads != NULL) drop_upload(uploads);
    exit(code);
}

/* Take what stdin holds; ends with it. */
static void read_requests(void)
{
    static u8 buffer[LARGEST_FRAME + 4];
    static size_t length;
    ssize_t n = read(STDIN_FILENO, buffer + length, sizeof buffer - length);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) quit(0);
    length += (size_t)n;
    size_t start = 0;
    while (length - start >= 9) {
        struct in in = { .at = buffer + start, .end = buffer + length };
        u32 rest = (u32)take(&in, 4);
        if (rest < 5 || rest > LARGEST_FRAME) quit(1);
        if (length - start - 4 < rest) break;
        u8 type = (u8)take(&in, 1);
        u32 id = (u32)take(&in, 4);
        start += 4 + rest;
        in.end = buffer + start;
        serve(type, id, &in);
        if (waiting() > ENOUGH) send_waiting(); /* whoever waits for it goes on meanwhile */
    }
    if (start > 0) memmove(buffer, buffer + start, length - start), length -= start;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void run(void)
{
    int64_t heard = now_ms(), quiet = 0; /* when events are sent that are not urgent; 0: there are none */
    for (;;) {
        bool has_hashed = false; /* one piece is enough for a turn */
        for (struct job **at = &jobs; *at != NULL;) {
            bool is_turn = can_step(*at) && !((*at)->is_hash && has_hashed);
            has_hashed |= (*at)->is_hash;
            if (!is_turn || step(*at)) at = &(*at)->next;
            else drop_job(at);
        }
        send_waiting();
        bool is_working = false;
        for (const struct job *job = jobs; job != NULL; job = job->next) is_working |= can_step(job);
        int64_t now = now_ms(), until = quiet > 0 ? quiet : heard + SILENCE_MS;
        struct pollfd fds[] = {
            { STDIN_FILENO, POLLIN, 0 }, { notifier, POLLIN, 0 }, { synced[0], POLLIN, 0 },
            { STDOUT_FILENO, waiting() > 0 ? POLLOUT : 0, 0 },
        };
        poll(fds, 4, is_working ? 0 : until > now ? (int)(until - now) : 0);
        if (fds[0].revents) heard = now_ms(), read_requests();
        else if (now_ms() - heard >= SILENCE_MS) quit(0);
        if (fds[2].revents) end_syncs();
        if (fds[1].revents) read_events();
        if (events_waiting() == 1 && quiet == 0) quiet = now_ms() + QUIET_MS;
        if (events_waiting() == 2 || (quiet > 0 && now_ms() >= quiet)) send_events(), quiet = 0;
        if (fds[3].revents & (POLLERR | POLLHUP)) quit(0);
    }
}

static int serve_folder(const char *folder)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) files.rlim_cur = files.rlim_max, setrlimit(RLIMIT_NOFILE, &files);
    root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    /* one that was here before ends soon; until then what it has aside is its own */
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < LOCK_TRIES && flock(lock, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK; i++) wait_a_little();
    watch_start();
    if (root < 0 || pipe2(synced, O_CLOEXEC | O_NONBLOCK) < 0) return perror(folder), 1;
    umask(0);
    /* fewer turns for what carries it on; where that is refused, it is slower */
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20), fcntl(STDIN_FILENO, F_SETPIPE_SZ, 1 << 20);
    fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
    run();
}

/* Keep a container alive. */
static int idle(void)
{
    sigset_t set;
    sigemptyset(&set), sigaddset(&set, SIGTERM), sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return sigwait(&set, &(int){ 0 });
}

int main(int count, char **words)
{
    /* children end by themselves, a broken pipe is told by `write`, a lease is given back at once */
    signal(SIGCHLD, SIG_IGN), signal(SIGPIPE, SIG_IGN), signal(SIGIO, SIG_IGN);
    if (count == 3 && strcmp(words[1], "--serve") == 0) return serve_folder(words[2]);
    if (count == 2 && strcmp(words[1], "--idle") == 0) return idle();
    if (count == 2 && strcmp(words[1], "--version") == 0) return puts("devenv-sync-agent 1") < 0;
    return fputs("usage: devenv-sync-agent --serve FOLDER | --idle | --version\n", stderr), 2;
}
