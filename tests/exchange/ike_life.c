#include "tests/exchange/ike_life.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct ike_flow *life_begin(struct net *net)
{
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 1);
	return flow;
}

void life_same_flow(struct net *net)
{
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.peer_downs, 0);
	assert_int_equal(node_sa(&net->server)->pair.flow, net->server.up_flow);
	assert_int_equal(node_sa(&net->server)->pair.peer, net->server.up_peer);
}
