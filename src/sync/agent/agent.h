/*
 * The program in the container: it does what `container/agent-side.ts` asks for over its stdin and stdout, one small
 * step after the other; what to make of a step's outcome is decided there. `container/wire.ts` holds the other end of the
 * protocol, `build.sh` makes the binaries beside this file. Files come to stand in their place whole; they are sure to
 * survive a crash of the machine after SYNCFS only.
 *
 *   agent.c   frames in and out, one request after the other
 *   tree.c    paths, what stands at them, and changes that overwrite nothing
 *   watch.c   what other processes change
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* What names of files begin with that are being written or were set aside, by this agent or a dead one. */
#define TEMPORARY ".devenv-sync."
#define PIECE 65536

/* Stamps that no entry has. */
#define NOTHING UINT64_C(0)
#define ANYTHING UINT64_MAX

enum {
    HELLO = 1, LIST, STAT, READ, WRITE, MKDIR, SYMLINK, RENAME, REMOVE, CHMOD, FORGET, BARRIER, SYNCFS, PING,
    OK = 128, FAILED, CHILDREN, EVENTS
};

/* Where something stands, in a folder that is open; with an empty name, the folder. */
struct place { int folder; char name[NAME_MAX + 1]; };

/* tree.c; what returns an int gives 0 or an errno */
extern int root;
int find(const char *path, struct place *at);
int look(const struct place *at, struct statx *st);
int look_for(const struct place *at, u64 expected, struct statx *st);
int open_at(const struct place *at, int flags);
void put_stat(const struct statx *st, const struct place *at);
int put_in_place(u32 id, const struct place *from, const struct place *at, u64 expected);
bool has_writer(const struct place *at);

/* watch.c */
extern int notifier;
extern char own[NAME_MAX]; /* what the names of this agent's temporaries begin with */
int watch_folder(int folder);
void read_events(void);
int events_waiting(void);
void send_events(void);

/* agent.c: frames to the host */
void frame(u8 type, u32 id);
void put(const void *from, size_t more);
void end_frame(void);
