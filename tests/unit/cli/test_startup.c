/* The startup configuration under failures: whatever fails, and wherever the process dies, the file that is found
 * afterwards is the old one or the new one, and a failure is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/config/startup.h"

enum fate { FATE_FAIL, FATE_SHORT, FATE_KILL_BEFORE, FATE_KILL_AFTER };

/* Counts the calls; at number `at` fate strikes. */
struct fake {
	unsigned calls, at;
	enum fate fate;
	int code;
	size_t room; /* bytes the disk still takes, SIZE_MAX = endless */
	const char *last;
};

static const char old_text[] = ": Saved\nhostname old\n: end\n";
static char new_text[200000];

/* true: this call fails with errno set. Does not return when the process is to die. */
static bool strikes(struct fake *f, const char *name)
{
	f->last = name;
	if (++f->calls != f->at)
		return false;
	if (f->fate == FATE_KILL_BEFORE)
		_exit(0);
	errno = f->code;
	return f->fate == FATE_FAIL;
}

static void after(struct fake *f)
{
	if (f->calls == f->at && f->fate == FATE_KILL_AFTER)
		_exit(0);
}

static int fake_open(void *arg, const char *path, int flags, mode_t mode)
{
	if (strikes(arg, "open"))
		return -1;
	int fd = open(path, flags, mode);
	after(arg);
	return fd;
}

static int fake_fchmod(void *arg, int fd, mode_t mode)
{
	return strikes(arg, "fchmod") ? -1 : fchmod(fd, mode);
}

static ssize_t fake_write(void *arg, int fd, const void *data, size_t len)
{
	struct fake *f = arg;
	if (strikes(f, "write"))
		return -1;
	if (f->calls == f->at && (f->fate == FATE_SHORT || f->fate == FATE_KILL_AFTER))
		len /= 2;
	else if (len > 4096)
		len = 4096; /* many writes, so that there is a middle */
	if (len > f->room)
		len = f->room;
	if (len == 0) {
		errno = ENOSPC;
		return -1;
	}
	ssize_t n = write(fd, data, len);
	f->room -= f->room == SIZE_MAX ? 0 : len;
	after(f);
	return n;
}

static ssize_t fake_read(void *arg, int fd, void *data, size_t len)
{
	return strikes(arg, "read") ? -1 : read(fd, data, len);
}

static int fake_fsync(void *arg, int fd)
{
	if (strikes(arg, "fsync"))
		return -1;
	int rc = fsync(fd);
	after(arg);
	return rc;
}

static int fake_close(void *arg, int fd)
{
	bool hit = strikes(arg, "close");
	int rc = close(fd);
	after(arg);
	return hit ? -1 : rc;
}

static int fake_rename(void *arg, const char *from, const char *to)
{
	if (strikes(arg, "rename"))
		return -1;
	int rc = rename(from, to);
	after(arg);
	return rc;
}

static int fake_unlink(void *arg, const char *path)
{
	return strikes(arg, "unlink") ? -1 : unlink(path);
}

static uint64_t fake_now(void *arg)
{
	(void)arg;
	return 0;
}

static const struct startup_fs fake_fs = {
        .open = fake_open,
        .fchmod = fake_fchmod,
        .write = fake_write,
        .read = fake_read,
        .fsync = fake_fsync,
        .close = fake_close,
        .rename = fake_rename,
        .unlink = fake_unlink,
        .now_ms = fake_now,
};

/* Stands for MD5: the sums are not what is tested here. */
static void sum16(const void *data, size_t len, uint8_t sum[16])
{
	const uint8_t *p = data;
	memset(sum, 0, 16);
	for (size_t i = 0; i < len; i++)
		sum[i % 16] = (uint8_t)(sum[i % 16] * 31 + p[i]);
}

static char dir[] = "/tmp/startup-XXXXXX";

static struct startup store(struct fake *f)
{
	struct startup s;
	assert_int_equal(startup_init(&s, dir, sum16, NULL), 0);
	s.fs = &fake_fs;
	s.fs_arg = f;
	return s;
}

static void put_old(void)
{
	struct startup s;
	struct err err;
	startup_init(&s, dir, sum16, NULL);
	assert_int_equal(startup_write(&s, STR(old_text), NULL, &err), 0);
}

static bool file_is(const char *text, size_t len)
{
	struct startup s;
	struct out out;
	struct err err = {0};
	startup_init(&s, dir, sum16, NULL);
	out_init(&out);
	assert_int_equal(startup_read(&s, &out, &err), 0);
	bool same = out.len == len && memcmp(out.text, text, len) == 0;
	out_free(&out);
	return same;
}

static bool is_old(void)
{
	return file_is(old_text, sizeof(old_text) - 1);
}

static bool is_new(void)
{
	return file_is(new_text, sizeof(new_text));
}

static bool leftover(void)
{
	char path[64];
	snprintf(path, sizeof(path), "%s/startup-config.new", dir);
	return access(path, F_OK) == 0;
}

static const struct str whole = {new_text, sizeof(new_text)};

static void test_round_trip(void **state)
{
	(void)state;
	struct fake f = {.room = SIZE_MAX};
	struct startup s = store(&f);
	struct startup_saved saved;
	struct stat st;
	char path[64], sum[STARTUP_SUM_TEXT];
	umask(0);
	assert_int_equal(startup_write(&s, whole, &saved, NULL), 0);
	assert_true(is_new());
	assert_int_equal(saved.bytes, sizeof(new_text));
	snprintf(path, sizeof(path), "%s/startup-config", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	startup_sum(&s, STR("x"), true, sum);
	assert_string_equal(sum, "78000000 00000000 00000000 00000000");
	startup_sum(&s, STR("x"), false, sum);
	assert_string_equal(sum, "78000000000000000000000000000000");
}

/* Every call fails in turn. */
static void test_failures(void **state)
{
	(void)state;
	static const int codes[] = {EIO, ENOSPC, EACCES, EROFS};
	struct fake f = {.room = SIZE_MAX};
	struct startup s = store(&f);
	assert_int_equal(startup_write(&s, whole, NULL, NULL), 0);
	unsigned all = f.calls;
	assert_true(all > 40);
	for (unsigned at = 1; at <= all; at++) {
		struct err err = {0};
		put_old();
		f = (struct fake){.at = at, .code = codes[at % 4], .room = SIZE_MAX};
		int rc = startup_write(&s, whole, NULL, &err);
		if (at == all) { /* closing the directory loses nothing */
			assert_int_equal(rc, 0);
			assert_true(is_new());
			continue;
		}
		assert_int_equal(rc, -f.code);
		assert_non_null(strstr(err.text, strerror(f.code)));
		assert_true(at < all - 2 ? is_old() : is_new());
		assert_false(leftover());
	}
}

static void test_short_writes(void **state)
{
	(void)state;
	for (unsigned at = 3; at < 30; at += 7) {
		struct fake f = {.at = at, .fate = FATE_SHORT, .room = SIZE_MAX};
		struct startup s = store(&f);
		put_old();
		assert_int_equal(startup_write(&s, whole, NULL, NULL), 0);
		assert_true(is_new());
	}
	struct fake f = {.at = 5, .code = EINTR, .room = SIZE_MAX};
	struct startup s = store(&f);
	put_old();
	assert_int_equal(startup_write(&s, whole, NULL, NULL), 0);
	assert_true(is_new());
}

static void test_full_disk(void **state)
{
	(void)state;
	for (size_t room = 0; room < sizeof(new_text); room += 9973) {
		struct err err = {0};
		struct fake f = {.room = room};
		struct startup s = store(&f);
		put_old();
		assert_int_equal(startup_write(&s, whole, NULL, &err), -ENOSPC);
		assert_non_null(strstr(err.text, "No space left on device"));
		assert_true(is_old());
		assert_false(leftover());
	}
}

/* A process dies at every call, before and after it took effect; the next save must work as well. */
static void test_killed(void **state)
{
	(void)state;
	struct fake f = {.room = SIZE_MAX};
	struct startup s = store(&f);
	assert_int_equal(startup_write(&s, whole, NULL, NULL), 0);
	unsigned all = f.calls, news = 0;
	for (unsigned i = 0; i < 2 * all; i++) {
		int status;
		put_old();
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			f = (struct fake){.at = i / 2 + 1,
			                  .fate = i % 2 ? FATE_KILL_AFTER : FATE_KILL_BEFORE,
			                  .room = SIZE_MAX};
			startup_write(&s, whole, NULL, NULL);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		news += is_new();
		assert_true(is_old() || is_new());
	}
	assert_true(news > 0 && news < 2 * all);
	put_old();
	assert_true(is_old());
}

static void test_read_and_erase(void **state)
{
	(void)state;
	struct fake f = {.room = SIZE_MAX, .at = 2, .code = EIO};
	struct startup s = store(&f);
	struct err err = {0};
	struct out out;
	out_init(&out);
	put_old();
	assert_int_equal(startup_read(&s, &out, &err), -EIO);
	assert_non_null(strstr(err.text, "cannot read"));
	f = (struct fake){.room = SIZE_MAX, .at = 1, .code = EACCES};
	assert_int_equal(startup_erase(&s, &err), -EACCES);
	assert_true(is_old());
	f = (struct fake){.room = SIZE_MAX};
	assert_int_equal(startup_erase(&s, &err), 0);
	assert_int_equal(startup_read(&s, &out, &err), -ENOENT);
	assert_int_equal(startup_erase(&s, &err), 0);
	out_free(&out);
}

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(new_text); i++)
		new_text[i] = i % 64 == 63 ? '\n' : (char)('a' + i % 26);
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	char path[64];
	snprintf(path, sizeof(path), "%s/startup-config", dir);
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_failures),
	        cmocka_unit_test(test_short_writes), cmocka_unit_test(test_full_disk),
	        cmocka_unit_test(test_killed),       cmocka_unit_test(test_read_and_erase),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
