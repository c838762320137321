/* The tunnel group of a peer with a certificate: by certificate maps, OU, identity, address, and what is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/asn1.h>

#include "crypto/ike/group.h"
#include "tests/exchange/conf_fixture.h"
#include "tests/exchange/named_cert.h"

static struct conf_fixture *f;

#define GROUPS                                          \
	"tunnel-group sales type remote-access\n"       \
	"tunnel-group field type remote-access\n"       \
	"tunnel-group alice.example type remote-access\n" \
	"tunnel-group 203.0.113.9 type remote-access\n" \
	"tunnel-group rest type remote-access\n"        \
	"tunnel-group site type ipsec-l2l\n"            \
	"crypto ca certificate map M 10\n"              \
	" subject-name attr ou eq marketing\n"          \
	"crypto ca certificate map M 20\n"              \
	" subject-name attr cn co alice\n"              \
	"crypto ca certificate map N 15\n"              \
	" issuer-name co test\n"

/* "" = none */
static const char *lands(const char *text, const struct pki_cert *cert, const char *fqdn, uint32_t ip)
{
	static char name[80];
	struct clock clock;
	static const struct ike_ops ops;
	struct err err = {0};
	struct out notes;
	const struct ike_conf *conf = NULL;
	struct pki_conf pki = {0};
	conf_load(f, text);
	conf_no_errors(f);
	out_init(&notes);
	assert_int_equal(ike_conf_compile(conf_loaded(f), f->arena, &conf, &notes, &err), 0);
	assert_int_equal(pki_maps_compile(conf_loaded(f), f->arena, &pki, &err), 0);
	clock_init(&clock, 1);
	struct ike *ike = ike_new(&clock, &ops, NULL);
	ike->conf = conf;
	struct ike_sa sa = {.ike = ike, .mm = {.remote = {ip, IKE_PORT}}};
	const struct ike_group *g = ike_group_for_cert(&sa, &pki, cert, ID_FQDN, (struct bytes){(const uint8_t *)fqdn, strlen(fqdn)});
	str_copy(name, sizeof name, str_of(g != NULL ? g->name : ""));
	ike_free(ike);
	clock_free(&clock);
	out_free(&notes);
	conf_unload(f);
	return name;
}

static void in_this_order(void **state)
{
	struct pki_cert *alice = CERT(NULL, NULL, A("O", "x"), A("OU", "none"), A("OU", "sales"), A("CN", "Alice"));
	struct pki_cert *bob = CERT(NULL, NULL, A("OU", "marketing"), A("CN", "Bob"));
	(void)state;
	/* rules are off at first, the rest is on */
	assert_string_equal(lands(GROUPS "tunnel-group-map M 20 field\n", alice, "", 0), "sales");
	const char *rules = GROUPS "tunnel-group-map enable rules\ntunnel-group-map M 20 field\n";
	assert_string_equal(lands(rules, alice, "alice.example", 0xcb007109), "field");
	assert_string_equal(lands(rules, bob, "alice.example", 0xcb007109), "alice.example");
	assert_string_equal(lands(rules, bob, "other", 0xcb007109), "203.0.113.9");
	assert_string_equal(lands(rules, bob, "other", 0xcb007108), "DefaultRAGroup");
	assert_string_equal(lands(GROUPS "tunnel-group-map default-group rest\n", bob, "other", 0xcb007108), "rest");
	/* what is off is not looked at */
	assert_string_equal(lands(GROUPS "no tunnel-group-map enable ou\n", alice, "alice.example", 0), "alice.example");
	assert_string_equal(lands(GROUPS "no tunnel-group-map enable ike-id\nno tunnel-group-map enable ou\n", alice,
	                          "alice.example", 0xcb007109),
	                    "203.0.113.9");
	assert_string_equal(lands(GROUPS "no tunnel-group-map enable peer-ip\n", bob, "other", 0xcb007109), "DefaultRAGroup");
	pki_cert_drop(alice);
	pki_cert_drop(bob);
}

/* The first rule that fits, by number; one of a group that is not for clients is none. */
static void rules_by_number(void **state)
{
	struct pki_cert *alice = CERT(NULL, NULL, A("OU", "x"), A("CN", "Alice"));
	(void)state;
	assert_string_equal(lands(GROUPS "tunnel-group-map enable rules\ntunnel-group-map M 20 field\n"
	                                 "tunnel-group-map N 15 rest\ntunnel-group-map M 10 sales\n",
	                          alice, "", 0),
	                    "rest");
	assert_string_equal(lands(GROUPS "tunnel-group-map enable rules\ntunnel-group-map M 20 field\n"
	                                 "tunnel-group-map N 15 site\n",
	                          alice, "", 0),
	                    "field");
	assert_string_equal(lands(GROUPS "tunnel-group-map default-group site\n", alice, "", 0), "");
	pki_cert_drop(alice);
}

/* A name of no group, of one that is not for clients, and one that is made to look like one. */
static void names_that_are_none(void **state)
{
	struct pki_cert *site = CERT(NULL, NULL, A("OU", "site"), A("CN", "a"));
	struct pki_cert *nul = CERT(NULL, NULL, {"OU", V_ASN1_UTF8STRING, "sales\0x", 7, 0}, A("CN", "a"));
	struct pki_cert *upper = CERT(NULL, NULL, A("OU", "SALES"), A("CN", "a"));
	(void)state;
	assert_string_equal(lands(GROUPS, site, "site", 0), "DefaultRAGroup");
	assert_string_equal(lands(GROUPS, nul, "", 0), "DefaultRAGroup");
	assert_string_equal(lands(GROUPS, upper, "SALES", 0), "DefaultRAGroup");
	pki_cert_drop(site);
	pki_cert_drop(nul);
	pki_cert_drop(upper);
}

static int setup(void **state)
{
	if (conf_fixture_setup(state) != 0)
		return -1;
	f = *state;
	named_cert_open();
	return 0;
}

static int teardown(void **state)
{
	named_cert_close();
	return conf_fixture_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(in_this_order),
	        cmocka_unit_test(rules_by_number),
	        cmocka_unit_test(names_that_are_none),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
