/* Bytes as a certificate in the configuration: what is compiled are those bytes, or nothing; a certificate that can be used
 * is never lost. How many digits stand on a line (the first byte) makes no difference, and what is shown loads as the same. */
#include <stdlib.h>

#include "cli/config/render.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/pki.h"
#include "crypto/prim/prim.h"
#include "tests/fuzz/appliance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool right)
{
	if (!right)
		abort();
}

static void write_text(struct bytes der, size_t line, struct out *text)
{
	out_str(text, "crypto ca trustpoint T\ncrypto ca certificate chain T\n certificate ca 01\n");
	for (size_t i = 0; i < der.len; i++)
		out_printf(text, "%s%02x", i % line == 0 ? (i > 0 ? "\n    " : "    ") : i % 4 == 0 ? " " : "", der.p[i]);
	out_str(text, "\n  quit\n");
}

static void load(struct confsys *sys, struct str text)
{
	struct load_report report;
	struct err err = {0};
	must(load_text(grammar(), sys, text, "fuzz", 0, &report, &err) == 0 && report.errors == 0);
	load_report_free(&report);
}

/* The CA's certificate of the only trustpoint, held. */
static struct pki_cert *compiled(struct confsys *sys)
{
	const struct pki_conf *conf = NULL;
	struct arena *a = arena_new(0);
	struct out notes;
	struct err err = {0};
	out_init(&notes);
	must(pki_conf_compile(confsys_running(sys), a, &conf, &notes, &err) == 0 && conf->ntrustpoints == 1);
	struct pki_cert *cert = pki_cert_hold(conf->trustpoints[0].cert[PKI_ROLE_CA]);
	out_free(&notes);
	arena_free(a);
	return cert;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct err err = {0};
	struct out text, shown;
	if (!ready)
		must(prim_init(&err) == 0);
	ready = true;
	if (size < 2 || size > PKI_CERT_MAX + 1)
		return 0;
	struct bytes der = {data + 1, size - 1};
	struct pki_cert *want = pki_cert_read(der, &err);
	struct confsys *sys = confsys_new(&grammar()->schema, NULL), *again = confsys_new(&grammar()->schema, NULL);
	out_init(&text);
	out_init(&shown);
	write_text(der, data[0] % 40 + 1, &text);
	load(sys, out_text(&text));
	render(grammar(), confsys_running(sys), RENDER_SECRETS, -1, STR(""), &shown);
	load(again, out_text(&shown));
	struct pki_cert *first = compiled(sys), *second = compiled(again);
	must((first == NULL) == (second == NULL) && (want == NULL || first != NULL));
	must(first == NULL || (bytes_eq(pki_cert_der(first), der) && pki_cert_same(first, second)));
	if (first != NULL)
		must(pki_cert_x509(first) != NULL && pki_cert_x509(first) == pki_cert_x509(first));
	pki_cert_drop(first);
	pki_cert_drop(second);
	pki_cert_drop(want);
	out_free(&text);
	out_free(&shown);
	confsys_free(sys);
	confsys_free(again);
	return 0;
}
