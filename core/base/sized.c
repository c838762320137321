#include "core/base/sized.h"

#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/pool.h"

/* Of a size that is no multiple of 64 there are only objects that need no more than 16. */
static const size_t classes[] = {32, 48, 64, 96, 128, 192, 256, 384, 512, 640, 768, 1024, 1536, 2048, 4096};
enum { CLASSES = sizeof classes / sizeof classes[0], LINE = 64 };
_Static_assert((int)CLASSES <= (int)SIZED_CLASSES, "room for the pools");

static size_t class_of(size_t size)
{
	size_t i = 0;
	while (i < CLASSES && (classes[i] < size || (size % LINE == 0 && classes[i] % LINE != 0)))
		i++;
	return i;
}

/* NULL: too large for slabs, or no memory for a pool. */
static struct pool *pool_of(struct sized *s, size_t size)
{
	size_t i = class_of(size);
	if (i == CLASSES)
		return NULL;
	if (s->pools[i] == NULL)
		s->pools[i] = pool_new(s->name, classes[i], 0);
	return s->pools[i];
}

static void *large_get(struct sized *s, size_t size)
{
	if (size > PTRDIFF_MAX - LINE)
		return NULL;
	void *object = aligned_alloc(LINE, (size + LINE - 1) & ~(size_t)(LINE - 1));
	if (object == NULL)
		return NULL;
	memset(object, 0, size);
	if (s->large.name == NULL) {
		s->large.name = s->name;
		mem_register(&s->large);
	}
	mem_count(&s->large, 1, (ptrdiff_t)size);
	return object;
}

void *sized_get(struct sized *s, size_t size)
{
	pthread_mutex_lock(&s->lock);
	struct pool *pool = pool_of(s, size);
	void *object = pool != NULL                  ? pool_get(pool)
	               : class_of(size) == CLASSES ? large_get(s, size)
	                                             : NULL;
	pthread_mutex_unlock(&s->lock);
	return object;
}

void sized_put(struct sized *s, void *object, size_t size)
{
	if (object == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	if (class_of(size) < CLASSES) {
		pool_put(pool_of(s, size), object);
	} else {
		wipe(object, size);
		free(object);
		mem_count(&s->large, -1, -(ptrdiff_t)size);
	}
	pthread_mutex_unlock(&s->lock);
}
