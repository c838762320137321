#include "tests/clients/drive.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "crypto/ike/proposal.h"
#include "tests/clients/certified.h"
#include "tests/clients/needs.h"
#include "tests/clients/say.h"

void drive_open(struct world *w, const struct profile *const *profiles, size_t n)
{
	char lines[4096];
	assert_true(needs_lines(profiles, n, lines, sizeof lines));
	world_open(w, lines);
}

struct client *drive_new(struct world *w, const struct profile *p, const struct place *place, unsigned user)
{
	static const struct {
		const char *name, *password;
	} users[] = {{"alice", "wonder-1"}, {"bob", "builder-2"}};
	struct client_habits habits =
	        needs_habits(p, place->private_ip, place->server, users[user].name, users[user].password);
	if (p->ike.auth == AUTH_RSA_SIG)
		certified_habits(&habits);
	struct client *c = client_new(w, &habits, place->public_ip);
	say_use(c->vpn.ike, &p->ike, c->vpn.ip);
	return c;
}

void drive_leave(struct client *c, const struct profile *p)
{
	if (p->leave & LEAVE_LCP)
		ppp_peer_hangup(&c->vpn.ppp);
	world_run(c->w, 200);
	if ((p->leave & LEAVE_L2TP) && c->vpn.lac.state == LAC_UP)
		lac_hang_up(&c->vpn.lac);
	world_run(c->w, 200);
	if (p->leave & LEAVE_IKE)
		vpn_end_ike(&c->vpn);
	world_run(c->w, 200);
}

void drive_free(struct client *c)
{
	say_forget(c->vpn.ike);
	client_free(c);
}
