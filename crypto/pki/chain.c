#include "crypto/pki/chain.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/pki/logtext.h"
#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"

enum {
	CHAIN_BITS_MIN = 1024,
	CHAIN_TRIES_MAX = 8, /* trustpoints: a stranger's certificates cost no more than so many chains */
};

/* ------------------------------------------------------------------ trustpoints */

static void drop_ca(void *cert)
{
	pki_cert_drop(cert);
}

static bool copy_trustpoint(struct arena *a, const struct pki_trustpoint *from, struct pki_trustpoint *to)
{
	*to = *from;
	memset(to->cert, 0, sizeof to->cert);
	to->subject = to->fqdn = to->email = to->challenge = to->keypair = "";
	to->name = arena_str(a, str_of(from->name));
	to->url = arena_str(a, str_of(from->url));
	to->ocsp_url = arena_str(a, str_of(from->ocsp_url));
	bool ok = to->name != NULL && to->url != NULL && to->ocsp_url != NULL;
	for (size_t i = 0; ok && i < sizeof to->crl_url / sizeof to->crl_url[0]; i++)
		ok = (to->crl_url[i] = arena_str(a, str_of(from->crl_url[i]))) != NULL;
	if (!ok)
		return false;
	to->cert[PKI_ROLE_CA] = pki_cert_hold(from->cert[PKI_ROLE_CA]);
	return arena_at_end(a, drop_ca, to->cert[PKI_ROLE_CA]);
}

struct pki_anchors *pki_anchors_new(const struct pki_conf *conf)
{
	struct arena *arena = arena_new(0);
	struct pki_anchors *a = arena != NULL ? arena_alloc(arena, sizeof *a) : NULL;
	size_t n = conf != NULL ? conf->ntrustpoints : 0;
	struct pki_trustpoint *tp = a != NULL ? arena_calloc(arena, n + 1, sizeof *tp) : NULL;
	if (tp == NULL) {
		arena_free(arena);
		return NULL;
	}
	*a = (struct pki_anchors){.arena = arena, .tp = tp};
	atomic_init(&a->refs, 1);
	for (size_t i = 0; i < n; i++) {
		const struct pki_trustpoint *from = &conf->trustpoints[i];
		if (from->cert[PKI_ROLE_CA] == NULL || !from->validates)
			continue;
		if (!copy_trustpoint(arena, from, &tp[a->n])) {
			arena_free(arena);
			return NULL;
		}
		a->n++;
	}
	return a;
}

struct pki_anchors *pki_anchors_hold(struct pki_anchors *a)
{
	if (a != NULL)
		atomic_fetch_add_explicit(&a->refs, 1, memory_order_relaxed);
	return a;
}

void pki_anchors_drop(struct pki_anchors *a)
{
	if (a != NULL && atomic_fetch_sub_explicit(&a->refs, 1, memory_order_acq_rel) == 1)
		arena_free(a->arena);
}

/* ------------------------------------------------------------------ reasons */

static const struct {
	int error;
	enum pki_why why;
} whys[] = {
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, PKI_WHY_CHAIN},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, PKI_WHY_CHAIN},
        {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, PKI_WHY_CHAIN},
        {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, PKI_WHY_CHAIN},
        {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, PKI_WHY_CHAIN},
        {X509_V_ERR_CERT_CHAIN_TOO_LONG, PKI_WHY_CHAIN},
        {X509_V_ERR_CERT_UNTRUSTED, PKI_WHY_CHAIN},
        {X509_V_ERR_CERT_REJECTED, PKI_WHY_CHAIN},
        {X509_V_ERR_SUBJECT_ISSUER_MISMATCH, PKI_WHY_CHAIN},
        {X509_V_ERR_AKID_SKID_MISMATCH, PKI_WHY_CHAIN},
        {X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH, PKI_WHY_CHAIN},
        {X509_V_ERR_CERT_SIGNATURE_FAILURE, PKI_WHY_CHAIN_SIGNATURE},
        {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, PKI_WHY_CHAIN_SIGNATURE},
        {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, PKI_WHY_CHAIN_SIGNATURE},
        {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, PKI_WHY_CHAIN_SIGNATURE},
        {X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, PKI_WHY_CHAIN_SIGNATURE},
        {X509_V_ERR_CERT_NOT_YET_VALID, PKI_WHY_NOT_YET},
        {X509_V_ERR_CERT_HAS_EXPIRED, PKI_WHY_EXPIRED},
        {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, PKI_WHY_MALFORMED},
        {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, PKI_WHY_MALFORMED},
        {X509_V_ERR_INVALID_EXTENSION, PKI_WHY_MALFORMED},
        {X509_V_ERR_INVALID_CA, PKI_WHY_NOT_A_CA},
        {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, PKI_WHY_NOT_A_CA},
        {X509_V_ERR_PATH_LENGTH_EXCEEDED, PKI_WHY_NOT_A_CA},
        {X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA, PKI_WHY_NOT_A_CA},
        {X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN, PKI_WHY_NOT_A_CA},
        {X509_V_ERR_INVALID_NON_CA, PKI_WHY_NOT_A_CA},
        {X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, PKI_WHY_NOT_A_CA},
        {X509_V_ERR_PERMITTED_VIOLATION, PKI_WHY_NAME_CONSTRAINT},
        {X509_V_ERR_EXCLUDED_VIOLATION, PKI_WHY_NAME_CONSTRAINT},
        {X509_V_ERR_SUBTREE_MINMAX, PKI_WHY_NAME_CONSTRAINT},
        {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, PKI_WHY_NAME_CONSTRAINT},
        {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, PKI_WHY_NAME_CONSTRAINT},
        {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, PKI_WHY_NAME_CONSTRAINT},
        {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, PKI_WHY_EXTENSION},
        {X509_V_ERR_EE_KEY_TOO_SMALL, PKI_WHY_WEAK},
        {X509_V_ERR_CA_KEY_TOO_SMALL, PKI_WHY_WEAK},
        {X509_V_ERR_CA_MD_TOO_WEAK, PKI_WHY_WEAK},
        {X509_V_ERR_OUT_OF_MEM, PKI_WHY_BUSY},
};

enum pki_why pki_chain_why(int x509_error)
{
	for (size_t i = 0; i < sizeof whys / sizeof whys[0]; i++)
		if (whys[i].error == x509_error)
			return whys[i].why;
	return PKI_WHY_CHAIN;
}

/* The certificate it is about (may be NULL), then why. */
static void detail(struct pki_chain *out, const struct pki_cert *cert, const char *why)
{
	char name[PKI_LOG_NAME_MAX] = "";
	if (cert != NULL)
		pki_name_text(pki_cert_subject(cert), name, sizeof name);
	snprintf(out->detail, sizeof out->detail, "%s%s%s", name, name[0] != '\0' ? " " : "", why);
}

/* Refusals by time say what the appliance believes the time is: a wrong clock is the usual cause. */
static void time_detail(struct pki_chain *out, const struct pki_cert *cert, int64_t now)
{
	char limit[PKI_LOG_TIME_MAX], clock[PKI_LOG_TIME_MAX], why[2 * PKI_LOG_TIME_MAX + 32];
	bool early = out->why == PKI_WHY_NOT_YET;
	pki_log_time(early ? pki_cert_not_before(cert) : pki_cert_not_after(cert), limit);
	pki_log_time(now, clock);
	snprintf(why, sizeof why, "%s %s, the clock says %s", early ? "from" : "until", limit, clock);
	detail(out, cert, why);
}

/* ------------------------------------------------------------------ one trustpoint */

struct attempt {
	const struct pki_trustpoint *tp;
	struct pki_cert *const *certs;
	size_t n;
	int64_t now;
};

static bool name_eq(const X509_NAME *a, const X509_NAME *b)
{
	return X509_NAME_cmp(a, b) == 0;
}

static struct pki_cert *find_x509(const struct attempt *t, const X509 *x)
{
	struct pki_cert *ca = t->tp->cert[PKI_ROLE_CA];
	for (size_t i = 0; i < t->n; i++)
		if (pki_cert_x509(t->certs[i]) == x)
			return t->certs[i];
	return pki_cert_x509(ca) == x ? ca : NULL;
}

/* `no ca-check`: what a CA certificate lacks to be one is passed over. */
static int on_verify(int ok, X509_STORE_CTX *ctx)
{
	const struct attempt *t = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	if (!ok && !t->tp->ca_check && (error == X509_V_ERR_INVALID_CA || error == X509_V_ERR_KEYUSAGE_NO_CERTSIGN))
		return 1;
	return ok;
}

static void take_path(const struct attempt *t, X509_STORE_CTX *ctx, struct pki_chain *out)
{
	STACK_OF(X509) *found = X509_STORE_CTX_get0_chain(ctx);
	for (int i = 0; i < sk_X509_num(found) && out->npath < PKI_CHAIN_MAX + 1; i++) {
		struct pki_cert *c = find_x509(t, sk_X509_value(found, i));
		if (c != NULL)
			out->path[out->npath++] = pki_cert_hold(c);
	}
}

static void refuse_x509(const struct attempt *t, X509_STORE_CTX *ctx, struct pki_chain *out)
{
	int error = X509_STORE_CTX_get_error(ctx);
	const struct pki_cert *at = find_x509(t, X509_STORE_CTX_get_current_cert(ctx));
	out->why = pki_chain_why(error);
	if (at != NULL && (out->why == PKI_WHY_NOT_YET || out->why == PKI_WHY_EXPIRED))
		time_detail(out, at, t->now);
	else
		detail(out, at, X509_verify_cert_error_string(error));
}

static bool exponent_ok(const struct pki_cert *cert)
{
	BIGNUM *e = NULL;
	bool ok = EVP_PKEY_get_bn_param(X509_get0_pubkey(pki_cert_x509(cert)), OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	          BN_is_odd(e) && !BN_is_one(e);
	BN_free(e);
	return ok;
}

/* Our own rules: the library's levels refuse SHA-1 and 1024 bits together with what is broken. */
static void check_strength(struct pki_chain *out)
{
	for (size_t i = 0; i < out->npath; i++) {
		const struct pki_cert *c = out->path[i];
		int digest = NID_undef, key = NID_undef;
		const char *what = NULL;
		OBJ_find_sigid_algs(X509_get_signature_nid(pki_cert_x509(c)), &digest, &key);
		if (pki_cert_bits(c) < CHAIN_BITS_MIN)
			what = "has an RSA key of less than 1024 bits";
		else if (!exponent_ok(c))
			what = "has an RSA key with a bad exponent";
		else if (i + 1 < out->npath && (digest == NID_md5 || digest == NID_md4 || digest == NID_md2))
			what = "is signed with a hash that is broken";
		if (what != NULL) {
			out->why = PKI_WHY_WEAK;
			detail(out, c, what);
			return;
		}
	}
}

/* RFC 4945 §5.1.3.2: either bit will do, and no extension too. */
static void check_usage(struct pki_chain *out)
{
	uint32_t usage = X509_get_key_usage(pki_cert_x509(out->path[0]));
	if ((usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0) {
		out->why = PKI_WHY_USAGE;
		detail(out, out->path[0], "has a key usage without digital signature");
	}
}

static bool set_up(const struct attempt *t, X509_STORE_CTX *ctx, X509_STORE *store, STACK_OF(X509) *others)
{
	if (ctx == NULL || store == NULL || others == NULL)
		return false;
	for (size_t i = 1; i < t->n && t->tp->subordinates; i++)
		if (sk_X509_push(others, pki_cert_x509(t->certs[i])) == 0)
			return false;
	if (X509_STORE_add_cert(store, pki_cert_x509(t->tp->cert[PKI_ROLE_CA])) != 1 ||
	    X509_STORE_CTX_init(ctx, store, pki_cert_x509(t->certs[0]), others) != 1)
		return false;
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_VERIFY_PARAM_set_depth(param, PKI_CHAIN_MAX);
	X509_VERIFY_PARAM_set_time(param, (time_t)t->now);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_STORE_CTX_set_app_data(ctx, (void *)t);
	X509_STORE_CTX_set_verify_cb(ctx, on_verify);
	return true;
}

static void attempt(const struct attempt *t, struct pki_chain *out)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	*out = (struct pki_chain){.why = PKI_WHY_GOOD, .tp = t->tp};
	if (!set_up(t, ctx, store, others)) {
		out->why = PKI_WHY_BUSY;
	} else if (X509_verify_cert(ctx) != 1) {
		refuse_x509(t, ctx, out);
	} else {
		take_path(t, ctx, out);
		check_strength(out);
		if (out->why == PKI_WHY_GOOD)
			check_usage(out);
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(others);
	ERR_clear_error();
	if (out->why != PKI_WHY_GOOD) {
		for (size_t i = 0; i < out->npath; i++)
			pki_cert_drop(out->path[i]);
		out->npath = 0;
	}
}

/* ------------------------------------------------------------------ all of them */

/* Neither trustpoint nor certificate: which of the two is missing? */
static void refuse_unknown(struct pki_cert *const *certs, size_t n, bool passed_over, struct pki_chain *out)
{
	const X509_NAME *issuer = X509_get_issuer_name(pki_cert_x509(certs[0]));
	char name[PKI_LOG_NAME_MAX], text[PKI_LOG_NAME_MAX + 16];
	bool sent = false;
	for (size_t i = 1; i < n; i++)
		sent = sent || name_eq(issuer, X509_get_subject_name(pki_cert_x509(certs[i])));
	out->why = sent || passed_over ? PKI_WHY_CHAIN : PKI_WHY_NO_TRUSTPOINT;
	pki_name_text(pki_cert_issuer(certs[0]), name, sizeof name);
	snprintf(text, sizeof text, "issuer: %s", name);
	detail(out, NULL, text);
}

/* The reason of the trustpoint that is nearest to the truth: one whose chain was whole says more than one whose was not. */
static bool says_more(const struct pki_chain *a, const struct pki_chain *than)
{
	return than->why == PKI_WHY_CHAIN && a->why != PKI_WHY_CHAIN;
}

void pki_chain_build(const struct pki_anchors *anchors, struct pki_cert *const *certs, size_t n, int64_t now,
                     struct pki_chain *out)
{
	unsigned tries = 0;
	bool passed_over = false;
	*out = (struct pki_chain){.why = PKI_WHY_GOOD};
	/* Level 0: trustpoints that issued the peer's own certificate. Then those of the certificates it sent along. */
	for (size_t level = 0; level < n; level++) {
		const X509_NAME *issuer = X509_get_issuer_name(pki_cert_x509(certs[level]));
		for (size_t i = 0; i < anchors->n; i++) {
			const struct pki_trustpoint *tp = &anchors->tp[i];
			struct attempt t = {tp, certs, n, now};
			struct pki_chain c;
			if (!name_eq(issuer, X509_get_subject_name(pki_cert_x509(tp->cert[PKI_ROLE_CA]))))
				continue;
			if (level > 0 && !tp->subordinates) {
				passed_over = true;
				continue;
			}
			if (tries == CHAIN_TRIES_MAX)
				return;
			attempt(&t, &c);
			if (tries++ == 0 || c.why == PKI_WHY_GOOD || says_more(&c, out))
				*out = c;
			if (c.why == PKI_WHY_GOOD)
				return;
		}
	}
	if (tries == 0)
		refuse_unknown(certs, n, passed_over, out);
}

void pki_chain_drop(struct pki_chain *c)
{
	for (size_t i = 0; i < c->npath; i++)
		pki_cert_drop(c->path[i]);
	c->npath = 0;
}
