#include "core/net/fetch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include "core/base/str.h"
#include "core/net/fetch_int.h"

enum { WATCH_MS = 100, STACK = 1 << 20 };

struct list {
	struct fetch *first, *last;
	size_t n;
};

struct fetches {
	uv_async_t async;
	uv_timer_t watch; /* of their time */
	unsigned handles; /* that are open */
	struct clock *clock;
	struct list waiting, running;
	pthread_mutex_t lock; /* of `ended` */
};

static void list_add(struct list *l, struct fetch *f)
{
	f->prev = l->last;
	f->next = NULL;
	*(l->last != NULL ? &l->last->next : &l->first) = f;
	l->last = f;
	l->n++;
}

static void list_remove(struct list *l, struct fetch *f)
{
	*(f->prev != NULL ? &f->prev->next : &l->first) = f->next;
	*(f->next != NULL ? &f->next->prev : &l->last) = f->prev;
	l->n--;
}

uint64_t fetch_now_ms(void)
{
	return uv_hrtime() / 1000000;
}

/* ------------------------------------------------------------------ on the transfer's thread */

uint32_t fetch_left_ms(const struct fetch *f)
{
	uint64_t now = fetch_now_ms();
	return now < f->until_ms ? (uint32_t)(f->until_ms - now) : 0;
}

void fetch_fail(struct fetch *f, int rc, const char *why)
{
	if (f->rc != 0)
		return;
	f->rc = rc;
	str_copy(f->why, sizeof f->why, str_of(why));
}

bool fetch_take(struct fetch *f, const void *data, size_t len)
{
	if (len > f->most - f->len) {
		fetch_fail(f, -EFBIG, "The answer is too large");
		return false;
	}
	if (f->len + len > f->cap) {
		size_t cap = f->cap * 2 > f->len + len ? f->cap * 2 : f->len + len + 4096;
		uint8_t *bigger = realloc(f->data, cap);
		if (bigger == NULL) {
			fetch_fail(f, -ENOMEM, "Out of memory");
			return false;
		}
		f->data = bigger;
		f->cap = cap;
	}
	if (len > 0)
		memcpy(f->data + f->len, data, len);
	f->len += len;
	return true;
}

void fetch_waits_at(struct fetch *f, int fd)
{
	pthread_mutex_lock(&f->lock);
	f->fd = fd;
	if (fd >= 0 && f->shut)
		shutdown(fd, SHUT_RDWR);
	pthread_mutex_unlock(&f->lock);
}

static void *run(void *arg)
{
	struct fetch *f = arg;
	struct fetches *all = f->all;
	if (str_has_prefix_nocase(str_of(f->url), STR("ldap:")))
		fetch_ldap(f);
	else
		fetch_http(f);
	pthread_mutex_lock(&all->lock);
	f->ended = true;
	pthread_mutex_unlock(&all->lock);
	uv_async_send(&all->async);
	return NULL;
}

/* ------------------------------------------------------------------ on the control thread */

/* Whatever it waits for, it waits no longer. */
static void give_up(struct fetch *f)
{
	atomic_store(&f->cancelled, true);
	pthread_mutex_lock(&f->lock);
	f->shut = true;
	if (f->fd >= 0)
		shutdown(f->fd, SHUT_RDWR);
	pthread_mutex_unlock(&f->lock);
}

static void fetch_free(struct fetch *f)
{
	pthread_mutex_destroy(&f->lock);
	if (f->body != NULL)
		wipe(f->body, f->body_len);
	free(f->body);
	free(f->url);
	free(f->type);
	free(f->data);
	free(f);
}

static void tell(struct fetch *f)
{
	struct fetch_got got = {.rc = f->rc, .why = f->why, .status = f->status, .type = f->got_type};
	if (f->rc == 0)
		got.body = (struct bytes){f->data, f->len};
	if (!f->told)
		f->done(f->arg, &got);
}

static bool begin(struct fetch *f)
{
	pthread_attr_t attr;
	sigset_t every, before;
	sigfillset(&every);
	pthread_sigmask(SIG_SETMASK, &every, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	f->running = pthread_create(&f->thread, &attr, run, f) == 0;
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return f->running;
}

static void pass_time(uv_timer_t *t);

/* As many as there may be; those that cannot begin are told of when the loop comes round. */
static void begin_some(struct fetches *all)
{
	while (all->waiting.n > 0 && all->running.n < FETCH_RUNNING_MAX) {
		struct fetch *f = all->waiting.first;
		list_remove(&all->waiting, f);
		list_add(&all->running, f);
		if (begin(f))
			continue;
		fetch_fail(f, -EAGAIN, "No more threads");
		f->ended = true;
		uv_async_send(&all->async);
	}
	if (all->waiting.n + all->running.n == 0)
		uv_timer_stop(&all->watch);
	else if (!uv_is_active((uv_handle_t *)&all->watch))
		uv_timer_start(&all->watch, pass_time, WATCH_MS, WATCH_MS);
}

static struct fetch *ended_one(struct fetches *all)
{
	struct fetch *f;
	pthread_mutex_lock(&all->lock);
	for (f = all->running.first; f != NULL && !f->ended; f = f->next)
		;
	pthread_mutex_unlock(&all->lock);
	return f;
}

static void some_ended(uv_async_t *a)
{
	struct fetches *all = a->data;
	clock_run(all->clock, fetch_now_ms());
	for (struct fetch *f; (f = ended_one(all)) != NULL;) {
		list_remove(&all->running, f);
		if (f->running)
			pthread_join(f->thread, NULL);
		tell(f);
		fetch_free(f);
	}
	begin_some(all);
}

static struct fetch *late_one(const struct fetches *all)
{
	struct fetch *f = all->waiting.first;
	while (f != NULL && fetch_left_ms(f) > 0)
		f = f->next;
	return f;
}

static void pass_time(uv_timer_t *t)
{
	struct fetches *all = t->data;
	clock_run(all->clock, fetch_now_ms());
	for (struct fetch *f = all->running.first; f != NULL; f = f->next)
		if (fetch_left_ms(f) == 0)
			give_up(f);
	for (struct fetch *f; (f = late_one(all)) != NULL;) {
		list_remove(&all->waiting, f);
		fetch_fail(f, -ETIMEDOUT, "Timed out");
		tell(f);
		fetch_free(f);
	}
	begin_some(all);
}

static bool known_protocol(const char *url)
{
	return str_has_prefix_nocase(str_of(url), STR("http://")) || str_has_prefix_nocase(str_of(url), STR("ldap://"));
}

static int judge(const struct fetches *all, const struct fetch_ask *ask, struct err *err)
{
	size_t len = strlen(ask->url);
	if (!known_protocol(ask->url) || (ask->post && str_has_prefix_nocase(str_of(ask->url), STR("ldap:"))))
		return err_set(err, -EPROTONOSUPPORT, "only http and ldap are known");
	if (len > FETCH_URL_MAX || (ask->post && ask->body.len > FETCH_BYTES_MAX))
		return err_set(err, -EMSGSIZE, "too long");
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)ask->url[i] <= ' ' || (unsigned char)ask->url[i] >= 0x7f)
			return err_set(err, -EINVAL, "a character that cannot stand in a URL");
	for (const char *c = ask->post ? ask->type : ""; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			return err_set(err, -EINVAL, "a character that cannot stand in a type");
	if (all->waiting.n >= FETCH_WAITING_MAX)
		return err_set(err, -EBUSY, "too many transfers are under way");
	return 0;
}

static struct fetch *copy_of(const struct fetch_ask *ask)
{
	uint32_t ms = ask->timeout_ms;
	struct fetch *f = calloc(1, sizeof *f);
	if (f == NULL)
		return NULL;
	pthread_mutex_init(&f->lock, NULL);
	f->fd = -1;
	f->url = strdup(ask->url);
	f->post = ask->post;
	f->type = ask->post ? strdup(ask->type) : NULL;
	f->most = ask->most > 0 && ask->most < FETCH_BYTES_MAX ? ask->most : FETCH_BYTES_MAX;
	f->until_ms = fetch_now_ms() + (ms > 0 && ms < FETCH_TIMEOUT_MAX_MS ? ms : FETCH_TIMEOUT_MAX_MS);
	f->body = ask->post ? malloc(ask->body.len + 1) : NULL;
	if (f->url == NULL || (ask->post && (f->type == NULL || f->body == NULL))) {
		fetch_free(f);
		return NULL;
	}
	if (ask->post && ask->body.len > 0)
		memcpy(f->body, ask->body.p, ask->body.len);
	f->body_len = ask->post ? ask->body.len : 0;
	return f;
}

struct fetch *fetch_start(struct fetches *all, const struct fetch_ask *ask,
                          void (*done)(void *arg, const struct fetch_got *got), void *arg, struct err *err)
{
	if (judge(all, ask, err) != 0)
		return NULL;
	struct fetch *f = copy_of(ask);
	if (f == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	f->all = all;
	f->done = done;
	f->arg = arg;
	list_add(&all->waiting, f);
	begin_some(all);
	return f;
}

void fetch_cancel(struct fetches *all, struct fetch *f)
{
	if (!f->running && !f->ended) {
		list_remove(&all->waiting, f);
		fetch_free(f);
		return;
	}
	f->told = true;
	give_up(f);
}

struct fetches *fetches_new(uv_loop_t *loop, struct clock *clock)
{
	struct fetches *all = calloc(1, sizeof *all);
	if (all == NULL || uv_async_init(loop, &all->async, some_ended) != 0) {
		free(all);
		return NULL;
	}
	uv_timer_init(loop, &all->watch);
	uv_unref((uv_handle_t *)&all->async);
	all->handles = 2;
	all->async.data = all->watch.data = all;
	all->clock = clock;
	pthread_mutex_init(&all->lock, NULL);
	return all;
}

static void handle_closed(uv_handle_t *h)
{
	struct fetches *all = h->data;
	if (--all->handles > 0)
		return;
	pthread_mutex_destroy(&all->lock);
	free(all);
}

void fetches_free(struct fetches *all)
{
	if (all == NULL)
		return;
	for (struct fetch *f; (f = all->waiting.first) != NULL;) {
		list_remove(&all->waiting, f);
		fetch_free(f);
	}
	for (struct fetch *f = all->running.first; f != NULL; f = f->next)
		give_up(f);
	for (struct fetch *f; (f = all->running.first) != NULL;) {
		list_remove(&all->running, f);
		if (f->running)
			pthread_join(f->thread, NULL);
		fetch_free(f);
	}
	uv_close((uv_handle_t *)&all->async, handle_closed);
	uv_close((uv_handle_t *)&all->watch, handle_closed);
}
