/* The two ends of talk.h as the flags want them, and what is done to them. */
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ike/auth.h"
#include "crypto/ike/info.h"
#include "crypto/ike/quick.h"
#include "tests/exchange/pki_kit.h"
#include "tests/fuzz/pki_ca.h"
#include "tests/fuzz/talk.h"

enum { CURVE = 19, AUTHORITIES = 12, DH_WORKS = 32, LONG_RUN_MS = 130000 };

static struct net net;
static struct ipsec_acl acl;
static struct ike_group_rule rule;
static struct pki_kit kits[2];
static uint16_t encap; /* of the client's flows */
static uint8_t server_id[300];

static bool has(uint32_t flags, enum talk_flag f)
{
	return (flags & (uint32_t)f) != 0;
}

/* ------------------------------------------------------------------ Diffie-Hellman, at once or later */

static struct dh_work {
	struct prim_dh_job *job; /* NULL = free */
	void (*done)(void *arg);
	void *arg;
	struct timer timer;
} works[DH_WORKS];
static bool dh_later, is_busy;

static void dh_timer(struct timer *t, void *arg)
{
	struct dh_work *w = arg;
	struct prim_dh_job *job = w->job;
	(void)t;
	prim_dh_run(job);
	w->job = NULL;
	w->done(w->arg);
}

static int dh(void *ctx, struct prim_dh_job *job, void (*done)(void *arg), void *arg)
{
	size_t i = 0;
	(void)ctx;
	while (i < DH_WORKS && works[i].job != NULL)
		i++;
	if (is_busy || i == DH_WORKS)
		return -11;
	if (!dh_later) {
		prim_dh_run(job);
		done(arg);
		return 0;
	}
	works[i].job = job;
	works[i].done = done;
	works[i].arg = arg;
	timer_start(&net.clock, &works[i].timer, 50, dh_timer, &works[i]);
	return 0;
}

static void dh_use(struct node *n, bool server)
{
	static struct ike_ops ops[2];
	ops[server] = *n->ike->ops;
	ops[server].dh = dh;
	n->ike->ops = &ops[server];
}

/* Nobody is left alone with one that runs. */
static void dh_end(void)
{
	for (size_t i = 0; i < DH_WORKS; i++)
		while (works[i].job != NULL) {
			timer_stop(&net.clock, &works[i].timer);
			dh_timer(NULL, &works[i]);
		}
}

/* ------------------------------------------------------------------ certificates, made once */

static struct {
	struct pki_key *key;
	struct pki_cert *root, *sub, *server, *server_sub, *server_host, *client, *cas[AUTHORITIES];
	X509 *sub_x509;
} made;

/* field: of the subject; names: alternative names, NULL = none, or "CA". */
static struct pki_cert *issue(X509 *issuer, const char *field, const char *name, long serial, const char *names)
{
	X509 *x = fuzz_ca_issue("x", serial, strcmp(names, "CA") == 0);
	X509_NAME *subject = X509_NAME_new();
	X509V3_CTX ctx;
	if (subject == NULL || X509_NAME_add_entry_by_txt(subject, field, MBSTRING_ASC, (const uint8_t *)name, -1, -1, 0) != 1)
		abort();
	X509_set_subject_name(x, subject);
	X509_set_issuer_name(x, issuer != NULL ? X509_get_subject_name(issuer) : subject);
	X509_NAME_free(subject);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	if (strcmp(names, "CA") != 0) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, names);
		if (e == NULL || X509_add_ext(x, e, -1) != 1)
			abort();
		X509_EXTENSION_free(e);
	}
	if (X509_sign(x, fuzz_ca_key, EVP_sha256()) <= 0)
		abort();
	struct pki_cert *c = fuzz_ca_read(x);
	if (c == NULL)
		abort();
	if (strcmp(name, "Sub CA") == 0)
		made.sub_x509 = x;
	else
		X509_free(x);
	return c;
}

static void make(void)
{
	struct pki_cert *peer;
	struct err err = {0};
	if (made.root != NULL)
		return;
	fuzz_ca(&made.root, &peer);
	made.key = pki_key_read(STR(fuzz_ca_pem), &err);
	made.sub = issue(fuzz_ca_x509, "CN", "Sub CA", 20, "CA");
	made.server = issue(fuzz_ca_x509, "CN", "gw.example.com", 21, "DNS:gw.example.com");
	made.server_sub = issue(made.sub_x509, "CN", "gw.example.com", 22, "DNS:gw.example.com");
	made.server_host = issue(fuzz_ca_x509, "unstructuredName", "gw.example.com", 23, "DNS:gw.example.com");
	made.client = issue(fuzz_ca_x509, "OU", "branch", 24,
	                    "DNS:laptop.example.com,email:jdoe@example.com,IP:203.0.113.101");
	for (int i = 0; i < AUTHORITIES; i++) {
		const char name[] = {'C', 'A', ' ', (char)('a' + i), '\0'};
		made.cas[i] = issue(NULL, "CN", name, 30 + i, "CA");
	}
	if (made.key == NULL)
		abort();
}

/* ------------------------------------------------------------------ the server */

static void policies(struct ike_offer *o, uint32_t flags, bool certificates)
{
	o->conf.npolicies = 0;
	if (has(flags, TALK_NO_POLICY))
		return;
	uint32_t life = has(flags, TALK_SHORT_LIFE) ? 600 : 86400;
	if (has(flags, TALK_WEAK_POLICY)) {
		ike_offer_policy(o, "des", "md5", 2, life);
	} else {
		ike_offer_policy(o, "aes-256", "sha", CURVE, life);
		ike_offer_policy(o, "aes-256", "sha", 2, life);
		ike_offer_policy(o, "3des", "sha", 2, life);
		ike_offer_policy(o, "3des", "md5", 2, life);
	}
	if (certificates)
		for (size_t i = 0; i < o->conf.npolicies; i++)
			o->policy[i].auth = AUTH_RSA_SIG;
}

/* The tunnel groups: the default one, "branch", and one that has nothing. */
static void groups(struct ike_offer *o, uint32_t flags, bool certificates)
{
	struct ike_group *g = o->groups;
	g->l2tp_allowed = !has(flags, TALK_NO_L2TP);
	g->psk = has(flags, TALK_NO_PSK) ? NULL : g->psk;
	g->behind_nat = has(flags, TALK_SERVER_NAT);
	g->outside_ip = has(flags, TALK_SERVER_NAT) ? SERVER_IP + 5 : 0;
	g->chain = has(flags, TALK_SEND_CHAIN);
	g->id_validate = has(flags, TALK_ID_ANY) ? PKI_ID_NOCHECK : has(flags, TALK_ID_MAY) ? PKI_ID_IF_SUPPORTED : PKI_ID_REQUIRED;
	g->trust_point = certificates && !has(flags, TALK_NO_TRUST) ? "OURS" : NULL;
	g[1] = g[2] = g[0];
	g[1].name = "branch";
	g[2].name = "vacant";
	g[2].psk = NULL;
	g[2].trust_point = NULL;
	if (certificates && has(flags, TALK_TWO_TRUST)) {
		g[0].trust_point = NULL;
		g[1].trust_point = "THEIRS";
	}
	o->conf.ngroups = 3;
	rule = (struct ike_group_rule){.map = "none", .index = 10, .group = &g[2]};
	o->conf.map = (struct ike_group_map){.fallback = &g[0]};
	if (has(flags, TALK_RULES))
		o->conf.map = (struct ike_group_map){
		        .rules = true, .ou = has(flags, TALK_NAMED), .ike_id = true, .peer_ip = true, .rule = &rule, .nrules = 1};
}

static void entry(struct ike_offer *o, uint32_t flags)
{
	static const struct ipsec_ace nobody = {.permit = true, .src = 0x0a000000, .src_mask = 0xff000000, .dst = 0x0a000000,
	                                        .dst_mask = 0xff000000, .sport_hi = 65535, .dport_hi = 65535};
	struct ipsec_entry *e = &o->entry;
	acl = (struct ipsec_acl){"nobody", &nobody, 1};
	e->acl = has(flags, TALK_ACL) ? &acl : NULL;
	e->pfs_group = has(flags, TALK_PFS) ? CURVE : 0;
	e->peer = has(flags, TALK_OTHERS_ENTRY) ? SERVER_IP + 77 : 0;
	e->nat_t = !has(flags, TALK_NO_NAT_T);
	e->life_s = has(flags, TALK_SHORT_LIFE) ? 120 : 28800;
	e->life_kb = has(flags, TALK_SHORT_LIFE) ? 1000 : 4608000;
	o->map.n = has(flags, TALK_NO_ENTRY) ? 0 : 1;
	for (size_t i = 0; i < e->nsets; i++)
		o->sets[i].mode = has(flags, TALK_TUNNEL) ? ESP_TUNNEL : ESP_TRANSPORT;
}

static void configure(uint32_t flags, bool certificates)
{
	struct node *s = &net.server;
	struct ike_offer *o = &s->offer;
	static const char psk[] = "a-shared-key-for-tests-only";
	o->groups[0].psk = psk;
	o->groups[0].psk_len = sizeof psk - 1;
	policies(o, flags, certificates);
	groups(o, flags, certificates);
	entry(o, flags);
	s->has_map = !has(flags, TALK_NO_MAP);
	o->conf.natt_s = has(flags, TALK_NO_NATT) ? 0 : 20;
	o->conf.identity = has(flags, TALK_OTHER_NAME) ? IKE_ID_HOSTNAME : IKE_ID_AUTO;
	o->conf.identity_text = "gw.example.com";
	o->conf.vendor_id_disable = has(flags, TALK_BARE_IKE);
	ike_offer_use(s->ike, o, s->ip);
}

static void certify_server(uint32_t flags)
{
	struct pki_kit *kit = &kits[1];
	struct pki_cert *own = has(flags, TALK_SUB_CA) ? made.server_sub : has(flags, TALK_HOST_DN) ? made.server_host : made.server;
	bool sub = has(flags, TALK_SUB_CA), none = has(flags, TALK_NO_OWN);
	kit_trust_certs(kit, has(flags, TALK_TWO_TRUST) ? "THEIRS" : "OURS", sub ? made.sub : made.root, none ? NULL : own,
	                none ? NULL : made.key);
	if (sub)
		kit_trust_certs(kit, "ROOT", made.root, NULL, NULL);
	if (has(flags, TALK_TWO_TRUST))
		kit_trust_certs(kit, "WORLD", made.cas[0], NULL, NULL);
	for (size_t i = 0; has(flags, TALK_MANY_CAS) && i < AUTHORITIES; i++) {
		static const char *const names[AUTHORITIES] = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"};
		kit_trust_certs(kit, names[i], made.cas[i], NULL, NULL);
	}
	ike_set_pki(net.server.ike, kit->pki);
}

/* ------------------------------------------------------------------ the client */

static struct bytes expected(uint32_t flags, bool certificates)
{
	struct wr w = wr_of(server_id, sizeof server_id);
	const struct pki_cert *own = has(flags, TALK_SUB_CA) ? made.server_sub : made.server;
	if (has(flags, TALK_OTHER_NAME) || (certificates && has(flags, TALK_HOST_DN) && !has(flags, TALK_SUB_CA))) {
		wr_u32(&w, (uint32_t)ID_FQDN << 24);
		wr_bytes(&w, "gw.example.com", 14);
	} else if (certificates) {
		wr_u32(&w, (uint32_t)ID_DER_ASN1_DN << 24);
		wr_bytes(&w, pki_cert_subject(own).p, pki_cert_subject(own).len);
	} else {
		wr_u32(&w, (uint32_t)ID_IPV4_ADDR << 24);
		wr_u32(&w, has(flags, TALK_SERVER_NAT) && has(flags, TALK_AGGRESSIVE) ? SERVER_IP + 5 : SERVER_IP);
	}
	return (struct bytes){server_id, wr_len(&w)};
}

static void client(uint32_t flags, bool certificates)
{
	struct node *c = &net.client;
	bool nat = has(flags, TALK_NAT);
	net_client(&net, c, nat ? PRIVATE_IP : CLIENT_IP, nat ? NAT_IP : CLIENT_IP, "aes-256", "sha", CURVE);
	if (certificates) {
		ike_offer_certificate(&c->offer, "HIS");
		kit_trust_certs(&kits[0], "HIS", made.root, made.client, made.key);
		ike_set_pki(c->ike, kits[0].pki);
	}
	if (has(flags, TALK_NAMED)) {
		c->offer.conf.identity = IKE_ID_KEY_ID;
		c->offer.conf.identity_text = "branch";
	}
	c->offer.groups[0].chain = has(flags, TALK_SEND_CHAIN);
	c->server_id = expected(flags, certificates);
	struct ike_peer *peer = client_peer(c);
	if (peer == NULL)
		abort();
	peer->aggressive = has(flags, TALK_AGGRESSIVE);
	encap = nat ? ENCAP_UDP_TRANSPORT : ENCAP_TRANSPORT;
	struct ike_flow *flow = client_flow(c, peer, c->ip, 1701, (struct esp_alg){ESP_CIPHER_AES, 32, ESP_MAC_SHA1}, encap);
	flow->group = has(flags, TALK_CLIENT_PFS) ? CURVE : 0;
}

/* ------------------------------------------------------------------ what is done */

static void says(struct node *from, struct rd *r)
{
	static struct ike_out o;
	struct ike_sa *sa = from->ike->sas;
	uint8_t iv[PRIM_IV_MAX];
	while (sa != NULL && !sa_is(sa, SAF_ACTIVE))
		sa = sa->next;
	if (sa == NULL)
		return;
	struct ike_hdr hdr = {.exch = rd_u8(r), .flags = IKE_FLAG_ENCRYPTED};
	hdr.msgid = rd_u8(r);
	uint8_t first = rd_u8(r);
	struct bytes rest = rd_rest(r);
	memcpy(hdr.icookie, sa->icookie, 8);
	memcpy(hdr.rcookie, sa->rcookie, 8);
	ike_out_begin(&o, &hdr);
	size_t at = ike_hash_open(&o, &sa->keys);
	ike_out_end(&o);
	wr_patch_u16(&o.w, IKE_HDR_LEN, (uint16_t)(first << 8));
	wr_bytes(&o.w, rest.p, rest.len);
	ike_hash_close(&o, &sa->keys, at, hdr.msgid, (struct bytes){0});
	ike_keys_iv2(&sa->keys, sa->mm.iv, hdr.msgid, iv);
	struct bytes msg = ike_out_all(&o);
	if (ike_seal(&o, &sa->keys, iv))
		from->ike->ops->send(from, sa->local, sa->remote, msg.p, wr_len(&o.w));
}

static void receives(struct node *to, struct node *from, struct bytes data)
{
	uint8_t *copy = malloc(data.len > 0 ? data.len : 1);
	if (copy == NULL)
		abort();
	memcpy(copy, data.p, data.len);
	ike_input(to->ike, (struct ip4_end){to->ip, IKE_PORT},
	          (struct ip4_end){from->public_ip, (uint16_t)(IKE_PORT + from->port_offset)}, copy, data.len);
	free(copy);
}

static void rekey_flow(struct node *n)
{
	struct ike_peer *peer = n->ike->peers;
	struct ike_sa *sa = peer != NULL ? sa_best(peer) : NULL;
	if (sa != NULL && peer->flows != NULL)
		qm_begin(sa, peer->flows);
}

static void more(struct node *c, struct rd *r)
{
	uint16_t port = rd_u8(r), group = rd_u8(r);
	struct ike_peer *peer = c->ike->peers;
	struct ike_sa *sa = peer != NULL ? sa_best(peer) : NULL;
	if (sa == NULL || peer->nflows >= IKE_FLOWS_PER_PEER)
		return;
	struct ike_flow *f = client_flow(c, peer, c->ip, port, (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, encap);
	f->group = group == CURVE || group == 2 ? group : 0; /* the others take long */
	qm_begin(sa, f);
}

static void data_came(struct node *s)
{
	for (struct ike_sa *sa = s->ike->sas; sa != NULL; sa = sa->next)
		if (sa->quick != NULL) {
			qm_confirmed(sa->quick);
			return;
		}
}

static void busy(bool on)
{
	kits[0].full = kits[1].full = is_busy = on;
	for (size_t i = 0; i < 2; i++) {
		struct node *n = i == 0 ? &net.server : &net.client;
		n->work_hold = on;
		if (!on && n->work.job != NULL)
			node_work_go(n);
	}
}

static void dial(bool *dialled)
{
	if (!*dialled && net.client.ike->peers != NULL)
		mm_begin(net.client.ike->peers, NULL);
	*dialled = true;
	net_run(&net, 1000);
}

static void do_to(enum talk_do what, struct bytes data, bool certificates)
{
	struct node *s = &net.server, *c = &net.client;
	struct rd r = rd_of(data.p, data.len);
	switch (what) {
	case TALK_CLIENT_QUICK:
		rekey_flow(c);
		break;
	case TALK_SERVER_QUICK:
		rekey_flow(s);
		break;
	case TALK_CLIENT_REKEY:
	case TALK_SERVER_REKEY: {
		struct ike_peer *peer = (what == TALK_CLIENT_REKEY ? c : s)->ike->peers;
		if (peer != NULL)
			mm_begin(peer, peer->sas);
		break;
	}
	case TALK_CLIENT_SAYS:
		says(c, &r);
		break;
	case TALK_SERVER_SAYS:
		says(s, &r);
		break;
	case TALK_CLIENT_DELETES:
		if (c->ike->sas != NULL && sa_is(c->ike->sas, SAF_ACTIVE))
			sa_delete(c->ike->sas, SA_END_DELETED, true);
		break;
	case TALK_SERVER_DROPS:
		ike_drop_peer(s->ike, s->up_peer, SA_END_ADMIN, "Administrator Reset");
		break;
	case TALK_SERVER_DROPS_FLOW:
		ike_drop_flow(s->ike, s->up_flow, SA_END_ADMIN);
		break;
	case TALK_RECONFIGURE:
		configure(rd_u32(&r), certificates);
		break;
	case TALK_NO_SPI:
		(rd_u8(&r) & 1 ? c : s)->next_spi = UINT32_MAX;
		break;
	case TALK_NO_ROOM: {
		struct node *n = rd_u8(&r) & 1 ? c : s;
		for (size_t i = 0; i < NET_SAS; i++)
			n->sas[i].used = true;
		break;
	}
	case TALK_BUSY:
		busy(rd_u8(&r) & 1);
		break;
	case TALK_TO_SERVER:
		receives(s, c, data);
		break;
	case TALK_TO_CLIENT:
		receives(c, s, data);
		break;
	case TALK_DATA_CAME:
		data_came(s);
		break;
	case TALK_CLIENT_MORE:
		more(c, &r);
		break;
	case TALK_WAIT:
	case TALK_DIAL:
	case TALK_DOS:
		break;
	}
}

static void act(enum talk_do what, struct bytes data, bool certificates, bool *dialled)
{
	struct node *s = &net.server, *c = &net.client;
	struct rd r = rd_of(data.p, data.len);
	switch (what) {
	case TALK_WAIT:
		net_run(&net, 1000u * rd_u8(&r));
		return;
	case TALK_DIAL:
		dial(dialled);
		return;
	default:
		break;
	}
	/* as whoever calls the engine's own functions does */
	ike_enter(s->ike);
	ike_enter(c->ike);
	do_to(what, data, certificates);
	ike_leave(c->ike);
	ike_leave(s->ike);
	net_run(&net, 500);
}

/* ------------------------------------------------------------------ an input */

static void no_debug(void *arg, const char *line)
{
	(void)arg;
	if (getenv("IKE_TEST_LOG") != NULL)
		fprintf(stderr, "    %s\n", line);
}

static void debug_begin(struct debug_sink *sink)
{
	*sink = (struct debug_sink){.write = no_debug};
	debug_sink_add(sink);
	for (int c = 0; c < DEBUG_N; c++)
		debug_set(sink, (enum debug_cat)c, 255);
}

void talk_run(const uint8_t *data, size_t len, bool certificates)
{
	struct rd r = rd_of(data, len);
	uint32_t flags = rd_u32(&r);
	struct bytes records = rd_rest(&r);
	struct talk_record t;
	struct debug_sink sink;
	bool dialled = false;
	if (len < TALK_HEAD)
		return;
	talk_bend(&net, records);
	net_open(&net);
	if (certificates)
		make();
	net_server(&net);
	for (size_t i = 0; i < 2; i++)
		kit_init(&kits[i], &net.clock);
	ike_set_pki(net.server.ike, kits[1].pki);
	if (certificates)
		certify_server(flags);
	configure(flags, certificates);
	client(flags, certificates);
	dh_later = has(flags, TALK_DH_LATER);
	dh_use(&net.server, true);
	dh_use(&net.client, false);
	net.filter = talk_filter;
	if (has(flags, TALK_DEBUG))
		debug_begin(&sink);
	r = rd_of(records.p, records.len);
	while (talk_next(&r, &t))
		if (t.op == TALK_DO)
			act((enum talk_do)(t.arg % TALK_DOS), t.data, certificates, &dialled);
	dial(&dialled);
	busy(false);
	net_run(&net, LONG_RUN_MS);
	if (has(flags, TALK_DEBUG))
		debug_sink_remove(&sink);
	is_busy = true; /* no more of it */
	dh_end();
	net_close(&net);
	is_busy = false;
	for (size_t i = 0; i < 2; i++)
		kit_free(&kits[i]);
	talk_bend_end();
}
