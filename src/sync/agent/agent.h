/*
 * The program in the container does what `container/wire.ts` asks for, one small step after the other; what to make of it
 * is decided there. Files come to stand in their place whole; they survive a crash of the machine after SYNCFS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
typedef uint8_t u8; typedef uint16_t u16; typedef uint32_t u32; typedef uint64_t u64;
#define TEMPORARY ".devenv-sync." /* what names of files begin with that are being written or were set aside */
#define TEMPORARIES ".devenv-sync" /* the folder at the root that holds them */
enum { PIECE = 65536, SECOND = 1000000000 /* nanoseconds */ };
#define NOTHING UINT64_C(0) /* stamps that no entry has */
#define ANYTHING UINT64_MAX

enum { HELLO = 1, LIST, STAT, READ, WRITE, MKDIR, SYMLINK, RENAME, REMOVE, CHMOD, FORGET, BARRIER, SYNCFS, PING, FILL,
    COLLECT, OK = 128, FAILED, CHILDREN, EVENTS };

/* Where something stands, in a folder that is open; with an empty name, the folder. */
struct place { int folder; char name[NAME_MAX + 1]; };

/* tree.c; what returns an int gives 0 or an errno */
extern int root;
int find(const char *path, struct place *at);
int look(const struct place *at, struct statx *st);
u64 stamp_of(const struct statx *st);
int look_for(const struct place *at, u64 expected, struct statx *st);
int open_at(const struct place *at, int flags);
void put_stat(const struct statx *st, const struct place *at);
int put_in_place(u32 id, const struct place *from, u64 what, const struct place *at, u64 expected);
bool has_writer(const struct place *at);
/* watch.c */
extern int notifier; extern char own[NAME_MAX]; /* what the names of this agent's temporaries begin with */
bool begins(const char *name, const char *prefix);
int watch_folder(int folder); int open_temporaries(uid_t owner, gid_t group); void send_events(void);
/* agent.c: frames to the host */
void frame(u8 type, u32 id), end_frame(void);
void put(const void *from, size_t more), put_text(const char *text, size_t length);
