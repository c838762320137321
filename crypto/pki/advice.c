#include "crypto/pki/advice.h"

#include <openssl/x509v3.h>

#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"

enum { BITS_LEAST = 2048, SHOWN = 100 };

struct advice {
	const struct pki_conf *conf;
	const struct pki_trustpoint *tp;
	const struct pki_cert *cert;
	struct out *notes;
};

static void warn(const struct advice *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void warn(const struct advice *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	out_printf(a->notes, "WARNING: trustpoint %s: ", a->tp->name);
	out_vprintf(a->notes, fmt, ap);
	out_str(a->notes, "\n");
	va_end(ap);
}

/* ------------------------------------------------------------------ key and time */

static void check_key(const struct advice *a, const struct pki_key *key)
{
	if (key == NULL)
		warn(a, "there is no key pair %s for its certificate", a->tp->keypair);
	else if (!pki_key_fits(key, a->cert))
		warn(a, "its certificate is not of the key pair %s", a->tp->keypair);
	if (pki_cert_bits(a->cert) < BITS_LEAST)
		warn(a, "its key has %u bits, newer clients want 2048", pki_cert_bits(a->cert));
}

static void check_time(const struct advice *a, int64_t now_s)
{
	if (now_s < pki_cert_not_before(a->cert))
		warn(a, "its certificate is not yet valid by the clock of this appliance");
	else if (now_s > pki_cert_not_after(a->cert))
		warn(a, "its certificate has expired");
}

/* ------------------------------------------------------------------ what it may be used for */

/* serverAuth, IKE intermediate (1.3.6.1.5.5.8.2.2, which OpenSSL has no number for) or anything. */
static bool suits(const ASN1_OBJECT *oid)
{
	static const uint8_t intermediate[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x08, 0x02, 0x02};
	int nid = OBJ_obj2nid(oid);
	return nid == NID_server_auth || nid == NID_anyExtendedKeyUsage ||
	       (OBJ_length(oid) == sizeof intermediate && memcmp(OBJ_get0_data(oid), intermediate, sizeof intermediate) == 0);
}

static void check_usage(const struct advice *a)
{
	X509 *x = pki_cert_x509(a->cert);
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	bool server = false;
	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++)
		server = server || suits(sk_ASN1_OBJECT_value(eku, i));
	if (!server)
		warn(a, "its certificate has neither serverAuth nor IKE intermediate as extended key usage, "
		        "clients of Windows and Apple refuse it");
	sk_ASN1_OBJECT_pop_free(eku, ASN1_OBJECT_free);
	if (!(X509_get_key_usage(x) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		warn(a, "its certificate may not be used for signatures");
}

/* ------------------------------------------------------------------ whose it is */

static bool address_is_ours(const struct pki_conf *conf, const ASN1_OCTET_STRING *ip)
{
	const unsigned char *p = ASN1_STRING_get0_data(ip);
	if (ASN1_STRING_length(ip) != 4)
		return false;
	uint32_t v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	for (size_t i = 0; i < conf->naddresses; i++)
		if (conf->addresses[i] == v)
			return true;
	return false;
}

static void check_names(const struct advice *a)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(pki_cert_x509(a->cert), NID_subject_alt_name, NULL, NULL);
	char shown[SHOWN] = "";
	bool ours = false, dns = false;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *gn = sk_GENERAL_NAME_value(names, i);
		if (gn->type == GEN_IPADD)
			ours = ours || address_is_ours(a->conf, gn->d.iPAddress);
		if (gn->type != GEN_DNS)
			continue;
		struct bytes name = {ASN1_STRING_get0_data(gn->d.dNSName), (size_t)ASN1_STRING_length(gn->d.dNSName)};
		ours = ours || str_caseeq((struct str){(const char *)name.p, name.len}, str_of(a->conf->fqdn));
		if (!dns)
			pki_printable(name, shown, sizeof shown);
		dns = true;
	}
	GENERAL_NAMES_free(names);
	if (!dns)
		warn(a, "its certificate has no DNS name as alternative name (SAN), where Windows looks for the name it "
		        "dials");
	else if (!ours)
		warn(a, "clients have to dial %s, the alternative name (SAN) of its certificate; this appliance is %s",
		     shown, a->conf->fqdn);
}

/* ------------------------------------------------------------------ how it is signed */

static void check_signature(const struct advice *a)
{
	int digest = NID_undef;
	OBJ_find_sigid_algs(X509_get_signature_nid(pki_cert_x509(a->cert)), &digest, NULL);
	if (digest == NID_md5 || digest == NID_sha1)
		warn(a, "its certificate is signed with %s, newer clients refuse that", digest == NID_md5 ? "MD5" : "SHA-1");
	if (digest == NID_md5 || digest == NID_undef)
		return;
	out_printf(a->notes,
	           "INFO: trustpoint %s: its certificate is signed with %s, Windows 7 clients need certificates signed "
	           "with the same\n",
	           a->tp->name, digest == NID_sha1 ? "SHA-1" : OBJ_nid2sn(digest));
}

void pki_advice(const struct pki_conf *conf, const struct pki_trustpoint *tp, const struct pki_cert *cert,
                const struct pki_key *key, int64_t now_s, struct out *notes)
{
	const struct advice a = {conf, tp, cert, notes};
	check_key(&a, key);
	check_time(&a, now_s);
	check_usage(&a);
	check_names(&a);
	check_signature(&a);
	pki_ossl_error();
}
