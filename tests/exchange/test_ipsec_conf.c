/* Configuration text through grammar and tree into the compiled crypto maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ipsec/conf.h"
#include "tests/exchange/conf_fixture.h"

static const struct ipsec_conf *conf;

static void load(struct conf_fixture *f, const char *text)
{
	struct out notes;
	struct err err = {0};
	conf_load(f, text);
	conf_no_errors(f);
	out_init(&notes);
	assert_int_equal(ipsec_conf_compile(conf_loaded(f), f->arena, &conf, &notes, &err), 0);
	out_free(&notes);
}

#define INTERFACE                                                            \
	"interface GigabitEthernet0/0\n nameif outside\n security-level 0\n" \
	" ip address 192.0.2.1 255.255.255.0\n no shutdown\nexit\n"

static void seed_example(void **state)
{
	struct conf_fixture *f = *state;
	const struct ipsec_map *m;
	const struct ipsec_entry *e;
	struct esp_alg alg = {ESP_CIPHER_DES, 8, ESP_MAC_SHA1};

	load(f, INTERFACE "crypto ipsec ikev1 transform-set trans esp-des esp-sha-hmac\n"
	                  "crypto ipsec ikev1 transform-set trans mode transport\n"
	                  "crypto dynamic-map dyno 10 set ikev1 transform-set trans\n"
	                  "crypto map vpn 20 ipsec-isakmp dynamic dyno\n"
	                  "crypto map vpn interface outside\n");
	m = ipsec_conf_map_for_interface(conf, "outside");
	assert_non_null(m);
	assert_null(ipsec_conf_map_for_interface(conf, "inside"));
	assert_string_equal(ipsec_conf_interface(conf, 0), "outside");
	assert_null(ipsec_conf_interface(conf, 1));
	e = ipsec_map_next(m, NULL);
	assert_non_null(e);
	assert_string_equal(e->map, "vpn");
	assert_int_equal(e->map_seq, 20);
	assert_string_equal(e->dynamic, "dyno");
	assert_int_equal(e->seq, 10);
	assert_int_equal(e->life_s, 28800);
	assert_int_equal(e->life_kb, 4608000);
	assert_int_equal(e->replay_window, 64);
	assert_int_equal(e->pfs_group, 0);
	assert_true(e->nat_t);
	assert_null(e->acl);
	assert_non_null(ipsec_entry_match(e, alg, ESP_TRANSPORT));
	assert_null(ipsec_entry_match(e, alg, ESP_TUNNEL));
	alg.cipher = ESP_CIPHER_3DES;
	assert_null(ipsec_entry_match(e, alg, ESP_TRANSPORT));
	assert_null(ipsec_map_next(m, e));
	assert_int_equal(ipsec_conf_df(conf, "outside"), 0);
	assert_true(conf_said(f, "esp-des"));
	conf_unload(f);
}

static void everything(void **state)
{
	struct conf_fixture *f = *state;
	struct sa_proxy local = {0xc0000201, UINT32_MAX, 17, 1701},
	                remote = {0xc6336407, UINT32_MAX, 17, 1701};
	const struct ipsec_entry *e;
	const struct ipsec_map *m;

	load(f, INTERFACE
	     "access-list l2tp extended permit udp host 192.0.2.1 eq 1701 any eq 1701\n"
	     "access-list l2tp remark for clients\n"
	     "crypto ipsec ikev1 transform-set a esp-aes-256 esp-sha256-hmac\n"
	     "crypto ipsec ikev1 transform-set a mode transport\n"
	     "crypto ipsec ikev1 transform-set b esp-aes esp-sha-hmac\n"
	     "crypto ipsec security-association lifetime seconds 7200\n"
	     "crypto ipsec security-association lifetime kilobytes unlimited\n"
	     "crypto ipsec security-association replay window-size 512\n"
	     "crypto ipsec df-bit clear-df outside\n"
	     "crypto dynamic-map two 30 set ikev1 transform-set b a\n"
	     "crypto dynamic-map two 20 set ikev1 transform-set a\n"
	     "crypto dynamic-map two 20 match address l2tp\n"
	     "crypto dynamic-map two 20 set pfs group14\n"
	     "crypto dynamic-map two 20 set security-association lifetime seconds 300\n"
	     "crypto dynamic-map two 20 set security-association lifetime kilobytes 1000\n"
	     "crypto dynamic-map two 20 set nat-t-disable\n"
	     "crypto dynamic-map one 99 set ikev1 transform-set b\n"
	     "crypto map m 65000 ipsec-isakmp dynamic two\n"
	     "crypto map m 5 ipsec-isakmp dynamic one\n"
	     "crypto map m 1 set peer 203.0.113.9\n"
	     "crypto map m interface outside\n");
	assert_true(conf_said(f, "WARNING: The crypto map entry is incomplete!"));
	m = ipsec_conf_map_for_interface(conf, "outside");
	assert_int_equal(m->n, 3);
	assert_int_equal(ipsec_conf_df(conf, "outside"), 2);
	e = ipsec_map_next(m, NULL);
	assert_string_equal(e->dynamic, "one");
	assert_int_equal(e->map_seq, 5);
	e = ipsec_map_next(m, e);
	assert_string_equal(e->dynamic, "two");
	assert_int_equal(e->seq, 20);
	assert_int_equal(e->pfs_group, 14);
	assert_int_equal(e->life_s, 300);
	assert_int_equal(e->life_kb, 1000);
	assert_int_equal(e->replay_window, 512);
	assert_false(e->nat_t);
	assert_true(ipsec_entry_permits(e, &local, &remote));
	remote.port = 49152;
	assert_false(ipsec_entry_permits(e, &local, &remote));
	e = ipsec_map_next(m, e);
	assert_int_equal(e->seq, 30);
	assert_int_equal(e->life_s, 7200);
	assert_int_equal(e->life_kb, 0);
	assert_int_equal(e->nsets, 2);
	assert_string_equal(e->sets[0]->name, "b");
	assert_true(ipsec_entry_permits(e, &local, &remote));
	conf_unload(f);
}

static void incomplete_dynamic(void **state)
{
	struct conf_fixture *f = *state;

	load(f, INTERFACE "access-list l2tp extended permit udp any any\n"
	                  "crypto dynamic-map d 1 match address l2tp\n"
	                  "crypto map m 1 ipsec-isakmp dynamic d\n"
	                  "crypto map m interface outside\n");
	assert_true(conf_said(f, "WARNING: dynamic map has incomplete entries"));
	assert_int_equal(ipsec_conf_map_for_interface(conf, "outside")->n, 0);
	conf_unload(f);
}

static void replay_off(void **state)
{
	struct conf_fixture *f = *state;

	load(f, INTERFACE "crypto ipsec transform-set t esp-aes esp-sha-hmac\n"
	                  "crypto ipsec security-association replay disable\n"
	                  "crypto dynamic-map d 1 set transform-set t\n"
	                  "crypto map m 1 ipsec-isakmp dynamic d\n"
	                  "crypto map m interface outside\n");
	assert_int_equal(ipsec_conf_map_for_interface(conf, "outside")->entries[0].replay_window,
	                 0);
	conf_unload(f);
}

/* Windows makes 300 s of less: said once, of any lifetime of IPsec SAs. */
static void short_lifetime(void **state)
{
	static const struct {
		const char *line;
		bool said;
	} cases[] = {
	        {"crypto ipsec security-association lifetime seconds 299\n", true},
	        {"crypto ipsec security-association lifetime seconds 300\n", false},
	        {"crypto ipsec security-association lifetime kilobytes 10\n", false},
	        {"crypto dynamic-map d 1 set security-association lifetime seconds 120\n", true},
	        {"crypto dynamic-map d 1 set security-association lifetime seconds 28800\n", false},
	        {"crypto ipsec security-association lifetime seconds 120\n"
	         "no crypto ipsec security-association lifetime seconds 120\n",
	         false},
	};
	struct conf_fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		load(f, cases[i].line);
		assert_int_equal(conf_said(f, "WARNING: Windows clients take a lifetime below 300 seconds for 300, "
		                              "the SAs with them last as long"),
		                 cases[i].said);
		conf_unload(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(seed_example),
	        cmocka_unit_test(everything),
	        cmocka_unit_test(incomplete_dynamic),
	        cmocka_unit_test(replay_off),
	        cmocka_unit_test(short_lifetime),
	};

	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
