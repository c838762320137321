/* Messages on their way between the threads: out of slabs, so many and no more. */
#include "core/worker_int.h"

bool msg_store_init(struct msg_store *s)
{
	s->usual = pool_new("Packet path messages", sizeof(struct msg) + WORKER_MSG_SHORT, WORKER_MSGS);
	s->few = pool_new("Packet path messages", sizeof(struct msg) + WORKER_MSG_MAX, WORKER_MSGS);
	return s->usual != NULL && s->few != NULL;
}

void msg_store_free(struct msg_store *s)
{
	pool_delete(s->usual);
	pool_delete(s->few);
}

size_t msg_free(const struct msg_store *s)
{
	return WORKER_MSGS - pool_used(s->usual) - pool_used(s->few);
}

static struct pool *pool_for(const struct msg_store *s, size_t len)
{
	return len <= WORKER_MSG_SHORT ? s->usual : s->few;
}

struct msg *msg_get(struct msg_store *s, size_t len)
{
	size_t out = WORKER_MSGS - msg_free(s);
	struct msg *m = len <= WORKER_MSG_MAX && out < WORKER_MSGS ? pool_get(pool_for(s, len)) : NULL;
	if (m == NULL)
		return NULL;
	m->len = (uint32_t)len;
	if (++out > s->most)
		s->most = out;
	return m;
}

void msg_put(struct msg_store *s, struct msg *m)
{
	pool_put(pool_for(s, m->len), m);
}
