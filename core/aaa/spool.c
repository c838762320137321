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

static uint8_t *read_file(int fd, size_t max, size_t *len)
{
	struct stat st;
	*len = 0;
	if (fstat(fd, &st) != 0)
		return NULL;
	size_t size = (size_t)st.st_size < max ? (size_t)st.st_size : max;
	uint8_t *data = malloc(size + 1);
	while (data != NULL && *len < size) {
		ssize_t n = read(fd, data + *len, size - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		*len += (size_t)n;
	}
	return data;
}

/* The pieces that are not struck out. */
static void replay(struct spool *s, const uint8_t *data, size_t len,
                   void (*each)(void *arg, uint32_t id, struct bytes piece), void *arg)
{
	struct hash *done = hash_new(0);
	struct entry e;
	struct rd r = rd_of(data, len);
	while (done != NULL && next_entry(&r, &e))
		if (e.kind == KIND_DONE)
			hash_put(done, &e.id, sizeof(e.id), s);
	r = rd_of(data, len);
	while (done != NULL && next_entry(&r, &e)) {
		if (e.kind != KIND_PIECE || hash_get(done, &e.id, sizeof(e.id)) != NULL)
			continue;
		uint32_t id = spool_id(s);
		if (spool_add(s, id, e.piece))
			each(arg, id, e.piece);
	}
	hash_free(done);
}

struct spool *spool_open(const char *path, size_t max, void (*each)(void *arg, uint32_t id, struct bytes piece),
                         void *arg, struct err *err)
{
	char fresh[4096];
	struct spool *s = calloc(1, sizeof(*s));
	size_t len = 0;
	int old = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *data = old >= 0 ? read_file(old, max, &len) : NULL;
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	if (old >= 0)
		close(old);
	if (s != NULL) {
		s->max = max;
		s->fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	}
	if (s == NULL || s->fd < 0) {
		err_set(err, -errno, "%s cannot be written", fresh);
		free(s);
		free(data);
		return NULL;
	}
	replay(s, data, len, each, arg);
	free(data);
	if (fsync(s->fd) != 0 || rename(fresh, path) != 0) {
		err_set(err, -errno, "%s cannot be replaced", path);
		spool_close(s);
		return NULL;
	}
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
