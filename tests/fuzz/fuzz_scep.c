/* What a SCEP server says. The first octet says what the rest is: an answer to a message, what was in its envelope, the
 * answer to GetCACert, that to GetCACaps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/pki/scep_msg.h"
#include "crypto/prim/prim.h"

static struct pki_key *key;
static struct pki_cert *self;
static struct scep_ca ca;

static struct bytes load(const char *name)
{
	static uint8_t data[8192];
	char path[512];
	snprintf(path, sizeof path, "%s/../tests/unit/pki/scep/%s", POSTERN_GRAMMAR_DIR, name);
	FILE *f = fopen(path, "rb");
	size_t n = f != NULL ? fread(data, 1, sizeof data, f) : 0;
	if (f != NULL)
		fclose(f);
	return (struct bytes){data, n};
}

static void begin(void)
{
	if (key != NULL)
		return;
	if (prim_init(NULL) != 0)
		abort();
	struct bytes pem = load("key.pem");
	key = pki_key_read((struct str){(const char *)pem.p, pem.len}, NULL);
	self = pki_cert_read(load("self.der"), NULL);
	ca.ca = pki_cert_read(load("ca.der"), NULL);
	ca.ra_sign = pki_cert_read(load("sign.der"), NULL);
	ca.ra_encrypt = pki_cert_read(load("encrypt.der"), NULL);
	if (key == NULL || self == NULL || ca.ca == NULL || ca.ra_sign == NULL || ca.ra_encrypt == NULL)
		abort();
}

static void answer(struct bytes der)
{
	uint8_t ours[SCEP_NONCE];
	struct scep_reply r;
	memset(ours, 0x5a, sizeof ours);
	struct scep_expect e = {&ca, "0123456789abcdef0123456789abcdef", ours, self, key};
	enum scep_why why = scep_reply_read(der, &e, &r);
	if ((why != SCEP_WHY_GOOD && scep_why_text(why)[0] == '\0') || scep_fail_text(r.fail)[0] == '\0')
		abort();
	if (why >= SCEP_WHYS || (why != SCEP_WHY_GOOD && r.ncerts > 0 && why != SCEP_WHY_CONTENT) || r.ncerts > SCEP_CERTS_MAX)
		abort();
	/* What is granted was signed by the RA: no mutation makes another certificate of it. */
	for (size_t i = 0; i < r.ncerts; i++)
		if (!pki_key_fits(key, r.certs[i]) || !scep_issued(ca.ca, r.certs[i]))
			abort();
	scep_reply_free(&r);
}

static void content(struct bytes der)
{
	struct scep_reply r = {0};
	if (scep_content_read(der, &r) != (r.ncerts > 0 || r.crl != NULL))
		abort();
	scep_reply_free(&r);
}

static void authority(struct bytes der)
{
	struct scep_ca got;
	struct err err = {0};
	if (scep_ca_read(der, &got, &err) != (got.ca != NULL) || (got.ca == NULL) != (err.code != 0))
		abort();
	if (got.ra_sign != NULL && (!scep_issued(got.ca, got.ra_sign) || got.ra_encrypt == NULL))
		abort();
	scep_ca_drop(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begin();
	if (size == 0)
		return 0;
	struct bytes rest = {data + 1, size - 1};
	switch (data[0] & 3) {
	case 0:
		answer(rest);
		break;
	case 1:
		content(rest);
		break;
	case 2:
		authority(rest);
		break;
	default:
		if (scep_caps_read(rest) >= 1u << SCEP_CAPS)
			abort();
	}
	return 0;
}
