/* Aggressive Mode: clients that name their tunnel group, names that are none, and what strangers can do with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "tests/exchange/ike_initiator.h"

static const char BRANCH_KEY[] = "the-key-of-the-branch-office";

static struct ike_group *server_group(struct net *net, const char *name, const char *psk)
{
	struct ike_offer *o = &net->server.offer;
	struct ike_group *g = &o->groups[o->conf.ngroups++];
	*g = o->groups[0];
	g->name = name;
	g->psk = psk;
	g->psk_len = psk != NULL ? strlen(psk) : 0;
	return g;
}

static int setup(void **state)
{
	net_setup(state);
	struct net *net = *state;
	server_group(net, "branch", BRANCH_KEY);
	server_group(net, "branch.example.com", BRANCH_KEY);
	server_group(net, "vacant", NULL);
	cmd_registry_clear();
	ike_show_register(net->server.ike);
	return 0;
}

static int teardown(void **state)
{
	cmd_registry_clear();
	return net_teardown(state);
}

/* A client that says it belongs to a group. */
static struct ike_flow *client_of(struct net *net, const char *group, const char *psk, uint32_t public_ip)
{
	struct node *c = &net->client;
	struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	bool nat = public_ip != CLIENT_IP;
	net_client(net, c, nat ? PRIVATE_IP : CLIENT_IP, public_ip, "aes-256", "sha", 14);
	c->offer.conf.identity = strchr(group, '.') != NULL ? IKE_ID_HOSTNAME : IKE_ID_KEY_ID;
	c->offer.conf.identity_text = group;
	c->offer.groups[0].psk = psk;
	c->offer.groups[0].psk_len = strlen(psk);
	struct ike_peer *peer = client_peer(c);
	peer->aggressive = true;
	return client_flow(c, peer, c->ip, 1701, alg, nat ? ENCAP_UDP_TRANSPORT : ENCAP_TRANSPORT);
}

static void begin(struct node *c)
{
	mm_begin(c->ike->peers, NULL);
}

static void in_as(struct net *net, const char *group)
{
	assert_true(net_sas_match(node_sa(&net->client), net_partner(&net->server, node_sa(&net->client))));
	assert_int_equal(net->server.flow_ups, 1);
	struct ike_peer_info info;
	assert_true(ike_peer_info(net->server.ike, net->server.up_peer, &info));
	assert_string_equal(info.group, group);
}

/* ------------------------------------------------------------------ as it should be */

static void lands_in_its_group(void **state)
{
	struct net *net = *state;
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 1000);
	in_as(net, "branch");
	const struct ike_sa *sa = net->server.ike->sas;
	assert_string_equal(sa->group_name, "branch");
	assert_true(sa->dpd_peer);
	assert_int_equal(net_logged(net, 713119, "Group = branch, IP = 203.0.113.101, PHASE 1 COMPLETED"), 2 - 1);
	assert_int_equal(net_logged(net, 713255, NULL), 0);
}

static void named_by_fqdn_behind_nat(void **state)
{
	struct net *net = *state;
	net->server.dh_later = true;
	client_of(net, "branch.example.com", BRANCH_KEY, NAT_IP);
	net->client.dh_later = true;
	begin(&net->client);
	net_run(net, 2000);
	in_as(net, "branch.example.com");
	const struct ike_sa *sa = net->server.ike->sas;
	assert_true(sa->remote_nat && !sa->local_nat);
	assert_int_equal(sa->remote.port, IKE_PORT_NATT + net->client.port_offset);
	assert_int_equal(net_logged(net, 713172, "Remote end is behind"), 1);
}

/* The second message is in clear: a shorter lifetime is told behind the third, encrypted; else nothing is. */
static void shorter_lifetime_is_told(void **state)
{
	struct net *net = *state;
	for (unsigned shorter = 0; shorter < 2; shorter++) {
		net->server.offer.policy[1].life_s = shorter ? 3600 : 86400;
		client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
		begin(&net->client);
		net_run(net, 1000);
		in_as(net, "branch");
		assert_int_equal(net_logged(net, 713073, NULL), shorter);
		assert_int_equal(net->client.ike->stat[STAT_IN_NOTIFYS], shorter);
		assert_int_equal(net->server.ike->stat[STAT_OUT_NOTIFYS], shorter);
		assert_int_equal(net->server.ike->sas_last->life_s, shorter ? 3600 : 28800); /* as asked */
		teardown(state);
		setup(state);
		net = *state;
	}
}

/* Keys are renewed as they were made. */
static void rekeys(void **state)
{
	struct net *net = *state;
	/* the client finds the server's key by its address */
	static struct ike_group by_address;
	net->server.offer.policy[1].life_s = 3600;
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	struct ike_offer *o = &net->client.offer;
	by_address = o->groups[0];
	by_address.name = "203.0.113.1";
	o->conf.groups = o->conf.ra = &by_address;
	share_set_text(&net->client.ike->peers->group, by_address.name);
	begin(&net->client);
	net_run(net, 1000);
	in_as(net, "branch");
	const struct ike_sa *first = net->server.ike->sas;
	uint32_t number = first->number;
	by_address.dpd = net->server.offer.groups[1].dpd = false;
	net_run(net, 3500 * 1000);
	const struct ike_sa *newest = sa_best(net->server.ike->peers);
	assert_int_not_equal(newest->number, number);
	assert_true(sa_is(newest, SAF_AGGRESSIVE) && sa_is(newest, SAF_INITIATOR));
	assert_string_equal(newest->group_name, "branch");
	assert_int_equal(net->server.peer_downs, 0);
	assert_int_equal(net->server.flow_downs, 0);
}

static void hear(void *arg, const char *line)
{
	out_printf(arg, "%s\n", line);
}

/* Each of the texts, in this order. */
static void in_order(const char *said, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		said = strstr(said, texts[i]);
		if (said == NULL)
			fail_msg("%s", texts[i]);
	}
}

static void shows_and_debugs(void **state)
{
	static const char *const texts[] = {
	        "crypto_isakmp_process_block: src 203.0.113.101, dest 203.0.113.1\n",
	        "OAK_AG exchange\n",
	        "ISAKMP (0): processing SA payload. message ID = 0\n",
	        "ISAKMP (0): atts are acceptable. Next payload is 0\n",
	        "ISAKMP (0): SA is doing pre-shared key authentication using id type ID_IPV4_ADDR\n",
	        "ISAKMP (0): processing KE payload. message ID = 0\n",
	        "ISAKMP (0): processing NONCE payload. message ID = 0\n",
	        "ISAKMP (0): processing ID payload. message ID = 0\n",
	        "return status is IKMP_NO_ERROR\n",
	        "ISAKMP (0): ID payload\n",
	        "crypto_isakmp_process_block: src 203.0.113.101, dest 203.0.113.1\n",
	        "OAK_AG exchange\n",
	        "ISAKMP (0): processing HASH payload. message ID = 0\n",
	        "ISAKMP (0): SA has been authenticated\n",
	        "return status is IKMP_NO_ERROR\n",
	        "OAK_QM exchange\n",
	};
	struct net *net = *state;
	struct out out, said;
	struct debug_sink ear = {.write = hear, .arg = &said};
	void *ctx;
	out_init(&out);
	out_init(&said);
	debug_sink_add(&ear);
	debug_form(&ear, true);
	debug_set(&ear, DEBUG_IKEV1, 1);
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 1000);
	debug_sink_remove(&ear);
	in_order(said.text, texts, sizeof texts / sizeof *texts);
	out_free(&said);
	cmd_fn *fn = cmd_find("show_ikev1_sa", &ctx);
	struct cmd cmd = {.out = &out, .ctx = ctx};
	assert_int_equal(fn(&cmd), CMD_OK);
	assert_non_null(strstr(out.text, "    Rekey   : no              State   : AM_ACTIVE \n"));
	out_free(&out);
}

/* ------------------------------------------------------------------ messages that are lost */

static unsigned am_seen[4]; /* by who sends: messages of Aggressive Mode */
static unsigned lose_am3, lose_am2;

static bool losing(struct net *net, struct net_packet *p)
{
	bool server = p->from == &net->server;
	if (p->len < 28 || p->data[18] != EXCH_AGGRESSIVE)
		return true;
	unsigned n = ++am_seen[server];
	if (server)
		return lose_am2 == 0 || n > lose_am2;
	bool am3 = (p->data[19] & IKE_FLAG_ENCRYPTED) != 0;
	if (am3 && lose_am3 > 0) {
		lose_am3--;
		return false;
	}
	return true;
}

static void lost_third_message(void **state)
{
	struct net *net = *state;
	memset(am_seen, 0, sizeof am_seen);
	lose_am3 = 1;
	lose_am2 = 0;
	net->filter = losing;
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 10000);
	in_as(net, "branch");
	assert_int_equal(am_seen[1], 2); /* repeated because Quick Mode came */
}

static void lost_second_message(void **state)
{
	struct net *net = *state;
	memset(am_seen, 0, sizeof am_seen);
	lose_am3 = 0;
	lose_am2 = 2;
	net->filter = losing;
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 20000);
	in_as(net, "branch");
	assert_int_equal(am_seen[1], 3);
}

/* ------------------------------------------------------------------ another address */

enum { ELSEWHERE = NAT_IP + 7 };

/* The third message and all that follows come from another address: its NAT has several. */
static bool moving(struct net *net, struct net_packet *p)
{
	if (p->from == &net->client && p->len > 19 && p->data[18] == EXCH_AGGRESSIVE && (p->data[19] & IKE_FLAG_ENCRYPTED)) {
		net->client.public_ip = ELSEWHERE;
		p->src.ip = ELSEWHERE;
	}
	return true;
}

/* It proves itself where it is now, and nothing that is sent there is weighed any more. */
static void third_message_from_elsewhere(void **state)
{
	struct net *net = *state;
	struct ike *ike = net->server.ike;
	net->filter = moving;
	client_of(net, "branch", BRANCH_KEY, NAT_IP);
	begin(&net->client);
	net_run(net, 2000);
	in_as(net, "branch");
	struct ike_sa *sa = ike->sas;
	assert_int_equal(sa->first_remote.ip, NAT_IP);
	assert_int_equal(sa->remote.ip, ELSEWHERE);
	assert_int_equal(sa->peer->remote.ip, ELSEWHERE);
	assert_false(sa->unproved);
	size_t credit = sa->credit;
	uint64_t out = sa->bytes_out;
	net->client.silent = true;
	net_run(net, 600 * 1000); /* DPD */
	assert_true(sa->bytes_out > out);
	assert_int_equal(sa->credit, credit);
	assert_int_equal(ike->put_off[PUT_OFF_UNPROVED], 0);
	assert_int_equal(net->server.peer_downs, 0);
}

/* ------------------------------------------------------------------ who must not get in */

static void wrong_key(void **state)
{
	struct net *net = *state;
	client_of(net, "branch", "not-the-key-of-the-branch", CLIENT_IP);
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->server.flow_ups, 0);
	assert_int_equal(net->server.ike->npeers, 0);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* The key of one group does not open another, nor does that of Main Mode. */
static void keys_of_others(void **state)
{
	struct net *net = *state;
	client_of(net, "DefaultRAGroup", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->server.flow_ups, 0);
	net->client.ike->peers->aggressive = false; /* Main Mode: always DefaultRAGroup */
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->server.flow_ups, 0);
}

static void disabled(void **state)
{
	struct net *net = *state;
	net->server.offer.conf.am_disable = true;
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->to_client, 0);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_true(net_logged(net, 713904, "am-disable") > 0);
}

/* ------------------------------------------------------------------ by hand */

static struct {
	unsigned n;
	size_t len[8];
	uint8_t data[2048];
} got;

static bool catch_sent(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	(void)ctx, (void)local, (void)remote;
	if (got.n < 8)
		got.len[got.n] = len;
	got.n++;
	memcpy(got.data, msg, len < sizeof got.data ? len : sizeof got.data);
	return true;
}

/* From now on nobody gets what the server sends; it goes on where it was with on false. */
static void catch_server(struct net *net, bool on)
{
	static struct ike_ops ops;
	static const struct ike_ops *before;
	struct ike *ike = net->server.ike;
	if (ike->ops != &ops)
		before = ike->ops;
	ops = *before;
	ops.send = catch_sent;
	ike->ops = on ? &ops : before;
	memset(&got, 0, sizeof got);
}

static void to_server(struct net *net, uint32_t ip, const struct ike_out *o)
{
	struct bytes all = ike_out_all(o);
	uint8_t *exact = malloc(all.len);
	memcpy(exact, all.p, all.len);
	ike_input(net->server.ike, (struct ip4_end){SERVER_IP, IKE_PORT}, (struct ip4_end){ip, IKE_PORT}, exact,
	          all.len);
	free(exact);
}

struct first {
	uint8_t id_type;
	const char *id;
	size_t id_len;     /* 0 = as long as the text */
	size_t ke_len;     /* 0 = as it should be */
	unsigned ids, kes; /* how many; 0 = one */
	bool no_nonce, natd;
};

static void write_first(struct net *net, struct ike_out *o, uint32_t number, const struct first *f)
{
	static const uint8_t vendors[][16] = {
	        {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f},
	        {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00},
	        {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3}};
	struct ike_hdr hdr = {.exch = EXCH_AGGRESSIVE};
	static struct prim_dh_job dh; /* public values are looked at */
	uint8_t nonce[20];
	size_t id_len = f->id_len != 0 ? f->id_len : strlen(f->id);
	memset(hdr.icookie, 0x33, 4);
	memcpy(hdr.icookie + 4, &number, 4);
	if (dh.public_len == 0) {
		dh.group = 14;
		prim_dh_run(&dh);
	}
	random_bytes(nonce, sizeof nonce);
	ike_out_begin(o, &hdr);
	ike_out_payload(o, PAY_SA);
	p1_write_offer(&o->w, &net->server.offer.policy[1]);
	for (unsigned i = 0; i < (f->kes != 0 ? f->kes : 1); i++)
		ike_out_bytes(o, PAY_KE, (struct bytes){dh.public, f->ke_len != 0 ? f->ke_len : dh.public_len});
	if (!f->no_nonce)
		ike_out_bytes(o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
	for (unsigned i = 0; i < (f->ids != 0 ? f->ids : 1); i++) {
		ike_out_payload(o, PAY_ID);
		wr_u32(&o->w, (uint32_t)f->id_type << 24 | 17u << 16 | 500);
		wr_bytes(&o->w, f->id, id_len);
	}
	if (f->natd)
		ike_out_bytes(o, PAYLOAD_NATD_DRAFT, (struct bytes){nonce, sizeof nonce});
	for (size_t i = 0; i < 3; i++)
		ike_out_bytes(o, PAY_VENDOR, (struct bytes){vendors[i], 16});
	assert_true(ike_out_end(o));
}

/* Counters of what was worked, and the answers, from the first message to after the third. */
struct seen {
	struct crypto_work work;
	unsigned answers;
	size_t second, last, sas, peers;
	uint64_t stat[STAT_N];
};

static struct seen ask(struct net *net, uint32_t number, const char *name, uint8_t type, bool clear)
{
	struct ike *ike = net->server.ike;
	struct crypto_work before = ike_work(ike);
	struct ike_out *o = calloc(1, sizeof *o);
	struct seen s = {0};
	uint64_t stat[STAT_N];
	uint8_t hash[20];

	memcpy(stat, ike->stat, sizeof stat);
	catch_server(net, true);
	write_first(net, o, number, &(struct first){.id_type = type, .id = name});
	to_server(net, CLIENT_IP + number, o);
	net_run(net, 100);
	assert_int_equal(got.n, 1);
	s.second = got.len[0];
	/* the third: whoever does not know the key can only guess */
	struct rd r = rd_of(got.data, s.second);
	struct ike_hdr hdr;
	assert_true(ike_hdr_read(&r, &hdr));
	assert_int_equal(hdr.exch, EXCH_AGGRESSIVE);
	hdr.flags = clear ? 0 : IKE_FLAG_ENCRYPTED;
	random_bytes(hash, sizeof hash);
	ike_out_begin(o, &hdr);
	ike_out_bytes(o, PAY_HASH, (struct bytes){hash, sizeof hash});
	if (!clear)
		wr_zero(&o->w, 8);
	assert_true(ike_out_end(o));
	net_run(net, 1000);
	to_server(net, CLIENT_IP + number, o);
	net_run(net, 100);
	s.answers = got.n;
	s.last = got.len[1];
	s.sas = ike->nsas;
	s.peers = ike->npeers;
	struct crypto_work after = ike_work(ike);
	s.work = (struct crypto_work){.random = after.random - before.random,
	                              .sa_created = after.sa_created - before.sa_created,
	                              .key_allocated = after.key_allocated - before.key_allocated,
	                              .encrypt = after.encrypt - before.encrypt,
	                              .decrypt = after.decrypt - before.decrypt,
	                              .hmac = after.hmac - before.hmac,
	                              .failed = after.failed - before.failed};
	for (size_t i = 0; i < STAT_N; i++)
		s.stat[i] = ike->stat[i] - stat[i];
	free(o);
	net_run(net, 60000); /* what was refused is forgotten */
	return s;
}

static void same_shape(const struct seen *a, const struct seen *b)
{
	assert_int_equal(a->second, b->second);
	assert_int_equal(a->answers, b->answers);
	assert_int_equal(a->last, b->last);
	assert_int_equal(a->sas, b->sas);
	assert_int_equal(a->peers, b->peers);
	assert_memory_equal(&a->work, &b->work, sizeof a->work);
	assert_memory_equal(a->stat, b->stat, sizeof a->stat);
}

/* Nobody can ask which groups there are: as many messages, as long ones, after as much work. */
static void no_oracle(void **state)
{
	static const struct {
		const char *name;
		uint8_t type;
	} unknown[] = {{"bronch", ID_KEY_ID},        {"branch", ID_IPV4_SUBNET}, {"vacant", ID_KEY_ID},
	               {"BRANCH", ID_KEY_ID},        {"bra\nch", ID_KEY_ID},    {"brancs", ID_USER_FQDN},
	               {"branch", ID_DER_ASN1_DN}};
	struct net *net = *state;
	uint32_t number = 1;
	/* also for a group with terms of its own */
	net->server.offer.groups[1].dpd = false;
	for (unsigned clear = 0; clear < 2; clear++) {
		struct seen known = ask(net, number++, "branch", ID_KEY_ID, clear);
		assert_int_equal(known.work.key_allocated, 1);
		assert_int_equal(known.answers, 2);
		assert_int_equal(net_logged(net, 713255, NULL), 0);
		assert_int_equal(net_logged(net, 713904, "Received encrypted Oakley Aggressive Mode packet"), 1);
		for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
			struct seen other = ask(net, number++, unknown[i].name, unknown[i].type, clear);
			same_shape(&known, &other);
		}
		assert_int_equal(net_logged(net, 713255, NULL), sizeof unknown / sizeof *unknown);
		assert_int_equal(net_logged(net, 713255, "unknown tunnel group name 'bronch'"), 1);
		assert_int_equal(net_logged(net, 713256, NULL), sizeof unknown / sizeof *unknown);
		net_log_clear(net);
	}
}

/* One answer to one message, not longer than needed, and never by itself. */
static void answers_are_not_repeated(void **state)
{
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	catch_server(net, true);
	write_first(net, o, 1, &(struct first){.id_type = ID_KEY_ID, .id = "branch"});
	size_t asked = wr_len(&o->w);
	to_server(net, CLIENT_IP, o);
	net_run(net, 25000);
	assert_int_equal(got.n, 1);
	assert_true(got.len[0] < asked + 120); /* HASH_R, NAT-D twice */
	to_server(net, CLIENT_IP, o);
	to_server(net, CLIENT_IP, o); /* a copy that the network made */
	assert_int_equal(net->server.ike->nsas, 1);
	net_run(net, 100);
	assert_int_equal(got.n, 2);
	net_run(net, 60000);
	assert_int_equal(got.n, 2);
	assert_int_equal(net->server.ike->nsas, 0);
	free(o);
}

/* Aggressive Mode takes no more than its part, and what it takes is given back for others. */
static void flood(void **state)
{
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	catch_server(net, true);
	for (uint32_t i = 0; i < 500; i++) {
		write_first(net, o, i, &(struct first){.id_type = ID_KEY_ID, .id = i % 2 == 0 ? "branch" : "none"});
		to_server(net, 0x0a000000 + i, o);
	}
	net_run(net, 100);
	assert_int_equal(net->server.offer.conf.max_half_open, 100);
	assert_int_equal(net->server.ike->half_open, 25);
	assert_int_equal(got.n, 25);
	free(o);
	catch_server(net, false);
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "aes-256", "sha", 14);
	client_connect(&net->other);
	assert_non_null(node_sa(&net->other));
	net_run(net, 120000);
	assert_int_equal(net->server.ike->half_open, 0);
}

/* Messages that are none. */
static void malformed(void **state)
{
	static char longest[400];
	memset(longest, 'b', sizeof longest);
	const struct {
		struct first f;
		unsigned answers; /* a notify, when it is told why */
	} cases[] = {
	        {{.id_type = ID_KEY_ID, .id = "branch", .no_nonce = true}, 0},
	        {{.id_type = ID_KEY_ID, .id = "branch", .kes = 2}, 0},
	        {{.id_type = ID_KEY_ID, .id = "branch", .natd = true}, 0},
	        {{.id_type = ID_KEY_ID, .id = "branch", .ids = 2}, 1},
	        {{.id_type = ID_KEY_ID, .id = longest, .id_len = sizeof longest}, 1},
	        {{.id_type = ID_KEY_ID, .id = "branch", .ke_len = 128}, 1},
	        {{.id_type = ID_KEY_ID, .id = "branch", .ke_len = 1}, 1},
	        {{.id_type = ID_KEY_ID, .id = "branch\0x", .id_len = 8}, 1}, /* another name: answered as one */
	};
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		catch_server(net, true);
		write_first(net, o, i, &cases[i].f);
		to_server(net, CLIENT_IP, o);
		net_run(net, 100);
		if (got.n != cases[i].answers)
			fail_msg("case %u: %u answers", i, got.n);
		assert_int_equal(net->server.ike->npeers, 0);
	}
	net_run(net, 60000);
	assert_int_equal(net->server.ike->nsas, 0);
	free(o);
}

/* A message of one mode does not belong to the other. */
static void modes_are_told_apart(void **state)
{
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	catch_server(net, true);
	write_first(net, o, 1, &(struct first){.id_type = ID_KEY_ID, .id = "branch"});
	to_server(net, CLIENT_IP, o);
	net_run(net, 300);
	assert_int_equal(got.n, 1);
	o->buf[18] = EXCH_MAIN;
	to_server(net, CLIENT_IP, o);
	net_run(net, 300);
	assert_int_equal(got.n, 1);
	assert_int_equal(net->server.ike->sas->mm.state, ST_AM_WAIT3);
	free(o);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(lands_in_its_group), T(named_by_fqdn_behind_nat), T(shorter_lifetime_is_told), T(rekeys), T(shows_and_debugs),
	        T(third_message_from_elsewhere), T(lost_third_message), T(lost_second_message), T(wrong_key), T(keys_of_others),
	        T(disabled), T(no_oracle), T(answers_are_not_repeated), T(flood), T(malformed),
	        T(modes_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
