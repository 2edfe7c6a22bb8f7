/*
 * Loaded into a process by LD_PRELOAD. The wall clock it sees is the machine's, moved by the microseconds (signed, 64
 * bits) that stand in the file DTS_CLOCK_FILE, read anew at each look: writing there is a jump. Monotonic clocks, and so
 * timers, go on as they are, as they do when a real clock is set.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MILLION 1000000LL
#define BILLION 1000000000LL

static _Atomic int64_t *shift_us;

static void fail(const char *why) {
  fprintf(stderr, "clock-shift: %s\n", why);
  _exit(111);
}

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("DTS_CLOCK_FILE");
  if (path == NULL) fail("DTS_CLOCK_FILE must be set");
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("DTS_CLOCK_FILE cannot be read");
  shift_us = mmap(NULL, sizeof(*shift_us), PROT_READ, MAP_SHARED, fd, 0);
  if (shift_us == MAP_FAILED) fail("DTS_CLOCK_FILE cannot be mapped");
  close(fd);
}

/* Other libraries' constructors may look at the clock before ours has run. */
static int64_t shift(void) { return shift_us == NULL ? 0 : atomic_load(shift_us); }

/* By the kernel: the C library's own function is the one that is replaced here. */
int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  int64_t nanoseconds = (int64_t)now->tv_sec * BILLION + now->tv_nsec + shift() * 1000;
  now->tv_sec = nanoseconds / BILLION;
  now->tv_nsec = nanoseconds % BILLION;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  (void)zone;
  if (now == NULL || clock_gettime(CLOCK_REALTIME, &exact) != 0) return 0;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *stored) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return (time_t)-1;
  if (stored != NULL) *stored = exact.tv_sec;
  return exact.tv_sec;
}
