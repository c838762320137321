#include "crypto/pki/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAME_MAX_ENCODED = 3 * PKI_LABEL_MAX,
	FILE_MAX = 2 * 16384, /* two keys of 8192 bits are a half */
};
static const char scratch[] = ".new"; /* no encoded label begins with a dot */

struct pki_keys {
	int dir; /* keys/rsa, -1 = nothing is kept */
	struct pki_pair *pairs[PKI_PAIRS_MAX];
	size_t n;
};

/* ------------------------------------------------------------------ names of files */

static bool plain(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       (c == '.' && !first);
}

static void encode(const char *label, char name[NAME_MAX_ENCODED + 1])
{
	char *at = name;
	for (const char *p = label; *p != '\0'; p++) {
		if (plain(*p, p == label))
			*at++ = *p;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*p);
	}
	*at = '\0';
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Only what encode() writes. */
static bool decode(const char *name, char label[PKI_LABEL_MAX + 1])
{
	char again[NAME_MAX_ENCODED + 1];
	size_t n = 0;
	for (const char *p = name; *p != '\0' && n < PKI_LABEL_MAX; n++) {
		int high = *p == '%' ? nibble(p[1]) : 0, low = *p == '%' && high >= 0 ? nibble(p[2]) : 0;
		if (high < 0 || low < 0)
			return false;
		label[n] = *p == '%' ? (char)(high << 4 | low) : *p;
		p += *p == '%' ? 3 : 1;
	}
	label[n] = '\0';
	if (n == 0 || strlen(name) > NAME_MAX_ENCODED)
		return false;
	encode(label, again);
	return strcmp(again, name) == 0;
}

/* ------------------------------------------------------------------ files */

static bool write_all(int fd, const void *data, size_t len)
{
	for (const char *p = data; len > 0;) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool write_pair(int fd, const struct pki_pair *pair)
{
	char head[64];
	int n = snprintf(head, sizeof head, "Generated: %" PRId64 "\n", pair->made_s);
	bool ok = write_all(fd, head, (size_t)n);
	for (unsigned use = 0; use < (pair->general ? 1u : PKI_KEY_USES) && ok; use++) {
		size_t len = 0;
		char *pem = pki_key_pem(pair->key[use], &len);
		ok = pem != NULL && write_all(fd, pem, len);
		if (pem != NULL)
			wipe(pem, len);
		free(pem);
	}
	return ok && fchmod(fd, 0600) == 0 && fsync(fd) == 0;
}

/* The bytes of a key are overwritten, as far as the file system writes in place. Closes it; -1 is allowed. */
static void wipe_close(int fd)
{
	char zero[512] = {0};
	struct stat st;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		for (off_t left = st.st_size; left > 0; left -= (off_t)sizeof zero)
			if (!write_all(fd, zero, left < (off_t)sizeof zero ? (size_t)left : sizeof zero))
				break;
	fsync(fd);
	close(fd);
}

/* For wiping; -1 when there is none. */
static int open_old(const struct pki_keys *keys, const char *name)
{
	return openat(keys->dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* Temporary file, sync, rename, sync of the folder; the one it replaces is wiped. */
static int save(const struct pki_keys *keys, const struct pki_pair *pair, struct err *err)
{
	char name[NAME_MAX_ENCODED + 1];
	if (keys->dir < 0)
		return 0;
	encode(pair->label, name);
	int old = open_old(keys, name);
	int fd = openat(keys->dir, scratch, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && write_pair(fd, pair);
	int code = errno;
	if (fd >= 0 && close(fd) != 0 && ok) {
		ok = false;
		code = errno;
	}
	if (ok && (renameat(keys->dir, scratch, keys->dir, name) != 0 || fsync(keys->dir) != 0)) {
		ok = false;
		code = errno;
	}
	if (ok) {
		wipe_close(old);
		return 0;
	}
	if (old >= 0)
		close(old);
	if (fd >= 0)
		unlinkat(keys->dir, scratch, 0);
	code = code != 0 ? code : EIO;
	return err_set(err, -code, "the key pair cannot be kept: %s", strerror(code));
}

static int wipe_file(const struct pki_keys *keys, const char *label, struct err *err)
{
	char name[NAME_MAX_ENCODED + 1];
	if (keys->dir < 0)
		return 0;
	encode(label, name);
	wipe_close(open_old(keys, name));
	if (unlinkat(keys->dir, name, 0) != 0 && errno != ENOENT)
		return err_set(err, -errno, "the file of the key pair cannot be removed: %s", strerror(errno));
	fsync(keys->dir);
	return 0;
}

/* All of a small file; the caller wipes it. false with errno. */
static bool read_file(int dir, const char *name, char text[FILE_MAX], size_t *len)
{
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = 0;
	*len = 0;
	if (fd < 0)
		return false;
	errno = EFBIG;
	bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < FILE_MAX;
	while (ok && *len < FILE_MAX && (n = read(fd, text + *len, FILE_MAX - *len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0;
		*len += ok ? (size_t)n : 0;
	}
	int code = errno;
	close(fd);
	errno = code;
	return ok;
}

/* ------------------------------------------------------------------ pairs */

static void pair_free(struct pki_pair *pair)
{
	if (pair == NULL)
		return;
	for (unsigned use = 0; use < PKI_KEY_USES; use++)
		pki_key_drop(pair->key[use]);
	free(pair);
}

static struct pki_pair *pair_copy(const struct pki_pair *pair)
{
	struct pki_pair *copy = malloc(sizeof *copy);
	if (copy == NULL)
		return NULL;
	*copy = *pair;
	for (unsigned use = 0; use < PKI_KEY_USES; use++)
		pki_key_hold(copy->key[use]);
	return copy;
}

/* Where the label is, or belongs. */
static size_t place_of(const struct pki_keys *keys, const char *label, bool *there)
{
	size_t i = 0;
	int order = 1;
	while (i < keys->n && (order = strcmp(keys->pairs[i]->label, label)) < 0)
		i++;
	*there = i < keys->n && order == 0;
	return i;
}

static void insert(struct pki_keys *keys, size_t at, struct pki_pair *pair)
{
	memmove(&keys->pairs[at + 1], &keys->pairs[at], (keys->n - at) * sizeof keys->pairs[0]);
	keys->pairs[at] = pair;
	keys->n++;
}

/* The PEM blocks of a file, one after the other. NULL with why. */
static struct pki_pair *parse(struct str text, const char *label, const char **why)
{
	static const char end[] = "-----END PRIVATE KEY-----";
	struct pki_pair pair = {.general = true};
	struct err err = {0};
	int64_t made = 0;
	bool whole = true; /* a second block that is damaged does not make the first one do for both */
	*why = "it is not a key pair";
	if (sscanf(text.p, "Generated: %" SCNd64, &made) == 1)
		pair.made_s = made;
	str_copy(pair.label, sizeof pair.label, str_of(label));
	for (unsigned use = 0; use < PKI_KEY_USES && str_trim(text).len > 0; use++) {
		const char *stop = memmem(text.p, text.len, end, sizeof end - 1);
		size_t len = stop != NULL ? (size_t)(stop - text.p) + sizeof end - 1 : 0;
		pair.key[use] = len > 0 ? pki_key_read((struct str){text.p, len}, &err) : NULL;
		whole = whole && pair.key[use] != NULL;
		text = str_from(text, len);
	}
	if (!whole || pair.key[PKI_KEY_SIGN] == NULL) {
		pki_key_drop(pair.key[PKI_KEY_SIGN]);
		pki_key_drop(pair.key[PKI_KEY_ENCRYPT]);
		return NULL;
	}
	pair.general = pair.key[PKI_KEY_ENCRYPT] == NULL;
	struct pki_pair *p = malloc(sizeof *p);
	*why = "out of memory";
	if (p == NULL) {
		pki_key_drop(pair.key[PKI_KEY_SIGN]);
		pki_key_drop(pair.key[PKI_KEY_ENCRYPT]);
		return NULL;
	}
	if (pair.general)
		pair.key[PKI_KEY_ENCRYPT] = pki_key_hold(pair.key[PKI_KEY_SIGN]);
	*p = pair;
	return p;
}

static const char *read_one(struct pki_keys *keys, const char *name)
{
	static char text[FILE_MAX + 1];
	char label[PKI_LABEL_MAX + 1];
	const char *why = "its name is not that of a key pair";
	struct pki_pair *pair = NULL;
	size_t len = 0;
	bool there;
	if (!decode(name, label))
		return why;
	if (keys->n >= PKI_PAIRS_MAX)
		return "there are too many";
	if (!read_file(keys->dir, name, text, &len)) {
		why = strerror(errno);
	} else {
		text[len] = '\0';
		pair = parse((struct str){text, len}, label, &why);
	}
	wipe(text, len);
	if (pair == NULL)
		return why;
	size_t at = place_of(keys, label, &there);
	insert(keys, at, pair);
	return NULL;
}

static int read_all(struct pki_keys *keys, void (*bad)(const char *file, const char *why))
{
	int fd = dup(keys->dir);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (d == NULL) {
		int code = errno;
		if (fd >= 0)
			close(fd);
		return -code;
	}
	rewinddir(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		const char *why = e->d_name[0] != '.' ? read_one(keys, e->d_name) : NULL;
		if (why != NULL && bad != NULL)
			bad(e->d_name, why);
	}
	closedir(d);
	unlinkat(keys->dir, scratch, 0); /* of a run that was killed: half a key */
	return 0;
}

struct pki_keys *pki_keys_new(int dir, void (*bad)(const char *file, const char *why), struct err *err)
{
	struct pki_keys *keys = calloc(1, sizeof *keys);
	if (keys == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	keys->dir = -1;
	if (dir < 0)
		return keys;
	int rc = mkdirat(dir, "rsa", 0700) != 0 && errno != EEXIST ? -errno : 0;
	if (rc == 0 && (keys->dir = openat(dir, "rsa", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		rc = -errno;
	if (rc == 0)
		rc = read_all(keys, bad);
	if (rc != 0) {
		err_set(err, rc, "keys/rsa: %s", strerror(-rc));
		pki_keys_free(keys);
		return NULL;
	}
	return keys;
}

void pki_keys_free(struct pki_keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->n; i++)
		pair_free(keys->pairs[i]);
	if (keys->dir >= 0)
		close(keys->dir);
	free(keys);
}

const struct pki_pair *pki_keys_find(const struct pki_keys *keys, const char *label)
{
	bool there;
	size_t i = place_of(keys, label, &there);
	return there ? keys->pairs[i] : NULL;
}

size_t pki_keys_count(const struct pki_keys *keys)
{
	return keys->n;
}

const struct pki_pair *pki_keys_at(const struct pki_keys *keys, size_t i)
{
	return keys->pairs[i];
}

int pki_keys_put(struct pki_keys *keys, const struct pki_pair *pair, struct err *err)
{
	bool there;
	size_t at = place_of(keys, pair->label, &there);
	if (!there && keys->n >= PKI_PAIRS_MAX)
		return err_set(err, -ENOSPC, "there are %d key pairs already", PKI_PAIRS_MAX);
	struct pki_pair *copy = pair_copy(pair);
	if (copy == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	int rc = save(keys, copy, err);
	if (rc != 0) {
		pair_free(copy);
		return rc;
	}
	if (there) {
		pair_free(keys->pairs[at]);
		keys->pairs[at] = copy;
	} else {
		insert(keys, at, copy);
	}
	return 0;
}

int pki_keys_remove(struct pki_keys *keys, const char *label, struct err *err)
{
	bool there;
	size_t at = place_of(keys, label, &there);
	if (!there)
		return err_set(err, -ENOENT, "there is no key pair named %s", label);
	int rc = wipe_file(keys, label, err);
	pair_free(keys->pairs[at]);
	keys->n--;
	memmove(&keys->pairs[at], &keys->pairs[at + 1], (keys->n - at) * sizeof keys->pairs[0]);
	return rc;
}
