#include "tests/clients/certified.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/certs/certs.h"
#include "tests/exchange/pki_kit.h"

enum { CA_KEY, OUR_KEY, HIS_KEY, BITS = 2048 };

static const struct cert_attr authority[] = {{"C", "DE", 0, 0}, {"O", "Example", 0, 0}, {"CN", "Office CA", 0, 0}, {NULL, NULL, 0, 0}};
static const struct cert_attr ours[] = {{"C", "DE", 0, 0}, {"O", "Example", 0, 0}, {"CN", "vpn.example.com", 0, 0}, {NULL, NULL, 0, 0}};
static const struct cert_attr his[] = {{"C", "DE", 0, 0}, {"O", "Example", 0, 0}, {"CN", "laptop.example.com", 0, 0}, {NULL, NULL, 0, 0}};

static struct pki_kit kit;
static bool open_now;
static uint8_t server_id[256];
static size_t server_id_len;

static struct pki_cert *issued(const struct cert_attr *subject, unsigned key, const struct pki_cert *ca, const char *first,
                               const char *second)
{
	return cert_make(&(struct cert_wish){.subject = subject,
	                                     .key = cert_key(key, BITS),
	                                     .issuer = ca,
	                                     .signer = cert_key(CA_KEY, BITS),
	                                     .extensions = {first, second}});
}

void certified_open(struct world *w)
{
	struct pki_cert *ca = issued(authority, CA_KEY, NULL, "basicConstraints=critical,CA:TRUE", NULL);
	/* the dialled name, and what Windows looks for (RFC 4945 §5.1.3.12) */
	struct pki_cert *own = issued(ours, OUR_KEY, ca, "subjectAltName=DNS:vpn.example.com",
	                              "extendedKeyUsage=serverAuth,1.3.6.1.5.5.8.2.2");
	struct pki_cert *client = issued(his, HIS_KEY, ca, "subjectAltName=DNS:laptop.example.com", "extendedKeyUsage=clientAuth");
	struct pki_key *key = cert_key(OUR_KEY, BITS);
	struct pki_pair pair = {.label = PKI_DEFAULT_KEY, .general = true, .key = {key, key}};
	struct wr id = wr_of(server_id, sizeof server_id);
	struct out text;
	struct err err;

	kit_init(&kit, &w->gw.clock);
	kit_trust_certs(&kit, "HIS", ca, client, cert_key(HIS_KEY, BITS));
	open_now = true;
	assert_int_equal(pki_keys_put(pki_keys_of(w->gw.pki), &pair, &err), 0);
	out_init(&text);
	out_str(&text, "crypto ikev1 policy 3\n authentication rsa-sig\n encryption aes-256\n hash sha\n group 14\n"
	               "crypto ikev1 policy 4\n authentication rsa-sig\n encryption aes-256\n hash sha\n group 2\n"
	               "crypto ikev1 policy 5\n authentication rsa-sig\n encryption 3des\n hash sha\n group 2\n"
	               "crypto ca trustpoint OFFICE\n enrollment terminal\n"
	               "crypto ca certificate chain OFFICE\n");
	cert_lines(own, "", &text);
	cert_lines(ca, "ca", &text);
	out_str(&text, "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 trust-point OFFICE\n");
	world_edit(w, text.text);
	out_free(&text);
	wr_u32(&id, (uint32_t)ID_DER_ASN1_DN << 24);
	wr_bytes(&id, pki_cert_subject(own).p, pki_cert_subject(own).len);
	assert_true(wr_ok(&id));
	server_id_len = wr_len(&id);
	w->timers = w->gw.clock.n; /* certificates end */
	pki_cert_drop(ca);
	pki_cert_drop(own);
	pki_cert_drop(client);
}

void certified_close(void)
{
	if (open_now)
		kit_free(&kit);
	open_now = false;
}

void certified_habits(struct client_habits *habits)
{
	assert_true(open_now);
	habits->pki = kit.pki;
	habits->server_id = (struct bytes){server_id, server_id_len};
}
