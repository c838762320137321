/* Certificates that the two ends ask each other for (RFC 2408 §3.10, RFC 4945 §3.2), and which of ours is sent. */
#include "crypto/ike/auth.h"

#include <errno.h>

enum { REQUESTS_SENT_MAX = 10 }; /* named ones; beyond that any authority is asked for */

/* ------------------------------------------------------------------ what the peer asks for */

/* One DER SEQUENCE and nothing behind it. */
static bool is_name(struct bytes der)
{
	enum { SEQUENCE = 0x30, LONG = 0x80 };
	struct rd r = rd_of(der.p, der.len);
	if (rd_u8(&r) != SEQUENCE)
		return false;
	size_t len = rd_u8(&r);
	if (len > LONG) {
		unsigned n = (unsigned)len - LONG;
		len = n == 1 ? rd_u8(&r) : n == 2 ? rd_u16(&r) : SIZE_MAX;
	}
	return rd_ok(&r) && rd_left(&r) == len;
}

static void read_request(struct ike_xchg *x, struct bytes body)
{
	struct ike_sa *sa = x->sa;
	struct ike_certs *c = x->certs;
	struct rd r = rd_of(body.p, body.len);
	uint8_t type = rd_u8(&r);
	struct bytes name = rd_rest(&r);

	ike_dbg(sa, IKE_DETAIL, "processing cert request payload");
	if (type != CERT_X509_SIGNATURE || (name.len > 0 && !is_name(name))) {
		ike_dbg(sa, IKE_DETAIL, "certificate request of type %u cannot be used", type);
		if (ike_may_log(sa->ike))
			ike_log(sa->ike, MSG_713083, ike_prefix(sa).s);
		return;
	}
	c->here++;
	if (name.len == 0) {
		c->any = true;
		return;
	}
	for (size_t i = 0; i < c->nca; i++)
		if (bytes_eq(c->ca[i], name))
			return;
	if (c->nca == IKE_CERTREQS_MAX)
		return;
	c->ca[c->nca] = ike_xchg_keep(x, name);
	c->nca += c->ca[c->nca].p != NULL;
}

void certs_read_requests(struct ike_xchg *x, const struct ike_msg *m)
{
	const struct ike_payload *p = NULL;
	if (x->certs == NULL && (m->kinds & PAY_BIT(PAY_CERTREQ)) && x->neg != NULL)
		x->certs = arena_alloc(x->neg, sizeof *x->certs);
	if (x->certs == NULL)
		return;
	x->certs->here = 0;
	while ((p = ike_msg_find(m, PAY_CERTREQ, p)) != NULL)
		read_request(x, p->body);
}

/* ------------------------------------------------------------------ what we ask for */

static void write_request(struct ike_sa *sa, struct ike_out *o, struct bytes name)
{
	ike_dbg(sa, IKE_DETAIL, "constructing certreq payload");
	ike_out_payload(o, PAY_CERTREQ);
	wr_u8(&o->w, CERT_X509_SIGNATURE);
	wr_bytes(&o->w, name.p, name.len);
}

void certs_write_requests(struct ike_sa *sa, struct ike_out *o)
{
	const struct pki_conf *conf = pki_conf_of(sa->ike->pki);
	struct bytes named[REQUESTS_SENT_MAX];
	size_t n = 0;
	bool more = false;

	for (size_t i = 0; i < conf->ntrustpoints && !more; i++) {
		const struct pki_cert *ca = conf->trustpoints[i].cert[PKI_ROLE_CA];
		if (ca == NULL || !conf->trustpoints[i].validates)
			continue;
		struct bytes name = pki_cert_subject(ca);
		size_t k = 0;
		while (k < n && !bytes_eq(named[k], name))
			k++;
		if (k < n)
			continue;
		more = n == REQUESTS_SENT_MAX;
		if (more)
			break;
		named[n++] = name;
		write_request(sa, o, name);
	}
	if (n == 0 || more)
		write_request(sa, o, (struct bytes){0});
}

/* ------------------------------------------------------------------ which of ours */

/* A DER element of this tag that is all there is: what is in it. */
static bool only(struct bytes *der, uint8_t tag)
{
	struct rd r = rd_of(der->p, der->len);
	uint8_t got = rd_u8(&r);
	size_t len = rd_u8(&r);
	struct bytes rest = rd_rest(&r);
	*der = rest;
	return got == tag && len < 0x80 && rest.len == len;
}

bool certs_name_alone(const struct pki_cert *cert, struct str *name)
{
	enum { SEQUENCE = 0x30, SET = 0x31, PRINTABLE = 0x13, IA5 = 0x16, UTF8 = 0x0c };
	static const uint8_t oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x02};
	struct bytes at = pki_cert_subject(cert);

	if (!only(&at, SEQUENCE) || !only(&at, SET) || !only(&at, SEQUENCE) || at.len < sizeof oid ||
	    memcmp(at.p, oid, sizeof oid) != 0)
		return false;
	at = (struct bytes){at.p + sizeof oid, at.len - sizeof oid};
	uint8_t tag = at.len > 0 ? at.p[0] : 0;
	if ((tag != PRINTABLE && tag != IA5 && tag != UTF8) || !only(&at, tag) || at.len == 0)
		return false;
	*name = (struct str){(const char *)at.p, at.len};
	return true;
}

/* A PIX had one authority, and no tunnel groups to name it. */
static const char *only_trust_point(const struct pki_conf *conf)
{
	const char *with_cert = NULL;
	for (size_t i = 0; i < conf->ntrustpoints; i++) {
		if (conf->trustpoints[i].cert[PKI_ROLE_OWN] == NULL)
			continue;
		if (with_cert != NULL)
			return NULL;
		with_cert = conf->trustpoints[i].name;
	}
	return with_cert != NULL || conf->ntrustpoints != 1 ? with_cert : conf->trustpoints[0].name;
}

const char *certs_trust_point(const struct ike *ike, const struct ike_group *group)
{
	if (group->trust_point != NULL)
		return group->trust_point;
	for (size_t i = 0; i < ike->conf->ngroups; i++)
		if (ike->conf->groups[i].trust_point != NULL)
			return NULL;
	return only_trust_point(pki_conf_of(ike->pki));
}

/* How many certificates of the chain stand between ours and the authority of this name; SIZE_MAX: it is none of ours. */
static size_t distance(const struct pki_identity *id, struct bytes name)
{
	const struct pki_cert *ca = id->tp->cert[PKI_ROLE_CA];
	if (bytes_eq(pki_cert_issuer(id->cert), name))
		return 0;
	for (size_t i = 0; i < id->nchain; i++)
		if (bytes_eq(pki_cert_issuer(id->chain[i]), name))
			return i + 1;
	/* Its name may be written in another way in what it has issued. */
	return ca != NULL && bytes_eq(pki_cert_subject(ca), name) ? id->nchain : SIZE_MAX;
}

/* The longest way to an authority that the peer names, so that it can build all of them. */
static bool asked_for(const struct ike_certs *c, const struct pki_identity *id, size_t *nsend)
{
	bool found = false;
	for (size_t i = 0; i < c->nca; i++) {
		size_t n = distance(id, c->ca[i]);
		if (n == SIZE_MAX)
			continue;
		if (!found || n > *nsend)
			*nsend = n;
		found = true;
	}
	return found;
}

/* An identity of another tunnel group that the peer asks for. */
static bool choose_other(const struct ike_xchg *x, struct pki_identity *id, size_t *nsend)
{
	const struct ike *ike = x->sa->ike;
	for (size_t i = 0; i < ike->conf->ngroups; i++) {
		const char *name = ike->conf->groups[i].trust_point;
		if (name != NULL && pki_identity(ike->pki, name, id, NULL) && asked_for(x->certs, id, nsend))
			return true;
	}
	return false;
}

/* Whose certificate is shown. In Aggressive Mode ours goes first, before that of the peer has said which group it is: the
 * default one's, else that of any that has one. */
static const struct ike_group *group_to_show(const struct ike_sa *sa)
{
	const struct ike_conf *conf = sa->ike->conf;
	const struct ike_group *first[] = {conf->map.fallback, conf->ra};
	if (sa->group_name != NULL)
		return ike_group_of(sa);
	for (size_t i = 0; i < 2; i++)
		if (first[i] != NULL && certs_trust_point(sa->ike, first[i]) != NULL)
			return first[i];
	for (size_t i = 0; i < conf->ngroups; i++)
		if (conf->groups[i].trust_point != NULL)
			return &conf->groups[i];
	return conf->ra;
}

bool certs_choose(struct ike_xchg *x, struct pki_identity *id, size_t *nsend, struct err *err)
{
	struct ike_sa *sa = x->sa;
	const struct ike_group *group = group_to_show(sa);
	const char *name = certs_trust_point(sa->ike, group);
	const struct ike_certs *c = x->certs;
	/* Aggressive Mode has sent our ID before the peer could ask: what is in it is proved. */
	bool told = ike_own_id_at(x)->p != NULL;
	struct pki_identity other;
	bool ok;

	*nsend = 0;
	if (name == NULL) {
		err_set(err, -ENOENT, "tunnel-group %s has no trust-point", group->name);
		return false;
	}
	ok = pki_identity(sa->ike->pki, name, id, err);
	if (c != NULL && c->nca > 0 && (!ok || !asked_for(c, id, nsend))) {
		if (!told && choose_other(x, &other, nsend)) {
			*id = other;
			ok = true;
		} else if (ok && !c->any && ike_may_log(sa->ike)) {
			ike_log(sa->ike, MSG_713243, ike_prefix(sa).s);
		}
	}
	if (ok && group->chain)
		*nsend = id->nchain;
	return ok;
}
