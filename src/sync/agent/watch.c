/*
 * What changes in the folders that were listed; but nothing of what this agent does itself: a rename between a name and
 * a temporary of its own, which two events with the same cookie tell of, one after the other. So that both are told, the
 * folder of temporaries is watched too.
 */
#include "agent.h"

int notifier; char own[NAME_MAX] = TEMPORARY;

/* The number of the folder's watch, or less than 0: minus an errno. */
int watch_folder(int folder)
{
    const u32 mask = IN_ONLYDIR | IN_EXCL_UNLINK | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
        IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
    if (notifier < 0) return -EMFILE; /* there was no instance for this agent */
    int wd = fchdir(folder) < 0 ? -1 : inotify_add_watch(notifier, ".", mask);
    return wd < 0 ? -errno : wd;
}

/* The folder of temporaries, made where there is none, and told to git as not its own; less than 0: minus an errno. */
int open_temporaries(uid_t owner, gid_t group)
{
    static ino_t watched;
    bool is_made = mkdirat(root, TEMPORARIES, 0755) == 0;
    if (!is_made && errno != EEXIST) return -errno;
    int folder = openat(root, TEMPORARIES, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rules;
    struct stat st;
    if (folder < 0 || fstatat(folder, "", &st, AT_EMPTY_PATH) < 0) return -errno;
    if (!is_made && st.st_ino == watched) return folder;
    watched = st.st_ino;
    if (is_made && fchownat(root, TEMPORARIES, owner, group, AT_SYMLINK_NOFOLLOW) < 0) return close(folder), -EPERM;
    rules = openat(folder, ".gitignore", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (rules >= 0 && (write(rules, "*\n", 2) < 0 || fchown(rules, owner, group) < 0)) watched = 0;
    if (rules >= 0) close(rules);
    if (notifier >= 0 && fchdir(folder) == 0) inotify_add_watch(notifier, ".", IN_ONLYDIR | IN_MOVED_FROM | IN_MOVED_TO);
    return folder;
}

bool begins(const char *name, const char *prefix) { return strncmp(name, prefix, strlen(prefix)) == 0; }

/* All there are, each as u32 watch (0: changes were lost), u8 (1: it was begun, and more will follow), and name. */
void send_events(void)
{
    static _Alignas(struct inotify_event) char buffer[PIECE];
    static u32 placed; /* cookie of the last temporary of this agent that was given a name */
    for (ssize_t n; (n = read(notifier, buffer, sizeof buffer)) > 0;) {
        bool has_frame = false;
        for (char *at = buffer; at < buffer + n;) {
            const struct inotify_event *one = (const void *)at;
            at += sizeof *one + one->len;
            const struct inotify_event *next = at < buffer + n ? (const void *)at : one;
            const char *name = one->len > 0 ? one->name : "";
            u32 mask = one->mask, from = mask & IN_MOVED_FROM, wd = (u32)one->wd;
            bool is_own = mask & IN_MOVED_TO && one->cookie == placed;
            if (from && begins(name, own)) placed = one->cookie;
            if (from && next != one && next->cookie == one->cookie) is_own = begins(next->name, own);
            if (is_own || begins(name, TEMPORARY) || strcmp(name, TEMPORARIES) == 0 || mask & IN_IGNORED) continue;
            if (mask & (IN_Q_OVERFLOW | IN_UNMOUNT)) wd = 0;
            u8 is_begun = (mask & (IN_CREATE | IN_MODIFY)) != 0 && (mask & IN_ISDIR) == 0;
            if (!has_frame) frame(EVENTS, 0), has_frame = true;
            put(&wd, 4), put(&is_begun, 1), put_text(name, strlen(name));
        }
        if (has_frame) end_frame();
    }
}
