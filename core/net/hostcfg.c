#include "core/net/hostcfg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"

enum { SETTINGS_MAX = 512, KEY_MAX = 128, VALUE_MAX = 32 };

struct setting {
	char key[KEY_MAX], was[VALUE_MAX];
};

struct hostcfg {
	char path[4096], tmp[4104];
	struct setting s[SETTINGS_MAX]; /* in the order they were changed */
	unsigned n;
};

/* --------------------------------------------------------------------------------- /proc/sys files */

/* Only network settings: the file in the state directory must not become a way to write elsewhere. */
static bool key_path(char *path, size_t cap, const char *key)
{
	if (strncmp(key, "net/ipv4/", 9) || strstr(key, ".."))
		return false;
	return snprintf(path, cap, "/proc/sys/%s", key) < (int)cap;
}

static int setting_read(const char *key, char *value)
{
	char path[KEY_MAX + 16];
	if (!key_path(path, sizeof(path), key))
		return -EINVAL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, value, VALUE_MAX - 1);
	int r = n < 0 ? -errno : 0;
	close(fd);
	value[n > 0 ? n : 0] = 0;
	value[strcspn(value, "\n")] = 0;
	return r;
}

static int setting_write(const char *key, const char *value)
{
	char path[KEY_MAX + 16];
	if (!key_path(path, sizeof(path), key))
		return -EINVAL;
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = write(fd, value, strlen(value)) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* -------------------------------------------------------------------------------- the remembered file */

/* Written and synced before the setting is changed, so that a crash never loses what stood there. */
static int file_write(const struct hostcfg *h)
{
	int fd = open(h->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), r = 0;
	if (fd < 0)
		return -errno;
	for (unsigned i = 0; i < h->n && !r; i++)
		if (dprintf(fd, "%s %s\n", h->s[i].key, h->s[i].was) < 0)
			r = -errno;
	if (!r && fsync(fd))
		r = -errno;
	if (close(fd) && !r)
		r = -errno;
	if (!r && rename(h->tmp, h->path))
		r = -errno;
	if (r)
		unlink(h->tmp);
	return r;
}

static void file_read(struct hostcfg *h)
{
	char line[KEY_MAX + VALUE_MAX + 2];
	FILE *f = fopen(h->path, "re");
	if (!f)
		return;
	while (h->n < SETTINGS_MAX && fgets(line, sizeof(line), f)) {
		struct str rest = str_of(line);
		rest.len = strcspn(line, "\n");
		struct setting *s = &h->s[h->n];
		if (str_copy(s->key, sizeof(s->key), str_word(&rest)) &&
		    str_copy(s->was, sizeof(s->was), str_trim(rest)) && *s->key && *s->was)
			h->n++;
	}
	fclose(f);
}

static void restore(struct hostcfg *h)
{
	/* Last changed first. A device that is gone took its setting with it. */
	while (h->n) {
		h->n--;
		setting_write(h->s[h->n].key, h->s[h->n].was);
	}
	unlink(h->path);
}

static int remember(struct hostcfg *h, const char *key, const char *was)
{
	for (unsigned i = 0; i < h->n; i++)
		if (!strcmp(h->s[i].key, key))
			return 0;
	if (h->n == SETTINGS_MAX)
		return -ENOSPC;
	struct setting *s = &h->s[h->n];
	if (!str_copy(s->key, sizeof(s->key), str_of(key)) ||
	    !str_copy(s->was, sizeof(s->was), str_of(was)))
		return -ENAMETOOLONG;
	h->n++;
	return 0;
}

/* ----------------------------------------------------------------------------------------- public */

int hostcfg_open(struct hostcfg **out, const char *state_dir, struct err *err)
{
	struct hostcfg *h = calloc(1, sizeof(*h));
	*out = NULL;
	if (!h)
		return err_set(err, -ENOMEM, "out of memory");
	if (snprintf(h->path, sizeof(h->path), "%s/host-settings", state_dir) >=
	    (int)sizeof(h->path)) {
		free(h);
		return err_set(err, -ENAMETOOLONG, "%s: path too long", state_dir);
	}
	snprintf(h->tmp, sizeof(h->tmp), "%s.tmp", h->path);
	file_read(h);
	if (h->n)
		restore(h);
	*out = h;
	return 0;
}

int hostcfg_set(struct hostcfg *h, const char *key, const char *value, struct err *err)
{
	char was[VALUE_MAX];
	int r = setting_read(key, was);
	if (!r && !strcmp(was, value))
		return 0;
	unsigned n = h->n;
	if (!r)
		r = remember(h, key, was);
	if (!r && h->n != n)
		r = file_write(h);
	if (r)
		h->n = n;
	if (!r)
		r = setting_write(key, value);
	return r ? err_set(err, r, "cannot set %s to %s: %s", key, value, strerror(-r)) : 0;
}

/* Switching ip_forward makes the kernel overwrite these, too: remembered first, so restored last. */
static int forwarding_remember(struct hostcfg *h)
{
	char key[KEY_MAX], was[VALUE_MAX];
	DIR *d = opendir("/proc/sys/net/ipv4/conf");
	int r = 0;
	for (struct dirent *e; d && !r && (e = readdir(d));) {
		if (e->d_name[0] == '.' ||
		    snprintf(key, sizeof(key), "net/ipv4/conf/%s/forwarding", e->d_name) >= KEY_MAX)
			continue;
		if (!setting_read(key, was))
			r = remember(h, key, was);
	}
	if (d)
		closedir(d);
	if (!r && !setting_read("net/ipv4/conf/all/accept_redirects", was))
		r = remember(h, "net/ipv4/conf/all/accept_redirects", was);
	return r;
}

int hostcfg_forwarding(struct hostcfg *h, const char *tun, struct err *err)
{
	char key[KEY_MAX], was[VALUE_MAX];
	int r = setting_read("net/ipv4/ip_forward", was);
	if (!r && strcmp(was, "1") != 0)
		r = forwarding_remember(h);
	if (r)
		return err_set(err, r, "cannot read the host's forwarding settings: %s",
		               strerror(-r));
	r = hostcfg_set(h, "net/ipv4/ip_forward", "1", err);
	if (r)
		return r;
	/* The device is ours and goes with us: nothing to remember. */
	snprintf(key, sizeof(key), "net/ipv4/conf/%s/rp_filter", tun);
	r = setting_write(key, "2");
	return r ? err_set(err, r, "cannot set %s: %s", key, strerror(-r)) : 0;
}

void hostcfg_close(struct hostcfg *h)
{
	if (!h)
		return;
	restore(h);
	free(h);
}
