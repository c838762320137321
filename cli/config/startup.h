/* The startup configuration on disk: one text file, mode 0600, that is always the old one or the new one. */
#ifndef CLI_CONFIG_STARTUP_H
#define CLI_CONFIG_STARTUP_H

#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/out.h"

/* The calls by which the store meets the file system, so that a test can let each of them fail in turn. All
 * return as their namesakes do, with errno set. */
struct startup_fs {
	int (*open)(void *arg, const char *path, int flags, mode_t mode);
	int (*fchmod)(void *arg, int fd, mode_t mode);
	ssize_t (*write)(void *arg, int fd, const void *data, size_t len);
	ssize_t (*read)(void *arg, int fd, void *data, size_t len);
	int (*fsync)(void *arg, int fd);
	int (*close)(void *arg, int fd);
	int (*rename)(void *arg, const char *from, const char *to);
	int (*unlink)(void *arg, const char *path);
	uint64_t (*now_ms)(void *arg); /* how long a save takes is shown */
};

/* The system's own. */
extern const struct startup_fs startup_fs_system;

/* MD5 of data (crypto/prim is not for this folder). */
typedef void startup_md5_fn(const void *data, size_t len, uint8_t sum[16]);

struct startup {
	const struct startup_fs *fs;
	void *fs_arg;
	startup_md5_fn *md5;
	char dir[256];
};

struct startup_saved {
	size_t bytes;
	uint64_t ms;
};

enum { STARTUP_SUM_TEXT = 37, STARTUP_MAX = 64 << 20 };

/* dir: the state directory, which must exist. 0, or -ENAMETOOLONG with err. */
int startup_init(struct startup *s, const char *dir, startup_md5_fn *md5, struct err *err);
/* Replaces the file: temporary file in the same directory, fsync, rename, fsync of the directory. 0, or -errno with
 * err; then the old file is as it was, except when only the last step failed, which err says. */
int startup_write(const struct startup *s, struct str text, struct startup_saved *saved,
                  struct err *err);
/* Appends the file to text. 0, -ENOENT when there is none, or -errno with err. */
int startup_read(const struct startup *s, struct out *text, struct err *err);
/* Removes it; 0 also when there was none. */
int startup_erase(const struct startup *s, struct err *err);

/* "4b86b1e4 2e731d6b 9d1fc491 a5eae0f3" (groups) or the same without blanks. */
void startup_sum(const struct startup *s, struct str text, bool groups, char out[STARTUP_SUM_TEXT]);

#endif
