/*
 * The program in the container: does what `container/agent-side.ts` asks for over its stdin and stdout.
 * `container/wire.ts` holds the other end of the protocol; `build.sh` makes the binaries beside this file.
 * Files come to stand in their place whole; they are sure to survive a crash of the machine after SYNCFS only.
 *
 *   agent.c   the loop: frames in, one request after the other, long reads piece by piece
 *   tree.c    paths, what stands at them, and changes that lose nothing
 *   watch.c   what other processes change
 *   out.c     frames out
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* Files that are being written, by this agent or a dead one. */
#define TEMPORARY ".devenv-sync."
#define IS_TEMPORARY(name) (strncmp(name, TEMPORARY, sizeof TEMPORARY - 1) == 0)
#define PIECE 65536

enum {
    HELLO = 1, LIST, STAT, READ, HASH, WRITE, ABORT, MKDIR, SYMLINK, REMOVE, CHMOD, TOUCH, MOVE, FORGET, BARRIER,
    SYNCFS, PING, CREDIT,
    OK = 128, FAILED, DATA, EVENTS, OVERFLOW, UNWATCHED, CHILDREN
};

/* How a request fails, beside errno: what stands there is not what was expected; the folder above is missing. */
enum { CHANGED = -1, MISSING = -2 };

/* Stamps that no entry has. */
#define NOTHING UINT64_C(0)
#define ANYTHING UINT64_MAX

/* tree.c */
extern int root;
struct place { int folder; char name[NAME_MAX + 1]; };
int find(const char *path, struct place *at);
u64 stamp_of(const struct stat *st);
void put_stat(const struct stat *st, int folder, const char *name);
void wait_a_little(void);
void new_temporary(char name[40]);
bool is_own_temporary(const char *name);
int put_in_place(int from, const char *temporary, const struct place *at, u64 expected);
int take_away(const struct place *at, int kind, u64 expected);
int rename_to_nothing(int from, const char *name, int to, const char *new_name);
void remove_dead(int folder, const char *temporary);
void sweep(int folder);
bool is_being_written(const char *temporary);

/* watch.c */
extern int notifier;
void watch_start(void);
void watch_folder(int folder, const char *path);
void forget(const char *path);
void read_events(void);
void tell_own(void);
int events_waiting(void);
void send_events(void);

/* out.c */
void frame(u8 type, u32 id);
void put8(u8 value);
void put16(u16 value);
void put32(u32 value);
void put64(u64 value);
void put_bytes(const void *bytes, size_t length);
void put_text(const char *text);
u8 *reserve(size_t length);
void put_reserved(size_t length);
size_t frame_length(void);
void end_frame(void);
size_t waiting(void);
void send_waiting(void);

/* sha256.c */
struct sha256 { u32 state[8]; u64 length; u8 block[64]; };
void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const u8 *bytes, size_t length);
void sha256_end(struct sha256 *sha, u8 digest[32]);
