#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/certs/certs.h"
#include "tests/exchange/pki_example.h"

static uint8_t server_id[64];

static struct pki_cert *issued(const char *type, const char *name, const char *alt, unsigned key, const struct pki_cert *ca)
{
	const struct cert_attr subject[] = {{type, name, 0, 0}, {NULL, NULL, 0, 0}};
	struct cert_wish wish = {.subject = subject, .key = cert_key(key, 1024), .issuer = ca, .signer = cert_key(0, 1024)};
	wish.extensions[0] = ca == NULL ? "basicConstraints=critical,CA:TRUE" : alt;
	if (ca != NULL)
		wish.extensions[1] = "crlDistributionPoints=URI:http://198.51.100.9/list.crl";
	return cert_make(&wish);
}

static void *no_network(void *ctx, const struct pki_fetch *f, void (*done)(void *arg, const struct pki_fetched *got),
                        void *arg, struct err *err)
{
	(void)ctx, (void)f, (void)done, (void)arg;
	err_set(err, -101, "no network");
	return NULL;
}

void pki_example(struct world *w, struct pki_kit *kit, struct client_habits *habits)
{
	struct pki_cert *ca = issued("CN", "zakca", NULL, 0, NULL);
	struct pki_cert *own = issued("unstructuredName", "PIX-506-2.sjvpn.com", "subjectAltName=DNS:PIX-506-2.sjvpn.com", 1, ca);
	struct pki_cert *his = issued("CN", "zaahmed-pc", "subjectAltName=DNS:zaahmed-pc", 2, ca);
	struct pki_pair pair = {.label = PKI_DEFAULT_KEY, .general = true, .key = {cert_key(1, 1024), cert_key(1, 1024)}};
	struct wr id = wr_of(server_id, sizeof server_id);
	struct out text;
	struct err err;

	w->gw.pki_ops.fetch = no_network;
	kit_init(kit, &w->gw.clock);
	kit_trust_certs(kit, "HIS", ca, his, cert_key(2, 1024));
	assert_int_equal(pki_keys_put(pki_keys_of(w->gw.pki), &pair, &err), 0);
	out_init(&text);
	out_str(&text, "crypto ikev1 policy 20\nauthentication rsa-sig\nexit\n"
	               "crypto ca trustpoint sjvpn\nrevocation-check crl none\nexit\n"
	               "crypto ca certificate chain sjvpn\n");
	cert_lines(own, "", &text);
	cert_lines(ca, "ca", &text);
	world_edit(w, text.text);
	out_free(&text);
	pki_cert_drop(ca);
	pki_cert_drop(own);
	pki_cert_drop(his);
	wr_u32(&id, (uint32_t)ID_FQDN << 24);
	wr_bytes(&id, "PIX-506-2.sjvpn.com", 19);
	habits->pki = kit->pki;
	habits->server_id = (struct bytes){server_id, wr_len(&id)};
}
