/*
 * What changes in the folders that were listed, from inotify; but nothing of what this agent does itself. That is a rename
 * between a name and a temporary of its own, which two events with the same cookie tell of, one after the other.
 */
#include "agent.h"
#include <sys/inotify.h>

int notifier;
char own[NAME_MAX] = TEMPORARY;

/* What waits to be sent, each as u32 watch (0: changes were lost), u16 length and name. */
static u8 events[PIECE];
static size_t length;
static bool is_urgent;

static bool begins(const char *name, const char *prefix) { return strncmp(name, prefix, strlen(prefix)) == 0; }

/* The number of the folder's watch, or less than 0: minus an errno. */
int watch_folder(int folder)
{
    const u32 mask = IN_ONLYDIR | IN_EXCL_UNLINK | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
        IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
    if (notifier < 0) return -EMFILE; /* there was no instance for this agent */
    int wd = fchdir(folder) < 0 ? -1 : inotify_add_watch(notifier, ".", mask);
    return wd < 0 ? -errno : wd;
}

void send_events(void)
{
    if (length > 0) frame(EVENTS, 0), put(events, length), end_frame();
    length = 0, is_urgent = false;
}

/* 0: none; 1: they can wait a little, a file that was only begun will be closed soon; 2: send them at once. */
int events_waiting(void) { return length == 0 ? 0 : is_urgent ? 2 : 1; }

static void tell(int wd, const char *name)
{
    u16 n = (u16)strlen(name);
    if (length + 6 + n > sizeof events) send_events();
    memcpy(events + length, &wd, 4), memcpy(events + length + 4, &n, 2), memcpy(events + length + 6, name, n);
    length += 6 + (size_t)n;
}

/* All that there is. */
void read_events(void)
{
    static _Alignas(struct inotify_event) char buffer[PIECE];
    static u32 placed; /* cookie of the last temporary of this agent that was given a name */
    for (ssize_t n; (n = read(notifier, buffer, sizeof buffer)) > 0;) {
        for (char *at = buffer; at < buffer + n;) {
            const struct inotify_event *one = (const void *)at;
            at += sizeof *one + one->len;
            const struct inotify_event *next = at < buffer + n ? (const void *)at : one;
            const char *name = one->len > 0 ? one->name : "";
            u32 from = one->mask & IN_MOVED_FROM, to = one->mask & IN_MOVED_TO;
            if (from && begins(name, own)) placed = one->cookie;
            bool is_own = to && one->cookie == placed;
            if (from && next != one && next->cookie == one->cookie) is_own |= begins(next->name, own);
            if (is_own || begins(name, TEMPORARY) || one->mask & IN_IGNORED) continue;
            tell(one->mask & (IN_Q_OVERFLOW | IN_UNMOUNT) ? 0 : one->wd, name);
            is_urgent |= (one->mask & (IN_CREATE | IN_MODIFY)) == 0 || (one->mask & IN_ISDIR) != 0;
        }
    }
}
