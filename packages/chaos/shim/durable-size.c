/*
 * Loaded into redis-server by LD_PRELOAD. Keeps, for every file on the device of DTS_SHIM_DIR, the size that the last
 * completed fsync covered: what a power cut would leave. The table is a file mapped into memory, so it outlives a
 * SIGKILL and is shared with the child that rewrites the log.
 *
 * The file: a header of 16 bytes (microseconds to delay each fsync, which the harness writes; number of fsyncs done),
 * then SLOTS times 16 bytes (inode, durable size). All are unsigned 64-bit, little endian on the machines we know.
 *
 * Creating, renaming and deleting count as durable at once, as a journal keeps them in order; contents do not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS 4095

struct slot {
  _Atomic uint64_t inode;
  _Atomic uint64_t durable;
};

struct table {
  _Atomic uint64_t delay_us;
  _Atomic uint64_t fsyncs;
  struct slot slots[SLOTS];
};

static struct table *table;
static dev_t device;

/* Looked up at first use: other libraries' constructors may open files before ours has run. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static void fail(const char *why) {
  fprintf(stderr, "durable-size: %s\n", why);
  _exit(111);
}

__attribute__((constructor)) static void start(void) {
  const char *dir = getenv("DTS_SHIM_DIR");
  const char *path = getenv("DTS_SHIM_TABLE");
  struct stat found;
  if (dir == NULL || path == NULL) fail("DTS_SHIM_DIR and DTS_SHIM_TABLE must be set");
  if (stat(dir, &found) != 0) fail("DTS_SHIM_DIR cannot be read");
  device = found.st_dev;
  int fd = REAL(open)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || REAL(ftruncate)(fd, sizeof(struct table)) != 0) fail("DTS_SHIM_TABLE cannot be written");
  table = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (table == MAP_FAILED) fail("DTS_SHIM_TABLE cannot be mapped");
  close(fd);
}

static struct slot *slot_of(uint64_t inode) {
  for (unsigned step = 0; step < SLOTS; step++) {
    struct slot *slot = &table->slots[(inode + step) % SLOTS];
    uint64_t empty = 0;
    if (atomic_load(&slot->inode) == inode) return slot;
    if (atomic_compare_exchange_strong(&slot->inode, &empty, inode) || empty == inode) return slot;
  }
  fail("more files than the table has room for");
  return NULL;
}

static int is_tracked(int fd, struct stat *found) {
  return table != NULL && fstat(fd, found) == 0 && S_ISREG(found->st_mode) && found->st_dev == device;
}

/* A new or emptied file: whatever its inode stood for before is gone. */
static void opened(int fd) {
  struct stat found;
  int before = errno;
  if (fd >= 0 && is_tracked(fd, &found) && found.st_size == 0) atomic_store(&slot_of(found.st_ino)->durable, 0);
  errno = before;
}

/* Only what was written before the sync began is surely covered by it. */
static int synced(int fd, int (*sync_file)(int)) {
  struct stat before;
  int tracked = is_tracked(fd, &before);
  uint64_t delay = tracked ? atomic_load(&table->delay_us) : 0;
  if (delay > 0) usleep(delay);
  int result = sync_file(fd);
  if (result == 0 && tracked) {
    atomic_store(&slot_of(before.st_ino)->durable, (uint64_t)before.st_size);
    atomic_fetch_add(&table->fsyncs, 1);
  }
  return result;
}

static mode_t mode_of(int flags, va_list arguments) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int fd = REAL(open)(path, flags, mode_of(flags, arguments));
  va_end(arguments);
  opened(fd);
  return fd;
}

int openat(int dir, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int fd = REAL(openat)(dir, path, flags, mode_of(flags, arguments));
  va_end(arguments);
  opened(fd);
  return fd;
}

FILE *fopen(const char *path, const char *mode) {
  FILE *file = REAL(fopen)(path, mode);
  if (file != NULL) opened(fileno(file));
  return file;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int dir, const char *path, int flags, ...) __attribute__((alias("openat")));
FILE *fopen64(const char *path, const char *mode) __attribute__((alias("fopen")));

int fsync(int fd) { return synced(fd, REAL(fsync)); }

int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

int ftruncate(int fd, off_t size) {
  struct stat found;
  int result = REAL(ftruncate)(fd, size);
  if (result == 0 && is_tracked(fd, &found)) {
    struct slot *slot = slot_of(found.st_ino);
    if (atomic_load(&slot->durable) > (uint64_t)size) atomic_store(&slot->durable, (uint64_t)size);
  }
  return result;
}

int ftruncate64(int fd, off_t size) __attribute__((alias("ftruncate")));
