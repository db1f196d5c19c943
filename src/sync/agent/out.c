/* Frames to the host, little-endian: u32 length of the rest, u8 type, u32 id, payload. They wait for stdout. */
#include "agent.h"

static u8 *bytes;
static size_t start, length, room, frame_start;

u8 *reserve(size_t more)
{
    if (length + more > room) {
        room = (length + more) * 2;
        bytes = realloc(bytes, room);
        if (bytes == NULL) exit(1);
    }
    return bytes + length;
}

void put_reserved(size_t more) { length += more; }

void put_bytes(const void *from, size_t more)
{
    u8 *to = reserve(more);
    if (more > 0) memcpy(to, from, more);
    length += more;
}

void put8(u8 value) { put_bytes(&value, 1); }
void put16(u16 value) { put8((u8)value), put8((u8)(value >> 8)); }
void put32(u32 value) { put16((u16)value), put16((u16)(value >> 16)); }
void put64(u64 value) { put32((u32)value), put32((u32)(value >> 32)); }

void put_text(const char *text)
{
    size_t n = strlen(text);
    if (n > UINT16_MAX) n = UINT16_MAX;
    put16((u16)n), put_bytes(text, n);
}

/* One at a time: `end_frame` comes before the next. */
void frame(u8 type, u32 id)
{
    if (start > 0 && start >= length / 2) {
        memmove(bytes, bytes + start, length - start);
        length -= start, start = 0;
    }
    frame_start = length;
    put32(0), put8(type), put32(id);
}

size_t frame_length(void) { return length - frame_start; }

void end_frame(void)
{
    u32 rest = (u32)(frame_length() - 4);
    for (size_t i = 0; i < 4; i++) bytes[frame_start + i] = (u8)(rest >> 8 * i);
}

size_t waiting(void) { return length - start; }

void send_waiting(void)
{
    while (start < length) {
        ssize_t n = write(STDOUT_FILENO, bytes + start, length - start);
        if (n > 0) start += (size_t)n;
        else if (errno == EAGAIN) return;
        else if (errno != EINTR) exit(0);
    }
    start = length = 0;
}
