/* IKE messages of a stranger, and of a peer whose keys are right but whose contents are not. The first byte says
 * which: 0 a datagram, 1 the parsers alone, 2 what is inside a Quick Mode, 3 inside an Informational, 5 in message 3 of
 * Main Mode, 6 inside message 5, 7 inside the answer to a Quick Mode of ours, 8 message 3 and 9 inside message 5 of a
 * client with a certificate; everything else: fragments. */
#include <stdlib.h>
#include <string.h>

#include "crypto/ike/auth.h"
#include "crypto/pki/pki.h"

enum { LOCAL = 0xcb007101, REMOTE = 0xcb007165 };

static bool f_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                   size_t len)
{
	(void)ctx, (void)local, (void)remote, (void)msg, (void)len;
	return true;
}

static int f_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *arg), void *arg)
{
	(void)ctx;
	prim_dh_run(job);
	done(arg);
	return 0;
}

static uint32_t f_spi_alloc(void *ctx, uint32_t peer)
{
	(void)peer;
	static uint32_t spi = 0x10000000;
	(void)ctx;
	return ++spi;
}

static void f_spi(void *ctx, uint32_t spi)
{
	(void)ctx, (void)spi;
}

static int f_install(void *ctx, const struct sa_pair *pair, struct err *err)
{
	(void)ctx, (void)pair, (void)err;
	return 0;
}

static void f_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	(void)ctx, (void)spi, (void)why;
}

static void f_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote;
}

static const struct sa_ops sa_ops = {.spi_alloc = f_spi_alloc,
                                     .spi_await = f_spi,
                                     .spi_free = f_spi,
                                     .install_in = f_install,
                                     .install_out = f_spi,
                                     .remove = f_remove,
                                     .move = f_move};
static const struct ike_ops ops = {.send = f_send, .dh = f_dh, .sa = &sa_ops};

static struct ike_policy policy = {.priority = 10, .auth = AUTH_PSK, .group = 19, .life_s = 86400};
static const char *enabled[] = {"outside"};
static const struct ike_group group = {.name = "DefaultRAGroup",
                                       .psk = "key",
                                       .psk_len = 3,
                                       .dpd = true,
                                       .dpd_threshold_s = 300,
                                       .dpd_retry_s = 2,
                                       .l2tp_allowed = true};
static const struct ike_conf conf = {
        .policies = &policy,
        .npolicies = 1,
        .enabled = enabled,
        .nenabled = 1,
        .natt_s = 20,
        .identity_text = "",
        .groups = &group,
        .ngroups = 1,
        .ra = &group,
        .max_half_open = 10,
};
static struct ipsec_transform_set set = {"T", {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ESP_TRANSPORT};
static const struct ipsec_transform_set *sets[] = {&set};
static const struct ipsec_entry entry = {
        .map = "m", .dynamic = "d", .sets = sets, .nsets = 1, .nat_t = true};
static const struct ipsec_map map = {.name = "m", .entries = &entry, .n = 1};

static const struct ipsec_map *map_of(struct ike *ike, const char *ifname)
{
	(void)ike, (void)ifname;
	return &map;
}

/* ------------------------------------------------------------------ certificates */

static struct {
	void (*run)(void *job), (*done)(void *job);
	void *job;
} later;

static int f_work(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job)
{
	(void)ctx;
	if (later.job != NULL)
		return -1;
	later.run = run;
	later.done = done;
	later.job = job;
	return 0;
}

static void work(void)
{
	void *job = later.job;
	if (job == NULL)
		return;
	later.run(job);
	later.job = NULL;
	later.done(job);
}

static int64_t f_wall(void *ctx)
{
	(void)ctx;
	return 1800000000;
}

static const struct pki_ops pki_ops = {.work = f_work, .wall_s = f_wall};

static void parsers(const uint8_t *data, size_t len)
{
	struct ike_hdr hdr = {.next = len > 0 ? data[0] : 0};
	struct ike_msg *m = malloc(sizeof *m);
	struct p1_offer *p1 = malloc(sizeof *p1);
	struct p2_offer *p2 = malloc(sizeof *p2);
	struct bytes all = {data, len};
	struct rd r = rd_of(data, len);
	struct ike_attr a;
	const char *why;
	char text[512];
	if (m != NULL && p1 != NULL && p2 != NULL) {
		ike_msg_parse(m, &hdr, all, 16, &why);
		p1_read(p1, all, &why);
		p2_read(p2, all, &why);
		for (size_t i = 0; i < p1->n; i++)
			p1_text(text, sizeof text, &p1->t[i]);
		for (size_t i = 0; i < p2->n; i++)
			p2_text(text, sizeof text, &p2->t[i]);
		while (ike_attr_next(&r, &a))
			;
		ike_chain_text(text, sizeof text, hdr.next, all);
	}
	free(m);
	free(p1);
	free(p2);
}

/* An SA as it is after Main Mode. */
static struct ike_sa *established(struct ike *ike)
{
	struct ip4_end local = {LOCAL, 4500}, remote = {REMOTE, 4500};
	static const uint8_t id[8] = {1, 0, 0, 0, 203, 0, 113, 101};
	struct ike_sa *sa = sa_new(ike, local, remote, false);
	memset(sa->icookie, 1, 8);
	memset(sa->rcookie, 2, 8);
	sa_index(sa);
	share_set_text(&sa->ifname, "outside");
	sa->natt = NATT_RFC;
	sa->cipher = policy.cipher;
	sa->hash = policy.hash;
	sa->keys = (struct ike_keys){
	        .md = PRIM_SHA1, .cipher = PRIM_AES, .md_len = 20, .key_len = 16, .block = 16};
	ike_xchg_init(&sa->mm, sa, EXCH_MAIN, 0, false);
	peer_attach(peer_for(sa, (struct bytes){id, sizeof id}), sa);
	sa_established(sa);
	return sa;
}

static void inside(struct ike *ike, uint8_t exch, const uint8_t *data, size_t len)
{
	struct ike_sa *sa = established(ike);
	struct ike_out *o = calloc(1, sizeof *o);
	struct ike_hdr hdr = {.exch = exch, .flags = IKE_FLAG_ENCRYPTED, .msgid = 7};
	uint8_t iv[PRIM_IV_MAX];

	if (o == NULL || len < 1 || len > 3000) {
		free(o);
		return;
	}
	memcpy(hdr.icookie, sa->icookie, 8);
	memcpy(hdr.rcookie, sa->rcookie, 8);
	ike_out_begin(o, &hdr);
	size_t at = ike_hash_open(o, &sa->keys);
	ike_out_end(o);
	/* The chain behind HASH is the input: its first byte is the type of its first payload. */
	wr_patch_u16(&o->w, IKE_HDR_LEN, (uint16_t)(data[0] << 8));
	wr_bytes(&o->w, data + 1, len - 1);
	ike_hash_close(o, &sa->keys, at, hdr.msgid, (struct bytes){0});
	ike_keys_iv2(&sa->keys, sa->mm.iv, hdr.msgid, iv);
	if (ike_seal(o, &sa->keys, iv)) {
		struct bytes msg = ike_out_all(o);
		ike_input(ike, (struct ip4_end){LOCAL, 4500}, (struct ip4_end){REMOTE, 4500}, msg.p,
		          msg.len);
	}
	free(o);
}

static void from_peer(struct ike *ike, const struct ike_out *o)
{
	struct bytes msg = ike_out_all(o);
	ike_input(ike, (struct ip4_end){LOCAL, 4500}, (struct ip4_end){REMOTE, 4500}, msg.p,
	          msg.len);
}

/* An SA that waits for a message of Main Mode. */
static struct ike_sa *half_open(struct ike *ike, uint8_t state)
{
	struct ike_sa *sa =
	        sa_new(ike, (struct ip4_end){LOCAL, 4500}, (struct ip4_end){REMOTE, 4500}, false);
	memset(sa->icookie, 1, 8);
	memset(sa->rcookie, 2, 8);
	sa_index(sa);
	share_set_text(&sa->ifname, "outside");
	sa->natt = NATT_RFC;
	sa->cipher = policy.cipher;
	sa->hash = policy.hash;
	sa->group = policy.group;
	share_set_text(&sa->group_name, "DefaultRAGroup");
	sa->keys = (struct ike_keys){
	        .md = PRIM_SHA1, .cipher = PRIM_AES, .md_len = 20, .key_len = 16, .block = 16};
	ike_xchg_init(&sa->mm, sa, EXCH_MAIN, 0, false);
	ike_xchg_state(&sa->mm, state);
	return sa;
}

static void begin(struct ike_out *o, const struct ike_sa *sa, uint8_t exch, uint32_t msgid,
                  uint8_t flags)
{
	struct ike_hdr hdr = {.exch = exch, .flags = flags, .msgid = msgid};
	memcpy(hdr.icookie, sa->icookie, 8);
	memcpy(hdr.rcookie, sa->rcookie, 8);
	ike_out_begin(o, &hdr);
}

/* KE, nonce and NAT-D as a client may write them; the first byte is the type of the first payload. */
static void message3(struct ike *ike, const struct ike_auth *auth, const uint8_t *data, size_t len)
{
	struct ike_sa *sa = half_open(ike, ST_MM_WAIT3);
	sa->auth = auth;
	struct ike_out *o = calloc(1, sizeof *o);
	if (o != NULL && len > 0 && len < 3000) {
		begin(o, sa, EXCH_MAIN, 0, 0);
		wr_patch_u16(&o->w, 2 * IKE_COOKIE_LEN, (uint16_t)(data[0] << 8 | 0x10));
		wr_bytes(&o->w, data + 1, len - 1);
		ike_out_end(o);
		from_peer(ike, o);
	}
	free(o);
}

/* A peer who has the key says who it is in its own way: length and body of the ID, then type and chain of what
 * follows the hash. */
static void message5(struct ike *ike, const uint8_t *data, size_t len)
{
	struct ike_sa *sa = half_open(ike, ST_MM_WAIT5);
	struct ike_out *o = calloc(1, sizeof *o);
	struct rd r = rd_of(data, len);
	uint8_t hash[PRIM_MD_MAX], iv[PRIM_IV_MAX] = {0}, n = rd_u8(&r);
	struct bytes id = rd_bytes(&r, n < rd_left(&r) ? n : rd_left(&r));
	uint8_t next = rd_u8(&r);
	struct bytes rest = rd_rest(&r);
	if (o != NULL && rest.len < 3000) {
		size_t hash_len = ike_keys_auth(&sa->keys, sa->mm.ke_i, sa->mm.ke_r, sa->icookie,
		                                sa->rcookie, sa->mm.sa_i, id, hash);
		begin(o, sa, EXCH_MAIN, 0, IKE_FLAG_ENCRYPTED);
		ike_out_bytes(o, PAY_ID, id);
		ike_out_payload(o, PAY_HASH);
		size_t at = wr_len(&o->w) - IKE_PAYLOAD_HDR_LEN;
		wr_bytes(&o->w, hash, hash_len);
		ike_out_end(o);
		wr_patch_u16(&o->w, at, (uint16_t)(next << 8));
		wr_bytes(&o->w, rest.p, rest.len);
		if (ike_seal(o, &sa->keys, iv))
			from_peer(ike, o);
	}
	free(o);
}

/* The same of one with a certificate: length and body of the ID, then type and chain of what follows. */
static void certified(struct ike *ike, const uint8_t *data, size_t len)
{
	struct ike_sa *sa = half_open(ike, ST_MM_WAIT5);
	struct ike_out *o = calloc(1, sizeof *o);
	struct rd r = rd_of(data, len);
	uint8_t iv[PRIM_IV_MAX] = {0}, n = rd_u8(&r);
	struct bytes id = rd_bytes(&r, n < rd_left(&r) ? n : rd_left(&r));
	uint8_t next = rd_u8(&r);
	struct bytes rest = rd_rest(&r);
	sa->auth = &ike_auth_rsa;
	if (o != NULL && rest.len < 12000) {
		begin(o, sa, EXCH_MAIN, 0, IKE_FLAG_ENCRYPTED);
		ike_out_payload(o, PAY_ID);
		size_t at = wr_len(&o->w) - IKE_PAYLOAD_HDR_LEN;
		wr_bytes(&o->w, id.p, id.len);
		ike_out_end(o);
		wr_patch_u16(&o->w, at, (uint16_t)(next << 8));
		wr_bytes(&o->w, rest.p, rest.len);
		if (ike_seal(o, &sa->keys, iv))
			from_peer(ike, o);
	}
	free(o);
	work();
}

/* The answer to a rekey that we began. */
static void answer(struct ike *ike, const uint8_t *data, size_t len)
{
	struct ike_sa *sa = established(ike);
	static const uint8_t id[8] = {1, 17, 6, 0xa5, 203, 0, 113, 1};
	const struct ike_qm like = {
	        .mode = ESP_TRANSPORT, .id_local = {id, 8}, .id_remote = {id, 8}};
	struct ike_flow *flow = flow_new(sa->peer, &like);
	struct ike_out *o = calloc(1, sizeof *o);
	uint8_t iv[PRIM_IV_MAX];
	flow->alg = set.alg;
	flow->encap = ENCAP_UDP_TRANSPORT;
	flow->life_s = 3600;
	if (o != NULL && len > 0 && len < 3000 && qm_begin(sa, flow) && sa->quick != NULL) {
		const struct ike_xchg *x = &sa->quick->x;
		begin(o, sa, EXCH_QUICK, x->msgid, IKE_FLAG_ENCRYPTED);
		size_t at = ike_hash_open(o, &sa->keys);
		ike_out_end(o);
		wr_patch_u16(&o->w, IKE_HDR_LEN, (uint16_t)(data[0] << 8));
		wr_bytes(&o->w, data + 1, len - 1);
		ike_hash_close(o, &sa->keys, at, x->msgid, x->nonce_i);
		memcpy(iv, x->iv, sizeof iv);
		if (ike_seal(o, &sa->keys, iv))
			from_peer(ike, o);
	}
	free(o);
}

static void fragments(struct ike *ike, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	uint8_t msg[600] = {0};
	established(ike);
	while (rd_left(&r) > 2) {
		struct wr w = wr_of(msg, sizeof msg);
		size_t n = rd_u8(&r);
		struct bytes part = rd_bytes(&r, n < rd_left(&r) ? n : rd_left(&r));
		for (unsigned i = 0; i < 16; i++)
			wr_u8(&w, i < 8 ? 1 : 2);
		wr_u8(&w, PAYLOAD_FRAGMENT);
		wr_u8(&w, 0x10);
		wr_u16(&w, EXCH_QUICK << 8);
		wr_u32(&w, 7);
		wr_u32(&w, (uint32_t)(IKE_HDR_LEN + part.len));
		wr_bytes(&w, part.p, part.len);
		ike_input(ike, (struct ip4_end){LOCAL, 500}, (struct ip4_end){REMOTE, 500}, msg,
		          wr_len(&w));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct clock clock;
	struct err err;
	if (len < 1 || prim_init(&err) != 0)
		return 0;
	policy.cipher = ike_cipher_by_word(STR("aes"));
	policy.hash = ike_hash_by_word(STR("sha"));
	clock_init(&clock, 1000);
	struct ike *ike = ike_new(&clock, &ops, NULL);
	struct ike_iface iface = {.ifname = "outside", .ip = LOCAL};
	ike->map_of = map_of;
	ike_set_interfaces(ike, &iface, 1);
	struct pki *pki = pki_new(&clock, &pki_ops, NULL, -1, &err);
	if (pki == NULL)
		abort();
	ike_set_pki(ike, pki);
	ike_set_conf(ike, &conf, NULL);
	switch (data[0]) {
	case 0:
		ike_input(ike, (struct ip4_end){LOCAL, 500}, (struct ip4_end){REMOTE, 500},
		          data + 1, len - 1);
		break;
	case 1:
		parsers(data + 1, len - 1);
		break;
	case 2:
		inside(ike, EXCH_QUICK, data + 1, len - 1);
		break;
	case 3:
		inside(ike, EXCH_INFO, data + 1, len - 1);
		break;
	case 5:
		message3(ike, &ike_auth_psk, data + 1, len - 1);
		break;
	case 6:
		message5(ike, data + 1, len - 1);
		break;
	case 7:
		answer(ike, data + 1, len - 1);
		break;
	case 8:
		message3(ike, &ike_auth_rsa, data + 1, len - 1);
		break;
	case 9:
		certified(ike, data + 1, len - 1);
		break;
	default:
		fragments(ike, data + 1, len - 1);
	}
	clock_run(&clock, 5000);
	ike_free(ike);
	work(); /* nobody waits for it any more */
	pki_free(pki);
	clock_free(&clock);
	return 0;
}
