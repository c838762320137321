#include "tests/exchange/ike_branch.h"

#include <string.h>

static void server_group(struct net *net, const char *name, const char *psk)
{
	struct ike_offer *o = &net->server.offer;
	struct ike_group *g = &o->groups[o->conf.ngroups++];
	*g = o->groups[0];
	g->name = name;
	g->psk = psk;
	g->psk_len = psk != NULL ? strlen(psk) : 0;
}

int branch_setup(void **state)
{
	net_show_setup(state);
	struct net *net = *state;
	server_group(net, "branch", BRANCH_KEY);
	server_group(net, "branch.example.com", BRANCH_KEY);
	server_group(net, "vacant", NULL);
	return 0;
}
