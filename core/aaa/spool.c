#include "core/aaa/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hash.h"

/* Each entry: kind, number, length, the piece, and a check over all of that. */
enum { KIND_PIECE = 'R', KIND_DONE = 'D', HEAD = 1 + 4 + 2, TAIL = 4 };

struct spool {
	int fd;
	size_t size, max;
	uint32_t last, live;
};

static uint32_t check_of(const uint8_t *p, size_t len)
{
	static const uint64_t key[2] = {0x706f737465726e2d, 0x6163636f756e742d};
	return (uint32_t)hash_keyed(key, p, len);
}

static bool write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
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

static bool append(struct spool *s, uint8_t kind, uint32_t id, struct bytes piece)
{
	uint8_t entry[HEAD + SPOOL_PIECE_MAX + TAIL];
	struct wr w = wr_of(entry, sizeof(entry));
	wr_u8(&w, kind);
	wr_u32(&w, id);
	wr_u16(&w, (uint16_t)piece.len);
	wr_bytes(&w, piece.p, piece.len);
	wr_u32(&w, check_of(entry, wr_len(&w)));
	if (!wr_ok(&w) || piece.len > SPOOL_PIECE_MAX)
		return false;
	if (!write_all(s->fd, entry, wr_len(&w))) {
		(void)!ftruncate(s->fd, (off_t)s->size); /* no half entry stays */
		return false;
	}
	s->size += wr_len(&w);
	return true;
}

/* ------------------------------------------------------------------ reading */

struct entry {
	uint8_t kind;
	uint32_t id;
	struct bytes piece;
};

/* false: the end, or what was cut off. */
static bool next_entry(struct rd *r, struct entry *e)
{
	const uint8_t *start = r->p;
	if (rd_left(r) == 0)
		return false;
	e->kind = rd_u8(r);
	e->id = rd_u32(r);
	e->piece = rd_bytes(r, rd_u16(r));
	size_t len = (size_t)(r->p - start);
	uint32_t check = rd_u32(r);
	return rd_ok(r) && check == check_of(start, len);
}

/* All of it; NULL with err when it cannot be had. */
static uint8_t *read_file(const char *path, size_t *len, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	*len = 0;
	if (fd < 0 && errno == ENOENT)
		return malloc(1);
	size_t size = fd >= 0 && fstat(fd, &st) == 0 ? (size_t)st.st_size : 0;
	uint8_t *data = fd >= 0 ? malloc(size + 1) : NULL;
	while (data != NULL && *len < size) {
		ssize_t n = read(fd, data + *len, size - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(data);
			data = NULL;
		}
		if (n <= 0)
			break;
		*len += (size_t)n;
	}
	if (data == NULL)
		err_set(err, -errno, "%s cannot be read", path);
	if (fd >= 0)
		close(fd);
	return data;
}

/* The pieces that are not struck out, in their order, numbered anew from 1. false: memory is short, or fn says so. */
static bool live_pieces(const uint8_t *data, size_t len, bool (*fn)(void *arg, uint32_t id, struct bytes piece),
                        void *arg)
{
	struct hash *done = hash_new(0);
	struct entry e;
	struct rd r = rd_of(data, len);
	uint32_t id = 0;
	bool ok = done != NULL;
	while (ok && next_entry(&r, &e))
		if (e.kind == KIND_DONE)
			ok = hash_put(done, &e.id, sizeof(e.id), done);
	r = rd_of(data, len);
	while (ok && next_entry(&r, &e))
		if (e.kind == KIND_PIECE && hash_get(done, &e.id, sizeof(e.id)) == NULL)
			ok = fn(arg, ++id, e.piece);
	hash_free(done);
	return ok;
}

static bool carry(void *arg, uint32_t id, struct bytes piece)
{
	struct spool *s = arg;
	s->last = id;
	return spool_add(s, id, piece);
}

struct give {
	struct spool *spool;
	bool (*each)(void *arg, uint32_t id, struct bytes piece);
	void *arg;
};

static bool give(void *arg, uint32_t id, struct bytes piece)
{
	struct give *g = arg;
	if (!g->each(g->arg, id, piece))
		spool_done(g->spool, id);
	return true;
}

/* The file that takes the old one's place; that is not touched before the new one is complete. */
static bool make_fresh(struct spool *s, const char *fresh, const char *path, const uint8_t *data, size_t len,
                       struct err *err)
{
	s->fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (s->fd >= 0 && live_pieces(data, len, carry, s) && fsync(s->fd) == 0 && rename(fresh, path) == 0)
		return true;
	err_set(err, errno != 0 ? -errno : -ENOSPC, "%s cannot be written", fresh);
	if (s->fd >= 0) {
		close(s->fd);
		unlink(fresh);
	}
	return false;
}

struct spool *spool_open(const char *path, size_t max, bool (*each)(void *arg, uint32_t id, struct bytes piece),
                         void *arg, struct err *err)
{
	char fresh[4096];
	size_t len;
	struct spool *s = calloc(1, sizeof(*s));
	uint8_t *data = s != NULL ? read_file(path, &len, err) : NULL;
	if (s == NULL)
		err_set(err, -ENOMEM, "memory is short");
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	if (s != NULL)
		s->max = max;
	if (data == NULL || !make_fresh(s, fresh, path, data, len, err)) {
		free(s);
		free(data);
		return NULL;
	}
	struct give g = {s, each, arg};
	if (!live_pieces(data, len, give, &g))
		err_set(err, -ENOMEM, "memory is short"); /* they are in the file: the next start gives them */
	free(data);
	return s;
}

void spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	fsync(s->fd);
	close(s->fd);
	free(s);
}

/* ------------------------------------------------------------------ writing */

uint32_t spool_id(struct spool *s)
{
	return ++s->last;
}

bool spool_add(struct spool *s, uint32_t id, struct bytes piece)
{
	if (s->size + HEAD + piece.len + TAIL > s->max || !append(s, KIND_PIECE, id, piece))
		return false;
	s->live++;
	return true;
}

void spool_done(struct spool *s, uint32_t id)
{
	if (s->live > 0)
		s->live--;
	if (s->live > 0)
		append(s, KIND_DONE, id, (struct bytes){0});
	else if (ftruncate(s->fd, 0) == 0)
		s->size = 0;
}
