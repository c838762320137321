/* Keys stay where they are: in no line of the log, in no debug. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_initiator.h"
#include "tests/exchange/secrets.h"

static void check_node(struct node *node)
{
	const uint8_t nothing[32] = {0};
	struct ike_keys *k = &node->ike->sas->keys;
	secrets_check("SKEYID", k->skeyid, k->md_len);
	secrets_check("SKEYID_d", k->d, k->md_len);
	secrets_check("SKEYID_a", k->a, k->md_len);
	secrets_check("the key of phase 1", k->key, k->key_len);
	for (size_t i = 0; i < NET_SAS; i++) {
		const struct sa_pair *p = &node->sas[i].pair;
		const struct sa_keys *keys = &node->sas[i].keys;
		if (memcmp(keys->key_in, nothing, 32) == 0)
			continue;
		secrets_check("a key of ESP", keys->key_in, p->alg.key_len);
		secrets_check("a key of ESP", keys->key_out, p->alg.key_len);
		secrets_check("a key of an HMAC", keys->mac_key_in, 20);
		secrets_check("a key of an HMAC", keys->mac_key_out, 20);
	}
	secrets_check("the pre-shared key", node->offer.groups[0].psk, node->offer.groups[0].psk_len);
}

/* Neither the log nor any debug at its highest level tells a key. */
static void keys_are_not_told(void **state)
{
	struct net *net = *state;
	secrets_listen();
	net_client(net, &net->other, NAT_IP, NAT_IP, "3des", "sha", 2);
	net->other.offer.groups[0].psk = "something else";
	net->other.offer.groups[0].psk_len = 14;
	client_connect(&net->other);
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "aes-256", "sha", 14);
	client_connect(&net->client);
	net_run(net, 4000u * 1000); /* rekeys of both phases */
	assert_true(secrets_heard() > 20000);
	assert_true(secrets_told(net->client.ike->sas->icookie, 8)); /* dumps are heard */
	assert_non_null(node_sa(&net->server));
	check_node(&net->server);
	check_node(&net->client);
	secrets_check("a wrong key", net->other.offer.groups[0].psk, 14);
	secrets_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(keys_are_not_told, net_setup, net_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
