#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/pki/maker.h"

#include <errno.h>
#include <openssl/ocsp.h>
#include <stdio.h>

enum { KEYS = 16, DERS = 512 };
static EVP_PKEY *keys[KEYS];
static unsigned char *ders[DERS];
static size_t nders;
static long serials = 1000;

EVP_PKEY *maker_key(unsigned slot, unsigned bits)
{
	assert_true(slot < KEYS);
	if (keys[slot] == NULL)
		keys[slot] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)(bits != 0 ? bits : 1024));
	assert_non_null(keys[slot]);
	return keys[slot];
}

void maker_free(void)
{
	for (size_t i = 0; i < KEYS; i++) {
		EVP_PKEY_free(keys[i]);
		keys[i] = NULL;
	}
	while (nders > 0)
		OPENSSL_free(ders[--nders]);
}

static struct bytes keep(unsigned char *der, int len)
{
	assert_true(len > 0 && nders < DERS);
	ders[nders++] = der;
	return (struct bytes){der, (size_t)len};
}

static void name_of(X509_NAME *name, const char *text)
{
	char copy[512], *rest = copy, *part;
	snprintf(copy, sizeof copy, "%s", text);
	while ((part = strsep(&rest, "/")) != NULL) {
		char *value = strchr(part, '=');
		if (value == NULL)
			continue;
		*value++ = '\0';
		assert_int_equal(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, (const uint8_t *)value, -1, -1, 0), 1);
	}
}

X509 *maker_cert(const struct maker *m)
{
	X509 *x = X509_new(), *issuer = m->issuer != NULL ? m->issuer : x;
	X509V3_CTX ctx;
	assert_non_null(x);
	X509_set_version(x, m->v1 ? 0 : 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), m->serial != 0 ? m->serial : serials++);
	name_of(X509_get_subject_name(x), m->subject);
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	ASN1_TIME_set(X509_getm_notBefore(x), m->from != 0 ? m->from : MAKER_NOW - MAKER_DAY);
	ASN1_TIME_set(X509_getm_notAfter(x), m->until != 0 ? m->until : MAKER_NOW + 365 * MAKER_DAY);
	X509_set_pubkey(x, maker_key(m->slot, m->bits));
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	for (size_t i = 0; i < 8 && m->ext[i].nid != 0; i++) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, m->ext[i].nid, m->ext[i].value);
		assert_non_null(e);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	const EVP_MD *md = EVP_get_digestbyname(m->digest != NULL ? m->digest : "SHA256");
	assert_true(X509_sign(x, maker_key(m->issuer != NULL ? m->issuer_slot : m->slot, 0), md) > 0);
	return x;
}

X509 *maker_ca(const char *subject, unsigned slot, X509 *issuer, unsigned issuer_slot)
{
	struct maker m = {.subject = subject,
	                  .slot = slot,
	                  .issuer = issuer,
	                  .issuer_slot = issuer_slot,
	                  .ext = {{NID_basic_constraints, "critical,CA:TRUE"},
	                          {NID_key_usage, "critical,keyCertSign,cRLSign"}}};
	return maker_cert(&m);
}

struct bytes maker_der(X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	return keep(der, len);
}

struct pki_cert *maker_pki(X509 *x)
{
	struct err err = {0};
	struct pki_cert *c = pki_cert_read(maker_der(x), &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	return c;
}

/* ------------------------------------------------------------------ revocation */

static X509_EXTENSION *unknown(const char *oid)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(data, (const uint8_t *)"\x05", 2);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, 1, data);
	ASN1_OCTET_STRING_free(data);
	ASN1_OBJECT_free(o);
	return e;
}

static void revoke(X509_CRL *crl, const ASN1_INTEGER *serial, int reason, const char *critical)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_TIME *when = ASN1_TIME_set(NULL, MAKER_NOW - 7200);
	X509_REVOKED_set_serialNumber(r, (ASN1_INTEGER *)serial);
	X509_REVOKED_set_revocationDate(r, when);
	if (reason >= 0) {
		ASN1_ENUMERATED *e = ASN1_ENUMERATED_new();
		ASN1_ENUMERATED_set(e, reason);
		X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, e, 0, 0);
		ASN1_ENUMERATED_free(e);
	}
	if (critical != NULL) {
		X509_EXTENSION *e = unknown(critical);
		X509_REVOKED_add_ext(r, e, -1);
		X509_EXTENSION_free(e);
	}
	X509_CRL_add0_revoked(crl, r);
	ASN1_TIME_free(when);
}

static void crl_extensions(X509_CRL *crl, const struct maker_crl *m)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, m->issuer, NULL, NULL, crl, 0);
	if (m->scope != NULL) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, NID_issuing_distribution_point, m->scope);
		if (e == NULL)
			fail_msg("%s", m->scope);
		X509_CRL_add_ext(crl, e, -1);
		X509_EXTENSION_free(e);
	}
	if (m->critical != NULL) {
		X509_EXTENSION *e = unknown(m->critical);
		X509_CRL_add_ext(crl, e, -1);
		X509_EXTENSION_free(e);
	}
	if (m->delta) {
		ASN1_INTEGER *n = ASN1_INTEGER_new();
		ASN1_INTEGER_set(n, 1);
		X509_CRL_add1_ext_i2d(crl, NID_delta_crl, n, 1, 0);
		ASN1_INTEGER_free(n);
	}
}

struct bytes maker_crl(const struct maker_crl *m)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, m->from != 0 ? m->from : MAKER_NOW - 3600);
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	unsigned char *der = NULL;
	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(m->issuer));
	X509_CRL_set1_lastUpdate(crl, t);
	ASN1_TIME_set(t, m->until > 0 ? m->until : MAKER_NOW + MAKER_DAY);
	if (m->until >= 0)
		X509_CRL_set1_nextUpdate(crl, t);
	if (m->revoked != NULL)
		revoke(crl, X509_get0_serialNumber(m->revoked), m->reason, m->entry_critical);
	for (long i = 0; i < m->count; i++) {
		ASN1_INTEGER_set(serial, m->first + i);
		revoke(crl, serial, 1, NULL);
	}
	crl_extensions(crl, m);
	assert_true(X509_CRL_sign(crl, maker_key(m->issuer_slot, 0), EVP_sha256()) > 0);
	int len = i2d_X509_CRL(crl, &der);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(t);
	X509_CRL_free(crl);
	return keep(der, len);
}

static void answer_nonce(const struct maker_ocsp *m, OCSP_BASICRESP *basic)
{
	const unsigned char *at = m->request.p;
	OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &at, (long)m->request.len);
	assert_non_null(request);
	if (m->other_nonce)
		OCSP_basic_add1_nonce(basic, NULL, -1);
	else if (!m->no_nonce)
		OCSP_copy_nonce(basic, request);
	OCSP_REQUEST_free(request);
}

struct bytes maker_ocsp(const struct maker_ocsp *m)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), m->cert, m->issuer);
	ASN1_TIME *from = ASN1_TIME_set(NULL, m->from != 0 ? m->from : MAKER_NOW - 60);
	ASN1_TIME *until = ASN1_TIME_set(NULL, m->until > 0 ? m->until : MAKER_NOW + MAKER_DAY);
	ASN1_TIME *revoked = m->status == V_OCSP_CERTSTATUS_REVOKED ? ASN1_TIME_set(NULL, MAKER_NOW - 7200) : NULL;
	unsigned char *der = NULL;
	assert_non_null(OCSP_basic_add1_status(basic, id, m->status, m->reason, revoked, from, m->until >= 0 ? until : NULL));
	answer_nonce(m, basic);
	assert_int_equal(OCSP_basic_sign(basic, m->signer, maker_key(m->signer_slot, 0), EVP_sha256(), NULL,
	                                 m->no_certs ? OCSP_NOCERTS : 0), 1);
	OCSP_RESPONSE *r = OCSP_response_create(m->error, m->error == 0 ? basic : NULL);
	int len = i2d_OCSP_RESPONSE(r, &der);
	OCSP_RESPONSE_free(r);
	ASN1_TIME_free(revoked);
	ASN1_TIME_free(until);
	ASN1_TIME_free(from);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	return keep(der, len);
}

/* ------------------------------------------------------------------ ops */

static int on_work(void *ctx, void (*run)(void *), void (*done)(void *), void *job)
{
	struct maker_world *w = ctx;
	if (w->nwork == sizeof w->work / sizeof w->work[0] || (w->work_limit != 0 && w->nwork >= w->work_limit))
		return -EAGAIN;
	w->work[w->nwork].run = run;
	w->work[w->nwork].done = done;
	w->work[w->nwork++].job = job;
	return 0;
}

static void *on_fetch(void *ctx, const struct pki_fetch *f, void (*done)(void *, const struct pki_fetched *),
                      void *arg, struct err *err)
{
	struct maker_world *w = ctx;
	if (w->no_fetch) {
		err_set(err, -ENETDOWN, "no network");
		return NULL;
	}
	assert_true(w->nfetch < sizeof w->fetch / sizeof w->fetch[0]);
	struct maker_fetch *m = &w->fetch[w->nfetch++];
	*m = (struct maker_fetch){.done = done, .arg = arg, .open = true};
	snprintf(m->url, sizeof m->url, "%s", f->url);
	if (f->body.len > 0) {
		assert_true(nders < DERS);
		m->body = (struct bytes){ders[nders++] = OPENSSL_memdup(f->body.p, f->body.len), f->body.len};
	}
	return m;
}

static void on_cancel(void *ctx, void *fetch)
{
	struct maker_world *w = ctx;
	struct maker_fetch *f = fetch;
	assert_true(f->open);
	f->open = false;
	w->cancelled++;
}

static int64_t on_wall(void *ctx)
{
	struct maker_world *w = ctx;
	return clock_wall(&w->clock);
}

const struct pki_ops maker_ops = {
        .work = on_work, .fetch = on_fetch, .fetch_cancel = on_cancel, .wall_s = on_wall};

void maker_world_init(struct maker_world *w)
{
	memset(w, 0, sizeof *w);
	clock_init(&w->clock, 1000000);
	w->clock.wall_offset_ms = (int64_t)MAKER_NOW * 1000 - 1000000;
}

void maker_world_free(struct maker_world *w)
{
	maker_work(w);
	assert_int_equal(maker_open(w), 0);
	assert_int_equal(w->clock.n, 0);
	clock_free(&w->clock);
}

void maker_work(struct maker_world *w)
{
	while (w->nwork > 0) {
		void (*done)(void *) = w->work[0].done;
		void *job = w->work[0].job;
		if (!w->stopping)
			w->work[0].run(job);
		w->nwork--;
		memmove(w->work, w->work + 1, w->nwork * sizeof w->work[0]);
		done(job);
	}
}

static struct maker_fetch *oldest(const struct maker_world *w)
{
	for (size_t i = 0; i < w->nfetch; i++)
		if (w->fetch[i].open)
			return (struct maker_fetch *)&w->fetch[i];
	return NULL;
}

void maker_answer(struct maker_world *w, int rc, struct bytes body)
{
	struct maker_fetch *f = oldest(w);
	struct pki_fetched got = {.rc = rc, .why = rc != 0 ? "timed out" : NULL, .status = 200, .type = "", .body = body};
	assert_non_null(f);
	f->open = false;
	f->done(f->arg, &got);
}

size_t maker_open(const struct maker_world *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->nfetch; i++)
		n += w->fetch[i].open;
	return n;
}

const char *maker_url(const struct maker_world *w)
{
	const struct maker_fetch *f = oldest(w);
	return f != NULL ? f->url : "";
}
