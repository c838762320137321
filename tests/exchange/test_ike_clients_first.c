/* What the clients that are built into systems send first: messages as they are on the wire (constructed by the published
 * descriptions of them), and vendor IDs of both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_by_hand.h"

/* ------------------------------------------------------------------ first messages */

#define VID_MS_NT5_7    "\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61\x00\x00\x00\x07"
#define VID_MS_NT5_9    "\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61\x00\x00\x00\x09"
#define VID_KEY_MODS    "\x01\x52\x8b\xbb\xc0\x06\x96\x12\x18\x49\xab\x9a\x1c\x5b\x2a\x51\x00\x00\x00\x01"
#define VID_RFC3947     "\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f"
#define VID_NATT_02N    "\x90\xcb\x80\x91\x3e\xbb\x69\x6e\x08\x63\x81\xb5\xec\x42\x7b\x1f"
#define VID_NATT_00     "\x44\x85\x15\x2d\x18\xb6\xbb\xcd\x0b\xe8\xa8\x46\x95\x79\xdd\xcc"
#define VID_FRAG        "\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3"
#define VID_DISCOVERY   "\xfb\x1d\xe3\xcd\xf3\x41\xb7\xea\x16\xb7\xe5\xbe\x08\x55\xf1\x20"
#define VID_CONTACT     "\x26\x24\x4d\x38\xed\xdb\x61\xb3\x17\x2a\x36\xe3\xd0\xcf\xb8\x19"
#define VID_CGA         "\xe3\xa5\x96\x6a\x76\x37\x9f\xe7\x07\x22\x82\x31\xe5\xce\x86\x52"
#define VID_DPD         "\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00"

/* Attributes of phase 1. */
#define CIPHER(id)      "\x80\x01\x00" id
#define HASH(id)        "\x80\x02\x00" id
#define PSK             "\x80\x03\x00\x01"
#define GROUP(id)       "\x80\x04\x00" id
#define KEY_256         "\x80\x0e\x01\x00"
#define KEY_128         "\x80\x0e\x00\x80"
#define EIGHT_HOURS     "\x80\x0b\x00\x01\x00\x0c\x00\x04\x00\x00\x70\x80"
#define ONE_HOUR        "\x80\x0b\x00\x01\x80\x0c\x0e\x10"
#define NO_KILOBYTES    "\x80\x0b\x00\x02\x00\x0c\x00\x04\xff\xff\xff\xff"

struct text {
	const char *p;
	size_t len;
};
#define TEXT(s) {s, sizeof(s) - 1}
enum { TRANSFORMS = 16, VIDS = 10 };
/* What Windows has offered since 7. */
#define SINCE_WINDOWS_7                                                                            \
	TEXT(CIPHER("\x07") KEY_256 HASH("\x02") GROUP("\x14") PSK EIGHT_HOURS),                  \
	TEXT(CIPHER("\x07") KEY_128 HASH("\x02") GROUP("\x13") PSK EIGHT_HOURS),                  \
	TEXT(CIPHER("\x07") KEY_256 HASH("\x02") GROUP("\x0e") PSK EIGHT_HOURS),                  \
	TEXT(CIPHER("\x05") HASH("\x02") GROUP("\x0e") PSK EIGHT_HOURS),                          \
	TEXT(CIPHER("\x05") HASH("\x02") GROUP("\x02") PSK EIGHT_HOURS)

static const struct first {
	const char *name;
	struct text transform[TRANSFORMS]; /* attributes, in the order sent */
	struct text vid[VIDS];
	size_t len; /* of the message where that is known */
} windows_7 = {
        "Windows 7",
        {SINCE_WINDOWS_7},
        {TEXT(VID_MS_NT5_7), TEXT(VID_RFC3947), TEXT(VID_NATT_02N), TEXT(VID_FRAG), TEXT(VID_DISCOVERY),
         TEXT(VID_CONTACT), TEXT(VID_CGA)},
        384,
}, windows_10 = {
        "Windows 8.1 and later",
        {SINCE_WINDOWS_7},
        {TEXT(VID_KEY_MODS), TEXT(VID_MS_NT5_9), TEXT(VID_RFC3947), TEXT(VID_NATT_02N), TEXT(VID_FRAG),
         TEXT(VID_DISCOVERY), TEXT(VID_CONTACT), TEXT(VID_CGA)},
        408,
}, android = {
        "Android",
        /* SHA-384, SHA-256, SHA-512, SHA-1; a limit of kilobytes, which phase 1 has not */
        {TEXT(EIGHT_HOURS NO_KILOBYTES CIPHER("\x07") KEY_256 PSK HASH("\x05") GROUP("\x02")),
         TEXT(EIGHT_HOURS NO_KILOBYTES CIPHER("\x07") KEY_256 PSK HASH("\x04") GROUP("\x02")),
         TEXT(EIGHT_HOURS NO_KILOBYTES CIPHER("\x07") KEY_256 PSK HASH("\x06") GROUP("\x02")),
         TEXT(EIGHT_HOURS NO_KILOBYTES CIPHER("\x07") KEY_256 PSK HASH("\x02") GROUP("\x02")),
         TEXT(EIGHT_HOURS NO_KILOBYTES CIPHER("\x05") PSK HASH("\x02") GROUP("\x02"))},
        {TEXT(VID_RFC3947), TEXT(VID_NATT_02N), TEXT(VID_NATT_00), TEXT(VID_FRAG "\x80\x00\x00\x00"), TEXT(VID_DPD)},
        0,
}, apple = {
        "macOS, iOS",
        {TEXT(ONE_HOUR CIPHER("\x07") KEY_256 PSK HASH("\x04") GROUP("\x0e")),
         TEXT(ONE_HOUR CIPHER("\x07") KEY_256 PSK HASH("\x02") GROUP("\x0e")),
         TEXT(ONE_HOUR CIPHER("\x07") KEY_256 PSK HASH("\x01") GROUP("\x0e")),
         TEXT(ONE_HOUR CIPHER("\x07") KEY_256 PSK HASH("\x06") GROUP("\x0e")),
         TEXT(ONE_HOUR CIPHER("\x07") KEY_256 PSK HASH("\x04") GROUP("\x05")),
         TEXT(ONE_HOUR CIPHER("\x05") PSK HASH("\x02") GROUP("\x02"))},
        {TEXT(VID_RFC3947),
         TEXT("\x4d\xf3\x79\x28\xe9\xfc\x4f\xd1\xb3\x26\x21\x70\xd5\x15\xc6\x62"), /* Apple's own, without a number */
         TEXT("\x8f\x8d\x83\x82\x6d\x24\x6b\x6f\xc7\xa8\xa6\xa4\x28\xc1\x1d\xe8"), /* -08 */
         TEXT("\x7d\x94\x19\xa6\x53\x10\xca\x6f\x2c\x17\x9d\x92\x15\x52\x9d\x56"), TEXT(VID_NATT_02N),
         TEXT(VID_FRAG "\x80\x00\x00\x00"), TEXT(VID_DPD)},
        0,
};

static void write_transform(struct wr *w, const struct text *attrs, bool more, uint8_t number)
{
	wr_u8(w, more ? 3 : 0);
	wr_u8(w, 0);
	wr_u16(w, (uint16_t)(8 + attrs->len));
	wr_u8(w, number);
	wr_u8(w, 1);
	wr_u16(w, 0);
	wr_bytes(w, attrs->p, attrs->len);
}

static size_t count(const struct text *texts, size_t most, size_t *bytes)
{
	size_t n = 0;
	for (*bytes = 0; n < most && texts[n].p != NULL; n++)
		*bytes += texts[n].len;
	return n;
}

static void write_first(struct ike_out *o, const struct first *f, uint8_t cookie)
{
	struct ike_hdr hdr = {.exch = EXCH_MAIN};
	size_t bytes, n = count(f->transform, TRANSFORMS, &bytes);
	memset(hdr.icookie, cookie, sizeof hdr.icookie);
	ike_out_begin(o, &hdr);
	ike_out_payload(o, PAY_SA);
	wr_u32(&o->w, 1);
	wr_u32(&o->w, 1);
	wr_u16(&o->w, 0);
	wr_u16(&o->w, (uint16_t)(8 + 8 * n + bytes));
	wr_u32(&o->w, 0x01010000u | (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		write_transform(&o->w, &f->transform[i], i + 1 < n, (uint8_t)(i + 1));
	n = count(f->vid, VIDS, &bytes);
	for (size_t i = 0; i < n; i++)
		ike_out_bytes(o, PAY_VENDOR, (struct bytes){(const uint8_t *)f->vid[i].p, f->vid[i].len});
	assert_true(ike_out_end(o));
	if (f->len != 0)
		assert_int_equal(wr_len(&o->w), f->len);
}

/* The answer, in clear. */
static void answer(struct ike_msg *m)
{
	struct rd r = rd_of(hand_sent.data, hand_sent.len);
	struct ike_hdr hdr;
	assert_int_equal(hand_sent.n, 1);
	assert_true(ike_hdr_read(&r, &hdr));
	assert_true(ike_msg_parse(m, &hdr, rd_rest(&r), 0, NULL));
}

static bool has_vendor(const struct ike_msg *m, const char *id)
{
	const struct ike_payload *p = NULL;
	while ((p = ike_msg_find(m, PAY_VENDOR, p)) != NULL)
		if (p->body.len >= 16 && memcmp(p->body.p, id, 16) == 0)
			return true;
	return false;
}

/* What is chosen of this first message by a server with one policy: the transform comes back byte for byte. */
static void choose(struct net *net, const struct first *f, const char *cipher, const char *hash, uint16_t group,
                   unsigned want)
{
	static uint8_t cookie;
	static struct ike_out o;
	struct ike_msg m;
	net->server.offer.conf.npolicies = 0;
	ike_offer_policy(&net->server.offer, cipher, hash, group, 86400);
	write_first(&o, f, ++cookie);
	hand_sent.n = 0;
	hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
	answer(&m);
	assert_int_equal(m.hdr.exch, want != 0 ? EXCH_MAIN : EXCH_INFO);
	if (want == 0)
		return;
	struct bytes sa = ike_msg_find(&m, PAY_SA, NULL)->body;
	struct rd r = rd_of(sa.p, sa.len);
	rd_skip(&r, 8 + 8 + 4);
	assert_int_equal(rd_u8(&r), want);
	rd_skip(&r, 3);
	struct bytes attrs = rd_rest(&r);
	assert_int_equal(attrs.len, f->transform[want - 1].len);
	assert_memory_equal(attrs.p, f->transform[want - 1].p, attrs.len);
	assert_true(has_vendor(&m, VID_RFC3947));
	assert_false(has_vendor(&m, VID_NATT_02N)); /* one of them is enough */
	assert_true(has_vendor(&m, VID_FRAG));
}

static void first_messages(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->filter = hand_catch;
	const struct first *windows[] = {&windows_7, &windows_10};
	for (size_t i = 0; i < 2; i++) {
		choose(net, windows[i], "aes-256", "sha", 20, 1);
		choose(net, windows[i], "aes", "sha", 19, 2);
		choose(net, windows[i], "aes-256", "sha", 14, 3);
		choose(net, windows[i], "3des", "sha", 14, 4);
		choose(net, windows[i], "3des", "sha", 2, 5);
		choose(net, windows[i], "aes-256", "sha256", 14, 0);
		assert_true(net->server.ike->sas->microsoft);
	}
	choose(net, &android, "aes-256", "sha256", 2, 2);
	choose(net, &android, "aes-256", "sha", 2, 4);
	assert_int_equal(net->server.ike->sas_last->life_s, 28800);
	assert_false(net->server.ike->sas_last->microsoft);
	choose(net, &android, "3des", "sha", 2, 5);
	choose(net, &apple, "aes-256", "sha256", 14, 1);
	assert_int_equal(net->server.ike->sas_last->life_s, 3600);
	assert_int_equal(net->server.ike->sas_last->natt, NATT_RFC);
	choose(net, &apple, "aes-256", "md5", 14, 3);
	choose(net, &apple, "aes-256", "sha256", 5, 5);
	choose(net, &apple, "3des", "sha", 2, 6);
}

/* With Windows' first choice all of it: the curves. */
static void elliptic_curves(void **state)
{
	struct net *net = *state;
	static const struct {
		const char *cipher;
		uint16_t group;
	} choices[] = {{"aes-256", 20}, {"aes", 19}};
	for (size_t i = 0; i < 2; i++) {
		net->server.offer.conf.npolicies = 0;
		ike_offer_policy(&net->server.offer, "aes-256", "sha", 20, 86400);
		ike_offer_policy(&net->server.offer, "aes", "sha", 19, 86400);
		net_client(net, &net->client, PRIVATE_IP, NAT_IP, choices[i].cipher, "sha", choices[i].group);
		client_connect(&net->client);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		assert_int_equal(net->server.ike->sas->group, choices[i].group);
		net_teardown(state);
		net_setup(state);
	}
}

/* Unknown ones in any number and of any length, also when there are more than a message has room for else. */
static void vendor_ids_without_number(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	static const uint8_t other[300] = {0x77};
	struct ike_msg m;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->filter = hand_catch;
	ike_out_begin(&o, &(struct ike_hdr){.exch = EXCH_MAIN, .icookie = {7, 7}});
	ike_out_payload(&o, PAY_SA);
	p1_write_offer(&o.w, &net->server.offer.policy[0]);
	ike_out_bytes(&o, PAY_VENDOR, (struct bytes){(const uint8_t *)VID_RFC3947, 16});
	for (size_t len = 0; len < sizeof other / 2; len++)
		ike_out_bytes(&o, PAY_VENDOR, (struct bytes){other, len});
	assert_true(ike_out_end(&o));
	hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
	answer(&m);
	assert_int_equal(m.hdr.exch, EXCH_MAIN);
	assert_true(has_vendor(&m, VID_RFC3947));
}

/* ------------------------------------------------------------------ vendor IDs of the server */

static unsigned vendors_seen;

static bool count_vendors(struct net *net, struct net_packet *p)
{
	struct rd r = rd_of(p->data, p->len);
	struct ike_hdr hdr;
	struct ike_msg m;
	if (p->from != &net->server || !ike_hdr_read(&r, &hdr) || hdr.flags & IKE_FLAG_ENCRYPTED)
		return true;
	assert_true(ike_msg_parse(&m, &hdr, rd_rest(&r), 16, NULL));
	const struct ike_payload *v = NULL;
	while ((v = ike_msg_find(&m, PAY_VENDOR, v)) != NULL)
		vendors_seen++;
	return true;
}

/* crypto ikev1 vendor-id-disable: only that of NAT traversal, from either side; nothing is done that was not said. */
static void no_optional_vendor_ids(void **state)
{
	struct net *net = *state;
	for (unsigned disabled = 0; disabled < 2; disabled++) {
		vendors_seen = 0;
		net->server.offer.conf.vendor_id_disable = disabled;
		net->filter = count_vendors;
		net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
		client_connect(&net->client);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		assert_true(node_sa(&net->server)->pair.udp_encap);
		assert_int_equal(vendors_seen, disabled ? 1 : 3);
		assert_int_equal(net->server.ike->sas->dpd_peer, !disabled);
		assert_int_equal(net->server.ike->sas->fragmentation, !disabled);
		vendors_seen = 0;
		mm_begin(net->server.ike->peers, net->server.ike->sas);
		net_run(net, 1000);
		assert_int_equal(net->server.ike->nsas, 2);
		assert_int_equal(vendors_seen, NATT_N - NATT_DRAFT_02N + (disabled ? 0 : 2));
		net_teardown(state);
		net_setup(state);
	}
}

/* Of an old Apple's drafts the server begins with the one that was agreed on before, beside its own four. */
static void begins_with_the_draft_of_before(void **state)
{
	static const char *const ids[] = {[NATT_DRAFT_04] = "\x99\x09\xb6\x4e\xed\x93\x7c\x65\x73\xde\x52\xac\xe9\x52\xfa\x6b",
	                                  [NATT_DRAFT_05] = "\x80\xd0\xbb\x3d\xef\x54\x56\x5e\xe8\x46\x45\xd4\xc8\x5c\xe3\xee"};
	struct net *net = *state;
	struct ike_msg m;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	net->filter = hand_catch;
	net->server.ike->sas->natt = NATT_DRAFT_05;
	mm_begin(net->server.ike->peers, net->server.ike->sas);
	net_run(net, 100);
	answer(&m);
	assert_true(has_vendor(&m, ids[NATT_DRAFT_05]));
	assert_false(has_vendor(&m, ids[NATT_DRAFT_04]));
	assert_true(has_vendor(&m, VID_RFC3947));
	assert_true(has_vendor(&m, VID_NATT_02N));
	/* the same in Aggressive Mode */
	while (net->server.ike->sas->next != NULL)
		sa_delete(net->server.ike->sas->next, SA_END_ADMIN, false);
	net->server.ike->peers->aggressive = true;
	hand_sent.n = 0;
	mm_begin(net->server.ike->peers, net->server.ike->sas);
	net_run(net, 100);
	answer(&m);
	assert_int_equal(m.hdr.exch, EXCH_AGGRESSIVE);
	assert_true(has_vendor(&m, ids[NATT_DRAFT_05]));
	assert_false(has_vendor(&m, ids[NATT_DRAFT_04]));
	assert_true(has_vendor(&m, VID_RFC3947));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, hand_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(first_messages),
	        T(elliptic_curves),
	        T(vendor_ids_without_number),
	        T(no_optional_vendor_ids),
	        T(begins_with_the_draft_of_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
