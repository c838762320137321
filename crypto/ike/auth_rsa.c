/* RSA signatures (RFC 2409 §5.1): the peer's certificates and signature are checked, our own signature is made, both
 * without holding up anybody else. */
#include "crypto/ike/auth.h"

#include <errno.h>
#include <stdio.h>

#include "crypto/ike/debug_pix.h"
#include "crypto/ike/group.h"
#include "crypto/ike/main.h"
#include "crypto/ike/refused.h"

/* ------------------------------------------------------------------ refusals */

/* What the peer is told, the payload it is about (0 = the certificate as a whole), the cause that is told here (0 = the
 * certificate). */
static const struct {
	uint16_t notify;
	uint8_t payload, cause;
} refusals[PKI_WHYS] = {
        [PKI_WHY_MALFORMED] = {NOTIFY_INVALID_CERT_ENCODING, PAY_CERT, 0},
        [PKI_WHY_NO_CERT] = {NOTIFY_CERTIFICATE_UNAVAILABLE, PAY_CERT, 0},
        [PKI_WHY_TOO_MANY] = {NOTIFY_INVALID_CERTIFICATE, PAY_CERT, 0},
        [PKI_WHY_NO_TRUSTPOINT] = {NOTIFY_INVALID_CERT_AUTHORITY, 0, FAIL_CERT_CA},
        [PKI_WHY_CHAIN] = {NOTIFY_INVALID_CERT_AUTHORITY, 0, FAIL_CERT_CA},
        [PKI_WHY_CHAIN_SIGNATURE] = {NOTIFY_INVALID_CERTIFICATE, 0, 0},
        [PKI_WHY_NOT_YET] = {NOTIFY_INVALID_CERTIFICATE, 0, FAIL_CERT_TIME},
        [PKI_WHY_EXPIRED] = {NOTIFY_INVALID_CERTIFICATE, 0, FAIL_CERT_TIME},
        [PKI_WHY_NOT_A_CA] = {NOTIFY_INVALID_CERTIFICATE, 0, 0},
        [PKI_WHY_USAGE] = {NOTIFY_INVALID_CERTIFICATE, 0, 0},
        [PKI_WHY_WEAK] = {NOTIFY_INVALID_CERTIFICATE, 0, 0},
        [PKI_WHY_SIGNATURE] = {NOTIFY_INVALID_SIGNATURE, PAY_SIG, 0},
        [PKI_WHY_IDENTITY] = {NOTIFY_INVALID_ID_INFORMATION, PAY_ID, FAIL_CERT_ID},
        [PKI_WHY_NO_CRL] = {0, 0, FAIL_CERT_STATUS},
        [PKI_WHY_CRL_INVALID] = {0, 0, FAIL_CERT_STATUS},
        [PKI_WHY_CRL_STALE] = {0, 0, FAIL_CERT_STATUS},
        [PKI_WHY_NO_OCSP] = {0, 0, FAIL_CERT_STATUS},
        [PKI_WHY_OCSP_INVALID] = {0, 0, FAIL_CERT_STATUS},
        [PKI_WHY_REVOKED] = {NOTIFY_INVALID_CERTIFICATE, 0, 0},
};

/* One line names the payload or the certificate, one the reason. */
static enum ike_verdict refuse(struct ike_xchg *x, enum pki_why why, const char *detail)
{
	struct ike_sa *sa = x->sa;
	struct ike *ike = sa->ike;
	uint16_t notify = refusals[why].notify != 0 ? refusals[why].notify : NOTIFY_AUTHENTICATION_FAILED;
	bool more = detail != NULL && detail[0] != '\0';
	char line[512];

	snprintf(line, sizeof line, "Authentication of the peer failed: %s%s%.300s%s", pki_why_text(why),
	         more ? " (" : "", more ? detail : "", more ? ")" : "");
	if (ike_may_log(ike)) {
		if (refusals[why].payload != 0)
			ike_log(ike, MSG_713048, ike_prefix(sa).s, (unsigned)refusals[why].payload);
		else
			ike_log(ike, MSG_713109, ike_prefix(sa).s);
		ike_log(ike, MSG_713904, ike_prefix(sa).s, line);
	}
	pix_refused(sa, why);
	ike_refused(sa, (struct failure){.cause = refusals[why].cause != 0 ? (enum fail_cause)refusals[why].cause : FAIL_CERT,
	                                 .offered = line + sizeof "Authentication of the peer failed:"});
	ike->stat[STAT_AUTH_FAILS]++;
	ike->stat[STAT_HASH_FAILS] += why == PKI_WHY_SIGNATURE;
	return mm_fail(sa, notify);
}

static void incomplete(struct ike_sa *sa, const char *why)
{
	sa->ike->stat[STAT_AUTH_FAILS]++;
	mm_malformed(sa, PAY_SIG, why, NOTIFY_PAYLOAD_MALFORMED);
}

/* ------------------------------------------------------------------ the peer */

/* Does the identity stand in the certificate, as the tunnel group wants it? */
static bool identity_fits(struct ike_xchg *x, const struct ike_group *group, const struct pki_cert *cert)
{
	struct ike_sa *sa = x->sa;
	uint8_t type;
	struct bytes id = ike_id_data(*ike_peer_id_at(x), &type);
	bool nosupport = false;

	ike_dbg(sa, IKE_DETAIL, "peer ID type %u received (%s)", type, ike_id_text(type));
	if (group->id_validate == PKI_ID_NOCHECK || pki_id_check(cert, type, id, &nosupport))
		return true;
	ike_dbg(sa, IKE_EVENT, "Unable to compare IKE ID against peer cert Subject Alt Name");
	return nosupport && group->id_validate == PKI_ID_IF_SUPPORTED;
}

/* The tunnel group of this certificate; when we have begun it is the one the peer came in by. */
static bool land(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	struct ike *ike = sa->ike;
	const struct ike_group *group = ike_group_of(sa);

	if (!x->initiator) {
		uint8_t type;
		struct bytes id = ike_id_data(*ike_peer_id_at(x), &type);
		group = ike_group_for_cert(sa, pki_conf_of(ike->pki), sa->cert, type, id);
		if (group == NULL) {
			ike_log(ike, MSG_713903, ike_prefix(sa).s, "Can't find a valid tunnel group, aborting...!");
			ike_refused(sa, (struct failure){.cause = FAIL_CERT, .offered = "no tunnel group for the certificate"});
			return false;
		}
		ike_sa_land(sa, group);
	}
	if (certs_trust_point(ike, group) != NULL)
		return true;
	if (group->psk != NULL)
		ike_log(ike, MSG_713165, ike_prefix(sa).s);
	else
		ike_log(ike, MSG_713226, ike_prefix(sa).s, ip4_text(x->remote.ip).s, group->name);
	return false;
}

static enum ike_verdict believed(struct ike_xchg *x, const struct pki_verdict *v)
{
	struct ike_sa *sa = x->sa;

	pix_believed(x, v->why == PKI_WHY_GOOD_UNCHECKED);
	pki_cert_drop(sa->cert);
	sa->cert = pki_cert_hold(v->cert);
	if (!land(x)) {
		sa->ike->stat[STAT_AUTH_FAILS]++;
		return mm_fail(sa, NOTIFY_AUTHENTICATION_FAILED);
	}
	if (!identity_fits(x, ike_group_of(sa), sa->cert))
		return refuse(x, PKI_WHY_IDENTITY, ike_id_text(ike_peer_id_at(x)->p[0]));
	pix_authenticated(sa);
	sa->flags |= SAF_PROVED;
	return STEP_DONE;
}

static void checked(void *arg, const struct pki_verdict *v)
{
	struct ike_xchg *x = arg;
	struct ike *ike = x->sa->ike;
	enum ike_verdict verdict;

	x->check = NULL;
	ike_enter(ike);
	verdict = v->cert != NULL ? believed(x, v) : refuse(x, v->why, v->detail);
	if (verdict == STEP_DONE)
		verdict = x->then(x);
	if (verdict != STEP_WAIT)
		pix_status(x, verdict);
	ike_leave(ike);
}

/* The certificates of a message. false: refused. */
static bool collect(struct ike_xchg *x, const struct ike_msg *m, struct pki_check_in *in)
{
	struct ike_sa *sa = x->sa;
	const struct ike_payload *p = NULL;
	unsigned others = 0;

	while ((p = ike_msg_find(m, PAY_CERT, p)) != NULL) {
		struct rd r = rd_of(p->body.p, p->body.len);
		uint8_t type = rd_u8(&r);
		ike_dbg(sa, IKE_DETAIL, "processing cert payload");
		pix_cert(sa, type == CERT_X509_SIGNATURE);
		if (type != CERT_X509_SIGNATURE) {
			others++;
			ike_dbg(sa, IKE_DETAIL, "certificate of type %u passed over%s", type,
			        type == CERT_PKCS7 ? ": PKCS #7 is not taken, only X.509" : "");
			continue;
		}
		if (in->ncerts == PKI_CHAIN_MAX) {
			refuse(x, PKI_WHY_TOO_MANY, "");
			return false;
		}
		in->certs[in->ncerts++] = rd_rest(&r);
	}
	if (in->ncerts > 0 || others == 0)
		return true;
	sa->ike->stat[STAT_AUTH_FAILS]++;
	mm_malformed(sa, PAY_CERT, "no certificate of type X.509", NOTIFY_UNSUPPORTED_CERT_TYPE);
	return false;
}

static enum ike_verdict rsa_verify(struct ike_xchg *x, const struct ike_msg *m, ike_then *then)
{
	struct ike_sa *sa = x->sa;
	struct bytes id = *ike_peer_id_at(x);
	struct pki_check_in in = {.peer_ip = x->remote.ip};
	uint8_t hash[PRIM_MD_MAX];

	if (!collect(x, m, &in))
		return STEP_FAIL;
	ike_dbg(sa, IKE_DETAIL, "processing RSA signature");
	ike_dbg(sa, IKE_DETAIL, "Computing hash for ISAKMP");
	in.hash = (struct bytes){hash, ike_auth_hash(sa, !x->initiator, id, hash)};
	in.sig = ike_msg_find(m, PAY_SIG, NULL)->body;
	in.id = ike_id_data(id, &in.id_type);
	if (in.ncerts == 0)
		return refuse(x, PKI_WHY_NO_CERT, "");
	if (in.sig.len > PKI_SIG_MAX)
		return refuse(x, PKI_WHY_SIGNATURE, "too long");
	x->then = then;
	x->check = pki_check_start(sa->ike->pki, &in, checked, x);
	if (x->check == NULL) {
		sa->ike->put_off[PUT_OFF_CHECKS]++;
		return STEP_IGNORE;
	}
	ike_xchg_rest(x); /* the peer has had what we sent; while it repeats its message it waits for the next */
	return STEP_WAIT;
}

/* ------------------------------------------------------------------ ourselves */

static bool rsa_usable(const struct ike *ike, struct err *why)
{
	const struct ike_conf *conf = ike->conf;
	struct pki_identity id;
	bool named = false;

	err_set(why, -ENOENT, "no tunnel-group has a trust-point");
	if (ike->pki == NULL)
		return false;
	for (size_t i = 0; i < conf->ngroups; i++) {
		const char *name = conf->groups[i].trust_point;
		named = named || name != NULL;
		if (name != NULL && pki_identity(ike->pki, name, &id, why))
			return true;
	}
	const char *only = named ? NULL : certs_trust_point(ike, conf->ra);
	return only != NULL && pki_identity(ike->pki, only, &id, why);
}

static bool rsa_ready(const struct ike_peer *peer)
{
	const struct ike *ike = peer->ike;
	const char *name = ike->pki != NULL ? certs_trust_point(ike, ike_group_named(ike, peer->group)) : NULL;
	struct pki_identity id;
	const char *map = peer->flows != NULL ? peer->flows->map_name : "";

	if (name != NULL && pki_identity(ike->pki, name, &id, NULL))
		return true;
	ike_log(peer->ike, MSG_713098, ike_prefix_peer(peer).s, map);
	return false;
}

static void signed_hash(struct ike_xchg *x)
{
	enum ike_verdict verdict;
	if (x->sign->ok)
		verdict = x->then(x);
	else {
		if (ike_may_log(x->sa->ike)) /* in Aggressive Mode for strangers, too */
			ike_log(x->sa->ike, MSG_713902, ike_prefix(x->sa).s, "Our signature could not be made");
		verdict = mm_fail(x->sa, 0);
	}
	if (!x->initiator)
		pix_status(x, verdict);
}

/* Which certificate we show, and the ID that is in it; empty: was said. */
static struct bytes choose(struct ike_xchg *x, struct pki_identity *own, size_t *nsend)
{
	struct ike_sa *sa = x->sa;
	struct err err = {0};
	struct bytes id = {0};
	if (!certs_choose(x, own, nsend, &err)) {
		ike_refused(sa, (struct failure){.cause = FAIL_NO_IDENTITY, .offered = "RSA signature", .wanted = err.text});
		if (ike_may_log(sa->ike))
			ike_log(sa->ike, MSG_713082, ike_prefix(sa).s);
		ike_dbg(sa, IKE_EVENT, "%s", err.text);
		mm_fail(sa, NOTIFY_AUTHENTICATION_FAILED);
		return id;
	}
	id = mm_own_id(sa, own->cert);
	if (id.p == NULL)
		mm_fail(sa, 0);
	return id;
}

static struct bytes rsa_own_id(struct ike_xchg *x)
{
	struct pki_identity own;
	size_t nsend;
	return choose(x, &own, &nsend);
}

static enum ike_verdict rsa_prepare(struct ike_xchg *x, ike_then *then)
{
	struct ike_sa *sa = x->sa;
	struct pki_identity own;
	uint8_t hash[PRIM_MD_MAX];
	size_t nsend;

	struct bytes *id = ike_own_id_at(x);
	*id = choose(x, &own, &nsend);
	if (id->p == NULL)
		return STEP_FAIL;
	ike_dbg(sa, IKE_DETAIL, "Computing hash for ISAKMP");
	size_t len = ike_auth_hash(sa, x->initiator, *id, hash);
	x->then = then;
	if (!ike_xchg_sign(x, &own, nsend, (struct bytes){hash, len}, signed_hash))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}

static void write_cert(struct ike_sa *sa, struct ike_out *o, const struct pki_cert *cert)
{
	struct bytes der = pki_cert_der(cert);
	ike_dbg(sa, IKE_DETAIL, "constructing cert payload");
	ike_out_payload(o, PAY_CERT);
	wr_u8(&o->w, CERT_X509_SIGNATURE);
	wr_bytes(&o->w, der.p, der.len);
}

static void rsa_write(struct ike_xchg *x, struct ike_out *o, bool with_id)
{
	struct ike_sa *sa = x->sa;
	const struct ike_sign *s = x->sign;

	if (with_id) {
		ike_dbg(sa, IKE_DETAIL, "constructing ID payload");
		ike_out_bytes(o, PAY_ID, *ike_own_id_at(x));
	}
	for (size_t i = 0; i < s->ncerts; i++)
		write_cert(sa, o, s->cert[i]);
	ike_dbg(sa, IKE_DETAIL, "constructing RSA signature");
	ike_out_bytes(o, PAY_SIG, (struct bytes){s->sig, s->sig_len});
}

const struct ike_auth ike_auth_rsa = {
        .id = AUTH_RSA_SIG,
        .skeyid = IKE_SKEYID_SIG,
        .certificates = true,
        .must = PAY_BIT(PAY_SIG),
        .may = PAY_BIT(PAY_CERT) | PAY_BIT(PAY_CERTREQ),
        .show = "rsa",
        .session = "rsaCertificate",
        .pix = "RSA signature",
        .usable = rsa_usable,
        .ready = rsa_ready,
        .verify = rsa_verify,
        .prepare = rsa_prepare,
        .own_id = rsa_own_id,
        .write = rsa_write,
        .incomplete = incomplete,
};
