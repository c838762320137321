/* A client that has a certificate, or pretends to, and writes what ours never would into message 5: forged signatures,
 * malformed certificates, identities and requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/rsa.h>

#include "crypto/ike/auth.h"
#include "tests/exchange/pki_world.h"

enum { MODULUS = 128, FRAME = 11 };

/* ------------------------------------------------------------------ the client's message 5 */

typedef void writer(struct ike_xchg *x, struct ike_out *o);
static writer *write_5;
static struct ike_auth hostile;
static EVP_PKEY *his_key;

static void hostile_write(struct ike_xchg *x, struct ike_out *o, bool id)
{
	(void)id;
	write_5(x, o);
}

/* As message 4 reaches the client. */
static bool turn_hostile(struct net *net, struct net_packet *p)
{
	struct ike_sa *sa = net->client.ike->sas;
	if (p->to == &net->client && sa != NULL && sa->mm.state == ST_MM_WAIT4) {
		hostile = ike_auth_rsa;
		hostile.write = hostile_write;
		sa->auth = &hostile;
	}
	return true;
}

static void put_id(struct ike_xchg *x, struct ike_out *o)
{
	ike_out_bytes(o, PAY_ID, x->id_i);
}

static void put_cert(struct ike_out *o, uint8_t type, struct bytes der)
{
	ike_out_payload(o, PAY_CERT);
	wr_u8(&o->w, type);
	wr_bytes(&o->w, der.p, der.len);
}

static void put_own(struct ike_xchg *x, struct ike_out *o)
{
	put_cert(o, 4, pki_cert_der(x->sign->cert[0]));
}

static void put_sig(struct ike_xchg *x, struct ike_out *o)
{
	ike_out_bytes(o, PAY_SIG, (struct bytes){x->sign->sig, x->sign->sig_len});
}

/* ------------------------------------------------------------------ signatures */

/* Whatever block, encrypted with his key as it is. */
static void put_block(struct ike_xchg *x, struct ike_out *o, const uint8_t block[MODULUS])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(his_key, NULL);
	uint8_t sig[MODULUS];
	size_t len = sizeof sig;
	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, block, MODULUS), 1);
	EVP_PKEY_CTX_free(ctx);
	put_id(x, o);
	put_own(x, o);
	ike_out_bytes(o, PAY_SIG, (struct bytes){sig, len});
}

static struct bytes own_hash(struct ike_xchg *x)
{
	static uint8_t hash[PRIM_MD_MAX];
	return (struct bytes){hash, ike_auth_hash(x->sa, true, x->id_i, hash)};
}

/* 00 type ff..ff 00 data, after of it behind the data */
static void frame(uint8_t block[MODULUS], uint8_t type, struct bytes data, size_t after)
{
	memset(block, type == 1 ? 0xff : 0x5a, MODULUS);
	block[0] = 0;
	block[1] = type;
	block[MODULUS - after - data.len - 1] = 0;
	memcpy(block + MODULUS - after - data.len, data.p, data.len);
	memset(block + MODULUS - after, 0x77, after);
}

static void s_right(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t block[MODULUS];
	frame(block, 1, own_hash(x), 0);
	put_block(x, o, block);
}

static void s_digest_info(struct ike_xchg *x, struct ike_out *o)
{
	static const uint8_t sha1[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
	uint8_t block[MODULUS], data[sizeof sha1 + 20];
	memcpy(data, sha1, sizeof sha1);
	memcpy(data + sizeof sha1, own_hash(x).p, 20);
	frame(block, 1, (struct bytes){data, sizeof data}, 0);
	put_block(x, o, block);
}

static void s_trailing(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t block[MODULUS];
	frame(block, 1, own_hash(x), 40);
	put_block(x, o, block);
}

static void s_short_hash(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t block[MODULUS];
	struct bytes hash = own_hash(x);
	frame(block, 1, (struct bytes){hash.p, hash.len - 1}, 0);
	put_block(x, o, block);
}

static void s_long_hash(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t block[MODULUS], data[PRIM_MD_MAX + 1] = {0};
	struct bytes hash = own_hash(x);
	memcpy(data + 1, hash.p, hash.len); /* a leading zero */
	frame(block, 1, (struct bytes){data, hash.len + 1}, 0);
	put_block(x, o, block);
}

static void s_type_2(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t block[MODULUS];
	frame(block, 2, own_hash(x), 0);
	put_block(x, o, block);
}

static void s_of_responder(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t block[MODULUS], hash[PRIM_MD_MAX];
	size_t len = ike_auth_hash(x->sa, false, x->id_i, hash);
	frame(block, 1, (struct bytes){hash, len}, 0);
	put_block(x, o, block);
}

static void s_bytes(struct ike_xchg *x, struct ike_out *o, uint8_t fill, size_t len)
{
	uint8_t sig[PKI_SIG_MAX + 2];
	memset(sig, fill, sizeof sig);
	put_id(x, o);
	put_own(x, o);
	ike_out_bytes(o, PAY_SIG, (struct bytes){sig, len});
}

static void s_zero(struct ike_xchg *x, struct ike_out *o)
{
	s_bytes(x, o, 0, MODULUS);
}

static void s_above_modulus(struct ike_xchg *x, struct ike_out *o)
{
	s_bytes(x, o, 0xff, MODULUS);
}

static void s_one_byte(struct ike_xchg *x, struct ike_out *o)
{
	s_bytes(x, o, 1, 1);
}

static void s_too_long(struct ike_xchg *x, struct ike_out *o)
{
	s_bytes(x, o, 1, PKI_SIG_MAX + 1);
}

static void s_zero_before(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	put_own(x, o);
	ike_out_payload(o, PAY_SIG);
	wr_u8(&o->w, 0);
	wr_bytes(&o->w, x->sign->sig, x->sign->sig_len);
}

static void s_byte_less(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	put_own(x, o);
	ike_out_bytes(o, PAY_SIG, (struct bytes){x->sign->sig, x->sign->sig_len - 1});
}

static void s_bit_wrong(struct ike_xchg *x, struct ike_out *o)
{
	x->sign->sig[MODULUS - 1] ^= 1;
	put_id(x, o);
	put_own(x, o);
	put_sig(x, o);
}

/* Without the private key: the cube root of a block that is right up to the hash, whatever follows (e = 3). */
static void s_cube_root(struct ike_xchg *x, struct ike_out *o)
{
	enum { HEAD = FRAME + 20 };
	uint8_t block[MODULUS] = {0}, sig[MODULUS], cube[MODULUS];
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *want = BN_new(), *s = BN_new(), *c = BN_new();

	block[1] = 1;
	memset(block + 2, 0xff, 8);
	memcpy(block + FRAME, own_hash(x).p, 20);
	memset(block + HEAD, 0x80, MODULUS - HEAD);
	BN_bin2bn(block, MODULUS, want);
	for (int bit = MODULUS * 8 / 3 + 1; bit >= 0; bit--) { /* the greatest s whose cube is not above */
		BN_set_bit(s, bit);
		BN_sqr(c, s, ctx);
		BN_mul(c, c, s, ctx);
		if (BN_cmp(c, want) > 0)
			BN_clear_bit(s, bit);
	}
	BN_sqr(c, s, ctx);
	BN_mul(c, c, s, ctx);
	BN_bn2binpad(c, cube, MODULUS);
	assert_memory_equal(cube, block, HEAD); /* a reader of the padding alone believes it */
	BN_bn2binpad(s, sig, MODULUS);
	BN_free(want);
	BN_free(s);
	BN_free(c);
	BN_CTX_free(ctx);
	put_id(x, o);
	put_own(x, o);
	ike_out_bytes(o, PAY_SIG, (struct bytes){sig, MODULUS});
}

/* ------------------------------------------------------------------ certificates */

static void c_none(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	put_sig(x, o);
}

static void c_empty(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	put_cert(o, 4, (struct bytes){0});
	put_sig(x, o);
}

static void c_garbage(struct ike_xchg *x, struct ike_out *o)
{
	static const uint8_t garbage[] = {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x80};
	put_id(x, o);
	put_cert(o, 4, (struct bytes){garbage, sizeof garbage});
	put_sig(x, o);
}

static void c_cut(struct ike_xchg *x, struct ike_out *o)
{
	struct bytes der = pki_cert_der(x->sign->cert[0]);
	put_id(x, o);
	put_cert(o, 4, (struct bytes){der.p, der.len - 1});
	put_sig(x, o);
}

static void c_trailing(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t der[4096] = {0};
	struct bytes own = pki_cert_der(x->sign->cert[0]);
	memcpy(der, own.p, own.len);
	put_id(x, o);
	put_cert(o, 4, (struct bytes){der, own.len + 1});
	put_sig(x, o);
}

static void c_pkcs7(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	put_cert(o, 1, pki_cert_der(x->sign->cert[0]));
	put_sig(x, o);
}

static void c_many(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	for (int i = 0; i < PKI_CHAIN_MAX + 1; i++)
		put_own(x, o);
	put_sig(x, o);
}

/* ------------------------------------------------------------------ identities, and what is missing */

static void put_other_id(struct ike_xchg *x, struct ike_out *o, uint8_t type, const void *data, size_t len)
{
	uint8_t body[3000];
	struct wr w = wr_of(body, sizeof body);
	wr_u32(&w, (uint32_t)type << 24);
	wr_bytes(&w, data, len);
	struct bytes id = {body, wr_len(&w)};
	uint8_t hash[PRIM_MD_MAX], block[MODULUS];
	size_t n = ike_auth_hash(x->sa, true, id, hash);
	frame(block, 1, (struct bytes){hash, n}, 0);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(his_key, NULL);
	uint8_t sig[MODULUS];
	size_t sig_len = sizeof sig;
	EVP_PKEY_sign_init(ctx);
	EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING);
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &sig_len, block, MODULUS), 1);
	EVP_PKEY_CTX_free(ctx);
	ike_out_bytes(o, PAY_ID, id);
	put_own(x, o);
	ike_out_bytes(o, PAY_SIG, (struct bytes){sig, sig_len});
}

static void i_empty_dn(struct ike_xchg *x, struct ike_out *o)
{
	put_other_id(x, o, ID_DER_ASN1_DN, NULL, 0);
}

static void i_garbage_dn(struct ike_xchg *x, struct ike_out *o)
{
	put_other_id(x, o, ID_DER_ASN1_DN, "\x30\x84\xff\xff\xff\xff", 6);
}

static void i_nul(struct ike_xchg *x, struct ike_out *o)
{
	put_other_id(x, o, ID_FQDN, "laptop.example.com\0.evil.example", 32);
}

static void i_shorter(struct ike_xchg *x, struct ike_out *o)
{
	put_other_id(x, o, ID_FQDN, "laptop.example.co", 17);
}

static void i_address_of_3(struct ike_xchg *x, struct ike_out *o)
{
	put_other_id(x, o, ID_IPV4_ADDR, "\xcb\x00\x71", 3);
}

static void i_unknown(struct ike_xchg *x, struct ike_out *o)
{
	put_other_id(x, o, 200, "x", 1);
}

static void i_too_long(struct ike_xchg *x, struct ike_out *o)
{
	uint8_t text[2500];
	memset(text, 'a', sizeof text);
	put_other_id(x, o, ID_FQDN, text, sizeof text);
}

static void i_twice(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	s_right(x, o);
}

static void i_right(struct ike_xchg *x, struct ike_out *o)
{
	put_other_id(x, o, ID_FQDN, "Laptop.example.COM", 18);
}

static void p_no_signature(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	put_own(x, o);
}

static void p_hash_too(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	ike_out_bytes(o, PAY_HASH, own_hash(x));
	put_own(x, o);
	put_sig(x, o);
}

static void p_two_signatures(struct ike_xchg *x, struct ike_out *o)
{
	put_id(x, o);
	put_own(x, o);
	put_sig(x, o);
	put_sig(x, o);
}

/* ------------------------------------------------------------------ requests: passed over, whatever they are */

static void r_odd(struct ike_xchg *x, struct ike_out *o)
{
	static const uint8_t requests[][8] = {{4, 0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0}, {7, 1}, {4, 0x30, 0x7f, 1}, {0}, {4, 0x30, 0x82, 0xff}};
	s_right(x, o);
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
		ike_out_bytes(o, PAY_CERTREQ, (struct bytes){requests[i], sizeof requests[i]});
	ike_out_bytes(o, PAY_CERTREQ, (struct bytes){requests[0], 1});
}

static void r_many(struct ike_xchg *x, struct ike_out *o)
{
	s_right(x, o);
	for (uint8_t i = 0; i < 60; i++) {
		const uint8_t name[] = {4, 0x30, 3, 2, 1, i};
		ike_out_bytes(o, PAY_CERTREQ, (struct bytes){name, sizeof name});
	}
}

/* ------------------------------------------------------------------ */

static const struct hostile_case {
	const char *name;
	writer *write;
	const char *line; /* of 713904, NULL = none; "in" = the client gets in */
	unsigned id;      /* of the line that names the payload */
	const char *payload;
	uint16_t notify;
} cases[] = {
        {"the right block", s_right, "in", 0, NULL, 0},
        {"DigestInfo", s_digest_info, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"trailing bytes", s_trailing, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"short hash", s_short_hash, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"long hash", s_long_hash, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"block type 2", s_type_2, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"hash of the responder", s_of_responder, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"zero", s_zero, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"above the modulus", s_above_modulus, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"one byte", s_one_byte, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"too long", s_too_long, "signature is wrong (too long)", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"a zero before", s_zero_before, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"a byte less", s_byte_less, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"a wrong bit", s_bit_wrong, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"cube root", s_cube_root, "signature is wrong", 713048, "ID: 9", NOTIFY_INVALID_SIGNATURE},
        {"no certificate", c_none, "sent no certificate", 713048, "ID: 6", NOTIFY_CERTIFICATE_UNAVAILABLE},
        {"empty certificate", c_empty, "cannot be read", 713048, "ID: 6", NOTIFY_INVALID_CERT_ENCODING},
        {"garbage certificate", c_garbage, "cannot be read", 713048, "ID: 6", NOTIFY_INVALID_CERT_ENCODING},
        {"certificate cut", c_cut, "cannot be read", 713048, "ID: 6", NOTIFY_INVALID_CERT_ENCODING},
        {"byte behind it", c_trailing, "cannot be read", 713048, "ID: 6", NOTIFY_INVALID_CERT_ENCODING},
        {"PKCS #7", c_pkcs7, NULL, 713048, "ID: 6", NOTIFY_UNSUPPORTED_CERT_TYPE},
        {"nine certificates", c_many, "too many certificates", 713048, "ID: 6", NOTIFY_INVALID_CERTIFICATE},
        {"empty DN", i_empty_dn, "identity is not in its certificate", 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"garbage DN", i_garbage_dn, "identity is not in its certificate", 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"NUL in a name", i_nul, "identity is not in its certificate", 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"part of a name", i_shorter, "identity is not in its certificate", 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"address of three bytes", i_address_of_3, "identity is not in its certificate", 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"unknown identity", i_unknown, "identity is not in its certificate (Unknown)", 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"long identity", i_too_long, NULL, 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"two identities", i_twice, NULL, 713048, "ID: 5", NOTIFY_INVALID_ID_INFORMATION},
        {"its other name", i_right, "in", 0, NULL, 0},
        {"no signature", p_no_signature, NULL, 713048, "ID: 9", NOTIFY_PAYLOAD_MALFORMED},
        {"a hash too", p_hash_too, NULL, 713048, "ID: 9", NOTIFY_PAYLOAD_MALFORMED},
        {"two signatures", p_two_signatures, NULL, 713048, "ID: 9", NOTIFY_PAYLOAD_MALFORMED},
        {"odd requests", r_odd, "in", 713083, NULL, 0},
        {"many requests", r_many, "in", 0, NULL, 0},
};

static uint16_t notified;
static bool watch(struct net *net, struct net_packet *p)
{
	if (p->to == &net->client && p->data[2 * IKE_COOKIE_LEN + 2] == EXCH_INFO && !(p->data[2 * IKE_COOKIE_LEN + 3] & 1))
		notified = (uint16_t)(p->data[IKE_HDR_LEN + 10] << 8 | p->data[IKE_HDR_LEN + 11]);
	return turn_hostile(net, p);
}

/* A certificate for a key with e = 3. */
static X509 *weak_exponent(struct pki_world *w)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *three = BN_new();
	BN_set_word(three, 3);
	his_key = NULL;
	EVP_PKEY_keygen_init(ctx);
	EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, MODULUS * 8);
	EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, three);
	assert_int_equal(EVP_PKEY_generate(ctx, &his_key), 1);
	EVP_PKEY_CTX_free(ctx);
	BN_free(three);
	X509 *x = issue(CLIENT_DN, CLIENT, w->root, ROOT, "DNS:laptop.example.com,IP:203.0.113.101");
	X509_set_pubkey(x, his_key);
	assert_true(X509_sign(x, maker_key(ROOT, 0), EVP_sha256()) > 0);
	return x;
}

static void hostile_messages(void **state)
{
	struct pki_world *w = *state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct hostile_case *c = &cases[i];
		struct net *net = &w->net;
		bool in = c->line != NULL && strcmp(c->line, "in") == 0;
		X509_free(w->his);
		w->his = weak_exponent(w);
		prepare(w);
		kit_put_key(&w->client, "HIS", his_key);
		write_5 = c->write;
		notified = 0;
		net->filter = watch;
		ask(w, CLIENT_IP, CLIENT_IP);
		client_connect(&net->client);
		if (net->server.flow_ups != in || net->server.ike->npeers != in)
			fail_msg("%s: %u flows", c->name, net->server.flow_ups);
		if (c->line != NULL && !in && net_logged(net, 713904, c->line) != 1)
			fail_msg("%s: not said: %s", c->name, c->line);
		if (c->id != 0 && net_logged(net, c->id, c->payload) == 0)
			fail_msg("%s: no %u", c->name, c->id);
		if (notified != c->notify)
			fail_msg("%s: notify %u", c->name, notified);
		if (net->server.ike->stat[STAT_AUTH_FAILS] + net->server.ike->stat[STAT_RESPONDER_FAILS] == 0 && !in)
			fail_msg("%s: not counted", c->name);
		EVP_PKEY_free(his_key);
		pki_world_teardown(state);
		pki_world_setup(state);
	}
}

/* What is not encrypted with the keys of the exchange does not end it: the client's own message still counts. */
static bool spoil(struct net *net, struct net_packet *p)
{
	static bool done;
	struct ike_sa *sa = net->server.ike->sas;
	if (sa == NULL)
		done = false;
	if (p->to != &net->server || sa == NULL || sa->mm.state != ST_MM_WAIT5 || done)
		return true;
	done = true;
	struct net_packet *copy = malloc(sizeof *copy);
	*copy = *p;
	for (size_t at = IKE_HDR_LEN + 8; at < copy->len; at++)
		copy->data[at] ^= 0x5a;
	net->queue[net->nqueue++] = copy;
	return true;
}

static void garbage_of_a_stranger(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	w->net.filter = spoil;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	net_run(&w->net, 20000);
	connected(w);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, pki_world_setup, pki_world_teardown)
	const struct CMUnitTest tests[] = {
	        T(hostile_messages),
	        T(garbage_of_a_stranger),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	maker_free();
	return failed;
}
