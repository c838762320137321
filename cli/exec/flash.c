#include "cli/exec/flash.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 16384 };
static const char scratch[] = ".new"; /* no name can begin with a dot */

int flash_init(struct flash *f, const char *state_dir, struct err *err)
{
	int n = snprintf(f->dir, sizeof(f->dir), "%s/disk0", state_dir);
	if (n < 0 || (size_t)n >= sizeof(f->dir))
		return err_set(err, -ENAMETOOLONG, "the name of the state directory is too long");
	return 0;
}

bool flash_name_ok(struct str name)
{
	if (name.len == 0 || name.len > FLASH_NAME_MAX || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.p[i]) && !memchr("._-", name.p[i], 3))
			return false;
	return true;
}

/* In the words of the appliance. */
static int failed(struct err *err, int code, struct str name)
{
	return err_set(err, -code, "%%Error opening disk0:/%.*s (%s)", STR_ARG(name),
	               strerror(code));
}

/* The folder; made when `make` and it is not there. */
static int folder(const struct flash *f, bool make)
{
	if (make && mkdir(f->dir, 0700) < 0 && errno != EEXIST)
		return -1;
	return open(f->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A regular file of the folder. */
static int stat_at(int dir, struct str name, struct flash_file *file)
{
	struct stat st;
	str_copy(file->name, sizeof(file->name), name);
	if (fstatat(dir, file->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	file->bytes = (uint64_t)st.st_size;
	file->changed = st.st_mtime;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct flash_file *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static int walk(DIR *d, struct flash_file **files, size_t *n)
{
	struct flash_file one, *grown;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (!flash_name_ok(str_of(e->d_name)) ||
		    stat_at(dirfd(d), str_of(e->d_name), &one) != 0)
			continue;
		if (*n % 64 == 0) {
			grown = realloc(*files, (*n + 64) * sizeof(**files));
			if (!grown)
				return -ENOMEM;
			*files = grown;
		}
		(*files)[(*n)++] = one;
	}
	return 0;
}

int flash_list(const struct flash *f, struct flash_file **files, size_t *n, struct err *err)
{
	int fd = folder(f, false);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	*files = NULL;
	*n = 0;
	if (!d) {
		int code = errno;
		if (fd >= 0)
			close(fd);
		return code == ENOENT ? 0 : failed(err, code, STR(""));
	}
	int rc = walk(d, files, n);
	closedir(d);
	if (rc != 0) {
		free(*files);
		*files = NULL;
		*n = 0;
		return failed(err, -rc, STR(""));
	}
	if (*n > 0)
		qsort(*files, *n, sizeof(**files), by_name);
	return 0;
}

/* The folder for a name that may be used. */
static int enter(const struct flash *f, struct str name, bool make, struct err *err)
{
	if (!flash_name_ok(name))
		return failed(err, EINVAL, name);
	int dir = folder(f, make);
	return dir < 0 ? failed(err, errno, name) : dir;
}

int flash_stat(const struct flash *f, struct str name, struct flash_file *file, struct err *err)
{
	int dir = enter(f, name, false, err);
	if (dir < 0)
		return dir;
	int rc = stat_at(dir, name, file);
	close(dir);
	return rc != 0 ? failed(err, -rc, name) : 0;
}

static int read_all(int fd, struct out *text)
{
	char chunk[CHUNK];
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	for (size_t total = 0;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : text->failed ? -ENOMEM : 0;
		total += (size_t)n;
		if (total > FLASH_FILE_MAX)
			return -EFBIG;
		out_put(text, (struct str){chunk, (size_t)n});
	}
}

int flash_read(const struct flash *f, struct str name, struct out *text, struct err *err)
{
	char path[FLASH_NAME_MAX + 1];
	int dir = enter(f, name, false, err);
	if (dir < 0)
		return dir;
	str_copy(path, sizeof(path), name);
	int fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int rc = fd >= 0 ? read_all(fd, text) : -errno;
	if (fd >= 0)
		close(fd);
	close(dir);
	return rc != 0 ? failed(err, rc == -ELOOP ? ENOENT : -rc, name) : 0;
}

/* Room for `bytes` under this name, among the other files. */
static int check_room(const struct flash *f, struct str name, uint64_t bytes, struct err *err)
{
	struct flash_file *files;
	uint64_t used = bytes;
	size_t n, others = 0;
	int rc = flash_list(f, &files, &n, err);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (str_eq_cstr(name, files[i].name))
			continue;
		used += files[i].bytes;
		others++;
	}
	free(files);
	if (bytes > FLASH_FILE_MAX || used > FLASH_BYTES || others >= FLASH_FILES_MAX)
		return err_set(err, -ENOSPC, "%%Error writing disk0:/%.*s (%s)", STR_ARG(name),
		               strerror(ENOSPC));
	return 0;
}

static int write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.p, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		text.p += n;
		text.len -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int replace(int dir, const char *path, struct str text)
{
	int fd = openat(dir, scratch, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	int rc = write_all(fd, text);
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && renameat(dir, scratch, dir, path) < 0)
		rc = -errno;
	if (rc != 0)
		unlinkat(dir, scratch, 0);
	else if (fsync(dir) < 0)
		rc = -errno;
	return rc;
}

int flash_write(const struct flash *f, struct str name, struct str text, struct err *err)
{
	char path[FLASH_NAME_MAX + 1];
	int dir = enter(f, name, true, err);
	if (dir < 0)
		return dir;
	str_copy(path, sizeof(path), name);
	int rc = check_room(f, name, text.len, err);
	if (rc == 0) {
		rc = replace(dir, path, text);
		if (rc != 0)
			err_set(err, rc, "%%Error writing disk0:/%s (%s)", path, strerror(-rc));
	}
	close(dir);
	return rc;
}

int flash_delete(const struct flash *f, struct str name, struct err *err)
{
	struct flash_file file;
	int dir = enter(f, name, false, err);
	if (dir < 0)
		return dir;
	int rc = stat_at(dir, name, &file);
	if (rc == 0 && unlinkat(dir, file.name, 0) < 0)
		rc = -errno;
	close(dir);
	return rc != 0 ? failed(err, -rc, name) : 0;
}

int flash_rename(const struct flash *f, struct str from, struct str to, struct err *err)
{
	struct flash_file file;
	char path[FLASH_NAME_MAX + 1];
	int dir = enter(f, from, false, err);
	if (dir < 0)
		return dir;
	int rc = flash_name_ok(to) ? stat_at(dir, from, &file) : -EINVAL;
	if (rc == 0) {
		str_copy(path, sizeof(path), to);
		if (renameat(dir, file.name, dir, path) < 0)
			rc = -errno;
	}
	close(dir);
	return rc != 0 ? failed(err, -rc, rc == -EINVAL ? to : from) : 0;
}
