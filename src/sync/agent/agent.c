/* Frames in and out, one request after the other. Out: u32 length of the rest, u8 type, u32 id, payload. */
#include "agent.h"
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>

enum { VERSION = 6, LARGEST = 1 << 20, CONTENT = 1 << 18, SPARSE = 1 << 24, SILENCE_MS = 60000, LAST = 01000, FOLDER = 1 };

/* What every request begins with, little-endian; two texts and content follow. `rest` is the length after itself. */
struct __attribute__((packed)) request {
    u32 rest; u8 type; u32 id;
    u16 mode, path_length, name_length; /* mode: LAST in the piece of WRITE that completes a file, FOLDER to REMOVE one */
    u64 expected, size;
    int64_t mtime; /* nanoseconds */
};

static uid_t owner = (uid_t)-1; static gid_t group = (gid_t)-1; static bool is_owner;
static int synced[2]; /* pipe: ids and results of SYNCFS */
static u8 out[2 * LARGEST]; static size_t out_length, frame_start;

static void send_out(void)
{
    for (size_t done = 0; done < out_length;) {
        ssize_t n = write(STDOUT_FILENO, out + done, out_length - done);
        if (n < 0 && errno != EINTR) exit(0);
        done += n < 0 ? 0 : (size_t)n;
    }
    out_length = 0;
}

void put(const void *from, size_t more) { memcpy(out + out_length, from, more), out_length += more; }
void put_text(const char *text, size_t length) { put(&(u16){ (u16)length }, 2), put(text, length); }

/* One at a time: `end_frame` comes before the next. Whoever waits for those before it goes on meanwhile. */
void frame(u8 type, u32 id)
{
    if (out_length > 2048) send_out();
    frame_start = out_length, put("\0\0\0", 4), put(&type, 1), put(&id, 4);
}

void end_frame(void) { memcpy(out + frame_start, &(u32){ (u32)(out_length - frame_start - 4) }, 4); }

/* What ends a request well, or with an errno. */
static int put_end(u32 id, int e) { return frame(e ? FAILED : OK, id), put(&e, 4), end_frame(), 0; }

/* What a file holds from an offset on, when it is as expected after it was read; ENODATA if a large one is mostly holes. */
static int put_content(const struct place *at, u64 expected, off_t offset, size_t most)
{
    struct statx st;
    struct place file = { .folder = open_at(at, O_RDONLY | O_NONBLOCK) };
    if (file.folder < 0) return errno;
    ssize_t n = pread(file.folder, out + out_length, most, offset);
    int failure = look_for(&file, expected, &st) ?: n < 0 ? errno : 0;
    if (!failure && st.stx_size >= SPARSE && st.stx_blocks * 8192 < st.stx_size) failure = ENODATA;
    return out_length += failure ? 0 : (size_t)n, close(file.folder), failure;
}

/* Of what was asked for, also what is in a file of at most `size` bytes, where it is not as expected. */
static int put_ok_stat(u32 id, const struct place *at, const int *watch, const struct request *asked)
{
    struct statx st;
    int failure = look(at, &st);
    if (failure) return failure;
    frame(OK, id), put_stat(&st, at), watch ? put(watch, 4) : (void)0;
    bool is_small = asked && S_ISREG(st.stx_mode) && st.stx_size <= asked->size && st.stx_size <= CONTENT;
    if (is_small && stamp_of(&st) != asked->expected) put_content(at, stamp_of(&st), 0, st.stx_size);
    return end_frame(), 0;
}

static int list(u32 id, const struct place *at)
{
    int fd = open_at(at, O_RDONLY | O_DIRECTORY);
    if (fd < 0) return errno == ENOTDIR || errno == ELOOP ? ENOENT : errno;
    struct statx st;
    struct place child = { .folder = fd };
    int wd = watch_folder(fd);
    DIR *dir = fdopendir(fd);
    if (dir == NULL) return close(fd), EIO;
    frame(CHILDREN, id);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        strcpy(child.name, entry->d_name);
        int failure = look(&child, &st);
        if (failure == ENOENT || strcmp(child.name, ".") == 0 || strcmp(child.name, "..") == 0) continue;
        put_text(child.name, strlen(child.name));
        failure ? (put("\377", 1), put(&failure, 4)) : put_stat(&st, &child);
        if (out_length - frame_start > PIECE) end_frame(), frame(CHILDREN, id);
    }
    end_frame(), child.name[0] = '\0'; /* the folder that is watched */
    int failure = put_ok_stat(id, &child, &wd, NULL);
    return closedir(dir), failure;
}

/* What a file has beside its content and mode. By its name somebody would be told of it. */
static bool complete(int fd, int64_t mtime, bool is_owned)
{
    int64_t ns = (mtime % SECOND + SECOND) % SECOND;
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { mtime / SECOND - (mtime % SECOND < 0), (long)ns } };
    return (is_owned || fchown(fd, owner, group) == 0) && futimens(fd, times) == 0;
}

static void make_file(const struct place *at, const struct request *head, const u8 *content)
{
    int fd = openat(at->folder, at->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, head->mode & 0777);
    bool is_done = fd >= 0 && write(fd, content, head->size) == (ssize_t)head->size && complete(fd, head->mtime, is_owner);
    if (fd >= 0 && (close(fd) < 0 || !is_done)) unlinkat(at->folder, at->name, 0);
}

static void put_file(const struct place *at, const struct request *head, u32 id)
{
    size_t start = out_length, end = start + sizeof *head + head->name_length + head->size;
    if (end - frame_start > PIECE) end_frame(), frame(CHILDREN, id), end += out_length - start, start = out_length;
    put(head, sizeof *head), put(at->name, head->name_length);
    if (put_content(at, head->expected, 0, head->size) || out_length != end) out_length = start;
}

/*
 * Small files of a folder, each with a head: made, by FILL, in a folder with a name of its own, of which nobody is told; or
 * put, by COLLECT, as FILL takes them. What cannot be made, or is not as expected, is missing.
 */
static int serve_files(const struct request *r, const struct place *at, const u8 *from, const u8 *end)
{
    bool is_fill = r->type == FILL;
    if (is_fill && !begins(at->name, own)) return EINVAL;
    struct place file = { .folder = open_at(at, O_PATH | O_DIRECTORY) };
    if (file.folder < 0) return errno;
    if (!is_fill) frame(CHILDREN, r->id);
    for (struct request f; end - from >= (ssize_t)sizeof f; from += is_fill * f.size) {
        memcpy(&f, from, sizeof f), from += sizeof f;
        if (f.name_length > NAME_MAX || f.size > PIECE || end - from < (ssize_t)(f.name_length + is_fill * f.size)) break;
        memcpy(file.name, from, f.name_length), file.name[f.name_length] = '\0', from += f.name_length;
        if (strchr(file.name, '/') != NULL) break;
        if (is_fill) make_file(&file, &f, from);
        else put_file(&file, &f, r->id);
    }
    return is_fill ? (void)0 : end_frame(), close(file.folder), put_end(r->id, 0);
}

/* A piece of a file under a name of its own, from byte `r->size` on; the last one gives it its place. */
static int write_piece(const struct request *r, const struct place *at, const struct place *beside,
    const u8 *from, size_t size)
{
    bool is_last = r->mode & LAST;
    int flags = O_WRONLY | O_NOFOLLOW | O_CLOEXEC | (r->size == 0 ? O_CREAT | O_EXCL : 0), failure = 0;
    int fd = openat(beside->folder, beside->name, flags, 0200); /* a mode that no complete file has */
    if (fd < 0) return errno;
    for (ssize_t n, done = 0; !failure && (size_t)done < size; done += n)
        if ((n = pwrite(fd, from + done, size - (size_t)done, (off_t)r->size + done)) < 0) failure = errno;
    if (!failure && is_last && (fchmod(fd, r->mode & 0777) < 0 || !complete(fd, r->mtime, false))) failure = errno;
    close(fd);
    if (!failure) failure = is_last ? put_in_place(r->id, beside, ANYTHING, at, r->expected) : put_end(r->id, 0);
    if (failure) unlinkat(beside->folder, beside->name, 0);
    return failure;
}

/* A folder, or a link to a target. */
static int make(const struct request *r, const struct place *at, const struct place *beside, const char *target)
{
    bool is_folder = r->type == MKDIR;
    int failure = is_folder ? mkdirat(beside->folder, beside->name, r->mode & 0777)
                            : symlinkat(target, beside->folder, beside->name);
    if (failure) return errno;
    bool is_owned = fchownat(beside->folder, beside->name, owner, group, AT_SYMLINK_NOFOLLOW) == 0;
    failure = is_owned ? put_in_place(r->id, beside, ANYTHING, at, r->expected) : errno;
    if (failure) unlinkat(beside->folder, beside->name, is_folder ? AT_REMOVEDIR : 0);
    return failure;
}

static int remove_at(const struct request *r, const struct place *at)
{
    struct statx st;
    bool is_folder = r->mode == FOLDER;
    int failure = is_folder ? 0 : has_writer(at) ? EBUSY : look_for(at, r->expected, &st);
    return failure ?: unlinkat(at->folder, at->name, is_folder ? AT_REMOVEDIR : 0) < 0 ? errno : put_end(r->id, 0);
}

static int set_mode(const struct request *r, const struct place *at)
{
    int fd = open_at(at, O_RDONLY | O_NONBLOCK);
    int failure = fd < 0 || fchmod(fd, r->mode & 0777) < 0 ? errno : put_ok_stat(r->id, at, NULL, NULL);
    return close(fd), failure;
}

/* A process of its own writes to the disk, however long that takes. */
static int sync_files(u32 id)
{
    pid_t child = fork();
    if (child != 0) return child < 0 ? errno : 0;
    close(STDIN_FILENO), close(STDOUT_FILENO), close(STDERR_FILENO);
    int fd = openat(root, ".", O_RDONLY), result[2] = { (int)id, fd < 0 || syncfs(fd) < 0 ? errno : 0 };
    _exit(write(synced[1], result, sizeof result) < 0);
}

static bool makes(const struct request *r) { return r->type == WRITE || r->type == MKDIR || r->type == SYMLINK; }

static int serve_at(const struct request *r, const struct place *at, int temporaries, const char *name, const u8 *content,
    size_t length)
{
    struct place beside = { .folder = temporaries }, to;
    bool is_root = strcmp(at->name, ".") == 0, is_made = makes(r);
    bool is_beside = begins(name, own) && strchr(name, '/') == NULL && r->name_length <= NAME_MAX;
    char target[PATH_MAX] = { 0 };
    int failure;
    if (is_root && r->type != LIST && r->type != STAT && r->type != CHMOD) return EINVAL;
    if ((is_made && !is_beside) || (r->type == SYMLINK && (length == 0 || length >= PATH_MAX))) return EINVAL;
    if (is_made) strcpy(beside.name, name);
    if (r->type == SYMLINK) memcpy(target, content, length);
    switch (r->type) {
    case LIST: return list(r->id, at);
    case STAT: return put_ok_stat(r->id, at, NULL, r);
    case READ: /* less than CONTENT is the file's end */
        frame(OK, r->id), failure = put_content(at, r->expected, (off_t)r->size, CONTENT);
        return failure ? (out_length = frame_start, failure) : (end_frame(), 0);
    case FILL: case COLLECT: return serve_files(r, at, content, content + length);
    case WRITE: return write_piece(r, at, &beside, content, length);
    case MKDIR: case SYMLINK: return make(r, at, &beside, target);
    case RENAME: /* to a path where `size` is the stamp of what is expected */
        return find(name, &to) ?: (failure = put_in_place(r->id, at, r->expected, &to, r->size), close(to.folder), failure);
    case REMOVE: return remove_at(r, at);
    case CHMOD: return set_mode(r, at);
    default: return EINVAL;
    }
}

static int serve(const struct request *r, const u8 *texts)
{
    static char path[PIECE], name[PIECE];
    size_t length = r->rest + 4 - sizeof *r, both = (size_t)r->path_length + r->name_length;
    if (both > length || memchr(texts, '\0', both) != NULL) return EINVAL;
    memcpy(path, texts, r->path_length), path[r->path_length] = '\0';
    memcpy(name, texts + r->path_length, r->name_length), name[r->name_length] = '\0';
    if (r->type == HELLO && (r->mode != VERSION || !begins(name, TEMPORARY) || r->name_length > 60)) return EPROTO;
    if (r->type == HELLO) strcpy(own, name), owner = (uid_t)r->expected, group = (gid_t)r->size;
    if (r->type == HELLO) is_owner = owner == geteuid() && group == getegid();
    if (r->type == FORGET) return inotify_rm_watch(notifier, (int)r->size), 0;
    if (r->type == BARRIER) send_events();
    if (r->type == HELLO || r->type == BARRIER || r->type == PING) return put_end(r->id, 0);
    if (r->type == SYNCFS) return sync_files(r->id);
    bool needs_temporaries = makes(r) || (r->type == RENAME && begins(name, TEMPORARIES "/"));
    int temporaries = needs_temporaries ? open_temporaries(owner, group) : -1;
    if (needs_temporaries && temporaries < 0) return -temporaries;
    struct place at;
    int failure = find(path, &at);
    if (!failure) failure = serve_at(r, &at, temporaries, name, texts + both, length - both), close(at.folder);
    if (needs_temporaries) close(temporaries);
    return failure;
}

/* Take what stdin holds; ends with it. */
static void read_requests(void)
{
    static u8 buffer[LARGEST]; static size_t length;
    ssize_t n = read(STDIN_FILENO, buffer + length, sizeof buffer - length);
    if (n == 0 || (n < 0 && errno != EINTR)) exit(0);
    length += n < 0 ? 0 : (size_t)n;
    size_t start = 0;
    for (struct request r; length - start >= sizeof r; start += 4 + r.rest) {
        memcpy(&r, buffer + start, sizeof r);
        if (r.rest < sizeof r - 4 || r.rest > LARGEST - 4) exit(1);
        if (length - start - 4 < r.rest) break;
        int failure = serve(&r, buffer + start + sizeof r);
        if (failure) put_end(r.id, failure);
    }
    if (start > 0) memmove(buffer, buffer + start, length -= start);
}

static int serve_folder(const char *folder, bool is_alone)
{
    root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    /* one that was here before ends soon; until then what it has aside is its own */
    int lock = is_alone ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    for (int i = 0; i < 5000 && flock(lock, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK; i++) usleep(1000);
    notifier = is_alone ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
    if (root < 0 || pipe2(synced, O_CLOEXEC | O_NONBLOCK) < 0) return perror(folder), 1;
    /* fewer turns for what carries it on; where that is refused, it is slower */
    umask(0), fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20), fcntl(STDIN_FILENO, F_SETPIPE_SZ, 1 << 20);
    for (struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 }, { notifier, POLLIN, 0 }, { synced[0], POLLIN, 0 } };;) {
        if (poll(fds, 3, SILENCE_MS) == 0) return 0; /* the host is gone */
        if (fds[0].revents) read_requests();
        if (fds[1].revents) send_events();
        for (int result[2]; fds[2].revents && read(synced[0], result, sizeof result) == sizeof result;)
            put_end((u32)result[0], result[1]);
        send_out();
    }
}

int main(int count, char **words)
{
    /* children end by themselves, a broken pipe is told by `write`, a lease is given back at once */
    signal(SIGCHLD, SIG_IGN), signal(SIGPIPE, SIG_IGN), signal(SIGIO, SIG_IGN);
    if (count == 3 && begins(words[1], "--serve")) return serve_folder(words[2], strcmp(words[1], "--serve-beside") != 0);
    if (count == 2 && strcmp(words[1], "--idle") == 0) /* keep a container alive */
        for (signal(SIGTERM, _exit), signal(SIGINT, _exit);;) pause();
    if (count == 2 && strcmp(words[1], "--version") == 0) return puts("devenv-sync-agent 6") < 0;
    return fputs("usage: devenv-sync-agent --serve[-beside] FOLDER | --idle | --version\n", stderr), 2;
}
