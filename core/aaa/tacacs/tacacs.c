#include "core/aaa/tacacs/tacacs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/aaa/shell.h"
#include "core/aaa/tacacs/args.h"
#include "core/aaa/tacacs/conn.h"

enum {
	ROUNDS_MAX = 4, /* questions of an ASCII login that are answered */
	PRIVILEGE_USER = 1,
	CONTINUE_ABORT = 1,
	CLIENT_CAP = 16,
	DATA_CAP = 255,
};

static struct bytes text_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, text ? strlen(text) : 0};
}

/* The user, where he is, and from where he comes; the texts are the caller's. */
struct place {
	char port[24];
	struct ip4_text from;
};

static void put_place(struct tac_body *b, struct place *at, const char *user, const char *line,
                      uint32_t unit, uint32_t from)
{
	if (line)
		snprintf(at->port, sizeof(at->port), "%s", line);
	else
		snprintf(at->port, sizeof(at->port), "L2TP-%" PRIu32, unit);
	at->from = ip4_text(from);
	b->text[TAC_T_USER] = text_of(user);
	b->text[TAC_T_PORT] = text_of(at->port);
	b->text[TAC_T_FROM] = text_of(from ? at->from.s : "");
}

/* The same for who asks. */
static void put_client(struct tac_body *b, struct place *at, const struct aaa_ask *ask)
{
	const struct aaa_shell *sh = ask->shell;
	const struct aaa_request *rq = ask->rq;
	b->number[TAC_N_PRIV] = sh ? (uint8_t)sh->privilege : PRIVILEGE_USER;
	b->number[TAC_N_SERVICE] = sh ? TAC_SERVICE_LOGIN : TAC_SERVICE_PPP;
	if (sh)
		put_place(b, at, ask->name, sh->line, 0, sh->from);
	else
		put_place(b, at, ask->name, NULL, rq->unit, rq->peer_ip);
}

/* ------------------------------------------------------------------ authentication */

static void data_pap(struct wr *w, const struct aaa_request *rq)
{
	wr_bytes(w, rq->password, strlen(rq->password));
}

/* RFC 8907 §5.4.2.3: identifier, challenge, response. */
static void data_chap(struct wr *w, const struct aaa_request *rq)
{
	wr_u8(w, rq->id);
	wr_bytes(w, rq->challenge, 16);
	wr_bytes(w, rq->response, 16);
}

/* §5.4.2.4: the response as on PPP, of LAN Manager, of NT, and which of them counts. */
static void data_mschap(struct wr *w, const struct aaa_request *rq)
{
	wr_u8(w, rq->id);
	wr_bytes(w, rq->challenge, 8);
	wr_bytes(w, rq->lm_response, 24);
	wr_bytes(w, rq->response, 24);
	wr_u8(w, 1);
}

static const struct {
	uint8_t by;
	/* NULL: is not asked about here */
	void (*data)(struct wr *w, const struct aaa_request *rq);
} methods[AAA_METHOD_N] = {
        [AAA_PAP] = {TAC_BY_PAP, data_pap},
        [AAA_CHAP] = {TAC_BY_CHAP, data_chap},
        [AAA_MSCHAP1] = {TAC_BY_MSCHAP, data_mschap},
        [AAA_MSCHAP2] = {TAC_BY_MSCHAP2, NULL},
        [AAA_EAP] = {TAC_BY_NONE, NULL},
};

static bool reject(struct tac_session *s, enum aaa_why why)
{
	s->answer = AAA_SAYS_REJECT;
	s->why = why;
	return false;
}

/* An administrator's login is a conversation (§5.4.2.1), that of a PPP client is said at once. */
static bool first_authen(struct tac_session *s)
{
	const struct aaa_request *rq = s->ask->rq;
	const struct aaa_shell *sh = s->ask->shell;
	struct tac_body b = {.number = {[TAC_N_ACTION] = TAC_ACTION_LOGIN}};
	uint8_t data[DATA_CAP];
	struct wr w = wr_of(data, sizeof(data));
	struct place at;
	if (!methods[rq->method].data || (sh && rq->method != AAA_PAP))
		return reject(s, AAA_WHY_METHOD);
	if (rq->lm_only && rq->method == AAA_MSCHAP1)
		return reject(s, AAA_WHY_LM_ONLY);
	put_client(&b, &at, s->ask);
	b.number[TAC_N_BY] = sh ? TAC_BY_ASCII : methods[rq->method].by;
	if (sh && sh->enable)
		b.number[TAC_N_SERVICE] = TAC_SERVICE_ENABLE;
	s->version = sh ? TAC_VERSION : TAC_VERSION_ONE;
	if (!sh)
		methods[rq->method].data(&w, rq);
	b.text[TAC_T_DATA] = (struct bytes){data, wr_len(&w)};
	bool ok = wr_ok(&w) && tac_session_packet(s, TAC_START, &b);
	wipe(data, sizeof(data));
	return ok;
}

/* ------------------------------------------------------------------ authorization */

static enum tac_service service_of(const struct aaa_ask *ask)
{
	return !ask->shell ? TAC_PPP : ask->shell->command ? TAC_COMMAND : TAC_SHELL;
}

static void put_command(struct tac_args *a, const char *command)
{
	struct str rest = str_of(command ? command : ""), word = str_word(&rest);
	tac_arg(a, "cmd=%.*s", STR_ARG(word));
	while ((word = str_word(&rest)).len > 0)
		tac_arg(a, "cmd-arg=%.*s", STR_ARG(word));
	if (command)
		tac_arg(a, "cmd-arg=<cr>"); /* as configurations of servers expect it */
}

/* The request: b refers to at and a. */
static void put_author(const struct aaa_ask *ask, struct tac_body *b, struct place *at,
                       struct tac_args *a)
{
	const struct aaa_shell *sh = ask->shell;
	*b = (struct tac_body){0};
	a->body = b;
	a->used = 0;
	a->full = false;
	put_client(b, at, ask);
	b->number[TAC_N_METHOD] = sh && sh->local ? TAC_METHOD_LOCAL : TAC_METHOD_TACACS;
	b->number[TAC_N_BY] = sh ? TAC_BY_ASCII : methods[ask->rq->method].by;
	if (sh) {
		tac_arg(a, "service=shell");
		put_command(a, sh->command);
	} else {
		tac_arg(a, "service=ppp");
		tac_arg(a, "protocol=ip");
		tac_arg(a, "addr*");
	}
}

static void debug_args(const struct tac_session *s, const struct tac_body *b)
{
	for (size_t i = 0; i < b->nargs; i++)
		tac_debug(s, "%.*s", (int)b->args[i].len, (const char *)b->args[i].p);
}

static bool first_author(struct tac_session *s)
{
	struct tac_body b;
	struct place at;
	struct tac_args a;
	put_author(s->ask, &b, &at, &a);
	s->version = TAC_VERSION;
	debug_args(s, &b);
	if (a.full) /* it cannot be asked about as it is */
		return reject(s, AAA_WHY_MALFORMED);
	return tac_session_packet(s, TAC_AUTHOR_REQUEST, &b);
}

/* ------------------------------------------------------------------ accounting */

/* Of each kind of record. The counters of a session that goes on are an update; servers in use tell it by WATCHDOG
 * alone, and take START beside it for a new session. */
static const uint8_t record_flags[] = {
        [AAA_ACCT_START] = TAC_ACCT_START, [AAA_ACCT_INTERIM] = TAC_ACCT_WATCHDOG,
        [AAA_ACCT_STOP] = TAC_ACCT_STOP,   [AAA_ACCT_ON] = TAC_ACCT_START,
        [AAA_ACCT_OFF] = TAC_ACCT_STOP,
};

static void put_times(struct tac_args *a, const char *id, time_t at, uint32_t session_s)
{
	tac_arg(a, "task_id=%s", id);
	tac_arg(a, "start_time=%lld", (long long)at - session_s);
}

static void put_record(struct tac_args *a, const struct aaa_record *r)
{
	bool counted = r->type == AAA_ACCT_INTERIM || r->type == AAA_ACCT_STOP;
	put_times(a, r->id, r->at, counted ? r->session_s : 0);
	if (r->type == AAA_ACCT_ON || r->type == AAA_ACCT_OFF) {
		tac_arg(a, "service=system");
		tac_arg(a, "event=sys_acct");
		tac_arg(a, "reason=%s", r->type == AAA_ACCT_ON ? "reload" : "shutdown");
		return;
	}
	tac_arg(a, "service=ppp");
	tac_arg(a, "protocol=ip");
	if (r->framed_ip)
		tac_arg(a, "addr=%s", ip4_text(r->framed_ip).s);
	if (!counted)
		return;
	if (r->type == AAA_ACCT_STOP)
		tac_arg(a, "stop_time=%lld", (long long)r->at);
	tac_arg(a, "elapsed_time=%" PRIu32, r->session_s);
	tac_arg(a, "bytes_in=%" PRIu64, r->bytes_in);
	tac_arg(a, "bytes_out=%" PRIu64, r->bytes_out);
	tac_arg(a, "paks_in=%" PRIu64, r->pkts_in);
	tac_arg(a, "paks_out=%" PRIu64, r->pkts_out);
}

static void put_shell_record(struct tac_args *a, const struct aaa_shell *sh)
{
	bool stop = sh->type == AAA_ACCT_STOP && !sh->command;
	put_times(a, sh->id, sh->at, stop ? sh->session_s : 0);
	tac_arg(a, "service=shell");
	tac_arg(a, "priv-lvl=%d", sh->privilege);
	if (sh->command) /* what is too long is cut: better than nothing */
		tac_arg(a, "cmd=%.240s <cr>", sh->command);
	if (stop) {
		tac_arg(a, "stop_time=%lld", (long long)sh->at);
		tac_arg(a, "elapsed_time=%" PRIu32, sh->session_s);
	}
}

static bool first_acct(struct tac_session *s)
{
	const struct aaa_ask *ask = s->ask;
	const struct aaa_record *r = ask->record;
	const struct aaa_shell *sh = ask->shell;
	struct tac_body b = {0};
	struct place at;
	struct tac_args a;
	a.body = &b;
	a.used = 0;
	a.full = false;
	s->version = TAC_VERSION;
	if (sh) {
		put_client(&b, &at, ask);
		put_shell_record(&a, sh);
	} else {
		b.number[TAC_N_PRIV] = PRIVILEGE_USER;
		b.number[TAC_N_SERVICE] = TAC_SERVICE_PPP;
		put_place(&b, &at, r->user, NULL, r->unit, r->peer_ip);
		put_record(&a, r);
	}
	b.number[TAC_N_BY] = sh ? TAC_BY_ASCII : TAC_BY_NONE;
	b.number[TAC_N_METHOD] = (sh ? sh->local : r->local) ? TAC_METHOD_LOCAL : TAC_METHOD_TACACS;
	b.number[TAC_N_FLAGS] = record_flags[sh ? sh->type : r->type];
	debug_args(s, &b);
	return !a.full && tac_session_packet(s, TAC_ACCT_REQUEST, &b);
}

bool tac_first(struct tac_session *s)
{
	static bool (*const firsts[])(struct tac_session *) = {[AAA_AUTHENTICATE] = first_authen,
	                                                       [AAA_AUTHORIZE] = first_author,
	                                                       [AAA_ACCOUNT] = first_acct};
	const struct aaa_ask *ask = s->ask;
	tac_debug(s, "mk_pkt - type: 0x%x, session_id: %u", ask->what + 1, s->number);
	tac_debug(s, " user: %s", ask->name ? ask->name : ask->record ? ask->record->user : "");
	return firsts[ask->what](s);
}

/* ------------------------------------------------------------------ replies */

/* What the server says to the user, without what a terminal would act on. false: memory is short. */
static bool keep_message(struct tac_session *s, const struct tac_body *b)
{
	struct bytes msg = b->text[TAC_T_MSG];
	if (msg.len == 0 && !s->reply)
		return true;
	if (!s->reply)
		s->reply = aaa_reply_new();
	if (!s->reply)
		return false;
	str_copy(s->reply->message, sizeof(s->reply->message),
	         (struct str){(const char *)msg.p, msg.len});
	for (char *c = s->reply->message; *c; c++)
		if ((uint8_t)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	if (s->type == TAC_AUTHEN && s->reply->message[0])
		tac_debug(s, "Authen Message: %s", s->reply->message);
	return true;
}

static enum tac_next over(struct tac_session *s, enum aaa_answer answer, enum aaa_why why)
{
	s->answer = answer;
	s->why = why;
	return TAC_OVER;
}

static enum tac_next go_on(struct tac_session *s, const char *text, bool give_up)
{
	struct tac_body b = {.number = {[TAC_N_FLAGS] = give_up ? CONTINUE_ABORT : 0}};
	b.text[TAC_T_MSG] = text_of(text);
	tac_debug(s, "mk_pkt - type: 0x1, session_id: %u", s->number);
	tac_debug(s, "mkpkt_continue - response: ***");
	over(s, AAA_SAYS_ERROR, AAA_WHY_NONE);
	if (!tac_session_packet(s, TAC_CONTINUE, &b))
		return TAC_OVER;
	return give_up ? TAC_LAST : TAC_MORE;
}

static enum tac_next take_authen(struct tac_session *s, const struct tac_body *b)
{
	const struct aaa_ask *ask = s->ask;
	uint8_t status = b->number[TAC_N_STATUS];
	bool can_talk = ask->shell && ++s->rounds <= ROUNDS_MAX;
	const char *text;
	switch (status) {
	case TAC_AUTHEN_PASS:
		return over(s, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	case TAC_AUTHEN_GETUSER:
	case TAC_AUTHEN_GETPASS:
		text = status == TAC_AUTHEN_GETUSER ? ask->name : ask->rq->password;
		return go_on(s, can_talk ? text : "", !can_talk);
	case TAC_AUTHEN_GETDATA: /* that nobody is there to be asked for */
		return go_on(s, "", true);
	case TAC_AUTHEN_RESTART: /* by another method, which there is none of (§5.4.3) */
		return over(s, AAA_SAYS_REJECT, AAA_WHY_METHOD);
	case TAC_AUTHEN_ERROR:
		return over(s, AAA_SAYS_ERROR, AAA_WHY_NONE);
	default: /* FAIL; FOLLOW to some other server is not followed */
		return over(s, AAA_SAYS_REJECT, AAA_WHY_FAILURE);
	}
}

static enum tac_next take_author(struct tac_session *s, const struct tac_body *b)
{
	uint8_t status = b->number[TAC_N_STATUS];
	struct tac_body asked;
	struct place at;
	struct tac_args a;
	struct str bad;
	if (status == TAC_AUTHOR_ERROR)
		return over(s, AAA_SAYS_ERROR, AAA_WHY_NONE);
	if (status != TAC_AUTHOR_PASS_ADD && status != TAC_AUTHOR_PASS_REPL)
		return over(s, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
	if (!s->reply)
		s->reply = aaa_reply_new();
	if (!s->reply)
		return over(s, AAA_SAYS_ERROR, AAA_WHY_NONE);
	put_author(s->ask, &asked, &at, &a);
	debug_args(s, b);
	if (tac_grant(b, &asked, service_of(s->ask), s->reply, &bad))
		return over(s, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	tac_debug(s, "refused: attribute %.*s cannot be honoured", STR_ARG(bad));
	return over(s, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
}

static enum tac_next take_acct(struct tac_session *s, const struct tac_body *b)
{
	bool ok = b->number[TAC_N_STATUS] == TAC_ACCT_SUCCESS;
	return over(s, ok ? AAA_SAYS_ACCEPT : AAA_SAYS_ERROR, AAA_WHY_NONE);
}

/* By type of packet. */
static const struct {
	enum tac_body_kind kind;
	enum tac_next (*take)(struct tac_session *s, const struct tac_body *b);
	const char *word;
} replies[] = {
        [TAC_AUTHEN] = {TAC_AUTHEN_REPLY, take_authen, "authen"},
        [TAC_AUTHOR] = {TAC_AUTHOR_REPLY, take_author, "author"},
        [TAC_ACCT] = {TAC_ACCT_REPLY, take_acct, "acct"},
};

enum tac_next tac_take(struct tac_session *s, const uint8_t *body, size_t len)
{
	struct tac_body b;
	if (!tac_body_read(replies[s->type].kind, body, len, &b))
		return TAC_WRONG;
	const char *status = tac_status_name(s->type, b.number[TAC_N_STATUS]);
	if (!status)
		return TAC_WRONG;
	tac_debug(s, "tacp_procpkt_%s: %s", replies[s->type].word, status);
	if (!keep_message(s, &b))
		return over(s, AAA_SAYS_ERROR, AAA_WHY_NONE);
	return replies[s->type].take(s, &b);
}

/* ------------------------------------------------------------------ the protocol */

static int tac_open(struct aaa_host *h, struct err *err)
{
	h->own = tac_host_new(h);
	return h->own ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static void tac_close(struct aaa_host *h)
{
	tac_host_free(h->own);
	h->own = NULL;
}

const struct aaa_proto aaa_tacacs = {
        .id = AAA_P_TACACS,
        .methods = AAA_BIT(AAA_PAP) | AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_MSCHAP1),
        .authorizes = true,
        .accounts = true,
        .open = tac_open,
        .close = tac_close,
        .ask = tac_session_start,
        .cancel = tac_session_cancel,
};
