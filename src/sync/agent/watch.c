/*
 * What changes in the folders that were listed, from inotify; but nothing of what this agent does itself. That is a
 * rename between a name and a temporary of its own, which two events with the same cookie tell of. Events are to be
 * read after such a rename, before its result is looked at: a later rename to that name would be told by the same event.
 */
#include "agent.h"
#include <sys/inotify.h>

struct watch { struct watch *next; int wd; char path[]; };

int notifier;
static struct watch *watches[16384];
static bool was_refused;

/* Paths that wait to be sent, each as u16 length and bytes; where the last one starts. */
static u8 events[PIECE];
static size_t events_length, last_event;
static bool is_urgent, is_own_told;

/* What was moved away from its name: told unless the next event says that it is a temporary of this agent now. */
static struct { u32 cookie; int wd; char name[NAME_MAX + 1]; } moved;

void watch_start(void) { notifier = inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

static struct watch **find_watch(int wd)
{
    struct watch **at = &watches[(unsigned)wd % 16384];
    while (*at != NULL && (*at)->wd != wd) at = &(*at)->next;
    return at;
}

static void drop_watch(struct watch **at)
{
    struct watch *gone = *at;
    *at = gone->next;
    free(gone);
}

/* A folder that was moved keeps its watch: it goes by the path that it was listed at last. */
void watch_folder(int folder, const char *path)
{
    u32 mask = IN_ONLYDIR | IN_EXCL_UNLINK;
    mask |= IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;
    mask |= path[0] == '\0' ? IN_DELETE_SELF | IN_MOVE_SELF : 0;
    errno = EMFILE; /* there was no instance for this agent */
    int wd = notifier < 0 || fchdir(folder) < 0 ? -1 : inotify_add_watch(notifier, ".", mask);
    if (wd < 0) {
        if (!was_refused) frame(UNWATCHED, 0), put32((u32)errno), end_frame();
        was_refused = true;
        return;
    }
    struct watch **at = find_watch(wd);
    if (*at != NULL && strcmp((*at)->path, path) == 0) return;
    if (*at != NULL) drop_watch(at);
    struct watch *added = malloc(sizeof *added + strlen(path) + 1);
    if (added == NULL) exit(1);
    added->wd = wd, added->next = *at;
    strcpy(added->path, path);
    *at = added;
}

/* No longer watch a folder and all below it. */
void forget(const char *path)
{
    size_t n = strlen(path);
    for (int i = 0; i < 16384; i++) {
        for (struct watch **at = &watches[i]; *at != NULL;) {
            const char *one = (*at)->path;
            bool is_below = n == 0 || (strncmp(one, path, n) == 0 && (one[n] == '/' || one[n] == '\0'));
            if (is_below) inotify_rm_watch(notifier, (*at)->wd), drop_watch(at);
            else at = &(*at)->next;
        }
    }
}

void send_events(void)
{
    if (events_length == 0) return;
    frame(EVENTS, 0), put_bytes(events, events_length), end_frame();
    events_length = last_event = 0;
    is_urgent = false;
}

/* 0: none; 1: they can wait a little, a file that was only begun will be closed soon; 2: send them at once. */
int events_waiting(void) { return events_length == 0 ? 0 : is_urgent ? 2 : 1; }

/* A change was undone, or something was kept beside: what this agent did until now is told, too. */
void tell_own(void) { is_own_told = true; }

/* The same path twice in a row is told once. */
static void tell(const char *folder, const char *name)
{
    size_t n = strlen(folder), m = strlen(name), slash = n > 0 && m > 0, length = n + slash + m;
    if (length + 2 > sizeof events) {
        frame(OVERFLOW, 0), end_frame();
        return;
    }
    if (events_length + length + 2 > sizeof events) send_events();
    u8 *at = events + events_length;
    at[0] = (u8)length, at[1] = (u8)(length >> 8);
    memcpy(at + 2, folder, n);
    if (slash) at[2 + n] = '/';
    memcpy(at + 2 + n + slash, name, m);
    bool is_same_length = events_length > 0 && events_length - last_event == length + 2;
    if (is_same_length && memcmp(events + last_event, at, length + 2) == 0) return;
    last_event = events_length;
    events_length += length + 2;
}

static void tell_at(int wd, const char *name)
{
    struct watch *watch = *find_watch(wd);
    if (watch != NULL) tell(watch->path, name);
}

static void tell_moved(void)
{
    if (moved.cookie != 0) tell_at(moved.wd, moved.name), is_urgent = true;
    moved.cookie = 0;
}

static void take_event(const struct inotify_event *event)
{
    static u32 placed; /* cookie of the last temporary that came to its place */
    const char *name = event->len > 0 ? event->name : "";
    u32 mask = event->mask, from = mask & IN_MOVED_FROM, to = mask & IN_MOVED_TO;
    bool is_own = is_own_temporary(name) && !is_own_told;
    if (is_own && to && event->cookie == moved.cookie) moved.cookie = 0;
    tell_moved();
    if (mask & (IN_Q_OVERFLOW | IN_UNMOUNT)) frame(OVERFLOW, 0), end_frame();
    struct watch **watch = find_watch(event->wd);
    if (mask & IN_IGNORED && *watch != NULL) drop_watch(watch);
    if (is_own && from) placed = event->cookie;
    if (mask & IN_IGNORED || IS_TEMPORARY(name) || (to && event->cookie == placed)) return;
    if (from) {
        moved.cookie = event->cookie, moved.wd = event->wd;
        strcpy(moved.name, name);
        return;
    }
    tell_at(event->wd, name);
    is_urgent |= (mask & (IN_CREATE | IN_MODIFY)) == 0 || (mask & IN_ISDIR) != 0;
}

/* All that there is. */
void read_events(void)
{
    static _Alignas(struct inotify_event) char buffer[PIECE];
    for (ssize_t n; (n = read(notifier, buffer, sizeof buffer)) > 0;) {
        for (char *at = buffer; at < buffer + n;) {
            const struct inotify_event *event = (const void *)at;
            at += sizeof *event + event->len;
            take_event(event);
        }
    }
    tell_moved();
    is_own_told = false;
}
