#include "core/aaa/tacacs/conn.h"

#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/random.h"

enum {
	PACKET_MAX = TAC_HEADER_LEN + 12288, /* of ours */
	KEPT_SESSIONS_MAX = 1024,            /* at a time on a connection that is kept */
	UNKEPT_MS = 600000,
};

TAILQ_HEAD(tac_conns, tac_conn);

struct tac_host {
	struct aaa_host *h;
	struct tac_conns conns;
	size_t nconns, nsessions;
	struct hash *by_id;                /* sessions that may still be answered */
	struct tac_sessions waiting, over; /* for a connection; to be told */
	uint32_t numbers;
	uint64_t single_ms; /* none is kept until then: it agreed to one and said nothing there */
};

struct tac_conn {
	struct tac_host *host;
	struct aaa_sock *sock;
	struct ip4_end to;
	struct tac_sessions sessions;
	size_t n;
	TAILQ_ENTRY(tac_conn) link;
	bool open;
	bool kept;
	bool retired;         /* nobody new goes there */
	bool reading, closed; /* closed while it is being read: freed behind that */
	uint64_t heard_ms;
	unsigned answers;
	struct timer idle;
	/* the packet that is coming in */
	uint8_t head[TAC_HEADER_LEN];
	struct tac_header h;
	size_t have;
	uint8_t *body; /* NULL: nobody waits for it any more */
};

static void serve(struct tac_host *t);
static void on_time(struct timer *timer, void *arg);

static struct clock *clock_of(const struct tac_host *t)
{
	return aaa_host_clock(t->h);
}

static bool may_keep(const struct tac_host *t)
{
	return clock_now(clock_of(t)) >= t->single_ms;
}

static struct bytes key_of(const struct tac_host *t)
{
	const char *key = t->h->conf->key;
	return (struct bytes){(const uint8_t *)key, key ? strlen(key) : 0};
}

static struct ip4_end end_of(const struct tac_host *t)
{
	return (struct ip4_end){t->h->ip, t->h->conf->port};
}

/* ------------------------------------------------------------------ sessions */

static void enlist(struct tac_session *s, struct tac_sessions *list)
{
	if (s->list)
		TAILQ_REMOVE(s->list, s, link);
	s->list = list;
	if (list)
		TAILQ_INSERT_TAIL(list, s, link);
}

static void drop_packet(struct tac_session *s)
{
	if (s->packet)
		wipe(s->packet, s->len);
	free(s->packet);
	s->packet = NULL;
}

bool tac_session_packet(struct tac_session *s, enum tac_body_kind kind, const struct tac_body *b)
{
	uint8_t packet[PACKET_MAX];
	uint8_t seq = s->packet ? (uint8_t)(s->seq + 2) : 1;
	const struct tac_header h = {.version = s->version, .seq = seq, .session = s->id};
	size_t len = tac_packet(kind, h, key_of(s->host), b, packet, sizeof(packet));
	drop_packet(s);
	s->packet = len > 0 ? malloc(len) : NULL;
	if (s->packet) {
		memcpy(s->packet, packet, len);
		s->len = len;
		s->seq = seq;
		s->type = tac_body_type(kind);
	}
	wipe(packet, len);
	return s->packet != NULL;
}

/* It is on no connection any more. */
static void leave(struct tac_session *s, struct tac_sessions *list)
{
	if (s->conn)
		s->conn->n--;
	s->conn = NULL;
	enlist(s, list);
}

static void on_over(struct timer *timer, void *arg)
{
	struct tac_session *s = arg;
	struct aaa_ask *ask = s->ask;
	enum aaa_answer answer = s->answer;
	enum aaa_why why = s->why;
	struct aaa_reply *reply = s->reply;
	(void)timer;
	s->reply = NULL;
	tac_session_cancel(ask);
	aaa_answered(ask, answer, reply, why);
}

/* How it ends is settled. Told later, when nothing here is half done. */
static void finish(struct tac_session *s, enum aaa_answer answer, enum aaa_why why)
{
	struct tac_host *t = s->host;
	s->answer = answer;
	s->why = why;
	hash_del(t->by_id, &s->id, sizeof(s->id));
	drop_packet(s);
	leave(s, &t->over);
	tac_debug(s, "TACACS Session finished. Session id: %u, seq no: %u", s->number, s->seq);
	timer_start(clock_of(t), &s->timer, 0, on_over, s);
}

static bool new_id(struct tac_host *t, struct tac_session *s)
{
	do
		s->id = random_u32();
	while (hash_get(t->by_id, &s->id, sizeof(s->id)));
	return hash_put(t->by_id, &s->id, sizeof(s->id), s);
}

/* ------------------------------------------------------------------ connections */

static void close_conn(struct tac_conn *c)
{
	void *ctx;
	const struct aaa_io *io = aaa_host_io(c->host->h, &ctx);
	TAILQ_REMOVE(&c->host->conns, c, link);
	c->host->nconns--;
	timer_stop(clock_of(c->host), &c->idle);
	io->close(c->sock);
	c->sock = NULL;
	c->closed = true;
	if (c->reading)
		return;
	free(c->body);
	free(c);
}

/* Ends the connection with who is on it. Who had just been sent to one that was kept is sent once more: the server may
 * have closed it at the same moment. */
static void fail_conn(struct tac_conn *c, const char *why, bool once_more)
{
	struct tac_host *t = c->host;
	struct tac_sessions again = TAILQ_HEAD_INITIALIZER(again);
	struct tac_session *s;
	while ((s = TAILQ_FIRST(&c->sessions))) {
		tac_debug(s, "TACACS connection to %s: %s", ip4_text(c->to.ip).s, why);
		if (once_more && s->kept && !s->again && s->seq == 1) {
			s->again = true;
			t->h->stats.retransmissions++;
			leave(s, &again);
		} else {
			finish(s, AAA_SAYS_NOTHING, AAA_WHY_NONE);
		}
	}
	close_conn(c);
	while ((s = TAILQ_FIRST(&again)))
		enlist(s, &t->waiting);
	serve(t);
}

static void on_idle(struct timer *timer, void *arg)
{
	(void)timer;
	close_conn(arg);
}

/* A connection that others may go on: one, the first that was agreed on. */
static struct tac_conn *kept_conn(struct tac_host *t)
{
	for (struct tac_conn *c = TAILQ_FIRST(&t->conns); c; c = TAILQ_NEXT(c, link))
		if (c->kept && !c->retired && c->n < KEPT_SESSIONS_MAX &&
		    ip4_end_eq(c->to, end_of(t)))
			return c;
	return NULL;
}

/* Somebody has left it. */
static void rest(struct tac_conn *c)
{
	struct tac_host *t = c->host;
	if (c->closed || c->n > 0)
		return;
	if (c == kept_conn(t))
		timer_start(clock_of(t), &c->idle, TAC_IDLE_MS, on_idle, c);
	else
		close_conn(c);
}

/* ------------------------------------------------------------------ sending */

static const char *packet_name(const struct tac_session *s)
{
	switch (s->type) {
	case TAC_AUTHEN:
		return s->seq == 1 ? "Start" : "Continue";
	case TAC_AUTHOR:
		return "Authorization";
	default:
		return "Accounting";
	}
}

static bool send_packet(struct tac_session *s)
{
	struct tac_conn *c = s->conn;
	void *ctx;
	const struct aaa_io *io = aaa_host_io(c->host->h, &ctx);
	struct wr flags = wr_of(s->packet + 3, 1);
	bool propose = c->answers == 0 && may_keep(c->host);
	wr_u8(&flags,
	      (uint8_t)((s->packet[3] & ~TAC_SINGLE_CONNECT) | (propose ? TAC_SINGLE_CONNECT : 0)));
	s->sent_ms = clock_now(clock_of(c->host));
	if (!io->tcp_send(c->sock, s->packet, s->len))
		return false;
	tac_debug(s, "Sending TACACS %s message. Session id: %u, seq no:%u", packet_name(s),
	          s->number, s->seq);
	return true;
}

static void put_on(struct tac_session *s, struct tac_conn *c)
{
	s->conn = c;
	s->kept = c->kept;
	c->n++;
	enlist(s, &c->sessions);
	timer_stop(clock_of(c->host), &c->idle);
	if (c->open && !send_packet(s))
		fail_conn(c, "cannot send", true);
}

static void on_open(void *arg);
static void on_input(void *arg, const uint8_t *data, size_t len);
static void on_closed(void *arg, const char *why);

static void connect_for(struct tac_session *s)
{
	static const struct aaa_tcp_events events = {on_open, on_input, on_closed};
	struct tac_host *t = s->host;
	struct err err = {0};
	void *ctx;
	const struct aaa_io *io = aaa_host_io(t->h, &ctx);
	struct tac_conn *c = calloc(1, sizeof(*c));
	if (!c) {
		finish(s, AAA_SAYS_ERROR, AAA_WHY_NONE);
		return;
	}
	*c = (struct tac_conn){.host = t, .to = end_of(t)};
	TAILQ_INIT(&c->sessions);
	c->sock = io->tcp_open(ctx, c->to, &events, c, &err);
	if (!c->sock) {
		free(c);
		tac_debug(s, "TACACS connection to %s: %s", ip4_text(end_of(t).ip).s, err.text);
		finish(s, AAA_SAYS_NOTHING, AAA_WHY_NONE);
		return;
	}
	TAILQ_INSERT_TAIL(&t->conns, c, link);
	t->nconns++;
	put_on(s, c);
}

/* Who waits goes on a connection that is kept, else on a new one each as long as there may be more. */
static void serve(struct tac_host *t)
{
	struct tac_session *s;
	while ((s = TAILQ_FIRST(&t->waiting))) {
		struct tac_conn *c = s->again ? NULL : kept_conn(t);
		if (c)
			put_on(s, c);
		else if (t->nconns < TAC_CONNS_MAX)
			connect_for(s);
		else
			return;
	}
}

/* ------------------------------------------------------------------ receiving */

static void on_open(void *arg)
{
	struct tac_conn *c = arg;
	struct tac_session *s = TAILQ_FIRST(&c->sessions);
	c->open = true;
	if (s && !send_packet(s))
		fail_conn(c, "cannot send", false);
}

/* The key is another one, or the server is not what it should be: nothing on this connection can be believed. */
static void mismatch(struct tac_conn *c)
{
	c->host->h->stats.bad_authenticators++;
	log_msg(MSG_109026_TACACS);
	fail_conn(c, "key mismatch", false);
}

static struct tac_session *session_of(const struct tac_conn *c)
{
	struct tac_session *s = hash_get(c->host->by_id, &c->h.session, sizeof(c->h.session));
	return s && s->conn == c ? s : NULL;
}

/* The header is there. On a connection that is kept it may be of a session that was given up. */
static void begin(struct tac_conn *c)
{
	struct aaa_host *h = c->host->h;
	bool plain = key_of(c->host).len == 0;
	tac_header_read(c->head, &c->h);
	struct tac_session *s = session_of(c);
	if ((c->h.version & 0xf0) != TAC_VERSION || c->h.length > TAC_BODY_MAX) {
		h->stats.malformed++;
		fail_conn(c, "malformed packet", false);
		return;
	}
	if (plain != ((c->h.flags & TAC_UNENCRYPTED) != 0)) {
		mismatch(c);
		return;
	}
	if (!s && c->kept) {
		h->stats.unrecognized++;
		return;
	}
	if (!s || c->h.type != s->type || c->h.seq != s->seq + 1) {
		h->stats.unrecognized++;
		fail_conn(c, "packet out of turn", false);
		return;
	}
	if (c->answers++ == 0) {
		c->retired = kept_conn(c->host) != NULL; /* one is enough */
		c->kept = may_keep(c->host) && c->h.flags & TAC_SINGLE_CONNECT;
	}
	c->body = malloc(c->h.length > 0 ? c->h.length : 1);
	if (!c->body)
		fail_conn(c, "memory is short", false);
}

static void packet(struct tac_conn *c, struct tac_session *s)
{
	tac_pad(&c->h, key_of(c->host), c->body, key_of(c->host).len > 0 ? c->h.length : 0);
	tac_debug(s, "Received TACACS packet. Session id:%u  seq no:%u", s->number, c->h.seq);
	switch (tac_take(s, c->body, c->h.length)) {
	case TAC_LAST:
		send_packet(s);
		/* fall through */
	case TAC_OVER:
		finish(s, s->answer, s->why);
		rest(c);
		break;
	case TAC_MORE:
		timer_start(clock_of(c->host), &s->timer,
		            c->host->h->conf->timeout_s * UINT64_C(1000), on_time, s);
		if (!send_packet(s))
			fail_conn(c, "cannot send", false);
		break;
	case TAC_WRONG:
		mismatch(c);
		break;
	}
}

/* The whole of it is there. */
static void whole(struct tac_conn *c)
{
	struct tac_host *t = c->host;
	struct tac_session *s = c->body ? session_of(c) : NULL;
	if (s)
		packet(c, s);
	if (c->body)
		wipe(c->body, c->h.length);
	free(c->body);
	c->body = NULL;
	c->have = 0;
	serve(t);
}

/* Takes what belongs to the packet that is coming in. */
static void read_some(struct tac_conn *c, struct rd *r)
{
	bool head = c->have < TAC_HEADER_LEN;
	size_t at = head ? c->have : c->have - TAC_HEADER_LEN;
	size_t want = (head ? TAC_HEADER_LEN : c->h.length) - at;
	struct bytes some = rd_bytes(r, rd_left(r) < want ? rd_left(r) : want);
	if (head)
		memcpy(c->head + at, some.p, some.len);
	else if (c->body)
		memcpy(c->body + at, some.p, some.len);
	c->have += some.len;
	if (head && some.len == want)
		begin(c);
	if (!c->closed && c->have >= TAC_HEADER_LEN && c->have == TAC_HEADER_LEN + c->h.length)
		whole(c);
}

static void on_input(void *arg, const uint8_t *data, size_t len)
{
	struct tac_conn *c = arg;
	struct rd r = rd_of(data, len);
	c->reading = true;
	c->heard_ms = clock_now(clock_of(c->host));
	while (!c->closed && rd_left(&r) > 0)
		read_some(c, &r);
	c->reading = false;
	if (!c->closed)
		return;
	free(c->body);
	free(c);
}

static void on_closed(void *arg, const char *why)
{
	fail_conn(arg, why ? why : "closed", true);
}

/* ------------------------------------------------------------------ time */

/* A connection that is kept and on which nothing has come since is no good any more; when nothing but the first answer
 * ever came there, the server does not keep what it agreed to. */
static void on_time(struct timer *timer, void *arg)
{
	struct tac_session *s = arg;
	struct tac_host *t = s->host;
	struct tac_conn *c = s->conn;
	(void)timer;
	t->h->stats.timeouts++;
	tac_debug(s, "TACACS server %s: no answer in time", ip4_text(t->h->ip).s);
	if (c && c->kept && c->heard_ms <= s->sent_ms) {
		c->retired = true;
		if (c->answers == 1)
			t->single_ms = clock_now(clock_of(t)) + UNKEPT_MS;
	}
	finish(s, AAA_SAYS_NOTHING, AAA_WHY_NONE);
	if (c)
		rest(c);
	serve(t);
}

/* ------------------------------------------------------------------ questions */

struct tac_host *tac_host_new(struct aaa_host *h)
{
	struct tac_host *t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->h = h;
	TAILQ_INIT(&t->conns);
	TAILQ_INIT(&t->waiting);
	TAILQ_INIT(&t->over);
	t->by_id = hash_new(TAC_SESSIONS_MAX);
	if (!t->by_id) {
		free(t);
		return NULL;
	}
	return t;
}

void tac_host_free(struct tac_host *t)
{
	struct tac_conn *c;
	if (!t)
		return;
	while ((c = TAILQ_FIRST(&t->conns)))
		close_conn(c);
	hash_free(t->by_id);
	free(t);
}

void tac_session_start(struct aaa_ask *ask)
{
	struct tac_host *t = ask->host->own;
	struct tac_session *s =
	        t && t->h->ip && t->nsessions < TAC_SESSIONS_MAX ? calloc(1, sizeof(*s)) : NULL;
	if (!s) {
		aaa_answered(ask, t && !t->h->ip ? AAA_SAYS_NOTHING : AAA_SAYS_ERROR, NULL,
		             AAA_WHY_NONE);
		return;
	}
	*s = (struct tac_session){.ask = ask, .host = t, .number = ++t->numbers};
	ask->run = s;
	t->nsessions++;
	enlist(s, &t->over);
	s->answer = AAA_SAYS_ERROR;
	if (!new_id(t, s) || !tac_first(s)) {
		finish(s, s->answer, s->why);
		return;
	}
	enlist(s, &t->waiting);
	timer_start(clock_of(t), &s->timer, t->h->conf->timeout_s * UINT64_C(1000), on_time, s);
	serve(t);
}

void tac_session_cancel(struct aaa_ask *ask)
{
	struct tac_session *s = ask->run;
	if (!s)
		return;
	struct tac_host *t = s->host;
	struct tac_conn *c = s->conn;
	ask->run = NULL;
	timer_stop(clock_of(t), &s->timer);
	hash_del(t->by_id, &s->id, sizeof(s->id));
	leave(s, NULL);
	drop_packet(s);
	aaa_reply_free(s->reply);
	free(s);
	t->nsessions--;
	if (!c)
		return;
	rest(c);
	serve(t);
}
