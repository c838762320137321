#include "cli/config/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_CAP = 320, READ_CHUNK = 16384 };

static const char name_file[] = "startup-config";
static const char name_new[] = "startup-config.new";

static int sys_open(void *arg, const char *path, int flags, mode_t mode)
{
	(void)arg;
	return open(path, flags, mode);
}

static int sys_fchmod(void *arg, int fd, mode_t mode)
{
	(void)arg;
	return fchmod(fd, mode);
}

static ssize_t sys_write(void *arg, int fd, const void *data, size_t len)
{
	(void)arg;
	return write(fd, data, len);
}

static ssize_t sys_read(void *arg, int fd, void *data, size_t len)
{
	(void)arg;
	return read(fd, data, len);
}

static int sys_fsync(void *arg, int fd)
{
	(void)arg;
	return fsync(fd);
}

static int sys_close(void *arg, int fd)
{
	(void)arg;
	return close(fd);
}

static int sys_rename(void *arg, const char *from, const char *to)
{
	(void)arg;
	return rename(from, to);
}

static int sys_unlink(void *arg, const char *path)
{
	(void)arg;
	return unlink(path);
}

static uint64_t sys_now_ms(void *arg)
{
	struct timespec t;
	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

const struct startup_fs startup_fs_system = {
        .open = sys_open,
        .fchmod = sys_fchmod,
        .write = sys_write,
        .read = sys_read,
        .fsync = sys_fsync,
        .close = sys_close,
        .rename = sys_rename,
        .unlink = sys_unlink,
        .now_ms = sys_now_ms,
};

int startup_init(struct startup *s, const char *dir, startup_md5_fn *md5, struct err *err)
{
	*s = (struct startup){.fs = &startup_fs_system, .md5 = md5};
	if (!str_copy(s->dir, sizeof(s->dir), str_of(dir)))
		return err_set(err, -ENAMETOOLONG, "the name of the state directory is too long");
	return 0;
}

static void path_of(const struct startup *s, const char *name, char path[PATH_CAP])
{
	snprintf(path, PATH_CAP, "%s/%s", s->dir, name);
}

/* errno of the call that just failed, in words. */
static int failed(struct err *err, const char *what, const char *path)
{
	int code = errno ? errno : EIO;
	return err_set(err, -code, "%s %s: %s", what, path, strerror(code));
}

static int write_all(const struct startup *s, int fd, struct str text, const char *path,
                     struct err *err)
{
	while (text.len > 0) {
		ssize_t n = s->fs->write(s->fs_arg, fd, text.p, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n < 0 ? errno : ENOSPC;
			return failed(err, "cannot write", path);
		}
		text.p += n;
		text.len -= (size_t)n;
	}
	return 0;
}

/* Contents on disk and the descriptor closed, in every case closed. */
static int fill(const struct startup *s, int fd, struct str text, const char *path, struct err *err)
{
	int rc = 0;
	if (s->fs->fchmod(s->fs_arg, fd, 0600) < 0)
		rc = failed(err, "cannot set the mode of", path);
	if (rc == 0)
		rc = write_all(s, fd, text, path, err);
	if (rc == 0 && s->fs->fsync(s->fs_arg, fd) < 0)
		rc = failed(err, "cannot sync", path);
	if (s->fs->close(s->fs_arg, fd) < 0 && rc == 0)
		rc = failed(err, "cannot close", path);
	return rc;
}

/* A name in the directory is on disk only when the directory is. */
static int sync_dir(const struct startup *s, struct err *err)
{
	int rc = 0, fd = s->fs->open(s->fs_arg, s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return failed(err, "cannot open", s->dir);
	if (s->fs->fsync(s->fs_arg, fd) < 0)
		rc = failed(err, "cannot sync", s->dir);
	s->fs->close(s->fs_arg, fd);
	return rc;
}

int startup_write(const struct startup *s, struct str text, struct startup_saved *saved,
                  struct err *err)
{
	char path[PATH_CAP], tmp[PATH_CAP];
	uint64_t start = s->fs->now_ms(s->fs_arg);
	path_of(s, name_file, path);
	path_of(s, name_new, tmp);
	int fd = s->fs->open(s->fs_arg, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	                     0600);
	if (fd < 0)
		return failed(err, "cannot open", tmp);
	int rc = fill(s, fd, text, tmp, err);
	if (rc == 0 && s->fs->rename(s->fs_arg, tmp, path) < 0)
		rc = failed(err, "cannot replace", path);
	if (rc != 0) {
		s->fs->unlink(s->fs_arg, tmp);
		return rc;
	}
	rc = sync_dir(s, err);
	if (rc != 0) {
		err_prefix(err, "%s is written, but may not survive a power failure: ", path);
		return rc;
	}
	if (saved)
		*saved = (struct startup_saved){text.len, s->fs->now_ms(s->fs_arg) - start};
	return 0;
}

int startup_read(const struct startup *s, struct out *text, struct err *err)
{
	char path[PATH_CAP], chunk[READ_CHUNK];
	int rc = 0;
	size_t total = 0;
	path_of(s, name_file, path);
	int fd = s->fs->open(s->fs_arg, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd < 0)
		return failed(err, "cannot open", path);
	for (;;) {
		ssize_t n = s->fs->read(s->fs_arg, fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = failed(err, "cannot read", path);
		if (n <= 0)
			break;
		total += (size_t)n;
		if (total > STARTUP_MAX) {
			rc = err_set(err, -EFBIG, "%s is larger than %d MB", path,
			             STARTUP_MAX >> 20);
			break;
		}
		out_put(text, (struct str){chunk, (size_t)n});
	}
	s->fs->close(s->fs_arg, fd);
	if (rc == 0 && text->failed)
		rc = err_set(err, -ENOMEM, "no memory to read %s", path);
	return rc;
}

int startup_erase(const struct startup *s, struct err *err)
{
	char path[PATH_CAP];
	path_of(s, name_file, path);
	if (s->fs->unlink(s->fs_arg, path) < 0 && errno != ENOENT)
		return failed(err, "cannot erase", path);
	return sync_dir(s, err);
}

void startup_sum(const struct startup *s, struct str text, bool groups, char out[STARTUP_SUM_TEXT])
{
	uint8_t sum[16];
	size_t at = 0;
	s->md5(text.p, text.len, sum);
	for (size_t i = 0; i < sizeof(sum); i++) {
		if (groups && i > 0 && i % 4 == 0)
			out[at++] = ' ';
		snprintf(out + at, STARTUP_SUM_TEXT - at, "%02x", sum[i]);
		at += 2;
	}
}
